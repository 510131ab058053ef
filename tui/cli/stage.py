"""The stage of the demo: a throw-away data directory, the simulated services beside it, nothing of the person's own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Generator, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

from services.demo.servers import Separate, separate

_FOREIGN = (
    "DATABASE_URL",
    "POSTGRES_",
    "REDIS_",
    "LOCKGROOVE_",
    "DISCOGS_",
    "SPOTIFY_",
    "PLEX_",
    "SLSKD_",
    "BEETS",
    "DOWNLOAD_",
    "AUTOSYNC_",
    "SCAN_",
    "JWT_",
    "OAUTH_",
    "CORS_",
    "CRON_",
    "REGISTRATION",
    "SYNC_",
    "TRUSTED_",
)
"""Beginnings of the settings that belong to the person's own installation."""


def play_headless(arguments: Sequence[str], inside: Path | None) -> None:
    """Serve REST on free ports, print one JSON line when ready, and end on SIGINT, SIGTERM or SIGHUP."""
    from tui.cli.program import until_told

    with _throw_away(inside) as place:
        until_told(_serve(arguments, place))


def play_in_app(arguments: Sequence[str], inside: Path | None) -> int:
    """Open the app on the demo; returns its exit status.

    The simulated services are a process of their own, so a terminal that stalls does not stall them.
    """
    from tui.app import run

    with _throw_away(inside) as place, asyncio.Runner() as runner:
        services = AsyncExitStack()
        simulated = runner.run(services.enter_async_context(separate(_with_files(arguments, place))))
        try:
            _point_at(simulated, place)
            runner.run(_order_history(place, simulated))
            return run(place)
        finally:
            runner.run(services.aclose())


async def _serve(arguments: Sequence[str], place: Path) -> None:
    async with separate(_with_files(arguments, place)) as simulated:
        _point_at(simulated, place)
        await _order_history(place, simulated)
        from tui.cli.program import opened
        from tui.cli.serving import serving

        settings, places = opened(place)
        async with serving(settings, places, host="127.0.0.1", port=0, health_port=0) as (runtime, bound):
            _, token = await runtime.accounts.create_token(runtime.user.id, "demo")
            ready = {
                "url": bound.url,
                "health_url": bound.health_url,
                "socket": str(bound.socket),
                "token": token,
                "upstreams": {
                    "discogs": simulated.discogs.url,
                    "spotify": simulated.spotify.url,
                    "slskd": simulated.slskd.url,
                    "plex": simulated.plex.url,
                },
            }
            print(json.dumps(ready), flush=True)
            await asyncio.get_running_loop().create_future()


def _with_files(arguments: Sequence[str], place: Path) -> list[str]:
    """The arguments, where the listener's plays go as Spotify exports them, and where downloads land."""
    return [*arguments, "--history", str(place / "my_spotify_data.zip"), "--files", str(place / "slskd")]


async def _order_history(place: Path, simulated: Separate) -> None:
    """Leave the import of the listener's years to whoever works on this directory next: a job is picked up by itself."""
    from services.runtime import open_runtime
    from services.spotify.history.job import HISTORY
    from tui.cli.program import opened

    settings, places = opened(place)
    async with open_runtime(settings, places, work=False) as runtime:
        await runtime.jobs.start(HISTORY, runtime.user.id, {"paths": [simulated.spotify.history]})


def _point_at(simulated: Separate, place: Path) -> None:
    """Connect this process to the simulated services, as a person would by environment variables, and beets to a library of
    its own.
    """
    beets = place / "beets"
    beets.mkdir(parents=True, exist_ok=True)
    (beets / "config.yaml").write_text(f"directory: {place / 'music'}\nlibrary: {beets / 'library.db'}\nplugins: []\n")
    (place / "music").mkdir(exist_ok=True)
    discogs, spotify = simulated.discogs, simulated.spotify
    os.environ.update(
        DISCOGS_API_BASE=discogs.url,
        DISCOGS_WEB_BASE=discogs.url,
        DISCOGS_TOKEN=discogs.token,
        DISCOGS_USERNAME=discogs.username,
        DISCOGS_CONSUMER_KEY=discogs.consumer_key,
        DISCOGS_CONSUMER_SECRET=discogs.consumer_secret,
        SPOTIFY_API_BASE=f"{spotify.url}/v1",
        SPOTIFY_ACCOUNTS_BASE=spotify.url,
        SPOTIFY_CLIENT_ID=spotify.client_id,
        SPOTIFY_REFRESH_TOKEN=spotify.refresh_token,
        SLSKD_URL=simulated.slskd.url,
        SLSKD_API_KEY=simulated.slskd.key,
        PLEX_BASE_URL=simulated.plex.url,
        PLEX_TOKEN=simulated.plex.token,
        BEETSDIR=str(beets),
    )


@contextmanager
def _throw_away(inside: Path | None) -> Generator[Path]:
    """A data directory that is gone afterwards, and an environment that leads nowhere else."""
    from services.places import locate

    for name in [name for name in os.environ if name.startswith(_FOREIGN)]:
        del os.environ[name]
    # Nothing of a demo belongs in the person's keyring: its secrets go to the file in the directory.
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    if inside is not None:
        inside.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="lockgroove-demo-", dir=inside))
    runtime_dir = locate(place).runtime_dir  # outside of the directory where its path would be too long for a socket
    try:
        yield place
    finally:
        shutil.rmtree(runtime_dir, ignore_errors=True)
        shutil.rmtree(place, ignore_errors=True)
