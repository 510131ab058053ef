"""Options that many commands share, spelt once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

_PLACE = "lockgroove.data_dir"


def _remember_place(context: typer.Context, value: Path | None) -> Path | None:
    """``--data-dir`` counts wherever it is written: before the command or after it."""
    if value is not None:
        context.meta[_PLACE] = value.expanduser()
    place: Path | None = context.meta.get(_PLACE)
    return place


DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        metavar="DIR",
        help="Keep everything in this directory.",
        callback=_remember_place,
        file_okay=False,
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def _act_as(value: str | None) -> None:
    """``LOCKGROOVE_USER`` for this process, so that settings, the app and what is started from here agree."""
    if value is not None:
        os.environ["LOCKGROOVE_USER"] = value


ActingUser = Annotated[
    str | None,
    typer.Option(
        "--user",
        metavar="EMAIL",
        help="Act as this user instead of the owner.",
        callback=_act_as,
        expose_value=False,
        show_default=False,
    ),
]


def add_user(program: TyperGroup, *, but: frozenset[str]) -> None:
    """Give ``--user`` to the program and to each of its commands, except those named, which concern nobody alone.

    It counts wherever it is written, before the command or after it.
    """
    option = _option()
    program.params.append(option)
    for name, command in program.commands.items():
        if name not in but:
            _add(option, command)


def _add(option: Any, command: object) -> None:
    if isinstance(command, TyperGroup):
        for inner in command.commands.values():
            _add(option, inner)
    elif isinstance(command, TyperCommand):
        command.params.append(option)


def _declare(user: ActingUser = None) -> None: ...


def _option() -> Any:
    """``--user`` as a command that declares it has it."""
    declaring = typer.Typer(add_completion=False)
    declaring.command()(_declare)
    (option, *_) = typer.main.get_command(declaring).params
    return option
