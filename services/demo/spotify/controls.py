"""``/_sim``: what a test (or a curious person) can do to the simulated Spotify behind the program's back."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.demo.board import board_routes

from .answers import body_of, world_of
from .faults import SpotifyFault
from .grants import Grants
from .listeners import Listener, Play
from .refusals import Refused


async def listeners(request: Request) -> Response:
    """Everybody, with a refresh token; POST ``{"number", "plays"?, "beginning"?}`` lets more join."""
    if request.method == "POST":
        wanted = await body_of(request)
        joined = world_of(request).join_many(
            wanted["number"], wanted.get("plays", 50), beginning=wanted.get("beginning", "listener")
        )
        return JSONResponse([_described(request, world_of(request).listeners[user]) for user in joined])
    return JSONResponse([_described(request, listener) for listener in world_of(request).listeners.values()])


async def play(request: Request) -> Response:
    """Listen: ``{"account"?, "track_id"?, "played_at"? (ms; default now), "number"?}``; several are a minute apart."""
    wanted = await body_of(request)
    listener, tracks = _listener(request, wanted.get("account", "")), world_of(request).catalogue.tracks
    chosen = [tracks[wanted["track_id"]]] if wanted.get("track_id") else list(tracks.values())
    number = wanted.get("number", 1)
    last = wanted.get("played_at") or int(datetime.now(UTC).timestamp() * 1000)
    for place in range(number):
        track = chosen[(len(listener.plays) * 7) % len(chosen)]
        listener.play(Play(last - (number - 1 - place) * 60_000, track))
    return JSONResponse({"plays": len(listener.plays)})


async def tokens(request: Request) -> Response:
    """``{"do": "revoke" | "expire" | "age" | "rotate" | "unlist" | "list", "account"?, "days"?, "on"?}``.

    Revoke logins, end the hour of access tokens, let logins be older, switch rotation, take a person from (or put
    back among) the users of the app.
    """
    wanted = await body_of(request)
    grants: Grants = request.app.state.grants
    account: str = wanted.get("account", "")
    match wanted.get("do"):
        case "revoke":
            return JSONResponse({"revoked": grants.revoke(account)})
        case "expire":
            grants.expire_access(account)
        case "age":
            grants.age(wanted.get("days", 183) * 86_400, account)
        case "rotate":
            grants.rotates = bool(wanted.get("on", True))
        case "unlist" | "list" as do:
            for application in grants.applications.values():
                (application.unlisted.add if do == "unlist" else application.unlisted.discard)(account)
        case _:
            raise Refused(422, "What to do is not understood.")
    return JSONResponse({})


async def limits(request: Request) -> Response:
    """``{"rate"?, "quota"?}``: calls per 30 seconds and per day of a client id, null for no limit; counting begins anew."""
    wanted = await body_of(request)
    budget = request.app.state.budget
    budget.rate, budget.quota = wanted.get("rate", budget.rate), wanted.get("quota", budget.quota)
    budget.forget()
    return JSONResponse({"rate": budget.rate, "quota": budget.quota})


async def opened(request: Request) -> Response:
    """``{"open": [...]}``: of what closed, what this app may use: audio_features, recommendations, batch_get, page_50."""
    request.app.state.open = set((await body_of(request)).get("open", []))
    return JSONResponse({"open": sorted(request.app.state.open)})


def _described(request: Request, listener: Listener) -> dict[str, object]:
    grants: Grants = request.app.state.grants
    return {"id": listener.id, "plays": len(listener.plays), "refresh_token": grants.preset(listener.id)}


def _listener(request: Request, user: str) -> Listener:
    world = world_of(request)
    if user and user not in world.listeners:
        raise Refused(404, "There is no such account.")
    return world.listeners[user] if user else world.first


ROUTES = [
    *board_routes(SpotifyFault),
    Route("/_sim/listeners", listeners, methods=["GET", "POST"]),
    Route("/_sim/play", play, methods=["POST"]),
    Route("/_sim/tokens", tokens, methods=["POST"]),
    Route("/_sim/limits", limits, methods=["POST"]),
    Route("/_sim/open", opened, methods=["POST"]),
]
