"""Options that many commands share, spelt once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
