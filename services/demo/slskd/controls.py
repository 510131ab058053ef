"""``/_sim``: what a test (or a curious person) can do to the simulated slskd behind the program's back."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.demo.board import board_routes

from .asking import Declined, daemon_of, object_in
from .faults import SlskdFault
from .network import Temper
from .records import Phase


async def clock(request: Request) -> Response:
    """``{"advance"?: seconds, "speed"?}``: let time go by; a speed of 0 lets it go by in no other way."""
    daemon, wanted = daemon_of(request), await object_in(request)
    daemon.catch_up()
    daemon.speed = float(wanted.get("speed", daemon.speed))
    daemon.advance(float(wanted.get("advance", 0)))
    return JSONResponse({"now": daemon.now, "speed": daemon.speed})


async def life(request: Request) -> Response:
    """``{"do": "restart" | "stop" | "start" | "log-out" | "log-in" | "fill-disk" | "free-disk"}``."""
    daemon = daemon_of(request)
    match (await object_in(request)).get("do"):
        case "restart":
            daemon.restart()
        case "stop":
            daemon.restart(away=True)
        case "start" | "log-in":
            daemon.come_back()
        case "log-out":
            daemon.log_out()
        case "fill-disk" | "free-disk" as do:
            daemon.engine.disk_is_full = do == "fill-disk"
        case _:
            raise Declined(422, "What to do is not understood.")
    return JSONResponse({"state": daemon.state, "away": daemon.is_away})


async def peers(request: Request) -> Response:
    """Everybody; POST ``{"name", "temper"?, "speed"?, "queue"?, "words"?}`` changes one."""
    network = daemon_of(request).network
    if request.method == "POST":
        wanted = await object_in(request)
        peer = network.peers.get(wanted.get("name", ""))
        if peer is None:
            raise Declined(404, "There is no such peer.")
        peer.temper = Temper(wanted.get("temper", peer.temper))
        peer.speed, peer.queue = wanted.get("speed", peer.speed), wanted.get("queue", peer.queue)
        peer.words = wanted.get("words", peer.words)
    return JSONResponse(
        [
            {
                "name": peer.name,
                "temper": peer.temper.value,
                "speed": peer.speed,
                "queue": peer.queue,
                "folders": [folder.path for folder in peer.folders],
            }
            for peer in network.peers.values()
        ]
    )


async def transfer(request: Request) -> Response:
    """``{"id", "state", "exception"?}``: end a transfer in this way."""
    daemon, wanted = daemon_of(request), await object_in(request)
    found = daemon.engine.find(str(wanted.get("id")))
    if found is None:
        raise Declined(404, "There is no such transfer.")
    found.end(Phase(wanted.get("state", Phase.ERRORED.value)), daemon.now, wanted.get("exception"))
    return JSONResponse(found.document(daemon.dialect, daemon.now))


ROUTES = [
    *board_routes(SlskdFault),
    Route("/_sim/clock", clock, methods=["POST"]),
    Route("/_sim/life", life, methods=["POST"]),
    Route("/_sim/peers", peers, methods=["GET", "POST"]),
    Route("/_sim/transfer", transfer, methods=["POST"]),
]
