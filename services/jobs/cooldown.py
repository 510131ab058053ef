"""How long a user who ordered a job waits before ordering one of that kind again (discogsography-contract.md section 11).

Only what is ordered from outside is held back: the person at the program, the command line, a stream that somebody
watches and the schedule start jobs without it.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.errors import LockgrooveError
from storage import short_lived
from storage.short_lived import Kind
from storage.values import Job, UserId


class TooEarly(LockgrooveError):
    """The same was ordered a short while ago. ``until`` is when it may be ordered again, in Unix seconds."""

    kind = "cooldown"

    def __init__(self, message: str, until: float, hint: str = "") -> None:
        super().__init__(message, hint)
        self.until = until


async def check(conn: AsyncConnection, kind: str, user_id: UserId, *, seconds: float, now: float) -> None:
    """Raises :class:`TooEarly` while the user has to wait; nobody waits longer than ``seconds``, whatever the clock does."""
    until = await short_lived.expiry(conn, Kind.COOLDOWN, _key(kind, user_id), now=now)
    if until is not None and until <= now + seconds + short_lived.CLOCKS_DIFFER:
        raise _too_early(kind, until)


async def begin(conn: AsyncConnection, job: Job, *, seconds: float, now: float) -> None:
    """Let the user of ``job`` wait from now on. Raises :class:`TooEarly` if somebody was quicker."""
    key = _key(job.kind, job.user_id)
    until = await short_lived.claim(conn, Kind.COOLDOWN, key, job.id, seconds=seconds, now=now)
    if until is not None:
        raise _too_early(job.kind, until)


async def lift(conn: AsyncConnection, job: Job) -> None:
    """End the wait that ``job`` began; one that a later job began stays."""
    key = _key(job.kind, job.user_id)
    if await short_lived.get(conn, Kind.COOLDOWN, key) == job.id:
        await short_lived.forget(conn, Kind.COOLDOWN, key)


def _key(kind: str, user_id: UserId) -> str:
    return f"{kind}:{user_id}"


def _too_early(kind: str, until: float) -> TooEarly:
    return TooEarly(f"A {kind} was started only a short while ago.", until, "Wait a few minutes, then try again.")
