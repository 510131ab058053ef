"""``/api/download...`` and the transfers of ``/soulseek`` that are kept here (harmony-contract.md sections 7, 8, 12).

Lists show everybody their own; whatever reaches slskd is the owner's. Failures have the contract's sentence as their message and
the cause as their hint.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse, Response

from services.downloads.retrying import NotRetryable
from services.downloads.sending import NAMELESS
from services.errors import InvalidInput, LockgrooveError, NotConnected, NotFound, StoreError, UpstreamError
from services.events import ActivityAdded
from services.rest.access import Caller, Owner, PersonalRoute
from services.rest.download_shapes import (
    Asked,
    Cancelled,
    Chosen,
    Counts,
    Detail,
    Details,
    Entries,
    Entry,
    Position,
    Prioritised,
    Purged,
    Queued,
    Requeued,
    Retried,
    SoulseekCancelled,
    SoulseekEntries,
    SoulseekQueued,
    SoulseekTaken,
    Transferred,
    Waiting,
    soulseek_entry,
    soulseek_item,
)
from services.rest.errors import answer_with, faults
from services.rest.parts import RuntimePart
from services.rest.soulseek_answers import failing_as, streamed
from services.rest.wire import LARGEST_ID, Words
from services.runtime import Runtime
from services.soulseek.client import SlskdClient
from services.soulseek.models import Transfer, number
from services.soulseek.refusals import SERVICE
from storage import activity
from storage.values import User
from storage.values.downloads import Download, DownloadFile, DownloadOrder, DownloadQuery, DownloadState

router = APIRouter(tags=["downloads"], route_class=PersonalRoute)

_ACTIVE = DownloadQuery(states=(DownloadState.QUEUED, DownloadState.RUNNING))
_OF_ALL = (401, 422, 500, 503)
DownloadId = Annotated[int, Path(ge=-LARGEST_ID, le=LARGEST_ID, description="The id of the download.")]
AnyId = Annotated[str, Path(description="The id of the download here, or slskd's own.")]
Limit = Annotated[int, Query(ge=1, le=100, description="At most so many.")]
Offset = Annotated[int, Query(ge=0, le=LARGEST_ID, description="Skip so many.")]


class StoreFailed(LockgrooveError):
    """The library could not be read or written; harmony-contract.md fixes the words and 500."""

    kind = "store"


@contextmanager
def _storing_as(message: str) -> Generator[None]:
    try:
        yield
    except StoreError as error:
        raise StoreFailed(
            message, "Try again in a minute; if it stays, whoever runs this finds the cause in the log."
        ) from error


# -- /api -----------------------------------------------------------------------------------------------------------


@router.get("/api/downloads", summary="Your downloads", responses=faults(*_OF_ALL))
async def list_downloads(
    caller: Caller,
    runtime: RuntimePart,
    limit: Limit = 20,
    offset: Offset = 0,
    all: Annotated[bool, Query(description="Also those that are over.")] = False,
) -> Entries:
    """Those that are queued or running, the newest first."""
    with _storing_as("Failed to fetch downloads"):
        query = DownloadQuery() if all else _ACTIVE
        rows = await runtime.downloads.page(caller.id, query, limit=limit, offset=offset)
    return Entries(downloads=[Entry.of(row) for row in rows])


@router.get("/api/downloads/queue", summary="Your downloads with all that is known of them", responses=faults(*_OF_ALL))
async def queue(
    caller: Caller,
    runtime: RuntimePart,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 100,
    offset: Offset = 0,
    text: Annotated[Words, Query(description="Words of the path or the user name.")] = "",
    stuck: Annotated[bool, Query(description="Only those that failed and from which nothing goes on.")] = False,
    all: Annotated[bool, Query(description="Also earlier attempts.")] = False,
) -> Details:
    """What moves first, then what will be sent next, then what is over; the last attempt of each, with reasons and mends.

    An addition to the contract, as are the three below.
    """
    query = DownloadQuery(text=text, stuck=stuck, latest=not all, order_by=DownloadOrder.QUEUE)
    with _storing_as("Failed to fetch downloads"):
        rows = await runtime.downloads.page(caller.id, query, limit=limit, offset=offset)
        counts = await runtime.downloads.counts(caller.id)
        kept = await runtime.downloads.condition()
    return Details.model_validate(
        {
            "downloads": [Detail.of(row) for row in rows],
            "counts": Counts.model_validate(counts, from_attributes=True),
            "slskd_away_since": kept.away_since,
            "slskd_away_reason": kept.away_reason if caller.is_owner else None,
        }
    )


@router.post(
    "/api/downloads/requeue", status_code=202, summary="Queue failed downloads again", responses=faults(403, *_OF_ALL)
)
async def requeue(owner: Owner, runtime: RuntimePart, chosen: Chosen) -> Requeued:
    """Failed and cancelled ones; new rows, which slskd is asked for in their turn. What cannot be asked for again is left out."""
    with _storing_as("Failed to queue download"):
        rows = await runtime.downloads.requeue(owner.id, chosen.ids)
    return Requeued(downloads=[Entry.of(row) for row in rows])


@router.post("/api/downloads/purge", summary="Forget downloads that are over", responses=faults(403, *_OF_ALL))
async def purge(owner: Owner, runtime: RuntimePart, chosen: Chosen) -> Purged:
    """Files stay, and so does what slskd lists. What is queued or running is left."""
    with _storing_as("Failed to forget downloads"):
        return Purged(purged=await runtime.downloads.purge(owner.id, chosen.ids))


@router.put(
    "/api/downloads/priority", summary="Let downloads be sent earlier or later", responses=faults(403, *_OF_ALL)
)
async def prioritise(owner: Owner, runtime: RuntimePart, chosen: Prioritised) -> Waiting:
    """Only what slskd was not told of yet is affected."""
    with _storing_as("Failed to change downloads"):
        return Waiting(waiting=await runtime.downloads.set_priority(owner.id, chosen.ids, chosen.priority))


@router.get("/api/download/{id}", summary="One download", responses=faults(404, *_OF_ALL))
async def get_download(caller: Caller, runtime: RuntimePart, id: DownloadId) -> Entry:
    """As it is now."""
    with _storing_as("Failed to fetch download"):
        return Entry.of(await runtime.downloads.get(caller.id, id))


@router.post(
    "/api/download", status_code=202, summary="Fetch files from a Soulseek user", response_model=Queued,
    responses=faults(400, 403, *_OF_ALL),
)  # fmt: skip
async def start(owner: Owner, runtime: RuntimePart, asked: Asked) -> Queued | JSONResponse:
    """Queues a row per file and answers at once; slskd is asked in their turn. Whatever becomes of it is told by the rows."""
    if not asked.files:
        return answer_with(400, InvalidInput.kind, "No files supplied")
    if not asked.username.strip():
        return answer_with(400, InvalidInput.kind, "No username supplied")
    rows = await _add(runtime, owner, asked, told=True)
    entries = [Entry.of(row) for row in rows]
    return Queued(download_id=rows[0].id, downloads=entries)


@router.delete("/api/download/{id}", summary="Cancel a download", responses=faults(403, 404, 409, 502, *_OF_ALL))
async def cancel(owner: Owner, runtime: RuntimePart, id: DownloadId) -> Cancelled:
    """One that is queued or running. Answered once slskd has confirmed it; where it does not, nothing changes."""
    try:
        row = await runtime.downloads.cancel(owner.id, id)
    except UpstreamError as error:
        raise _failed("Failed to cancel download via slskd", error) from error
    return Cancelled(download_id=row.id)


@router.post(
    "/api/download/{id}/retry", status_code=202, summary="Try a download again", response_model=Retried,
    responses=faults(400, 403, 404, 409, 502, *_OF_ALL),
)  # fmt: skip
async def retry(owner: Owner, runtime: RuntimePart, id: DownloadId) -> Retried | JSONResponse:
    """One that failed or was cancelled, as a new row; slskd is asked before the answer, and where it does not take it nothing
    is stored. `POST /api/downloads/requeue` does not wait for slskd.
    """
    try:
        row = await runtime.downloads.retry(owner.id, id)
    except NotRetryable as error:
        return answer_with(400, error.kind, error.message, hint=error.hint)
    return Retried(download_id=row.id)


# -- /soulseek ------------------------------------------------------------------------------------------------------


@router.post(
    "/soulseek/download", summary="Fetch files from a user", response_model=SoulseekTaken,
    responses=faults(400, 403, *_OF_ALL), tags=["soulseek"],
)  # fmt: skip
async def soulseek_start(owner: Owner, runtime: RuntimePart, asked: Asked) -> SoulseekTaken | JSONResponse:
    """As `POST /api/download`, without an entry in the feed."""
    if not asked.files:
        return answer_with(400, InvalidInput.kind, "No files provided for download")
    if not asked.username.strip():
        return answer_with(400, InvalidInput.kind, "No username provided for download")
    rows = await _add(runtime, owner, asked, told=False)
    return SoulseekTaken(detail=SoulseekQueued(downloads=[soulseek_item(row) for row in rows]))


@router.get(
    "/soulseek/downloads",
    summary="All your downloads",
    response_model=SoulseekEntries,
    responses=faults(*_OF_ALL),
    tags=["soulseek"],
)
async def soulseek_downloads(caller: Caller, runtime: RuntimePart) -> Response:
    """Those that are kept here, the newest first; `GET /soulseek/downloads/all` asks slskd."""
    with _storing_as("Failed to fetch downloads"):
        rows = await runtime.downloads.page(caller.id, limit=None)
    return streamed({}, "downloads", (soulseek_entry(row).model_dump() for row in rows))


@router.get(
    "/soulseek/download/{id}", summary="One download as slskd has it", responses=faults(403, 404, 502, 504, *_OF_ALL),
    tags=["soulseek"],
)  # fmt: skip
async def soulseek_download(owner: Owner, runtime: RuntimePart, id: AnyId) -> Transferred:
    """By its id here or by slskd's own."""
    transfer = await _transfer(runtime, owner, id, "Failed to fetch download")
    return Transferred.model_validate(transfer.given)


