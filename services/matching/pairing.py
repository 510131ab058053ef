"""Two collections side by side: which of one are which of the other, first for all, later for what changed.

Everything here computes and asks nobody; a large collection takes seconds, so it belongs in a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.matching import albums, tracks
from services.matching.evidence import Evidence
from services.matching.music import Album, Track, Verdict
from services.matching.neighbours import Index, album_signs, track_signs

G = TypeVar("G")
P = TypeVar("P")
_HOPELESS = 0.001
"""Odds below which nothing is weighed any more."""
LEAST = 0.5
"""Less sure ones are not worth keeping."""
MOST = 8
"""Matches of one thing that are kept, the surest first: an album may be there several times."""


@dataclass(frozen=True, slots=True)
class Match:
    """``left`` and ``right`` are keys; what is sure of them, and why."""

    left: str
    right: str
    verdict: Verdict

    @property
    def confidence(self) -> float:
        return self.verdict.confidence


class Collection(Generic[G, P]):
    """Albums or tracks of one source, prepared and indexed, by keys of the caller's."""

    def __init__(
        self, prepare: Callable[[G], P], weigh: Callable[[P, P], Evidence], signs: Callable[[P], Iterable[str]]
    ) -> None:
        self._prepare = prepare
        self._weigh = weigh
        self._given: dict[str, G] = {}
        self._index = Index(signs)

    def __len__(self) -> int:
        return len(self._given)

    def put(self, things: Iterable[tuple[str, G]]) -> set[str]:
        """Know these; the keys of those that are new or other than they were."""
        changed: set[str] = set()
        for key, thing in things:
            if self._given.get(key) != thing:
                self._given[key] = thing
                self._index.add(key, self._prepare(thing))
                changed.add(key)
        return changed

    def keep_only(self, keys: Iterable[str]) -> set[str]:
        """Forget all others; the keys of those that were forgotten."""
        gone = self._given.keys() - set(keys)
        for key in gone:
            del self._given[key]
            self._index.remove(key)
        return gone

    def best(self, thing: G, *, least: float = LEAST, most: int = MOST) -> list[tuple[str, Verdict]]:
        """Those that ``thing`` is, the surest first."""
        return self._best(self._prepare(thing), least, most)

    def _best(self, prepared: P, least: float, most: int) -> list[tuple[str, Verdict]]:
        weighed = ((key, self._weigh(prepared, self._index[key])) for key in self._index.near(prepared))
        likely = [(key, evidence) for key, evidence in weighed if evidence.odds > _HOPELESS]
        likely.sort(key=lambda each: (-each[1].points, each[0]))
        told: list[tuple[str, Verdict]] = []
        for key, evidence in likely[:most]:
            verdict = self._beside_rivals(key, evidence, likely[:most])
            if verdict.confidence >= least:
                told.append((key, verdict))
        return sorted(told, key=lambda each: -each[1].confidence)

    def _beside_rivals(self, key: str, evidence: Evidence, likely: list[tuple[str, Evidence]]) -> Verdict:
        """How sure ``key`` is where others fit as well: it cannot be two that are not the same as each other."""
        own, rivals = evidence.odds, 0.0
        for other, theirs in likely:
            if other != key and self._weigh(self._index[key], self._index[other]).points < 0:
                rivals += theirs.odds
        verdict = evidence.verdict
        if not rivals:
            return verdict
        confidence = round(min(verdict.confidence, own / (1 + own + rivals)), 4)
        reasons = verdict.reasons if rivals < own / 20 else (*verdict.reasons, "another fits too")
        return Verdict(confidence, reasons)

    def matched_with(
        self, other: Collection[G, P], keys: Iterable[str] | None = None, *, least: float = LEAST, most: int = MOST
    ) -> Iterator[Match]:
        """The matches of those here (of ``keys``, or of all) in ``other``."""
        for key in self._given if keys is None else keys:
            if key in self._index:
                for found, verdict in other._best(self._index[key], least, most):
                    yield Match(key, found, verdict)


def collection_of_albums() -> Collection[Album, albums.Prepared]:
    """An empty one."""
    return Collection(albums.prepare, albums.weigh, album_signs)


def collection_of_tracks() -> Collection[Track, tracks.Prepared]:
    """An empty one."""
    return Collection(tracks.prepare, tracks.weigh, track_signs)


def rematched(
    left: Collection[G, P],
    right: Collection[G, P],
    changed_left: Iterable[str],
    changed_right: Iterable[str],
    *,
    least: float = LEAST,
) -> list[Match]:
    """The matches of what changed on either side, with everything on the other; each pair once."""
    found: dict[tuple[str, str], Match] = {}
    for match in left.matched_with(right, changed_left, least=least):
        found[match.left, match.right] = match
    for match in right.matched_with(left, changed_right, least=least):
        turned = Match(match.right, match.left, match.verdict)
        found.setdefault((turned.left, turned.right), turned)
    return list(found.values())


def decided(matches: Iterable[Match], decisions: Mapping[tuple[str, str], bool]) -> list[Match]:
    """``matches`` as a person left them: what was rejected is gone, what was confirmed is certain and the only one of its two."""
    confirmed_left = {left: right for (left, right), is_same in decisions.items() if is_same}
    confirmed_right = {right: left for left, right in confirmed_left.items()}
    kept: list[Match] = []
    for match in matches:
        pair = (match.left, match.right)
        if decisions.get(pair) is False:
            continue
        if (
            confirmed_left.get(match.left, match.right) != match.right
            or confirmed_right.get(match.right, match.left) != match.left
        ):
            continue
        if decisions.get(pair):
            match = Match(*pair, Verdict(1.0, ("you said so",)))
        kept.append(match)
    there = {(match.left, match.right) for match in kept}
    kept += [
        Match(*pair, Verdict(1.0, ("you said so",)))
        for pair, is_same in decisions.items()
        if is_same and pair not in there
    ]
    return kept
