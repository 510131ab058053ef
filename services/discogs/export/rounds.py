"""Going through the items of an export: one after the other, not too fast, what fails told, what is unsure tried again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime

import structlog

from services.discogs.export import reasons
from services.discogs.export.turn import Deed, Desk, Turn, is_refusal
from services.errors import Conflict, UpstreamError, UpstreamRateLimited
from storage import exports
from storage.values import ExportItem, ExportState

log = structlog.get_logger(__name__)

SECONDS_BETWEEN_ITEMS = 1.0
"""Least time from one item to the next, on top of the account's limit (records-contract.md section 2)."""
SECONDS_TO_ARRIVE = 5.0
"""How long something that was sent and not answered may take to show on Discogs, before it is looked for."""
MOST_OUTAGES = 3
"""How many items in a row may find Discogs out of order, or be forbidden, before the rest is left for later."""
_BATCH = 50
_SECONDS_TO_FINISH = 3.0
"""How long an item in hand is given when the job has to stop."""


class Rounds:
    """The rounds of one run: every open item once, then those that an outage left open once more."""

    def __init__(self, desk: Desk, deed: Deed) -> None:
        self._desk = desk
        self._deed = deed
        self._setbacks = 0
        self._next_at = 0.0
        self._why: dict[int, str] = {}

    async def go(self) -> None:
        """Deal with everything that is open.

        Raises the upstream's error when the credential is not accepted, the wait is long, or several items in a row
        could not be done for a reason that is not theirs: what was not sent stays pending then.
        """
        await self._round()
        await self._round()
        async for item in self._open():
            turn = Turn(self._desk, item)
            if self._desk.undo_of is None and item.instance_id is not None:
                await turn.became(ExportState.SENT, reasons.STILL_WANTED)
            elif turn.is_under_way:
                await self._desk.work.problem(item.title, reasons.NOT_KNOWN)
            else:
                await turn.became(ExportState.FAILED, self._why.get(item.position))

    async def _round(self) -> None:
        async for item in self._open():
            await self._paced()
            if item.state is ExportState.SENDING and item.instance_id is None:
                await self._let_arrive(item)
            self._desk.work.raise_if_cancelled()
            await whole(self._try(Turn(self._desk, item)), lambda: self._desk.client.limiter.waiting_until is not None)

    async def _open(self) -> AsyncGenerator[ExportItem]:
        """The items that are open, by position."""
        work, after = self._desk.work, 0
        while True:
            async with work.storage.read() as conn:
                batch = await exports.page(conn, work.job.id, after=after, limit=_BATCH, states=exports.OPEN)
            for item in batch:
                yield item
            if len(batch) < _BATCH:
                return
            after = batch[-1].position

    async def _paced(self) -> None:
        wait = self._next_at - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        self._next_at = time.monotonic() + SECONDS_BETWEEN_ITEMS

    async def _let_arrive(self, item: ExportItem) -> None:
        """Something may be on its way still: looking too early would miss it."""
        work = self._desk.work
        async with work.storage.read() as conn:
            sent_at = await exports.changed_at(conn, work.job.id, item.position)
        age = (datetime.now(UTC) - datetime.fromisoformat(sent_at)).total_seconds()
        if 0 <= age < SECONDS_TO_ARRIVE:
            await asyncio.sleep(SECONDS_TO_ARRIVE - age)

    async def _try(self, turn: Turn) -> None:
        try:
            await self._deed.do(turn)
        except UpstreamRateLimited:
            raise
        except UpstreamError as error:
            if error.status == 401:
                raise
            await self._failed(turn, error)
        except Conflict as error:
            await turn.became(ExportState.FAILED, error.message)
        else:
            self._setbacks = 0

    async def _failed(self, turn: Turn, error: UpstreamError) -> None:
        """The item's own failure is told; one that is not its own leaves it open."""
        reason = reasons.of_failure(error, self._desk.terms.target)
        self._why[turn.item.position] = reason
        is_its_own = is_refusal(error.status) and error.status != 403
        self._setbacks = 0 if is_its_own else self._setbacks + 1
        if self._setbacks >= MOST_OUTAGES:
            raise error
        if is_refusal(error.status):
            await turn.became(ExportState.FAILED, reason)
        else:
            log.warning("export_item_left_open", release=turn.item.release_id, error=error.message)


async def whole(item: Awaitable[None], is_waiting: Callable[[], bool]) -> None:
    """Await ``item`` to its end also when the job is stopped meanwhile, as long as that takes no more than a moment.

    An item that only waits for the service's limit has sent nothing: it is given up at once.
    """
    doing = asyncio.ensure_future(item)
    try:
        await asyncio.shield(doing)
    except asyncio.CancelledError:
        deadline = time.monotonic() + _SECONDS_TO_FINISH
        while not doing.done() and not is_waiting() and (left := deadline - time.monotonic()) > 0:
            try:
                await asyncio.wait({doing}, timeout=min(left, 0.1))
            except asyncio.CancelledError:  # the item stored something, and was told once more that it is to stop
                continue
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)
        raise
