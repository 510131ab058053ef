"""What a user may want to look for next, and why (discogsography-contract.md section 12)."""

from __future__ import annotations

from dataclasses import dataclass

from storage.values.ids import ReleaseId


@dataclass(frozen=True, slots=True)
class Mix:
    """How much leading artists, labels and styles count against each other, each 0 or more; the leading artist and the
    leading label count the same where their weights do. ``one_per_master`` leaves out further pressings of what is
    listed, owned or wanted.
    """

    artists: int = 1
    labels: int = 0
    styles: int = 0
    one_per_master: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a release is recommended: ``kind`` is ``artist``, ``label`` or ``style``, ``count`` the copies that the user has
    of it. ``id`` is the digits of its Discogs number, for a style the name.
    """

    kind: str
    id: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A release that is neither owned nor wanted; the larger ``score`` the better. Reasons stand with the weightiest
    first; ``artist`` is the line as printed, ``label`` the first one.
    """

    release_id: ReleaseId
    title: str
    year: int | None
    artist: str
    label: str | None
    genres: tuple[str, ...]
    score: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Recommended:
    """The best of what can be recommended, best first; ``owned`` releases were asked about, of which the catalogue knows
    ``known``.
    """

    releases: tuple[Recommendation, ...]
    owned: int
    known: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a user owns, with the number of copies of each release, and what the user wants."""

    copies: dict[ReleaseId, int]
    wanted: frozenset[ReleaseId]
