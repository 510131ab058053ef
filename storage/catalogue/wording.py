"""Filling the search index, a kind from end to end, in the new generation or in a file apart that it takes over.

So two processes may do it at once, which a file of SQLite lets only one do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from storage.catalogue.kinds import Kind
from storage.catalogue.words import EXACTLY

_HASH_BYTES = 1 << 23
"""What a search index gathers in memory before it writes a piece of itself; more than caches hold makes it slower."""
_USUAL_HASH_BYTES = 1 << 20
APART = (Kind.ARTIST, Kind.LABEL, Kind.MASTER)
"""The kinds that are indexed apart; there are about as many releases as of all of them."""
_PARTS = ("data", "idx", "config")
"""The tables in which SQLite keeps a search index of words alone."""


class Ranked(NamedTuple):
    """What can be found, by ascending rank from ``first`` on: ids, tokens and names, each a column."""

    first: int
    ids: Sequence[int]
    tokens: Sequence[str]
    names: Sequence[str | None]

    @property
    def ranks(self) -> range:
        """The rank of each."""
        return range(self.first, self.first + len(self.ids))


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

    def add(self, found: Ranked) -> None:
        """What has the next ranks."""
        ranked = f"INSERT INTO ranking (kind, rank, id, name) VALUES ({int(self.kind)},?,?,?)"
        self._many(ranked, zip(found.ranks, found.ids, found.names, strict=True))
        worded = f"INSERT INTO {self._table} (rowid, tokens) VALUES (?,?)"
        self._many(worded, zip(found.ranks, found.tokens, strict=True))

    def end(self) -> None:
        """Put the index in one piece, which frees what it has gathered."""
        self._execute(f"INSERT INTO {self._table} ({self._table}) VALUES ('optimize')")
        self._set("automerge", 4)
        self._set("hashsize", _USUAL_HASH_BYTES)

    def _set(self, name: str, value: int) -> None:
        self._execute(f"INSERT INTO {self._table} ({self._table}, rank) VALUES ('{name}', {value})")


def make_apart(file: Path, like: sqlite3.Connection) -> None:
    """A file for what is made apart, with tables as ``like`` has them."""
    tables = ", ".join(f"'{each}'" for each in ("ranking", "spelling", *(f"{kind.word}_words" for kind in APART)))
    made = like.execute(f"SELECT sql FROM sqlite_master WHERE type = 'table' AND name IN ({tables})").fetchall()
    with closing(sqlite3.connect(file)) as apart:
        for (statement,) in made:
            apart.execute(statement)


def fill_apart(file: Path, found: Mapping[Kind, Iterable[Ranked]], words: Iterable[Sequence[tuple[str, int]]]) -> None:
    """Fill a file that :func:`make_apart` made. Raises :class:`sqlite3.Error`.

    ``words`` are those of releases, with on how many each is: with those of ``found`` they are all that could be mistyped.
    """
    with closing(sqlite3.connect(file)) as apart:
        for pragma in ("journal_mode=OFF", "synchronous=OFF"):
            apart.execute(f"PRAGMA {pragma}").fetchall()
        for kind, pieces in sorted(found.items()):
            wording = Wording(kind, apart.execute, apart.executemany)
            for piece in pieces:
                wording.add(piece)
            wording.end()
        _spell(apart, words)
        apart.commit()


def _spell(apart: sqlite3.Connection, words: Iterable[Sequence[tuple[str, int]]]) -> None:
    apart.execute("CREATE TABLE temp.release_terms (term, doc)")
    for some in words:
        apart.executemany("INSERT INTO temp.release_terms VALUES (?, ?)", some)
    for kind in APART:
        apart.execute(f"CREATE VIRTUAL TABLE temp.{kind.word}_terms USING fts5vocab(main, {kind.word}_words, row)")
    terms = " UNION ALL ".join(f"SELECT term, doc FROM temp.{kind.word}_terms" for kind in (*APART, Kind.RELEASE))
    apart.execute(
        "INSERT INTO spelling SELECT substr(term, 1, 1), length(term), term, sum(doc) FROM"
        f" ({terms}) WHERE length(term) > 2 AND substr(term, 1, 1) NOT IN ('{EXACTLY}', 'ð')"
        " AND term NOT GLOB '[0-9]*' GROUP BY term ORDER BY 1, 2, 3"
    )


def statements_taking_over() -> list[str]:
    """What takes over all that is in a file that is attached as ``apart``; nothing was asked of its tables before."""
    made = [
        f"INSERT INTO main.{table} SELECT * FROM apart.{table} ORDER BY 1, 2, 3" for table in ("ranking", "spelling")
    ]
    for table in (f"{kind.word}_words_{part}" for kind in APART for part in _PARTS):
        made += f"DELETE FROM main.{table}", f"INSERT INTO main.{table} SELECT * FROM apart.{table}"
    return made
