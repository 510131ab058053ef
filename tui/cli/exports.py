"""``lockgroove export discogs``: send chosen records to Discogs, see what became of them, retry, take back."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.choice import Choice, Target, filtered, look_ahead, offered, typed
from tui.cli.options import AsJson, DataDir, Yes

if TYPE_CHECKING:
    from services.discogs.export import Export
    from services.runtime import Runtime
    from storage.values import Job

Several = list[str] | None
_WHERE = {"collection": "your Discogs collection", "wantlist": "your wantlist", "marketplace": "the marketplace"}


def export_discogs(
    source: Annotated[
        str | None, typer.Argument(metavar="-", help="- reads record ids and release numbers, one a line.")
    ] = None,
    to: Annotated[Target | None, typer.Option("--to", help="Where to send them.")] = None,
    record: Annotated[Several, typer.Option("--record", metavar="ID", help="A record; may be repeated.")] = None,
    discogs_id: Annotated[
        list[int] | None, typer.Option("--discogs-id", metavar="N", min=1, help="A release; may be repeated.")
    ] = None,
    words: Annotated[
        str | None, typer.Option("--filter", metavar="TEXT", help="Records with words that begin so; “” is all.")
    ] = None,
    size: Annotated[Several, typer.Option(help="As in records list, like the next ones.")] = None,
    color: Annotated[Several, typer.Option()] = None,
    from_folder: Annotated[Several, typer.Option("--from-folder", help="Records in this folder.")] = None,
    genre: Annotated[Several, typer.Option()] = None,
    style: Annotated[Several, typer.Option()] = None,
    decade: Annotated[list[int] | None, typer.Option()] = None,
    label: Annotated[Several, typer.Option()] = None,
    rating: Annotated[list[int] | None, typer.Option(min=0, max=5)] = None,
    shaped: Annotated[bool | None, typer.Option("--shaped/--not-shaped")] = None,
    unsynced: Annotated[bool, typer.Option("--unsynced")] = False,
    folder: Annotated[int | None, typer.Option("--folder", min=1, help="Collection: the folder's number.")] = None,
    remove_from_wantlist: Annotated[
        bool, typer.Option("--remove-from-wantlist", help="Collection: what is owned then is not wanted any more.")
    ] = False,
    condition: Annotated[str | None, typer.Option(help='Marketplace: such as "Very Good Plus (VG+)".')] = None,
    sleeve: Annotated[str | None, typer.Option(help='Marketplace: also "Generic", "No Cover", "Not Graded".')] = None,
    price: Annotated[str | None, typer.Option(help="Marketplace: in your own currency, such as 12.50.")] = None,
    status: Annotated[str | None, typer.Option(help='Marketplace: "Draft" or "For Sale".')] = None,
    comments: Annotated[str | None, typer.Option(help="Marketplace: what buyers read.")] = None,
    retry: Annotated[str | None, typer.Option(metavar="EXPORT", help="Send what that export did not.")] = None,
    undo: Annotated[str | None, typer.Option(metavar="EXPORT", help="Take back what that export sent.")] = None,
    show: Annotated[str | None, typer.Option(metavar="EXPORT", help="What became of each item.")] = None,
    recent: Annotated[bool, typer.Option("--list", help="The recent exports.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent, and send nothing.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Send records to your Discogs collection, wantlist or the marketplace, at most one a second, none of them twice.

    What is there already is skipped. Ctrl-C stops between two items; --retry goes on. Ends with 3 if any item failed.
    """
    filters = (size, color, from_folder, genre, style, decade, label, rating)
    is_filtered = words is not None or unsynced or shaped is not None or any(filters)
    chosen = bool(record or discogs_id or source or is_filtered)
    if sum((chosen, recent, *(each is not None for each in (retry, undo, show)))) != 1:
        raise typer.BadParameter(
            "Choose records (--record, --discogs-id, --filter or -), or one of --retry, --undo, --show, --list.",
            param_hint="export discogs",
        )
    if recent or show:
        _look(data_dir, show, as_json=as_json)
    elif retry is not None:
        _run(data_dir, lambda runtime: runtime.exports.retry(runtime.user.id, retry), as_json=as_json)
    elif undo is not None:
        _undo(data_dir, undo, yes=yes, as_json=as_json)
    else:
        if to is None:
            raise typer.BadParameter("Say where to send them.", param_hint="--to")
        if source not in (None, "-"):
            raise typer.BadParameter("Only - is read from; name records with --record.", param_hint="-")
        records, releases = typed(sys.stdin if source else ())
        query = filtered(words or "", filters, shaped=shaped, unsynced=unsynced) if is_filtered else None
        terms = offered(condition, sleeve, price, status, comments)
        choice = Choice(
            to,
            [*(record or ()), *records],
            [*(discogs_id or ()), *releases],
            query,
            folder,
            terms,
            remove_from_wantlist,
        )
        _send(data_dir, choice, dry_run=dry_run, yes=yes, as_json=as_json)


def _send(data_dir: Path | None, choice: Choice, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Look what would be sent, ask, and send it."""
    from tui.cli.ask import confirm
    from tui.cli.export_report import print_preview
    from tui.cli.program import with_runtime

    request, preview = with_runtime(data_dir, lambda runtime: look_ahead(runtime, choice))
    if dry_run:
        print_preview(preview, as_json=as_json)
        return
    if preview.sendable and not yes:
        confirm(f"Send {len(preview.sendable):,} of {len(preview.items):,} to {_WHERE[choice.target]}?")
    _run(data_dir, lambda runtime: runtime.exports.start(runtime.user.id, request), as_json=as_json)


def _look(data_dir: Path | None, export_id: str | None, *, as_json: bool) -> None:
    from tui.cli.export_report import print_export, print_list, whole
    from tui.cli.program import with_runtime

    if export_id is None:
        print_list(with_runtime(data_dir, lambda runtime: runtime.exports.recent(runtime.user.id)), as_json=as_json)
    else:
        print_export(with_runtime(data_dir, lambda runtime: whole(runtime, export_id)), as_json=as_json)


def _undo(data_dir: Path | None, export_id: str, *, yes: bool, as_json: bool) -> None:
    from tui.cli.ask import confirm
    from tui.cli.program import with_runtime

    if not yes:
        export = with_runtime(data_dir, lambda runtime: runtime.exports.get(runtime.user.id, export_id, limit=0))
        confirm(f"Remove the {export.undoable:,} items that it sent from {_WHERE[export.target]}?")
    _run(data_dir, lambda runtime: runtime.exports.undo(runtime.user.id, export_id), as_json=as_json)


def _run(data_dir: Path | None, start: Callable[[Runtime], Awaitable[Job]], *, as_json: bool) -> None:
    """Start an export, follow it to its end, tell what became of it; ends the command with the status for that."""
    from tui.cli.exits import Exit
    from tui.cli.export_report import print_export, whole
    from tui.cli.follow import exit_of, follow
    from tui.cli.program import with_runtime

    async def run(runtime: Runtime) -> tuple[Export, bool]:
        job = await follow(runtime, await start(runtime), ours=True)
        refused = job.state == "failed" and not (await runtime.discogs.status(runtime.user.id)).ready
        return await whole(runtime, job.id), refused

    export, refused = with_runtime(data_dir, run, work=True)
    print_export(export, as_json=as_json)
    raise typer.Exit(Exit.NOT_CONNECTED if refused else exit_of(export.job))
