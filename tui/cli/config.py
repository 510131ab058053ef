"""``lockgroove config``: every setting, its value and where it came from; and a way to change one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.options import AsJson, DataDir

if TYPE_CHECKING:
    from services.settings import Origin

commands = typer.Typer(
    invoke_without_command=True, help="Show the settings, or change one with config set.", rich_markup_mode=None
)


@commands.callback()
def show(context: typer.Context, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show every setting with its value (secrets masked) and where it came from."""
    if context.invoked_subcommand is not None:
        return
    from tui.cli.output import document, note, table
    from tui.cli.program import opened

    settings, _ = opened(data_dir)
    origins = settings.origins()
    if as_json:
        document([_wire(origin) for origin in origins])
        return
    table(("NAME", "VALUE", "FROM"), [(origin.name, origin.value, str(origin.source)) for origin in origins])
    for name in settings.unknown:
        note(f"warning: {name} in the configuration file is not a setting of this version.")


@commands.command("set")
def set_value(
    name: Annotated[str, typer.Argument(help="The setting, in either case.")],
    value: Annotated[
        str | None,
        typer.Argument(help="Its new value; empty takes it out. A secret is asked for, or read from a pipe."),
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Write one setting to lockgroove.toml, a secret to the keyring or the file of secrets. A running program takes it up
    by itself. A secret never stands on the command line, where the list of processes would show it.
    """
    from services.config_file import change
    from services.log import open_log
    from services.places import locate
    from tui.cli.output import document, line

    open_log("WARNING")
    value = _value(name, value)
    origin = change(locate(data_dir), name, value or None).origin(name)
    if as_json:
        document(_wire(origin))
    else:
        line(f"{origin.name} = {origin.value}")


def _value(name: str, given: str | None) -> str:
    from services.settings import KEPT

    if given is not None and (given == "" or name.lower() not in KEPT):
        return given
    if given is not None:
        raise typer.BadParameter(
            f"{name.upper()} is a secret: leave it out here and type it when asked, or pipe it in."
        )
    if name.lower() not in KEPT:
        raise typer.BadParameter(f"Say what {name.upper()} is to be.", param_hint="VALUE")
    if sys.stdin.isatty():
        from tui.cli.ask import secret

        typed = secret(name.upper())
    else:
        typed = sys.stdin.readline().strip()
    if not typed:
        raise typer.BadParameter("Nothing was given; an empty value ('') takes it out.", param_hint="VALUE")
    return typed


def _wire(origin: Origin) -> dict[str, object]:
    return {
        "name": origin.name,
        "value": origin.value,
        "source": str(origin.source),
        "description": origin.description,
        "group": str(origin.group),
        "secret": origin.secret,
        "choices": list(origin.choices),
    }
