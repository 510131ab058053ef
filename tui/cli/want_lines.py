"""How wants are read for the command line and look there, as text and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tui.cli.ask import confirm
from tui.cli.listing import formats, title_of
from tui.cli.output import has_room, note, table
from tui.text import clean
from tui.words import number

if TYPE_CHECKING:
    from services.runtime import Runtime
    from storage.values import Want, WantQuery

_BATCH = 500
_NAMED = 20
"""How many wants a question names one by one."""
_RARE = ("STARS", "NOTES")
"""Columns that are left out where they would be empty."""
_LESSER = ("LABEL", "NOTES")
"""Columns that are left out on a narrow terminal."""


class WantLine(NamedTuple):
    """A want, and whether the release is owned by now."""

    want: Want
    owned: bool


async def read(runtime: Runtime, query: WantQuery, limit: int | None) -> tuple[list[WantLine], int]:
    """The wants that are asked for, at most ``limit``, and how many there are in all, as of one instant."""
    keys = await runtime.wants.order(runtime.user.id, query)
    shown = keys[:limit]
    lines: list[WantLine] = []
    for start in range(0, len(shown), _BATCH):
        some = await runtime.wants.some(runtime.user.id, shown[start : start + _BATCH])
        owned = await runtime.wants.owned(runtime.user.id, some)
        lines += [WantLine(want, want.release_id in owned) for want in some]
    return lines, len(keys)


async def lined(runtime: Runtime, want: Want) -> WantLine:
    """A want that was changed."""
    return WantLine(want, bool(await runtime.wants.owned(runtime.user.id, [want])))


def said(what: str) -> Callable[[WantLine], str]:
    """What was done to a want as a line, the release last, for the next command."""
    return lambda done: f"{what} {clean(title_of(done.want))}  {done.want.release_id}"


def ask_to_remove(names: Sequence[str]) -> None:
    """Go on only after a yes; many are named line by line above the question, the first of them."""
    if len(names) == 1:
        confirm(f"Take {names[0]} off your wantlist?")
        return
    for name in names[:_NAMED]:
        note(clean(name))
    if len(names) > _NAMED:
        note(f"and {number(len(names) - _NAMED)} more")
    confirm(f"Take these {number(len(names))} off your wantlist?")


def print_wants(lines: Sequence[WantLine]) -> None:
    """A table of wants; the release is last, for the next command."""
    rows = [_row(each) for each in lines]
    if rows:
        empty = [name for name in _RARE if not any(row[name] for row in rows)]
        headings = [name for name in rows[0] if name not in empty and (name not in _LESSER or has_room())]
        table(headings, [[row[name] for name in headings] for row in rows])


def _row(each: WantLine) -> dict[str, str]:
    want = each.want
    return {
        "ARTIST": want.artist_name,
        "TITLE": want.album_title,
        "YEAR": str(want.year_released or ""),
        "LABEL": want.label_name or "",
        "FORMAT": " + ".join(formats(want.formats)),
        "STARS": "*" * want.rating,
        "NOTES": want.notes,
        "ADDED": (want.date_added or "")[:10],
        "STATE": "removed" if want.removed_at else "owned" if each.owned else "",
        "RELEASE": str(want.release_id),
    }


def wire(each: WantLine) -> dict[str, object]:
    """The want under the names that ``/api/user/wantlist`` and ``/api/user/status`` use, and the rest that is known."""
    want = each.want
    return {
        "id": str(want.release_id),
        "title": want.album_title,
        "year": want.year_released,
        "artist": want.artist_name,
        "label": want.label_name,
        "catalog_number": want.catalog_number,
        "formats": formats(want.formats),
        "genres": want.genres,
        "styles": want.styles,
        "rating": want.rating,
        "notes": want.notes,
        "date_added": want.date_added,
        "removed_at": want.removed_at,
        "in_collection": each.owned,
    }
