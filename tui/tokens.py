"""The style tokens of ``styles/tokens.tcss`` as CSS variables, so that every style file may use them.

Textual keeps ``$name: value;`` local to the file that says it; tokens belong to all files and may refer to the theme.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from textual.color import Color

STYLES = Path(__file__).resolve().parent.parent / "styles"
_TOKEN = re.compile(r"^\$([a-z-]+):\s*([^;]+);", re.MULTILINE)
_REFERENCE = re.compile(r"\$([a-z-]+)( \d+%)?")


@cache
def _declared() -> tuple[tuple[str, str], ...]:
    return tuple(_TOKEN.findall((STYLES / "tokens.tcss").read_text()))


def tokens(theme: Mapping[str, str]) -> dict[str, str]:
    """Every token with its references to ``theme`` resolved; a terminal's own colours have no opacity, so it is dropped."""

    def value(found: re.Match[str]) -> str:
        colour, share = theme.get(found[1], found[0]), found[2]
        if not share or colour.startswith("ansi_") or theme["background"].startswith("ansi_"):
            return colour
        # Blended here: in running text a colour has no opacity of its own.
        return Color.parse(theme["background"]).blend(Color.parse(colour), int(share[1:-1]) / 100).hex

    return {name: _REFERENCE.sub(value, text) for name, text in _declared()}
