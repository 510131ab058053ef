"""What to look for next: releases by the artists that a collection has most of (discogsography-contract.md section 12, U3),
and, where the mix says so, on its leading labels and in its leading styles.

A collection's taste is read from the rows of its releases, candidates from the lists of the nodes that lead it. Lists of
labels and styles that are very long give only their newest entries; whatever is a candidate is scored by its own row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from heapq import nsmallest
from typing import Any

from storage.catalogue.database import Database, marks
from storage.catalogue.kinds import Kind, key_of, parted
from storage.catalogue.lists import List, whole
from storage.catalogue.nodes import COLLECTIVE, NOT_ON_LABEL
from storage.catalogue.packed import unpack_ids
from storage.catalogue.tags import Tags
from storage.values import ReleaseId
from storage.values.recommendations import Mix, Reason, Recommendation, Recommended

LEADING = 10
"""Artists, labels and styles that count."""
NEWEST = {Kind.ARTIST: None, Kind.LABEL: 20_000, Kind.STYLE: 2_000}
"""Candidates that one node gives at most."""
POOL = 2_000
"""Candidates that are looked at in full where the lists alone do not say their score."""
LOOKED_AT = 10_000
"""Candidates that are looked at, at most, to find one pressing of each master."""
_CHUNK = 500
_IDS = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class _Favourite:
    """A node that leads the taste: ``copies`` owned of it, ``points`` for a candidate that is linked to it."""

    name: str
    releases: bytes | None
    copies: int
    points: int


_Favourites = dict[int, _Favourite]
"""By key, in their order."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A release with its artists, labels and tags as they are stored."""

    id: int
    title: str
    artist: str
    year: int | None
    label: str | None
    master: int | None
    artists: bytes | None
    labels: bytes | None
    tags: bytes | None


@dataclass(frozen=True, slots=True)
class _Owned:
    """What the catalogue knows of some releases: how many it knows, their masters, and the copies that there are of each
    list of artists, labels and tags as it is stored: far fewer lists than releases.
    """

    known: int
    masters: set[int]
    lists: dict[Kind, Counter[bytes]]


def recommend(
    db: Database, copies: Mapping[ReleaseId, int], wanted: Collection[ReleaseId], mix: Mix, limit: int
) -> Recommended:
    """At most ``limit`` releases for whoever has these ``copies`` and these wants: none of them, highest score first, then
    by id.

    ``score`` is the sum of the points of the leading nodes that a release is linked to. A leading artist's are the copies
    of it times the weight; the copies of a label or style are brought to the same scale first.
    """
    tags = Tags(db)
    owned = _owned(db, copies)
    favourites = _favourites(db, tags, owned.lists, mix)
    held = {*copies, *wanted}
    masters = owned.masters | _owned(db, dict.fromkeys(wanted, 0)).masters if mix.one_per_master else set[int]()
    chosen: list[tuple[int, _Row]] = []
    for score, row in _scored(db, favourites, held, mix, limit):
        if mix.one_per_master and row.master:
            if row.master in masters:
                continue
            masters.add(row.master)
        chosen.append((score, row))
        if len(chosen) == limit:
            break
    return Recommended(tuple(_told(db, tags, favourites, chosen)), len(copies), owned.known)


# -- taste ------------------------------------------------------------------------------------------------------------


def _owned(db: Database, copies: Mapping[ReleaseId, int]) -> _Owned:
    ids = sorted(copies)
    owned = _Owned(0, set(), {kind: Counter() for kind in NEWEST})
    known = 0
    db.ahead("release", ids)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        asked = f"SELECT id, master, artists, labels, tags FROM release WHERE id IN ({marks(chunk)})"
        for release, master, *stored in db.rows(asked, chunk):
            known += 1
            if master:
                owned.masters.add(master)
            for counts, blob in zip(owned.lists.values(), stored, strict=True):
                if blob:
                    counts[blob] += copies[release]
    return replace(owned, known=known)


def _favourites(db: Database, tags: Tags, lists: Mapping[Kind, Counter[bytes]], mix: Mix) -> _Favourites:
    """The leading nodes of every kind that has a weight."""
    weights = {Kind.ARTIST: mix.artists, Kind.LABEL: mix.labels, Kind.STYLE: mix.styles}
    artists = _counted(lists[Kind.ARTIST])
    for each in COLLECTIVE:
        del artists[each]
    most = max(artists.values(), default=0)
    found: _Favourites = {}
    for kind, weight in weights.items():
        if weight:
            counts = artists if kind is Kind.ARTIST else _counted(lists[kind])
            if kind is Kind.STYLE:
                counts = Counter({number: n for number, n in counts.items() if tags.kind(number) is Kind.STYLE})
            found |= _leading(db, kind, counts, weight, most)
    return found


def _counted(lists: Counter[bytes]) -> Counter[int]:
    """How many copies each entry of these lists has."""
    counts = Counter[int]()
    for blob, copies in lists.items():
        for number in unpack_ids(blob):
            counts[number] += copies
    return counts


