"""Putting a single thing where searches find it; behind everything that was ranked when the catalogue was built."""

from __future__ import annotations

from collections.abc import Iterable

from storage.catalogue.database import Database
from storage.catalogue.kinds import Kind
from storage.catalogue.words import EXACTLY, barcode, catalogue_number
from storage.values import ReleaseEntry

_LONGEST_NUMBER = 200
"""Characters of a catalogue number that can be looked up; there are notes of a page in that field."""


def add(db: Database, kind: Kind, number: int, tokens: str, name: str | None = None) -> None:
    """Let ``number`` be found by ``tokens`` (:mod:`storage.catalogue.words`); nothing for no tokens. ``name`` is that of an
    artist or a label."""
    if not tokens:
        return
    row = db.row("SELECT coalesce(max(rank), 0) + 1 FROM ranking WHERE kind = ?", (int(kind),))
    rank = 1 if row is None else row[0]
    stored = None if db.dialect == "sqlite" else tokens
    statement = "INSERT INTO ranking (kind, rank, id, tokens, name) VALUES (?, ?, ?, ?, ?)"
    db.do(statement, (int(kind), rank, number, stored, name))
    if db.dialect == "sqlite":
        db.do(f"INSERT INTO {kind.word}_words (rowid, tokens) VALUES (?, ?)", (rank, tokens))
    _learn(db, tokens)


def add_numbers(db: Database, entry: ReleaseEntry) -> None:
    """Let a release be found by its catalogue numbers and barcodes."""
    spelt = {catalogue_number(label.catno) for label in entry.labels} | {barcode(typed) for typed in entry.barcodes}
    db.do_many(
        "INSERT INTO number (spelt, release_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(each, entry.id) for each in spelt if each and len(each) <= _LONGEST_NUMBER],
    )


def learnt(tokens: Iterable[str]) -> list[str]:
    """The words among ``tokens`` that somebody could mistype."""
    return [each for each in tokens if len(each) > 2 and not each[0].isdigit() and each[0] not in (EXACTLY, "ð")]


def _learn(db: Database, tokens: str) -> None:
    db.do_many(
        "INSERT INTO spelling (initial, length, word, uses) VALUES (?, ?, ?, 1)"
        " ON CONFLICT (initial, length, word) DO UPDATE SET uses = spelling.uses + 1",
        [(word[0], len(word), word) for word in learnt(tokens.split())],
    )
