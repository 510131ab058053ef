"""Which album a holding belongs to. Computes and asks nobody: it belongs in a thread.

A holding joins the album whose best member it is most likely the same as, if no member speaks against it; two albums that it is
surely the same as become one. What a person said goes before all that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.matching.albums import weigh
from services.matching.evidence import Evidence
from services.shelf.facts import prepared
from storage.shelf_albums_deciding import YOU_SAID_SO
from storage.shelf_albums_decisions import ALONE, Named
from storage.shelf_albums_keeping import Held, Placed
from storage.values import Decision

JOIN = 0.7
"""How sure it must be that two are the same to stand as one; what is less sure than 0.9 is shown as unsure."""
MERGE = 0.9
"""How sure it must be to make one of two albums that were kept apart."""
_AGAINST = 0.05
"""How sure it must at least be that a member of an album and a new one are the same: below, it speaks against it."""
_MOST = 40


@dataclass
class Batch:
    """Holdings to be placed, and all that is needed for it: ``members`` of every album that comes into question, by album;
    ``shared`` are signs in common, by holding and other holding; ``said`` is what was decided, the latest last.
    """

    wanted: Sequence[Held]
    members: Mapping[int, Sequence[Held]]
    shared: Mapping[int, Mapping[int, int]]
    said: Sequence[tuple[Named, Named, bool]] = ()


@dataclass
class Outcome:
    """Where each is put, and which albums became part of which others."""

    placed: list[Placed] = field(default_factory=list[Placed])
    merged: dict[int, int] = field(default_factory=dict[int, int])


@dataclass(frozen=True)
class _Fit:
    album: int
    evidence: Evidence


def gather(batch: Batch) -> Outcome:
    """Place every holding of the batch, one after the other: each finds those before it in their albums."""
    return _Gathering(batch).run()


class _Gathering:
    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._albums = {pk: list(members) for pk, members in batch.members.items()}
        self._of = {each.pk: pk for pk, members in self._albums.items() for each in members}
        self._held = {each.pk: each for members in batch.members.values() for each in members}
        self._held |= {each.pk: each for each in batch.wanted}
        self._there = {_name(each): pk for pk, each in self._held.items()}
        self._weighed: dict[tuple[int, int], Evidence] = {}
        self._same: dict[Named, list[Named]] = {}
        self._apart: set[tuple[Named, Named]] = set()
        self._alone: set[Named] = set()
        for one, other, is_same in batch.said:
            if other == ALONE:
                self._alone.add(one)
            elif is_same:
                self._same.setdefault(one, []).append(other)
                self._same.setdefault(other, []).append(one)
            else:
                self._apart |= {(one, other), (other, one)}
        self._outcome = Outcome()
        self._made = 0

    def run(self) -> Outcome:
        for each in self._batch.wanted:
            self._place(each)
        return self._outcome

    def _place(self, held: Held) -> Placed:
        before = self._of.get(held.pk)
        self._take_out(held)
        if (told := self._told(held)) is not None:
            return self._put(held, told, 1.0, YOU_SAID_SO, _kept(held, Decision.CONFIRM))
        if _name(held) in self._alone:
            return self._put(held, self._own(before), 1.0, YOU_SAID_SO, Decision.SPLIT)
        fits = self._fits(held)
        if not fits:
            return self._put(held, self._own(before), 1.0, "")
        best = fits[0]
        album, rivals = self._merge(best, fits[1:])
        verdict = best.evidence.verdict
        confidence, reason = verdict.confidence, verdict.reason
        if rivals:
            own = best.evidence.odds
            others = sum(each.evidence.odds for each in rivals)
            confidence = round(min(confidence, own / (1 + own + others)), 4)
            if others >= own / 20:
                reason = f"{reason}, another fits too"
        if confidence < JOIN:
            return self._put(held, self._own(before), 1.0, "")
        return self._put(held, album, confidence, reason)

    def _told(self, held: Held) -> int | None:
        """The album that a person said it belongs to."""
        for other in reversed(self._same.get(_name(held), [])):
            album = self._of.get(self._there.get(other, 0))
            if album is not None and not self._is_forbidden(held, album):
                return album
        return None

    def _fits(self, held: Held) -> list[_Fit]:
        """The albums that it may be, the likeliest first."""
        near = sorted(self._batch.shared.get(held.pk, {}).items(), key=lambda each: (-each[1], each[0]))[:_MOST]
        by_album: dict[int, _Fit] = {}
        for pk, _ in near:
            album = self._of.get(pk)
            if album is None or pk == held.pk:
                continue
            evidence = self._weigh(held, self._held[pk])
            known = by_album.get(album)
            if known is None or evidence.points > known.evidence.points:
                by_album[album] = _Fit(album, evidence)
        likely = (each for each in by_album.values() if each.evidence.confidence >= JOIN)
        return sorted(
            (
                each
                for each in likely
                if not self._is_forbidden(held, each.album) and not self._is_against(held, each.album)
            ),
            key=lambda each: (-each.evidence.points, each.album),
        )

    def _is_forbidden(self, held: Held, album: int) -> bool:
        return any((_name(held), _name(each)) in self._apart for each in self._albums[album])

    def _is_against(self, held: Held, album: int) -> bool:
        """Whether a member of the album is something else than this: both may resemble a third of which little is told."""
        return any(self._weigh(held, each).confidence < _AGAINST for each in self._albums[album])

    def _merge(self, best: _Fit, others: Iterable[_Fit]) -> tuple[int, list[_Fit]]:
        """Make one album of those that are surely the same: its key, and the others, which are rivals."""
        album, rivals = best.album, list[_Fit]()
        for other in others:
            is_sure = min(best.evidence.confidence, other.evidence.confidence) >= MERGE
            if is_sure and self._may_be_one(album, other.album):
                kept, old = (album, other.album) if album > 0 else (other.album, album)
                self._join(old, kept)
                album = kept
            elif not (is_sure and self._resemble(album, other.album)):
                rivals.append(other)
        return album, rivals

    def _may_be_one(self, one: int, other: int) -> bool:
        both = (*self._albums[one], *self._albums[other])
        return not any(_name(each) in self._alone for each in both) and all(
            (_name(a), _name(b)) not in self._apart and self._weigh(a, b).confidence >= _AGAINST
            for a, b in self._pairs(one, other)
        )

    def _resemble(self, one: int, other: int) -> bool:
        return any(self._weigh(a, b).points > 0 for a, b in self._pairs(one, other))

    def _pairs(self, one: int, other: int) -> Iterator[tuple[Held, Held]]:
        return ((a, b) for a in self._albums[one] for b in self._albums[other])

    def _join(self, old: int, new: int) -> None:
        for each in self._albums.pop(old):
            self._albums[new].append(each)
            self._of[each.pk] = new
        outcome = self._outcome
        outcome.merged = {before: new if after == old else after for before, after in outcome.merged.items()}
        if old > 0:
            outcome.merged[old] = new
        outcome.placed = [replace(each, album=new) if each.album == old else each for each in outcome.placed]

    def _weigh(self, a: Held, b: Held) -> Evidence:
        pair = (a.pk, b.pk) if a.pk < b.pk else (b.pk, a.pk)
        found = self._weighed.get(pair)
        if found is None:
            found = self._weighed[pair] = weigh(prepared(a.facts), prepared(b.facts))
        return found

    def _take_out(self, held: Held) -> None:
        album = self._of.pop(held.pk, None)
        if album is not None:
            self._albums[album] = [each for each in self._albums[album] if each.pk != held.pk]

    def _own(self, before: int | None) -> int:
        """An album of its own: the one it was in, if nothing else is."""
        if before is not None and before in self._albums and not self._albums[before]:
            return before
        self._made -= 1
        self._albums[self._made] = []
        return self._made

    def _put(self, held: Held, album: int, confidence: float, reason: str, decision: Decision | None = None) -> Placed:
        self._albums.setdefault(album, []).append(held)
        self._of[held.pk] = album
        placed = Placed(held.pk, album, confidence, reason, decision)
        self._outcome.placed.append(placed)
        return placed


def _name(held: Held) -> Named:
    return (held.source, held.key)


def _kept(held: Held, otherwise: Decision) -> Decision:
    """The decision that is shown: the one that was made, where it is one of belonging together."""
    return Decision.JOIN if held.decision == Decision.JOIN else otherwise
