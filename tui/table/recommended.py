"""What is recommended, as rows of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.reasons import because
from tui.table.columns import Column

if TYPE_CHECKING:
    from storage.values.recommendations import Recommendation


@dataclass(frozen=True, slots=True)
class Line:
    """A release that is recommended; ``owned`` and ``wanted`` are set once it was added or wanted from here."""

    release: Recommendation
    owned: bool = False
    wanted: bool = False


def signs(line: Line) -> str:
    """``●`` for what is owned, ``w`` for what is wanted, each in its place."""
    return ("●" if line.owned else " ") + ("w" if line.wanted else "")


def tone(line: Line) -> str | None:
    """What is dealt with steps back."""
    return "faint" if line.owned or line.wanted else None


RECOMMENDED_COLUMNS: tuple[Column[Line], ...] = (
    Column("signs", "", signs, 2),
    Column("artist", "Artist", lambda line: line.release.artist, 14, grow=3, limit=40),
    Column("title", "Title", lambda line: line.release.title, 18, grow=5, limit=64),
    Column("year", "Year", lambda line: str(line.release.year or ""), 4, priority=1),
    Column("label", "Label", lambda line: line.release.label or "", 12, grow=2, limit=26, priority=3),
    Column("reason", "You have", lambda line: because(line.release), 18, grow=3, priority=2),
)
