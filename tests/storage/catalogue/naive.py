"""The graph of a few hundred invented releases, and what every list of it must hold, computed the long way."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from storage.catalogue.database import Database
from storage.catalogue.kinds import TAGS, Kind, key_of
from storage.catalogue.lists import List, whole
from storage.catalogue.packed import unpack_ids
from storage.catalogue.tags import Tags
from storage.values import Credit, LabelLine, ReleaseEntry, ReleaseId

GENRES = ("Electronic", "Funk / Soul", "Jazz", "Rock")
STYLES = ("Blues", "Dub", "House", "Techno", "Jazz")


def invented(count: int, seed: int, *, artists: int = 40, labels: int = 15) -> list[ReleaseEntry]:
    """``count`` releases; the same for the same arguments."""
    chance = random.Random(seed)

    def names(kind: str, of: int, most: int) -> tuple[Credit, ...]:
        ids = dict.fromkeys(int(of * chance.random() ** 2) + 1 for _ in range(chance.randint(0, most)))
        return tuple(Credit(each, f"{kind} {chr(97 + each % 26)}{each}") for each in ids)

    found: list[ReleaseEntry] = []
    for number in range(1, count + 1):
        by = names("Artist", artists, 3)
        found.append(
            ReleaseEntry(
                ReleaseId(number * 3),
                f"Title {number}",
                ", ".join(each.name for each in by) or "Nobody",
                chance.choice((None, 1959, 1979, 1980, 1999, 2024)),
                country="Sweden",
                master_id=chance.choice((None, None, 7, 8, 9)),
                artists=by,
                credits=names("Artist", artists, 4),
                labels=tuple(
                    LabelLine(each.id, each.name, f"{each.name[:2]}-{number}") for each in names("Label", labels, 2)
                ),
                genres=tuple(sorted(set(chance.choices(GENRES, k=2)))),
                styles=tuple(sorted(set(chance.choices(STYLES, k=chance.randint(0, 3))))),
                formats=chance.choice((("Vinyl", "LP"), ("CD",), ())),
            )
        )
    return found


Lists = dict[int, dict[str, list[tuple[int, int]]]]
"""Of each node by key, each list as (id, mark)."""


def expected(db: Database, entries: Iterable[ReleaseEntry]) -> Lists:
    """What the lists must be."""
    tags = Tags(db)
    names: dict[int, str] = dict(db.rows("SELECT key, name FROM node"))
    releases: dict[int, set[tuple[int, int]]] = defaultdict(set)
    counts: dict[tuple[int, str], Counter[int]] = defaultdict(Counter)
    credits: dict[int, set[int]] = defaultdict(set)
    for entry in entries:
        by = {each.id for each in entry.artists}
        on = {each.id for each in entry.labels}
        numbers = {
            found
            for kind, words in zip(TAGS, (entry.genres, entry.styles, entry.formats), strict=True)
            for word in words
            if (found := tags.number(kind, word))
        }
        shared = {each for each in numbers if tags.kind(each) is not Kind.FORMAT}
        nodes = [
            *((Kind.ARTIST, each) for each in by),
            *((Kind.LABEL, each) for each in on),
            *((tags.kind(each), each) for each in shared),
            *([(Kind.MASTER, entry.master_id)] if entry.master_id else []),
        ]
        for kind, number in nodes:
            key = key_of(kind, number)
            releases[key].add((entry.id, entry.year or 0))
            if kind is Kind.MASTER:
                continue
            counts[key, "artists"].update(by if kind is not Kind.ARTIST else ())
            counts[key, "labels"].update(on if kind is not Kind.LABEL else ())
            counts[key, "tags"].update(shared - {number} if kind in TAGS else numbers)
        for each in {credit.id for credit in entry.credits} - by:
            credits[key_of(Kind.ARTIST, each)].add(entry.id)
    found: Lists = {}
    for key in names:
        by_name = Kind(key & 7) in TAGS
        found[key] = {
            "releases": sorted(releases[key], key=lambda e: (e[1] == 0, -e[1], e[0])),
            "artists": sorted(
                counts[key, "artists"].items(),
                key=lambda e: (names[key_of(Kind.ARTIST, e[0])], e[0]) if by_name else (-e[1], e[0]),
            ),
            "labels": sorted(counts[key, "labels"].items(), key=lambda e: (-e[1], e[0])),
            "tags": sorted(counts[key, "tags"].items(), key=lambda e: (-e[1], e[0])),
            "credits": [(each, 0) for each in sorted(credits[key])],
        }
    return found


def stored(db: Database) -> Lists:
    """What the lists are."""
    found: Lists = {}
    for key, *blobs in db.rows("SELECT key, releases, artists, labels, tags, credits FROM node"):
        lists = {
            which.column: _pairs(*((entries := whole(db, key, which, blob)).ids, entries.marks))
            for which, blob in zip((List.RELEASES, List.ARTISTS, List.LABELS), blobs[:3], strict=True)
        }
        tags = whole(db, key, List.LABELS, blobs[3])
        found[key] = lists | {"tags": _pairs(tags.ids, tags.marks), "credits": [(e, 0) for e in unpack_ids(blobs[4])]}
    return found


def _pairs(ids: Sequence[int], marks: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(ids, marks, strict=True))
