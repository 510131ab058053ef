"""The shortest chain between two artists: from artist to release to artist, through what they made or are credited on.

Searched from both ends at once, always from the end that has less to read, until both have reached the same release.
Nobody in particular (Various ...) and artists with thousands of releases are never stepped through: everybody is two
steps from them, and that says nothing. They may be where a chain starts or ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from storage.catalogue import nodes, pressings
from storage.catalogue.database import Database, marks
from storage.catalogue.kinds import Kind, key_of, parted
from storage.catalogue.lists import List, whole
from storage.catalogue.nodes import COLLECTIVE, Node
from storage.catalogue.packed import Entries, length, unpack_ids
from storage.values import Path, PathLink
from storage.values.findings import Ending, How

HUB = 3_000
"""An artist on more releases is not stepped through."""
_CHUNK = 250
"""Rows that are read between two looks at the clock: a few milliseconds."""


class _Step(NamedTuple):
    """How an artist was reached; the least is the best. ``cost`` counts on how many ends of the way somebody is credited
    only, ``before`` is the artist the step came from (0 at the start).
    """

    cost: int
    release: int = 0
    before: int = 0
    how: How = "by"
    artist_how: How = "by"


class _Reached(NamedTuple):
    """The best of the artists at the edge who are on a release."""

    cost: int
    artist: int
    how: How


@dataclass(slots=True)
class _Side:
    """What was reached from one end: every artist, and of those at the edge the releases (made, credited on)."""

    steps: dict[int, _Step]
    edge: dict[int, tuple[Sequence[int], Sequence[int]]] = field(
        default_factory=dict[int, tuple[Sequence[int], Sequence[int]]]
    )

    @property
    def reach(self) -> int:
        """How many releases lie at the edge; those of several artists count for each."""
        return sum(len(made) + len(credited) for made, credited in self.edge.values())

    def lists(self) -> Iterator[tuple[int, How, int, Sequence[int]]]:
        """Of every artist at the edge the releases, with what it costs to get to them."""
        for artist, (made, credited) in self.edge.items():
            cost = self.steps[artist].cost
            yield artist, "by", cost, made
            yield artist, "credited", cost + 1, credited


class _Late(Exception):
    """The time is over."""


class _Search:
    """One search; ``look`` raises :class:`_Late` when the time is over."""

    def __init__(self, db: Database, start: int, goal: int, look: Callable[[], None]) -> None:
        self._db = db
        self._look = look
        self._ends = (start, goal)
        self._sides = (_Side({start: _Step(0)}), _Side({goal: _Step(0)}))

    def run(self, depth: int) -> tuple[Ending, list[tuple[int, How, int, How]]]:
        """How it ended, and the links: release, how the artist before is on it, the next artist, how that one is."""
        for side, end in zip(self._sides, self._ends, strict=True):
            self._advance(side, {end: _Step(0)})
        for hops in range(1, depth + 1):
            if meeting := self._meeting():
                return "found", self._links(*meeting)
            side = min(self._sides, key=lambda each: each.reach)
            if not side.reach:
                return "unconnected", []
            if hops < depth:
                self._advance(side, self._neighbours(side))
        return "depth", []

    def _advance(self, side: _Side, reached: Mapping[int, _Step]) -> None:
        """Make ``reached`` the edge of a side."""
        side.steps.update(reached)
        side.edge = {}
        keys = sorted(key_of(Kind.ARTIST, each) for each in reached)
        for start in range(0, len(keys), _CHUNK):
            self._look()
            chunk = keys[start : start + _CHUNK]
            self._db.ahead("node", chunk)
            statement = f"SELECT key, releases, credits FROM node WHERE key IN ({marks(chunk)})"
            for key, made, credited in self._db.rows(statement, chunk):
                artist = parted(key)[1]
                if artist in self._ends or (artist not in COLLECTIVE and length(made) + length(credited) <= HUB):
                    releases = whole(self._db, key, List.RELEASES, made).ids
                    side.edge[artist] = (releases, unpack_ids(credited))

    def _releases(self, side: _Side) -> dict[int, _Reached]:
        """The releases at the edge of a side, each with the best way to it."""
        found: dict[int, _Reached] = {}
        for artist, how, cost, listed in side.lists():
            self._look()
            reached = _Reached(cost, artist, how)
            for release in listed:
                known = found.get(release)
                if known is None or reached < known:
                    found[release] = reached
        return found

    def _neighbours(self, side: _Side) -> dict[int, _Step]:
        """Everybody who is on a release at the edge and was not reached before, with the best step there."""
        reached = self._releases(side)
        ids = sorted(reached)
        known = side.steps
        found: dict[int, _Step] = {}
        for start in range(0, len(ids), _CHUNK):
            self._look()
            for release, made, credited in pressings.rows_of(self._db, "artists, credits", ids[start : start + _CHUNK]):
                cost, before, how = reached[release]
                ways: tuple[tuple[How, bytes | None], ...] = (("by", made), ("credited", credited))
                for artist_how, stored in ways:
                    step = _Step(cost + (artist_how == "credited"), release, before, how, artist_how)
                    for artist in unpack_ids(stored):
                        if artist not in known and (artist not in found or step < found[artist]):
                            found[artist] = step
        return found

    def _meeting(self) -> tuple[int, _Reached, _Reached] | None:
        """The best release that both sides have at their edges, with the artists on it from the start and the goal."""
        near, far = sorted(self._sides, key=lambda each: each.reach)
        reached = self._releases(near)
        best: tuple[int, int, _Reached, _Reached] | None = None
        for artist, how, cost, listed in far.lists():
            self._look()
            for release in reached.keys() & listed:
                ours = reached[release]
                met = (ours.cost + cost, release, ours, _Reached(cost, artist, how))
                best = met if best is None else min(best, met)
        if best is None:
            return None
        _, release, ours, theirs = best
        return (release, ours, theirs) if near is self._sides[0] else (release, theirs, ours)

    def _links(self, release: int, ours: _Reached, theirs: _Reached) -> list[tuple[int, How, int, How]]:
        links: list[tuple[int, How, int, How]] = []
        artist = ours.artist
        while artist != self._ends[0]:
            step = self._sides[0].steps[artist]
            links.insert(0, (step.release, step.how, artist, step.artist_how))
            artist = step.before
        links.append((release, ours.how, theirs.artist, theirs.how))
        artist = theirs.artist
        while artist != self._ends[1]:
            step = self._sides[1].steps[artist]
            links.append((step.release, step.artist_how, step.before, step.how))
            artist = step.before
        return links


def find(
    db: Database, start: Node, goal: Node, *, depth: int, seconds: float, clock: Callable[[], float] = time.monotonic
) -> Path:
    """The shortest chain of at most ``depth`` releases; of several the one with the fewest mere credits, then the lowest
    numbers. It is given up after ``seconds``.
    """
    if start.key == goal.key:
        return Path(start.wire, goal.wire, (), "found")
    end = clock() + seconds

    def look() -> None:
        if clock() > end:
            raise _Late

    try:
        ended, links = _Search(db, start.number, goal.number, look).run(depth)
    except _Late:
        return Path(start.wire, goal.wire, (), "time")
    return Path(start.wire, goal.wire, _shown(db, links), ended)


def _shown(db: Database, links: Sequence[tuple[int, How, int, How]]) -> tuple[PathLink, ...]:
    ids = [release for release, *_ in links]
    years = pressings.years(db, pressings.rows_of(db, "year, master", sorted(set(ids))))
    releases = pressings.shown(db, Entries(ids, [years.get(each, 0) for each in ids]))
    artists = nodes.wired(db, Kind.ARTIST, [artist for _, _, artist, _ in links])
    return tuple(
        PathLink(release, how, artist, artist_how)
        for release, artist, (_, how, _, artist_how) in zip(releases, artists, links, strict=True)
    )
