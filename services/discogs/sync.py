"""The sync: pull the collection and the wantlist from Discogs, push what is only here, as a durable job.

Rules: records-contract.md section 1, discogsography-contract.md section 11.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.discogs.bookmark import Bookmark, Memory, Stage
from services.discogs.connect import Discogs
from services.discogs.filing import has_filed
from services.discogs.pull import pull
from services.discogs.push import push
from services.discogs.reading import Reading
from services.discogs.waits import waits_shown
from services.discogs.want_pull import pull_wants
from services.events import CollectionChanged, Events, WantsChanged
from services.jobs import JobResult, Work
from storage import copies, jobs, wants
from storage.values import UserId, WantQuery

MEMORY_REACH = 20
"""How many past syncs are searched for what the last completed one remembered."""


class SyncJob:
    """The kind of job that keeps a user's library and Discogs collection in step, both ways.

    Parameters: ``{"sources": ["discogs"], "full": bool}``. The result holds the figures of SyncProgress, under
    ``stored`` how many copies (``collection``) and wants (``wantlist``) the library holds now, and the memory for the
    next sync. It fails with :class:`NotConnected` where there is no credential, and with the upstream's error where the
    collection cannot be read; a wantlist that cannot be read and a record that cannot be pushed are problems, and the
    sync goes on.
    """

    name = "sync"

    def __init__(self, discogs: Discogs, events: Events) -> None:
        self._discogs = discogs
        self._events = events

    async def run(self, work: Work) -> JobResult:
        """Pull collection and wantlist, then push; from the checkpoint on if there is one."""
        user_id = work.job.user_id
        client, username = await self._discogs.account(user_id)
        mark = Bookmark.read(work.checkpoint)
        if mark is None or mark.account != username:
            mark = Bookmark(username, memory=await self._memory(work, username))

        def changed() -> None:
            self._events.publish(CollectionChanged(user_id))

        reading = Reading(work, client, username, self._discogs.web_base, mark, changed)
        async with self._discogs.watched(user_id), waits_shown(work, client.limiter):
            if mark.stage is Stage.PULL:
                await work.report(phase=Stage.PULL, counts=mark.counts)
                await pull(reading, full=self._is_full(work, mark.memory.full_at))
                await _enter(reading, Stage.WANTS)
            if reading.mark.stage is Stage.WANTS:
                await work.report(phase=Stage.WANTS, counts=reading.mark.counts)
                full = self._is_full(work, reading.mark.memory.wants_full_at)
                await pull_wants(reading, full=full, changed=lambda: self._events.publish(WantsChanged(user_id)))
                await _enter(reading, Stage.PUSH)
            await work.report(phase=Stage.PUSH, counts=reading.mark.counts)
            await push(reading)
            await _enter(reading, Stage.DONE)
        return JobResult(await self._result(reading))

    def _is_full(self, work: Work, full_at: str | None) -> bool:
        """Whether everything is to be read: asked for, never done, or longer ago (at ``full_at``) than SYNC_FULL_DAYS."""
        if work.job.params.get("full") or full_at is None:
            return True
        age = datetime.now(UTC) - datetime.fromisoformat(full_at)
        return age > timedelta(days=self._discogs.settings.sync_full_days)

    async def _memory(self, work: Work, username: str) -> Memory:
        """What the last sync of this account that came to its end left behind; nothing if the last was of another, or if
        the catalogue is empty: then everything is read again, which fills it.
        """
        if not await has_filed(work.storage):
            return Memory()
        async with work.storage.read() as conn:
            past = await jobs.recent(conn, UserId(work.job.user_id), MEMORY_REACH, kind=self.name)
        last = next((job.result for job in past if job.result and "memory" in job.result), None)
        return Memory.read(last) if last and last.get("account") == username else Memory()

    async def _result(self, reading: Reading) -> dict[str, object]:
        mark = reading.mark
        await reading.work.report(phase=Stage.DONE, done=mark.items, total=mark.items, counts=mark.counts)
        async with reading.work.storage.read() as conn:
            stored = {
                "collection": sum((await copies.folder_counts(conn, reading.user_id)).values()),
                "wantlist": await wants.count(conn, reading.user_id, WantQuery()),
            }
        told = {"phase": Stage.DONE.value, "account": mark.account}
        return {**told, **mark.counts, "stored": stored, "memory": mark.memory.document()}


async def _enter(reading: Reading, stage: Stage) -> None:
    reading.mark = replace(reading.mark, stage=stage)
    async with reading.work.saving(reading.mark.document()):
        pass
