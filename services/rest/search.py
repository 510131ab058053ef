"""``POST /api/search``: one question to Spotify, Plex and Soulseek (harmony-contract.md section 6), by name to three more."""

from __future__ import annotations

from typing import Any, cast

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from services.errors import InvalidInput
from services.everywhere import InCatalogue, OnDiscogs, OwnRecords
from services.rest.access import Caller, PersonalRoute
from services.rest.errors import answer_with, faults
from services.rest.parts import RuntimePart
from services.rest.record_shapes import RecordList, RecordShape, SearchList, SearchResult
from storage.values.found import CatalogueHit

router = APIRouter(tags=["search"], route_class=PersonalRoute)


class Question(BaseModel):
    """What is looked for, and where."""

    model_config = ConfigDict(extra="ignore")
    query: Any = Field(default=None, description="Words; a number counts as its digits.")
    sources: Any = Field(
        default=None,
        description="`spotify`, `plex`, `soulseek`, one or a list of them, in any case; these three where nothing usable is "
        "given. Beyond them `discogs`, `catalogue` and `records` are asked by name.",
    )


class Hits(BaseModel):
    """What was found, by source."""

    query: str
    results: dict[str, Any] = Field(
        description="`spotify`: `tracks`, `artists`, `albums`; `plex`: tracks; `soulseek`: `results`; `records`: as "
        "`/api/records` lists them; `discogs`: as `/api/records/search` does; `catalogue`: `results`, `more`, `corrected`. "
        "A source that failed is missing."
    )
    errors: dict[str, str] | None = Field(default=None, description="Why a source failed; absent where none did.")


@router.post(
    "/api/search",
    summary="Search everywhere",
    response_model=Hits,
    responses=faults(400, 401, 422, 503),
)
async def search(caller: Caller, runtime: RuntimePart, given: Question) -> JSONResponse:
    """Asks the sources side by side; one that fails is named in `errors` and hides nothing. Plex and Soulseek are the owner's."""
    query = "" if given.query is None else str(given.query)
    sources = cast("object", given.sources)
    named = cast("list[object]", sources) if isinstance(sources, list) else [sources]
    try:
        found = await runtime.everywhere.search(caller, query, [each for each in named if isinstance(each, str)])
    except InvalidInput as error:
        return answer_with(400, error.kind, error.message, hint=error.hint)
    told = {"query": query.strip(), "results": {source: _shape(each) for source, each in found.results.items()}}
    return JSONResponse(told | ({"errors": dict(found.errors)} if found.errors else {}))


def _shape(found: Any) -> Any:
    """What a source found, as it is told elsewhere under this surface; what came from outside as it came."""
    if isinstance(found, OwnRecords):
        return _dumped(RecordList(records=[RecordShape.of(each) for each in found.records], count=found.count))
    if isinstance(found, OnDiscogs):
        return _dumped(SearchList(results=[SearchResult.of(each) for each in found.hits], count=found.count))
    if isinstance(found, InCatalogue):
        results = [_known(each, owned=each.id in found.owned) for each in found.hits]
        return {"results": results, "more": found.more, "corrected": found.corrected}
    return found


def _dumped(shape: BaseModel) -> Any:
    return shape.model_dump(mode="json", by_alias=True)


def _known(hit: CatalogueHit, *, owned: bool) -> dict[str, object]:
    """A release of the catalogue, named as those of Discogs are."""
    return {
        "discogsId": str(hit.id),
        "artistName": hit.artist,
        "albumTitle": hit.title,
        "yearReleased": hit.year,
        "labelName": hit.label,
        "catalogNumber": hit.catno,
        "country": hit.country,
        "format": hit.format,
        "masterId": None if hit.master is None else str(hit.master),
        "owned": owned,
    }
