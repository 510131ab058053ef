"""The record table alone on a screen, for ``benchmarks/table.py``: ``python -m benchmarks.table_app LIBRARY_URL``."""

from __future__ import annotations

import sys

from textual.app import App, ComposeResult

from storage.shelf import Shelf
from storage.values import SortBy
from tui.table import RECORD_COLUMNS, RecordTable, ShelfSource, Sorting, tone


class TableApp(App[None]):
    """Nothing but the table, without animation."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__()
        self.animation_level = "none"
        self._shelf = shelf

    def compose(self) -> ComposeResult:
        owner = self._shelf.submit(lambda reader: reader.user()).result()
        if owner is not None:
            source = ShelfSource(self._shelf, owner)
            yield RecordTable(source, RECORD_COLUMNS, sorting=Sorting(SortBy.ARTIST), tone=tone)


def main() -> None:
    """Run until the terminal goes away."""
    shelf = Shelf.open(sys.argv[1])
    if shelf is None:
        raise SystemExit(f"There is no library at {sys.argv[1]}; build one with benchmarks/table.py.")
    TableApp(shelf).run()
    shelf.close()


if __name__ == "__main__":
    main()
