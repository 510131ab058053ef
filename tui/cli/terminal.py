"""What this terminal can do, as far as its environment tells."""

from __future__ import annotations

import locale
import os
import shutil
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terminal:
    """The terminal as the program sees it; ``colors`` is 0, 16, 256 or 16 million."""

    name: str
    is_interactive: bool
    columns: int
    rows: int
    colors: int
    encoding: str
    multiplexer: str
    over_ssh: bool
    no_color: bool

    @classmethod
    def here(cls) -> Terminal:
        """The terminal of this process."""
        columns, rows = shutil.get_terminal_size()
        name = os.environ.get("TERM", "")
        return cls(
            name=name,
            is_interactive=sys.stdin.isatty() and sys.stdout.isatty(),
            columns=columns,
            rows=rows,
            colors=_colors(name, os.environ.get("COLORTERM", "")),
            encoding=locale.getencoding().upper(),
            multiplexer=_multiplexer(name),
            over_ssh=any(os.environ.get(variable) for variable in ("SSH_CONNECTION", "SSH_TTY")),
            no_color=bool(os.environ.get("NO_COLOR")),
        )


def _colors(name: str, claim: str) -> int:
    if name in ("", "dumb"):
        return 0
    if claim in ("truecolor", "24bit") or "direct" in name:
        return 1 << 24
    return 256 if "256color" in name or "kitty" in name else 16


def _multiplexer(name: str) -> str:
    if os.environ.get("TMUX"):
        return "tmux"
    return "screen" if os.environ.get("STY") or name.startswith("screen") else ""
