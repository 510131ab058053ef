"""``/spotify``: how the connection is, what is searched and read on Spotify, saved tracks (harmony-contract.md section 10)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse

from services.errors import InvalidInput, NotFound, UpstreamNotFound
from services.rest.access import Caller, PersonalRoute
from services.rest.errors import answer_with, faults
from services.rest.hints import over_rest
from services.rest.parts import RuntimePart
from services.rest.spotify_shapes import (
    CapabilityEntry,
    Features,
    FeaturesOfMany,
    Me,
    OneTrack,
    Recommendations,
    Saved,
    Status,
    Things,
    TrackIds,
    TracksRemoved,
    TracksSaved,
)
from services.rest.wire import LARGEST_ID, FilledWords, Words
from services.spotify.client import SpotifyClient, spotify_id
from services.spotify.connect import SpotifyStatus
from services.spotify.searching import hits

router = APIRouter(prefix="/spotify", tags=["spotify"], route_class=PersonalRoute)

_OF_SPOTIFY = (401, 403, 422, 429, 502, 503, 504)
"""What a request to Spotify may end with."""
Wanted = Annotated[FilledWords, Query(description="What to look for; Spotify's filters such as `artist:` work.")]
TrackId = Annotated[str, Path(description="Spotify's id of the track; its URI or link are as good.")]
Limit = Annotated[int, Query(ge=1, le=50, description="At most so many.")]
Offset = Annotated[int, Query(ge=0, le=LARGEST_ID, description="Skip so many.")]
Ids = Annotated[Words, Query(min_length=1, description="Ids of tracks, separated by commas, 100 at most.")]
Seeds = Annotated[Words | None, Query(description="Separated by commas.")]


@router.get("/status", summary="How Spotify is connected", responses=faults(401, 503))
async def status(caller: Caller, runtime: RuntimePart) -> Status:
    """As far as is known here; Spotify is not asked."""
    found = await runtime.spotify.status(caller.id)
    return Status(
        status=_state(found),
        authenticated=found.ready,
        username=found.username,
        message=over_rest(found.warning) if found.warning else None,
        missing=list(found.missing),
        authorized_at=found.authorized_at,
        expires_at=found.expires_at,
        scopes=list(found.scopes),
        capabilities={
            row.name: CapabilityEntry(state=row.state.value, checked_at=row.checked_at or None, evidence=row.evidence)
            for row in found.capabilities
        },
        paused_until=_when(found.paused_until),
        paused_reason=found.pause.reason if found.pause else None,
        calls_today=found.budget.calls if found.budget else {},
    )


def _state(found: SpotifyStatus) -> Literal["connected", "unauthenticated", "unconfigured", "reauth_required"]:
    match found.state:
        case "connected" | "unconfigured" | "reauth_required" as known:
            return known
        case _:
            return "unauthenticated"


@router.get("/me", summary="Whose Spotify account is connected", responses=faults(*_OF_SPOTIFY))
async def me(caller: Caller, runtime: RuntimePart) -> Me:
    """The profile as Spotify tells it."""
    return Me(profile=(await (await _client(runtime, caller)).profile()).given)


# -- searching and reading ------------------------------------------------------------------------------------------


@router.get("/search/tracks", summary="Search tracks on Spotify", responses=faults(*_OF_SPOTIFY))
async def search_tracks(caller: Caller, runtime: RuntimePart, query: Wanted) -> Things:
    """The first twenty."""
    return await _search(await _client(runtime, caller), query, "track")


@router.get("/search/artists", summary="Search artists on Spotify", responses=faults(*_OF_SPOTIFY))
async def search_artists(caller: Caller, runtime: RuntimePart, query: Wanted) -> Things:
    """The first twenty."""
    return await _search(await _client(runtime, caller), query, "artist")


@router.get("/search/albums", summary="Search albums on Spotify", responses=faults(*_OF_SPOTIFY))
async def search_albums(caller: Caller, runtime: RuntimePart, query: Wanted) -> Things:
    """The first twenty."""
    return await _search(await _client(runtime, caller), query, "album")


async def _search(client: SpotifyClient, query: str, kind: Literal["track", "artist", "album"]) -> Things:
    return Things(items=await hits(client, query, kind))


@router.get("/track/{track_id:path}", summary="A track", responses=faults(404, *_OF_SPOTIFY))
async def track(caller: Caller, runtime: RuntimePart, track_id: TrackId) -> OneTrack:
    """As Spotify tells it."""
    wanted = spotify_id(track_id, "track")
    try:
        found = await (await _client(runtime, caller)).track(wanted)
    except UpstreamNotFound as missing:
        raise NotFound("Track not found") from missing
    if not found.given:
        raise NotFound("Track not found")
    return OneTrack(track=found.given)


@router.get("/audio-features/{track_id:path}", summary="Measures of a track", responses=faults(404, 501, *_OF_SPOTIFY))
async def audio_features(caller: Caller, runtime: RuntimePart, track_id: TrackId) -> Features:
    """Spotify keeps them for apps approved before December 2024; others get 501."""
    wanted = spotify_id(track_id, "track")
    try:
        (found,) = await (await _client(runtime, caller)).audio_features([wanted])
    except UpstreamNotFound as missing:
        raise NotFound("Audio features not found") from missing
    if found is None or not found.given:
        raise NotFound("Audio features not found")
    return Features(audio_features=found.given)


@router.get(
    "/audio-features",
    summary="Measures of several tracks",
    response_model=FeaturesOfMany,
    responses=faults(400, 404, 501, *_OF_SPOTIFY),
)
async def audio_features_of_many(caller: Caller, runtime: RuntimePart, ids: Ids) -> FeaturesOfMany | JSONResponse:
    """In the order asked for, null where Spotify knows none."""
    wanted = _split(ids)
    if not wanted:
        return _nothing()
    if len(wanted) > 100:
        raise InvalidInput("ids", "At most 100 ids can be asked for at once.")
    known_as = [spotify_id(each, "track") for each in wanted]
    found = await (await _client(runtime, caller)).audio_features(known_as)
    return FeaturesOfMany(audio_features=[each.given if each else None for each in found])


@router.get("/recommendations", summary="Tracks like others", responses=faults(400, 404, 501, *_OF_SPOTIFY))
async def recommendations(
    caller: Caller,
    runtime: RuntimePart,
    seed_tracks: Seeds = None,
    seed_artists: Seeds = None,
    seed_genres: Seeds = None,
    limit: Annotated[int, Query(ge=1, le=100, description="At most so many.")] = 20,
) -> Recommendations:
    """Spotify keeps them for apps approved before December 2024; others get 501."""
    seeds = {
        "seed_tracks": _split(seed_tracks or ""),
        "seed_artists": _split(seed_artists or ""),
        "seed_genres": _split(seed_genres or ""),
    }
    found = await (await _client(runtime, caller)).recommendations(seeds, limit=limit)
    return Recommendations(tracks=[each.given for each in found.tracks], seeds=[each.given for each in found.seeds])


# -- what is the caller's own ---------------------------------------------------------------------------------------


@router.get("/me/tracks", summary="Your saved tracks", responses=faults(*_OF_SPOTIFY))
async def saved_tracks(caller: Caller, runtime: RuntimePart, limit: Limit = 20, offset: Offset = 0) -> Saved:
    """Newest first, as Spotify has them now."""
    client = await _client(runtime, caller)
    items: list[dict[str, Any]] = []
    while True:
        page = await client.saved_tracks(offset + len(items), limit=limit - len(items))
        items += [row.given for row in page.items]
        if len(items) >= limit or not page.items or not page.next:
            return Saved(items=items, total=offset + len(items) if page.total is None else page.total)


@router.put("/me/tracks", summary="Save tracks", response_model=TracksSaved, responses=faults(400, *_OF_SPOTIFY, 501))
async def save_tracks(caller: Caller, runtime: RuntimePart, given: TrackIds) -> TracksSaved | JSONResponse:
    """The first one becomes the newest; what is saved already stays."""
    if not given.ids:
        return _nothing()
    uris = _uris(given.ids)
    await (await _client(runtime, caller)).save(uris[::-1])
    return TracksSaved()


@router.delete(
    "/me/tracks",
    summary="Take tracks out of the library",
    response_model=TracksRemoved,
    responses=faults(400, *_OF_SPOTIFY, 501),
)
async def unsave_tracks(caller: Caller, runtime: RuntimePart, given: TrackIds) -> TracksRemoved | JSONResponse:
    """What is not saved stays so."""
    if not given.ids:
        return _nothing()
    await (await _client(runtime, caller)).unsave(_uris(given.ids))
    return TracksRemoved()


@router.get("/me/top/{type}", summary="What you play most", responses=faults(404, *_OF_SPOTIFY))
async def top(
    caller: Caller,
    runtime: RuntimePart,
    type: Annotated[str, Path(description="`tracks` or `artists`; there is nothing else.")],
    limit: Limit = 20,
    offset: Offset = 0,
) -> Things:
    """Of about the last six months; Spotify counts anew once a day."""
    if type not in ("tracks", "artists"):
        raise NotFound("Spotify tells top tracks and top artists only.")
    client = await _client(runtime, caller)
    ask = client.top_tracks if type == "tracks" else client.top_artists
    page = await ask(limit=limit, offset=offset)
    return Things(items=[each.given for each in page.items if each])


async def _client(runtime: RuntimePart, caller: Caller) -> SpotifyClient:
    return (await runtime.spotify.client(caller.id)).interactive


def _split(csv: str) -> list[str]:
    return [part.strip() for part in csv.split(",") if part.strip()]


def _uris(ids: list[str]) -> list[str]:
    return [f"spotify:track:{spotify_id(each, 'track', 'ids')}" for each in ids]


def _nothing() -> JSONResponse:
    """An empty list is 400 (harmony-contract.md section 10)."""
    return answer_with(400, InvalidInput.kind, "No track IDs provided")


def _when(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
