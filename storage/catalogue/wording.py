"""Filling the search index of one kind from end to end, in the new generation or in a file of its own that it takes over.

So two processes may do it at once, which a file of SQLite lets only one do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

from storage.catalogue.kinds import Kind

_HASH_BYTES = 1 << 23
"""What a search index gathers in memory before it writes a piece of itself; more than caches hold makes it slower."""
_USUAL_HASH_BYTES = 1 << 20
_PARTS = ("data", "idx", "config")
"""The tables in which SQLite keeps a search index of words alone."""
Ranked: TypeAlias = "tuple[int, int, str, str | None]"
"""Rank, id, tokens and name of what can be found."""


class Wording:
    """The index of ``kind``. ``execute`` and ``many`` run statements."""

    def __init__(
        self,
        kind: Kind,
        execute: Callable[[str], object],
        many: Callable[[str, Iterable[tuple[Any, ...]]], object],
    ) -> None:
        self.kind = kind
        self._table = f"{kind.word}_words"
        self._execute, self._many = execute, many
        self._set("hashsize", _HASH_BYTES)
        self._set("automerge", 0)

    def add(self, rows: Iterable[Ranked]) -> None:
        """Rows by ascending rank."""
        held = list(rows)
        ranked = ((rank, number, name) for rank, number, _, name in held)
        self._many(f"INSERT INTO ranking (kind, rank, id, name) VALUES ({int(self.kind)},?,?,?)", ranked)
        self._many(
            f"INSERT INTO {self._table} (rowid, tokens) VALUES (?,?)", ((rank, tokens) for rank, _, tokens, _ in held)
        )

    def end(self) -> None:
        """Put the index in one piece, which frees what it has gathered."""
        self._execute(f"INSERT INTO {self._table} ({self._table}) VALUES ('optimize')")
        self._set("automerge", 4)
        self._set("hashsize", _USUAL_HASH_BYTES)

    def _set(self, name: str, value: int) -> None:
        self._execute(f"INSERT INTO {self._table} ({self._table}, rank) VALUES ('{name}', {value})")


def make_apart(file: Path, kinds: Sequence[Kind], like: sqlite3.Connection) -> None:
    """A file for the indexes of ``kinds`` alone, with tables as ``like`` has them."""
    tables = ", ".join(f"'{each}'" for each in ("ranking", *(f"{kind.word}_words" for kind in kinds)))
    made = like.execute(f"SELECT sql FROM sqlite_master WHERE type = 'table' AND name IN ({tables})").fetchall()
    with closing(sqlite3.connect(file)) as apart:
        for (statement,) in made:
            apart.execute(statement)


def fill_apart(file: Path, kind: Kind, pieces: Iterable[Iterable[Ranked]]) -> None:
    """Fill the index of ``kind`` in a file that :func:`make_apart` made. Raises :class:`sqlite3.Error`."""
    with closing(sqlite3.connect(file)) as apart:
        for pragma in ("journal_mode=OFF", "synchronous=OFF"):
            apart.execute(f"PRAGMA {pragma}").fetchall()
        wording = Wording(kind, apart.execute, apart.executemany)
        for rows in pieces:
            wording.add(rows)
        wording.end()
        apart.commit()


def statements_taking_over(kinds: Sequence[Kind]) -> list[str]:
    """What takes the indexes of ``kinds`` over from a file that is attached as ``apart``; nothing was asked of them before."""
    made = ["INSERT INTO main.ranking SELECT * FROM apart.ranking ORDER BY kind, rank"]
    for table in (f"{kind.word}_words_{part}" for kind in kinds for part in _PARTS):
        made += f"DELETE FROM main.{table}", f"INSERT INTO main.{table} SELECT * FROM apart.{table}"
    return made
