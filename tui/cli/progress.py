"""One line of progress: redrawn in place on a terminal, plain lines at most once a second in a pipe."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType

from tui.text import clean, cut

_LINE_GAP = 1.0
"""Seconds between two lines in a pipe."""


class ProgressLine:
    """Shows the latest text on standard error; leaves nothing behind on a terminal when closed."""

    def __init__(self) -> None:
        self._stream = sys.stderr
        self._live = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._shown = ""
        self._shown_at = float("-inf")

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live and self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def show(self, text: str) -> None:
        """Replace the line by ``text``; in a pipe, print it if it is news and the last line is a second old."""
        now = time.monotonic()
        if text == self._shown or (not self._live and now - self._shown_at < _LINE_GAP):
            return
        self._stream.write(f"\r\x1b[K{cut(text, _columns() - 1)}" if self._live else f"{clean(text)}\n")
        self._stream.flush()
        self._shown, self._shown_at = text, now


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except OSError:
        return 80
