"""The records service: by hand, found on Discogs, fetched, refreshed, removed and brought back."""

from __future__ import annotations

from typing import Any

import pytest

from services.demo.faults import Fault
from services.discogs.query import SearchTerms
from services.errors import Conflict, InvalidInput, LockgrooveError, NotFound, UpstreamError
from services.records.entry import RecordEntry
from tests.services.discogs.installation import Installation
from tests.services.discogs.test_pull import oldest, spare


async def typed_in(program: Installation, **fields: Any) -> str:
    entry = RecordEntry(**{"artist_name": "Björk", "album_title": "Début", **fields})
    return (await program.runtime.records.add(program.user, entry)).record_id


async def test_what_is_typed_in_is_cleaned_and_kept(program: Installation) -> None:
    record_id = await typed_in(
        program,
        artist_name="  Bjo\u0308rk\x00\x07 ",
        album_title="[b]De\tbut[/b]",
        year_released=9999,
        genres=["Pop", " ", "Pop"],
    )
    record = await program.runtime.records.get(program.user, record_id)
    assert (record.artist_name, record.album_title) == ("Björk", "[b]De but[/b]")
    assert (record.year_released, record.genres, record.data_source, record.is_synced) == (
        9999,
        ("Pop",),
        "manual",
        False,
    )


