"""``/api/shelf``: one row per album, with every place where it is. An addition of ours; everybody has their own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.rest.access import Caller, PersonalRoute
from services.rest.errors import faults
from services.rest.parts import RuntimePart
from services.rest.shelf_shapes import (
    AlbumPage,
    AlbumShape,
    Decided,
    RefreshShape,
    RefreshStarted,
    ShelfFilters,
    Summary,
)
from services.rest.wire import LARGEST_ID, Words
from services.shelf.shelf import SHELF
from storage.values import ShelfSource

router = APIRouter(prefix="/api/shelf", tags=["shelf"], route_class=PersonalRoute)
_OF_ALL = (401, 422, 500, 503)
AlbumId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The id of the album.")]


@router.get("", summary="Albums with the places where they are", responses=faults(*_OF_ALL))
async def list_albums(caller: Caller, runtime: RuntimePart, asked: Annotated[ShelfFilters, Query()]) -> AlbumPage:
    """As the last refresh found them. `list=missing-files` is what you own on vinyl and have no files of; `list=not-owned` what
    you played at least three times, or have files of, and do not own.
    """
    found, total = await runtime.shelf.page(caller.id, asked.query(), limit=asked.limit, offset=asked.offset)
    return AlbumPage(
        albums=[AlbumShape.of(each) for each in found], total=total, limit=asked.limit, offset=asked.offset
    )


@router.get("/summary", summary="How many albums are where, and how each source stands", responses=faults(*_OF_ALL))
async def summary(caller: Caller, runtime: RuntimePart) -> Summary:
    """A source that cannot be read keeps what was known of it, and says since when."""
    jobs = await runtime.jobs.recent(caller.id, 1, kind=SHELF)
    counts, sources = await runtime.shelf.counts(caller.id), await runtime.shelf.sources(caller.id)
    return Summary.of(counts, sources, jobs[0] if jobs else None)


@router.post("/refresh", status_code=202, summary="Bring the shelf together anew", responses=faults(*_OF_ALL))
async def refresh(caller: Caller, runtime: RuntimePart) -> RefreshStarted:
    """Reads what is news in every source and matches it; a refresh that runs is joined. `GET /api/shelf/summary` tells how far it
    is. It happens by itself after every sync, import and scan.
    """
    job, is_attached = await runtime.shelf.refresh(caller.id)
    return RefreshStarted(status="already_running" if is_attached else "started", refresh=RefreshShape.of(job))


@router.get("/{album_id}", summary="One album", responses=faults(404, *_OF_ALL))
async def get_album(caller: Caller, runtime: RuntimePart, album_id: AlbumId) -> AlbumShape:
    """With its places, the most trusted first."""
    return AlbumShape.of(await runtime.shelf.get(caller.id, album_id))


@router.post(
    "/{album_id}/places/{source}/{key:path}",
    summary="Say whether a place is this album",
    responses=faults(400, 404, *_OF_ALL),
)
async def decide(
    caller: Caller,
    runtime: RuntimePart,
    album_id: AlbumId,
    source: Annotated[ShelfSource, Path(description="Who told of it.")],
    key: Annotated[Words, Path(description="By which the source knows it.")],
    decided: Decided,
) -> AlbumShape:
    """It holds for ever, whatever is read again; a later decision takes the place of an earlier one. Answers the album in which
    the place is then.
    """
    return AlbumShape.of(await runtime.shelf.decide(caller.id, album_id, source, key, decided.decision, to=decided.to))
