"""What slskd's list says of every download it was told of, written down; and queues that are left for another source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import structlog

from services.downloads import reasons
from services.downloads.following import Told, told, vanished
from services.downloads.hold import Hold, Rhythm
from services.downloads.listing import Listing
from services.downloads.outcome import fail
from services.downloads.sending import handed
from services.errors import UpstreamError, UpstreamNotFound
from services.events import DownloadsChanged, Events
from services.settings import Settings
from services.soulseek.client import SlskdClient
from services.soulseek.models import Transfer
from storage import downloads
from storage import downloads_keeping as rows
from storage.engine import Storage
from storage.instants import from_seconds
from storage.values.downloads import Download, DownloadState, Handover

log = structlog.stdlib.get_logger(__name__)


class Follower:
    """Follows the downloads that slskd was told of. ``in_flight`` are those it is being told of at this moment."""

    def __init__(
        self,
        storage: Storage,
        hold: Hold,
        rhythm: Rhythm,
        events: Events,
        settings: Callable[[], Settings],
        in_flight: set[int],
    ) -> None:
        self._storage = storage
        self._hold = hold
        self._rhythm = rhythm
        self._events = events
        self._settings = settings
        self._in_flight = in_flight

    async def follow(self, client: SlskdClient, active: Sequence[Download], listing: Listing, attempts: int) -> bool:
        """Write down what the list says of every download that slskd was told of; whether any moves."""
        now = self._rhythm.now()
        others = await self._of_other_attempts(active)
        found: list[tuple[Download, Transfer | None, Told]] = []
        undecided: list[Download] = []
        for row in active:
            if row.handover is Handover.WAITING or row.id in self._in_flight:
                continue
            try:
                transfer = await self._transfer_of(
                    client, row, listing, others.get((row.username, row.filename), set())
                )
            except UpstreamError as error:
                if error.status is None:
                    raise
                log.warning("slskd does not tell what became of a download", download=row.id, error=error.message)
                continue
            if transfer is not None:
                about = told(row, transfer, attempts=attempts, back=self._rhythm.back, now=now)
                if about.failed is reasons.NOT_BACK and not (await client.server()).is_online:
                    about = Told()
                found.append((row, transfer, about))
            elif row.handover is Handover.HANDED:
                found.append((row, None, vanished(row, now=now)))
            elif _since(row.sent_at, now) >= self._rhythm.settle:
                undecided.append(row)
        news = [each for each in found if each[2].is_news or each[0].handover is not Handover.HANDED]
        await self._write(news, undecided, attempts_here=self._settings().download_attempts, now=now)
        moves = any(t is not None and not t.is_terminal and not t.is_queued_remotely for _, t, _ in found)
        return moves or bool(news or undecided)

    async def _of_other_attempts(self, active: Sequence[Download]) -> dict[tuple[str, str], set[str]]:
        """The transfers of all attempts at what has no transfer of its own yet."""
        pairs = {(row.username, row.filename) for row in active if row.handover is not Handover.WAITING}
        async with self._storage.read() as conn:
            return await rows.transfers(conn, pairs)

    async def _transfer_of(
        self, client: SlskdClient, row: Download, listing: Listing, others: set[str]
    ) -> Transfer | None:
        """The transfer of ``row``: by its id, else (slskd was restarted, or had not told the id) by user, path and size; what
        is not listed any more is asked for once more by its id.
        """
        if row.handover is not Handover.HANDED:
            taken = listing.taken(row, others)
            if taken is None and _since(row.sent_at, self._rhythm.now()) >= self._rhythm.settle:
                removed = Listing(await client.downloads_of(row.username, removed=True))
                return removed.taken(row, others, since=row.sent_at)
            return taken
        listed = listing.of_id(row.transfer_id)
        if listed is not None and not listed.is_terminal:
            return listed
        anew = next((t for t in listing.of_file(row) if t.id not in others), None)
        if anew is not None:
            return anew
        if listed is not None or row.transfer_id is None:
            return listed
        try:
            return await client.download(row.username, row.transfer_id)
        except UpstreamNotFound:
            return None

    async def _write(
        self,
        news: Sequence[tuple[Download, Transfer | None, Told]],
        undecided: Sequence[Download],
        *,
        attempts_here: int,
        now: float,
    ) -> None:
        if not (news or undecided):
            return
        async with self._hold.saving(polled_at=from_seconds(now)) as conn:
            for row, transfer, about in news:
                figures = dict(about.changes)
                if transfer is not None and row.handover is not Handover.HANDED:
                    figures = handed(row, transfer) | figures
                if row.handover is Handover.INTENDED:
                    await downloads.reveal(conn, row.id)
                if about.failed is not None:
                    why = about.failed
                    await fail(conn, row, why, attempts=attempts_here, now=now, said=about.said, figures=figures)
                else:
                    await rows.change(conn, row.id, **figures)
            for row in undecided:
                if row.handover is Handover.INTENDED:
                    await downloads.withdraw(conn, row.id)
                else:
                    await rows.change(conn, row.id, handover=Handover.WAITING)
        self._tell(row for row, _, _ in news)
        self._tell(undecided)

    async def lose_patience(self, client: SlskdClient, active: Sequence[Download]) -> None:
        """Leave the queues in which a download has waited too long, where there is another source. That is written down
        before slskd is told, so that a process that dies between does not take it for a cancel.
        """
        now, most = self._rhythm.now(), self._settings().download_attempts
        for row in active:
            is_late = _since(row.handed_at, now) >= self._settings().download_patience_hours * 3600
            waits = row.handover is Handover.HANDED and row.state is DownloadState.QUEUED
            if not (waits and is_late and row.alternatives and row.transfer_id and row.attempt < most):
                continue
            async with self._hold.saving() as conn:
                marked = await rows.change(conn, row.id, error_code=reasons.PATIENCE.code)
            if marked is None or marked.state is not DownloadState.QUEUED or not marked.transfer_id:
                continue
            try:
                ended = await client.cancel(marked.username, marked.transfer_id)
            except UpstreamError as error:
                log.warning("a queue could not be left; trying again", download=row.id, error=error.message)
                continue
            if ended is not None and ended.is_succeeded:
                continue  # the next look finds it complete
            async with self._hold.saving() as conn:
                await fail(conn, marked, reasons.PATIENCE, attempts=most, now=now)
            self._tell([row])

    def _tell(self, changed: Iterable[Download]) -> None:
        for user_id in {row.user_id for row in changed}:
            self._events.publish(DownloadsChanged(user_id))


def _since(at: str | None, now: float) -> float:
    """Seconds since an instant; none at all is long ago."""
    return now - datetime.fromisoformat(at).timestamp() if at else float("inf")
