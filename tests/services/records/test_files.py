"""Discogs' collection file and our own JSON, in and out."""

from __future__ import annotations

import io
import json
import tempfile
import time
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.errors import InvalidInput
from services.records.entry import RecordEntry
from tests.services.discogs.installation import Installation, installed
from tests.upstreams.fixtures import simulated

HEAD = (
    "Catalog#,Artist,Title,Label,Format,Rating,Released,release_id,CollectionFolder,Date Added,"
    "Collection Media Condition,Collection Sleeve Condition,Collection Notes"
)
GOOD = 'OTO 2,Au Pairs,You,021 Records,"7"", EP",4,1979,7530535,Shelf,2020-11-12 12:24:52,Mint (M),Generic,"a ""b"", c"'


def file_of(directory: Path, *lines: str, start: str = "", end: str = "\r\n") -> Path:
    file = directory / "collection.csv"
    file.write_bytes((start + end.join(lines) + end).encode())
    return file


async def test_a_row_becomes_a_record_with_its_copy(program: Installation, tmp_path: Path) -> None:
    done = await program.runtime.records.import_csv(program.user, file_of(tmp_path, HEAD, GOOD, start="\ufeff"))
    assert (done.records, done.copies, done.problems) == (1, 1, ())
    (record,) = await program.records()
    assert (record.artist_name, record.album_title, record.year_released, record.discogs_id) == (
        "Au Pairs", "You", 1979, 7530535,
    )  # fmt: skip
    assert (record.record_size, record.label_name, record.catalog_number) == ('7"', "021 Records", "OTO 2")
    assert (record.folder_name, record.rating, record.data_source, record.is_synced) == ("Shelf", 4, "csv", False)
    assert record.date_added == record.created_at == "2020-11-12T12:24:52.000000+00:00"
    detail = await program.runtime.records.detail(program.user, record.record_id)
    names = {field.field_id: field.name for field in detail.fields}
    assert {names[int(k)]: v for k, v in detail.copies[0].fields.items()} == {
        "Media": "Mint (M)", "Sleeve": "Generic", "Notes": 'a "b", c',
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("A1,,Title,L,LP,,1979,1,,,,,", "artist is missing"),
        ("A1,Artist,,L,LP,,1979,1,,,,,", "title is missing"),
        ("A1,Artist,Title,L,LP,,1979,x12,,,,,", "release_id"),
        ("A1,Artist,Title,L,LP,7,1979,1,,,,,", "Rating"),
        ("A1,Artist,Title,L,LP,,soon,1,,,,,", "Released"),
        ("A1,Artist,Title,L,LP,,1979,1,,yesterday,,,", "Date Added"),
        ("A1,Artist,Title", "only 3 of 13"),
        ("A1,Artist,Title,L,LP,Album,,1979,1,,,,,x", "comma lacks"),
        (GOOD, "same copy as line 2"),
    ],
)
async def test_a_bad_or_double_row_is_reported_by_its_line_and_the_good_ones_stored(
    program: Installation, tmp_path: Path, line: str, reason: str
) -> None:
    done = await program.runtime.records.import_csv(program.user, file_of(tmp_path, HEAD, GOOD, line))
    (problem,) = done.problems
    assert problem.item == "line 3" and reason in problem.message
    assert done.records == 1


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "listing_id,artist,title\n", 'x\n"\n'])
async def test_a_file_that_is_no_collection_is_refused_in_words(
    program: Installation, tmp_path: Path, content: str
) -> None:
    with pytest.raises(InvalidInput, match="no Discogs collection"):
        await program.runtime.records.import_csv(program.user, file_of(tmp_path, content))
    assert await program.records() == []


async def test_columns_may_be_missing_added_renamed_and_in_any_order(program: Installation, tmp_path: Path) -> None:
    file = file_of(
        tmp_path, "TITLE,Release_ID,artist,Collection Shelf No,media condition,Other", "T,5,A (2),12,Good,x", end="\n"
    )
    await program.runtime.records.import_csv(program.user, file)
    (record,) = await program.records()
    detail = await program.runtime.records.detail(program.user, record.record_id)
    assert (record.artist_name, record.discogs_id) == ("A", 5)
    assert sorted(detail.copies[0].fields.values()) == ["12", "Good"]


async def test_what_is_held_is_left_alone_and_two_copies_are_one_record(program: Installation, tmp_path: Path) -> None:
    other = GOOD.replace("Shelf", "Attic")
    first = await program.runtime.records.import_csv(program.user, file_of(tmp_path, HEAD, GOOD, other))
    again = await program.runtime.records.import_csv(program.user, file_of(tmp_path, HEAD, GOOD))
    (record,) = await program.records()
    assert (first.records, first.copies, record.copies) == (1, 2, 2)
    assert again.records == 0 and "already" in again.problems[0].message


