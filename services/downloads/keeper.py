"""The keeper of the queue: looks at slskd's list, writes down what is new, hands over what is due, finds what has arrived."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from services.downloads.hold import Hold, Rhythm
from services.downloads.listing import Listing
from services.downloads.placing import Placing
from services.downloads.polling import Follower
from services.downloads.sending import Sender
from services.errors import LeaseLost, LockgrooveError, UpstreamError
from services.events import Events
from services.settings import Settings
from services.soulseek.client import SlskdClient
from services.soulseek.connect import Soulseek
from storage import downloads_keeping as rows
from storage.engine import Storage
from storage.instants import from_seconds, instant
from storage.values.downloads import Download

_OPTIONS_FOR = 300.0
"""Seconds for which slskd's options are taken to be what they were."""
_ACTIVE = "metrics.sync.active_downloads"
_START, _STOP, _SEEN = "worker.sync.last_start", "worker.sync.last_stop", "worker.sync.last_seen"

log = structlog.stdlib.get_logger(__name__)


class Keeper:
    """Keeps the queue in this process while it holds the lease; see :mod:`services.downloads.hold`."""

    def __init__(
        self, settings: Settings, storage: Storage, soulseek: Soulseek, events: Events, rhythm: Rhythm
    ) -> None:
        self.settings = settings
        self._storage = storage
        self._soulseek = soulseek
        self._events = events
        self._rhythm = rhythm
        self._hold = Hold(storage, rhythm)
        self._sender = Sender(self._hold, rhythm, events, lambda: self.settings)
        in_flight = self._sender.in_flight
        self._follower = Follower(storage, self._hold, rhythm, events, lambda: self.settings, in_flight)
        self.placing = Placing(storage, soulseek, self._hold, rhythm, events)
        self._wanted = asyncio.Event()
        self._pause = rhythm.poll
        self._next_poll = 0.0
        self._heard = 0.0
        self._options: tuple[float, int] | None = None
        self._away_since: str | None = None
        self._is_offline = False
        self._shown_active: str | None = None
        self.is_running = False

    def look(self) -> None:
        """There is something new to do; look now."""
        self._next_poll = 0.0 if self._away_since is None else self._next_poll
        self._wanted.set()

    async def run(self) -> None:
        """Keep the queue until cancelled, whenever no other process does."""
        self.is_running = True
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._renew(), name="download lease")
                group.create_task(self._work(), name="download queue")
        finally:
            self.is_running = False
            await self._close()

    async def _work(self) -> None:
        while True:
            self._wanted.clear()
            nap = await self.turn()
            try:
                async with asyncio.timeout(nap):
                    await self._wanted.wait()
            except TimeoutError:
                continue

    async def turn(self) -> float:
        """One look at the database, and at slskd where it is time; seconds until the next one."""
        try:
            if not self._soulseek.is_configured:
                await self._hold.give_back()
                return self._rhythm.look
            if not await self._take():
                return self._rhythm.look
            await self._act()
        except LeaseLost:
            log.info("another process keeps the download queue")
        except LockgrooveError as error:
            log.warning("the download queue could not be looked after; trying again", error=error.message)
        return self._rhythm.look

    async def _take(self) -> bool:
        was_held = self._hold.is_held
        if not await self._hold.take():
            return False
        if not was_held:
            async with self._storage.read() as conn:
                self._away_since = (await rows.keeper(conn)).away_since
            async with self._hold.saving() as conn:
                await rows.note_figures(conn, {_START: instant(), _SEEN: instant()})
            self._next_poll, self._pause, self._heard = 0.0, self._rhythm.poll, self._rhythm.now()
        return True

    async def _act(self) -> None:
        async with self._storage.read() as conn:
            is_busy, is_due = await rows.pending(conn, self._rhythm.now())
        if not is_busy:
            await self._show_active(False)
            return
        if self._sender.away is not None:
            refusal, self._sender.away = self._sender.away, None
            self._is_offline = True
            await self._note_away(refusal)
        is_time = asyncio.get_running_loop().time() >= self._next_poll
        if not is_time and not (is_due and self._away_since is None):
            return
        active = await self._active()
        if not is_time and not self._sender.due(active):
            return
        try:
            moved = await self._poll(active)
        except LeaseLost:
            raise
        except LockgrooveError as error:
            moved = False
            await self._note_away(error)
        grown = min(self._pause * self._rhythm.growth, self._rhythm.slowest)  # harmony-contract.md 17.1
        self._pause = self._rhythm.poll if moved or self._sender.is_sending else grown
        self._next_poll = asyncio.get_running_loop().time() + self._pause

    async def _poll(self, active: Sequence[Download]) -> bool:
        """One look at slskd and all that follows from it; whether anything moves."""
        client = await self._soulseek.client()
        listing = Listing(await client.downloads())
        moved = await self._follower.follow(client, active, listing, await self._attempts(client))
        await self._show_active(listing.is_busy)
        if self._away_since is not None and not (self._is_offline and not (await client.server()).is_online):
            await self._note_back()
        await self._follower.lose_patience(client, active)
        if self._away_since is None:
            await self._sender.send(client, await self._active(), listing, self.look)
        try:
            await self.placing.look(client)
        except UpstreamError as error:
            if error.status is None:
                raise
            log.warning("slskd does not tell where downloads lie", error=error.message)
        return moved

    async def _active(self) -> list[Download]:
        async with self._storage.read() as conn:
            return await rows.active(conn)

    async def _attempts(self, client: SlskdClient) -> int:
        """slskd's own attempts per transfer."""
        now = self._rhythm.now()
        if self._options is None or now - self._options[0] > _OPTIONS_FOR:
            try:
                self._options = now, (await client.options()).attempts
            except UpstreamError as error:
                if error.status is None:
                    raise
                self._options = now, 1
        return self._options[1]

    # --- slskd is away, figures, the lease

    async def _note_away(self, error: LockgrooveError) -> None:
        """slskd does not answer: nothing has failed, everything waits, and that is said."""
        log.warning("slskd does not answer the download queue", error=error.message)
        self._away_since = self._away_since or from_seconds(self._rhythm.now())
        reason = f"{error.message} {error.hint}".strip()
        async with self._hold.saving(away_since=self._away_since, away_reason=reason) as conn:
            await rows.note_figures(conn, {_ACTIVE: "0"})
        self._shown_active = "0"

    async def _note_back(self) -> None:
        """slskd answers again."""
        async with self._hold.saving(away_since=None, away_reason=None):
            pass
        log.info("slskd answers the download queue again", away_since=self._away_since)
        self._away_since, self._is_offline = None, False

    async def _show_active(self, is_busy: bool) -> None:
        shown = "1" if is_busy else "0"
        if shown != self._shown_active and self._hold.is_held:
            async with self._hold.saving() as conn:
                await rows.note_figures(conn, {_ACTIVE: shown})
            self._shown_active = shown

    async def _renew(self) -> None:
        """Hold the lease also while slskd takes its time, and be heard of now and then."""
        while True:
            await asyncio.sleep(self._rhythm.renew)
            if not self._hold.is_held:
                continue
            try:
                now = self._rhythm.now()
                async with self._hold.saving() as conn:
                    if now - self._heard >= self._rhythm.heartbeat:
                        await rows.note_figures(conn, {_SEEN: from_seconds(now)})
                        self._heard = now
            except LeaseLost:
                log.warning("another process keeps the download queue now")
            except LockgrooveError as error:
                log.warning("the lease on the download queue could not be renewed", error=error.message)

    async def _close(self) -> None:
        await self._sender.close()
        if self._hold.is_held:
            try:
                async with self._hold.saving() as conn:
                    await rows.note_figures(conn, {_STOP: instant()})
            except LockgrooveError as error:
                log.warning("the end of the download queue could not be noted", error=error.message)
            await self._hold.give_back()
