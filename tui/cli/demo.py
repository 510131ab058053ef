"""``lockgroove demo``: the real program against simulated services, in a data directory that is thrown away."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli.options import DataDir


def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="Serve REST instead of opening the app; prints one JSON line when ready.")
    ] = False,
    records: Annotated[int, typer.Option(min=0, max=100_000, help="Releases in the simulated collection.")] = 500,
    seed: Annotated[int, typer.Option(help="Another number, another world.")] = 1,
    fault: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Switch a fault on; repeat for several. “list” names them.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """See everything work without an account: an invented collection and an invented listener on simulated services.

    Everything lives in a directory that is removed at the end (made inside --data-dir, if given). Your own library and
    accounts are not touched.
    """
    from tui.cli.stage import play_headless, play_in_app

    arguments = ["--records", str(records), "--seed", str(seed)]
    for name in _faults(fault or []):
        arguments += ["--fault", name]
    if headless:
        play_headless(arguments, data_dir)
    else:
        raise typer.Exit(play_in_app(arguments, data_dir))


def _faults(names: list[str]) -> list[str]:
    """The names, if all are known; ``list`` prints what there is and ends the command."""
    from services.demo.known_faults import FAULTS as known
    from tui.cli.output import line

    if "list" in names:
        for name in known:
            line(name)
        raise typer.Exit
    if unknown := [name for name in names if name not in known]:
        raise typer.BadParameter(f"There is no fault {unknown[0]}. Known: {', '.join(known)}.", param_hint="--fault")
    return names
