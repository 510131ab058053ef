"""Handing downloads to slskd: written down before it is told, told once, and looked for in its list afterwards."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.downloads import reasons
from services.downloads.hold import Hold, Rhythm
from services.downloads.listing import Listing
from services.downloads.outcome import fail
from services.downloads.sizes import ask_sizes
from services.errors import InvalidInput, LockgrooveError, UpstreamError, UpstreamRateLimited, UpstreamRefused
from services.events import ActivityAdded, DownloadsChanged, Events
from services.settings import Settings
from services.soulseek.client import SlskdClient
from services.soulseek.models import Enqueued, Transfer, WantedFile
from services.soulseek.refusals import Again, Reason, reason
from services.upstream.refusals import NotSent
from storage import activity
from storage import downloads_keeping as rows
from storage.instants import from_seconds, instant
from storage.values.downloads import Download, Handover

MOST_AT_ONCE = 50
"""Files in one request."""
MOST_OF_ONE_USER = 200
"""Files of one user that slskd has at a time: peers refuse long lists, and a priority counts for what waits here."""
NAMELESS = "unknown"
"""What a file without a name is called (harmony-contract.md 7.3)."""
JOBS = "metrics.sync.jobs_completed"
_PUT_OFF = 10.0
"""Seconds until slskd is asked again after it was busy."""

log = structlog.stdlib.get_logger(__name__)


class Meaning(Enum):
    """What a request that raised comes to."""

    NOT_TOLD = auto()
    """slskd did not take it: it waits on."""
    UNKNOWN = auto()
    """Nobody knows: its list will show it."""
    REFUSED = auto()
    """It has failed."""


def meaning(error: LockgrooveError) -> Meaning:
    """What became of a request that ended with ``error`` (slskd-api.md 5.2)."""
    match error:
        case NotSent() | UpstreamRateLimited() | UpstreamRefused():
            return Meaning.NOT_TOLD
        case UpstreamError(code="not_logged_in"):
            return Meaning.NOT_TOLD
        case UpstreamError(status=None) | UpstreamError(status=502 | 503 | 504):
            return Meaning.UNKNOWN
        case _:
            return Meaning.REFUSED


class Sender:
    """Hands what is due to slskd, one request per user at a time, :attr:`Settings.sync_worker_concurrency` users side by side."""

    def __init__(self, hold: Hold, rhythm: Rhythm, events: Events, settings: Callable[[], Settings]) -> None:
        self._hold = hold
        self._rhythm = rhythm
        self._events = events
        self._settings = settings
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.in_flight: set[int] = set()
        """Downloads that slskd is being told of by this process."""
        self.away: LockgrooveError | None = None
        """Why slskd took nothing the last time, where that was not about a download."""

    @property
    def is_sending(self) -> bool:
        return bool(self._tasks)

    def due(self, active: Sequence[Download]) -> list[Download]:
        """What could be sent now, in the order of priority."""
        now = from_seconds(self._rhythm.now())
        held = Counter(row.username for row in active if row.handover is not Handover.WAITING)
        found: list[Download] = []
        for row in active:
            if row.handover is not Handover.WAITING or row.username in self._tasks:
                continue
            if (row.next_attempt_at or "") <= now and held[row.username] < MOST_OF_ONE_USER:
                held[row.username] += 1
                found.append(row)
        return found

    async def send(
        self, client: SlskdClient, active: Sequence[Download], listing: Listing, done: Callable[[], None]
    ) -> None:
        """Begin to hand over what is due; ``done`` is called whenever a request has ended."""
        due = self.due(active)
        if not due:
            return
        fresh = await self._settle_at_once(due, active, listing)
        jobs: dict[str, list[Download]] = {}
        for row in fresh:
            jobs.setdefault(row.username, []).append(row)
        for username, files in jobs.items():
            if len(self._tasks) >= self._settings().sync_worker_concurrency:
                return
            task = asyncio.create_task(self._job(client, username, files[:MOST_AT_ONCE], listing), name="hand over")
            self._tasks[username] = task
            task.add_done_callback(lambda ended, name=username: self._ended(name, ended, done))

    async def close(self) -> None:
        """Stop; what slskd was being told of is found in its list the next time."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, username: str, task: asyncio.Task[None], done: Callable[[], None]) -> None:
        self._tasks.pop(username, None)
        done()
        if not task.cancelled() and (error := task.exception()):
            if isinstance(error, LockgrooveError):
                log.warning(
                    "what became of a download could not be stored; slskd's list will tell", error=error.message
                )
            else:
                log.error("handing over a download broke off", exc_info=error)

    async def _settle_at_once(
        self, due: Sequence[Download], active: Sequence[Download], listing: Listing
    ) -> list[Download]:
        """What really has to be sent: the same file of the same user twice is one too many, what is under way in slskd is
        followed, and what can never be sent has failed.
        """
        taken = {(row.username, row.filename) for row in active if row.handover is not Handover.WAITING}
        fresh: list[Download] = []
        failed: list[tuple[Download, Reason]] = []
        followed: list[tuple[Download, Transfer]] = []
        for row in due:
            pair = (row.username, row.filename)
            if row.filename == NAMELESS:
                failed.append((row, reasons.NO_NAME))
            elif pair in taken:
                failed.append((row, reasons.DUPLICATE))
            elif _leads_astray(row.filename):
                failed.append((row, reasons.BAD_PATH))
            elif under_way := listing.active(row):
                followed.append((row, under_way))
            else:
                fresh.append(row)
            taken.add(pair)
        if failed or followed:
            async with self._hold.saving() as conn:
                now, attempts = self._rhythm.now(), self._settings().download_attempts
                for row, why in failed:
                    await fail(conn, row, why, attempts=attempts, now=now)
                for row, transfer in followed:
                    await rows.change(conn, row.id, **handed(row, transfer))
            self._tell(row for row in due)
        return fresh

    async def _job(self, client: SlskdClient, username: str, files: Sequence[Download], listing: Listing) -> None:
        files = await self._with_sizes(client, files)
        async with self._hold.saving() as conn:
            may = set(await rows.send(conn, {row.id: listing.known(row) for row in files}, now=self._rhythm.now()))
        files = [row for row in files if row.id in may]
        if not files:
            return
        self.in_flight |= may
        try:
            await self._hand_over(client, username, files)
        finally:
            self.in_flight -= may

    async def _hand_over(self, client: SlskdClient, username: str, files: Sequence[Download]) -> None:
        try:
            answer = await client.enqueue(username, [WantedFile(row.filename, row.size or 0) for row in files])
        except (UpstreamError, InvalidInput) as error:
            await self._refused(client, username, files, error)
            return
        self.away = None
        await self._taken(files, answer)

    async def _taken(self, files: Sequence[Download], answer: Enqueued) -> None:
        """slskd answered: what it took is followed, the rest has failed with what was said of it."""
        accepted = {each.filename: each for each in answer.accepted}
        now, attempts = self._rhythm.now(), self._settings().download_attempts
        async with self._hold.saving() as conn:
            for row in files:
                if transfer := accepted.get(row.filename):
                    await rows.change(conn, row.id, **handed(row, transfer))
                else:
                    said = answer.reasons.get(row.filename)
                    await fail(conn, row, _why(said), attempts=attempts, now=now, said=said)
            entry = None
            if accepted:
                await rows.count_one(conn, JOBS)
            else:
                entry = await self._note_failure(conn, files, "slskd took none of the files.")
        self._tell(files)
        self._publish(entry)

    async def _refused(
        self, client: SlskdClient, username: str, files: Sequence[Download], error: LockgrooveError
    ) -> None:
        match meaning(error):
            case Meaning.UNKNOWN:
                log.warning("slskd did not say whether it took downloads; its list will tell", error=error.message)
                return
            case Meaning.NOT_TOLD:
                if not isinstance(error, UpstreamRateLimited):
                    self.away = error
                later = from_seconds(self._rhythm.now() + _PUT_OFF) if self.away is None else None
                async with self._hold.saving() as conn:
                    for row in files:
                        await rows.change(conn, row.id, handover=Handover.WAITING, next_attempt_at=later)
                return
            case Meaning.REFUSED:
                pass
        if isinstance(error, UpstreamError) and error.status == 400 and len(files) > 1:
            for row in files:  # one bad path spoils the request of all
                await self._hand_over(client, username, [row])
            return
        self.away = None
        why = _why(error.message)
        now, attempts = self._rhythm.now(), self._settings().download_attempts
        async with self._hold.saving() as conn:
            for row in files:
                await fail(conn, row, why, attempts=attempts, now=now, said=error.message)
            entry = await self._note_failure(conn, files, error.message)
        self._tell(files)
        self._publish(entry)

    async def _with_sizes(self, client: SlskdClient, files: Sequence[Download]) -> list[Download]:
        """``files`` with their exact sizes. What the user does not list has failed; where nobody can be asked it is left to
        slskd.
        """
        unknown = [row for row in files if row.size is None]
        if not unknown:
            return list(files)
        asked = await ask_sizes(client, unknown[0].username, [row.filename for row in unknown])
        now, attempts = self._rhythm.now(), self._settings().download_attempts
        kept: list[Download] = []
        async with self._hold.saving() as conn:
            for row in files:
                if row.size is None and (why := asked.refused.get(row.filename)):
                    await fail(conn, row, why, attempts=attempts, now=now)
                elif row.size is None and row.filename in asked.sizes:
                    kept += filter(None, [await rows.change(conn, row.id, size=asked.sizes[row.filename])])
                else:
                    kept.append(row)
        self._tell(unknown)
        return kept

    async def _note_failure(self, conn: AsyncConnection, files: Sequence[Download], error: str) -> ActivityAdded:
        """The entry of the feed that harmony-contract.md 17.1 wants where a whole request failed."""
        ids = [row.id for row in files]
        details = {"job_id": str(ids[0]), "error": error, "download_ids": ids, "username": files[0].username}
        entry = await activity.add(conn, files[0].user_id, "download", "sync_job_failed", details)
        return ActivityAdded(files[0].user_id, entry)

    def _tell(self, changed: Iterable[Download]) -> None:
        for user_id in {row.user_id for row in changed}:
            self._events.publish(DownloadsChanged(user_id))

    def _publish(self, entry: ActivityAdded | None) -> None:
        if entry is not None:
            self._events.publish(entry)


def handed(row: Download, transfer: Transfer) -> dict[str, object]:
    """What is written of a download that slskd took."""
    return {
        "handover": Handover.HANDED,
        "handed_at": instant(),
        "transfer_id": transfer.id,
        "raw_state": transfer.state,
        "size": transfer.size or row.size,
        "next_attempt_at": None,
        "doubted_at": None,
        "error_code": None,
        "error": None,
        "hint": None,
    }


def _why(said: str | None) -> Reason:
    """Why slskd did not take a file. That it has it already but does not list it is for a person to look at."""
    why = reason(said)
    return Reason(why.code, why.sentence, Again.MEND) if why.again is Again.ITSELF else why


def _leads_astray(filename: str) -> bool:
    """Whether slskd would refuse the path (slskd-api.md 5.2)."""
    return bool({".", ".."} & set(filename.replace("/", "\\").split("\\")))
