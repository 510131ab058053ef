"""``/plex``: the music libraries, what plays, ratings, playlists (harmony-contract.md section 11).

Everything but the status is the owner's: there is one Plex, and its token is theirs. What Plex answers is passed on as it is.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from services.errors import InvalidInput
from services.plex.calls import Params, number_of
from services.plex.client import PlexClient
from services.plex.reading import Told, text
from services.plex.refusals import NO_PLEX, PlexError
from services.rest.access import Caller, Owner, PersonalRoute
from services.rest.errors import answer_with, faults
from services.rest.parts import ClosingPart, EventStream, RuntimePart
from services.rest.plex_shapes import (
    FromPlex,
    LibraryTotals,
    Notice,
    Passed,
    Status,
    forwarded,
    ids_of,
    playing,
    rating_of,
    said,
    tags_of,
)
from services.rest.plex_stream import follow
from services.runtime import Runtime

router = APIRouter(prefix="/plex", tags=["plex"], route_class=PersonalRoute)

_FAULTS = faults(401, 403, 422, 502, 503, 504)
_PASSED: dict[str, Any] = {"response_model": Passed, "responses": _FAULTS}
SectionId = Annotated[str, Path(description="The `key` of a library.")]
ItemId = Annotated[str, Path(description="The `ratingKey` of an artist, album or track.")]
PlaylistId = Annotated[str, Path(description="The `ratingKey` of a playlist.")]
QueueId = Annotated[str, Path(description="The `playQueueID` of a queue.")]
Given = Annotated[FromPlex, Body(description="Names and values as Plex has them; unknown ones are passed on.")]
Start = Annotated[int | None, Header(alias="X-Plex-Container-Start", ge=0, description="Skip so many.")]
Size = Annotated[int | None, Header(alias="X-Plex-Container-Size", ge=0, description="At most so many; 0 only counts.")]


@router.get("/status", summary="Whether Plex answers", response_model_exclude_none=True, responses=faults(401, 503))
async def status(caller: Caller, runtime: RuntimePart) -> Status:
    """Asks Plex, and is 200 whatever it says. To anybody but the owner it is always `disconnected`."""
    found = await runtime.plex.status() if caller.is_owner else None
    if found is None or not found.is_connected or found.library is None:
        return Status(status="disconnected")
    totals = LibraryTotals(artists=found.library.artists, albums=found.library.albums, tracks=found.library.tracks)
    return Status(status="connected", sessions=found.sessions, library=totals)


# -- what there is ----------------------------------------------------------------------------------------------------


@router.get("/library/sections", summary="The libraries", **_PASSED)
@router.get("/libraries", summary="The libraries", **_PASSED)
async def sections(
    _: Owner, runtime: RuntimePart, request: Request, start: Start = None, size: Size = None
) -> Response:
    """Those with films and all else too; music has the type `artist`. Further parameters are passed on."""
    return await _pass(runtime, request, "/library/sections", "list the libraries", start, size)


@router.get("/library/sections/{section_id}/all", summary="What is in a library", **_PASSED)
@router.get("/library/{section_id}/items", summary="What is in a library", **_PASSED)
async def items(
    _: Owner, runtime: RuntimePart, request: Request, section_id: SectionId, start: Start = None, size: Size = None
) -> Response:
    """`type=8` artists, `type=9` albums, `type=10` tracks; Plex's `sort` and filters work. Read large libraries by pages, with
    the `X-Plex-Container-*` headers or parameters of these names.
    """
    path = f"/library/sections/{number_of(section_id, 'section_id')}/all"
    return await _pass(runtime, request, path, "list what is in a library", start, size)


@router.get("/library/metadata/{item_id}", summary="One item", **_PASSED)
@router.get("/metadata/{item_id}", summary="One item", **_PASSED)
async def metadata(_: Owner, runtime: RuntimePart, item_id: ItemId) -> Response:
    """As Plex tells it, with its guids."""
    path = f"/library/metadata/{number_of(item_id, 'item_id')}"
    return await _answered(runtime, "GET", path, "read an item", {"includeGuids": 1})


# -- what plays and was played ----------------------------------------------------------------------------------------


@router.get("/status/sessions", summary="What plays", **_PASSED)
@router.get("/sessions", summary="What plays", **_PASSED)
async def sessions(_: Owner, runtime: RuntimePart) -> Response:
    """For everybody who uses the server, and not only music."""
    return await _answered(runtime, "GET", "/status/sessions", "say what plays")


@router.get("/status/sessions/history/all", summary="What was played", **_PASSED)
@router.get("/history", summary="What was played", **_PASSED)
async def history(_: Owner, runtime: RuntimePart, request: Request, start: Start = None, size: Size = None) -> Response:
    """Plex's parameters work, such as `sort=viewedAt:desc` and `librarySectionID`. Read it by pages."""
    return await _pass(runtime, request, "/status/sessions/history/all", "say what was played", start, size)


