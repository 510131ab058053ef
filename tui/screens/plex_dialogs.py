"""What is asked about something on Plex: how it is rated."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.screens.form import Form
from tui.text import clean
from tui.widgets.field import Field

NO_RATING = -1.0
"""Takes a rating away."""


class Rate(Form[float]):
    """Returns a rating of 0 to 10, or :data:`NO_RATING`; None where nothing was typed."""

    HINT = "Enter rates it · - takes the rating away · Esc leaves it"

    def __init__(self, name: str, rating: float | None) -> None:
        super().__init__()
        self.title = f"Rate “{clean(name)}”"
        self._now = "" if rating is None else f"now {rating:g}"

    def body(self) -> Iterator[Widget]:
        yield Static(Content.styled("0 to 10: ten are five stars, seven three and a half.", "$muted"))
        yield Field("rating", "Rating", placeholder=self._now, check=_trouble)

    def save(self, typed: dict[str, str]) -> None:
        given = typed["rating"].strip()
        self.dismiss(NO_RATING if given == "-" else float(given) if given else None)


def _trouble(typed: str) -> str | None:
    try:
        is_rating = typed.strip() in ("", "-") or 0 <= float(typed) <= 10
    except ValueError:
        is_rating = False
    return None if is_rating else "A number from 0 to 10, or - for none."