@router.get(
    "/soulseek/download/{id}/queue", summary="The place in the user's queue",
    responses=faults(403, 404, 502, 504, *_OF_ALL), tags=["soulseek"],
)  # fmt: skip
async def soulseek_place(owner: Owner, runtime: RuntimePart, id: AnyId) -> Position:
    """The user is asked for it: slow, and only possible while it waits there."""
    transfer = await _transfer(runtime, owner, id, "Failed to fetch queue position")
    client = await runtime.soulseek.client()
    with failing_as("Failed to fetch queue position"):
        return Position(position=await client.position(transfer.username, transfer.id))


@router.delete(
    "/soulseek/download/{id}", summary="Stop a download", responses=faults(403, 404, 502, *_OF_ALL), tags=["soulseek"]
)
async def soulseek_cancel(owner: Owner, runtime: RuntimePart, id: DownloadId) -> SoulseekCancelled:
    """In any state; what is over stays what it is. Answered once slskd has confirmed it; where it does not, nothing changes."""
    try:
        await runtime.downloads.stop(owner.id, id)
    except UpstreamError as error:
        raise _failed("Failed to cancel download", error) from error
    return SoulseekCancelled()


# -- what they share ------------------------------------------------------------------------------------------------


async def _add(runtime: Runtime, owner: User, asked: Asked, *, told: bool) -> list[Download]:
    """Queue what was asked for. A failure goes into the feed with its reason where a success would (``told``)."""
    files = [DownloadFile(_name(file), _size(file), file) for file in asked.files]
    try:
        return await runtime.downloads.add(owner.id, asked.username, files, told=told)
    except NotConnected as error:
        await _note(runtime, owner, "worker_unavailable", told=told)
        hint = f"{error.message} {error.hint}".strip()
        raise NotConnected(SERVICE, "Download worker unavailable", hint, error.missing) from error
    except StoreError as error:
        await _note(runtime, owner, "persistence_error", told=told)
        raise StoreFailed("Failed to queue download", "Nothing was queued; try again in a minute.") from error


