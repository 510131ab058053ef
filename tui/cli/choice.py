"""What a person chose to export on the command line, as a request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import typer

if TYPE_CHECKING:
    from services.discogs.export import ExportRequest, ListingTerms, Preview
    from services.runtime import Runtime
    from storage.values import RecordQuery

Target = Literal["collection", "wantlist", "marketplace"]
_BATCH = 500


class Choice(NamedTuple):
    """What to send where, and how."""

    target: Target
    records: list[str]
    releases: list[int]
    query: RecordQuery | None
    folder: int | None
    terms: ListingTerms | None
    remove_from_wantlist: bool


async def look_ahead(runtime: Runtime, choice: Choice) -> tuple[ExportRequest, Preview]:
    """The request, and what it would do. What a filter finds and Discogs does not know is named and left out."""
    from services.discogs.export import ExportRequest
    from storage.values import ExportTarget

    found = await _found(runtime, choice.query) if choice.query is not None else []
    request = ExportRequest(
        ExportTarget(choice.target),
        (*choice.releases, *found),
        tuple(choice.records),
        choice.folder,
        choice.terms,
        choice.remove_from_wantlist,
    )
    return request, await runtime.exports.preview(runtime.user.id, request)


async def _found(runtime: Runtime, query: RecordQuery) -> list[int]:
    from tui.cli.listing import title_of
    from tui.cli.output import note
    from tui.text import clean

    found: list[int] = []
    keys = await runtime.records.order(runtime.user.id, query)
    for start in range(0, len(keys), _BATCH):
        for record in await runtime.records.some(runtime.user.id, keys[start : start + _BATCH]):
            if record.discogs_id is None:
                note(f"left out: {clean(title_of(record))}: it has no Discogs id")
            else:
                found.append(record.discogs_id)
    if not keys:
        note("No record matches.")
    return found


def filtered(
    words: str, filters: Sequence[Sequence[Any] | None], *, shaped: bool | None, unsynced: bool
) -> RecordQuery:
    """The records that the options ask for; ``filters`` in the order of the command's options."""
    from storage.values import RecordQuery

    sizes, colors, folders, genres, styles, decades, labels, ratings = (tuple(each or ()) for each in filters)
    return RecordQuery(
        text=words,
        sizes=sizes,
        colors=colors,
        folders=folders,
        genres=genres,
        styles=styles,
        decades=decades,
        labels=labels,
        ratings=ratings,
        shaped=shaped,
        synced=False if unsynced else None,
    )


def offered(
    condition: str | None, sleeve: str | None, price: str | None, status: str | None, comments: str | None
) -> ListingTerms | None:
    """The terms of a listing, None if nothing of them was said; what was left out is as Discogs has it by default."""
    if all(each is None for each in (condition, sleeve, price, status, comments)):
        return None
    from services.discogs.export import ListingTerms

    if condition is None or price is None:
        raise typer.BadParameter("A listing needs --condition and --price.", param_hint="--to marketplace")
    said = {"sleeve_condition": sleeve, "status": status, "comments": comments}
    return ListingTerms(condition, price, **{name: value for name, value in said.items() if value is not None})


def typed(lines: Iterable[str]) -> tuple[list[str], list[int]]:
    """Record ids and release numbers, one a line; empty lines and what follows a # are passed over."""
    records: list[str] = []
    releases: list[int] = []
    for line in lines:
        word = line.partition("#")[0].strip()
        if word.isdecimal() and word.isascii():
            releases.append(int(word))
        elif word:
            records.append(word)
    return records, releases
