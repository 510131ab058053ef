"""``/spotify/playlists`` and ``/spotify/artist*``: lists that are kept, and what is read and changed on Spotify itself
(harmony-contract.md section 10).
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from services.errors import InvalidInput
from services.rest.access import Caller, PersonalRoute
from services.rest.errors import answer_with, faults
from services.rest.parts import RuntimePart
from services.rest.wire import LARGEST_ID, Words
from services.spotify.client import spotify_id
from storage.values import Playlist

router = APIRouter(prefix="/spotify", tags=["spotify"], route_class=PersonalRoute)

_OF_SPOTIFY = (401, 403, 404, 422, 429, 501, 502, 503, 504)
"""What a request to Spotify may end with."""
PlaylistId = Annotated[str, Path(description="Spotify's id of the playlist; its URI or link are as good.")]
ArtistId = Annotated[str, Path(description="Spotify's id of the artist; its URI or link are as good.")]
Limit = Annotated[int, Query(ge=1, le=100, description="At most so many.")]
Offset = Annotated[int, Query(ge=0, le=LARGEST_ID, description="Skip so many.")]
Place = Annotated[int, Field(ge=0, le=LARGEST_ID)]


class Followed(BaseModel):
    artists: list[dict[str, Any]] = Field(description="As Spotify tells them.")


class Releases(BaseModel):
    artist_id: str
    releases: list[dict[str, Any]] = Field(description="Albums, singles and compilations, as Spotify tells them.")


class PlaylistEntry(BaseModel):
    """A kept playlist."""

    id: str
    name: str
    track_count: int
    updated_at: datetime = Field(description="When it was last found to have changed.")


class PlaylistList(BaseModel):
    playlists: list[PlaylistEntry]


class Items(BaseModel):
    items: list[dict[str, Any]] = Field(description="As Spotify tells them; `track` is null where one vanished.")
    total: int = Field(description="How many there are in all.")


class Uris(BaseModel):
    """Tracks or episodes."""

    uris: list[Words] = Field(description="URIs; ids of tracks and links are as good.")


class MoreUris(Uris):
    position: Place | None = Field(default=None, description="Before which item, from 0; default: at the end.")


class Move(BaseModel):
    """One item and where it goes."""

    range_start: Place = Field(description="The item, counted from 0.")
    insert_before: Place = Field(description="Before which item, as they are counted now; their number: to the end.")
    range_length: Annotated[int, Field(ge=1, le=LARGEST_ID)] = Field(default=1, description="How many are moved.")


class Added(BaseModel):
    status: Literal["tracks-added"] = "tracks-added"


class Removed(BaseModel):
    status: Literal["tracks-removed"] = "tracks-removed"


class Reordered(BaseModel):
    status: Literal["playlist-reordered"] = "playlist-reordered"


# -- artists --------------------------------------------------------------------------------------------------------


@router.get("/artists/followed", summary="The artists you follow", responses=faults(*_OF_SPOTIFY))
async def followed_artists(caller: Caller, runtime: RuntimePart) -> Followed:
    """All of them, read from Spotify to the end."""
    return Followed(artists=[artist.given for artist in await runtime.artists.listed(caller.id)])


@router.get("/artist/{artist_id:path}/releases", summary="What an artist released", responses=faults(*_OF_SPOTIFY))
async def artist_releases(caller: Caller, runtime: RuntimePart, artist_id: ArtistId) -> Releases:
    """All of them, read from Spotify to the end; every edition with an id of its own."""
    known_as = spotify_id(artist_id, "artist")
    found = await runtime.artists.releases(caller.id, known_as)
    return Releases(artist_id=known_as, releases=[release.given for release in found])


# -- playlists ------------------------------------------------------------------------------------------------------


@router.get(
    "/playlists",
    summary="Your playlists",
    response_model=PlaylistList,
    responses={304: {"description": "Nothing has changed since."}, **faults(401, 503)},
)
async def playlists(
    caller: Caller,
    runtime: RuntimePart,
    response: Response,
    if_none_match: Annotated[str | None, Header(description="The ETag of an earlier answer.")] = None,
    if_modified_since: Annotated[str | None, Header(description="The Last-Modified of an earlier answer.")] = None,
) -> PlaylistList | Response:
    """As the last sync kept them, the last changed first; Spotify is not asked. Those that vanished there stay listed."""
    kept = await runtime.playlists.every(caller.id)
    headers = _validators(kept)
    if _is_unchanged(headers, if_none_match, if_modified_since):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return PlaylistList(
        playlists=[
            PlaylistEntry(
                id=each.playlist_id,
                name=each.name,
                track_count=each.track_count,
                updated_at=datetime.fromisoformat(each.updated_at),
            )
            for each in kept
        ]
    )


@router.get("/playlists/{playlist_id:path}/tracks", summary="What is in a playlist", responses=faults(*_OF_SPOTIFY))
async def playlist_tracks(
    caller: Caller, runtime: RuntimePart, playlist_id: PlaylistId, limit: Limit = 100, offset: Offset = 0
) -> Items:
    """As Spotify has it now; of others' playlists Spotify shows only those you contribute to (403)."""
    known_as = spotify_id(playlist_id, "playlist")
    rows, total = await runtime.playlists.rows(caller.id, known_as, limit=limit, offset=offset)
    # Clients of the contract read `track`; Spotify calls it `item` by now (spotify-api.md 2.11).
    items = [{**row.given, "track": row.track.given if row.track else None} for row in rows]
    return Items(items=items, total=total)


