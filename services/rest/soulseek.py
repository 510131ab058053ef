"""``/soulseek``: slskd's searches, transfers and users (harmony-contract.md section 12).

The downloads that are kept here are in :mod:`services.rest.downloads`. A failure of slskd is 502 whatever its own status was,
504 if it did not answer in time; the contract's sentence is the message, the cause is in the hint.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import Response

from services.errors import InvalidInput
from services.rest import soulseek_users
from services.rest.access import Caller, Owner, PersonalRoute
from services.rest.errors import answer_with, faults
from services.rest.parts import RuntimePart
from services.rest.soulseek_answers import OF_SLSKD, failing_as, streamed
from services.rest.soulseek_shapes import (
    AsTold,
    DownloadsNow,
    Found,
    Listed,
    Removed,
    SoulseekState,
    Taken,
    UploadCancelled,
    UploadsNow,
    Wanted,
)
from services.soulseek.models import WantedFile, number

router = APIRouter(prefix="/soulseek", tags=["soulseek"], route_class=PersonalRoute)
router.include_router(soulseek_users.router)

_LONGEST_SEARCH = 45.0
"""Seconds: an answer must begin within a minute."""
UploadId = Annotated[str, Path(description="slskd's id of the upload.")]


@router.get("/status", summary="How Soulseek is connected", responses=faults(401, 503))
async def status(caller: Caller, runtime: RuntimePart) -> SoulseekState:
    """Whether slskd is there and logged in; it is asked. For other users than the owner it is never connected."""
    if not caller.is_owner:
        return SoulseekState(status="disconnected")
    found = await runtime.soulseek.status()
    return SoulseekState(
        status="connected" if found.ready else "disconnected",
        version=found.version or None,
        server=found.server or None,
        message=f"{found.message} {found.hint}".strip() or None,
        code=found.code,
    )


@router.post("/search", summary="Search Soulseek", response_model=Found, responses=faults(*OF_SLSKD))
async def search(_: Owner, runtime: RuntimePart, wanted: Wanted) -> Response | Found:
    """Takes some twenty seconds, as users answer one after the other; nothing is found for an empty query."""
    if not wanted.query.strip():
        return Found(results=[], raw=None)
    client = await runtime.soulseek.client()
    with failing_as("Soulseek search failed"):
        found = await client.search(wanted.query, longest=_LONGEST_SEARCH)
    return streamed({"raw": found.record}, "results", (response.given for response in found.responses))


# -- downloads ------------------------------------------------------------------------------------------------------


@router.get(
    "/downloads/all",
    summary="All downloads as slskd has them",
    response_model=DownloadsNow,
    responses=faults(*OF_SLSKD),
)
async def downloads(_: Owner, runtime: RuntimePart) -> Response:
    """Of all users, whoever asked for them; `GET /soulseek/downloads` lists what was asked for here."""
    client = await runtime.soulseek.client()
    with failing_as("Failed to fetch downloads"):
        found = await client.downloads()
    return streamed({}, "downloads", (transfer.given for transfer in found))


@router.delete("/downloads/completed", summary="Take ended downloads off slskd's list", responses=faults(*OF_SLSKD))
async def clear_downloads(_: Owner, runtime: RuntimePart) -> Removed:
    """Failed and cancelled ones too; the files stay, and so does what is kept here."""
    client = await runtime.soulseek.client()
    with failing_as("Failed to remove completed downloads"):
        return Removed(removed=await client.clear_completed())


@router.post(
    "/enqueue",
    summary="Hand files to slskd as they are",
    response_model=Taken,
    responses=faults(400, *OF_SLSKD),
)
async def enqueue(_: Owner, runtime: RuntimePart, given: Listed) -> Response | Taken:
    """Nothing is kept here: `POST /soulseek/download` follows its downloads, this does not. What slskd is fetching already
    is not asked for again.
    """
    if not given.username.strip():
        return answer_with(400, InvalidInput.kind, "No username provided")
    if not given.files:
        return answer_with(400, InvalidInput.kind, "No files provided")
    wanted = {_name(file): _size(file) for file in given.files}
    if "" in wanted:
        return answer_with(400, InvalidInput.kind, "A file has no filename")
    client = await runtime.soulseek.client()
    with failing_as("Failed to enqueue downloads"):
        unsized = [name for name, size in wanted.items() if size is None]
        sizes = await client.sizes(given.username, unsized) if unsized else {}
        files = [WantedFile(name, sizes[name] if size is None else size) for name, size in wanted.items()]
        taken = await client.enqueue(given.username, files)
    return Taken(
        enqueued=[dict(transfer.given) for transfer in taken.accepted],
        failed=list(taken.failed),
        reasons=dict(taken.reasons),
    )


def _name(file: dict[str, Any]) -> str:
    name = file.get("filename") or file.get("name")
    return name if isinstance(name, str) else ""


def _size(file: dict[str, Any]) -> int | None:
    sizes = (number(file.get(name)) for name in ("size", "filesize", "file_size"))
    return next((size for size in sizes if size is not None and size >= 0), None)


# -- uploads --------------------------------------------------------------------------------------------------------


@router.get(
    "/uploads", summary="What others fetch from you now", response_model=UploadsNow, responses=faults(*OF_SLSKD)
)
async def uploads(_: Owner, runtime: RuntimePart) -> Response:
    """Those that have not ended."""
    client = await runtime.soulseek.client()
    with failing_as("Failed to fetch uploads"):
        found = await client.uploads()
    return streamed({}, "uploads", (upload.given for upload in found if not upload.is_terminal))


@router.get("/uploads/all", summary="All uploads", response_model=UploadsNow, responses=faults(*OF_SLSKD))
async def all_uploads(_: Owner, runtime: RuntimePart) -> Response:
    """With those that have ended and are still on slskd's list."""
    client = await runtime.soulseek.client()
    with failing_as("Failed to fetch all uploads"):
        found = await client.uploads()
    return streamed({}, "uploads", (upload.given for upload in found))


@router.delete("/uploads/completed", summary="Take ended uploads off slskd's list", responses=faults(*OF_SLSKD))
async def clear_uploads(_: Owner, runtime: RuntimePart) -> Removed:
    """Failed and cancelled ones too."""
    client = await runtime.soulseek.client()
    with failing_as("Failed to remove completed uploads"):
        return Removed(removed=await client.clear_completed_uploads())


@router.get("/upload/{id}", summary="One upload", responses=faults(*OF_SLSKD))
async def upload(_: Owner, runtime: RuntimePart, id: UploadId) -> AsTold:
    """As slskd tells it; one it does not know is a failure of this request (502, `not_found`)."""
    client = await runtime.soulseek.client()
    with failing_as("Failed to fetch upload"):
        return AsTold.model_validate((await client.upload(id)).given)


@router.delete("/upload/{id}", summary="Stop an upload", responses=faults(*OF_SLSKD))
async def cancel_upload(_: Owner, runtime: RuntimePart, id: UploadId) -> UploadCancelled:
    """Answered once slskd has confirmed it."""
    client = await runtime.soulseek.client()
    with failing_as("Failed to cancel upload"):
        found = await client.upload(id)
        await client.cancel_upload(found.username, found.id)
    return UploadCancelled(cancelled=id)
