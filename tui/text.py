"""The only place where display text is cleaned, measured and cut.

Width is terminal cells, not characters: CJK takes two, combining marks none, a flag or a joined emoji two. The measure
is the one Textual's compositor uses (``rich.cells``), so what is exact here is exact on the screen. Foreign text is
reduced to what terminals agree about: no control characters (they drive the terminal), no bidi overrides (they reorder
the row), no variation selectors and skin tones (every terminal counts them differently).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from rich.cells import cell_len, split_graphemes

Align = Literal["left", "right", "center"]

ELLIPSIS = "…"
_ZWNJ = "\u200c"
_ZWJ = "\u200d"
_SELECTOR = "\ufe0f"
_MARKS_PER_LETTER = 3
"""More combining marks than any written language stacks; the rest would bleed into the lines above and below."""

_PICTURE = "[\u2190-\u2bff\U0001f000-\U0001faff]"
_JOINED = re.compile(
    # A sequence that begins with a wide picture is drawn as one; any other joiner or variation selector goes.
    f"((?:[\U0001f300-\U0001faff]|{_PICTURE}{_SELECTOR})(?:{_ZWJ}{_PICTURE}{_SELECTOR}?)*{_ZWJ}{_PICTURE})"
    f"|[{_ZWJ}\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_DROPPED = re.compile("[\u115f\u1160\u3164\uffa0\U0001f3fb-\U0001f3ff]")
"""Invisible letters (Hangul fillers) and skin tones: zero cells for us, one or two for some terminals."""
_FLAG = range(0x1F1E6, 0x1F200)


def clean(text: str) -> str:
    """``text`` as one line that no terminal misreads: NFC, line breaks and tabs as blanks, control and bidi characters
    dropped, lone surrogates replaced. Ordinary right-to-left text stays as it is."""
    if text.isascii() and text.isprintable():
        return text
    return _clean(text)


@lru_cache(maxsize=4096)
def _clean(text: str) -> str:
    visible = "".join(filter(None, map(_visible, _DROPPED.sub("", text))))
    joined = _JOINED.sub(lambda found: found[1] or "", visible)
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", joined):
        is_mark = char == _ZWNJ or unicodedata.category(char) in ("Mn", "Me")
        marks = marks + 1 if is_mark else marks if char == _ZWJ else 0
        if marks <= _MARKS_PER_LETTER or char == _SELECTOR:
            kept.append(char)
    return "".join(kept)


def _visible(char: str) -> str:
    """What stands for ``char`` on a line: itself, a blank, or nothing."""
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    if category == "Cs":
        return "\ufffd"
    return "" if category in ("Cc", "Cf") and char not in (_ZWJ, _ZWNJ) else char


def width(text: str) -> int:
    """How many cells ``text`` takes once it is cleaned."""
    text = clean(text)
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, cells: int) -> str:
    """``text`` cleaned and, where it is longer than ``cells``, shortened with an ellipsis; never splits what is drawn
    as one character. May come out narrower than ``cells``, never wider."""
    text = clean(text)
    if text.isascii():
        if len(text) <= cells:
            return text
        return text[: cells - 1] + ELLIPSIS if cells > 0 else ""
    if cell_len(text) <= cells:
        return text
    return _shorten(text, cells - 1) + ELLIPSIS if cells > 0 else ""


def _shorten(text: str, room: int) -> str:
    """The longest beginning of clean ``text`` that takes at most ``room`` cells."""
    used = end = 0
    spans, _ = split_graphemes(text)
    flag_open = False
    for start, stop, cells in spans:
        is_half_flag = ord(text[start]) in _FLAG
        flag_open = is_half_flag and not flag_open
        used += cells
        if used > room or (flag_open and used + 1 > room and ord(text[stop : stop + 1] or " ") in _FLAG):
            return text[:end]
        end = stop
    return text[:end]


def fit(text: str, cells: int, align: Align = "left") -> str:
    """``text`` in exactly ``cells`` cells, whatever it holds: cut with an ellipsis or padded with blanks."""
    shown = cut(text, cells)
    room = cells - (len(shown) if shown.isascii() else cell_len(shown))
    if room <= 0:
        return shown
    if align == "left":
        return shown + " " * room
    if align == "right":
        return " " * room + shown
    return " " * (room // 2) + shown + " " * (room - room // 2)
