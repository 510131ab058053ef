"""``lockgroove import`` and ``lockgroove export``: records from and to files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.exports import export_discogs
from tui.cli.history import import_history
from tui.cli.options import AsJson, DataDir

if TYPE_CHECKING:
    from services.records.csv_file import Imported
    from services.runtime import Runtime

imports = typer.Typer(
    no_args_is_help=True, help="Import records or listening history from files.", rich_markup_mode=None
)
exports = typer.Typer(no_args_is_help=True, help="Export records to a file or to Discogs.", rich_markup_mode=None)
exports.command("discogs")(export_discogs)
imports.command("spotify-history")(import_history)

Source = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)]
Target = Annotated[
    Path | None,
    typer.Argument(metavar="[FILE]", dir_okay=False, help="Standard output if left out.", show_default=False),
]


@imports.command("csv")
def import_csv(file: Source, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Import the CSV that Discogs lets you download of your collection.

    Rows that cannot be used, and releases that are in the library already, are named by line; the others are stored in
    one go. Ends with 3 if any were left out.
    """
    from tui.cli.program import with_runtime

    async def read(runtime: Runtime) -> Imported:
        from services.records.csv_file import import_csv

        return await import_csv(runtime.storage, runtime.user.id, file, web_base=runtime.discogs.web_base)

    _tell(with_runtime(data_dir, read), as_json=as_json)


@imports.command("json")
def import_json(file: Source, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Import a file of lockgroove export json. Ends with 3 if anything was left out."""
    from tui.cli.program import with_runtime

    async def read(runtime: Runtime) -> Imported:
        from services.records.json_file import import_json

        return await import_json(runtime.storage, runtime.user.id, file)

    _tell(with_runtime(data_dir, read), as_json=as_json)


@exports.command("csv")
def export_csv(file: Target = None, data_dir: DataDir = None) -> None:
    """Export the collection in Discogs' own format, one line per copy."""
    from services.records.csv_file import export_csv
    from tui.cli.outlet import written

    written(file, data_dir, lambda runtime, target: export_csv(runtime.storage, runtime.user.id, target))


@exports.command("json")
def export_json(file: Target = None, data_dir: DataDir = None) -> None:
    """Export everything known of the collection as JSON, which import json takes back without loss."""
    from services.records.json_file import export_json
    from tui.cli.outlet import written

    written(file, data_dir, lambda runtime, target: export_json(runtime.storage, runtime.user.id, target))


def _tell(imported: Imported, *, as_json: bool) -> None:
    """Print what was taken and, by line, what was not."""
    from tui.cli.exits import Exit
    from tui.cli.output import document, line, note
    from tui.text import clean

    if as_json:
        problems = [{"item": problem.item, "message": problem.message} for problem in imported.problems]
        document({"records": imported.records, "copies": imported.copies, "errors": problems})
    else:
        line(f"Imported; records: {imported.records:,}, copies: {imported.copies:,}.")
    for problem in imported.problems:
        note(f"left out: {clean(problem.item)}: {clean(problem.message)}")
    if imported.problems:
        raise typer.Exit(Exit.PARTIAL)
