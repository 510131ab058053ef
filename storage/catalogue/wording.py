"""Filling the search index, one kind after the other, in the new generation or in a file apart that it takes over.

So two processes may do it at once, which a file of SQLite lets only one do.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from storage.catalogue.kinds import Kind
from storage.catalogue.words import EXACTLY

_HASH_BYTES = 3 << 22
"""What a search index gathers in memory before it writes a piece of itself; more than caches hold makes it slower."""
_USUAL_HASH_BYTES = 1 << 20
_MERGES, _USUAL_MERGES = 1999, 16
"""How many pieces there may be before they are put together: all at the end, in one go, or the first ones twice."""
APART = (Kind.ARTIST, Kind.LABEL, Kind.MASTER)
"""The kinds that may be indexed apart."""
_LETTERS = chr(ord(EXACTLY) + 1)
"""Behind digits and whole names, before all letters."""
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
    """The words of a catalogue, or of some kinds of it. ``execute`` and ``many`` run statements with values, once or row by row."""

    def __init__(
        self, execute: Callable[..., object], many: Callable[[str, Iterable[tuple[Any, ...]]], object]
    ) -> None:
        self.kinds: list[Kind] = []
        self._execute, self._many = execute, many

    def add(self, kind: Kind, found: Ranked) -> None:
        """What has the next ranks of a kind; one kind comes after the other."""
        if kind not in self.kinds:
            self._complete()
            self.kinds.append(kind)
            self._set("hashsize", _HASH_BYTES)
            self._set("automerge", 0)
            self._set("crisismerge", _MERGES)
        first, ids, tokens = found.first, json.dumps(found.ids), json.dumps(found.tokens, ensure_ascii=False)
        if any(found.names):
            ranked = f"INSERT INTO ranking (kind, rank, id, name) VALUES ({int(kind)},?,?,?)"
            self._many(ranked, zip(found.ranks, found.ids, found.names, strict=True))
        else:
            ranked = f"INSERT INTO ranking (kind, rank, id) SELECT {int(kind)}, key + ?, value FROM json_each(?)"
            self._execute(ranked, (first, ids))
        worded = f"INSERT INTO {kind.word}_words (rowid, tokens) SELECT key + ?, value FROM json_each(?)"
        self._execute(worded, (first, tokens))  # a third quicker than row by row

    def end(self) -> None:
        """After the last :meth:`add`: note which words could be mistyped."""
        if not self.kinds:
            return
        self._complete()
        for kind in self.kinds:
            self._execute(f"CREATE VIRTUAL TABLE temp.{kind.word}_terms USING fts5vocab(main, {kind.word}_words, row)")
        terms = " UNION ALL ".join(
            f"SELECT term, doc FROM temp.{kind.word}_terms WHERE term >= '{_LETTERS}'" for kind in self.kinds
        )
        self._execute(
            "INSERT INTO spelling SELECT substr(term, 1, 1), length(term), term, sum(doc)"
            f" FROM ({terms}) WHERE length(term) > 2 AND substr(term, 1, 1) <> 'ð' GROUP BY term ORDER BY 1, 2, 3"
        )

    def _complete(self) -> None:
        """Put the index of the last kind in one piece, which frees what it has gathered."""
        for kind in self.kinds[-1:]:
            self._execute(f"INSERT INTO {kind.word}_words ({kind.word}_words) VALUES ('optimize')")
            self._set("automerge", 4)
            self._set("crisismerge", _USUAL_MERGES)
            self._set("hashsize", _USUAL_HASH_BYTES)

    def _set(self, name: str, value: int) -> None:
        table = f"{self.kinds[-1].word}_words"
        self._execute(f"INSERT INTO {table} ({table}, rank) VALUES ('{name}', {value})")


def make_apart(file: Path, like: sqlite3.Connection) -> None:
    """A file for what is made apart, with tables as ``like`` has them."""
    tables = ", ".join(f"'{each}'" for each in ("ranking", "spelling", *(f"{kind.word}_words" for kind in APART)))
    made = like.execute(f"SELECT sql FROM sqlite_master WHERE type = 'table' AND name IN ({tables})").fetchall()
    with closing(sqlite3.connect(file)) as apart:
        for (statement,) in made:
            apart.execute(statement)


def fill_apart(file: Path, found: Iterable[tuple[Kind, Ranked]]) -> list[Kind]:
    """Fill a file that :func:`make_apart` made; which kinds there were. Raises :class:`sqlite3.Error`."""
    with closing(sqlite3.connect(file)) as apart:
        for pragma in ("journal_mode=OFF", "synchronous=OFF"):
            apart.execute(f"PRAGMA {pragma}").fetchall()
        words = Wording(apart.execute, apart.executemany)
        for kind, piece in found:
            words.add(kind, piece)
        words.end()
        apart.commit()
    return words.kinds


def statements_taking_over(kinds: Iterable[Kind]) -> list[str]:
    """What takes over ``kinds`` out of a file that is attached as ``apart``; nothing was asked of their tables before."""
    made = [
        "INSERT INTO main.ranking SELECT * FROM apart.ranking ORDER BY 1, 2, 3",
        "INSERT INTO main.spelling SELECT * FROM apart.spelling WHERE true"
        " ON CONFLICT DO UPDATE SET uses = uses + excluded.uses",
    ]
    for table in (f"{kind.word}_words_{part}" for kind in kinds for part in _PARTS):
        made += f"DELETE FROM main.{table}", f"INSERT INTO main.{table} SELECT * FROM apart.{table}"
    return made
