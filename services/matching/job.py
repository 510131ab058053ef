"""The worker that matches what waits, a batch at a time (harmony-contract.md 17.2), as a durable job."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.events import ActivityAdded, Events
from services.jobs import JobResult, Work
from services.matching.service import Question, score, target_of
from services.matching.sources.reading import text
from services.settings import Settings
from storage import activity, jobs, matches, user_values
from storage.setting_changes import PREFIX
from storage.values import Activity, UserId
from storage.values.matches import MatchJob, MatchKind, NewMatch, Thing

log = structlog.stdlib.get_logger(__name__)

MATCHING = "matching"
"""The name of the kind of job."""
BATCH_SIZE, THRESHOLD = "matching_worker_batch_size", "matching_confidence_threshold"
"""Stored settings that go before those of the program (harmony-contract.md 14.4)."""
NO_MATCH, INVALID = "no_match", "invalid_payload"
"""Why nothing came of a question."""
_LARGEST_BATCH = 1000
_KEPT_JOBS = 30
_TARGETS = {Question.PLEX: "plex", Question.SOULSEEK: "soulseek"}


@dataclass(slots=True)
class _Outcome:
    """What came of one question: what is stored (target, confidence, reason), how many candidates were not good enough."""

    job: MatchJob
    error: str | None = None
    track_id: str = ""
    source: str = ""
    stored: list[tuple[str | None, float, str]] = field(default_factory=list[tuple[str | None, float, str]])
    discarded: int = 0


class MatchingJob:
    """The kind of job that matches what one user's queue holds until it is empty. The settings are read again for each batch.

    A question that cannot be answered fails by itself, which the feed tells; the job goes on. ``settings`` tells those of now.
    """

    name = MATCHING

    def __init__(self, settings: Callable[[], Settings], events: Events) -> None:
        self._settings = settings
        self._events = events

    async def run(self, work: Work) -> JobResult:
        """Batch after batch; what a crash interrupts is looked at again, and nothing is stored twice."""
        user_id = UserId(work.job.user_id)
        await work.report(phase=MATCHING)
        async with work.saving() as conn:
            await _put(conn, user_id, **{"worker.matching.last_start": _now()})
        done, counts = work.progress.done, {"stored": 0, "discarded": 0, "failed": 0, **work.progress.counts}
        while batch := await self._batch(work, user_id):
            waiting, threshold = batch
            outcomes = await asyncio.to_thread(_look_at, waiting, threshold)
            entries: list[Activity] = []
            async with work.saving() as conn:
                entries = await self._store(conn, user_id, outcomes)
                done += len(outcomes)
                counts["stored"] += sum(len(each.stored) for each in outcomes)
                counts["discarded"] += sum(each.discarded for each in outcomes)
                counts["failed"] += sum(each.error is not None for each in outcomes)
                await work.report(done=done, counts=counts)
            for entry in entries:
                self._events.publish(ActivityAdded(user_id, entry))
        async with work.saving() as conn:
            await _put(conn, user_id, **{"worker.matching.last_stop": _now()})
            await matches.forget_looked_at(conn, user_id)
            await jobs.forget_old(conn, user_id, self.name, keep=_KEPT_JOBS)
        return JobResult(dict(counts), quiet=True)

    async def _batch(self, work: Work, user_id: UserId) -> tuple[list[MatchJob], float] | None:
        """The next questions and how sure a match must be; None where nothing waits any more."""
        async with work.storage.read() as conn:
            size, threshold = await chosen(conn, user_id, self._settings())
            waiting = await matches.waiting(conn, user_id, size)
        return (waiting, threshold) if waiting else None

    async def _store(self, conn: AsyncConnection, user_id: UserId, outcomes: list[_Outcome]) -> list[Activity]:
        entries: list[Activity] = []
        stored: list[float] = []
        discarded = 0
        refused = await matches.decisions(conn, user_id, MatchKind.TRACK)
        for each in outcomes:
            if each.track_id:
                _leave_out_rejected(each, refused)
            if not each.stored and each.error is None:
                each.error = NO_MATCH
            if not await matches.end(conn, user_id, each.job.id, each.error):
                continue  # looked at before, as it turns out
            discarded += each.discarded
            if each.error is not None:
                details = {"job_id": each.job.id, "error": each.error}
                entries.append(await activity.add(conn, user_id, "metadata", "matching_job_failed", details))
                continue
            stored += [confidence for _, confidence, _ in each.stored]
            await matches.note(conn, user_id, each.source, each.track_id, each.stored)
            if each.track_id:
                mine = Thing("spotify", each.track_id)
                found = [
                    NewMatch(mine, Thing(_target(each.source), target), confidence, reason)
                    for target, confidence, reason in each.stored
                    if target
                ]
                await matches.keep(conn, user_id, MatchKind.TRACK, found)
        average = round(sum(stored) / len(stored), 4) if stored else 0.0
        await self._count(conn, user_id, len(stored), discarded, average)
        told = {
            "batch_size": len(outcomes),
            "stored": len(stored),
            "discarded": discarded,
            "average_confidence": average,
        }
        return [*entries, await activity.add(conn, user_id, "metadata", "matching_batch", told)]

    async def _count(self, conn: AsyncConnection, user_id: UserId, stored: int, discarded: int, average: float) -> None:
        totals = {
            "metrics.matching.saved_total": stored,
            "metrics.matching.discarded_total": discarded,
        }
        counted = {key: str(await _number(conn, user_id, key) + more) for key, more in totals.items()}
        await _put(
            conn,
            user_id,
            **counted,
            **{
                "metrics.matching.last_average_confidence": f"{average:.4f}",
                "metrics.matching.last_discarded": str(discarded),
                "worker.matching.last_seen": _now(),
            },
        )


async def chosen(conn: AsyncConnection, user_id: UserId, settings: Settings) -> tuple[int, float]:
    """How many are looked at at a time, and how sure a match must be: as stored, else as set; what cannot be is passed over."""
    size, threshold = settings.matching_worker_batch_size, settings.matching_confidence_threshold
    said = await user_values.get(conn, user_id, PREFIX + BATCH_SIZE)
    if said and str(said[0]).strip().isdecimal() and int(str(said[0])) > 0:
        size = min(int(str(said[0])), _LARGEST_BATCH)
    said = await user_values.get(conn, user_id, PREFIX + THRESHOLD)
    try:
        wished = float(str(said[0])) if said else threshold
    except ValueError:
        wished = threshold
    return size, wished if 0 < wished <= 1 else threshold


def _look_at(waiting: list[MatchJob], threshold: float) -> list[_Outcome]:
    return [_answered(job, threshold) for job in waiting]


def _answered(job: MatchJob, threshold: float) -> _Outcome:
    track, candidates = job.payload.get("spotify_track"), job.payload.get("candidates")
    if not isinstance(track, dict) or not track or not isinstance(candidates, list) or not candidates:
        return _Outcome(job, INVALID)
    given = [cast("dict[str, Any]", each) for each in cast("list[object]", candidates) if isinstance(each, dict)]
    told = cast("dict[str, Any]", track)
    asked = Question.PLEX if job.payload.get("type") == Question.PLEX else Question.SOULSEEK
    sure = [each for each in score(asked, told, given) if each.confidence >= threshold]
    stored = [(target_of(given[each.place]), each.confidence, each.reason) for each in sure]
    return _Outcome(job, None, text(told.get("id")), str(asked), stored, len(given) - len(stored))


def _leave_out_rejected(outcome: _Outcome, decided: dict[tuple[Thing, Thing], bool]) -> None:
    """What a person said is another track is no match, however well it fits."""
    mine = Thing("spotify", outcome.track_id)
    kept = [
        each
        for each in outcome.stored
        if each[0] is None or decided.get(_pair(mine, Thing(_target(outcome.source), each[0]))) is not False
    ]
    outcome.discarded += len(outcome.stored) - len(kept)
    outcome.stored = kept


def _pair(one: Thing, other: Thing) -> tuple[Thing, Thing]:
    return (one, other) if one <= other else (other, one)


def _target(source: str) -> str:
    return _TARGETS[Question(source)]


async def _number(conn: AsyncConnection, user_id: UserId, key: str) -> int:
    found = await user_values.get(conn, user_id, PREFIX + key)
    return int(found[0]) if found and str(found[0]).isdecimal() else 0


async def _put(conn: AsyncConnection, user_id: UserId, **values: str) -> None:
    """Keep what the worker tells, among the settings as they are read over REST."""
    for key, value in values.items():
        await user_values.put(conn, user_id, PREFIX + key, value)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
