"""``/api/user``: what the caller has and wants (discogsography-contract.md section 12)."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from services.errors import Refused, StoreError
from services.rest.access import Caller, PersonalRoute, UncachedRoute, identify
from services.rest.errors import answer_with, faults
from services.rest.parts import RuntimePart
from services.rest.wire import LARGEST_ID
from services.runtime import Runtime
from storage import personal as lists
from storage.values import Count, ListedRelease, ReleaseId, User

MOST_ASKED = 100
"""Releases that one request for their status may name."""
_RELEASE = re.compile(r"[1-9][0-9]{0,18}")

log = structlog.stdlib.get_logger(__name__)
router = APIRouter(prefix="/api/user", tags=["user"], route_class=PersonalRoute)
optional = APIRouter(prefix="/api/user", tags=["user"], route_class=UncachedRoute)
Limit = Annotated[int, Query(ge=1, le=200, description="At most so many.")]
Offset = Annotated[int, Query(ge=0, le=LARGEST_ID, description="Skip so many.")]


class Wanted(BaseModel):
    """A release on the wantlist."""

    id: str = Field(description="The Discogs release, digits as a string.")
    title: str
    year: int | None
    artist: str
    label: str | None = Field(description="The first label.")
    rating: int = Field(description="0 to 5; 0 is not rated.")
    date_added: str | None = Field(description="ISO 8601 with offset; null where Discogs has none.")
    genres: tuple[str, ...]
    styles: tuple[str, ...]
    catalog_number: str | None


class Owned(Wanted):
    """A copy in the collection: two copies of a release are two entries with the same ``id``."""

    folder_id: int | None


class Page(BaseModel):
    """Where a page lies in its list."""

    total: int = Field(description="How many there are, on all pages.")
    offset: int
    limit: int
    has_more: bool


class OwnedPage(Page):
    releases: list[Owned]


class WantedPage(Page):
    releases: list[Wanted]


class NameCount(BaseModel):
    name: str
    count: int


class DecadeCount(BaseModel):
    decade: int = Field(description="Its first year, e.g. 1950.")
    count: int


class YearFigures(BaseModel):
    year: int = Field(description="Of `date_added`, in UTC.")
    added: int = Field(description="Copies that were added in it.")
    genres: list[NameCount] = Field(description="Its 5 leading genres; a release counts in each of its genres.")


class Figures(BaseModel):
    """The collection in figures, counted in copies."""

    total: int
    by_genre: list[NameCount] = Field(description="The 20 largest; a release counts in each of its genres.")
    by_decade: list[DecadeCount] = Field(description="All, oldest first; without the copies whose year is not known.")
    by_label: list[NameCount] = Field(description="The 20 largest.")
    by_style: list[NameCount] = Field(description="The 20 largest; a release counts in each of its styles.")
    by_format: list[NameCount] = Field(description='The 20 largest formats and sizes, such as `Vinyl`, `CD` and `12"`.')
    drift: list[YearFigures] = Field(description="Every year in which copies were added, the first one first.")
    unique_artists: int
    unique_labels: int
    average_rating: float | None = Field(description="Of the rated copies; null if there are none.")


class Standing(BaseModel):
    in_collection: bool
    in_wantlist: bool


class Standings(BaseModel):
    """By release id, as it was sent."""

    status: dict[str, Standing]


@router.get("/collection", summary="The copies you own", responses=faults(401, 422, 503))
async def collection(caller: Caller, runtime: RuntimePart, limit: Limit = 50, offset: Offset = 0) -> OwnedPage:
    """One entry per copy, newest first; what vanished from Discogs is left out."""
    async with runtime.storage.read() as conn:
        found, total = await lists.collection(conn, caller.id, limit, offset)
    releases = [Owned(folder_id=each.folder_id, **_facts(each)) for each in found]
    return OwnedPage(releases=releases, **_page(total, offset, limit, len(found)))


@router.get("/wantlist", summary="The releases you want", responses=faults(401, 422, 503))
async def wantlist(caller: Caller, runtime: RuntimePart, limit: Limit = 50, offset: Offset = 0) -> WantedPage:
    """One entry per release, newest first; what vanished from Discogs is left out."""
    async with runtime.storage.read() as conn:
        found, total = await lists.wantlist(conn, caller.id, limit, offset)
    return WantedPage(releases=[Wanted(**_facts(each)) for each in found], **_page(total, offset, limit, len(found)))


def _facts(listed: ListedRelease) -> dict[str, Any]:
    return {
        "id": str(listed.release_id),
        "title": listed.title,
        "year": listed.year,
        "artist": listed.artist,
        "label": listed.label,
        "rating": listed.rating,
        "date_added": listed.date_added,
        "genres": listed.genres,
        "styles": listed.styles,
        "catalog_number": listed.catalog_number,
    }


def _page(total: int, offset: int, limit: int, returned: int) -> dict[str, Any]:
    return {"total": total, "offset": offset, "limit": limit, "has_more": offset + returned < total}


@router.get("/collection/stats", summary="Your collection in figures", responses=faults(401, 503))
async def stats(caller: Caller, runtime: RuntimePart) -> Figures:
    """Counted in copies; what vanished from Discogs is left out."""
    async with runtime.storage.read() as conn:
        found = await lists.figures(conn, caller.id)
    return Figures(
        total=found.total,
        by_genre=_named(found.by_genre),
        by_decade=[DecadeCount(decade=decade, count=count) for decade, count in found.by_decade],
        by_label=_named(found.by_label),
        by_style=_named(found.by_style),
        by_format=_named(found.by_format),
        drift=[YearFigures(year=each.year, added=each.added, genres=_named(each.genres)) for each in found.drift],
        unique_artists=found.unique_artists,
        unique_labels=found.unique_labels,
        average_rating=found.average_rating,
    )


def _named(counts: tuple[Count, ...]) -> list[NameCount]:
    return [NameCount(name=each.value, count=each.count) for each in counts]


async def _known_caller(request: Request) -> User | None:
    """Who asks, None for anybody who cannot prove it."""
    try:
        return await identify(request)
    except (Refused, StoreError):
        return None


@optional.get("/status", summary="Whether you own or want releases", response_model=Standings, responses=faults(422))
async def status(
    caller: Annotated[User | None, Depends(_known_caller)],
    runtime: RuntimePart,
    ids: Annotated[str, Query(description="Release ids, separated by commas; at most 100.")],
) -> Standings | JSONResponse:
    """Needs no proof: for a caller who is not known, and while the store cannot be asked, nothing is owned or wanted."""
    asked = [entry for each in ids.split(",") if (entry := each.strip())]
    if len(asked) > MOST_ASKED:
        text = f"Too many IDs: maximum is {MOST_ASKED}"
        detail = [{"type": "too_long", "loc": ["query", "ids"], "msg": text}]
        return answer_with(422, text, text, detail=detail)
    releases = {each: ReleaseId(int(each)) for each in asked if _RELEASE.fullmatch(each) and int(each) <= LARGEST_ID}
    has, wants = await _held(runtime, caller, releases.values())
    standings = {
        each: Standing(in_collection=releases.get(each) in has, in_wantlist=releases.get(each) in wants)
        for each in asked
    }
    return Standings(status=standings)


async def _held(
    runtime: Runtime, caller: User | None, releases: Collection[ReleaseId]
) -> tuple[set[ReleaseId], set[ReleaseId]]:
    if caller is not None and releases:
        try:
            async with runtime.storage.read() as conn:
                return await lists.held(conn, caller.id, releases)
        except StoreError as error:
            log.warning("status_without_store", error=error.message)
    return set(), set()
