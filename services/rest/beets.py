"""``/beets``: the beets library (harmony-contract.md section 16); ``/api/arrivals``: what arrived to be filed in it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Query

from services.beets import queries
from services.beets.refusals import BeetsFailed, QueryRefused, Verdict
from services.rest.access import Owner, PersonalRoute
from services.rest.beets_shapes import (
    Albums,
    ArrivalEntry,
    ArrivalList,
    ArrivalOrder,
    FieldNames,
    Figures,
    Imported,
    ImportOrder,
    Moved,
    OptionalQuery,
    QueryOrder,
    Removed,
    RemoveOrder,
    Results,
    Tracks,
    Updated,
    UpdateOrder,
    Written,
)
from services.rest.errors import faults
from services.rest.parts import RuntimePart
from services.rest.wire import LARGEST_ID
from storage.values.arrivals import ArrivalState

router = APIRouter(prefix="/beets", tags=["beets"], route_class=PersonalRoute)
arrivals = APIRouter(prefix="/api/arrivals", tags=["beets"], route_class=PersonalRoute)

_READ = faults(401, 403, 500, 503)
_ASK = faults(400, 401, 403, 422, 500, 503)
_CHANGE = faults(400, 401, 403, 409, 422, 500, 503)
_PATIENCE = 50.0
"""Seconds that an answer waits for beets (harmony-contract.md section 16 allows 60): what it has begun goes on after that."""
T = TypeVar("T")
ArrivalId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The number of the arrival.")]


@router.post("/import", summary="Import a folder or file", responses=_CHANGE | faults(404))
async def import_(owner: Owner, runtime: RuntimePart, order: ImportOrder) -> Imported:
    """Answers when beets is done, with what really came in. It is a job: when it takes longer than the answer may (500
    `Command timed out`), it goes on, and `GET /api/arrivals` and the activity tell how it ends.
    """
    if not order.path.strip():
        raise QueryRefused("Path must not be empty")
    ordered = await runtime.arrivals.order(owner.id, order.path.strip(), autotag=order.autotag, quiet=order.quiet)
    ended = await runtime.arrivals.ended(owner.id, ordered.id, _PATIENCE)
    if ended is None:
        raise BeetsFailed(Verdict.TIMEOUT, "Command timed out", f"The import goes on as arrival {ordered.id}.")
    if ended.state is not ArrivalState.IMPORTED:
        raise BeetsFailed(Verdict.FAILED, ended.error or "Command 'beet import' failed")
    return Imported(
        message=ended.error or "Import completed",
        imported=ended.imported,
        skipped=ended.skipped,
        paths=list(ended.filed),
        arrival_id=ended.id,
    )


@router.post("/update", summary="Read the tags of files anew", responses=_CHANGE)
async def update(owner: Owner, runtime: RuntimePart, order: UpdateOrder) -> Updated:
    """Files that are gone are forgotten, nothing is moved. It is refused (409) where most files are missing, which is how a
    disk looks that is not mounted.
    """
    changed = await _in_time(runtime.beets.update(order.path or "", force=order.force))
    return Updated(message="\n".join(changed.lines) or "Library updated", removed=changed.lost)


@router.delete("/remove", summary="Remove tracks from the library", responses=_CHANGE)
@router.post("/remove", summary="Remove tracks from the library", responses=_CHANGE)
async def remove(owner: Owner, runtime: RuntimePart, order: RemoveOrder) -> Removed:
    """The files stay. Every term names a known field and what it has to be; negations, regular expressions, alternatives
    and what fits everything are refused (400). Without `force` beets would ask, so nothing is done (409).
    """
    return Removed(removed=await _in_time(runtime.beets.remove(order.query, force=order.force)))


@router.post("/move", summary="Move files to where their tags say", responses=_CHANGE)
async def move(owner: Owner, runtime: RuntimePart, order: OptionalQuery) -> Moved:
    """By the formats for paths of the beets configuration."""
    return Moved(moved=(await _in_time(runtime.beets.move(_optional(order.query)))).count)


@router.post("/write", summary="Write tags into files", responses=_CHANGE)
async def write(owner: Owner, runtime: RuntimePart, order: OptionalQuery) -> Written:
    """What the library says of each track."""
    return Written(written=(await _in_time(runtime.beets.write(_optional(order.query)))).count)


@router.get("/albums", summary="All albums", responses=_READ)
async def albums(owner: Owner, runtime: RuntimePart) -> Albums:
    """In the order of the library."""
    return Albums(albums=await _in_time(runtime.beets.albums()))


@router.get("/tracks", summary="All tracks", responses=_READ)
async def tracks(owner: Owner, runtime: RuntimePart) -> Tracks:
    """In the order of the library; those without a title are left out."""
    return Tracks(tracks=await _in_time(runtime.beets.titles()))


@router.get("/stats", summary="The library in figures", responses=_READ)
async def stats(owner: Owner, runtime: RuntimePart) -> Figures:
    """Tracks, albums, artists, time and size."""
    return Figures(stats=await _in_time(runtime.beets.stats()))


@router.get("/fields", summary="What can be asked for", responses=_READ)
async def fields(owner: Owner, runtime: RuntimePart) -> FieldNames:
    """Also the fields that somebody made up."""
    return FieldNames(fields=await _in_time(runtime.beets.fields()))


@router.post("/query", summary="Look for tracks", responses=_ASK)
async def query(owner: Owner, runtime: RuntimePart, order: QueryOrder) -> Results:
    """A regular expression gets 10 seconds."""
    return Results(results=await _in_time(runtime.beets.query(order.query, order.format)))


@arrivals.get("", summary="What arrived to be filed", responses=faults(401, 403, 422, 503))
async def list_arrivals(
    owner: Owner,
    runtime: RuntimePart,
    state: Annotated[ArrivalState | None, Query(description="Only those in this state.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="At most so many.")] = 50,
    offset: Annotated[int, Query(ge=0, le=LARGEST_ID, description="Skip so many.")] = 0,
) -> ArrivalList:
    """What waits for an answer first, then what is being imported, then the newest."""
    states = () if state is None else (state,)
    found = await runtime.arrivals.page(owner.id, states, limit=limit, offset=offset)
    folder = await runtime.arrivals.landing.folder()
    return ArrivalList(
        arrivals=[ArrivalEntry.of(each) for each in found],
        counts=await runtime.arrivals.counts(owner.id),
        folder=None if folder is None else str(folder),
        after_download=runtime.settings.beets_after_download,
    )


@arrivals.post("/{arrival_id}/import", summary="Import what arrived", status_code=202, responses=_CHANGE | faults(404))
async def import_arrival(
    owner: Owner, runtime: RuntimePart, arrival_id: ArrivalId, order: ArrivalOrder | None = None
) -> ArrivalEntry:
    """When it is its turn; one that failed or was left alone may be imported after all."""
    autotag = order is not None and order.autotag
    return ArrivalEntry.of(await runtime.arrivals.import_(owner.id, arrival_id, autotag=autotag))


@arrivals.post(
    "/{arrival_id}/ignore", summary="Leave alone what arrived", responses=faults(401, 403, 404, 409, 422, 503)
)
async def ignore_arrival(owner: Owner, runtime: RuntimePart, arrival_id: ArrivalId) -> ArrivalEntry:
    """It stays where it is, and is not asked about again as long as nothing new comes to it."""
    return ArrivalEntry.of(await runtime.arrivals.ignore(owner.id, arrival_id))


def _optional(text: str | None) -> str:
    """A query that may be absent. Raises :class:`QueryRefused` for one of blanks."""
    if text and not text.strip():
        raise QueryRefused(queries.EMPTY)
    return text or ""


async def _in_time(asking: Coroutine[Any, Any, T]) -> T:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await asking
    except TimeoutError:
        raise BeetsFailed(Verdict.TIMEOUT, "Command timed out", "What it has begun goes on.") from None
