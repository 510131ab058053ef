"""The windowed, line-rendered table: instant at any length, for records and for every shorter list.

A screen builds it from a source and columns, and hears from it by messages::

    source = ShelfSource(shelf, user_id, RecordQuery())          # or ListSource(key=lambda hit: hit.id, rows=hits)
    table = RecordTable(source, RECORD_COLUMNS, empty="No records yet.", sorting=Sorting(SortBy.ARTIST), tone=tone)

**Sources**: a ``WindowSource`` (``ShelfSource`` for records, ``WantSource`` for wants) reads any length by windows;
``ask(query, keep=key)`` shows another question (filter, sort), ``reload()`` reads the same one again after a change of
our own; changes by anybody else are noticed within a second or so.
``ListSource.replace(rows, anew=False)`` for lists in memory; the protocol of both is in :mod:`tui.table.rows`.

**Properties** of ``RecordTable``: ``source`` (settable, marks go), ``columns``, ``sorting`` and ``empty`` (settable);
``count``, ``cursor`` (position, settable), ``cursor_key``, ``cursor_row`` (None while it is on its way), ``marks``,
``marked_count``, ``letter``. **Methods**: ``chosen()`` (keys a bulk action acts on: the marked, else the cursor's),
``unmark(keys)``, ``place_on(key)``, ``jump_to_letter(letter)``; actions ``move(by)``, ``page(by)``, ``first``,
``last``, ``letter(by)``, ``mark``, ``range``, ``extend(by)``, ``mark_all``, ``clear_marks``, ``select``.

**Messages** (all with ``table``, usable in ``@on(..., "#id")``): ``Highlighted(position, key, row)``,
``Selected(position, key, row)``, ``SortRequested(sort)``, ``MarksChanged(count)``, ``Changed(count)`` (the list or its
alphabet), ``Troubled(error)``.

**Letters**: a ``LetterBar``; call ``bar.show([letter for letter, _ in source.letters()], table.letter)`` on
``Highlighted`` and ``Changed``, and ``table.jump_to_letter(event.letter)`` on ``LetterBar.Picked``.
"""

from tui.table.columns import Column, Sorting
from tui.table.letters import LetterBar
from tui.table.marks import Key, Marks
from tui.table.records import RECORD_COLUMNS, tone
from tui.table.rows import ListSource, RowSource
from tui.table.shelf import ShelfSource
from tui.table.source import WindowSource
from tui.table.view import RecordTable

__all__ = [
    "RECORD_COLUMNS",
    "Column",
    "Key",
    "LetterBar",
    "ListSource",
    "Marks",
    "RecordTable",
    "RowSource",
    "ShelfSource",
    "Sorting",
    "WindowSource",
    "tone",
]
