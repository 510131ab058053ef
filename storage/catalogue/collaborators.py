"""Who made records together, and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from heapq import nsmallest

from storage.catalogue import nodes, pressings
from storage.catalogue.database import Database
from storage.catalogue.kinds import Kind
from storage.catalogue.lists import List, whole
from storage.catalogue.nodes import COLLECTIVE, Node
from storage.catalogue.packed import length, unpack_ids
from storage.values import Collaborator, CollaboratorPage, NodeName

MOST = 5_000
"""Releases that are looked at: the newest an artist made, then those it is credited on."""


def collaborators(db: Database, artist: Node, *, limit: int, offset: int) -> CollaboratorPage:
    """A page of everybody who is on the same releases, as maker or credited; most releases first, then by number.

    What is by nobody in particular (:data:`COLLECTIVE`), a compilation mostly, was not made together.
    """
    releases, complete = _appearances(db, artist)
    together = _together(db, artist, releases)
    counts: Counter[int] = Counter()
    for _, everybody in together:
        counts.update(everybody)
    for nobody in (artist.number, *COLLECTIVE):
        counts.pop(nobody, None)
    first = nsmallest(offset + limit, ((-count, each) for each, count in counts.items()))
    years = _years_with([each for _, each in first[offset:]], together)
    some = nodes.wired(db, Kind.ARTIST, years)
    found = tuple(_counted(node, years[int(node.id)]) for node in some)
    return CollaboratorPage(artist.wire, found, len(counts), offset, limit, complete)


def _appearances(db: Database, artist: Node) -> tuple[list[int], bool]:
    """The releases an artist is on, at most :data:`MOST`, and whether those are all."""
    row = db.row("SELECT releases, credits FROM node WHERE key = ?", (artist.key,))
    assert row is not None
    made = whole(db, artist.key, List.RELEASES, row[0], most=MOST).ids
    credited = unpack_ids(row[1])
    return [*made, *credited[: MOST - len(made)]], length(row[0]) + len(credited) <= MOST


def _together(db: Database, artist: Node, releases: Sequence[int]) -> list[tuple[int, Sequence[int]]]:
    """The year (0 unknown) of each release that was made together, and everybody on it."""
    rows = list(pressings.rows_of(db, "year, master, artists, credits", sorted(releases)))
    years = pressings.years(db, (row[:3] for row in rows))
    found: list[tuple[int, Sequence[int]]] = []
    for release, _, _, made, credited in rows:
        makers = unpack_ids(made)
        if artist.number in COLLECTIVE or not COLLECTIVE.issuperset(makers):
            found.append((years[release], [*makers, *unpack_ids(credited)]))
    return found


def _years_with(artists: Sequence[int], together: Iterable[tuple[int, Sequence[int]]]) -> dict[int, list[int]]:
    """Of each of ``artists``, in their order, the year of each release it is on."""
    years: dict[int, list[int]] = {artist: [] for artist in artists}
    wanted = frozenset(artists)
    for year, everybody in together:
        for each in wanted.intersection(everybody):
            years[each].append(year)
    return years


def _counted(node: NodeName, years: list[int]) -> Collaborator:
    by_year = tuple(sorted((year, count) for year, count in Counter(years).items() if year))
    first, last = (by_year[0][0], by_year[-1][0]) if by_year else (None, None)
    return Collaborator(node, len(years), first, last, by_year)
