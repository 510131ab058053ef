"""What is found by following the graph further than one step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from storage.values.graph import Child, NodeName

How = Literal["by", "credited"]
"""How an artist is on a release: it is by them, or they are named on it otherwise (on a track, as a producer ...)."""
Ending = Literal["found", "depth", "time", "unconnected"]
"""Why a search for a chain ended: at its goal, with the steps or the time that it was given, or with nothing left to
follow."""


@dataclass(frozen=True, slots=True)
class PathLink:
    """One step of a chain: a release, how the artist before is on it, and the artist it leads to."""

    release: Child
    how: How
    artist: NodeName
    artist_how: How


@dataclass(frozen=True, slots=True)
class Path:
    """The shortest chain from ``start`` to ``goal``; without links if there is none, or they are the same artist."""

    start: NodeName
    goal: NodeName
    links: tuple[PathLink, ...]
    ended: Ending

    @property
    def found(self) -> bool:
        return self.ended == "found"


@dataclass(frozen=True, slots=True)
class Collaborator:
    """An artist on the same releases; ``by_year`` has the years in which they came out with how many, oldest first.
    Years are None where none is known.
    """

    node: NodeName
    releases: int
    first_year: int | None
    last_year: int | None
    by_year: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class CollaboratorPage:
    """A page of collaborators of ``artist``, most releases first; ``total`` counts all pages. Not ``complete`` is what was
    counted on a part of the releases of somebody who has very many.
    """

    artist: NodeName
    collaborators: tuple[Collaborator, ...]
    total: int
    offset: int
    limit: int
    complete: bool

    @property
    def has_more(self) -> bool:
        return self.offset + len(self.collaborators) < self.total


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that two artists share: a label, a style, or an artist who is credited with both. ``weight`` is its part of
    the score.
    """

    node: NodeName
    weight: float


@dataclass(frozen=True, slots=True)
class Similar:
    """An artist like another one; ``score`` is from 0 to 1, ``reasons`` the heaviest first."""

    node: NodeName
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class LabelProfile:
    """What a label puts out. Names and years come with numbers of releases, names the most first, years the oldest."""

    node: NodeName
    releases: int
    first_year: int | None
    last_year: int | None
    genres: tuple[tuple[str, int], ...]
    styles: tuple[tuple[str, int], ...]
    formats: tuple[tuple[str, int], ...]
    years: tuple[tuple[int, int], ...]
    parent: NodeName | None
    sublabels: tuple[NodeName, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A release that is not owned; ``wanted`` if it is on the wantlist, ``has_version`` if another version of its master
    is owned."""

    release: Child
    wanted: bool
    has_version: bool


@dataclass(frozen=True, slots=True)
class GapPage:
    """A page of what is missing of ``node``, newest first; ``total`` counts all pages and ``owned`` what is not missing, both
    after the filter. Not ``complete`` is what was looked for among a part of very many releases.
    """

    node: NodeName
    gaps: tuple[Gap, ...]
    total: int
    owned: int
    offset: int
    limit: int
    complete: bool

    @property
    def has_more(self) -> bool:
        return self.offset + len(self.gaps) < self.total