@router.get("/timeline", summary="How far what plays is", **_PASSED)
async def timeline(_: Owner, runtime: RuntimePart, request: Request) -> Response:
    """Plex tells this only of its sessions; `machineIdentifier`, `ratingKey` or `sessionKey` choose of them."""
    path = "/status/sessions"
    with _told("GET", path):
        told = await (await _client(runtime)).calls.get(path, "say what plays")
    return JSONResponse(playing(told, dict(request.query_params)))


@router.post("/timeline", summary="Report how far something is", response_model=str, responses=_FAULTS)
async def report(_: Owner, runtime: RuntimePart, given: Given) -> str:
    """`ratingKey`, `state` (playing, paused, buffering, stopped), `time` and `duration` in milliseconds. Answers Plex's text."""
    client = await _client(runtime)
    with _told("GET", "/:/timeline"):
        return said(await client.timeline(forwarded(given)))


@router.post("/scrobble", summary="Mark as played", response_model=str, responses=_FAULTS)
async def scrobble(_: Owner, runtime: RuntimePart, given: Given) -> str:
    """`key` is the `ratingKey`; an artist or album is marked with all its tracks. Answers Plex's text."""
    client, key, more = await _marking(runtime, given)
    with _told("GET", "/:/scrobble"):
        return said(await client.scrobble(key, more))


@router.post("/unscrobble", summary="Mark as not played", response_model=str, responses=_FAULTS)
async def unscrobble(_: Owner, runtime: RuntimePart, given: Given) -> str:
    """`key` is the `ratingKey`. Answers Plex's text."""
    client, key, more = await _marking(runtime, given)
    with _told("GET", "/:/unscrobble"):
        return said(await client.unscrobble(key, more))


@router.post("/rate", summary="Rate an item", response_model=str, responses={**faults(400), **_FAULTS})
async def rate(_: Owner, runtime: RuntimePart, given: Given) -> str | Response:
    """`key` is the `ratingKey`, `rating` from 0 to 10 (ten are five stars); -1 takes the rating away."""
    if not text(given.get("key")) or given.get("rating") is None:
        return answer_with(400, InvalidInput.kind, "Both 'key' and 'rating' must be provided")
    return await _rate(runtime, text(given["key"]), rating_of(given["rating"]))


@router.post("/rate/{item_id}", summary="Rate an item", response_model=str, responses=_FAULTS)
async def rate_item(
    _: Owner,
    runtime: RuntimePart,
    item_id: ItemId,
    rating: Annotated[int, Query(ge=-1, le=10, description="From 0 to 10; -1 takes it away.")],
) -> str:
    """The same in another form."""
    return await _rate(runtime, item_id, rating)


async def _rate(runtime: Runtime, key: str, rating: float) -> str:
    client = await _client(runtime)
    with _told("GET", "/:/rate"):
        return said(await client.rate(key, rating))


async def _marking(runtime: Runtime, given: FromPlex) -> tuple[PlexClient, str, Params]:
    more = forwarded(given)
    key = str(more.pop("key", "") or more.pop("ratingKey", ""))
    return await _client(runtime), number_of(key, "key"), more


# -- playlists and queues ---------------------------------------------------------------------------------------------


@router.get("/playlists", summary="Your playlists", **_PASSED)
async def playlists(_: Owner, runtime: RuntimePart, start: Start = None, size: Size = None) -> Response:
    """Of every kind, smart ones too."""
    return await _answered(runtime, "GET", "/playlists", "list the playlists", start=start, size=size)


@router.post("/playlists", summary="Make a playlist", **_PASSED)
async def make_playlist(_: Owner, runtime: RuntimePart, given: Given) -> Response:
    """`title`, and what is in it: `ids` with the `ratingKey` of items, or `uri` as Plex has it. Answers the playlist."""
    client = await _client(runtime)
    with _told("POST", "/playlists"):
        params = {"type": "audio", "smart": 0, **await _with_content(client, given)}
        return _passed(await client.calls.send("POST", "/playlists", "make a playlist", params))


@router.put("/playlists/{playlist_id}", summary="Change a playlist", **_PASSED)
async def change_playlist(_: Owner, runtime: RuntimePart, playlist_id: PlaylistId, given: Given) -> Response:
    """`title` and `summary` rename it; `ids` (or `uri`) are added at its end."""
    client, path = await _client(runtime), f"/playlists/{number_of(playlist_id, 'playlist_id')}"
    with _told("PUT", path):
        params = await _with_content(client, given)
        uri = params.pop("uri", None)
        told = await client.edit_playlist(playlist_id, params) if params else Told({})
        if uri is not None:
            told = await client.calls.send("PUT", f"{path}/items", "add to a playlist", {"uri": uri})
        return _passed(told)


@router.delete("/playlists/{playlist_id}", summary="Delete a playlist", **_PASSED)
async def delete_playlist(_: Owner, runtime: RuntimePart, playlist_id: PlaylistId) -> Response:
    """What was in it stays in the library."""
    client, path = await _client(runtime), f"/playlists/{number_of(playlist_id, 'playlist_id')}"
    with _told("DELETE", path):
        return _passed(await client.delete_playlist(playlist_id))


