"""A whole installation moved from its files to PostgreSQL: everything arrives, or nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import BigInteger, Boolean, Float, Integer, LargeBinary, SmallInteger, Table

from storage import accounts, moving, moving_proof, records, tables
from storage.address import parse_address
from storage.catalogue import generation, growth, search, verification
from storage.catalogue.kinds import SEARCHABLE, Kind
from storage.engine import open_storage
from storage.errors import StoreBusy, StoreCorrupt, StoreError
from storage.values import RecordFacts, RecordQuery
from tests.storage.catalogue.naive import invented

ODD = "Bj\u00f6rk \u2013 \"a\\tb\", 'c'\n\u0301 \U0001f3b5"


@pytest.fixture
def source(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'library.db'}"


async def fill(source: str, catalogue_url: str) -> None:
    """A library with some records and a row in every other table, and a catalogue of 60 releases."""
    async with open_storage(source, catalogue_url) as storage:
        async with storage.write() as conn:
            owner = await accounts.ensure_owner(conn)
            for number in range(3):
                await records.add(conn, owner.id, RecordFacts(f"Artist {number}", ODD), data_source="manual")
        entries = invented(60, seed=3)
        await storage.catalogue.write(lambda db: growth.apply(db, entries, met_at="2026-01-01T00:00:00.000000+00:00"))
    with closing(sqlite3.connect(source.removeprefix("sqlite:///"), isolation_level=None)) as db:
        for table in tables.library.sorted_tables:
            if not db.execute(f'SELECT 1 FROM "{table.name}"').fetchone():
                row = {column.name: _value(db, table, column) for column in table.c}
                marks = ", ".join("?" * len(row))
                db.execute(
                    f'INSERT INTO "{table.name}" ({", ".join(map(quoted, row))}) VALUES ({marks})', [*row.values()]
                )


def _value(db: sqlite3.Connection, table: Table, column: Any) -> Any:
    for key in column.foreign_keys:
        held = db.execute(f'SELECT "{key.column.name}" FROM "{key.column.table.name}"').fetchone()
        return held and held[0]
    match column.type:
        case Boolean():
            return 1
        case Float():
            return 0.1
        case LargeBinary():
            return bytes(range(256))
        case SmallInteger() | Integer():
            return 2**31 - 1 if type(column.type) is not BigInteger else 2**40
        case _:
            return ODD


def quoted(name: str) -> str:
    return f'"{name}"'


def dump(source: str) -> list[str]:
    with closing(sqlite3.connect(source.removeprefix("sqlite:///"))) as db:
        return list(db.iterdump())


def is_empty(url: str) -> bool:
    with psycopg.connect(url) as db:
        found = db.execute(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema !~ '^(pg_|information)'"
            " AND table_name <> 'alembic_version'"
        ).fetchall()
        assert {schema for schema, _ in found} <= {"public", "catalogue"}, "something was left behind"
        return not any(db.execute(f'SELECT 1 FROM {schema}."{name}" LIMIT 1').fetchone() for schema, name in found)  # pyright: ignore


async def test_everything_arrives_is_proved_and_can_be_used(source: str, catalogue_url: str, postgres_url: str) -> None:
    await fill(source, catalogue_url)
    before = dump(source)
    told: set[str] = set()
    moved = moving.move(source, catalogue_url, postgres_url, lambda table, _: told.add(table))
    assert dump(source) == before
    rows = {(each.store, each.name): each.rows for each in moved}
    assert {name for store, name in rows if store == "library"} == set(tables.library.tables) <= told
    assert all(rows["library", name] for name in tables.library.tables)
    assert (rows["library", "record"], rows["catalogue", "release"]) == (3, 60)
    async with open_storage(source, catalogue_url) as here, open_storage(postgres_url, postgres_url) as there:
        for kind in SEARCHABLE:
            typed = ({Kind.ARTIST: "artist", Kind.LABEL: "label"}.get(kind, "title"),)
            found_here, found_there = [
                await each.catalogue.read(lambda db, kind=kind, typed=typed: search.by_words(db, kind, typed, 50))
                for each in (here, there)
            ]
            assert found_here == found_there != {}
        async with there.write() as conn:
            owner = await accounts.ensure_owner(conn)
            await records.add(conn, owner.id, RecordFacts("One more", "T"), data_source="manual")
            found, _ = await records.page(conn, owner.id, RecordQuery(text="bjork"), limit=None, offset=0)
            assert [record.album_title for record in found] == [ODD] * 3
    assert not verification.verify(parse_address(postgres_url), seconds=20).findings


async def test_a_database_that_holds_something_is_refused(source: str, catalogue_url: str, postgres_url: str) -> None:
    await fill(source, catalogue_url)
    async with open_storage(postgres_url, postgres_url) as other, other.write() as conn:
        await accounts.ensure_owner(conn)
    with pytest.raises(StoreError, match="holds a library already"):
        moving.move(source, catalogue_url, postgres_url)
    with psycopg.connect(postgres_url) as db:
        assert db.execute('SELECT count(*) FROM "user"').fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM record").fetchone() == (0,)


async def test_a_library_that_somebody_has_open_is_not_moved(
    source: str, catalogue_url: str, postgres_url: str
) -> None:
    await fill(source, catalogue_url)
    async with open_storage(source, catalogue_url) as daemon:
        async with daemon.read() as conn:
            await accounts.owner(conn)
        with pytest.raises(StoreBusy, match="has the library open"):
            moving.move(source, catalogue_url, postgres_url)


async def test_a_move_that_fails_leaves_the_database_empty_and_can_be_made_again(
    source: str, catalogue_url: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(source, catalogue_url)
    with monkeypatch.context() as patch:
        patch.setattr(moving, "_read_back", _one_less)
        with pytest.raises(StoreCorrupt, match="is not what was sent"):
            moving.move(source, catalogue_url, postgres_url)
    assert is_empty(postgres_url)
    with monkeypatch.context() as patch:
        patch.setattr(moving.moving_catalogue, "make_live", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            moving.move(source, catalogue_url, postgres_url)
    assert is_empty(postgres_url)
    change(source, "UPDATE record SET notes = 'a' || char(0) || 'b'")
    with pytest.raises(StoreError, match="cannot keep a row of record"):
        moving.move(source, catalogue_url, postgres_url)
    assert is_empty(postgres_url)
    change(source, "UPDATE record SET notes = NULL")
    assert moving.move(source, catalogue_url, postgres_url)
    assert not is_empty(postgres_url)


def change(source: str, statement: str) -> None:
    with closing(sqlite3.connect(source.removeprefix("sqlite:///"), isolation_level=None)) as db:
        db.execute(statement)


def _one_less(*_: object) -> moving_proof.Checksum:
    return moving_proof.Checksum()


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


async def test_a_library_without_a_catalogue_is_moved_alone(source: str, catalogue_url: str, postgres_url: str) -> None:
    await fill(source, catalogue_url)
    for file in generation.live(Path(catalogue_url.removeprefix("sqlite:///"))).parent.glob("catalogue.db*"):
        file.unlink()
    assert {each.store for each in moving.move(source, catalogue_url, postgres_url)} == {"library"}
