"""``lockgroove serve``: everything but the screen, until it is told to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.options import DataDir

if TYPE_CHECKING:
    from services.rest.serve import Bound

Port = Annotated[int | None, typer.Option(min=0, max=65535, help="0 takes any free port.", show_default=False)]


def serve(
    host: Annotated[str | None, typer.Option(help="Address to serve on, instead of LOCKGROOVE_HOST.")] = None,
    port: Port = None,
    health_port: Port = None,
    no_auth: Annotated[
        bool, typer.Option("--insecure-no-auth", help="Everybody on this machine is the owner. For development.")
    ] = False,
    no_work: Annotated[bool, typer.Option("--no-work", help="Only answer REST; run no jobs and no schedule.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Serve REST and run jobs and schedules, until SIGTERM, SIGHUP or Ctrl-C."""
    import asyncio

    from tui.cli.program import opened, until_told
    from tui.cli.serving import serving

    settings, places = opened(data_dir, chatty=True)

    async def work() -> None:
        async with serving(
            settings,
            places,
            host=host or settings.lockgroove_host,
            port=settings.lockgroove_port if port is None else port,
            health_port=settings.lockgroove_health_port if health_port is None else health_port,
            proof=not no_auth,
            work=not no_work,
        ) as (_, bound):
            _announce(bound, proof=not no_auth)
            await asyncio.get_running_loop().create_future()

    until_told(work())


def _announce(bound: Bound, *, proof: bool) -> None:
    from tui.cli.output import note

    note(f"REST on {bound.url}, health on {bound.health_url}/health")
    note(f"The owner's socket is {bound.socket}")
    if not proof:
        note("warning: --insecure-no-auth: everybody on this machine can read and change this collection.")
