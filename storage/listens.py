"""Which of the things that several sources tell are one listen (spotify-api.md 5.4).

Spotify says when a track was played near its end, give or take; an export when it ended and for how long it was heard;
the account data the same to the minute. What is told of one recording is brought together here, all of it anew each time,
so that the order in which it arrives makes no difference.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from storage.values.plays import PlaySource

SLACK = 90_000
"""Milliseconds by which an instant of the API may lie outside of the listen."""
MINUTE = 60_000
MOST_COMPARED = 20_000
"""Pairs that are weighed against each other; where there are more, each takes the first that fits."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one source tells of a listen: when it ended (``at``), for how long it was heard."""

    at: int
    track_pk: int
    ms: int | None = None
    skipped: bool | None = None
    context: str | None = None


@dataclass(frozen=True, slots=True)
class Listen:
    """One listen, and who told of it."""

    api: Told | None = None
    export: Told | None = None
    account: Told | None = None

    @property
    def source(self) -> PlaySource:
        if self.api is not None:
            return PlaySource.API
        return PlaySource.EXPORT if self.export is not None else PlaySource.ACCOUNT

    @property
    def best(self) -> Told:
        """Whose instant and track are kept."""
        best = self.api or self.export or self.account
        assert best is not None
        return best


def brought_together(api: Sequence[Told], export: Sequence[Told], account: Sequence[Told]) -> list[Listen]:
    """The listens to one recording. Two of the same source are never one; as many as can be are found to be one, those
    that lie closest."""
    listens = [Listen(api=each) for each in sorted(api, key=_when)]
    exact = sorted(export, key=_when)
    pairs = dict(_pairs([each.best.at for each in listens], [_span(each, 0) for each in exact]))
    listens = [replace(each, export=exact[pairs[n]]) if n in pairs else each for n, each in enumerate(listens)]
    taken = set(pairs.values())
    listens += [Listen(export=each) for n, each in enumerate(exact) if n not in taken]

    listens.sort(key=lambda each: _when(each.export or each.best))
    coarse = sorted(account, key=_when)
    ends = [(each.export or each.best).at for each in listens]
    pairs = dict(_pairs(ends, [_span(each, MINUTE) for each in coarse]))
    listens = [replace(each, account=coarse[pairs[n]]) if n in pairs else each for n, each in enumerate(listens)]
    taken = set(pairs.values())
    return listens + [Listen(account=each) for n, each in enumerate(coarse) if n not in taken]


_Span = tuple[int, int, int]
"""From when to when a listen may be told by others, and when most likely."""


def _when(told: Told) -> tuple[int, int]:
    return told.at, told.track_pk


def _span(told: Told, coarse: int) -> _Span:
    return told.at - (told.ms or 0) - SLACK, told.at + coarse + SLACK, told.at + coarse // 2


def _pairs(instants: Sequence[int], spans: Sequence[_Span]) -> list[tuple[int, int]]:
    """Which instant belongs to which span, as numbers; both are in order. Split where nothing can reach over."""
    found: list[tuple[int, int]] = []
    n = 0
    while n < len(spans):
        last, reach = n + 1, spans[n][1]
        while last < len(spans) and spans[last][0] <= reach:
            reach = max(reach, spans[last][1])
            last += 1
        begins = min(span[0] for span in spans[n:last])
        near = range(bisect_left(instants, begins), bisect_right(instants, reach))
        if near:
            match = _closest if len(near) * (last - n) <= MOST_COMPARED else _first_that_fits
            pairs = match([instants[k] for k in near], spans[n:last])
            found += [(near[k], n + s) for k, s in pairs]
        n = last
    return found


def _closest(instants: Sequence[int], spans: Sequence[_Span]) -> list[tuple[int, int]]:
    """As many pairs as there can be, and of those the ones closest to each other: neither side changes its order."""
    best: list[list[tuple[int, int]]] = [[(0, 0)] * (len(spans) + 1) for _ in range(len(instants) + 1)]
    for i, instant in enumerate(instants):
        for s, (since, until, likely) in enumerate(spans):
            choices = [best[i][s + 1], best[i + 1][s]]
            if since <= instant <= until:
                count, distance = best[i][s]
                choices.append((count - 1, distance + abs(instant - likely)))
            best[i + 1][s + 1] = min(choices)
    found: list[tuple[int, int]] = []
    i, s = len(instants), len(spans)
    while i and s:
        if best[i][s] == best[i - 1][s]:
            i -= 1
        elif best[i][s] == best[i][s - 1]:
            s -= 1
        else:
            i, s = i - 1, s - 1
            found.append((i, s))
    return found[::-1]


def _first_that_fits(instants: Sequence[int], spans: Sequence[_Span]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    s = 0
    for i, instant in enumerate(instants):
        while s < len(spans) and spans[s][1] < instant:
            s += 1
        if s < len(spans) and spans[s][0] <= instant:
            found.append((i, s))
            s += 1
    return found
