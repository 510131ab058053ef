"""``lockgroove config``: every setting, its value and where it came from; and a way to change one."""

from __future__ import annotations

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
    value: Annotated[str, typer.Argument(help="Its new value; empty takes it out of the file.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Write one setting to lockgroove.toml. A running program takes it up by itself."""
    from services.config_file import change
    from services.places import locate
    from tui.cli.output import document, line

    origin = change(locate(data_dir), name, value or None).origin(name)
    if as_json:
        document(_wire(origin))
    else:
        line(f"{origin.name} = {origin.value}")


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
