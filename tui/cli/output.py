"""Where text goes: data on standard output, everything else on standard error; foreign text without control codes."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Sequence

from tui.text import clean, fit, width

_GAP = 2
_NARROWEST = 8
_WIDE = 120
_CONTROL = re.compile("[\x7f-\x9f]")
"""What JSON leaves as it is and terminals obey, U+009B (CSI) above all."""


def line(text: str = "") -> None:
    """One line of data."""
    try:
        sys.stdout.write(f"{text}\n")
    except BrokenPipeError:
        leave_closed_pipe()
        raise SystemExit(0) from None


def leave_closed_pipe() -> None:
    """The reader (``head``, ``less``) has seen enough: nothing more may be flushed into the pipe, nothing is wrong."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def note(text: str) -> None:
    """One line for the person: what happened, what went wrong; never data."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def document(value: object) -> None:
    """One JSON document, with every character as itself where standard output can carry it and no terminal obeys it."""
    whole = sys.stdout.encoding.lower().replace("-", "").startswith("utf")
    text = json.dumps(value, ensure_ascii=not whole, indent=2 if sys.stdout.isatty() else None)
    line(_CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns aligned by cell width. On a terminal the widest columns give way until a line fits; in a pipe nothing is cut."""
    widths = [max(map(width, column)) for column in zip(headings, *rows, strict=True)]
    if sys.stdout.isatty():
        widths = _shrink(widths, shutil.get_terminal_size().columns)
    for row in (headings, *rows):
        cells = [fit(cell, cells) for cell, cells in zip(row, widths, strict=True)]
        line((" " * _GAP).join(cells).rstrip())


def has_room() -> bool:
    """Whether a table may have its lesser columns: in a pipe, or on a terminal that is wide."""
    return not sys.stdout.isatty() or shutil.get_terminal_size().columns >= _WIDE


def fields(pairs: Sequence[tuple[str, str]]) -> None:
    """Names and values below each other; a value of several lines keeps its indent."""
    indent = max((width(name) for name, _ in pairs), default=0) + _GAP
    for name, value in pairs:
        first, *rest = [clean(part) for part in value.splitlines()] or [""]
        line(f"{fit(name, indent)}{first}".rstrip())
        for part in rest:
            line(f"{' ' * indent}{part}".rstrip())


def _shrink(widths: list[int], columns: int) -> list[int]:
    fitted = list(widths)
    room = columns - _GAP * (len(widths) - 1)
    while sum(fitted) > room and max(fitted) > _NARROWEST:
        fitted[fitted.index(max(fitted))] -= 1
    return fitted
