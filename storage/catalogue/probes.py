"""Checks of the catalogue as a whole: the file, the search indexes, the ranks, what the dumps had against what is there."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from storage.address import Address
from storage.catalogue.database import Database, SqliteDatabase
from storage.catalogue.door import connect
from storage.catalogue.kinds import SEARCHABLE, Kind

INDEX_SECONDS = 8.0
"""How long the check of a search index may keep writers waiting: less than they wait."""
_SHOWN = 20
_STEPS = 20_000
"""Of SQLite's machine, between two looks at the clock."""
_MISSED = 0.01
_FEW = 100


def begin(db: Database) -> None:
    """See one state of the catalogue from here on."""
    db.do("BEGIN" if db.dialect == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")


def generation(db: Database) -> int:
    """What changes if another generation takes the names of this one, as on a server they may under a transaction."""
    if db.dialect == "sqlite":
        return 0
    row = db.row("SELECT CAST(to_regnamespace(current_schema()::text) AS oid)::bigint")
    return (row and row[0]) or 0


@dataclass
class Limit:
    """A limit of time, by the monotonic clock; ``is_over`` once it has ended something."""

    end: float | None
    is_over: bool = False

    def is_reached(self) -> bool:
        """Whether to end now."""
        self.is_over = self.is_over or (self.end is not None and time.monotonic() > self.end)
        return self.is_over


@contextmanager
def limited(db: Database, end: float | None, asked: Callable[[], None]) -> Generator[Limit]:
    """Let what is asked of ``db`` in the block end at ``end`` (by the monotonic clock), quietly, or with what ``asked`` raises."""
    limit = Limit(end)
    raised: list[BaseException] = []

    def look() -> int:
        try:
            asked()
        except BaseException as reason:  # noqa: BLE001 SQLite's own code is in between: raised again behind it
            raised.append(reason)
        return int(limit.is_reached() or bool(raised))

    if isinstance(db, SqliteDatabase):
        db.connection.set_progress_handler(look, _STEPS)
    else:
        _limit_statements(db, 0 if end is None else max(1, round(1000 * (end - time.monotonic()))))
    try:
        yield limit
    except Exception as error:
        if raised:
            raise raised[0] from None
        if not _is_interruption(error):
            raise
        limit.is_over = True
        if not isinstance(db, SqliteDatabase):
            db.do("ROLLBACK")  # a server takes no more questions in a transaction in which one failed
            begin(db)
    finally:
        if isinstance(db, SqliteDatabase):
            db.connection.set_progress_handler(None, 0)


def _limit_statements(db: Database, milliseconds: int) -> None:
    setting = f"SET LOCAL statement_timeout = {milliseconds}"
    try:
        db.do(setting)
    except Exception as error:
        if not _is_interruption(error):
            raise
        db.do("ROLLBACK")  # the limit before this one ran out just now, and ends with its transaction
        begin(db)
        db.do(setting)


def _is_interruption(error: Exception) -> bool:
    is_sqlite = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_INTERRUPT
    return is_sqlite or getattr(error, "sqlstate", None) == "57014"


def file(db: Database) -> Iterator[str]:
    """What SQLite says of its file; a server looks after its own."""
    if db.dialect == "sqlite":
        yield from (text for (text,) in db.rows(f"PRAGMA quick_check({_SHOWN})") if text != "ok")


def indexes(address: Address, seconds: float | None, asked: Callable[[], None]) -> Iterator[tuple[Kind, bool | None]]:
    """Each kind with a search index, and whether that is in accord with itself, on SQLite; None where there was not the time.

    Such a check counts as writing, so nobody else writes meanwhile: one that takes too long is given up.
    """
    if address.file is None:
        return
    for kind in SEARCHABLE:
        with closing(connect(address, reading=False)) as db:
            end = time.monotonic() + min(INDEX_SECONDS, seconds or INDEX_SECONDS)
            try:
                with limited(db, end, asked) as limit:
                    db.do(f"INSERT INTO {kind.word}_words ({kind.word}_words) VALUES ('integrity-check')")
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
                    raise
                yield kind, False
            else:
                yield kind, None if limit.is_over else True


def ranks(db: Database) -> Iterator[tuple[str, str]]:
    """Every kind is ranked from 1 on without a gap."""
    rows = db.rows("SELECT kind, count(*), min(rank), max(rank) FROM ranking GROUP BY kind ORDER BY kind")
    for kind, count, first, last in rows:
        if (first, last) != (1, count):
            yield f"the ranks of {Kind(kind).word}s", f"{count:,} things have the ranks {first:,} to {last:,}"


def sources(db: Database) -> Iterator[tuple[str, str]]:
    """What a dump told is there. A dump may tell a thing twice, and releases are met elsewhere too."""
    for kind, file_name, records in db.rows("SELECT kind, file, records FROM source ORDER BY kind"):
        if kind == "releases":
            row = db.row("SELECT count(*) FROM release")
        else:
            number = int(Kind[kind.removesuffix("s").upper()])
            row = db.row(f"SELECT count(*) FROM node WHERE kind = {number}")
        there = row[0] if row else 0
        if there < records - max(_FEW, records * _MISSED) or not there:
            yield kind, f"{file_name} had {records:,}, but only {there:,} are there"
