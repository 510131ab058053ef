"""The plays of all users, one after the other within a time limit (records-contract.md section 3, spotify-api.md 4)."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from services.errors import Conflict, LockgrooveError, NotConnected, UpstreamRateLimited
from services.spotify.connect import Spotify
from services.spotify.recent import Received, RecentPlays
from storage import play_syncs, short_lived
from storage.engine import Storage
from storage.short_lived import Kind
from storage.values import UserId

BUDGET = 290.0
"""Seconds that a run may take; whoever called it waits for 300."""
RESERVE = 15.0
"""Seconds that must be left for a user to be begun with."""
LOCKED = 310.0
"""Seconds after which a run that never ended keeps no other from starting."""
PATIENCE = 45.0
"""Seconds for one user: a pause of half a minute that Spotify asks for, and the call; who hangs longer holds up others."""
AT_ONCE = 3
"""Users whose plays are fetched at a time."""
NO_TOKENS = "No Spotify tokens available"
NO_REFRESH = "Failed to refresh token"
TOO_SLOW = "Spotify did not answer in time"
OUT_OF_TIME = "Not processed: time budget exhausted"
_LOCK = "spotify-plays"

log = structlog.stdlib.get_logger(__name__)


class AlreadyRunning(Conflict):
    """Another run, in whichever process, is at it."""

    kind = "already_running"


@dataclass(frozen=True, slots=True)
class Failure:
    """A user whose plays were not fetched, and why."""

    user_id: UserId
    error: str


@dataclass(slots=True)
class RunResult:
    """How a run went: ``users`` in all, ``plays`` really stored; whoever is not among ``failures`` succeeded."""

    users: int = 0
    plays: int = 0
    failures: list[Failure] = field(default_factory=list[Failure])

    @property
    def successful(self) -> int:
        return self.users - len(self.failures)


class PlaysRun:
    """Fetches the plays of every user with Spotify: the one who was asked for longest ago first, so that whoever a run did
    not reach comes first in the next. One user's trouble is nobody else's.

    ``clock`` counts seconds; ``budget`` of them make a run, ``patience`` is had with one user. They are only changed by
    tests.
    """

    def __init__(
        self,
        spotify: Spotify,
        storage: Storage,
        recent: RecentPlays,
        *,
        clock: Callable[[], float] = time.monotonic,
        budget: float = BUDGET,
        patience: float = PATIENCE,
    ) -> None:
        self._spotify = spotify
        self._storage = storage
        self.recent = recent
        self.clock = clock
        self.budget = budget
        self.patience = patience

    async def run(self) -> RunResult:
        """Once through all users. Raises :class:`AlreadyRunning`, and the store's errors where not even the users could be
        listed.
        """
        ours = uuid.uuid4().hex
        async with self._storage.write() as conn:
            held = await short_lived.claim(conn, Kind.RUN, _LOCK, ours, seconds=LOCKED)
        if held is not None:
            raise AlreadyRunning("Sync already running", "It ends within five minutes.")
        try:
            return await self._run()
        finally:
            async with self._storage.write() as conn:
                if await short_lived.get(conn, Kind.RUN, _LOCK) == ours:
                    await short_lived.forget(conn, Kind.RUN, _LOCK)

    async def _run(self) -> RunResult:
        began = self.clock()
        log.info("[Spotify Sync] Starting sync for all users...")
        listeners = await self._spotify.users()
        async with self._storage.read() as conn:
            users = await play_syncs.by_last_attempt(conn, listeners)
        log.info(f"[Spotify Sync] Found {len(users)} users to sync")
        if not users:
            log.info("[Spotify Sync] No users to sync")
        result = RunResult(users=len(users))
        line = _Line(users, began + self.budget, self.clock)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(AT_ONCE, len(users))):
                group.create_task(self._serve(line, result))
        result.failures += [Failure(user_id, line.closed or OUT_OF_TIME) for user_id in line.rest()]
        lasted = round((self.clock() - began) * 1000)
        log.info(
            f"[Spotify Sync] Completed in {lasted}ms. Success: {result.successful}, Failed: {len(result.failures)}, "
            f"Plays: {result.plays}"
        )
        return result

    async def _serve(self, line: _Line, result: RunResult) -> None:
        while (user_id := line.next()) is not None:
            left = line.left()
            try:
                async with asyncio.timeout(max(0.0, min(left, self.patience))):
                    received = await self._fetch(user_id)
            except TimeoutError:
                self._failed(result, user_id, TOO_SLOW if self.patience < left else OUT_OF_TIME)
            except UpstreamRateLimited as error:
                line.closed = _limited(error)  # the limit is that of the app: nobody else would get through
                self._failed(result, user_id, line.closed)
            except NotConnected as error:
                is_over = error.code == "reauth_required"
                if not is_over:
                    log.info(f"[Spotify Sync] User {user_id} has no valid tokens, skipping")
                self._failed(result, user_id, NO_REFRESH if is_over else NO_TOKENS)
            except LockgrooveError as error:
                is_over = getattr(error, "code", None) == "reauth_required"
                self._failed(result, user_id, NO_REFRESH if is_over else error.message)
            except Exception as error:  # one user's trouble, whatever it is, must not be another's
                log.exception("[Spotify Sync] Failed to sync a user", user=user_id)
                self._failed(result, user_id, f"Unexpected error ({type(error).__name__})")
            else:
                result.plays += received.new

    async def _fetch(self, user_id: UserId) -> Received:
        log.info(f"[Spotify Sync] Syncing user {user_id}...")

        def found(count: int) -> None:
            log.info(f"[Spotify Sync] Found {count} new plays for user {user_id}")

        received = await self.recent.fetch(user_id, found=found)
        if received.new:
            log.info(f"[Spotify Sync] Ingested {received.new} plays for user {user_id}")
        return received

    def _failed(self, result: RunResult, user_id: UserId, error: str) -> None:
        log.warning(f"[Spotify Sync] Failed to sync user {user_id}: {error}")
        result.failures.append(Failure(user_id, error))


class _Line:
    """Who is to come, until the time is up or the line is ``closed`` for a reason that concerns all."""

    def __init__(self, users: Sequence[UserId], until: float, clock: Callable[[], float]) -> None:
        self._users = list(reversed(users))
        self._until = until
        self._clock = clock
        self.closed = ""

    def left(self) -> float:
        """Seconds until the time is up."""
        return self._until - self._clock()

    def next(self) -> UserId | None:
        """Who comes next; None if nobody, or not in this run."""
        if not self._users or self.closed or self.left() < RESERVE:
            return None
        return self._users.pop()

    def rest(self) -> list[UserId]:
        """Who was not reached."""
        rest, self._users = self._users[::-1], []
        return rest


def _limited(error: UpstreamRateLimited) -> str:
    until = datetime.fromtimestamp(error.retry_at, UTC)
    return f"Rate limited until {until:%Y-%m-%dT%H:%M:%SZ}"
