"""What dumps say is in the catalogue after an import: every list, whole and in order."""

from __future__ import annotations

import gc
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.catalogue.dumps.files import DumpKind
from services.errors import InvalidInput
from storage.catalogue import details, growth, search
from storage.catalogue.database import Database
from storage.catalogue.door import Catalogue
from storage.catalogue.kinds import Kind, Relation, key_of
from storage.catalogue.lists import List, page
from storage.catalogue.packed import Directory, Entries, unpack
from storage.values import Credit, LabelLine, ReleaseEntry, ReleaseId
from tests.services.catalogue.dumps import dump_files
from tests.services.catalogue.dumps.conftest import Importer
from tests.storage.catalogue import naive

CONTENT = ("release", "detail", "node", "part", "master", "kinship", "ranking", "number", "spelling")


def content(db: Database) -> dict[str, list[Any]]:
    """Everything that is in the catalogue but where it is from and when."""
    return {table: db.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in CONTENT}


async def test_every_list_holds_what_counting_the_releases_gives(
    catalogue: Catalogue, dumps: Path, importing: Importer
) -> None:
    entries = naive.invented(300, seed=11)
    dump_files.write(dumps, "releases", map(dump_files.release_of, entries))
    found = importing(dumps)
    assert found.counts == {DumpKind.RELEASES: 300}
    assert found.skipped == {DumpKind.RELEASES: 0}
    wanted = await catalogue.read(lambda db: naive.expected(db, entries))
    assert await catalogue.read(naive.stored) == wanted


async def test_an_import_and_releases_met_one_by_one_make_the_same_catalogue(
    catalogue: Catalogue, dumps: Path, importing: Importer
) -> None:
    entries = [
        replace(each, artist=each.artist if each.artists else "", format=", ".join(each.formats) or None)
        for each in naive.invented(150, seed=12)
    ]
    await catalogue.write(lambda db: growth.apply(db, entries))
    tables = ("release", "node", "number", "spelling", "master")
    grown = await catalogue.read(lambda db: _named(db, tables))
    dump_files.write(dumps, "releases", map(dump_files.release_of, entries), date="20990101")
    importing(dumps)
    assert await catalogue.read(lambda db: _named(db, tables)) == grown


def _named(db: Database, tables: tuple[str, ...]) -> dict[str, list[Any]]:
    """Rows without the numbers of genres, styles and formats, which the catalogue gives as they come."""
    tags = {number >> 3: name for number, name in db.rows("SELECT key, name FROM node WHERE kind IN (3, 4, 5)")}
    found: dict[str, list[Any]] = {}
    for table in tables:
        rows = [dict(zip(_columns(db, table), row, strict=True)) for row in db.rows(f"SELECT * FROM {table}")]
        for row in rows:
            row.pop("met_at", None)
            if row.get("kind") in (3, 4, 5):
                row["key"] = row["name"]
            if "tags" in row:
                entries = unpack(row["tags"])
                assert isinstance(entries, Entries)
                marks = entries.marks or [0] * len(entries)
                row["tags"] = sorted(zip((tags[each] for each in entries.ids), marks, strict=True))
        found[table] = sorted(map(str, rows))
    return found


def _columns(db: Database, table: str) -> list[str]:
    return [name for _, name, *_ in db.rows(f"PRAGMA table_info({table})")]


async def test_a_list_of_thousands_is_cut_and_comes_out_whole(
    catalogue: Catalogue, dumps: Path, importing: Importer
) -> None:
    artist = Credit(5, "Prolific")
    years = {number: 1960 + number % 50 if number % 7 else None for number in range(1, 3001)}
    genre = "<genres><genre>Dub</genre></genres>"
    texts = (
        dump_files.release(number, artists=[artist], inside=f"{genre}<released>{year or ''}</released>")
        for number, year in years.items()
    )
    dump_files.write(dumps, "releases", texts)
    importing(dumps)
    wanted = sorted(years, key=lambda number: (years[number] is None, -(years[number] or 0), number))
    genres = await catalogue.read(lambda db: db.rows("SELECT key FROM node WHERE kind = 3"))
    for key in (key_of(Kind.ARTIST, 5), genres[0][0]):
        row = await catalogue.read(lambda db, key=key: db.row("SELECT releases, years FROM node WHERE key = ?", (key,)))
        assert row is not None and isinstance(unpack(row[0]), Directory)
        found = await catalogue.read(lambda db, key=key, row=row: page(db, key, List.RELEASES, row[0], 0, 5000))
        assert list(found.ids) == wanted
        counted = unpack(row[1])
        assert isinstance(counted, Entries)
        assert dict(zip(counted.ids, counted.marks, strict=True)) == {
            year: list(years.values()).count(year) for year in set(years.values()) if year
        }


