"""``/api/export/discogs``: send to Discogs, see what became of it, cancel, retry, undo (records-contract.md section 2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, status
from fastapi.responses import Response

from services.discogs.export import Export
from services.discogs.export.service import PAGE
from services.rest.access import Caller, PersonalRoute
from services.rest.errors import faults
from services.rest.export_shapes import ExportAnswer, ExportList, ExportOrder
from services.rest.parts import ClosingPart, EventStream, RuntimePart
from services.rest.sync_stream import CLOSING, HEARTBEAT, paced
from services.rest.wire import LARGEST_ID, RecordId
from services.runtime import Runtime
from storage.values import Job, UserId

STREAM = "text/event-stream"
router = APIRouter(
    prefix="/api/export/discogs", tags=["export"], route_class=PersonalRoute, responses=faults(401, 422, 500, 503)
)
ExportId = Annotated[RecordId, Path(description="The export's UUID.")]


async def _is_watched(request: Request) -> bool:
    """Whether the caller asks for a stream of events."""
    return STREAM in request.headers.get("accept", "")


Watched = Annotated[bool, Depends(_is_watched)]
_STREAMED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The export, or with `Accept: text/event-stream` a stream of it: the last event has the results.",
        "content": {STREAM: {"schema": {"$ref": "#/components/schemas/ExportAnswer"}}},
    }
}


@router.post(
    "",
    summary="Send to Discogs",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ExportAnswer,
    response_model_exclude_none=True,
    responses={**_STREAMED, **faults(404, 409, 413)},
)
async def start_export(
    caller: Caller, runtime: RuntimePart, closing: ClosingPart, order: ExportOrder, watched: Watched
) -> ExportAnswer | Response:
    """Starts an export, or a retry of one. It is a job: it goes on when the caller goes away. One runs at a time."""
    if (retried := order.retried()) is not None:
        job = await runtime.exports.retry(caller.id, retried)
    else:
        job = await runtime.exports.start(caller.id, order.request())
    return await _told_or_watched(runtime, caller.id, job, closing, watched=watched)


@router.get("", summary="The recent exports", response_model_exclude_none=True)
async def list_exports(
    caller: Caller,
    runtime: RuntimePart,
    limit: Annotated[int, Query(ge=1, le=100, description="At most so many.")] = 20,
) -> ExportList:
    """Newest first."""
    recent = await runtime.exports.recent(caller.id, limit)
    return ExportList(exports=[ExportAnswer.of(export, with_results=False) for export in recent])


@router.get(
    "/{export_id}",
    summary="What became of an export",
    response_model=ExportAnswer,
    response_model_exclude_none=True,
    responses={**_STREAMED, **faults(404)},
)
async def show_export(
    caller: Caller,
    runtime: RuntimePart,
    closing: ClosingPart,
    watched: Watched,
    export_id: ExportId,
    limit: Annotated[int, Query(ge=1, le=PAGE, description="At most so many results.")] = PAGE,
    offset: Annotated[int, Query(ge=0, le=LARGEST_ID, description="Skip so many results.")] = 0,
) -> ExportAnswer | Response:
    """The state, the figures and a page of the results."""
    export = await runtime.exports.get(caller.id, export_id, limit=limit, offset=offset)
    if watched:
        return EventStream(_follow(runtime, caller.id, export.job, closing))
    return ExportAnswer.of(export)


@router.delete("/{export_id}", summary="Cancel an export", response_model_exclude_none=True, responses=faults(404))
async def cancel_export(caller: Caller, runtime: RuntimePart, export_id: ExportId) -> ExportAnswer:
    """Stops it between two items; what was sent stays sent. One that has ended is left as it is."""
    await runtime.exports.cancel(caller.id, export_id)
    return ExportAnswer.of(await runtime.exports.get(caller.id, export_id, limit=0), with_results=False)


@router.post(
    "/{export_id}/undo",
    summary="Take back what an export sent",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=ExportAnswer,
    response_model_exclude_none=True,
    responses={**_STREAMED, **faults(404, 409)},
)
async def undo_export(
    caller: Caller, runtime: RuntimePart, closing: ClosingPart, export_id: ExportId, watched: Watched
) -> ExportAnswer | Response:
    """Removes the copies, wants or listings that are still as the export made them; an export of its own."""
    job = await runtime.exports.undo(caller.id, export_id)
    return await _told_or_watched(runtime, caller.id, job, closing, watched=watched)


async def _told_or_watched(
    runtime: Runtime, user_id: UserId, job: Job, closing: asyncio.Event, *, watched: bool
) -> ExportAnswer | Response:
    if watched:
        return EventStream(_follow(runtime, user_id, job, closing))
    return ExportAnswer.of(await runtime.exports.get(user_id, job.id, limit=0), with_results=False)


async def _follow(runtime: Runtime, user_id: UserId, job: Job, closing: asyncio.Event) -> AsyncGenerator[bytes]:
    """The export after every change; if serving ends first the last event is of type ``closing``: the job goes on."""
    async with aclosing(paced(runtime.jobs.watch(user_id, job.id), closing)) as moves:
        async for moved in moves:
            if moved is None:
                yield HEARTBEAT
                continue
            export = await runtime.exports.get(user_id, job.id, limit=0)
            if export.state.is_active:
                yield _event(export, with_results=False)
                continue
            yield _event(await runtime.exports.get(user_id, job.id), with_results=True)
            return
    if closing.is_set():
        yield CLOSING + _event(await runtime.exports.get(user_id, job.id, limit=0), with_results=False)


def _event(export: Export, *, with_results: bool) -> bytes:
    told = ExportAnswer.of(export, with_results=with_results)
    return b"data: " + told.model_dump_json(exclude_none=True).encode() + b"\n\n"
