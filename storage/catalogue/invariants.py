"""What must be true of a node, of a release and of whatever else the catalogue keeps, whoever put it there.

Each function takes what is looked at and yields a sentence for everything that is not as it must be. Other rows are asked
for by key only, so looking at one thing costs a few milliseconds however large the catalogue is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from storage.catalogue.database import Database, marks
from storage.catalogue.details import unpacked
from storage.catalogue.kinds import SEARCHABLE, TAGS, Kind, Relation, key_of, parted
from storage.catalogue.lists import List, part
from storage.catalogue.orders import has, order_of
from storage.catalogue.packed import LONGEST, Directory, Entries, unpack, unpack_ids
from storage.catalogue.pressings import years
from storage.catalogue.tags import Tags
from storage.catalogue.words import name_tokens, release_tokens

NODE = "key, kind, name, releases, artists, labels, tags, credits, years"
RELEASE = "id, title, artist, year, label, master, artists, labels, tags, credits"
_RECOUNTED = 60
"""Releases of a node up to which its lists are computed again the long way."""
_EACH = 5
"""Neighbours of a node that are asked for it in turn."""
_YEAR_END = 10000


def of_node(db: Database, row: Sequence[Any], tags: Tags, most: int | None = None) -> Iterator[str]:
    """What is wrong with a node; ``row`` has the columns :data:`NODE`. Of a list of more than ``most`` parts only so many
    are read, at its beginning and its end.
    """
    key, kind, name = row[:3]
    if key & 7 != kind:
        yield f"it is kept as {Kind(kind).word}, which its key contradicts"
        return
    if not name:
        yield "it has no name"
    lists = dict(zip(List, row[3:6], strict=True))
    for which, stored in lists.items():
        yield from _of_list(db, key, which, stored, most)
    for column, stored in (("tags", row[6]), ("credits", row[7])):
        yield from _of_short(column, stored)
    yield from _of_years(db, key, row[3], row[8], most)
    yield from _of_words(db, Kind(kind), key >> 3, name)
    yield from _of_neighbours(db, key, lists, row[6], tags)
    found = unpack(row[3])
    if isinstance(found, Entries) and 0 < len(found) <= _RECOUNTED:
        yield from _of_counts(db, key, found.ids, row)


def _of_list(db: Database, key: int, which: List, stored: bytes | None, most: int | None) -> Iterator[str]:
    """A list is in its order, without repetition, and its parts are what its directory says."""
    found = unpack(stored)
    called = f"its list of {which.column}"
    if isinstance(found, Entries):
        if len(found) > LONGEST:
            yield f"{called} is too long to be in one piece"
        yield from _of_entries(db, key, which, found, called)
        return
    rows = db.rows("SELECT number FROM part WHERE key = ? AND list = ? ORDER BY number", (key, int(which)))
    if [number for (number,) in rows] != list(range(len(found.sizes))):
        yield f"{called} has {len(rows)} parts where its directory names {len(found.sizes)}"
        return
    read: Sequence[int] = range(len(found.sizes))
    if most is not None and len(read) > most:
        read = (*read[: most // 2], *read[len(read) - most // 2 :])
    seen: list[int] = []
    for number in read:
        piece = part(db, key, which, number)
        if len(piece) != found.sizes[number]:
            yield f"part {number} of {called} has {len(piece)} entries where its directory says {found.sizes[number]}"
        elif len(piece) and (piece.ids[-1], piece.marks[-1]) != (found.last.ids[number], found.last.marks[number]):
            yield f"part {number} of {called} ends otherwise than its directory says"
        yield from _of_entries(db, key, which, piece, f"part {number} of {called}")
        seen += piece.ids
    if len(set(seen)) != len(seen):
        yield f"{called} has entries twice"
    yield from _of_entries(db, key, which, found.last, f"the directory of {called}")


def _of_entries(db: Database, key: int, which: List, entries: Entries, called: str) -> Iterator[str]:
    if len(entries) and len(entries.marks) != len(entries.ids):
        yield f"{called} lacks its {'years' if which is List.RELEASES else 'counts'}"
        return
    order = order_of(db, key, which, entries.ids)
    places = [order(number, mark) for number, mark in zip(entries.ids, entries.marks, strict=True)]
    if any(before >= after for before, after in pairwise(places)):
        yield f"{called} is not in its order"
    elif len(set(entries.ids)) != len(entries):
        yield f"{called} has entries twice"
    least = 0 if which is List.RELEASES else 1
    if any(mark < least for mark in entries.marks) or (least == 0 and max(entries.marks, default=0) >= _YEAR_END):
        yield f"{called} has an impossible {'year' if which is List.RELEASES else 'count'}"


def _of_short(column: str, stored: bytes | None) -> Iterator[str]:
    """The lists that are never cut: tags by count, credits by id."""
    found = unpack(stored)
    if isinstance(found, Directory):
        yield f"its list of {column} is cut, which it never is"
        return
    counts = [0] * len(found) if column == "credits" else found.marks
    places = [(-count, number) for number, count in zip(found.ids, counts, strict=True)]
    if any(before >= after for before, after in pairwise(places)):
        yield f"its list of {column} is not in its order"


def _of_years(db: Database, key: int, releases: bytes | None, stored: bytes | None, most: int | None) -> Iterator[str]:
    """The releases by year are counted where their list is cut, and only there."""
    directory = unpack(releases)
    if isinstance(directory, Entries):
        if stored:
            yield "its releases are counted by year although their list is short"
        return
    counted = unpack(stored)
    total = sum(counted.marks) if isinstance(counted, Entries) else -1
    if most is not None and len(directory.sizes) > most:
        is_right = 0 <= total <= directory.total
    else:
        found: Counter[int] = Counter()
        statement = "SELECT entries FROM part WHERE key = ? AND list = ?"
        for (entries,) in db.rows(statement, (key, int(List.RELEASES))):
            piece = unpack(entries)
            assert isinstance(piece, Entries)
            found.update(year for year in piece.marks if year)
        is_right = isinstance(counted, Entries) and dict(zip(counted.ids, counted.marks, strict=True)) == found
    if not is_right:
        yield "its releases by year are not what its list of releases says"


def _of_neighbours(
    db: Database, key: int, lists: Mapping[List, bytes | None], tagged: bytes | None, tags: Tags
) -> Iterator[str]:
    """Whoever is counted with a node counts it as often."""
    kind, number = parted(key)
    for which, other in ((List.ARTISTS, Kind.ARTIST), (List.LABELS, Kind.LABEL)):
        found = unpack(lists[which])
        entries = found if isinstance(found, Entries) else found.last
        for each, count in list(zip(entries.ids, entries.marks, strict=True))[:_EACH]:
            if not _counts(db, key_of(other, each), kind, number, count):
                yield f"{other.word} {each} is on {count} of its releases, but does not say so itself"
    if kind in TAGS:
        return
    found = unpack(tagged)
    for each, count in list(zip(found.ids, found.marks, strict=True))[:_EACH] if isinstance(found, Entries) else ():
        word, name = tags[each]
        if word is not Kind.FORMAT and not _counts(db, key_of(word, each), kind, number, count):
            yield f"the {word.word} {name} is on {count} of its releases, but does not say so itself"


def _counts(db: Database, key: int, kind: Kind, number: int, count: int) -> bool:
    """Whether the node ``key`` counts the artist, label or tag ``number`` so often."""
    if kind in TAGS:
        row = db.row("SELECT tags FROM node WHERE key = ?", (key,))
        found = unpack(row[0] if row else None)
        return isinstance(found, Entries) and (number, count) in zip(found.ids, found.marks, strict=True)
    return has(db, key, List.ARTISTS if kind is Kind.ARTIST else List.LABELS, number, count)


def _of_counts(db: Database, key: int, ids: Sequence[int], row: Sequence[Any]) -> Iterator[str]:
    """The lists of a node of few releases are what counting these gives."""
    kind, _ = parted(key)
    statement = f"SELECT artists, labels, tags FROM release WHERE id IN ({marks(ids)})"
    releases = db.rows(statement, ids)
    if len(releases) < len(ids):
        yield "it lists releases that are not there"
    if kind in (Kind.MASTER, Kind.FORMAT):
        return
    for at, column in enumerate(("artists", "labels", "tags")):
        counted = Counter(each for release in releases for each in unpack_ids(release[at]))
        stored = unpack(row[4 + at])
        if (kind, column) in ((Kind.ARTIST, "artists"), (Kind.LABEL, "labels")) or (kind in TAGS and column == "tags"):
            continue
        held = dict(zip(stored.ids, stored.marks, strict=True)) if isinstance(stored, Entries) else {}
        if held != counted and isinstance(stored, Entries):
            yield f"its list of {column} is not what counting its releases gives"


def _of_words(db: Database, kind: Kind, number: int, name: str) -> Iterator[str]:
    """An artist or label is found by its own name."""
    if kind in (Kind.ARTIST, Kind.LABEL) and name and not is_found(db, kind, number, name_tokens(name), name):
        yield "it is not found by its name"


def of_release(db: Database, row: Sequence[Any], tags: Tags) -> Iterator[str]:
    """What is wrong with a release; ``row`` has the columns :data:`RELEASE`."""
    number, title, artist, own, label, master = row[:6]
    artists, labels, tagged, credits = (unpack_ids(stored) for stored in row[6:])
    year = years(db, [(number, own, master)])[number] or 0
    linked = [key_of(Kind.ARTIST, each) for each in artists] + [key_of(Kind.LABEL, each) for each in labels]
    linked += [key_of(Kind.MASTER, master)] if master else []
    for each in tagged:
        try:
            word = tags.kind(each)
        except KeyError:
            yield f"it has a genre, style or format of number {each}, which is none"
            continue
        linked += [key_of(word, each)] if word is not Kind.FORMAT else []
    for key in linked:
        if not has(db, key, List.RELEASES, number, year):
            kind, other = parted(key)
            yield f"{kind.word} {tags[other][1] if kind in TAGS else other} does not list it with the year {year or 'unknown'}"
    if set(artists) & set(credits):
        yield "one of its artists is among its other credits"
    for each in credits:
        row = db.row("SELECT credits FROM node WHERE key = ?", (key_of(Kind.ARTIST, each),)) or (None,)
        if number not in unpack_ids(row[0]):
            yield f"artist {each} is credited on it, but does not say so"
    if not is_found(db, Kind.RELEASE, number, release_tokens(artist, title, label, own)):
        yield "it is not found by its own words"


def is_found(db: Database, kind: Kind, number: int, tokens: str, name: str | None = None) -> bool:
    """Whether everything by which a thing is to be found finds it, under its ``name`` if that is kept beside its rank; what
    has no words cannot be found.
    """
    itself = "id = ? AND (name IS NULL OR name = CAST(? AS TEXT))"
    each = tokens.split()
    if not each or kind not in SEARCHABLE:
        return True
    if db.dialect == "sqlite":
        table = f"{kind.word}_words"
        ranks = f"SELECT rowid FROM {table} WHERE {table} MATCH ?"
        statement = f"SELECT 1 FROM ranking WHERE kind = {int(kind)} AND rank IN ({ranks}) AND {itself} LIMIT 1"
        return db.row(statement, (" AND ".join(f'"{token}"' for token in each), number, name)) is not None
    statement = (
        f"SELECT 1 FROM ranking WHERE kind = {int(kind)}"
        f" AND array_to_tsvector(string_to_array(tokens, ' ')) @@ CAST(? AS tsquery) AND {itself} LIMIT 1"
    )
    return db.row(statement, (" & ".join(f"'{token}'" for token in each), number, name)) is not None


def of_kinship(db: Database, row: Sequence[Any]) -> Iterator[str]:
    """Relatives know of each other; ``row`` has key, relation and other."""
    key, relation, other = row
    kind, number = parted(key)
    back = (key_of(kind, other), int(Relation(relation).inverse), number)
    if db.row("SELECT 1 FROM kinship WHERE key = ? AND relation = ? AND other = ?", back) is None:
        yield f"{kind.word} {other} is its {Relation(relation).name.lower()}, but does not say so"


def of_detail(row: Sequence[Any]) -> Iterator[str]:
    """A value of elements holds releases by ascending id; ``row`` has first and records."""
    ids = [number for number, text in unpacked(row[1]) if f'<release id="{number}"'.encode() in text]
    if not ids or ids != sorted(set(ids)) or ids[0] != row[0]:
        yield "its elements are not those of releases in order"