async def test_the_elements_of_releases_can_be_read_again(
    catalogue: Catalogue, dumps: Path, importing: Importer
) -> None:
    texts = {number: dump_files.release(number, title=f"Number {number}") for number in range(2, 400, 3)}
    dump_files.write(dumps, "releases", texts.values())
    importing(dumps)
    for number in (2, 194, 197, 398):
        found = await catalogue.read(lambda db, number=number: details.element(db, number))
        assert found is not None and f"<title>Number {number}</title>".encode() in found
        assert found.startswith(f'<release id="{number}"'.encode()) and found.endswith(b"</release>")
    assert await catalogue.read(lambda db: details.element(db, 3)) is None
    assert await catalogue.read(lambda db: details.element(db, 1)) is None


async def test_what_a_dump_says_is_found_by_words_and_numbers(
    catalogue: Catalogue, dumps: Path, importing: Importer
) -> None:
    entry = ReleaseEntry(
        ReleaseId(9),
        "Nachtfalter",
        "Ørsted",
        artists=(Credit(3, "Ørsted (2)"),),
        labels=(LabelLine(4, "Æther", "AE 07-X"),),
    )
    barcode = '<identifiers><identifier type="Barcode" value="0 75992 73801 2"/></identifiers>'
    text = dump_files.release_of(entry).replace("<data_quality>", f"{barcode}<data_quality>")
    dump_files.write(dumps, "releases", [text, dump_files.release(10, title="Anderes")])
    importing(dumps)
    typed = search.typed_words("orsted nachtf")
    assert list(await catalogue.read(lambda db: search.by_words(db, Kind.RELEASE, typed, 10))) == [9]
    assert await catalogue.read(lambda db: search.with_number(db, "ae07x", 10)) == [9]
    assert await catalogue.read(lambda db: search.with_number(db, "=75992738012", 10)) == [9]
    found = await catalogue.read(lambda db: search.names(db, Kind.ARTIST, search.typed_words("orsted"), 10))
    assert [each.name for each in found] == ["Ørsted (2)"]
    learnt = {word for (word,) in await catalogue.read(lambda db: db.rows("SELECT word FROM spelling"))}
    assert {"nachtfalter", "orsted", "aether"} <= learnt


async def test_what_is_pressed_most_is_found_first(catalogue: Catalogue, dumps: Path, importing: Importer) -> None:
    often = [
        dump_files.release(number, title="Echo", inside='<master_id is_main_release="false">77</master_id>')
        for number in (30, 31, 32)
    ]
    main = dump_files.release(33, title="Echo", inside='<master_id is_main_release="true">77</master_id>')
    dump_files.write(dumps, "releases", [dump_files.release(1, title="Echo"), *often, main])
    importing(dumps)
    ranked = await catalogue.read(lambda db: db.rows("SELECT id FROM ranking WHERE kind = 6 ORDER BY rank"))
    assert [number for (number,) in ranked] == [33, 30, 31, 32, 1]


async def test_a_release_without_a_year_takes_that_of_its_master(
    catalogue: Catalogue, dumps: Path, importing: Importer
) -> None:
    by = Credit(1, "Somebody")
    master = '<master_id is_main_release="true">8</master_id>'
    dump_files.write(dumps, "masters", [dump_files.master(8, "Work", year=1984, main=5, by=[by])])
    dump_files.write(
        dumps,
        "releases",
        [
            dump_files.release(5, artists=[by], inside=master),
            dump_files.release(6, artists=[by], inside=f"<released>1999-01-00</released>{master}"),
        ],
    )
    importing(dumps)
    lists = await catalogue.read(naive.stored)
    assert lists[key_of(Kind.ARTIST, 1)]["releases"] == [(6, 1999), (5, 1984)]
    assert lists[key_of(Kind.MASTER, 8)]["releases"] == [(6, 1999), (5, 1984)]
    assert await catalogue.read(lambda db: db.rows("SELECT * FROM master")) == [(8, "Somebody", 1984, 5)]


async def test_relatives_know_each_other_and_those_only_named_have_nodes(
    catalogue: Catalogue, dumps: Path, importing: Importer
) -> None:
    dump_files.write(
        dumps,
        "artists",
        [
            dump_files.artist(1, "One", aliases={2: "Two as One says"}, groups={3: "Three"}),
            dump_files.artist(2, "Two", aliases={1: "One"}),
        ],
    )
    dump_files.write(dumps, "labels", [dump_files.label(1, "Mother", sublabels={2: "Daughter", 3: "Son"})])
    importing(dumps)
    names = dict(await catalogue.read(lambda db: db.rows("SELECT key, name FROM node")))
    assert names[key_of(Kind.ARTIST, 2)] == "Two"
    assert names[key_of(Kind.ARTIST, 3)] == "Three"
    assert names[key_of(Kind.LABEL, 3)] == "Son"
    one, three = key_of(Kind.ARTIST, 1), key_of(Kind.ARTIST, 3)
    mother, son = key_of(Kind.LABEL, 1), key_of(Kind.LABEL, 3)
    kin = await catalogue.read(lambda db: db.rows("SELECT key, relation, other FROM kinship"))
    assert {(one, Relation.ALIAS, 2), (one, Relation.GROUP, 3), (three, Relation.MEMBER, 1)} <= set(kin)
    assert {(mother, Relation.SUBLABEL, 3), (son, Relation.PARENT, 1)} <= set(kin)