async def _note(runtime: Runtime, owner: User, reason: str, *, told: bool) -> None:
    if not told:
        return
    with suppress(StoreError):
        async with runtime.storage.write() as conn:
            entry = await activity.add(conn, owner.id, "download", "failed", {"reason": reason})
        runtime.events.publish(ActivityAdded(owner.id, entry))


def _name(file: dict[str, Any]) -> str:
    name = file.get("filename") or file.get("name")
    return name if isinstance(name, str) else NAMELESS


def _size(file: dict[str, Any]) -> int | None:
    sizes = (number(file.get(name)) for name in ("size", "filesize", "file_size"))
    return next((size for size in sizes if size is not None and 0 <= size <= LARGEST_ID), None)


async def _transfer(runtime: Runtime, owner: User, id: str, message: str) -> Transfer:
    """What slskd says of a download. Raises :class:`NotFound` for an id that is neither ours nor could be slskd's."""
    client = await runtime.soulseek.client()
    if not (id.isascii() and id.isdigit()):
        with failing_as(message):
            return await _of_slskd(client, id)
    row = await runtime.downloads.get(owner.id, min(int(id[:20]), LARGEST_ID))
    if row.transfer_id is None:
        raise NotFound("Download not found", "slskd was not told of it yet, or did not take it.")
    with failing_as(message):
        return await client.download(row.username, row.transfer_id)


async def _of_slskd(client: SlskdClient, transfer_id: str) -> Transfer:
    for transfer in await client.downloads(removed=True):
        if transfer.id == transfer_id:
            return transfer
    raise UpstreamError(SERVICE, "slskd has no such download.", status=404, code="not_found")


def _failed(message: str, error: UpstreamError) -> UpstreamError:
    """502 with the contract's words, whatever slskd's own status was (D3)."""
    return UpstreamError(SERVICE, message, f"{error.message} {error.hint}".strip(), error.status)
