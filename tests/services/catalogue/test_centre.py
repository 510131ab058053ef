"""What stands in the middle of a screen: found by name or number, with all that surrounds it, on both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.catalogue.centre import centre_of, holdings_of
from services.catalogue.refusals import UnknownKind
from services.errors import NotFound
from storage.catalogue import growth
from storage.engine import Storage, open_storage
from storage.values import Credit, LabelLine, ReleaseEntry, ReleaseId
from storage.values.sleeves import Holdings

LENA, OTTO = Credit(11, "Lena Vargo"), Credit(12, "808")
ENTRIES = (
    ReleaseEntry(
        ReleaseId(808),
        "Lantern Songs",
        "Lena Vargo, 808",
        1961,
        "Norway",
        "Vinyl, LP",
        900,
        (LENA,),
        (OTTO,),
        (LabelLine(21, "Azure Room", "AZ 1"),),
        ("Funk / Soul",),
        ("Modal", "Dub"),
        ("Vinyl", "LP"),
    ),
    ReleaseEntry(ReleaseId(2), "Undated", "Lena Vargo", artists=(LENA,)),
    ReleaseEntry(ReleaseId(3), "Loose", "Nobody", artists=(Credit(808, "Somebody else"),)),
)


@pytest.fixture
async def storage(library_url: str, tmp_path: Path) -> AsyncIterator[Storage]:
    catalogue = f"sqlite:///{tmp_path / 'catalogue.db'}" if library_url.startswith("sqlite") else library_url
    async with open_storage(library_url, catalogue) as opened:
        await opened.catalogue.write(lambda db: growth.apply(db, ENTRIES))
        yield opened


async def test_an_artist_comes_with_categories_facts_and_years(storage: Storage) -> None:
    centre = await centre_of(storage, "artist", "Lena Vargo")
    assert [(each.category, each.count) for each in centre.categories] == [
        ("releases", 2),
        ("labels", 1),
        ("aliases", 0),
    ]
    assert centre.facts is not None and centre.facts.styles == ("Dub", "Modal")
    assert centre.years == ((1961, 1),)
    assert centre.sleeve is None


async def test_a_release_comes_with_everything_on_it_by_name(storage: Storage) -> None:
    sleeve = (await centre_of(storage, "release", "808")).sleeve
    assert sleeve is not None and sleeve.master is not None
    assert (sleeve.release.year, sleeve.release.catno, sleeve.country) == (1961, "AZ 1", "Norway")
    assert (sleeve.master.kind, sleeve.master.id) == ("master", "900")
    nodes = (*sleeve.artists, *sleeve.labels, *sleeve.genres, *sleeve.styles, *sleeve.credited)
    assert [(node.kind, node.name) for node in nodes] == [
        ("artist", "Lena Vargo"),
        ("label", "Azure Room"),
        ("genre", "Funk / Soul"),
        ("style", "Dub"),
        ("style", "Modal"),
        ("artist", "808"),
    ]


async def test_a_release_without_a_master_has_none(storage: Storage) -> None:
    sleeve = (await centre_of(storage, "release", "2")).sleeve
    assert sleeve is not None
    assert (sleeve.master, sleeve.country, sleeve.labels) == (None, None, ())


async def test_digits_are_a_name_first_unless_they_are_known_to_be_a_number(storage: Storage) -> None:
    assert (await centre_of(storage, "artist", "808")).node.id == "12"
    assert (await centre_of(storage, "artist", "808", number_first=True)).node.name == "Somebody else"
    assert (await centre_of(storage, "artist", "11")).node.name == "Lena Vargo"
    assert (await centre_of(storage, "master", "900")).node.name == "Lantern Songs"
    assert (await centre_of(storage, "genre", "Funk / Soul", number_first=True)).node.name == "Funk / Soul"


@pytest.mark.parametrize("kind", ["artist", "label", "genre", "style", "release", "master"])
async def test_what_is_not_there_is_told_in_words(storage: Storage, kind: str) -> None:
    with pytest.raises(NotFound, match=f"no such {kind}"):
        await centre_of(storage, kind, "999999999999")


async def test_users_and_formats_have_no_middle(storage: Storage) -> None:
    with pytest.raises(UnknownKind):
        await centre_of(storage, "format", "LP")


async def test_how_much_there_is_to_wander_in(storage: Storage) -> None:
    assert await holdings_of(storage) == Holdings(artists=3, labels=1, masters=1, releases=3)