@router.post("/playQueues", summary="Make a play queue", **_PASSED)
async def make_queue(_: Owner, runtime: RuntimePart, given: Given) -> Response:
    """Of `ids`, of a `playlistID` or of a `uri`; `key` is the first to play, `shuffle` 1 mixes. Nothing begins to play."""
    client = await _client(runtime)
    with _told("POST", "/playQueues"):
        return _passed(await client.create_queue(await _with_content(client, given)))


@router.get("/playQueues/{playqueue_id}", summary="A play queue", **_PASSED)
async def queue(_: Owner, runtime: RuntimePart, playqueue_id: QueueId) -> Response:
    """What is around the item that is chosen in it."""
    path = f"/playQueues/{number_of(playqueue_id, 'playqueue_id')}"
    return await _answered(runtime, "GET", path, "read a play queue")


async def _with_content(client: PlexClient, given: FromPlex) -> dict[str, str | int]:
    """The body as parameters; items that it lists become an address of Plex's."""
    ids = ids_of(given)
    return forwarded(given) | ({"uri": await client.content(ids)} if ids else {})


# -- tags, devices, what happens --------------------------------------------------------------------------------------


@router.post("/tags/{item_id}", summary="Set tags of an item", **_PASSED)
async def tags(_: Owner, runtime: RuntimePart, item_id: ItemId, given: Given) -> Response:
    """Each member that is a list becomes all tags of its kind: `genre`, `style`, `mood`, `country`, `similar`, `collection` or
    `label` (`tags` are labels too). Kinds that are not named stay as they are. Answers the item as it is then.
    """
    wanted, client = tags_of(given), await _client(runtime)
    with _told("PUT", f"/library/metadata/{number_of(item_id, 'item_id')}"):
        return _passed(await client.edit_tags(item_id, wanted))


@router.get("/devices", summary="Devices that Plex knows", **_PASSED)
async def devices(_: Owner, runtime: RuntimePart) -> Response:
    """With their names and platforms."""
    return await _answered(runtime, "GET", "/devices", "list the devices")


@router.get("/dvr", summary="Recorders", **_PASSED)
async def dvr(_: Owner, runtime: RuntimePart) -> Response:
    """None where the server has no tuner, or is not let."""
    client = await _client(runtime)
    with _told("GET", "/livetv/dvrs"):
        return _passed(await client.dvrs())


@router.get("/livetv", summary="What is watched live", **_PASSED)
async def livetv(_: Owner, runtime: RuntimePart, request: Request) -> Response:
    """Nothing where the server has no tuner, or is not let. Further parameters are passed on."""
    client = await _client(runtime)
    with _told("GET", "/livetv/sessions"):
        return _passed(await client.live_tv(_query(request)))


@router.get(
    "/notifications",
    summary="What happens on Plex",
    status_code=200,
    response_class=EventStream,
    responses={**_FAULTS, 200: {"model": Notice, "description": "A stream of events; the data of each is a Notice."}},
)
async def notifications(_: Owner, runtime: RuntimePart, closing: ClosingPart) -> EventStream:
    """As it happens, until you go or Plex ends it; a failure comes as an event of type `error`, which is the last."""
    await runtime.plex.client()
    return EventStream(follow(runtime.plex.notifications, closing))


# -- passing on -------------------------------------------------------------------------------------------------------


async def _client(runtime: Runtime) -> PlexClient:
    return (await runtime.plex.client()).interactive


async def _pass(
    runtime: Runtime, request: Request, path: str, action: str, start: int | None, size: int | None
) -> Response:
    """Ask with the query of the request; of names that come twice the last counts."""
    bounds = [text(request.query_params.get(f"X-Plex-Container-{name}")) for name in ("Start", "Size")]
    start, size = (
        int(bound) if given is None and bound.isdecimal() else given
        for given, bound in zip((start, size), bounds, strict=True)
    )
    return await _answered(runtime, "GET", path, action, _query(request), start=start, size=size)


async def _answered(
    runtime: Runtime,
    method: str,
    path: str,
    action: str,
    params: Params | None = None,
    *,
    start: int | None = None,
    size: int | None = None,
) -> Response:
    client = await _client(runtime)
    with _told(method, path):
        return _passed(await client.calls.get(path, action, params, start=start, size=size))


def _query(request: Request) -> dict[str, str]:
    """Without what says who asks: the token is ours."""
    given = dict(request.query_params)
    return {name: value for name, value in given.items() if not name.lower().startswith("x-plex-")}


def _passed(told: Told) -> Response:
    """The bytes that Plex sent, or what stands for them."""
    return Response(told.content, media_type="application/json")


@contextmanager
def _told(method: str, path: str) -> Generator[None]:
    """A refusal of Plex is told in the words of the contract: which call, which status, what Plex said; never the token."""
    try:
        yield
    except PlexError as error:
        if error.code == NO_PLEX:
            raise
        reason = f": {error.said}" if error.said else ""
        message = f"Plex {method} {path} failed with status {error.status}{reason}"
        raise PlexError(message, error.hint, error.status or 0, code=error.code or "", said=error.said) from error
