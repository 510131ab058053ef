"""One line of progress: redrawn in place on a terminal, plain lines now and then in a pipe."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType

from tui.text import clean, cut


class ProgressLine:
    """Shows the latest text on standard error; leaves nothing behind on a terminal when closed.

    ``gap`` are the seconds between two lines in a pipe.
    """

    def __init__(self, *, gap: float = 1.0) -> None:
        self._gap = gap
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

    def show(self, text: str, *, now: bool = False) -> None:
        """Replace the line by ``text``; in a pipe, print it if it is news and the last line is old enough, or ``now``."""
        moment = time.monotonic()
        if text == self._shown or (not self._live and not now and moment - self._shown_at < self._gap):
            return
        # What is written over does not flicker, as what is erased first would.
        self._stream.write(f"\r{cut(text, _columns() - 1)}\x1b[K" if self._live else f"{clean(text)}\n")
        self._stream.flush()
        self._shown, self._shown_at = text, moment


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except OSError:
        return 80
