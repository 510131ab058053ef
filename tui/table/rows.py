"""What a table asks of its rows, whatever they are, and the simplest answer: a list in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Flag, auto
from typing import Generic, Protocol, TypeVar

from tui.table.marks import Key

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)


class Change(Flag):
    """What the answers that arrived have changed."""

    NOTHING = 0
    ROWS = auto()
    """Rows at known positions became known (or differ)."""
    ORDER = auto()
    """Other rows, or the same in another order."""
    ANEW = auto()
    """The answer to another question: the cursor belongs on ``kept`` or at the top."""
    LETTERS = auto()
    PROBLEM = auto()


class RowSource(Protocol[Row_co]):
    """What a table asks of its rows. Positions count from 0."""

    kept: Key | None
    """The row that the cursor is to be on when the answer that is awaited is there."""

    @property
    def is_loading(self) -> bool: ...
    @property
    def problem(self) -> Exception | None: ...
    def count(self) -> int: ...
    def row(self, position: int) -> Row_co | None:
        """The row, or None while it is on its way."""
        ...

    def key_at(self, position: int) -> Key | None: ...
    def position_of(self, key: Key) -> int | None: ...
    def keys(self) -> Sequence[Key]: ...
    def letters(self) -> Sequence[tuple[str, int]]: ...
    def connect(self, arrived: Callable[[], object] | None) -> None:
        """``arrived`` is called, from any thread, when ``settle`` has something to take."""
        ...

    def settle(self) -> Change: ...
    def poll(self) -> None:
        """Called about once a second while the table is on the screen."""
        ...


class ListSource(Generic[Row]):
    """A short list in memory: search hits, the activity feed, a job's problems."""

    is_loading = False
    problem: Exception | None = None

    def __init__(self, key: Callable[[Row], Key], rows: Iterable[Row] = ()) -> None:
        self._key = key
        self._rows = list(rows)
        self._keys = [key(row) for row in self._rows]
        self._arrived: Callable[[], object] | None = None
        self._change = Change.NOTHING
        self.kept: Key | None = None

    def replace(self, rows: Iterable[Row], *, anew: bool = False) -> None:
        """Show ``rows``. The cursor stays on its row where that is still there; ``anew`` moves it to the top."""
        self._rows = list(rows)
        self._keys = [self._key(row) for row in self._rows]
        self._change |= Change.ORDER | (Change.ANEW if anew else Change.NOTHING)
        if self._arrived is not None:
            self._arrived()

    def rows(self) -> Sequence[Row]:
        return self._rows

    def count(self) -> int:
        return len(self._rows)

    def row(self, position: int) -> Row | None:
        return self._rows[position] if 0 <= position < len(self._rows) else None

    def key_at(self, position: int) -> Key | None:
        return self._keys[position] if 0 <= position < len(self._keys) else None

    def position_of(self, key: Key) -> int | None:
        return self._keys.index(key) if key in self._keys else None

    def keys(self) -> Sequence[Key]:
        return self._keys

    def letters(self) -> Sequence[tuple[str, int]]:
        return ()

    def connect(self, arrived: Callable[[], object] | None) -> None:
        self._arrived = arrived

    def settle(self) -> Change:
        change, self._change = self._change, Change.NOTHING
        return change

    def poll(self) -> None:
        """A list in memory changes only by :meth:`replace`."""
