"""``lockgroove search``: the library and Discogs at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from tui.cli.options import AsJson, DataDir

if TYPE_CHECKING:
    from services.records.hits import SearchHit
    from services.runtime import Runtime
    from storage.errors import LockgrooveError
    from storage.values import Record

_MOST = 50
"""Records shown of the library."""


class Found(NamedTuple):
    """What both sides answered; None where a side was not asked. ``missed`` is why Discogs could not answer."""

    records: Sequence[Record] | None
    in_library: int
    hits: Sequence[SearchHit] | None
    missed: LockgrooveError | None


def search(
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS...", help="Artist and title, a catalogue number or a barcode.")
    ],
    local: Annotated[bool, typer.Option("--local", help="Only the library.")] = False,
    discogs: Annotated[bool, typer.Option("--discogs", help="Only Discogs.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Search the library and Discogs. Words may be cut short and need no accents.

    Where Discogs cannot answer, what the library has is shown and the status is 3.
    """
    from tui.cli.exits import Exit, explain
    from tui.cli.program import with_runtime

    text = " ".join(words).strip()
    if not text:
        raise typer.BadParameter("Give at least one word.", param_hint="WORDS")
    both = local == discogs
    found = with_runtime(data_dir, lambda runtime: _look(runtime, text, library=local or both, outside=discogs or both))
    if as_json:
        _document(found)
    else:
        _print(found)
    if found.missed is not None:
        status = explain(found.missed)
        raise typer.Exit(status if found.records is None else Exit.PARTIAL)


async def _look(runtime: Runtime, text: str, *, library: bool, outside: bool) -> Found:
    from services.discogs.query import recognise
    from services.errors import LockgrooveError
    from storage.values import RecordQuery

    user = runtime.user.id
    records: list[Record] | None = None
    hits: list[SearchHit] | None = None
    count, missed = 0, None
    if library:
        records, count = await runtime.records.page(user, RecordQuery(text=text), limit=_MOST)
    if outside:
        try:
            hits = await runtime.records.search(user, recognise(text))
        except LockgrooveError as error:
            missed = error
    return Found(records, count, hits, missed)


def _document(found: Found) -> None:
    from tui.cli.listing import wire
    from tui.cli.output import document

    sides: dict[str, object] = {}
    if found.records is not None:
        sides["library"] = {"records": [wire(record) for record in found.records], "count": found.in_library}
    if found.hits is not None:
        sides["discogs"] = {"results": [_wire(hit) for hit in found.hits], "count": len(found.hits)}
    if found.missed is not None:
        sides["error"] = found.missed.message
    document(sides)


def _wire(hit: SearchHit) -> dict[str, object]:
    facts = hit.facts
    return {
        "discogsId": str(facts.discogs_id),
        "artistName": facts.artist_name,
        "albumTitle": facts.album_title,
        "yearReleased": facts.year_released,
        "labelName": facts.label_name,
        "catalogNumber": facts.catalog_number,
        "country": hit.country,
        "recordSize": facts.record_size,
        "vinylColor": facts.vinyl_color,
        "isShapedVinyl": facts.is_shaped or facts.is_picture_disc,
        "discogsUri": facts.discogs_uri,
        "ownedAs": hit.owned_as,
    }


def _print(found: Found) -> None:
    from tui.cli.listing import print_records
    from tui.cli.output import line, note, table

    if found.records is not None:
        note(f"In the library: {found.in_library:,}" + (f", the first {_MOST}" if found.in_library > _MOST else ""))
        print_records(found.records)
    if found.hits is not None:
        if found.records:
            line()
        note(f"On Discogs: {len(found.hits):,}")
        if found.hits:
            table(
                ("OWNED", "ARTIST", "TITLE", "YEAR", "COUNTRY", "LABEL", "CAT#", "SIZE", "RELEASE"),
                list(map(_row, found.hits)),
            )


def _row(hit: SearchHit) -> tuple[str, ...]:
    facts = hit.facts
    return (
        "yes" if hit.owned_as else "",
        facts.artist_name,
        facts.album_title,
        str(facts.year_released or ""),
        hit.country or "",
        facts.label_name or "",
        facts.catalog_number or "",
        facts.record_size or "",
        str(facts.discogs_id or ""),
    )
