"""Editing one copy: rating, folder and custom fields. Shown at once, sent to Discogs with the next sync."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from storage.errors import LockgrooveError
from storage.fold import fold
from storage.values import Record
from tui.bridge import Bridge
from tui.screens.form import Form
from tui.text import clean
from tui.widgets.field import Field
from tui.words import day

if TYPE_CHECKING:
    from services.records.detail import RecordDetail


def _rating(typed: str) -> str | None:
    return None if typed in ("", "0", "1", "2", "3", "4", "5") else "A rating is 1 to 5, or empty for none."


def _anything(typed: str) -> str | None:
    return None


def matching(typed: str, offered: tuple[str, ...]) -> str | None:
    """The one of ``offered`` that ``typed`` begins (accents and case aside), None where none or several do."""
    exact = [option for option in offered if fold(option) == fold(typed)]
    begun = exact or [option for option in offered if fold(option).startswith(fold(typed))]
    return begun[0] if len(begun) == 1 else None


def _one_of(what: str, offered: tuple[str, ...]) -> Callable[[str], str | None]:
    def check(typed: str) -> str | None:
        if not typed or matching(typed, offered) is not None:
            return None
        return f"{what} is one of: {', '.join(offered)}"

    return check


class CopyForm(Form[Record]):
    """Returns the record after the edit. With several copies, PageUp and PageDown choose which one."""

    TITLE = "Edit a copy"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown", "copy(1)", show=False, priority=True),
        Binding("pageup", "copy(-1)", show=False, priority=True),
    ]

    def __init__(self, bridge: Bridge, detail: RecordDetail) -> None:
        super().__init__()
        self.bridge = bridge
        self.detail = detail
        self._copies = [copy for copy in detail.copies if copy.removed_at is None]
        other = "PgUp PgDn other copy · " if len(self._copies) > 1 else ""
        self.HINT = f"Enter next line · F2 save · {other}Esc leave as it was"
        self._which = 0

    def body(self) -> Iterator[Widget]:
        copy = self._copies[self._which]
        folders = tuple(name for key, name in self.detail.folders.items() if key != 0)
        yield Static(Content(self._about()), classes="copy-about")
        yield Field("rating", "Rating, 1 to 5", value=str(copy.rating or ""), check=_rating)
        now = self.detail.folders.get(copy.folder_id, "")
        yield Field("folder", "Folder", value=now, check=_one_of("The folder", folders))
        for field in self.detail.fields:
            check = _one_of(clean(field.name), field.options) if field.kind == "dropdown" else _anything
            value = copy.fields.get(str(field.field_id), "")
            yield Field(f"custom-{field.field_id}", clean(field.name), value=value, check=check)

    def _about(self) -> str:
        copy = self._copies[self._which]
        name = clean(f"{self.detail.record.artist_name} – {self.detail.record.album_title}")
        return f"{name}\ncopy {self._which + 1} of {len(self._copies)}, added {day(copy.date_added)}"

    async def action_copy(self, by: int) -> None:
        if len(self._copies) > 1:
            self._which = (self._which + by) % len(self._copies)
            await self.recompose()
            self.query_one("#field-rating", Field).take_focus()

    @work(exclusive=True, group="save", exit_on_error=False)
    async def save(self, typed: dict[str, str]) -> None:
        copy, record_id = self._copies[self._which], self.detail.record.record_id
        names = {name: key for key, name in self.detail.folders.items() if key != 0}
        chosen = matching(typed["folder"], tuple(names)) if typed["folder"] else None
        folder_id = names[chosen] if chosen is not None else copy.folder_id
        rating = int(typed["rating"] or 0)
        fields: dict[int, str] = {}
        for field in self.detail.fields:
            said = typed[f"custom-{field.field_id}"]
            value = (matching(said, field.options) or "") if field.kind == "dropdown" and said else said
            if value != copy.fields.get(str(field.field_id), ""):
                fields[field.field_id] = value
        try:
            saved = await self.bridge.call(
                lambda runtime: runtime.records.edit_copy(
                    runtime.user.id,
                    record_id,
                    copy.instance_id,
                    rating=rating if rating != copy.rating else None,
                    folder_id=folder_id if folder_id != copy.folder_id else None,
                    fields=fields or None,
                )
            )
        except LockgrooveError as error:
            self.say(f"{error.message} {error.hint}", trouble=True)
            return
        self.dismiss(saved)
