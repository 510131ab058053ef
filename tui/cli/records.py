"""``lockgroove records``: list, show, add, edit and remove the records of the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from tui.cli.options import AsJson, DataDir, Yes

if TYPE_CHECKING:
    from services.records.entry import RecordChanges
    from services.runtime import Runtime
    from storage.values import Record

commands = typer.Typer(no_args_is_help=True, help="List, show, add, edit and remove records.", rich_markup_mode=None)

RecordId = Annotated[str, typer.Argument(metavar="ID", help="The record's id, as records list --json shows it.")]
Several = list[str] | None
Sorting = Literal[
    "artist", "title", "year", "label", "catalog", "size", "color", "folder", "rating", "added", "createdAt"
]
"""The values of :class:`storage.values.SortBy`; spelt out because importing those costs a tenth of ``--help``."""


@commands.command("list")
def list_records(
    query: Annotated[str, typer.Option("--query", "-q", help="Words that must begin words of the record.")] = "",
    size: Annotated[Several, typer.Option(help='Such as 12" or 7"; repeat for alternatives, like all filters.')] = None,
    color: Annotated[Several, typer.Option(help="Colour of the vinyl.")] = None,
    folder: Annotated[Several, typer.Option(help="Folder of the Discogs collection.")] = None,
    genre: Annotated[Several, typer.Option()] = None,
    style: Annotated[Several, typer.Option()] = None,
    decade: Annotated[list[int] | None, typer.Option(help="First year of the decade, such as 1970.")] = None,
    label: Annotated[Several, typer.Option()] = None,
    rating: Annotated[list[int] | None, typer.Option(min=0, max=5, help="Stars; 0 is not rated.")] = None,
    shaped: Annotated[bool | None, typer.Option("--shaped/--not-shaped", help="Shapes and picture discs.")] = None,
    unsynced: Annotated[bool, typer.Option("--unsynced", help="Only what Discogs does not have yet.")] = False,
    sort: Annotated[Sorting, typer.Option(help="The column to sort by.")] = "artist",
    desc: Annotated[bool, typer.Option("--desc", help="Last first.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many.")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List the records of the library, filtered and sorted. Different filters combine."""
    from storage.values import RecordQuery, SortBy
    from tui.cli.listing import print_records, wire
    from tui.cli.output import document, note
    from tui.cli.program import with_runtime

    wanted = RecordQuery(
        text=query,
        sizes=tuple(size or ()),
        colors=tuple(color or ()),
        folders=tuple(folder or ()),
        genres=tuple(genre or ()),
        styles=tuple(style or ()),
        decades=tuple(decade or ()),
        labels=tuple(label or ()),
        ratings=tuple(rating or ()),
        shaped=shaped,
        synced=False if unsynced else None,
        sort_by=SortBy(sort),
        descending=desc,
    )

    async def read(runtime: Runtime) -> tuple[list[Record], int]:
        return await runtime.records.page(runtime.user.id, wanted, limit=limit)

    records, count = with_runtime(data_dir, read)
    if as_json:
        document({"records": [wire(record) for record in records], "count": count})
        return
    print_records(records)
    if not count:
        note("No record matches." if wanted.is_filtered else "No records yet. Run lockgroove sync, or import csv FILE.")
    elif len(records) < count:
        note(f"{len(records):,} of {count:,} records.")
    else:
        note(f"{count:,} records." if count != 1 else "1 record.")