async def test_the_same_import_again_changes_nothing(catalogue: Catalogue, dumps: Path, importing: Importer) -> None:
    dump_files.write(dumps, "artists", [dump_files.artist(1, "Artist b1", aliases={2: "Artist c2"})])
    dump_files.write(dumps, "releases", map(dump_files.release_of, naive.invented(80, seed=13)))
    importing(dumps)
    first = await catalogue.read(content)
    importing(dumps)
    assert await catalogue.read(content) == first


async def test_what_no_dump_tells_anew_is_carried_over(catalogue: Catalogue, dumps: Path, importing: Importer) -> None:
    entries = naive.invented(80, seed=14)
    dump_files.write(dumps, "masters", [dump_files.master(7, "Seven", year=1971)])
    dump_files.write(dumps, "releases", map(dump_files.release_of, entries))
    importing(dumps)
    before = await catalogue.read(content)
    importing(dump_files.write(dumps, "artists", [dump_files.artist(1, "Another name")], date="20260201"))
    after = await catalogue.read(content)
    for table in ("release", "detail", "master", "number"):
        assert after[table] == before[table]
    lists = await catalogue.read(naive.stored)
    dated = [replace(each, year=each.year or (1971 if each.master_id == 7 else None)) for each in entries]
    assert lists == await catalogue.read(lambda db: naive.expected(db, dated))
    names = dict(await catalogue.read(lambda db: db.rows("SELECT key, name FROM node WHERE kind = 0")))
    assert names[key_of(Kind.ARTIST, 1)] == "Another name"
    assert names[key_of(Kind.ARTIST, 2)] == "Artist c2"
    kinds = await catalogue.read(lambda db: db.rows("SELECT kind FROM source ORDER BY kind"))
    assert [kind for (kind,) in kinds] == ["artists", "masters", "releases"]


async def test_what_came_through_the_api_stays(catalogue: Catalogue, dumps: Path, importing: Importer) -> None:
    met = naive.invented(3, seed=15)
    told = [dump_files.release(met[0].id, title="As the dump has it"), dump_files.release(99, title="Ninety-nine")]
    await catalogue.write(lambda db: growth.apply(db, met[:1], met_at="2025-12-31T00:00:00.000000+00:00"))
    await catalogue.write(lambda db: growth.apply(db, met[1:], met_at="2026-02-01T00:00:00.000000+00:00"))
    dump_files.write(dumps, "releases", told, date="20260101")
    found = importing(dumps)
    assert found.kept == 2
    titles = dict(await catalogue.read(lambda db: db.rows("SELECT id, title FROM release")))
    assert titles == {
        met[0].id: "As the dump has it",
        99: "Ninety-nine",
        met[1].id: met[1].title,
        met[2].id: met[2].title,
    }
    lists = await catalogue.read(naive.stored)
    wanted = await catalogue.read(lambda db: naive.expected(db, met[1:]))
    assert {key: lists[key] for key in wanted if wanted[key]["releases"]} == {
        key: held for key, held in wanted.items() if held["releases"]
    }


async def test_where_no_memory_can_be_shared_everything_goes_through_the_pipe(
    catalogue: Catalogue, dumps: Path, importing: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = naive.invented(300, seed=11)
    dump_files.write(dumps, "releases", map(dump_files.release_of, entries))
    monkeypatch.delattr(os, "memfd_create", raising=False)
    assert importing(dumps).counts == {DumpKind.RELEASES: 300}
    wanted = await catalogue.read(lambda db: naive.expected(db, entries))
    assert await catalogue.read(naive.stored) == wanted


def test_garbage_is_looked_for_as_before_however_an_import_ends(dumps: Path, importing: Importer) -> None:
    before, usual = gc.get_threshold(), (701, 11, 11)
    gc.set_threshold(*usual)
    try:
        with pytest.raises(InvalidInput):
            importing(dump_files.write(dumps, "releases", []))
        assert gc.get_threshold() == usual
        importing(dump_files.write(dumps, "releases", [dump_files.release(1)]))
        assert gc.get_threshold() == usual
    finally:
        gc.set_threshold(*before)
