"""``search`` in the catalogue on this machine, beside the library and Discogs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from storage.catalogue import growth
from storage.engine import open_storage
from storage.values import Credit, LabelLine, ReleaseEntry, ReleaseId

HOSTILE = "Brass [bold]\x1b[31m\u202eHarbour"
KNOWN = (
    ReleaseEntry(
        ReleaseId(11),
        "Glass Harbour",
        "Orchestra Of Lanterns",
        1978,
        country="Norway",
        format='Vinyl, LP, 12"',
        master_id=5,
        artists=(Credit(1, "Orchestra Of Lanterns"),),
        labels=(LabelLine(1, "Quay Press", "QP-1004-LP"),),
        barcodes=("0 36000 29145 2",),
    ),
    ReleaseEntry(ReleaseId(12), "Glass Harbour Live", "Orchestra Of Lanterns", 1981),
    ReleaseEntry(ReleaseId(13), HOSTILE, "Marta Veil"),
)


@pytest.fixture
def catalogue(tmp_path: Path) -> None:
    """Three releases in the catalogue of the data directory, none in the library."""

    async def fill() -> None:
        home = tmp_path / "home"
        home.mkdir()
        async with open_storage(f"sqlite:///{home / 'library.db'}", f"sqlite:///{home / 'catalogue.db'}") as storage:
            await storage.catalogue.write(lambda db: growth.apply(db, KNOWN))

    asyncio.run(fill())


def found(ran: Any) -> list[str]:
    return [hit["discogsId"] for hit in ran.json["catalogue"]["results"]]


@pytest.mark.usefixtures("catalogue")
def test_the_catalogue_answers_without_a_connection(lockgroove: Any) -> None:
    ran = lockgroove("search", "harbour", "lanterns", "--catalogue", "--json")
    assert ran.status == 0
    assert set(ran.json) == {"catalogue"}
    assert found(ran) == ["11", "12"]
    assert ran.json["catalogue"]["results"][0] == {
        "discogsId": "11",
        "artistName": "Orchestra Of Lanterns",
        "albumTitle": "Glass Harbour",
        "yearReleased": 1978,
        "labelName": "Quay Press",
        "catalogNumber": "QP-1004-LP",
        "country": "Norway",
        "format": 'Vinyl, LP, 12"',
        "masterId": "5",
        "owned": False,
    }


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("words", [["qp1004lp"], ["QP", "1004", "LP"], ["036000291452"], ["0036000291452"], ["r11"]])
def test_numbers_are_found_however_they_are_spelt(lockgroove: Any, words: list[str]) -> None:
    assert found(lockgroove("search", *words, "--catalogue", "--json")) == ["11"]


@pytest.mark.usefixtures("catalogue")
def test_what_was_mistyped_is_said_to_be_corrected(lockgroove: Any) -> None:
    ran = lockgroove("search", "glas", "harbuor", "--catalogue")
    assert "In the catalogue: 2, for “glas harbour”" in ran.err
    assert "Glass Harbour Live" in ran.out
    assert (
        lockgroove("search", "glas", "harbuor", "--catalogue", "--json").json["catalogue"]["corrected"]
        == "glas harbour"
    )


@pytest.mark.usefixtures("catalogue")
def test_what_is_owned_comes_first_and_says_so(lockgroove: Any, tmp_path: Path) -> None:
    source = tmp_path / "owned.csv"
    source.write_text(
        "Catalog#,Artist,Title,Label,Format,Rating,Released,release_id,CollectionFolder,Date Added\n"
        ",Orchestra Of Lanterns,Glass Harbour Live,,LP,,1981,12,Uncategorized,2024-01-01 00:00:00\n"
    )
    assert lockgroove("import", "csv", str(source)).status == 0
    ran = lockgroove("search", "harbour", "lanterns", "--catalogue", "--json")
    assert [(hit["discogsId"], hit["owned"]) for hit in ran.json["catalogue"]["results"]] == [
        ("12", True),
        ("11", False),
    ]


@pytest.mark.usefixtures("catalogue")
def test_without_a_connection_everything_here_is_shown_and_the_status_is_3(lockgroove: Any) -> None:
    ran = lockgroove("search", "harbour")
    assert ran.status == 3
    assert "In the library: 0" in ran.err
    assert "Glass Harbour" in ran.out
    assert "lockgroove connect discogs" in ran.err


@pytest.mark.usefixtures("catalogue")
def test_foreign_control_characters_stay_in_the_catalogue(lockgroove: Any) -> None:
    ran = lockgroove("search", "veil", "--catalogue")
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    assert "Brass [bold]" in ran.out


def test_an_empty_catalogue_is_spoken_of_only_if_it_is_asked(lockgroove: Any) -> None:
    everywhere = lockgroove("search", "harbour", "--json")
    assert "catalogue" not in everywhere.json
    assert "atalogue" not in everywhere.err
    asked = lockgroove("search", "harbour", "--catalogue")
    assert asked.status == 0
    assert "`lockgroove catalogue import` fills it" in asked.err
