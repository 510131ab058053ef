"""Notes of any size are worked on in ranges; what comes of them does not depend on how long these are."""

from __future__ import annotations

import io
import random
import shutil
import tempfile
from array import array
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from services.catalogue.dumps import counts, lists, packing, ranges, ranks, working
from services.catalogue.dumps.notes import Notes
from services.catalogue.dumps.others import Master
from services.catalogue.dumps.wire import Outlet, heard
from storage.catalogue.kinds import Kind, Relation
from storage.catalogue.packed import Directory, Entries, length, unpack

RELEASES, ARTISTS, LABELS, MASTERS = 3000, 700, 300, 400
GENRES, STYLES, FORMATS = range(1, 4), range(4, 12), range(12, 15)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Notes of some thousand releases, a few of which came twice."""
    drawn = random.Random(7)
    notes = Notes(tmp_path)
    for kind, numbers in ((Kind.GENRE, GENRES), (Kind.STYLE, STYLES), (Kind.FORMAT, FORMATS)):
        for number in numbers:
            notes.name(kind, number, f"{kind.word} {number}")
    for number in range(1, ARTISTS):
        notes.name(Kind.ARTIST, number * 37, f"artist {number % 500}")
        notes.kinship(Kind.ARTIST, number * 37, Relation.MEMBER, drawn.randrange(1, ARTISTS) * 37)
    for number in range(1, LABELS):
        notes.name(Kind.LABEL, number * 19, f"label {number}")
    for number in range(1, MASTERS):
        notes.master(Master(number * 11, f"title {number}", "artist", drawn.choice([None, 1980, 1991]), None))
    for number in range(1, 40):
        words = sorted({drawn.choice(GENRES), *drawn.sample(STYLES, drawn.randrange(3))})
        notes.combination(number, words, [drawn.choice(FORMATS)])
    found: list[str] = []
    for place in range(1, RELEASES + 1):
        number = (place if place % 500 else place - 1) * 9
        master = drawn.choice([0, drawn.randrange(1, MASTERS) * 11])
        row = (place, number, drawn.choice([0, 1975, 2001]), master, place % 2, drawn.randrange(1, 40))
        notes.links("release", np.array([row]))
        for table, most, step in (("artist", ARTISTS, 37), ("credit", ARTISTS, 37), ("label", LABELS, 19)):
            ids = {drawn.randrange(1, 5 if drawn.random() < 0.5 else most) * step for _ in range(drawn.randrange(4))}
            notes.links(table, np.array([(place, each) for each in sorted(ids)], np.int64).reshape(-1, 2))
        numbers = " ".join(drawn.choices(["abc1", "xyz22", "=5099"], k=drawn.randrange(3)))
        found.append(f"{place}\t{number}\tword{place % 90} =name{place}\t{numbers}\n")
    notes.close()
    (tmp_path / "found.tsv").write_text("".join(found), encoding="utf-8")
    return tmp_path


def worked_out(notes: Path) -> dict[str, Any]:
    """What comes of the notes: rows as they are told, files as they are written."""
    pipe = io.BytesIO()
    scratch = Path(tempfile.mkdtemp(dir=notes))
    for each in filter(Path.is_file, notes.iterdir()):
        shutil.copy(each, scratch)
    working.work_out(scratch, Outlet(pipe))
    pipe.seek(0)
    told: dict[str, list[Any]] = {"nodes": [], "parts": [], "masters": []}
    for topic, *values in heard(pipe):
        if topic in told:
            told[topic] += zip(*values[0], strict=True) if topic == "nodes" else values[0]
    files = {
        each.name: each.read_text() for each in scratch.glob("*.tsv") if each.name.startswith(("rank", "num", "kin"))
    }
    return {**{topic: sorted(rows) for topic, rows in told.items()}, **files}


def test_short_ranges_give_what_long_ones_give(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = worked_out(scratch)
    assert len(whole["nodes"]) == ARTISTS + LABELS + MASTERS - 3 + len(GENRES) + len(STYLES) + len(FORMATS)
    assert len(whole["ranked_release.tsv"].splitlines()) == RELEASES - RELEASES // 500
    for module in (ranges, counts, ranks, lists):
        for name in ("SORTED", "SPELT", "GROUPED", "PLACES"):
            monkeypatch.setattr(module, name, 200, raising=False)
    monkeypatch.setattr(working, "_MASTERS", 50)
    monkeypatch.setattr(lists, "_TOGETHER", 300)
    monkeypatch.setattr(lists, "HEAVY", 400)
    monkeypatch.setattr(lists, "_PIECE", 70)
    assert worked_out(scratch) == whole


@pytest.fixture
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize("most", [1, 100, 5000, 1 << 30])
def test_ranges_cover_everything_once(db: duckdb.DuckDBPyConnection, most: int) -> None:
    db.execute("CREATE TABLE t AS SELECT (random() * 20000)::UINTEGER AS n FROM range(20000)")
    db.execute("INSERT INTO t SELECT 5 FROM range(9000)")
    parts = ranges.ranges(db, "t", "n", most)
    assert parts[0].first == 0 and parts[-1].end is None
    assert all(before.end == after.first for before, after in pairwise(parts))
    sizes = [db.execute(f"SELECT count(*) FROM t WHERE {part:n}").fetchall()[0][0] for part in parts]
    assert sum(sizes) == 29000 and sizes == [part.rows for part in parts]
    alone = db.execute("SELECT max(c) FROM (SELECT count(*) AS c FROM t GROUP BY if(n < 4096, n, n >> 8))").fetchall()
    assert max(sizes) <= max(most, alone[0][0])


def test_a_table_without_rows_has_one_range(db: duckdb.DuckDBPyConnection) -> None:
    db.execute("CREATE TABLE t (n UINTEGER)")
    assert ranges.ranges(db, "t", "n", 10) == [ranges.Range(0, None)]


@pytest.mark.parametrize("count", [0, 1, 2048, 2049, 3072, 100_000])
def test_a_long_list_comes_in_parts_a_few_at_a_time(count: int) -> None:
    told: list[list[packing.Part]] = []
    pieces = [
        packing.Entries(range(start, min(start + 700, count)), [1990] * (min(start + 700, count) - start))
        for start in range(0, count, 700)
    ]
    stored, years = packing.cut(8, packing.List.RELEASES, pieces, told.append)
    found = unpack(stored)
    parts = [part for some in told for part in some]
    if count <= 2048:
        assert isinstance(found, Entries)
        assert not told and years is None and list(found.ids) == [*range(count)]
        return
    assert isinstance(found, Directory)
    assert [number for _, _, number, _ in parts] == [*range(len(found.sizes))]
    assert found.total == count and sum(length(blob) for *_, blob in parts) == count
    assert max(map(len, told)) <= 64
    assert years is not None and unpack(years) == Entries(array("H", [1990]), array("I", [count]))
