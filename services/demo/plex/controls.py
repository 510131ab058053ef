"""``/_sim``: what a test (or a curious person) can do to the simulated Plex behind the program's back."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.demo.board import board_routes

from .answers import world_of
from .faults import PlexFault
from .invention import arrive


async def play(request: Request) -> Response:
    """Somebody plays ``{"key"?, "state"?, "offset"?, "player"?}`` (default: some track, in the kitchen)."""
    wanted, world = await request.json(), world_of(request)
    tracks = [each for each in world.things.values() if each.type == "track"]
    track = world.things[int(wanted["key"])] if wanted.get("key") else tracks[0]
    playing = world.play(track, player=wanted.get("player"), offset=wanted.get("offset", 0))
    if state := wanted.get("state"):
        world.move(playing, state, wanted.get("offset", 0))
    return JSONResponse({"sessionKey": playing.key, "ratingKey": track.key, "title": track.title})


async def arrivals(request: Request) -> Response:
    """An album ``{"artist"? (key), "title", "folder", "tracks"?}`` lies in a folder and waits for a scan."""
    wanted, world = await request.json(), world_of(request)
    music = next(each for each in world.sections.values() if each.type == "artist")
    artists = world.of_type(music, "artist")
    artist = world.things[int(wanted["artist"])] if wanted.get("artist") else artists[0]
    arrive(world, music, artist, wanted["title"], wanted["folder"], tracks=wanted.get("tracks", 3))
    return JSONResponse({"waiting": len(world.arrived)})


ROUTES = [
    *board_routes(PlexFault),
    Route("/_sim/play", play, methods=["POST"]),
    Route("/_sim/arrivals", arrivals, methods=["POST"]),
]
