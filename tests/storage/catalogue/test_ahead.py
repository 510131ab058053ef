"""Reading ahead: which pages are asked for, and that it changes nothing but the time."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage import migrate, schema
from storage.address import Address
from storage.catalogue import growth, search
from storage.catalogue.ahead import Ahead, pair
from storage.catalogue.database import SqliteDatabase
from storage.catalogue.kinds import Kind
from storage.values import Credit, ReleaseEntry, ReleaseId
from tests import new_stores

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="Linux alone is told what is read next")
ROWS = 40_000
Asked = list[tuple[int, int]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The places and lengths that are asked for."""
    places: Asked = []
    monkeypatch.setattr(os, "posix_fadvise", lambda _fd, place, length, _advice: places.append((place, length)))
    return places


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Tables of many pages, three levels deep."""
    made = tmp_path / "many.db"
    with closing(sqlite3.connect(made)) as db:
        db.execute("PRAGMA page_size=512")
        db.execute("CREATE TABLE numbered (id INTEGER NOT NULL, text TEXT, CONSTRAINT pk PRIMARY KEY (id))")
        db.execute(
            "CREATE TABLE paired (kind SMALLINT, rank BIGINT, text TEXT, PRIMARY KEY (kind, rank)) WITHOUT ROWID"
        )
        db.execute("CREATE TABLE indexed (id BIGINT PRIMARY KEY, text TEXT)")
        db.executemany("INSERT INTO numbered VALUES (?, ?)", ((7 * each, f"row {7 * each};") for each in range(ROWS)))
        db.executemany(
            "INSERT INTO paired VALUES (?, ?, ?)", ((k, r, f"row {k} {r};") for k in range(4) for r in range(5000))
        )
        db.executemany("INSERT INTO indexed VALUES (?, ?)", ((each, "") for each in range(500)))
        db.commit()
    return made


@pytest.fixture
def connection(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file)) as opened:
        yield opened


def test_the_pages_of_all_rows_are_asked_for(file: Path, connection: sqlite3.Connection, asked: Asked) -> None:
    ids = range(0, 7 * ROWS, 7 * 391)
    Ahead(connection, file).rows("numbered", ids)
    text = b"".join(file.read_bytes()[place : place + length] for place, length in asked)
    assert all(f"row {each};".encode() in text for each in ids)
    assert len(asked) <= len(ids)


def test_the_pages_of_a_key_of_two_numbers_are_asked_for(
    file: Path, connection: sqlite3.Connection, asked: Asked
) -> None:
    ranks = range(2, 5000, 97)
    Ahead(connection, file).rows("paired", (pair(2, rank) for rank in ranks))
    text = b"".join(file.read_bytes()[place : place + length] for place, length in asked)
    found = [rank for rank in ranks if f"row 2 {rank};".encode() in text]
    assert len(found) > 0.8 * len(ranks)  # a row that parts two pages lies above them, and is there already
    assert len(asked) <= len(ranks)


@pytest.mark.parametrize("table", ["indexed", "no such table"])
def test_where_the_page_of_a_row_is_not_known_nothing_is_asked_for(
    file: Path, connection: sqlite3.Connection, asked: Asked, table: str
) -> None:
    Ahead(connection, file).rows(table, range(100))
    assert asked == []


def test_a_row_that_is_read_alone_is_not_asked_for(file: Path, connection: sqlite3.Connection, asked: Asked) -> None:
    Ahead(connection, file).rows("numbered", [7])
    assert asked == []


def test_a_page_that_was_read_just_now_is_not_asked_for_again(
    file: Path, connection: sqlite3.Connection, asked: Asked
) -> None:
    ahead = Ahead(connection, file)
    for ids in (range(0, 7000, 70), range(0, 7000, 70)):
        ahead.rows("numbered", ids)
    assert len(asked) == len(set(asked)) > 10
    ahead.rows("numbered", range(0, 7 * ROWS, 70))  # more than are remembered
    asked.clear()
    ahead.rows("numbered", range(0, 7000, 70))
    assert asked


def test_no_descriptor_of_the_file_is_opened_or_closed(file: Path, connection: sqlite3.Connection) -> None:
    def descriptors() -> list[str]:
        return sorted(each.name for each in Path("/proc/self/fd").iterdir() if each.resolve() == file.resolve())

    connection.execute("SELECT * FROM numbered").fetchone()
    before = descriptors()
    Ahead(connection, file).rows("numbered", [7, 7000])
    assert before == descriptors()


def test_a_tree_that_has_changed_is_no_error(file: Path, connection: sqlite3.Connection, asked: Asked) -> None:
    ahead = Ahead(connection, file)
    ahead.rows("numbered", [0, 7 * ROWS - 7])
    with closing(sqlite3.connect(file)) as other:
        other.execute("DELETE FROM numbered WHERE id > 70")
        other.commit()
        other.execute("VACUUM")
    asked.clear()
    ahead.rows("numbered", range(0, 7 * ROWS, 700))
    ahead.rows("paired", (pair(kind, 50) for kind in range(4)))
    assert asked
    assert connection.execute("SELECT text FROM numbered WHERE id = 70").fetchone() == ("row 70;",)


@pytest.fixture
def before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty catalogue of the version whose rows are found by an index beside their table."""
    with monkeypatch.context() as patched:
        patched.setitem(schema.REVISIONS, "catalogue", schema.REVISIONS["catalogue"][:2])
        patched.setattr(migrate, "_upgrade_file", new_stores.upgrade_in(tmp_path))
        migrate.migrate(Address(file=tmp_path / "before.db"), "catalogue")
    return tmp_path / "before.db"


def beside(db: SqliteDatabase) -> list[str]:
    return [name for (name,) in db.rows("SELECT name FROM sqlite_master WHERE name LIKE 'sqlite_autoindex_release_%'")]


def test_a_catalogue_of_before_is_searched_as_ever(before: Path) -> None:
    with closing(SqliteDatabase(before, reading=False)) as db:
        db.do("INSERT INTO release (id, title, artist) VALUES (3, 'Quay', 'Lamp')")
        db.do("INSERT INTO node (key, kind, name) VALUES (8, 0, 'Lamp')")
    migrate.migrate(Address(file=before), "catalogue")
    with closing(SqliteDatabase(before, reading=False)) as db:
        by = (Credit(7, "Harbour Band"),)
        growth.apply(db, [ReleaseEntry(ReleaseId(each), f"Harbour {each}", "Lamp", artists=by) for each in (1, 2)])
        db.do("UPDATE ranking SET name = NULL")
    with closing(SqliteDatabase(before, reading=True)) as db:
        found = list(search.by_words(db, Kind.RELEASE, ["harbour"], 10))
        assert [hit.title for hit in search.lines(db, Kind.RELEASE, found)] == ["Harbour 1", "Harbour 2"]
        assert [each.name for each in search.names(db, Kind.ARTIST, ["harbour"], 10)] == ["Harbour Band"]
        assert len(beside(db)) == 1


def test_an_empty_catalogue_of_before_becomes_as_a_new_one(before: Path) -> None:
    migrate.migrate(Address(file=before), "catalogue")
    with closing(SqliteDatabase(before, reading=True)) as db:
        assert beside(db) == []