@pytest.mark.parametrize(
    ("fields", "wire"),
    [
        ({"artist_name": " \x00 "}, "artistName"),
        ({"album_title": ""}, "albumTitle"),
        ({"year_released": 0}, "yearReleased"),
        ({"year_released": 10000}, "yearReleased"),
        ({"year_released": "1984"}, "yearReleased"),
        ({"artist_name": "x" * 1001}, "artistName"),
        ({"discogs_id": -1}, "discogsId"),
        ({"discogs_id": 2**63}, "discogsId"),
        ({"cover_image_url": "javascript:alert(1)"}, "coverImageUrl"),
        ({"genres": "Rock"}, "genres"),
        ({"is_shaped": "yes"}, "isShapedVinyl"),
    ],
)
async def test_a_bad_field_is_named_as_the_wire_names_it(program: Installation, fields: Any, wire: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await typed_in(program, **fields)
    assert refused.value.field == wire
    assert await program.records() == []


async def test_an_edit_changes_what_it_names_and_nothing_else(program: Installation) -> None:
    record_id = await typed_in(program, label_name="One Little", year_released=1993)
    changed = await program.runtime.records.edit(program.user, record_id, {"label_name": None, "is_shaped": True})
    assert (changed.label_name, changed.is_shaped, changed.year_released) == (None, True, 1993)
    with pytest.raises(NotFound):
        await program.runtime.records.edit(program.user, "00000000-0000-0000-0000-000000000000", {})


async def test_a_release_is_one_record(program: Installation) -> None:
    await typed_in(program, discogs_id=5)
    other = await typed_in(program, album_title="Post")
    with pytest.raises(LockgrooveError):
        await typed_in(program, discogs_id=5)
    with pytest.raises(Conflict):
        await program.runtime.records.edit(program.user, other, {"discogs_id": 5})


async def test_a_removed_record_comes_back_with_its_copies_and_edits(program: Installation) -> None:
    await program.synced()
    records = program.runtime.records
    record = await program.record(oldest(program).release_id)
    await records.edit_copy(program.user, record.record_id, oldest(program).instance_id, fields={3: "mine"})
    before = await records.detail(program.user, record.record_id)
    gone = await records.remove(program.user, record.record_id)
    with pytest.raises(NotFound):
        await records.get(program.user, record.record_id)
    await records.restore(program.user, gone)
    after = await records.detail(program.user, record.record_id)
    assert after.copies == before.copies and after.copies[0].pending
    assert program.discogs.asked("DELETE") == 0


async def test_what_vanished_can_be_brought_back_and_is_added_again(program: Installation) -> None:
    await program.synced()
    instance = next(
        i for i in program.discogs.world.instances.values() if len(program.discogs.world.copies(i.release_id)) == 1
    )
    program.discogs.world.remove(instance)
    await program.synced()
    await program.runtime.records.restore(program.user, await program.record(instance.release_id))
    assert (await program.synced())["pushed"] == 1
    assert len(program.discogs.world.copies(instance.release_id)) == 1


@pytest.mark.parametrize(
    ("edit", "field"),
    [({"rating": 6}, "rating"), ({"folder_id": 0}, "folderId"), ({"folder_id": 77}, "folderId"), ({"fields": {9: "x"}}, "fields"),
     ({"fields": {1: "Shiny"}}, "Media")],
)  # fmt: skip
async def test_an_edit_of_a_copy_that_discogs_would_refuse_is_refused_here(
    program: Installation, edit: Any, field: str
) -> None:
    await program.synced()
    instance = oldest(program)
    record = await program.record(instance.release_id)
    with pytest.raises(InvalidInput) as refused:
        await program.runtime.records.edit_copy(program.user, record.record_id, instance.instance_id, **edit)
    assert refused.value.field == field


async def test_search_finds_at_most_ten_each_with_one_look_at_the_release(program: Installation) -> None:
    await program.synced()
    record = (await program.records())[0]
    hits = await program.runtime.records.search(
        program.user, SearchTerms(artist=record.artist_name.split(",")[0], title=record.album_title)
    )
    assert 1 <= len(hits) <= 10
    looks = [r["path"] for r in program.discogs.requests if r["path"].startswith("/releases/")]
    assert len(looks) == len(set(looks)) == len(hits)
    own = next(hit for hit in hits if hit.facts.discogs_id == record.discogs_id)
    assert own.owned_as == record.record_id
    assert own.vinyl is not None and own.facts.record_size == record.record_size


async def test_a_hit_whose_release_cannot_be_read_lacks_what_only_that_says(program: Installation) -> None:
    await program.synced()
    record = (await program.records())[0]
    program.discogs.fault(Fault.SERVER_ERROR, match="GET /releases/")
    hits = await program.runtime.records.search(
        program.user, SearchTerms(artist=record.artist_name.split(",")[0], title=record.album_title)
    )
    assert hits and all(hit.vinyl is None for hit in hits)


@pytest.mark.parametrize(
    "terms",
    [SearchTerms(), SearchTerms(catalog_number="A1", upc="12345678"), SearchTerms(artist="A"), SearchTerms(upc="12"),
     SearchTerms(catalog_number=" ")],
)  # fmt: skip
async def test_none_or_several_ways_of_searching_are_refused(program: Installation, terms: SearchTerms) -> None:
    with pytest.raises(InvalidInput):
        await program.runtime.records.search(program.user, terms)
    assert not program.discogs.requests


async def test_a_search_that_discogs_fails_is_an_upstream_error(program: Installation) -> None:
    program.discogs.fault(Fault.MAINTENANCE, match="/database/search")
    with pytest.raises(UpstreamError):
        await program.runtime.records.search(program.user, SearchTerms(catalog_number="X 1"))


async def test_a_fetched_release_is_saved_and_added_to_the_collection_once(program: Installation) -> None:
    release_id = spare(program)
    first = await program.runtime.records.fetch(program.user, release_id)
    again = await program.runtime.records.fetch(program.user, release_id)
    assert first.is_synced and first.copies == 1 and first.data_source == "discogs"
    assert again.record_id == first.record_id
    assert len(program.discogs.world.copies(release_id)) == 1
    detail = await program.runtime.records.detail(program.user, first.record_id)
    assert detail.release is not None and detail.release.tracklist


async def test_a_fetch_whose_add_fails_still_saves_and_the_next_sync_adds(program: Installation) -> None:
    release_id = spare(program)
    program.discogs.fault(Fault.MAINTENANCE, match="POST")
    record = await program.runtime.records.fetch(program.user, release_id)
    assert not record.is_synced
    program.discogs.mend()
    assert not program.discogs.world.copies(release_id)


async def test_a_fetch_of_what_is_in_the_collection_marks_it_as_synced(program: Installation) -> None:
    instance = oldest(program)
    record = await program.runtime.records.fetch(program.user, instance.release_id)
    assert record.is_synced and program.discogs.asked("POST") == 0


async def test_an_update_overwrites_what_discogs_says_and_nothing_else(program: Installation) -> None:
    release_id = spare(program)
    record_id = await typed_in(program, year_released=1, notes="mine")
    before = await program.runtime.records.get(program.user, record_id)
    after = await program.runtime.records.update(program.user, record_id, release_id)
    assert after.discogs_id == release_id and after.album_title != "Début" and after.year_released != 1
    kept = ("record_id", "data_source", "is_synced", "created_at", "notes")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    with pytest.raises(NotFound):
        await program.runtime.records.update(program.user, "00000000-0000-0000-0000-000000000000", release_id)
    with pytest.raises(UpstreamError):
        await program.runtime.records.update(program.user, record_id, 999_999_999)


async def test_a_release_is_asked_for_once_in_six_hours(program: Installation) -> None:
    release_id = spare(program)
    for _ in range(2):
        await program.runtime.discogs.release(program.user, release_id)
    assert program.discogs.asked("GET", f"/releases/{release_id}") == 1
    await program.runtime.discogs.release(program.user, release_id, refresh=True)
    assert program.discogs.asked("GET", f"/releases/{release_id}") == 2


async def test_statistics_and_facets_count_the_collection(program: Installation) -> None:
    await program.synced()
    statistics = await program.runtime.records.statistics(program.user)
    assert statistics.copies == len(program.discogs.world.instances)
    assert await program.runtime.records.facets(program.user, "genre")
    with pytest.raises(InvalidInput):
        await program.runtime.records.facets(program.user, "mood")
