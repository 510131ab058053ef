"""What Discogs tells of releases is known to the catalogue ever after."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from services.demo.invention import invent
from services.discogs.filing import entry_of, file_met
from services.discogs.models import BasicInformation, Release
from storage.catalogue import generation
from storage.catalogue.kinds import Kind, key_of
from storage.catalogue.packed import length, unpack_ids
from storage.values import LabelLine, ReleaseId
from tests.services.discogs.installation import Installation, installed
from tests.upstreams.fixtures import simulated


@pytest.fixture
async def program(library_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Installation]:
    async with simulated(invent(40, seed=5)) as discogs, installed(discogs, tmp_path, monkeypatch, library_url) as made:
        yield made


async def filed(program: Installation) -> set[int]:
    rows = await program.runtime.storage.catalogue.read(lambda db: db.rows("SELECT id FROM release"))
    return {row[0] for row in rows}


async def test_a_sync_files_what_the_collection_and_the_wantlist_list(program: Installation) -> None:
    await program.synced()
    world = program.discogs.world
    owned = {copy.release_id for copy in world.instances.values()}
    assert await filed(program) == owned | set(world.wants)
    summary = world.catalogue.pressings[min(owned)].summary
    artist = summary["artists"][0]["id"]
    by = {i for i in owned | set(world.wants) if artist in _artists(program, i)}
    row = await program.runtime.storage.catalogue.read(
        lambda db: db.row("SELECT releases FROM node WHERE key = ?", (key_of(Kind.ARTIST, artist),))
    )
    assert row is not None
    assert length(row[0]) == len(by)


def _artists(program: Installation, release: int) -> set[int]:
    return {artist["id"] for artist in program.discogs.world.catalogue.pressings[release].summary["artists"]}


async def test_a_release_that_is_opened_is_filed_with_everybody_on_it(program: Installation) -> None:
    release_id = next(iter(program.discogs.world.catalogue.pressings))
    release = await program.runtime.discogs.release(program.user, release_id)
    row = await program.runtime.storage.catalogue.read(
        lambda db: db.row("SELECT title, country, credits FROM release WHERE id = ?", (release_id,))
    )
    assert row is not None
    assert row[0] == release.title
    by = {credit.id for credit in release.artists}
    assert set(unpack_ids(row[2])) == {credit.id for credit in release.extraartists if credit.id} - by


async def test_a_catalogue_that_was_thrown_away_is_filled_by_the_next_sync(program: Installation) -> None:
    await program.synced()
    before = await filed(program)

    await program.runtime.storage.catalogue.write(lambda db: (db.do("DELETE FROM release"), db.do("DELETE FROM node")))
    await program.synced()
    assert await filed(program) == before


async def test_a_catalogue_that_cannot_be_opened_holds_up_no_sync(program: Installation) -> None:
    file = program.runtime.storage.catalogue.address.file
    if file is None:
        pytest.skip("on a server the catalogue is where the library is")
    generation.pointer(file).write_text("gone.db")
    await program.synced()
    await program.assert_in_step()


def test_a_full_answer_becomes_an_entry() -> None:
    said = Release.model_validate(
        {
            "id": 7,
            "title": "Vökuró",
            "year": 1995,
            "country": "Iceland",
            "master_id": 3,
            "artists": [{"id": 1, "name": "Björk & Co (2)", "join": ","}, {"id": 2, "name": "The Dockers"}],
            "labels": [{"id": 5, "name": "Polar", "catno": "PO-77"}, {"id": 0, "name": "Not On Label", "catno": ""}],
            "formats": [{"name": "Vinyl", "qty": "2", "descriptions": ["LP", "Album"]}, {"name": "CD", "qty": "1"}],
            "genres": ["Electronic"],
            "extraartists": [{"id": 8, "name": "An Engineer"}, {"id": 0, "name": "Nobody known"}],
            "tracklist": [
                {"title": "One", "artists": [{"id": 9, "name": "A Guest"}]},
                {"title": "Suite", "sub_tracks": [{"title": "a", "extraartists": [{"id": 10, "name": "A Flute"}]}]},
            ],
            "identifiers": [{"type": "Barcode", "value": "5 0245-45"}],
        }
    )
    entry = entry_of(said)
    assert (entry.id, entry.artist, entry.format) == (
        ReleaseId(7),
        "Björk & Co, The Dockers",
        "2×Vinyl, LP, Album + CD",
    )
    assert [credit.name for credit in entry.artists] == ["Björk & Co (2)", "The Dockers"]
    assert [credit.id for credit in entry.credits] == [8, 9, 10]
    assert entry.labels == (LabelLine(5, "Polar", "PO-77"),)
    assert entry.formats == ("Vinyl", "LP", "Album", "CD")
    assert entry.barcodes == ("5 0245-45",)


async def test_names_of_any_length_are_filed(program: Installation) -> None:
    long = "倖" * 3000
    said = BasicInformation.model_validate(
        {
            "id": 7,
            "title": long,
            "artists": [{"id": 1, "name": long}],
            "labels": [{"id": 2, "name": long, "catno": long}],
            "genres": ["Jazz"],
        }
    )
    await file_met(program.runtime.storage, [said])
    assert await filed(program) == {7}
