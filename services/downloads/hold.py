"""Which process keeps the download queue, and the rhythm in which it does.

Several processes share one database and one slskd, so one of them keeps the queue: it alone polls slskd and hands downloads to
it. It holds a lease like that of the durable jobs (:mod:`services.jobs`), renewed while it lives and fenced: a process that was
thought dead and comes back writes nothing. It is no durable job itself, because a job belongs to a user, has an end and takes
turns with others for its place, while the queue belongs to the installation, goes on for as long as anything is on its way and
must be found again within a second after the process that kept it was killed. Cancelling, retrying and adding are done by
whichever process is asked; what is over stays over, so the keeper cannot undo them.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.jobs.clock import Lapses
from services.jobs.owner import Owner
from storage import downloads_keeping as rows
from storage.engine import Storage
from storage.errors import LeaseLost, LockgrooveError


@dataclass(frozen=True, slots=True)
class Rhythm:
    """In seconds. ``poll`` lies between two looks at slskd while something moves, growing by ``growth`` up to ``slowest``
    while nothing does; ``look`` between two looks at the database for what other processes queued.

    ``settle``: after this long a request of a process that died, which slskd does not list, was certainly not taken (slskd
    needs up to 90 s for one). ``back``: how long slskd may take after a restart to go on with its transfers. ``found``: how
    long the local file of a completed download is looked for. ``now`` is the wall clock that processes share.
    """

    poll: float = 2.0
    growth: float = 1.5
    slowest: float = 15.0
    look: float = 1.0
    lease: float = 30.0
    renew: float = 5.0
    heartbeat: float = 15.0
    settle: float = 150.0
    back: float = 300.0
    found: float = 60.0
    now: Callable[[], float] = time.time


class Hold:
    """This process's lease on the queue."""

    def __init__(self, storage: Storage, rhythm: Rhythm) -> None:
        self._storage = storage
        self._rhythm = rhythm
        self._owner = Owner.this_process()
        self._fence: int | None = None
        self._renewed = 0.0
        self._lapses = Lapses(rhythm.now, 2 * rhythm.renew)

    @property
    def is_held(self) -> bool:
        """Whether this process keeps the queue, as far as it knows."""
        return self._fence is not None

    async def take(self) -> bool:
        """Whether this process keeps the queue now: it does already, or nobody (alive) does."""
        now = self._rhythm.now()
        if self._fence is not None:
            if abs(now - self._renewed) >= self._rhythm.renew:
                with suppress(LeaseLost):
                    async with self.saving():
                        pass
            return self.is_held
        async with self._storage.read() as conn:
            held = await rows.keeper(conn)
        gone = held.lease_owner if held.lease_owner and self._owner.knows_dead(held.lease_owner) else None
        lapsed = self._lapses.before()
        if held.lease_owner and not gone and (held.lease_until or 0.0) > lapsed:
            return False
        async with self._storage.write() as conn:
            self._fence = await rows.claim(
                conn, str(self._owner), lease=self._rhythm.lease, now=now, lapsed=lapsed, gone=gone
            )
        self._renewed = now
        return self.is_held

    @asynccontextmanager
    async def saving(self, **changes: Any) -> AsyncGenerator[AsyncConnection]:
        """A transaction of the keeper, which renews the lease; ``changes`` are columns of the keeper's row.

        Raises :class:`LeaseLost`, with nothing stored, once another process keeps the queue.
        """
        if self._fence is None:
            raise LeaseLost("Another process keeps the download queue.", "It goes on there; nothing was lost.")
        now = self._rhythm.now()
        try:
            async with self._storage.write() as conn:
                await rows.hold(conn, self._fence, lease=self._rhythm.lease, now=now, **changes)
                yield conn
        except LeaseLost:
            self._fence = None
            raise
        self._renewed = now

    async def give_back(self) -> None:
        """Let another process keep the queue from now on."""
        fence, self._fence = self._fence, None
        if fence is not None:
            with suppress(LockgrooveError):  # it lapses by itself
                async with self._storage.write() as conn:
                    await rows.release(conn, fence)
