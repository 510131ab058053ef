"""``python -m services.demo``: the simulated services alone. Prints one JSON line with their addresses when ready."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import tempfile
from pathlib import Path

from .discogs import SimulatedDiscogs
from .faults import Faults
from .invention import invent
from .known_faults import FAULTS, OTHERS
from .plex import SimulatedPlex, invent_plex
from .servers import running
from .slskd import SimulatedSlskd
from .slskd.invention import invent_network
from .spotify import SimulatedSpotify
from .spotify.export import write_export
from .spotify.invention import invent_spotify

HURRY = 4.0
"""How much faster than the real ones the transfers of the simulated Soulseek go: nobody watches a demo for an hour."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.demo", description="Simulated services on loopback.")
    parser.add_argument("--records", type=int, default=500, help="releases in the collection (500)")
    parser.add_argument("--seed", type=int, default=1, help="another number, another world (1)")
    parser.add_argument("--port", type=int, default=0, help="port of the simulated Discogs (any free one)")
    parser.add_argument("--spotify-port", type=int, default=0, help="port of the simulated Spotify (any free one)")
    parser.add_argument("--slskd-port", type=int, default=0, help="port of the simulated slskd (any free one)")
    parser.add_argument("--plex-port", type=int, default=0, help="port of the simulated Plex (any free one)")
    parser.add_argument(
        "--files", default="", metavar="DIR", help="where downloads land (a folder that is thrown away)"
    )
    parser.add_argument("--slskd-version", default="0.26.0", help="the version that slskd says it is (0.26.0)")
    parser.add_argument("--fault", action="append", default=[], choices=FAULTS, metavar="NAME")
    parser.add_argument("--rate-limit", type=int, default=60, help="requests per window; 0 for no limit (60)")
    parser.add_argument("--rate-window", type=float, default=60.0, help="seconds of the window (60)")
    parser.add_argument("--plays", type=int, default=3000, help="plays of the listener (3000)")
    parser.add_argument("--listeners", type=int, default=0, help="further listeners, with 50 plays each (0)")
    parser.add_argument("--rotate", action="store_true", help="a refreshed Spotify login gets a new refresh token")
    parser.add_argument(
        "--history", default="", metavar="FILE", help="write the listener's plays as Spotify exports them"
    )
    parser.add_argument("--with-parent", action="store_true", help="end when standard input is closed")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    if arguments.with_parent:
        loop.add_reader(sys.stdin.fileno(), over.set)  # nothing is ever written there: it can only be its end
    records = invent(arguments.records, arguments.seed)
    discogs = SimulatedDiscogs(
        records,
        faults=Faults(tuple(name for name in arguments.fault if not name.startswith(tuple(OTHERS)))),
        rate_limit=arguments.rate_limit or None,
        rate_window=arguments.rate_window,
    )
    world = invent_spotify(records, arguments.seed, plays=arguments.plays)
    world.join_many(arguments.listeners)
    spotify = SimulatedSpotify(world, faults=_faults(arguments, "spotify-"), rotates=arguments.rotate)
    if arguments.history:
        write_export(Path(arguments.history), world.first)
    plex = SimulatedPlex(invent_plex(world, arguments.seed), faults=_faults(arguments, "plex-"))
    with tempfile.TemporaryDirectory(prefix="lockgroove-slskd-") as thrown_away:
        slskd = SimulatedSlskd(
            invent_network(records, world, arguments.seed),
            Path(arguments.files or thrown_away),
            version=arguments.slskd_version,
            speed=HURRY,
            faults=_faults(arguments, "slskd-"),
        )
        async with (
            running(discogs, port=arguments.port) as discogs_url,
            running(spotify, port=arguments.spotify_port) as spotify_url,
            running(slskd, port=arguments.slskd_port) as slskd_url,
            running(plex, port=arguments.plex_port) as plex_url,
        ):
            said = _discogs(discogs, discogs_url) | {
                "spotify": _spotify(spotify, spotify_url, arguments.history),
                "slskd": {"url": slskd_url, "key": slskd.key, "downloads": str(slskd.daemon.downloads)},
                "plex": {"url": plex_url, "token": plex.world.token},
            }
            print(json.dumps(said), flush=True)
            await over.wait()


def _faults(arguments: argparse.Namespace, prefix: str) -> list[str]:
    return [name.removeprefix(prefix) for name in arguments.fault if name.startswith(prefix)]


def _discogs(app: SimulatedDiscogs, url: str) -> dict[str, object]:
    """Where the simulated Discogs is, and how to get in: as the first account, as any other, or by signing in."""
    return {
        "discogs": url,
        "username": app.world.username,
        "token": app.world.token,
        "consumer_key": app.consumer_key,
        "consumer_secret": app.consumer_secret,
        "accounts": [{"username": world.username, "token": world.token} for world in app.accounts],
    }


def _spotify(app: SimulatedSpotify, url: str, history: str) -> dict[str, object]:
    """The same for the simulated Spotify."""
    return {
        "url": url,
        "username": app.world.first.id,
        "refresh_token": app.grants.preset(app.world.first.id),
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "history": history,
    }


if __name__ == "__main__":
    asyncio.run(_serve(_arguments()))
