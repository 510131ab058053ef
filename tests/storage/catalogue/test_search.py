"""Finding by words and numbers on both engines: who comes first, what is text and what is not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.catalogue import growth, search, spelling
from storage.catalogue.database import Database
from storage.catalogue.kinds import Kind
from storage.catalogue.words import barcode, catalogue_number
from storage.engine import Storage
from storage.fold import words
from storage.values import Credit, LabelLine, ReleaseEntry, ReleaseId

NAMES = (
    "Harbour Lights",
    "Lights Of Harbour",
    "Harbour",
    "The Harbour",
    "Harbourmaster",
    "Élan Vital",
    "Vital Signs",
    "A.B.C.",
    "Salt & Copper",
    "!!!",
    "“”",
    "1984",
    "夜想曲",
    "and or not near",
)


def release(number: int, title: str, artist: str = "Somebody", **also: object) -> ReleaseEntry:
    return ReleaseEntry(ReleaseId(number), title, artist, **also)  # pyright: ignore[reportArgumentType]


async def file(storage: Storage, *entries: ReleaseEntry) -> None:
    await storage.catalogue.write(lambda db: growth.apply(db, entries))


async def file_artists(storage: Storage, names: Sequence[str]) -> None:
    credits = tuple(Credit(number, name) for number, name in enumerate(names, start=1))
    await file(storage, release(1, "Everybody", artists=credits))


async def artists(storage: Storage, text: str, limit: int = 50) -> list[str]:
    def ask(db: Database) -> list[search.Named]:
        return search.names(db, Kind.ARTIST, search.typed_words(text), limit)

    return [each.name for each in await storage.catalogue.read(ask)]


async def releases(storage: Storage, text: str) -> list[int]:
    return list(await storage.catalogue.read(lambda db: search.by_words(db, Kind.RELEASE, words(text), 50)))


async def test_exact_names_come_first_then_beginnings_then_the_rest_each_by_rank(storage: Storage) -> None:
    await file_artists(storage, NAMES)
    assert await artists(storage, "harbour") == [
        "Harbour",
        "The Harbour",
        "Harbour Lights",
        "Harbourmaster",
        "Lights Of Harbour",
    ]
    assert await artists(storage, "harbour", 3) == ["Harbour", "The Harbour", "Harbour Lights"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("elan", ["Élan Vital"]),
        ("vi él", ["Élan Vital"]),
        ("abc", ["A.B.C."]),
        ("a.b.c", ["A.B.C."]),
        ("salt and copper", ["Salt & Copper"]),
        ("!!!", ["!!!"]),
        ("!!", ["!!!"]),
        ("“", ["“”"]),
        ("19", ["1984"]),
        ("夜想", ["夜想曲"]),
        ("and or not near", ["and or not near"]),
        ("NOT near", ["and or not near"]),
        ("harbour lights of", ["Lights Of Harbour"]),
        ("ights", []),
        ("", []),
        (" ", []),
        ('" * ^ ( ) : -', []),
    ],
)
async def test_every_word_begins_a_word_of_the_name(storage: Storage, text: str, found: list[str]) -> None:
    await file_artists(storage, NAMES)
    assert await artists(storage, text) == found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=30))
async def test_no_text_is_syntax(storage: Storage, text: str) -> None:
    found = await artists(storage, text)
    assert found == [] or words(text)


async def test_what_was_renamed_takes_nobody_elses_place(storage: Storage) -> None:
    for title in ("Harbour", "Harbour Lights", "Harbour Nights"):
        await file(storage, release(1, title))
    await file(storage, release(2, "Harbour Lamps"))
    found = await storage.catalogue.read(lambda db: search.by_words(db, Kind.RELEASE, ["somebody", "harbour"], 2))
    assert list(found) == [1, 2]


async def test_what_stands_first_in_the_ranking_comes_first(storage: Storage) -> None:
    await file(storage, *(release(number, "Same Title") for number in (30, 10, 20)))
    assert await releases(storage, "title same") == [30, 10, 20]


async def test_a_release_is_found_by_artist_title_label_and_year_in_any_order(storage: Storage) -> None:
    on = (LabelLine(7, "Quay Press", "QP 1"),)
    await file(storage, release(1, "Amber Room", "The Dockers", year=1994, labels=on), release(2, "Amber", "Others"))
    for text in ("dockers amber", "amber the dockers", "1994 quay amb", "ROOM"):
        assert await releases(storage, text) == [1], text
    assert await releases(storage, "amber") == [2, 1]


async def test_a_release_that_changed_its_title_is_found_once(storage: Storage) -> None:
    await file(storage, release(1, "Amber"))
    await file(storage, release(1, "Amber Again"))
    assert await releases(storage, "amber") == [1]
    lines = await storage.catalogue.read(lambda db: search.lines(db, Kind.RELEASE, [1]))
    assert [line.title for line in lines] == ["Amber Again"]


@pytest.mark.parametrize("spelt", ["QP-1004-LP", "qp 1004 lp", "QP1004LP", "qp.1004/lp"])
async def test_a_catalogue_number_has_no_blanks_dashes_or_case(storage: Storage, spelt: str) -> None:
    await file(
        storage,
        release(1, "A", labels=(LabelLine(7, "Quay", "QP 1004 LP-2"),)),
        release(2, "B", labels=(LabelLine(7, "Quay", "none"), LabelLine(8, "Other", "QP-1004-LP"))),
        release(3, "C", labels=(LabelLine(7, "Quay", "QP 1005"),)),
    )
    asked = catalogue_number(spelt)
    assert await storage.catalogue.read(lambda db: search.with_number(db, asked, 10)) == [2]
    assert await storage.catalogue.read(lambda db: search.with_number_from(db, asked, 10)) == [1]
    assert catalogue_number("None") == ""


@pytest.mark.parametrize("spelt", ["036000291452", "0 36000 29145 2", "36000-29145-2", "0036000291452"])
async def test_a_barcode_is_the_same_with_blanks_and_as_ean(storage: Storage, spelt: str) -> None:
    await file(storage, release(1, "A", barcodes=("0 36000-29145 2",)), release(2, "B", barcodes=("n/a",)))
    asked = barcode(spelt) or ""
    assert await storage.catalogue.read(lambda db: search.with_number(db, asked, 10)) == [1]


async def test_lines_show_masters_and_names_too(storage: Storage) -> None:
    await file(storage, release(1, "Amber", "Dockers", master_id=5, artists=(Credit(9, "Dockers"),)))
    read = storage.catalogue.read
    assert [(e.title, e.artist) for e in await read(lambda db: search.lines(db, Kind.MASTER, [5, 6]))] == [
        ("Amber", "Dockers")
    ]
    assert [e.title for e in await read(lambda db: search.lines(db, Kind.ARTIST, [9]))] == ["Dockers"]
    assert await read(lambda db: list(search.by_words(db, Kind.MASTER, ["dockers", "amb"], 5))) == [5]
    assert await read(lambda db: search.versions(db, 5, 10)) == [1]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("harbuor", "harbour"), ("arbour", "harbour"), ("hrbaour", "harbour"), ("garbour", "harbour"), ("vitl", "vital")],
)
async def test_the_nearest_word_is_what_was_meant(storage: Storage, typed: str, meant: str) -> None:
    await file_artists(storage, NAMES)
    found = await storage.catalogue.read(
        lambda db: next(spelling.corrections(db, [typed], lambda _: False), ("nothing",))
    )
    assert found == (meant,)


async def test_short_words_and_numbers_are_taken_as_they_are(storage: Storage) -> None:
    await file_artists(storage, NAMES)
    for typed in ("ab", "1985", "zzzzzz"):
        found = await storage.catalogue.read(
            lambda db, typed=typed: list(spelling.corrections(db, [typed], lambda _: False))
        )
        assert found == [], typed
