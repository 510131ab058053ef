"""Adding a record by hand and editing one: the same form, judged line by line while it is filled in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from textual import work
from textual.widget import Widget

from storage.errors import LockgrooveError
from storage.values import Record
from tui.bridge import Bridge
from tui.screens.form import Form
from tui.widgets.field import Field


def _required(what: str) -> Callable[[str], str | None]:
    return lambda typed: None if typed else f"{what} is needed."


def _year(typed: str) -> str | None:
    if not typed:
        return None
    return None if typed.isdigit() and 1 <= int(typed) <= 9999 else "A year is a number from 1 to 9999."


def _separated(values: tuple[str, ...]) -> str:
    # Genre names hold commas and slashes ("Folk, World, & Country"), so semicolons part them.
    return "; ".join(values)


class RecordForm(Form[Record]):
    """Returns the saved record, or None. ``record`` None adds a new one by hand."""

    HINT = "Enter next line · Ctrl+S or F2 save · Esc leave as it was"

    def __init__(self, bridge: Bridge, record: Record | None = None) -> None:
        super().__init__()
        self.bridge = bridge
        self.record = record
        self.title = "Edit the record" if record else "Enter a record by hand"

    def body(self) -> Iterator[Widget]:
        record = self.record
        yield Field("artist_name", "Artist", value=record.artist_name if record else "", check=_required("The artist"))
        yield Field("album_title", "Title", value=record.album_title if record else "", check=_required("The title"))
        year = str(record.year_released or "") if record else ""
        yield Field("year_released", "Year", value=year, placeholder="1959", check=_year)
        yield Field("label_name", "Label", value=(record.label_name if record else None) or "")
        yield Field("catalog_number", "Catalogue number", value=(record.catalog_number if record else None) or "")
        size = (record.record_size if record else None) or ""
        yield Field("record_size", "Size", value=size, placeholder='12"')
        yield Field("vinyl_color", "Colour", value=(record.vinyl_color if record else None) or "")
        genres = _separated(record.genres) if record else ""
        yield Field("genres", "Genres, parted by semicolons", value=genres, placeholder="Jazz; Electronic")
        styles = _separated(record.styles) if record else ""
        yield Field("styles", "Styles, parted by semicolons", value=styles)
        yield Field("upc_code", "Barcode", value=(record.upc_code if record else None) or "")
        yield Field("notes", "Notes", value=(record.notes if record else None) or "")

    def save(self, typed: dict[str, str]) -> object:
        return self._store(_facts(typed))

    @work(exclusive=True, group="save", exit_on_error=False)
    async def _store(self, typed: dict[str, Any]) -> None:
        self.say("Saving…")
        record = self.record
        try:
            if record is None:
                saved = await self.bridge.call(lambda runtime: _add(runtime, typed))
            else:
                changed = {name: value for name, value in typed.items() if value != getattr(record, name)}
                saved = await self.bridge.call(
                    lambda runtime: runtime.records.edit(runtime.user.id, record.record_id, changed)  # pyright: ignore
                )
        except LockgrooveError as error:
            self.say(f"{error.message} {error.hint}", trouble=True)
            return
        self.dismiss(saved)


def _facts(values: dict[str, str]) -> dict[str, Any]:
    """What was typed as the fields of a record: empty lines are None, genres and styles are lists."""
    typed: dict[str, Any] = {name: value or None for name, value in values.items()}
    typed["year_released"] = int(values["year_released"]) if values["year_released"] else None
    for name in ("genres", "styles"):
        typed[name] = tuple(part.strip() for part in values[name].split(";") if part.strip())
    return typed


async def _add(runtime: Any, typed: dict[str, Any]) -> Record:
    from services.records.entry import RecordEntry

    return await runtime.records.add(runtime.user.id, RecordEntry(**typed))
