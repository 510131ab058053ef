"""The list of commands, and the one place where the command line is run and its errors become text."""

from __future__ import annotations

import io
import sys
from typing import cast

import typer
from typer.core import TyperGroup

from tui.cli import (
    about,
    backup,
    catalogue,
    config,
    connect,
    demo,
    doctor,
    downloads,
    files,
    keys,
    migrate,
    records,
    sales,
    serve,
    shelf,
    tokens,
    users,
    wants,
    wishes,
)
from tui.cli.discogs_setup import discogs_setup
from tui.cli.exits import Exit, explain
from tui.cli.options import DataDir, add_user
from tui.cli.recommend import recommend
from tui.cli.search import search
from tui.cli.sync import sync

app = typer.Typer(
    name="lockgroove",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 done, 1 failed, 2 usage, 3 done with some items failed, 4 not connected, 130 interrupted.",
)
_FOR_ALL = frozenset({"catalogue", "users", "keys", "migrate", "discogs-setup", "demo", "openapi", "version"})
"""Commands that act as nobody in particular."""


@app.callback()
def lockgroove(data_dir: DataDir = None) -> None:
    """One terminal cockpit for the records you own. Without a command, the app opens."""


app.command()(sync)
app.command()(search)
app.command()(recommend)
app.add_typer(records.commands, name="records")
app.add_typer(wants.commands, name="wants")
app.add_typer(wishes.wishes, name="wishes")
app.add_typer(wishes.watch, name="watch")
app.add_typer(shelf.commands, name="shelf")
app.add_typer(sales.commands, name="sales")
app.add_typer(downloads.commands, name="downloads")
app.add_typer(files.imports, name="import")
app.add_typer(files.exports, name="export")
app.add_typer(catalogue.commands, name="catalogue")
app.add_typer(connect.commands, name="connect")
app.add_typer(config.commands, name="config")
app.add_typer(tokens.commands, name="token")
app.add_typer(users.commands, name="users")
app.add_typer(keys.commands, name="keys")
app.add_typer(migrate.commands, name="migrate")
app.command("discogs-setup")(discogs_setup)
app.command()(demo.demo)
app.command()(serve.serve)
app.command()(doctor.doctor)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(about.openapi)
app.command()(about.version)


def run(arguments: list[str]) -> int:
    """Run one command line; returns the exit status and prints every error as one sentence and its mend."""
    _keep_all()
    _spare_characters()
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        from tui.cli.output import leave_closed_pipe

        leave_closed_pipe()
        return Exit.DONE
    except Exception as error:  # noqa: BLE001 - the outermost door: whatever happens becomes a sentence and a status
        return explain(error)
    return status


def _keep_all() -> None:
    """Unbuffered (``PYTHONUNBUFFERED``) Python drops what a pipe does not take at once, as when the program is stopped amid
    that; so standard output gets a buffer again."""
    shown = sys.stdout
    if isinstance(shown, io.TextIOWrapper) and isinstance(cast("io.IOBase", shown.buffer), io.RawIOBase):
        sys.stdout = open(shown.fileno(), "w", 1, shown.encoding, shown.errors, closefd=False)  # noqa: SIM115


def _spare_characters() -> None:
    """A terminal that cannot show ö (``LC_ALL=C``, Latin-1) gets a question mark in its place, not an end."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _run(arguments: list[str]) -> int:
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    add_user(command, but=_FOR_ALL)
    try:
        command.main(arguments, prog_name="lockgroove")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1 if ended.code else 0
    return 0
