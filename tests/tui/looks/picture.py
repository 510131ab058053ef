"""A picture of the screen that a reviewer can read: its text, and below it in which style each cell is, in every look.

The text stands there once where no look changes a word. Below it every cell that is not in the commonest style has a
letter, and the legend says what the letter means in each look. So a column that moved is a line of text that moved, and a
colour that changed is one line of the legend.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from string import ascii_letters, digits

from rich.cells import split_graphemes
from rich.color import Color as TerminalColor
from rich.style import Style
from textual.filter import NoColor

from tui.app import LockgrooveApp
from tui.themes import DAY, NIGHT

STYLES = "-- styles"
"""The line between the words of a picture and the styles of its cells."""
LETTERS = ascii_letters + digits + "+*=~^%&@#$!?<>/"
OTHERWISE = (
    (re.compile(r"/tmp/looks-\w{8}"), "/tmp/looks-XXXXXXXX"),
    (re.compile(r"127\.0\.0\.1:\d{4,5}"), "127.0.0.1:PORT"),
    (re.compile(r"\d+(\.\d+)?/s\b"), "N/s"),
)
"""What the next run would show otherwise, and what stands for it, as wide as it was."""

Cell = tuple[str, Style]
Shown = list[list[Cell]]


@dataclass(frozen=True, slots=True)
class Look:
    """One way to show everything: a theme, and whether colours are sent at all."""

    name: str
    theme: str
    is_colourless: bool = False


LOOKS = (Look("dark", NIGHT.name), Look("light", DAY.name), Look("no colour", "ansi-dark", True))


def wear(app: LockgrooveApp, look: Look) -> None:
    """Show the app as if it had been started in this look."""
    filters = app._filters  # pyright: ignore[reportPrivateUsage]
    filters[:] = [each for each in filters if not isinstance(each, NoColor)]
    if look.is_colourless:
        filters.append(NoColor())
    app.no_color = look.is_colourless
    app.ansi_color = True if look.is_colourless else None
    app.theme = look.theme


def cells(app: LockgrooveApp) -> Shown:
    """What is on the screen, cell by cell; the second cell of a wide character is empty."""
    strips = app.screen._compositor.render_strips(app.size)  # pyright: ignore[reportPrivateUsage]
    shown: Shown = []
    for strip in strips[: app.size.height]:
        line = list[Cell]()
        for segment in strip:
            style = segment.style or Style.null()
            spans, _ = split_graphemes(segment.text)
            for start, end, width in spans:
                line += [(segment.text[start:end], style), *[("", style)] * (width - 1)]
        shown.append(line[: app.size.width])
    return shown


def words(shown: Shown) -> list[str]:
    """The text of the screen, without what the next run would show otherwise."""
    lines = ["".join(character for character, _ in line) for line in shown]
    for pattern, stand_in in OTHERWISE:
        lines = [pattern.sub(lambda found, said=stand_in: said.ljust(len(found[0])), line) for line in lines]
    return [line.rstrip() for line in lines]


@cache
def described(style: Style) -> str:
    """A style in words: ``bold #e8e4d8 on #1b1d22``."""
    said = [name for name in ("bold", "dim", "italic", "underline", "reverse", "strike") if getattr(style, name)]
    said += [_colour(style.color), f"on {_colour(style.bgcolor)}" if _colour(style.bgcolor) else ""]
    return " ".join(word for word in said if word) or "plain"


def _colour(colour: TerminalColor | None) -> str:
    if colour is None or colour.is_default:
        return ""
    return colour.triplet.hex if colour.triplet is not None else colour.name


def drawn(looks: dict[str, Shown]) -> str:
    """The picture of one screen: how it is in each look, by its name. Looks with other words have a picture of their own."""
    alike: dict[tuple[str, ...], dict[str, Shown]] = {}
    for name, shown in looks.items():
        alike.setdefault(tuple(words(shown)), {})[name] = shown
    return "\n".join(map(_one, alike.values()))


def _one(looks: dict[str, Shown]) -> str:
    shown = list(looks.values())
    inks = [
        [tuple(described(look[row][column][1]) for look in shown) for column in range(len(line))]
        for row, line in enumerate(shown[0])
    ]
    used = Counter(ink for line in inks for ink in line)
    commonest = used.most_common(1)[0][0]
    letters = {commonest: " "}
    letters |= dict(zip((ink for ink in used if ink != commonest), LETTERS, strict=False))
    lines = [*words(shown[0]), STYLES]
    lines += ["".join(letters.get(ink, "?") for ink in line).rstrip() for line in inks]
    lines += [f"-- {' | '.join(looks)}", *(f"{letter} {' | '.join(ink)}" for ink, letter in letters.items())]
    return "\n".join(lines) + "\n"
