"""Which of the wanted tracks are not held: first by the contract's own identity, then by the one matching engine.

What is held goes past in pages, twice where something is left: once for the names alone, which costs next to nothing, once
for the engine, which has only what is left in hand.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Sequence

from services.autosync.wanted import Identity, Wish, identity
from services.matching.music import Track
from services.matching.pairing import collection_of_tracks

SURE = 0.65
"""From this confidence on a track counts as held: to fetch what is there already is worse than to leave one out
(harmony-contract.md 14.4)."""
_PART = 250
"""Wishes that are prepared in one go."""
Pages = Callable[[], AsyncGenerator[list[Track]]]
"""Reads what is held from its beginning."""


class Comparison:
    """The wishes that are left, in their order. Whoever computes does so in a thread."""

    def __init__(self, wishes: Iterable[Wish]) -> None:
        self._left: dict[str, Wish] = {each.key: each for each in wishes}
        self._by_identity: dict[Identity, list[str]] = {}
        for each in self._left.values():
            self._by_identity.setdefault(each.identity, []).append(each.key)
        self._engine = collection_of_tracks()
        self._is_ready = False

    @property
    def left(self) -> list[Wish]:
        return list(self._left.values())

    def strike_named(self, held: Iterable[Track]) -> None:
        """Strike what has the same artist and title as one of these."""
        for track in held:
            names = {*track.artists[:1], *track.album_artists[:1]}
            for name in names:
                for key in self._by_identity.pop(identity(name, track.title), ()):
                    self._left.pop(key, None)

    async def strike_alike(self, pages: AsyncIterable[Sequence[Track]]) -> None:
        """Strike what the engine takes for one of these."""
        if not self._left:
            return
        await self._prepare()
        async for page in pages:
            for key in await asyncio.to_thread(self._alike, page):
                self._strike(key)
            if not self._left:
                return

    def _alike(self, held: Sequence[Track]) -> set[str]:
        return {key for track in held for key, _ in self._engine.best(track, least=SURE)}

    def _strike(self, key: str) -> None:
        self._left.pop(key, None)

    async def _prepare(self) -> None:
        if self._is_ready:
            return
        wishes = self.left
        for start in range(0, len(wishes), _PART):
            part = [(each.key, each.track) for each in wishes[start : start + _PART]]
            await asyncio.to_thread(self._engine.put, part)
        self._is_ready = True

    async def once_each(self) -> None:
        """Of several wishes that are the same recording keep the first: a remaster in one playlist, the song in another."""
        await self._prepare()
        wishes = self.left
        for start in range(0, len(wishes), _PART):
            await asyncio.to_thread(self._strike_repeated, wishes[start : start + _PART])

    def _strike_repeated(self, wishes: Sequence[Wish]) -> None:
        for each in wishes:
            if each.key not in self._left:
                continue
            for key, _ in self._engine.best(each.track, least=SURE):
                if key != each.key and key in self._left:
                    self._strike(key)


async def missing(wishes: Iterable[Wish], held: Sequence[Pages], coming: Sequence[Track] = ()) -> list[Wish]:
    """What of ``wishes`` is in none of ``held`` and not among what is ``coming``, in the order given, each recording once.
    Raises what reading does.
    """
    comparison = Comparison(wishes)
    for read in held:
        async for page in read():
            comparison.strike_named(page)
    for read in held:
        await comparison.strike_alike(read())
    if coming and comparison.left:
        await comparison.strike_alike(_one(coming))
    if comparison.left:
        await comparison.once_each()
    return comparison.left


async def _one(page: Sequence[Track]) -> AsyncGenerator[Sequence[Track]]:
    yield page
