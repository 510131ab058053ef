"""Exports as the rest of the program asks for them: look ahead, start, follow, retry, undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.discogs.connect import Discogs
from services.discogs.export.job import KIND
from services.discogs.export.request import ExportRequest, Terms
from services.discogs.export.selection import check_folder, chosen_parts, previewed, store_chosen
from services.discogs.export.shapes import Action, Export, ExportResult, Preview, PreviewItem
from services.errors import Conflict, NotFound
from services.jobs import Jobs
from services.jobs.jobs import Also
from storage import exports
from storage import jobs as job_rows
from storage.engine import Storage
from storage.values import Document, ExportState, ExportTarget, Job, UserId

PAGE = 1000
"""Items of an export that are told at once."""


class Exports:
    """Every user's exports; one at a time per user. Everything raises :class:`NotFound` for an export that is not the
    caller's, and :class:`InvalidInput` that names what is wrong with a request.
    """

    def __init__(self, storage: Storage, jobs: Jobs, discogs: Discogs) -> None:
        self._storage = storage
        self._jobs = jobs
        self._discogs = discogs

    async def preview(self, user_id: UserId, request: ExportRequest) -> Preview:
        """What an export would do with each item, from what is known here; asks nobody, stores nothing.

        What cannot be exported (no Discogs id, no such record) is told like what needs not be.
        """
        asked = request.checked()
        items: list[PreviewItem] = []
        async with self._storage.read() as conn:
            async for part in chosen_parts(conn, user_id, asked):
                items += [previewed(each, asked.target) for each in part]
        return Preview(asked.target, tuple(items))

    async def start(self, user_id: UserId, request: ExportRequest) -> Job:
        """Start an export. What is there already, as far as is known here, is skipped without asking Discogs.

        Raises :class:`NotConnected` before anything is stored, :class:`Conflict` naming the export that is running, and
        :class:`InvalidInput` for records without a Discogs id.
        """
        asked = request.checked()
        await self._discogs.client(user_id)

        async def items(conn: AsyncConnection, job: Job) -> None:
            await check_folder(conn, user_id, asked.folder_id)
            await store_chosen(conn, user_id, job, asked)

        params = {"action": Action.SEND.value, **Terms.of(asked).document()}
        return await self._started(user_id, params, items)

    async def get(self, user_id: UserId, export_id: str, *, offset: int = 0, limit: int = PAGE) -> Export:
        """The export with a page of what became of its items."""
        async with self._storage.read() as conn:
            job = await _export_job(conn, user_id, export_id)
            (export,) = await _told(conn, [job])
            found = await exports.page(conn, job.id, limit=limit, offset=offset)
        ended = not job.state.is_active
        return export.with_results(ExportResult.of(item, export.action, ended=ended) for item in found)

    async def recent(self, user_id: UserId, limit: int = 20) -> list[Export]:
        """The newest exports first, without their items."""
        async with self._storage.read() as conn:
            return await _told(conn, await job_rows.recent(conn, user_id, limit, kind=KIND))

    async def retry(self, user_id: UserId, export_id: str) -> Job:
        """Go on with what an export did not get through (failed and pending items), as an export of its own.

        An export that was retried already is followed to the last retry. Raises :class:`Conflict` while it is running or
        where nothing is left.
        """
        await self._discogs.client(user_id)
        export = await self.get(user_id, export_id, limit=0)
        while export.retried_as is not None:
            export = await self.get(user_id, export.retried_as, limit=0)
        _refuse_running(export)
        if not export.can_be_retried:
            raise Conflict("Nothing of that export is left to send.", "Start a new one for something else.")

        async def items(conn: AsyncConnection, job: Job) -> None:
            if (await _told(conn, [await _export_job(conn, user_id, export.id)]))[0].retried_as is not None:
                raise Conflict("Somebody else retried that export just now.", "Look at the newest one.")
            await exports.hand_on(conn, export.id, job.id, message=f"export {job.id} goes on with it")
            await exports.link(conn, export.id, {"retried_as": job.id})

        return await self._started(user_id, {**export.job.params, **_account(export), "retry_of": export.id}, items)

    async def undo(self, user_id: UserId, export_id: str) -> Job:
        """Take back what an export made on Discogs, as far as that is still as it was made; a job of its own.

        Raises :class:`Conflict` while it is running or where nothing is left to take back.
        """
        await self._discogs.client(user_id)
        export = await self.get(user_id, export_id, limit=0)
        _refuse_running(export)
        if export.action is Action.UNDO or not export.undoable:
            raise Conflict("Nothing of that export is left to take back.", "Only what an export sent can be undone.")

        async def items(conn: AsyncConnection, job: Job) -> None:
            await exports.copy_sent(conn, export.id, job.id)

        params = {"action": Action.UNDO.value, **Terms.read(export.job.params).document(), **_account(export)}
        return await self._started(user_id, {**params, "undo_of": export.id}, items)

    async def cancel(self, user_id: UserId, export_id: str) -> Job:
        """Stop an export between two items; what was sent stays sent. One that has ended is left as it is."""
        await self.get(user_id, export_id, limit=0)
        return await self._jobs.cancel(user_id, export_id)

    async def _started(self, user_id: UserId, params: Document, items: Also) -> Job:
        job, attached = await self._jobs.start(KIND, user_id, params, also=items)
        if attached:
            raise Conflict(
                f"An export is running already: {job.id}.", "Wait for its end, or cancel it; then start this one."
            )
        return job


async def _export_job(conn: AsyncConnection, user_id: UserId, export_id: str) -> Job:
    job = await job_rows.get(conn, user_id, export_id)
    if job is None or job.kind != KIND:
        raise NotFound("There is no such export.", "`lockgroove export discogs --list` shows the recent ones.")
    return job


async def _told(conn: AsyncConnection, jobs: Sequence[Job]) -> list[Export]:
    """These jobs as exports, without their items."""
    ids = [job.id for job in jobs]
    states, undoable = await exports.counts(conn, ids), await exports.undoable(conn, ids)
    return [_export(job, states[job.id], undoable[job.id]) for job in jobs]


def _export(job: Job, states: Mapping[ExportState, int], undoable: int) -> Export:
    action = Action(job.params["action"])
    return Export(
        job,
        action,
        ExportTarget(job.params["target"]),
        sent=states.get(ExportState.SENT, 0),
        skipped=states.get(ExportState.SKIPPED, 0),
        failed=states.get(ExportState.FAILED, 0),
        pending=sum(states.get(state, 0) for state in exports.OPEN),
        undoable=undoable if action is Action.SEND else 0,
        retry_of=job.params.get("retry_of"),
        undo_of=job.params.get("undo_of"),
        retried_as=(job.result or {}).get("retried_as"),
    )


def _account(export: Export) -> Document:
    """The Discogs account that the export went to, if it began at all, for what goes on with it."""
    account = export.job.checkpoint.get("account")
    return {"account": account} if account else {}


def _refuse_running(export: Export) -> None:
    if export.state.is_active:
        raise Conflict("That export is still running.", "Wait for its end, or cancel it.")
