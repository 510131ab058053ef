"""``/api/sync/plan`` and ``/api/sync/tracks``: what auto-sync would look for, and what became of what it did
(harmony-contract.md section 18).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.autosync.choosing import questions
from services.autosync.outlook import Outlook
from services.autosync.wanted import Wish
from services.rest.access import Owner, PersonalRoute
from services.rest.errors import faults
from services.rest.parts import RuntimePart
from services.rest.wire import LARGEST_ID
from storage.values.autosync import AutosyncState, AutosyncTrack, Failure

router = APIRouter(prefix="/api/sync", tags=["sync"], route_class=PersonalRoute)
Limit = Annotated[int, Query(ge=1, le=500, description="At most so many tracks.")]
Offset = Annotated[int, Query(ge=0, le=LARGEST_ID, description="Skip so many.")]


class PlannedTrack(BaseModel):
    """A wanted track that is not held."""

    title: str
    artist: str
    album: str
    spotify_id: str | None
    priority: int
    why: str = Field(description="Where on Spotify it stands.")
    decision: Literal["search", "under_way", "skipped"] = Field(
        description="`under_way`: asked for already; `skipped`: failed too often."
    )
    search: str | None = Field(description="What Soulseek is asked; several tracks of one album are one search.")
    failures: int = Field(description="How often it failed so far.")


class Plan(BaseModel):
    """What auto-sync would do now."""

    wanted: int = Field(description="Tracks of the playlists and saved ones, each once.")
    left_out: int = Field(description="Places in them that the artist preferences leave out.")
    held: dict[str, int] = Field(description="Tracks there are in `plex` and `beets`.")
    missing: int
    to_search: int
    searches: int = Field(description="Searches that takes.")
    under_way: int
    skipped: int
    tracks: list[PlannedTrack] = Field(description="A page of what is missing, in the order in which it is looked for.")


class SyncedTrack(BaseModel):
    """A track that was looked for."""

    title: str
    artist: str
    album: str
    spotify_id: str | None
    state: AutosyncState
    failure: Failure | None = Field(description="Why it failed last.")
    failures: int = Field(description="How often since it last came; from three on it is not looked for any more.")
    error: str | None
    download_id: int | None = Field(description="The first attempt of its last request, see `/api/download/{id}`.")
    path: str | None = Field(description="Where it came to lie.")
    last_attempt_at: datetime


class SyncedTracks(BaseModel):
    counts: dict[AutosyncState, int]
    skipped: int = Field(description="Failed ones that are not looked for any more.")
    tracks: list[SyncedTrack]


class Retried(BaseModel):
    retried: int = Field(description="Tracks that the next run looks for again.")


@router.get("/plan", summary="What auto-sync would look for", responses=faults(401, 403, 422, 500, 502, 503, 504))
async def plan(_: Owner, runtime: RuntimePart, limit: Limit = 50, offset: Offset = 0) -> Plan:
    """What the kept lists of Spotify have and neither Plex nor beets. Soulseek is not asked and nothing is begun; Plex and beets
    are read anew every two minutes, which takes seconds. The owner's; 503 where it is not set up.
    """
    return _plan(await runtime.autosync.plan(runtime.owner.id), limit, offset)


@router.get("/tracks", summary="What auto-sync has looked for", responses=faults(401, 403, 422, 500, 503))
async def tracks(
    caller: Owner,
    runtime: RuntimePart,
    state: Annotated[list[AutosyncState] | None, Query(description="Only in these states.")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> SyncedTracks:
    """The last changed first, with what became of each; asks nobody. The owner's."""
    counts = await runtime.autosync.counts(caller.id)
    page = await runtime.autosync.page(caller.id, state or (), limit=limit, offset=offset)
    return SyncedTracks(counts=counts.states, skipped=counts.skipped, tracks=[_track(each) for each in page])


@router.post("/tracks/retry", summary="Look again for what failed too often", responses=faults(401, 403, 503))
async def retry(caller: Owner, runtime: RuntimePart) -> Retried:
    """Tracks that failed three times are looked for again by the next run. The owner's."""
    return Retried(retried=await runtime.autosync.retry_skipped(caller.id))


def _plan(outlook: Outlook, limit: int, offset: int) -> Plan:
    to_ask = outlook.to_ask
    asked = questions(to_ask)
    by_key = {wish.key: question.text for question in asked for wish in question.wishes}
    return Plan(
        wanted=outlook.wanted,
        left_out=outlook.left_out,
        held=outlook.held,
        missing=len(outlook.missing),
        to_search=len(to_ask),
        searches=len(asked),
        under_way=sum(map(outlook.is_under_way, outlook.missing)),
        skipped=len(outlook.skipped),
        tracks=[_planned(outlook, each, by_key.get(each.key)) for each in outlook.missing[offset : offset + limit]],
    )


def _planned(outlook: Outlook, wish: Wish, search: str | None) -> PlannedTrack:
    known = outlook.known.get(wish.key)
    return PlannedTrack(
        title=wish.title,
        artist=wish.artist,
        album=wish.album,
        spotify_id=wish.spotify_id,
        priority=wish.priority,
        why=wish.reason,
        decision="search" if search else "under_way" if outlook.is_under_way(wish) else "skipped",
        search=search,
        failures=known.failures if known else 0,
    )


def _track(each: AutosyncTrack) -> SyncedTrack:
    return SyncedTrack(
        title=each.title,
        artist=each.artist,
        album=each.album,
        spotify_id=each.spotify_id,
        state=each.state,
        failure=each.failure,
        failures=each.failures,
        error=each.error,
        download_id=each.download_id,
        path=each.path,
        last_attempt_at=datetime.fromisoformat(each.attempted_at),
    )
