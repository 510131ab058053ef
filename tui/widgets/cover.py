"""Cover art in the terminal: real graphics through textual-image where the terminal has them, else half blocks.

textual-image asks the terminal what it can do when it is imported and when it draws, and once the app runs the answer
would come in among the keys. So graphics are looked for before the app starts, and only where :func:`wants_graphics`
expects them; half blocks, which need no question, are drawn here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.color import Color
from rich.style import Style
from rich.text import Text
from textual.geometry import Size
from textual.widget import Widget

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

GRAPHIC_TERMINALS = ("kitty", "ghostty", "wezterm", "iterm", "foot", "mlterm", "konsole", "contour")


def wants_graphics(setting: str) -> bool:
    """Whether to ask the terminal for graphics before the app starts: told to, or a local terminal known for them."""
    if setting in ("kitty", "sixel", "graphics"):
        return True
    if setting != "auto" or any(name in os.environ for name in ("SSH_CONNECTION", "SSH_TTY", "TMUX", "STY")):
        return False
    said = f"{os.environ.get('TERM', '')} {os.environ.get('TERM_PROGRAM', '')}".casefold()
    return "KITTY_WINDOW_ID" in os.environ or any(name in said for name in GRAPHIC_TERMINALS)


def wants_covers(setting: str) -> bool:
    """Whether covers are shown at all: over SSH only when told to, since one costs tens of kilobytes."""
    return setting != "off" and (setting != "auto" or "SSH_CONNECTION" not in os.environ)


def graphics_widget(setting: str) -> type[Widget] | None:
    """The widget that draws real graphics here, None for half blocks. Asks the terminal, so call it before the app runs."""
    if not wants_graphics(setting):
        return None
    from textual_image import renderable, widget

    if setting == "kitty":
        return widget.TGPImage
    if setting == "sixel":
        return widget.SixelImage
    return widget.Image if renderable.Image in (renderable.TGPImage, renderable.SixelImage) else None


def draw(file: Path, cells: Size, *, graphics: bool) -> Picture | Text:
    """The image of ``file`` for at most ``cells``: the picture itself for ``graphics``, else as half blocks.

    Blocking: imports Pillow, reads and scales the picture. Raises :class:`OSError` for a file that is no picture.
    """
    from PIL import Image

    with Image.open(file) as opened:
        picture = opened.convert("RGB")
    if graphics:
        return picture
    picture.thumbnail((cells.width, cells.height * 2))
    return _half_blocks(picture)


def _half_blocks(picture: Picture) -> Text:
    """Two pixels in each cell: the upper half block in the upper one's colour on the lower one's."""
    width, height = picture.size
    pixels = picture.tobytes()  # three bytes each, row by row
    lines: list[Text] = []
    for top in range(0, height - height % 2, 2):
        line = Text()
        for x in range(width):
            upper, lower = 3 * (top * width + x), 3 * ((top + 1) * width + x)
            above, below = Color.from_rgb(*pixels[upper : upper + 3]), Color.from_rgb(*pixels[lower : lower + 3])
            line.append("▀", Style(color=above, bgcolor=below))
        lines.append(line)
    return Text("\n").join(lines)


class Cover(Widget):
    """The cover of one record; takes no room until there is one."""

    DEFAULT_CSS = """
    Cover { height: auto; width: 100%; margin-bottom: 1; display: none; }
    Cover.-shown { display: block; }
    Cover > * { width: 34; height: auto; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._drawn: Picture | Text | None = None

    def show(self, drawn: Picture | Text | None, graphics: type[Widget] | None = None) -> None:
        """Show what :func:`draw` made, or nothing. ``graphics`` is the widget for a picture (:func:`graphics_widget`)."""
        if drawn is None and self._drawn is None:
            return
        self._drawn = drawn
        self.set_class(drawn is not None, "-shown")
        self.remove_children()
        if graphics is not None and drawn is not None:
            self.mount(graphics(drawn))  # pyright: ignore[reportArgumentType] - textual-image takes a picture
        self.refresh(layout=True)

    def render(self) -> Any:
        return self._drawn if isinstance(self._drawn, Text) else ""
