"""One run of auto-sync: read what is wanted and what is held, ask Soulseek for what is missing, queue it. It does not wait for
the transfers: :mod:`services.autosync.settling` sees to what becomes of them.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.autosync import telling, wanted
from services.autosync.choosing import Found, Question, choose, question, questions
from services.autosync.outlook import Outlook, Parts, Unreadable, compare
from services.autosync.telling import Feed
from services.autosync.wanted import Wish
from services.errors import InvalidInput, LockgrooveError, StoreError, UpstreamError, UpstreamRateLimited
from services.jobs import Work
from services.soulseek.client import SlskdClient
from storage import autosync as rows
from storage import user_values
from storage.instants import instant
from storage.setting_changes import PREFIX
from storage.values import Document, UserId
from storage.values.autosync import AutosyncState, Failure
from storage.values.downloads import Download

log = structlog.stdlib.get_logger(__name__)

MOST_SEARCHES = 60
"""Searches of one run: some twenty-five minutes, and far from what the network bans somebody for. The next run goes on."""
_LAST = "autosync.last"
"""Under which it is kept when the last run began."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended. ``error`` is why it ended early, in words, and ``service`` whose trouble that was."""

    figures: Document
    service: str = ""
    error: str = ""
    is_partial: bool = False


@dataclass
class Mark:
    """How far a run is; its job's checkpoint."""

    began_at: str = ""
    before: str = ""
    """When the run before it began."""
    is_compared: bool = False
    searched: int = 0
    requested: int = 0
    skipped: int = 0
    failures: list[str] = field(default_factory=list[str])
    told: dict[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def read(cls, checkpoint: Document) -> Mark:
        return cls(**checkpoint) if checkpoint else cls()

    def document(self) -> Document:
        return asdict(self)


class _Away(Exception):
    """Soulseek as a whole cannot be asked now."""

    def __init__(self, error: UpstreamError) -> None:
        super().__init__(error.message)
        self.error = error


class Run:
    """One run, inside a job: everything that must survive goes through ``work``."""

    def __init__(self, parts: Parts, work: Work, source: str, most: int = MOST_SEARCHES) -> None:
        self._parts = parts
        self._work = work
        self._user_id = UserId(work.job.user_id)
        self._most = most
        self._mark = Mark.read(work.checkpoint)
        self._feed = Feed(parts.storage, parts.events, self._user_id, source, self._mark.told)

    async def run(self) -> Ended:
        """From the checkpoint on if there is one: what was read is read again, what was asked for is not."""
        if not self._mark.began_at:
            await self._begin()
        await self._work.report(phase="autosync")
        wishes = await wanted.read(self._parts.storage, self._user_id)
        is_first = not self._mark.is_compared
        if is_first:
            await self._feed.tell("spotify_loaded", tracks=len(wishes))
        try:
            outlook = await compare(self._parts, self._user_id, wishes)
        except Unreadable as trouble:
            return await self._ended_early(trouble.service, trouble.error)
        if is_first:
            await self._tell_compared(outlook)
        self._mark.is_compared = True
        left = {each.key for each in outlook.missing}
        async with self._work.saving(self._mark.document()) as conn:
            for key, each in outlook.known.items():
                if each.state is AutosyncState.ARRIVED and key not in left:  # filed by hand
                    await rows.imported(conn, self._user_id, key, each.path)
        if not outlook.missing and not self._mark.searched:
            await self._feed.tell("completed", missing=0)
            return Ended(await self._figures(outlook))
        await self._search(outlook.to_ask)
        return await self._sum_up(outlook)

    async def ended_early(self, service: str, error: LockgrooveError) -> Ended:
        """It cannot even begin, because what comes before it failed."""
        if not self._mark.began_at:
            await self._begin()
        return await self._ended_early(service, error)

    async def _begin(self) -> None:
        now = instant()
        async with self._parts.storage.read() as conn:
            last = await user_values.get(conn, self._user_id, _LAST)
        self._mark.began_at, self._mark.before = now, str(last[0]) if last else now
        async with self._work.saving(self._mark.document()) as conn:
            await user_values.put(conn, self._user_id, _LAST, now)
            await _note(
                conn,
                self._user_id,
                **{"worker.autosync.last_start": _wire(now), "worker.autosync.last_seen": _wire(now)},
            )
        await self._feed.tell("autosync_started")

    async def _tell_compared(self, outlook: Outlook) -> None:
        if self._parts.plex.is_configured:
            await self._feed.tell("plex_loaded", tracks=outlook.held.get("plex", 0))
        await self._feed.tell("comparison_complete", missing=len(outlook.missing))
        if not outlook.missing:
            return
        await self._feed.tell("downloads_requested", count=len(outlook.to_ask))
        async with self._work.saving() as conn:
            for each in outlook.skipped:
                await self._feed.of_track(conn, "soulseek_skipped", each, reason="permanent")
        self._feed.publish()
        self._mark.skipped += len(outlook.skipped)
        self._mark.told = self._feed.counts

    # --- asking Soulseek

    async def _search(self, to_ask: Sequence[Wish]) -> None:
        """Search for these, albums as a whole first, until the run has searched enough."""
        work = self._work
        line = deque(questions(to_ask))
        await work.report(
            phase="searching", done=self._mark.searched, total=min(self._most, self._mark.searched + len(line))
        )
        if not line:
            return
        client = await self._parts.soulseek.client()
        while line and self._mark.searched < self._most:
            asked = line.popleft()
            await work.report(note=asked.text)
            try:
                left = await self._ask(client, asked)
            except _Away as away:
                self._mark.failures.append(Failure.SEARCH.value)
                await self._feed.tell("soulseek_error", track=telling.about(asked.wishes[0]), error=away.error.message)
                return
            line.extendleft(question([each]) for each in reversed(left))
            total = min(self._most, self._mark.searched + len(line))
            await work.report(
                done=self._mark.searched, total=total, note="", counts={"requested": self._mark.requested}
            )

    async def _ask(self, client: SlskdClient, asked: Question) -> Sequence[Wish]:
        """One search and what follows from it; the tracks that need one of their own."""
        self._mark.searched += 1
        async with self._work.saving(self._mark.document()) as conn:
            for each in asked.wishes:
                await rows.begin(
                    conn, self._user_id, each.key, spotify_id=each.spotify_id, artist=each.artist, title=each.title,
                    album=each.album, priority=each.priority,
                )  # fmt: skip
            await _note(conn, self._user_id, **{"worker.autosync.last_seen": _wire(instant())})
        try:
            answered = await client.search(asked.text, background=True)
        except InvalidInput:
            await self._fail(
                {each.key: Failure.NO_RESULTS for each in asked.wishes}, asked, "There is no word to search for."
            )
            return ()
        except UpstreamError as error:
            if isinstance(error, UpstreamRateLimited) or not (await self._parts.soulseek.status()).ready:
                raise _Away(error) from error
            await self._fail({each.key: Failure.SEARCH for each in asked.wishes}, asked, error.message)
            return ()
        found = await asyncio.to_thread(choose, asked, answered, self._parts.downloads.rules())
        if found.files:
            await self._queue(asked, found)
        await self._fail(found.failed, asked)
        return [each for each in asked.wishes if each.key not in found.files and each.key not in found.failed]

    async def _queue(self, asked: Question, found: Found) -> None:
        """Queue the files and note that, in one transaction: after a kill either both are there or neither is."""
        by_key = {each.key: each for each in asked.wishes}
        mark, counts = replace(self._mark), dict(self._feed.counts)

        async def also(conn: AsyncConnection, made: list[Download]) -> None:
            for (key, _), row in zip(found.files.items(), made, strict=True):
                is_noted = await rows.change(
                    conn, self._user_id, key, AutosyncState.REQUESTED, among=(AutosyncState.SEARCHING,),
                    download_id=row.id, failure=None, error=None, path=None,
                )  # fmt: skip
                if not is_noted:
                    raise _Taken
                await self._feed.of_track(conn, "download_enqueued", by_key[key], username=found.username)
            mark.requested += len(made)
            mark.told = self._feed.counts
            await self._work.store(conn, mark.document())

        try:
            await self._parts.downloads.add(self._user_id, found.username, list(found.files.values()), also=also)
        except _Taken:
            self._feed.counts = counts
            self._feed.forget()
            return
        except StoreError:
            raise
        except LockgrooveError as error:
            self._feed.counts = counts
            self._feed.forget()
            await self._fail(dict.fromkeys(found.files, Failure.DOWNLOAD), asked, error.message)
            return
        self._mark = mark
        self._feed.publish()

    async def _fail(self, failed: dict[str, Failure], asked: Question, error: str = "") -> None:
        """Note these failures; each counts once more against its track."""
        if not failed:
            return
        by_key = {each.key: each for each in asked.wishes}
        least = self._parts.downloads.rules().min_bit_rate
        async with self._work.saving() as conn:
            for key, failure in failed.items():
                said = error or _SAID[failure].format(least=least)
                await rows.fail(conn, self._user_id, key, failure, said, among=(AutosyncState.SEARCHING,))
                about: Document = {"min_bitrate": least} if failure is Failure.QUALITY else {}
                about |= {"error": said} if failure in (Failure.SEARCH, Failure.DOWNLOAD) else {}
                await self._feed.of_track(conn, _STATUS[failure], by_key[key], **about)
        self._feed.publish()
        self._mark.skipped += len(failed)
        self._mark.failures = telling.names([*self._mark.failures, *(each.value for each in failed.values())])
        self._mark.told = self._feed.counts
        async with self._work.saving(self._mark.document()):
            pass

    # --- the end

    async def _sum_up(self, outlook: Outlook) -> Ended:
        mark = self._mark
        soulseek = "failed" if mark.failures else "partial" if mark.skipped else "ok"
        status = {"spotify": "ok", "plex": "ok", "soulseek": soulseek}
        await self._feed.tell("status_summary", status=status, tracks=self._feed.counts)
        figures = await self._figures(outlook)
        is_partial = bool(mark.failures or mark.skipped)
        told = {name: figures[name] for name in ("downloaded", "requested", "skipped", "failures")}
        await self._feed.tell("partial" if is_partial else "completed", **told)
        return Ended(figures, is_partial=is_partial)

    async def _ended_early(self, service: str, error: LockgrooveError) -> Ended:
        said = f"{error.message} {error.hint}".strip()
        log.warning("auto_sync_ended_early", service=service, error=error.message)
        await self._feed.tell(f"{service}_unavailable", error=said)
        await self._feed.tell("partial", reason=service)
        return Ended(await self._figures(None), service, said, is_partial=True)

    async def _figures(self, outlook: Outlook | None) -> Document:
        """The figures of the run, which are kept as metrics too (harmony-contract.md 14.4)."""
        mark = self._mark
        async with self._work.saving(mark.document()) as conn:
            downloaded = await rows.imported_since(conn, self._user_id, mark.before)
            now = instant()
            await _note(
                conn,
                self._user_id,
                **{
                    "metrics.autosync.downloaded": str(downloaded),
                    "metrics.autosync.skipped": str(mark.skipped),
                    "metrics.autosync.duration_ms": str(_milliseconds(mark.began_at)),
                    "worker.autosync.last_seen": _wire(now),
                    "worker.autosync.last_stop": _wire(now),
                },
            )
        await self._work.report(counts={"requested": mark.requested, "skipped": mark.skipped})
        return {
            "wanted": outlook.wanted if outlook else 0,
            "missing": len(outlook.missing) if outlook else 0,
            "searched": mark.searched,
            "requested": mark.requested,
            "downloaded": downloaded,
            "skipped": mark.skipped,
            "failures": list(mark.failures),
        }


class _Taken(Exception):
    """Another run has asked for it meanwhile."""


_SAID = {
    Failure.SEARCH: "Soulseek could not be searched.",
    Failure.NO_RESULTS: "Nobody on Soulseek has it.",
    Failure.QUALITY: "Soulseek has it below {least} kbit/s only.",
    Failure.DOWNLOAD: "It could not be queued.",
    Failure.IMPORT: "beets could not file it.",
}
_STATUS = {
    Failure.SEARCH: "soulseek_error",
    Failure.NO_RESULTS: "soulseek_no_results",
    Failure.QUALITY: "soulseek_low_quality",
    Failure.DOWNLOAD: "download_failed",
    Failure.IMPORT: "import_failed",
}


async def _note(conn: AsyncConnection, user_id: UserId, **values: str) -> None:
    """Keep what the worker tells, among the settings as they are read over REST."""
    for key, value in values.items():
        await user_values.put(conn, user_id, PREFIX + key, value)


def _wire(at: str) -> str:
    return f"{at[:19]}Z"


def _milliseconds(since: str) -> int:
    return max(0, round((time.time() - datetime.fromisoformat(since).timestamp()) * 1000))