@commands.command()
def show(record_id: RecordId, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show everything known about one record."""
    from tui.cli.listing import print_record, wire
    from tui.cli.output import document
    from tui.cli.program import with_runtime

    record = with_runtime(data_dir, lambda runtime: runtime.records.get(runtime.user.id, record_id))
    if as_json:
        document(wire(record))
    else:
        print_record(record)


@commands.command()
def add(
    artist: Annotated[str, typer.Option("--artist", help="The artist's name.")] = "",
    title: Annotated[str, typer.Option("--title", help="The album's title.")] = "",
    discogs_id: Annotated[
        int | None, typer.Option("--discogs-id", min=1, help="Take everything from this Discogs release instead.")
    ] = None,
    year: Annotated[int | None, typer.Option("--year", min=1, max=9999)] = None,
    label: Annotated[str | None, typer.Option("--label")] = None,
    catalog_number: Annotated[str | None, typer.Option("--catalog-number")] = None,
    size: Annotated[str | None, typer.Option("--size", help='Such as 12" or 7".')] = None,
    color: Annotated[str | None, typer.Option("--color")] = None,
    notes: Annotated[str | None, typer.Option("--notes")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Add a record: by hand with --artist and --title, or from Discogs with --discogs-id."""
    from tui.cli.program import with_runtime

    if discogs_id is None and not (artist.strip() and title.strip()):
        raise typer.BadParameter("Give --artist and --title, or --discogs-id.", param_hint="records add")

    async def keep(runtime: Runtime) -> Record:
        if discogs_id is not None:
            from storage.values import ReleaseId

            return await runtime.records.fetch(runtime.user.id, ReleaseId(discogs_id))
        from services.records.entry import RecordEntry

        entry = RecordEntry(
            artist_name=artist,
            album_title=title,
            year_released=year,
            label_name=label,
            catalog_number=catalog_number,
            record_size=size,
            vinyl_color=color,
            notes=notes,
        )
        return await runtime.records.add(runtime.user.id, entry)

    _tell(with_runtime(data_dir, keep), "Added", as_json=as_json)


@commands.command()
def edit(
    record_id: RecordId,
    artist: Annotated[str | None, typer.Option("--artist")] = None,
    title: Annotated[str | None, typer.Option("--title")] = None,
    year: Annotated[int | None, typer.Option("--year", min=0, max=9999, help="0 makes it unknown.")] = None,
    label: Annotated[str | None, typer.Option("--label")] = None,
    catalog_number: Annotated[str | None, typer.Option("--catalog-number")] = None,
    size: Annotated[str | None, typer.Option("--size")] = None,
    color: Annotated[str | None, typer.Option("--color")] = None,
    notes: Annotated[str | None, typer.Option("--notes")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Change facts of a record. What is not named stays; an empty text clears."""
    from tui.cli.program import with_runtime

    given: dict[str, object] = {
        "artist_name": artist,
        "album_title": title,
        "year_released": year,
        "label_name": label,
        "catalog_number": catalog_number,
        "record_size": size,
        "vinyl_color": color,
        "notes": notes,
    }
    named = {name: value or None for name, value in given.items() if value is not None}
    if not named:
        raise typer.BadParameter("Name at least one fact to change, such as --year 1984.", param_hint="records edit")

    async def change(runtime: Runtime) -> Record:
        return await runtime.records.edit(runtime.user.id, record_id, cast("RecordChanges", named))

    _tell(with_runtime(data_dir, change), "Changed", as_json=as_json)


@commands.command()
def remove(record_id: RecordId, yes: Yes = False, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Remove a record from the library. The Discogs collection is not touched."""
    from tui.cli.ask import confirm
    from tui.cli.listing import title_of
    from tui.cli.program import with_runtime

    async def look(runtime: Runtime) -> Record:
        return await runtime.records.get(runtime.user.id, record_id)

    async def take_out(runtime: Runtime) -> Record:
        return await runtime.records.remove(runtime.user.id, record_id)

    if not yes:
        record = with_runtime(data_dir, look)
        confirm(f"Remove {title_of(record)}?")
    _tell(with_runtime(data_dir, take_out), "Removed", as_json=as_json)


def _tell(record: Record, what: str, *, as_json: bool) -> None:
    from tui.cli.listing import title_of, wire
    from tui.cli.output import clean, document, line

    if as_json:
        document(wire(record))
    else:
        line(f"{what} {clean(title_of(record))}  {record.record_id}")
