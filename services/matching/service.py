"""The door to matching: questions are answered and kept, tracks are queued for the worker, a person decides."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.matching.scores import Scored, album_with_plex, ranked, track_with_plex, track_with_soulseek
from services.matching.sources.reading import Document, text
from storage import matches
from storage.engine import Storage
from storage.values import UserId
from storage.values.matches import Decision, Match, MatchKind, MatchResult, Thing

Candidates = Sequence[dict[str, Any]]


class Question(StrEnum):
    """With what a track of Spotify is compared."""

    PLEX = "spotify-to-plex"
    SOULSEEK = "spotify-to-soulseek"


@dataclass(frozen=True, slots=True)
class Answer:
    """The candidate that fits best, as it was given, None where none does; how well, and why."""

    best: dict[str, Any] | None
    confidence: float
    reason: str = ""


class Matching:
    """What may be asked of matching. ``wake`` has the worker look whether something waits for it."""

    def __init__(self, storage: Storage, wake: Callable[[UserId], Awaitable[object]] | None = None) -> None:
        self._storage = storage
        self._wake = wake

    async def track(self, user_id: UserId, question: Question, track: Document, candidates: Candidates) -> Answer:
        """The best candidate for a track of Spotify; one row is kept each time (harmony-contract.md 13.1)."""
        scored = await asyncio.to_thread(score, question, track, candidates)
        best = scored[0] if scored else None
        found = (target_of(candidates[best.place]), best.confidence, best.reason) if best else (None, 0.0, "")
        async with self._storage.write() as conn:
            await matches.note(conn, user_id, question, text(track.get("id")), [found])
        return _answer(best, candidates)

    async def album(self, album: Document, candidates: Candidates) -> Answer:
        """The best candidate for an album of Spotify; nothing is kept."""
        scored = await asyncio.to_thread(lambda: ranked([album_with_plex(album, each) for each in candidates]))
        return _answer(scored[0] if scored else None, candidates)

    async def enqueue(self, user_id: UserId, question: Question, track: Document, candidates: Candidates) -> int:
        """Have the worker match a track; its number in the queue."""
        payload = {"type": str(question), "spotify_track": dict(track), "candidates": list(candidates)}
        async with self._storage.write() as conn:
            number = await matches.ask(conn, user_id, payload)
        if self._wake is not None:
            await self._wake(user_id)
        return number

    async def has_waiting(self, user_id: UserId) -> bool:
        """Whether anything waits for the worker."""
        async with self._storage.read() as conn:
            return await matches.count_waiting(conn, user_id) > 0

    async def decide(self, user_id: UserId, kind: MatchKind, one: Thing, other: Thing, decision: Decision) -> Match:
        """A person says that two are the same, or are not; that stays until they take it back (``AUTO``)."""
        async with self._storage.write() as conn:
            return await matches.decide(conn, user_id, kind, one, other, decision)

    async def of_thing(self, user_id: UserId, kind: MatchKind, thing: Thing) -> list[Match]:
        """What an album or a track was found to be, the surest first."""
        async with self._storage.read() as conn:
            return await matches.of_thing(conn, user_id, kind, thing)

    async def results(self, user_id: UserId, limit: int = 50) -> list[MatchResult]:
        """The last answers, newest first."""
        async with self._storage.read() as conn:
            return await matches.newest(conn, user_id, limit)


def score(question: Question | str, track: Document, candidates: Candidates) -> list[Scored]:
    """The candidates that fit at all, best first."""
    weigh = track_with_plex if question == Question.PLEX else track_with_soulseek
    return ranked([weigh(track, each) for each in candidates])


def target_of(candidate: Document) -> str | None:
    """What a candidate is known by: the first of ``id``, ``ratingKey`` and ``filename`` that is there."""
    return next((told for key in ("id", "ratingKey", "filename") if (told := text(candidate.get(key)))), None)


def _answer(best: Scored | None, candidates: Candidates) -> Answer:
    return Answer(None, 0.0) if best is None else Answer(dict(candidates[best.place]), best.confidence, best.reason)
