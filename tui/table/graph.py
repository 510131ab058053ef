"""Lines of the graph as rows of a table: neighbours, releases, reasons, steps of a way, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass

from storage.values.graph import NodeName
from tui.table.columns import Column
from tui.widgets.bars import bar
from tui.words import number

OWNED, VERSION, WANTED = "●", "○", "w"
"""Signs before a release, as in Search: it is owned, another version of it is, it is on the wantlist. Never colour alone."""
BAR_CELLS = 24


@dataclass(frozen=True, slots=True)
class Line:
    """One line of any list of the graph. ``pk`` is its place in the list, from 1; ``node`` what Enter opens, None for a line
    that only says something. ``version`` is whether another version of the release is owned; ``share`` (0 to 1) is drawn as a bar.
    """

    pk: int
    title: str
    node: NodeName | None = None
    owned: bool = False
    version: bool = False
    wanted: bool = False
    count: int | None = None
    share: float = 0.0
    year: int | None = None
    artist: str = ""
    label: str = ""
    format: str = ""
    note: str = ""
    tone: str | None = None

    @property
    def release_id(self) -> int | None:
        """The release that the line shows; None for every other kind."""
        return int(self.node.id) if self.node is not None and self.node.kind == "release" else None


def signs(line: Line) -> str:
    """``●`` for what is owned, ``○`` for a version of it, ``w`` for what is wanted, each in its place."""
    return (OWNED if line.owned else VERSION if line.version else " ") + (WANTED if line.wanted else "")


def tone(line: Line) -> str | None:
    """The look of a whole line; signs and words say the same."""
    return line.tone


def _count(line: Line) -> str:
    return "" if line.count is None else number(line.count)


def _share(line: Line) -> str:
    return bar(round(1000 * line.share), 1000, BAR_CELLS)


def _year(line: Line) -> str:
    return str(line.year or "")


RELEASES: tuple[Column[Line], ...] = (
    Column("signs", "", signs, 2),
    Column("title", "Title", lambda line: line.title, 24, grow=5, limit=60),
    Column("artist", "Artist", lambda line: line.artist, 16, grow=3, limit=36, priority=1),
    Column("year", "Year", _year, 5, priority=0),
    Column("format", "Format", lambda line: line.format, 12, grow=2, limit=30, priority=2),
    Column("label", "Label", lambda line: line.label, 16, grow=3, limit=44, priority=3),
)
"""At 80 cells: title, artist, year, format; with more room also the label with its number."""
NEIGHBOURS: tuple[Column[Line], ...] = (
    Column("title", "Name", lambda line: line.title, 28, grow=4, limit=54),
    Column("count", "Releases", _count, 10, align="right", limit=12),
    Column("share", "", _share, BAR_CELLS, priority=1),
)
KIN: tuple[Column[Line], ...] = (Column("title", "Name", lambda line: line.title, 28, grow=1),)
TOGETHER: tuple[Column[Line], ...] = (
    Column("title", "Artist", lambda line: line.title, 24, grow=4, limit=50),
    Column("count", "Releases", _count, 8, align="right"),
    Column("label", "Years", lambda line: line.label, 9, limit=9),
    Column("note", "By year", lambda line: line.note, 20, grow=3, priority=1),
)
ALIKE: tuple[Column[Line], ...] = (
    Column("title", "Artist", lambda line: line.title, 24, grow=3, limit=44),
    Column("note", "Why", lambda line: line.note, 30, grow=6),
)
PROFILE: tuple[Column[Line], ...] = (
    Column("title", "What it releases", lambda line: line.title, 26, grow=2, limit=40),
    Column("count", "Releases", _count, 10, align="right", limit=12),
    Column("share", "", _share, BAR_CELLS, grow=1),
)
LINKS: tuple[Column[Line], ...] = (
    Column("note", "", lambda line: line.note, 10, limit=12),
    Column("title", "Name", lambda line: line.title, 28, grow=1),
)
WAY: tuple[Column[Line], ...] = (
    Column("signs", "", signs, 2),
    Column("title", "From one to the next", lambda line: line.title, 30, grow=5),
    Column("year", "Year", _year, 5, priority=1),
    Column("note", "", lambda line: line.note, 20, grow=3, limit=44, priority=1),
)
