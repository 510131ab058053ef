"""Searching the catalogue by whatever somebody knows: what it is taken for, what comes first, what was corrected."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.catalogue.search import MOST_OWNED, CatalogueSearch
from services.errors import InvalidInput
from storage.catalogue import growth
from storage.engine import Storage, open_storage
from storage.values import Credit, LabelLine, ReleaseEntry, ReleaseId

ENTRIES = (
    ReleaseEntry(
        ReleaseId(70001),
        "Glass Harbour",
        "Orchestra Of Lanterns",
        1978,
        country="Norway",
        format="Vinyl, LP",
        master_id=9,
        artists=(Credit(1, "Orchestra Of Lanterns"),),
        labels=(LabelLine(1, "Quay Press", "QP-1004"),),
        barcodes=("0 36000 29145 2",),
    ),
    ReleaseEntry(ReleaseId(70002), "Glass Harbour (Reissue)", "Orchestra Of Lanterns", 1999, master_id=9),
    ReleaseEntry(ReleaseId(70003), "QP 1004", "Number Band", 1990, artists=(Credit(2, "Number Band"),)),
    ReleaseEntry(ReleaseId(70004), "Harbour Of Glass", "Marta Veil", labels=(LabelLine(2, "Harbour Records", "X 1"),)),
)


@pytest.fixture
async def storage(library_url: str, tmp_path: Path) -> AsyncIterator[Storage]:
    catalogue = f"sqlite:///{tmp_path / 'catalogue.db'}" if library_url.startswith("sqlite") else library_url
    async with open_storage(library_url, catalogue) as opened:
        yield opened


@pytest.fixture
async def search(storage: Storage) -> CatalogueSearch:
    await storage.catalogue.write(lambda db: growth.apply(db, ENTRIES))
    return CatalogueSearch(storage)


@pytest.mark.parametrize(
    ("text", "understood", "ids"),
    [
        ("harbour lanterns", "words", [70001, 70002]),
        ("Orchestra of Lanterns - Glass Harbour", "words", [70001, 70002]),
        ("qp-1004", "catalogue number", [70001, 70003]),
        ("036000291452", "barcode", [70001]),
        ("0036000291452", "barcode", [70001]),
        ("70002", "release", [70002]),
        ("https://www.discogs.com/release/70002-Anything", "release", [70002]),
        ("https://www.discogs.com/master/9-Anything", "master", [70002, 70001]),
        ("m9", "master", [70002, 70001]),
        ("m8", "master", []),
        ("70009", "words", []),
        ("", "words", []),
        ("  ", "words", []),
    ],
)
async def test_what_is_typed_is_taken_for_what_it_is(
    search: CatalogueSearch, text: str, understood: str, ids: list[int]
) -> None:
    found = await search.find(text)
    assert [hit.id for hit in found.hits] == ids
    assert found.understood == understood or not ids


async def test_a_hit_has_what_a_line_shows(search: CatalogueSearch) -> None:
    hit = (await search.find("glass harbour lanterns 1978")).hits[0]
    assert (hit.title, hit.artist, hit.year, hit.country) == ("Glass Harbour", "Orchestra Of Lanterns", 1978, "Norway")
    assert (hit.label, hit.catno, hit.format, hit.master) == ("Quay Press", "QP-1004", "Vinyl, LP", 9)


async def test_kinds_come_one_after_the_other(search: CatalogueSearch) -> None:
    found = await search.find("harbour", kinds=("label", "artist", "master", "release"))
    assert [(hit.kind, hit.id) for hit in found.hits] == [
        ("label", 2),
        ("master", 9),
        ("release", 70004),
        ("release", 70001),
        ("release", 70002),
    ]
    master = found.hits[1]
    assert (master.title, master.artist) == ("Glass Harbour", "Orchestra Of Lanterns")


async def test_what_is_owned_comes_first_however_little_it_is_linked(search: CatalogueSearch) -> None:
    owned = [ReleaseId(70002), ReleaseId(70003)]
    found = await search.find("glass harbour", limit=1, owned=owned)
    assert [hit.id for hit in found.hits] == [70002]
    assert found.more
    many = [*owned, *(ReleaseId(number) for number in range(1, MOST_OWNED))]
    assert (await search.find("glass harbour", owned=many)).hits[0].id == 70002


async def test_only_what_nothing_matches_is_corrected(search: CatalogueSearch) -> None:
    slipped = await search.find("glas lantrens")
    assert ([hit.id for hit in slipped.hits], slipped.corrected) == ([70001, 70002], "glas lanterns")
    right = await search.find("glass lanterns")
    assert ([hit.id for hit in right.hits], right.corrected) == ([70001, 70002], None)
    nothing = await search.find("xylophone zeppelin")
    assert (nothing.hits, nothing.corrected) == ((), None)


async def test_there_is_more_where_the_limit_cuts_something_off(search: CatalogueSearch) -> None:
    assert (await search.find("harbour", limit=2)).more
    assert not (await search.find("harbour", limit=3)).more


async def test_an_unknown_kind_is_refused(search: CatalogueSearch) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await search.find("harbour", kinds=("genre",))
    assert refusal.value.field == "kinds"


async def test_a_catalogue_without_releases_is_empty(storage: Storage) -> None:
    search = CatalogueSearch(storage)
    assert await search.is_empty()
    await storage.catalogue.write(lambda db: growth.apply(db, ENTRIES))
    assert not await search.is_empty()


async def test_a_growing_catalogue_is_completed_at_once(storage: Storage) -> None:
    search = CatalogueSearch(storage)
    assert await search.autocomplete("lantern") == []
    await storage.catalogue.write(lambda db: growth.apply(db, ENTRIES))
    assert [each.node.name for each in await search.autocomplete("lantern")] == ["Orchestra Of Lanterns"]
