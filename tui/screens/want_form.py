"""Editing a want: notes and rating, sent to Discogs at once."""

from __future__ import annotations

from collections.abc import Iterator

from textual import work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from storage.errors import LockgrooveError
from storage.values import Want
from tui.bridge import Bridge
from tui.screens.form import Form
from tui.text import clean
from tui.widgets.field import Field


def check_rating(typed: str) -> str | None:
    """What is wrong with a rating, or None."""
    return None if typed in ("", "0", "1", "2", "3", "4", "5") else "A rating is 1 to 5, or empty for none."


class WantForm(Form[Want]):
    """Returns the want as Discogs keeps it after the edit."""

    TITLE = "Edit a want"
    HINT = "Enter next line · F2 save · Esc leave as it was"

    def __init__(self, bridge: Bridge, want: Want) -> None:
        super().__init__()
        self.bridge = bridge
        self.want = want

    def body(self) -> Iterator[Widget]:
        yield Static(Content(clean(f"{self.want.artist_name} – {self.want.album_title}")), classes="copy-about")
        yield Field("notes", "Notes, only for you", value=self.want.notes)
        yield Field("rating", "Rating, 1 to 5", value=str(self.want.rating or ""), check=check_rating)

    @work(exclusive=True, group="save", exit_on_error=False)
    async def save(self, typed: dict[str, str]) -> None:
        self.say("Telling Discogs…")
        rating, release_id = int(typed["rating"] or 0), self.want.release_id
        try:
            saved = await self.bridge.call(
                lambda runtime: runtime.wants.edit(runtime.user.id, release_id, notes=typed["notes"], rating=rating)
            )
        except LockgrooveError as error:
            self.say(f"{error.message} {error.hint}", trouble=True)
            return
        self.dismiss(saved)