async def test_the_next_sync_takes_over_the_real_copies_and_adds_nothing_that_is_there(
    program: Installation, tmp_path: Path
) -> None:
    await program.synced()
    exported = io.StringIO(newline="")
    await program.runtime.records.export_csv(program.user, exported)
    for record in await program.records():
        await program.runtime.records.remove(program.user, record.record_id)
    file = tmp_path / "mine.csv"
    file.write_text(exported.getvalue(), newline="")
    done = await program.runtime.records.import_csv(program.user, file)
    assert done.problems == () and done.copies == len(program.discogs.world.instances)
    await program.synced()
    await program.assert_in_step()
    assert program.discogs.asked("POST") == 0
    records = await program.records()
    assert all(record.is_synced and record.data_source == "csv" and record.genres for record in records)


async def test_a_file_exported_imports_to_the_same_file(program: Installation, tmp_path: Path) -> None:
    await program.synced()
    before = io.StringIO(newline="")
    await program.runtime.records.export_csv(program.user, before)
    for record in await program.records():
        await program.runtime.records.remove(program.user, record.record_id)
    (tmp_path / "mine.csv").write_text(before.getvalue(), newline="")
    await program.runtime.records.import_csv(program.user, tmp_path / "mine.csv")
    after = io.StringIO(newline="")
    await program.runtime.records.export_csv(program.user, after)
    composed = unicodedata.normalize("NFC", before.getvalue())  # what comes in is composed
    assert sorted(after.getvalue().splitlines()) == sorted(composed.splitlines())


async def test_ten_thousand_rows_come_in_within_seconds(program: Installation, tmp_path: Path) -> None:
    lines = [GOOD.replace("7530535", str(1000 + n)).replace("You", f"You {n}") for n in range(10_000)]
    file = file_of(tmp_path, HEAD, *lines)
    began = time.process_time()
    done = await program.runtime.records.import_csv(program.user, file)
    assert done.records == 10_000
    assert time.process_time() - began < 20


async def everything(program: Installation) -> list[Any]:
    found: list[Any] = []
    for record in await program.records():
        detail = await program.runtime.records.detail(program.user, record.record_id)
        found.append((replace(record, pk=0, updated_at=""), detail.copies, dict(detail.folders), detail.fields))
    return sorted(found, key=lambda each: each[0].record_id)


async def test_json_comes_back_without_loss(program: Installation, tmp_path: Path) -> None:
    await program.synced()
    world, records = program.discogs.world, program.runtime.records
    world.remove(next(iter(world.instances.values())))
    await program.synced()
    live = next(record for record in await program.records() if record.copies)
    detail = await records.detail(program.user, live.record_id)
    await records.edit_copy(
        program.user, live.record_id, detail.copies[0].instance_id, rating=5 if live.rating != 5 else 4
    )
    await records.edit(program.user, live.record_id, {"notes": "zwei\nZeilen [bold]", "album_title": "倖田來未 👩‍🎤"})
    before = await everything(program)
    target = tmp_path / "mine.json"
    with target.open("w", encoding="utf-8") as out:
        assert await records.export_json(program.user, out) == len(before)
    json.loads(target.read_text(encoding="utf-8"))
    again = await records.import_json(program.user, target)
    assert again.records == 0 and len(again.problems) == len(before)
    for record in await program.records():
        await records.remove(program.user, record.record_id)
    done = await records.import_json(program.user, target)
    assert done.problems == ()
    assert await everything(program) == before


@pytest.mark.parametrize("content", ["", "[]", '{"format": "lockgroove", "version": 2}', "nonsense"])
async def test_other_json_is_refused_in_words(program: Installation, tmp_path: Path, content: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(content)
    with pytest.raises(InvalidInput, match="no export of Lockgroove"):
        await program.runtime.records.import_json(program.user, file)


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)


@given(st.lists(st.tuples(texts, texts, st.none() | st.integers(1, 9999), st.lists(texts, max_size=3)), max_size=8))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_record_comes_back_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entries: list[tuple[str, str, int | None, list[str]]]
) -> None:
    directory = Path(tempfile.mkdtemp(dir=tmp_path))
    async with simulated() as discogs, installed(discogs, directory, monkeypatch) as program:
        records = program.runtime.records
        for number, (artist, title, year, genres) in enumerate(entries):
            entry = RecordEntry(
                f"a{artist}", f"t{title}", year_released=year, genres=genres, notes=title, discogs_id=number + 1
            )
            await records.add(program.user, entry)
        before = await everything(program)
        with (directory / "all.json").open("w", encoding="utf-8") as out:
            await records.export_json(program.user, out)
        for record in await program.records():
            await records.remove(program.user, record.record_id)
        await records.import_json(program.user, directory / "all.json")
        assert await everything(program) == before