def _leading(db: Database, kind: Kind, counts: Counter[int], weight: int, most: int) -> _Favourites:
    """The nodes of one kind with most copies, ties by id. ``most`` is what the leading artist has: as much as the first
    of another kind counts."""
    order = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    found: _Favourites = {}
    top = 0
    for start in range(0, len(order), LEADING):
        some = order[start : start + LEADING]
        keys = [key_of(kind, number) for number, _ in some]
        db.ahead("node", keys)
        asked = f"SELECT key, name, releases FROM node WHERE key IN ({marks(keys)})"
        nodes = {key: (name, releases) for key, name, releases in db.rows(asked, keys)}
        for key, (_, copies) in zip(keys, some, strict=True):
            name, releases = nodes.get(key, (None, None))
            if name is None or (kind is Kind.LABEL and name.startswith(NOT_ON_LABEL)):
                continue
            top = top or copies
            scaled = copies if kind is Kind.ARTIST or not most else -(-copies * most // top)
            found[key] = _Favourite(name, releases, copies, weight * scaled)
            if len(found) == LEADING:
                return found
    return found


# -- candidates -------------------------------------------------------------------------------------------------------


def _scored(
    db: Database, favourites: _Favourites, held: set[ReleaseId], mix: Mix, limit: int
) -> Iterator[tuple[int, _Row]]:
    """Candidates with their scores, the best first."""
    by_artist_alone = not mix.labels and not mix.styles
    named = {key: each for key, each in favourites.items() if parted(key)[0] is not Kind.STYLE}
    scores = _listed(db, named)
    most = (LOOKED_AT if mix.one_per_master else limit) if by_artist_alone else POOL
    pool = _best(scores, held, most)
    if len(named) < len(favourites):
        _listed(db, {key: each for key, each in favourites.items() if key not in named}, scores)
        pool = list(dict.fromkeys((*pool, *_best(scores, held, POOL))))
    if by_artist_alone:  # the lists are whole, so this is their order already
        for start in range(0, len(pool), _CHUNK):
            yield from _in_order(db, pool[start : start + _CHUNK], favourites)
    else:
        yield from _in_order(db, pool, favourites)


def _listed(db: Database, favourites: _Favourites, scores: dict[int, int] | None = None) -> dict[int, int]:
    """The points of every release in the lists of ``favourites``, added to ``scores``."""
    scores = {} if scores is None else scores
    for key, favourite in favourites.items():
        points = favourite.points
        most = NEWEST[parted(key)[0]]
        for release in whole(db, key, List.RELEASES, favourite.releases, most=most).ids:
            scores[release] = scores.get(release, 0) + points
    return scores


def _best(scores: dict[int, int], held: set[ReleaseId], most: int) -> list[int]:
    """The ``most`` best of ``scores``, which loses what is held; ties by id."""
    for each in held:
        scores.pop(each, None)
    best = nsmallest(most, (((-score) << 63) + release for release, score in scores.items()))
    return [each & _IDS for each in best]


def _in_order(db: Database, ids: Sequence[int], favourites: _Favourites) -> list[tuple[int, _Row]]:
    """These releases with their scores, best first."""
    found = [(sum(favourites[key].points for key in _reasons(row, favourites)), row) for row in _rows(db, ids)]
    return sorted(found, key=lambda each: (-each[0], each[1].id))


def _rows(db: Database, ids: Sequence[int]) -> Iterator[_Row]:
    """The releases of ``ids``, in any order."""
    columns = "id, title, artist, year, label, master, artists, labels, tags"
    db.ahead("release", ids)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        for row in db.rows(f"SELECT {columns} FROM release WHERE id IN ({marks(chunk)})", chunk):
            yield _Row(*row)


def _reasons(row: _Row, favourites: _Favourites) -> list[int]:
    """The keys of the favourites that a release is linked to."""
    stored = ((Kind.ARTIST, row.artists), (Kind.LABEL, row.labels), (Kind.STYLE, row.tags))
    return [key for kind, blob in stored for key in _keys(kind, blob) if key in favourites]


@lru_cache(4096)
def _keys(kind: Kind, blob: bytes | None) -> tuple[int, ...]:
    """The keys of the nodes in a list as it is stored; candidates share theirs with many others."""
    return tuple(key_of(kind, number) for number in unpack_ids(blob))


# -- telling ----------------------------------------------------------------------------------------------------------


def _told(
    db: Database, tags: Tags, favourites: _Favourites, chosen: Sequence[tuple[int, _Row]]
) -> Iterator[Recommendation]:
    years = _years_of_masters(db, {row.master for _, row in chosen if row.master and not row.year})
    for score, row in chosen:
        keys = sorted(_reasons(row, favourites), key=lambda key: (-favourites[key].points, key & 7, key))
        yield Recommendation(
            ReleaseId(row.id),
            row.title,
            row.year or years.get(row.master or 0),
            row.artist,
            row.label,
            tags.names(unpack_ids(row.tags), Kind.GENRE),
            score,
            tuple(_reason(key, favourites[key]) for key in keys),
        )


def _years_of_masters(db: Database, masters: Collection[int]) -> dict[int, int]:
    """The years of masters, for their pressings without one (section 9)."""
    if not masters:
        return {}
    found: list[Any] = db.rows(f"SELECT id, year FROM master WHERE id IN ({marks(list(masters))})", list(masters))
    return {number: year for number, year in found if year}


def _reason(key: int, favourite: _Favourite) -> Reason:
    kind, number = parted(key)
    return Reason(kind.word, favourite.name if kind is Kind.STYLE else str(number), favourite.name, favourite.copies)
