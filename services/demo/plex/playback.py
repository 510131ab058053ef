"""What plays and was played: sessions, history, reports of players, marks and ratings (plex-api.md 6, 7)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.demo.catalogue import Document

from .answers import IDENTIFIER, Refused, asked, container, done, page, thing_at, world_of
from .things import Thing
from .world import OWNER, Playing


async def sessions(request: Request) -> Response:
    world = world_of(request)
    world.settle()
    return container(request, page(request, list(world.playing.values()), lambda each: _session(each, world.clock())))


def _session(playing: Playing, now: float) -> Document:
    told = playing.track.told()
    return told | {
        "librarySectionID": playing.track.section.key,
        "sessionKey": str(playing.key),
        "viewOffset": playing.at(now),
        "User": {"id": str(OWNER), "title": playing.user, "thumb": ""},
        "Player": {
            "address": "192.168.1.20",
            "local": True,
            "relayed": False,
            "secure": True,
            "state": playing.state,
            **playing.player,
        },
        "Session": {"id": f"session-{playing.key}", "bandwidth": 1200, "location": "lan"},
    }


async def history(request: Request) -> Response:
    query = asked(request)
    rows = list(world_of(request).history)
    if query.get("sort", "viewedAt:desc") == "viewedAt:desc":
        rows.sort(key=lambda each: each["at"], reverse=True)
    if since := query.get("viewedAt>"):
        rows = [each for each in rows if each["at"] > int(since)]
    if section := query.get("librarySectionID"):
        rows = [each for each in rows if each["track"].section.key == section]
    if wanted := query.get("metadataItemID"):
        rows = [each for each in rows if int(wanted) in _family(each["track"])]
    return container(request, page(request, rows, _line))


def _family(track: Thing) -> set[int]:
    return {track.key} | (_family(track.parent) if track.parent else set())


def _line(played: Document) -> Document:
    track: Thing = played["track"]
    told = track.told()
    names = (
        "parentKey",
        "grandparentKey",
        "title",
        "parentTitle",
        "grandparentTitle",
        "type",
        "thumb",
        "index",
        "parentIndex",
        "originalTitle",
    )
    return {
        "historyKey": f"/status/sessions/history/{played['id']}",
        "key": track.path,
        "ratingKey": str(track.key),
        "librarySectionID": track.section.key,
        **{name: told[name] for name in names if name in told},
        "viewedAt": played["at"],
        "accountID": OWNER,
        "deviceID": 2,
    }


async def timeline(request: Request) -> Response:
    """A player's report: the client's identifier is the player. There is no reading here."""
    query, world = asked(request), world_of(request)
    machine = request.headers.get("x-plex-client-identifier")
    state = query.get("state", "")
    if not machine or state not in ("playing", "paused", "buffering", "stopped"):
        raise Refused(400)
    track = thing_at(request, query.get("ratingKey", ""))
    offset = int(query["time"]) if query.get("time", "").isdigit() else 0
    known = next((each for each in world.playing.values() if each.player["machineIdentifier"] == machine), None)
    if known is None or known.track is not track:
        product = request.headers.get("x-plex-product", "")
        name = request.headers.get("x-plex-device-name", "")
        known = world.play(track, player={"title": name, "machineIdentifier": machine, "product": product})
    world.move(known, state, offset)
    return container(request, {"size": 0, "allowSync": True})


async def scrobble(request: Request) -> Response:
    for track in _named(request).tracks():
        track.plays, track.played_at = track.plays + 1, world_of(request).now()
        world_of(request).changed(track)
    return done()


async def unscrobble(request: Request) -> Response:
    for track in _named(request).tracks():
        track.plays, track.played_at, track.offset = 0, None, None
        world_of(request).changed(track)
    return done()


async def rate(request: Request) -> Response:
    given = asked(request).get("rating", "")
    try:
        rating = float(given)
    except ValueError:
        raise Refused(400) from None
    if not (rating == -1 or 0 <= rating <= 10):
        raise Refused(400)
    thing = _named(request)
    thing.rating = None if rating == -1 else rating
    world_of(request).changed(thing)
    return done()


def _named(request: Request) -> Thing:
    query = asked(request)
    if not query.get("key") or not query.get("identifier"):
        raise Refused(400)
    if query["identifier"] != IDENTIFIER:
        raise Refused(404)
    return thing_at(request, query["key"])


ROUTES = [
    Route("/status/sessions", sessions, methods=["GET"]),
    Route("/status/sessions/history/all", history, methods=["GET"]),
    Route("/:/timeline", timeline, methods=["GET", "POST"]),
    Route("/:/scrobble", scrobble, methods=["GET", "PUT"]),
    Route("/:/unscrobble", unscrobble, methods=["GET", "PUT"]),
    Route("/:/rate", rate, methods=["GET", "PUT"]),
]