@router.post(
    "/playlists/{playlist_id:path}/tracks",
    summary="Add to a playlist",
    response_model=Added,
    responses=faults(400, 409, *_OF_SPOTIFY),
)
async def add_tracks(
    caller: Caller, runtime: RuntimePart, playlist_id: PlaylistId, given: MoreUris
) -> Added | JSONResponse:
    """In this order, at the end or before an item; what is there already is added again."""
    if not given.uris:
        return _nothing()
    known_as = spotify_id(playlist_id, "playlist")
    await runtime.editing.add(caller.id, known_as, given.uris, given.position)
    return Added()


@router.delete(
    "/playlists/{playlist_id:path}/tracks",
    summary="Remove from a playlist",
    response_model=Removed,
    responses=faults(400, 409, *_OF_SPOTIFY),
)
async def remove_tracks(
    caller: Caller, runtime: RuntimePart, playlist_id: PlaylistId, given: Uris
) -> Removed | JSONResponse:
    """All occurrences of each: Spotify knows no other way. Local files cannot be removed here."""
    if not given.uris:
        return _nothing()
    await runtime.editing.remove(caller.id, spotify_id(playlist_id, "playlist"), given.uris)
    return Removed()


@router.put("/playlists/{playlist_id:path}/reorder", summary="Move in a playlist", responses=faults(409, *_OF_SPOTIFY))
async def reorder(caller: Caller, runtime: RuntimePart, playlist_id: PlaylistId, move: Move) -> Reordered:
    """Positions are those of the playlist as Spotify has it now."""
    known_as = spotify_id(playlist_id, "playlist")
    await runtime.editing.move(caller.id, known_as, move.range_start, move.insert_before, move.range_length)
    return Reordered()


def _nothing() -> JSONResponse:
    """An empty list is 400 (harmony-contract.md section 10)."""
    error = InvalidInput("uris", "No track URIs provided")
    return answer_with(400, error.kind, error.message)


def _validators(kept: list[Playlist]) -> dict[str, str]:
    """What tells an unchanged list."""
    facts = "\n".join(f"{each.playlist_id} {each.track_count} {each.updated_at} {each.name}" for each in kept)
    headers = {"ETag": f'"{sha256(facts.encode()).hexdigest()[:32]}"'}
    if kept:
        newest = datetime.fromisoformat(max(each.updated_at for each in kept)).astimezone(UTC)
        headers["Last-Modified"] = format_datetime(newest.replace(microsecond=0), usegmt=True)
    return headers


def _is_unchanged(headers: dict[str, str], etags: str | None, since: str | None) -> bool:
    """Whether the client has this list already; its ETag goes before the date (RFC 9110, 13.2.2)."""
    if etags is not None:
        return any(each.strip().removeprefix("W/") in (headers["ETag"], "*") for each in etags.split(","))
    if since is None or "Last-Modified" not in headers:
        return False
    try:
        return parsedate_to_datetime(headers["Last-Modified"]) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False
