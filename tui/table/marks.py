"""Which rows are marked for a bulk action.

Marks live on the identity of a row, not on its position, so they survive sorting, filtering and paging. A range that
is being drawn (``v``, or shift with an arrow) counts as marked before it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

Key = int | str
"""The identity of a row: what a mark or the cursor stays on when the list changes."""


class Marks:
    """The marked keys, and the range in the making between its anchor and the cursor."""

    def __init__(self) -> None:
        self._keys: set[Key] = set()
        self.range_from: int | None = None
        """Position where the range begins; None while there is no range."""

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: Key) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def toggle(self, key: Key) -> None:
        """Mark ``key``, or take its mark away."""
        self._keys ^= {key}

    def add(self, keys: Iterable[Key]) -> None:
        """Mark all ``keys``."""
        self._keys.update(keys)

    def discard(self, keys: Iterable[Key]) -> None:
        """Take the marks of ``keys`` away, where they have one (what was removed cannot stay marked)."""
        self._keys.difference_update(keys)

    def clear(self) -> bool:
        """Give up the range, or else every mark. False when there was neither."""
        if self.range_from is not None:
            self.range_from = None
            return True
        had = bool(self._keys)
        self._keys.clear()
        return had

    def begin_range(self, position: int) -> None:
        """A range starts at ``position``; a range that is already being drawn goes on."""
        if self.range_from is None:
            self.range_from = position

    def span(self, cursor: int) -> range:
        """The positions of the range in the making, empty where there is none."""
        if self.range_from is None:
            return range(0)
        first, last = sorted((self.range_from, cursor))
        return range(first, last + 1)

    def keep_range(self, cursor: int, key_at: Callable[[int], Key | None]) -> None:
        """Mark every row of the range and end it."""
        found = (key_at(position) for position in self.span(cursor))
        self.add(key for key in found if key is not None)
        self.range_from = None
