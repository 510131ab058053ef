"""``/api/records``: the owned records (records-contract.md section 1)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Query, status
from starlette.convertors import StringConvertor, register_url_convertor

from services.discogs.query import SearchTerms
from services.errors import Conflict, NotConnected
from services.rest.access import Caller, PersonalRoute
from services.rest.errors import faults
from services.rest.listing import listing
from services.rest.parts import ClosingPart, EventStream, RuntimePart, Stream
from services.rest.record_shapes import (
    Done,
    FetchOrder,
    NewRecord,
    RecordAnswer,
    RecordDone,
    RecordEdit,
    RecordList,
    RecordShape,
    SearchList,
    SearchResult,
    SyncProgress,
    SyncReadiness,
    UpdateOrder,
)
from services.rest.sync_stream import excuse, follow
from services.rest.wire import LARGEST_ID, RecordId, Words
from storage.values import RecordQuery, SortBy


class RecordNameConvertor(StringConvertor):
    """A path part that is no word of the API, so that ``DELETE /api/records/search`` is 405 and not a bad UUID."""

    regex = "(?!(?:search|sync|fetch-from-discogs|update-from-discogs)$)[^/]+"


register_url_convertor("record", RecordNameConvertor())
router = APIRouter(
    prefix="/api/records", tags=["records"], route_class=PersonalRoute, responses=faults(400, 401, 500, 503)
)
Id = Annotated[RecordId, Path(alias="recordId", description="The record's UUID.")]


class Sorting(StrEnum):
    ARTIST = "artist"
    TITLE = "title"
    YEAR = "year"
    CREATED = "createdAt"


class Direction(StrEnum):
    ASCENDING = "asc"
    DESCENDING = "desc"


@router.get("", summary="List records", response_model=RecordList)
async def list_records(
    caller: Caller,
    runtime: RuntimePart,
    sort_by: Annotated[Sorting, Query(alias="sortBy", description="What to sort by.")] = Sorting.CREATED,
    sort_dir: Annotated[
        Direction | None,
        Query(alias="sortDir", description="Default: `desc` for `createdAt` and `year`, else `asc`."),
    ] = None,
    size: Annotated[list[Words] | None, Query(description='Only these sizes, e.g. `12"`; may repeat.')] = None,
    shaped: Annotated[bool | None, Query(description="Only (no) picture discs and shapes.")] = None,
    q: Annotated[Words, Query(description="Words that the record must have; each may be a beginning.")] = "",
    limit: Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="At most so many; default all.")] = None,
    offset: Annotated[int, Query(ge=0, le=LARGEST_ID, description="Skip so many.")] = 0,
) -> Stream:
    """The caller's records. A long list is streamed; `count` is how many match, also beyond `limit`."""
    newest_first = sort_by in (Sorting.CREATED, Sorting.YEAR)
    query = RecordQuery(
        text=q,
        sizes=tuple(size or ()),
        shaped=shaped,
        sort_by=SortBy(sort_by.value),
        descending=newest_first if sort_dir is None else sort_dir is Direction.DESCENDING,
    )
    return Stream(await listing(runtime, caller.id, query, limit, offset))


@router.post("", summary="Add a record by hand", status_code=status.HTTP_201_CREATED, responses=faults(409, 413))
async def add_record(caller: Caller, runtime: RuntimePart, entry: NewRecord) -> RecordDone:
    """Saved here only; the next sync adds it to Discogs if it has a `discogsId`."""
    record = await runtime.records.add(caller.id, entry.entry())
    return RecordDone(record=RecordShape.of(record), message="Record created successfully")


@router.post(
    "/fetch-from-discogs",
    summary="Add a record by its Discogs release",
    status_code=status.HTTP_201_CREATED,
    responses=faults(404, 413),
)
async def fetch_record(caller: Caller, runtime: RuntimePart, order: FetchOrder) -> RecordDone:
    """Fetches the release and saves it, then tries to add it to the Discogs collection; that may fail without harm."""
    record = await runtime.records.fetch(caller.id, order.release_id)
    return RecordDone(record=RecordShape.of(record), message="Record fetched from Discogs and saved successfully")


@router.post("/update-from-discogs", summary="Overwrite a record from Discogs", responses=faults(404, 409, 413))
async def update_record(caller: Caller, runtime: RuntimePart, order: UpdateOrder) -> RecordDone:
    """Replaces what Discogs says; `dataSource`, `isSyncedWithDiscogs` and `createdAt` stay."""
    record = await runtime.records.update(caller.id, order.record_id, order.discogs_id)
    return RecordDone(record=RecordShape.of(record), message="Record updated from Discogs successfully")


@router.post(
    "/sync",
    summary="Sync with Discogs and watch",
    status_code=status.HTTP_200_OK,
    response_class=EventStream,
    responses={
        200: {
            "model": SyncProgress,
            "description": "A stream of events; the data of each is a SyncProgress, the last has phase `done`.",
        }
    },
)
async def sync(caller: Caller, runtime: RuntimePart, closing: ClosingPart) -> EventStream:
    """Starts a sync in both directions, or joins the running one. Going away does not stop it."""
    try:
        await runtime.discogs.client(caller.id)
        job, _ = await runtime.jobs.start("sync", caller.id, {"sources": ["discogs"]})
    except (NotConnected, Conflict) as error:
        events = excuse(error)
    else:
        events = follow(runtime, caller.id, job, closing)
    return EventStream(events)


@router.get("/sync/status", summary="Whether a sync can start")
async def sync_status(caller: Caller, runtime: RuntimePart) -> SyncReadiness:
    """Looks at the settings and connections only; asks nobody."""
    found = await runtime.discogs.status(caller.id)
    return SyncReadiness(ready=found.ready, missing=list(found.missing))


@router.get("/search", summary="Search Discogs", response_model_exclude_unset=True)
async def search(
    caller: Caller,
    runtime: RuntimePart,
    catalog_number: Annotated[Words | None, Query(alias="catalogNumber", description="As on the label.")] = None,
    artist: Annotated[Words | None, Query(description="Goes with `title`.")] = None,
    title: Annotated[Words | None, Query(description="Goes with `artist`.")] = None,
    upc: Annotated[Words | None, Query(description="The barcode.")] = None,
) -> SearchList:
    """Exactly one of `catalogNumber`, `artist` with `title`, and `upc`; at most 10 results."""
    terms = SearchTerms(catalog_number=catalog_number, artist=artist, title=title, upc=upc)
    results = [SearchResult.of(hit) for hit in await runtime.records.search(caller.id, terms)]
    return SearchList(results=results, count=len(results))


@router.get("/{recordId:record}", summary="One record", responses=faults(404))
async def show_record(caller: Caller, runtime: RuntimePart, record_id: Id) -> RecordAnswer:
    """The record."""
    return RecordAnswer(record=RecordShape.of(await runtime.records.get(caller.id, record_id)))


@router.put("/{recordId:record}", summary="Edit a record", responses=faults(404, 409, 413))
async def edit_record(caller: Caller, runtime: RuntimePart, record_id: Id, edit: RecordEdit) -> RecordDone:
    """A partial update: fields that are absent stay, null clears."""
    record = await runtime.records.edit(caller.id, record_id, edit.changes())
    return RecordDone(record=RecordShape.of(record), message="Record updated successfully")


@router.delete("/{recordId:record}", summary="Remove a record", responses=faults(404))
async def remove_record(caller: Caller, runtime: RuntimePart, record_id: Id) -> Done:
    """Removed here only; Discogs is not touched."""
    await runtime.records.remove(caller.id, record_id)
    return Done(message="Record deleted successfully")
