"""``python -m services.demo``: the simulated services alone. Prints one JSON line with their addresses when ready."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys

from .discogs import SimulatedDiscogs
from .faults import Fault, Faults
from .invention import invent
from .servers import running


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.demo", description="Simulated services on loopback.")
    parser.add_argument("--records", type=int, default=500, help="releases in the collection (500)")
    parser.add_argument("--seed", type=int, default=1, help="another number, another world (1)")
    parser.add_argument("--port", type=int, default=0, help="port of the simulated Discogs (any free one)")
    parser.add_argument("--fault", action="append", default=[], choices=[f.value for f in Fault], metavar="NAME")
    parser.add_argument("--rate-limit", type=int, default=60, help="requests per window; 0 for no limit (60)")
    parser.add_argument("--rate-window", type=float, default=60.0, help="seconds of the window (60)")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input is closed")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    if arguments.with_parent:
        loop.add_reader(sys.stdin.fileno(), over.set)  # nothing is ever written there: it can only be its end
    app = SimulatedDiscogs(
        invent(arguments.records, arguments.seed),
        faults=Faults(tuple(arguments.fault)),
        rate_limit=arguments.rate_limit or None,
        rate_window=arguments.rate_window,
    )
    async with running(app, port=arguments.port) as url:
        print(json.dumps(_whereabouts(app, url)), flush=True)
        await over.wait()


def _whereabouts(app: SimulatedDiscogs, url: str) -> dict[str, object]:
    """Where the simulated Discogs is, and how to get in: as the first account, as any other, or by signing in."""
    return {
        "discogs": url,
        "username": app.world.username,
        "token": app.world.token,
        "consumer_key": app.consumer_key,
        "consumer_secret": app.consumer_secret,
        "accounts": [{"username": world.username, "token": world.token} for world in app.accounts],
    }


if __name__ == "__main__":
    asyncio.run(_serve(_arguments()))
