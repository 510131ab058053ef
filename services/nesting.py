"""How deep JSON is nested, found out before it is parsed: the parser that reads piece by piece takes any depth, and remembers
the way to where it is, so that a hundred thousand brackets would cost it all memory there is.
"""

from __future__ import annotations

import re

DEEPEST = 100
"""Levels; nothing that is read here uses ten."""
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)


class TooDeep(ValueError):
    """Nobody means that."""


class Nesting:
    """Counts the levels of a text that comes in pieces."""

    def __init__(self) -> None:
        self._level = 0
        self._begun = b""

    def look(self, piece: bytes) -> None:
        """See the next piece. Raises :class:`TooDeep`."""
        text, quote, rest = _STRING.sub(b"", self._begun + piece).partition(b'"')
        is_escaped = (len(rest) - len(rest.rstrip(b"\\"))) % 2
        self._begun = quote + b"\\" * is_escaped  # of a string that goes on, what matters is that it does
        self._level += text.count(b"[") + text.count(b"{") - text.count(b"]") - text.count(b"}")
        if self._level > DEEPEST:
            raise TooDeep(f"brackets more than {DEEPEST} deep")
