"""``lockgroove migrate``: the whole installation on another kind of store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.options import AsJson, DataDir

if TYPE_CHECKING:
    from services.moving import Key
    from services.secrets import Secrets
    from storage.moving_proof import MovedTable

commands = typer.Typer(no_args_is_help=True, help="Move the whole installation.", rich_markup_mode=None)


@commands.command("sqlite-to-postgres")
def sqlite_to_postgres(
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="URL", help="Where to, without a password; else DATABASE_URL.", show_default=False
        ),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="The library, if it is not the usual one.", show_default=False),
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Move library and catalogue from their files to an empty PostgreSQL database, checked row by row; all of it or nothing.

    The files stay as they are. Refused while another program has the library open, and where the database holds anything.
    """
    import asyncio

    from services.moving import carry_out, keys, planned
    from services.runtime import secrets_of
    from tui.cli.output import document, note
    from tui.cli.program import opened
    from tui.cli.progress import ProgressLine

    settings, places = opened(data_dir)
    move = planned(settings, places, source=source, target=to)
    with ProgressLine() as shown:
        moved = carry_out(move, lambda table, rows: shown.show(f"{table}: {rows:,}"))
    secrets = secrets_of(settings, places)
    held = asyncio.run(keys(secrets))
    if as_json:
        document(_wire(str(move.library), move.shown, moved, held, secrets))
        return
    _print(moved)
    for key in held:
        note(_where(key, secrets))
    note(f"{move.library} is as it was. Set DATABASE_URL for every process from now on; none may go on with that file.")


def _print(moved: list[MovedTable]) -> None:
    from tui.cli.output import line, table

    rows = [(each.store, each.name, f"{each.rows:,}", each.checksum) for each in moved if each.rows]
    table(("store", "table", "rows", "checksum, alike on both sides"), rows)
    empty = len(moved) - len(rows)
    line(f"{sum(each.rows for each in moved):,} rows in {len(rows)} tables moved; {empty} tables are empty.")


def _where(key: Key, secrets: Secrets) -> str:
    from services.secrets import Origin

    match key.origin:
        case None:
            return f"{key.name}: not made yet; set the same one for all machines before there are several."
        case Origin.ENVIRONMENT:
            return f"{key.name}: set in the environment; every process needs the same."
        case Origin.KEYRING:
            return f"{key.name}: in this system's keyring; other machines need the same in their environment."
        case Origin.FILE:
            return f"{key.name}: in {secrets.file}; other machines need the same in their environment."


def _wire(source: str, target: str, moved: list[MovedTable], held: list[Key], secrets: Secrets) -> dict[str, object]:
    return {
        "from": source,
        "to": target,
        "rows": sum(each.rows for each in moved),
        "tables": [
            {"store": each.store, "table": each.name, "rows": each.rows, "checksum": each.checksum} for each in moved
        ],
        "keys": {key.name: key.origin for key in held},
        "secretsFile": str(secrets.file),
    }
