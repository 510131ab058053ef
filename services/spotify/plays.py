"""The plays of a user for whoever shows them: the timeline, what was played most, when, and what may be missing."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from services.errors import LockgrooveError, UpstreamRateLimited
from services.jobs import JobResult, Work
from services.spotify.connect import Spotify, SpotifyStatus
from services.spotify.recent import RecentPlays, now_ms
from storage import jobs, play_statistics, play_syncs, plays
from storage.engine import Storage
from storage.values import UserId
from storage.values.plays import Offset, Play, PlayGap, PlayQuery, PlaysSummary, PlaySync, Rhythm, Top, TopKind

PLAYS = "plays"
"""The name of the kind of job that fetches them."""
WEEK = 7 * 86_400_000
LEAST = 3
"""Times an album must have been played to be missed as a record."""
_KEPT_JOBS = 30
_LOOK_EVERY = timedelta(days=7)


class Period(StrEnum):
    """How far back is counted, as Spotify itself divides time, and everything."""

    WEEKS = "4 weeks"
    HALF = "6 months"
    YEAR = "year"
    ALL = "all"

    def since(self, now: int) -> int | None:
        """The instant it begins at; None: from the first on."""
        days = {Period.WEEKS: 28, Period.HALF: 182, Period.YEAR: 365}.get(self)
        return None if days is None else now - days * 86_400_000


@dataclass(frozen=True, slots=True)
class PlaysState:
    """How plays arrive: the connection, and how the last look went (None before the first)."""

    connection: SpotifyStatus
    sync: PlaySync | None
    gaps: int


class Plays:
    """What is kept of plays. Asks Spotify for nothing; :class:`PlaysJob` does."""

    def __init__(self, storage: Storage, spotify: Spotify) -> None:
        self._storage = storage
        self._spotify = spotify

    async def page(
        self, user_id: UserId, query: PlayQuery, *, limit: int, after: tuple[int, int] | None = None
    ) -> list[Play]:
        """A page of the timeline, from behind ``after`` (instant and key of its last play) on."""
        async with self._storage.read() as conn:
            return await plays.page(conn, user_id, query, limit=limit, after=after)

    async def order(self, user_id: UserId, query: PlayQuery) -> array[int]:
        """The keys of all plays that ``query`` asks for, in its order."""
        async with self._storage.read() as conn:
            return await plays.order(conn, user_id, query)

    async def some(self, user_id: UserId, pks: Sequence[int]) -> list[Play]:
        """These plays, at most 500, in the order given."""
        async with self._storage.read() as conn:
            return await plays.some(conn, user_id, pks)

    async def top(
        self, user_id: UserId, kind: TopKind, period: Period, *, text: str = "", limit: int = 100
    ) -> list[Top]:
        """What was played most in ``period``."""
        since = period.since(now_ms())
        async with self._storage.read() as conn:
            return await play_statistics.top(conn, user_id, kind, since=since, text=text, limit=limit)

    async def not_owned(self, user_id: UserId, period: Period, *, text: str = "", limit: int = 100) -> list[Top]:
        """Albums played at least :data:`LEAST` times in ``period`` of which no record is owned, most played first."""
        since = period.since(now_ms())
        async with self._storage.read() as conn:
            return await play_statistics.not_owned(conn, user_id, since=since, least=LEAST, text=text, limit=limit)

    async def rhythm(self, user_id: UserId, period: Period) -> Rhythm:
        """When the user listens, in this machine's local time."""
        since = period.since(now_ms())
        async with self._storage.read() as conn:
            first = (await play_statistics.summary(conn, user_id, lately=0)).first_at
        if first is None:
            return Rhythm()
        offsets = await asyncio.to_thread(local_offsets, max(first, since or 0), now_ms())
        async with self._storage.read() as conn:
            return await play_statistics.rhythm(conn, user_id, offsets, since=since)

    async def summary(self, user_id: UserId) -> PlaysSummary:
        """All plays in a line; those of the last seven days are counted apart."""
        async with self._storage.read() as conn:
            return await play_statistics.summary(conn, user_id, lately=now_ms() - WEEK)

    async def gaps(self, user_id: UserId) -> list[PlayGap]:
        """Where plays may be missing, the newest first."""
        async with self._storage.read() as conn:
            return await play_syncs.gaps(conn, user_id)

    async def state(self, user_id: UserId) -> PlaysState:
        """How plays arrive."""
        connection = await self._spotify.status(user_id)
        async with self._storage.read() as conn:
            return PlaysState(
                connection, await play_syncs.get(conn, user_id), len(await play_syncs.gaps(conn, user_id))
            )


class PlaysJob:
    """The kind of job that fetches what one user played lately.

    It fails with :class:`NotConnected` and the ``Upstream*`` errors. Run by the schedule (``{"scheduled": true}``) it is
    quiet where it finds nothing, or the same trouble as the last time.
    """

    name = PLAYS

    def __init__(self, recent: RecentPlays, storage: Storage) -> None:
        self._recent = recent
        self._storage = storage

    async def run(self, work: Work) -> JobResult:
        """Fetch and store the last plays."""
        user_id = UserId(work.job.user_id)
        is_scheduled = bool(work.job.params.get("scheduled"))
        async with self._storage.read() as conn:
            before = await play_syncs.get(conn, user_id)
        await work.report(phase=PLAYS)
        try:
            received = await self._recent.fetch(user_id)
        except UpstreamRateLimited:
            raise
        except LockgrooveError as error:
            if not is_scheduled or before is None or before.error != error.message:
                raise
            await work.problem("Spotify", error.message)
            return JobResult(quiet=True)
        counts = {"plays": received.new, "gaps": int(received.has_gap)}
        async with work.saving() as conn:
            await work.report(done=received.told, total=received.told, counts=counts)
            await jobs.forget_old(conn, user_id, self.name, keep=_KEPT_JOBS)
        return JobResult(dict(counts), quiet=is_scheduled and not received.new and not received.has_gap)


def local_offsets(first: int, last: int) -> list[Offset]:
    """How far this machine's local time is ahead of UTC, and from when on, between two instants."""
    begin, end = (datetime.fromtimestamp(each / 1000, UTC) for each in (first, last))
    found = [Offset(first, _ahead(begin))]
    moment = begin
    while moment < end:
        following = min(moment + _LOOK_EVERY, end)
        if _ahead(following) != found[-1].ms:
            early, late = moment, following
            while late - early > timedelta(minutes=1):
                middle = early + (late - early) / 2
                early, late = (middle, late) if _ahead(middle) == found[-1].ms else (early, middle)
            minute = round(late.timestamp() / 60) * 60_000
            found.append(Offset(minute, _ahead(following)))
        moment = following
    return found


def _ahead(moment: datetime) -> int:
    offset = moment.astimezone().utcoffset()
    return round(offset.total_seconds() * 1000) if offset else 0
