"""``lockgroove search``: the library, the catalogue on this machine and Discogs at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from tui.cli.options import AsJson, DataDir

if TYPE_CHECKING:
    from services.records.hits import SearchHit
    from services.runtime import Runtime
    from storage.errors import LockgrooveError
    from storage.values import Record, ReleaseId
    from storage.values.found import CatalogueHit, CatalogueHits

_MOST = 50
"""Records shown of the library, releases of the catalogue."""


class Found(NamedTuple):
    """What each side answered; None where a side was not asked. ``known`` are the catalogue's releases, of which
    ``owned`` are owned, and which ``is_empty`` where nothing is in it at all; ``missed`` is why Discogs could not answer.
    """

    records: Sequence[Record] | None
    in_library: int
    known: CatalogueHits | None
    owned: Collection[int]
    is_empty: bool
    hits: Sequence[SearchHit] | None
    missed: LockgrooveError | None


def search(
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS...", help="Artist and title, a catalogue number or a barcode.")
    ],
    local: Annotated[bool, typer.Option("--local", help="The library, and what else is named.")] = False,
    catalogue: Annotated[bool, typer.Option("--catalogue", help="The catalogue on this machine.")] = False,
    discogs: Annotated[bool, typer.Option("--discogs", help="Discogs.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Search the library, the catalogue on this machine and Discogs, or those of them that are named. Words may be cut short
    and need no accents.

    Where Discogs cannot answer, what is found here is shown and the status is 3.
    """
    from tui.cli.exits import Exit, explain
    from tui.cli.program import with_runtime

    text = " ".join(words).strip()
    if not text:
        raise typer.BadParameter("Give at least one word.", param_hint="WORDS")
    everywhere = local == catalogue == discogs
    sides = _Sides(local or everywhere, catalogue or everywhere, discogs or everywhere)
    found = with_runtime(data_dir, lambda runtime: _look(runtime, text, sides, is_named=catalogue))
    if as_json:
        _document(found)
    else:
        _print(found)
    if found.missed is not None:
        status = explain(found.missed)
        raise typer.Exit(status if found.records is None and found.known is None else Exit.PARTIAL)


class _Sides(NamedTuple):
    """Where to look."""

    library: bool
    catalogue: bool
    outside: bool


async def _look(runtime: Runtime, text: str, sides: _Sides, *, is_named: bool) -> Found:
    """``is_named``: the catalogue was asked for by name, so that nothing is found there also if it is empty."""
    from services.discogs.query import recognise
    from services.errors import LockgrooveError
    from storage.values import RecordQuery

    user = runtime.user.id
    records: list[Record] | None = None
    known: CatalogueHits | None = None
    hits: list[SearchHit] | None = None
    owned: set[int] = set()
    count, missed, is_empty = 0, None, False
    if sides.library:
        records, count = await runtime.records.page(user, RecordQuery(text=text), limit=_MOST)
    if sides.catalogue:
        is_empty = await runtime.search.is_empty()
        if is_named or not is_empty:
            known, owned = await _look_up(runtime, text, records)
    if sides.outside:
        try:
            hits = await runtime.records.search(user, recognise(text))
        except LockgrooveError as error:
            missed = error
    return Found(records, count, known, owned, is_empty, hits, missed)


async def _look_up(runtime: Runtime, text: str, records: Sequence[Record] | None) -> tuple[CatalogueHits, set[int]]:
    """What the catalogue knows, owned releases first, and which of it is owned."""
    from storage.values import RecordQuery

    user = runtime.user.id
    if records is None:
        records, _ = await runtime.records.page(user, RecordQuery(text=text), limit=_MOST)
    mine: list[ReleaseId] = [record.discogs_id for record in records if record.discogs_id and not record.removed_at]
    found = await runtime.search.find(text, limit=_MOST, owned=mine)
    return found, await runtime.records.owned(user, [hit.id for hit in found.hits])


def _document(found: Found) -> None:
    from tui.cli.listing import wire
    from tui.cli.output import document

    sides: dict[str, object] = {}
    if found.records is not None:
        sides["library"] = {"records": [wire(record) for record in found.records], "count": found.in_library}
    if found.known is not None:
        listed = [_wire_known(hit, owned=hit.id in found.owned) for hit in found.known.hits]
        sides["catalogue"] = {"results": listed, "more": found.known.more, "corrected": found.known.corrected}
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


def _wire_known(hit: CatalogueHit, *, owned: bool) -> dict[str, object]:
    return {
        "discogsId": str(hit.id),
        "artistName": hit.artist,
        "albumTitle": hit.title,
        "yearReleased": hit.year,
        "labelName": hit.label,
        "catalogNumber": hit.catno,
        "country": hit.country,
        "format": hit.format,
        "masterId": None if hit.master is None else str(hit.master),
        "owned": owned,
    }


def _print(found: Found) -> None:
    from tui.cli.listing import print_records
    from tui.cli.output import line, note, table

    if found.records is not None:
        note(f"In the library: {found.in_library:,}" + (f", the first {_MOST}" if found.in_library > _MOST else ""))
        print_records(found.records)
    if found.known is not None:
        if found.records:
            line()
        _print_known(found.known, found.owned, is_empty=found.is_empty)
    if found.hits is not None:
        if found.records or (found.known and found.known.hits):
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


def _print_known(known: CatalogueHits, owned: Collection[int], *, is_empty: bool) -> None:
    from tui.cli.output import note, table

    count = f"the first {len(known.hits)}" if known.more else f"{len(known.hits):,}"
    meant = f", for “{known.corrected}”" if known.corrected else ""
    note(f"In the catalogue: {count}{meant}")
    if is_empty:
        note("Nothing is in it yet: `lockgroove catalogue import` fills it from the monthly dumps of Discogs.")
    if known.hits:
        headings = ("OWNED", "ARTIST", "TITLE", "YEAR", "COUNTRY", "LABEL", "CAT#", "FORMAT", "RELEASE")
        table(headings, [_row_known(hit, owned=hit.id in owned) for hit in known.hits])


def _row_known(hit: CatalogueHit, *, owned: bool) -> tuple[str, ...]:
    return (
        "yes" if owned else "",
        hit.artist,
        hit.title,
        str(hit.year or ""),
        hit.country or "",
        hit.label or "",
        hit.catno or "",
        hit.format or "",
        str(hit.id),
    )
