"""``/soulseek/user``: other users, and what they share (harmony-contract.md section 12)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from services.errors import UpstreamNotFound
from services.rest.access import Owner, PersonalRoute
from services.rest.errors import faults
from services.rest.parts import RuntimePart
from services.rest.soulseek_answers import OF_SLSKD, failing_as, streamed
from services.rest.soulseek_shapes import AboutUser, Address, Browsing, FolderOfUser, Presence, ShareOfUser
from services.rest.wire import FilledWords
from services.soulseek.models import RemoteFile

router = APIRouter(prefix="/user", route_class=PersonalRoute, responses=faults(404))
"""A name that no user can have, such as one with a line break, is answered like one that nobody has."""

Username = Annotated[str, Path(description="The user's name on Soulseek; a slash in it as `%2F`.")]


@router.get("/{username:path}/address", summary="Where a user's program is", responses=faults(*OF_SLSKD))
async def address(_: Owner, runtime: RuntimePart, username: Username) -> Address:
    """Its address and port."""
    client = await runtime.soulseek.client()
    with failing_as("Failed to fetch user address"):
        found = await client.user_endpoint(username)
    return Address.model_validate({**found.given, "host": found.address, "port": found.port})


@router.get(
    "/{username:path}/browse",
    summary="All that a user shares",
    response_model=ShareOfUser,
    responses=faults(*OF_SLSKD),
)
async def browse(_: Owner, runtime: RuntimePart, username: Username) -> Response:
    """The user is asked, which may take a minute; the answer may have many megabytes."""
    client = await runtime.soulseek.client()
    with failing_as("Failed to browse user"):
        share = await client.browse(username)
    folders = [
        {"name": folder.name, "fileCount": folder.file_count, "isLocked": folder.is_locked}
        for folder in share.directories
    ]
    head = {"username": username, "directories": folders, "is_cut": share.is_cut}
    return streamed(head, "files", (_file(file) for folder in share.directories for file in folder.files))


@router.get("/{username:path}/browsing_status", summary="How much of a share has come", responses=faults(*OF_SLSKD))
async def browsing_status(_: Owner, runtime: RuntimePart, username: Username) -> Browsing:
    """`idle` while no share of the user is being fetched."""
    client = await runtime.soulseek.client()
    with failing_as("Failed to fetch user browsing status"):
        try:
            found = await client.browse_status(username)
        except UpstreamNotFound as error:
            if error.code != "not_found":
                raise
            return Browsing(state="idle")
    is_over = found.percent >= 100
    return Browsing.model_validate({**found.given, "state": "complete" if is_over else "browsing"})


@router.get("/{username:path}/directory", summary="A folder of a user", responses=faults(*OF_SLSKD))
async def directory(
    _: Owner,
    runtime: RuntimePart,
    username: Username,
    path: Annotated[FilledWords, Query(description="The remote folder, whole, as the user's share names it.")],
) -> FolderOfUser:
    """With the folders below it."""
    client = await runtime.soulseek.client()
    with failing_as("Failed to fetch user directory"):
        found = await client.directory(username, path)
    return FolderOfUser(
        path=path,
        files=[_file(file) for folder in found for file in folder.files],
        directories=[{"name": folder.name, "fileCount": folder.file_count} for folder in found],
    )


@router.get("/{username:path}/info", summary="What a user says of themselves", responses=faults(*OF_SLSKD))
async def info(_: Owner, runtime: RuntimePart, username: Username) -> AboutUser:
    """The user's program is asked."""
    client = await runtime.soulseek.client()
    with failing_as("Failed to fetch user info"):
        found = await client.user_info(username)
    return AboutUser.model_validate({**found.given, "username": username, "slots": found.upload_slots})


@router.get("/{username:path}/status", summary="Whether a user is there", responses=faults(*OF_SLSKD))
async def user_status(_: Owner, runtime: RuntimePart, username: Username) -> Presence:
    """Away counts as there."""
    client = await runtime.soulseek.client()
    with failing_as("Failed to fetch user status"):
        found = await client.user_status(username)
    return Presence.model_validate({**found.given, "online": found.is_online})


def _file(file: RemoteFile) -> dict[str, Any]:
    """A file of a share, ready to be asked for."""
    told = {
        "filename": file.filename,
        "size": file.size,
        "extension": file.extension or None,
        "bitRate": file.bit_rate,
        "bitDepth": file.bit_depth,
        "sampleRate": file.sample_rate,
        "length": file.length,
        "isVariableBitRate": file.is_variable,
        "isLocked": True if file.is_locked else None,
    }
    return {name: value for name, value in told.items() if value is not None}
