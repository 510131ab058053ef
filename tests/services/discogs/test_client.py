"""The Discogs client: real answers through the models, real HTTP to the simulated Discogs through the methods."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from services.demo.faults import Fault
from services.demo.invention import invent
from services.discogs.client import DiscogsClient, SearchQuery
from services.discogs.models import (
    AddedInstance,
    BasicInformation,
    CollectionPage,
    CollectionValue,
    FieldList,
    FolderList,
    Identity,
    Release,
    SearchPage,
    credited,
)
from services.errors import (
    InvalidInput,
    UpstreamError,
    UpstreamNotFound,
    UpstreamRefused,
    UpstreamTimeout,
)
from services.upstream import Limiters, Timeouts
from tests.upstreams.dump_world import dump_releases, dump_world
from tests.upstreams.fixtures import RunningDiscogs, simulated


def recorded(fixtures: Path, name: str) -> Any:
    return json.loads((fixtures / "discogs" / "api" / f"{name}.json").read_text("utf-8"))


# --- real answers


@pytest.mark.parametrize(
    ("name", "model", "holds"),
    [
        ("identity", Identity, lambda m: (m.id, m.username) == (1, "example")),
        ("collection_folders", FolderList, lambda m: [f.value.count for f in m.folders] == [3, 0, 0]),
        ("collection_fields", FieldList, lambda m: m.definitions[1].options[0] == "Generic"),
        ("collection_fields_2026", FieldList, lambda m: [f.value.kind for f in m.definitions] == ["textarea", "dropdown"]),
        ("collection_value", CollectionValue, lambda m: (m.minimum, m.maximum) == ("£1.05", "£5")),
        ("collection_folder0_releases", CollectionPage, lambda m: [i.instance_id for i in m.releases] == [101, 102, 103]),
        ("collection_folder_releases_2021", CollectionPage, lambda m: len(m.releases[0].basic_information.formats) == 4),
        ("collection_folder_releases_2026", CollectionPage, lambda m: m.releases[0].instance_id == 2154847819),
        ("collection_release_instances", CollectionPage, lambda m: {i.rating for i in m.releases} == {4}),
        (
            "collection_folder_releases_with_notes",
            CollectionPage,
            lambda m: m.releases[0].field_values["7"] == "New" and "3" not in m.releases[0].field_values,
        ),
        ("collection_add_release_201_2026", AddedInstance, lambda m: m.instance_id == 2154847819),
        ("search_q_trash80", SearchPage, lambda m: all(isinstance(label, str) for hit in m.results for label in hit.label)),
        ("search_nirvana_nevermind", SearchPage, lambda m: m.results),
        ("search_no_query_page1_2026", SearchPage, lambda m: (m.pagination.pages, m.results[0].type) == (200, "artist")),
        ("search_type_artist", SearchPage, lambda m: m.results[0].master_id == 0),
        ("search_type_label", SearchPage, lambda m: m.results[0].cover_url == ""),
        ("search_type_master", SearchPage, lambda m: m.results[0].id == m.results[0].master_id),
        ("search_type_release", SearchPage, lambda m: (m.results[0].year, m.results[0].format_values[0].qty) == (2005, 1)),
        ("release_1", Release, lambda m: m.artist_name),
        ("release_3", Release, lambda m: m.tracklist),
        ("release_249504", Release, lambda m: (m.artist_name, m.barcodes) == ("Rick Astley", ("5012394144777",))),
        ("release_5134861", Release, lambda m: (m.cover_url.endswith("2659.jpeg.jpg"), m.community.have) == (True, 285)),
        ("release_3329867_file_format", Release, lambda m: m.formats[0].name == "File"),
    ],
)  # fmt: skip
def test_recorded_answers_are_understood(
    fixtures: Path, name: str, model: type[BaseModel], holds: Callable[[Any], object]
) -> None:
    understood = model.model_validate(recorded(fixtures, name))
    assert holds(understood)
    assert model.model_validate(understood.model_dump(mode="json")) == understood, "what is stored reads back the same"


def test_every_release_of_the_dump_sample_is_understood(fixtures: Path) -> None:
    for document in dump_releases(next((fixtures / "discogs/dumps").glob("*releases*"))):
        release = Release.model_validate(document)
        assert release.title and release.artist_name, release.id


@pytest.mark.parametrize(
    ("said", "utc"),
    [
        ("2026-06-13T15:52:47-07:00", "2026-06-13T22:52:47.000000+00:00"),
        ("2021-12-21T15:43:46-08:00", "2021-12-21T23:43:46.000000+00:00"),
        ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00.000000+00:00"),
        ("2020-01-01 00:00:00", "2020-01-01T00:00:00.000000+00:00"),
        ("0000-00-00", ""),
        (None, ""),
    ],
)
def test_instants_become_utc_with_microseconds(said: object, utc: str) -> None:
    assert AddedInstance.model_validate({"instance_id": 1, "date_added": said}).date_added == utc


@pytest.mark.parametrize(
    ("key", "sent", "read"),
    [
        ("year", "1991", 1991), ("year", 0, None), ("year", "", None), ("year", None, None), ("year", "19??", None),
        ("title", None, ""), ("title", 1999, "1999"), ("genres", None, ()), ("genres", "Rock", ("Rock",)),
        ("styles", [None, "Dub"], ("Dub",)), ("master_id", None, 0), ("master_id", "7", 7), ("artists", None, ()),
        ("thumb", None, ""), ("unheard_of", {"x": 1}, None),
    ],
)  # fmt: skip
def test_missing_and_odd_values_are_taken_for_what_they_mean(key: str, sent: object, read: object) -> None:
    summary = BasicInformation.model_validate({"id": 1, key: sent})
    assert getattr(summary, key, None) == read


@pytest.mark.parametrize(
    ("artists", "line"),
    [
        ([("Orion (2)", "", "Featuring"), ("Royal (4)", "", "/"), ("Dr. Know (4)", "Dr.No", "")], "Orion Featuring Royal / Dr.No"),
        ([("The Zombies", "", ",")], "The Zombies"),
        ([("A", "", ","), ("B", "", "")], "A, B"),
        ([("A", "", ""), ("B", "", "")], "A, B"),
        ([("Blink (182)x", "", "")], "Blink (182)x"),
        ([], ""),
    ],
)  # fmt: skip
def test_artists_are_joined_as_printed(artists: list[tuple[str, str, str]], line: str) -> None:
    summary = BasicInformation.model_validate(
        {"id": 1, "artists": [{"name": name, "anv": anv, "join": join} for name, anv, join in artists]}
    )
    assert summary.artist_name == credited(summary.artists) == line


def test_catno_none_means_no_number_and_the_next_one_counts() -> None:
    labels = [{"name": "X (3)", "catno": "none"}, {"name": "Y", "catno": "Y 1"}]
    summary = BasicInformation.model_validate({"id": 1, "labels": labels})
    assert (summary.label_name, summary.catalog_number) == ("X", "Y 1")


def test_a_page_of_a_hundred_is_parsed_in_a_blink() -> None:
    world = invent(100, seed=3)
    page = {
        "pagination": {"page": 1, "pages": 1, "per_page": 100, "items": 100},
        "releases": [
            {"id": i.release_id, "instance_id": i.instance_id, "folder_id": 1, "rating": 0,
             "date_added": "2021-12-21T15:43:46-08:00", "basic_information": world.catalogue.pressings[i.release_id].summary}
            for i in list(world.instances.values())[:100]
        ],
    }  # fmt: skip
    spent: list[float] = []
    for _ in range(5):
        started = time.process_time()
        CollectionPage.model_validate(page)
        spent.append(time.process_time() - started)
    assert min(spent) < 0.05


# --- the methods


async def test_the_account_is_read_as_it_is(discogs: RunningDiscogs) -> None:
    world = discogs.world
    async with discogs.client() as client:
        assert (await client.identity()).username == discogs.username
        folders = await client.folders(discogs.username)
        assert [(f.id, f.name) for f in folders] == [(0, "All"), *world.folders.items()]
        assert sum(f.count for f in folders[1:]) == folders[0].count == len(world.instances)
        assert [f.name for f in await client.fields(discogs.username)] == ["Media", "Sleeve", "Notes"]
        assert (await client.value(discogs.username)).median.startswith("€")


async def test_the_collection_is_walked_page_by_page_in_order(discogs: RunningDiscogs) -> None:
    async with discogs.client() as client:
        first = await client.collection_page(discogs.username, 1, per_page=25)
        rest = [
            await client.collection_page(discogs.username, n, per_page=25) for n in range(2, first.pagination.pages + 1)
        ]
        newest = await client.collection_page(discogs.username, 1, per_page=1, sort_order="desc")
        with pytest.raises(UpstreamNotFound):
            await client.collection_page(discogs.username, first.pagination.pages + 1, per_page=25)
    items = [item for page in (first, *rest) for item in page.releases]
    assert {i.instance_id for i in items} == set(discogs.world.instances)
    assert [i.date_added for i in items] == sorted(i.date_added for i in items)
    assert newest.releases[0].instance_id == items[-1].instance_id


async def test_adding_twice_makes_two_copies(discogs: RunningDiscogs) -> None:
    release = next(n for n in discogs.world.catalogue.pressings if not discogs.world.copies(n))
    async with discogs.client() as client:
        assert await client.instances(discogs.username, release) == []
        one, two = [await client.add_to_collection(discogs.username, 1, release) for _ in range(2)]
        found = await client.instances(discogs.username, release)
    assert two.instance_id > one.instance_id > 2**31
    assert [item.instance_id for item in found] == [one.instance_id, two.instance_id]
    assert found[0].date_added == one.date_added


async def test_a_copy_is_rated_moved_described_and_removed(discogs: RunningDiscogs) -> None:
    world, name = discogs.world, discogs.username
    folder = list(world.folders)[1]
    release = next(n for n in world.catalogue.pressings if not world.copies(n))
    async with discogs.client() as client:
        one, other = [await client.add_to_collection(name, 1, release) for _ in range(2)]
        await client.edit_instance(name, 1, release, one.instance_id, rating=4, move_to=folder)
        await client.set_field(name, folder, release, one.instance_id, 1, "Good (G)")
        await client.set_field(name, folder, release, one.instance_id, 3, "[signed] 🎁")
        changed, untouched = await client.instances(name, release)
        assert (changed.rating, changed.folder_id) == (4, folder)
        assert changed.field_values == {"1": "Good (G)", "3": "[signed] 🎁"}
        assert (untouched.rating, untouched.folder_id) == (4, 1), "a rating belongs to the release"
        with pytest.raises(UpstreamNotFound, match="collection item does not exist"):
            await client.edit_instance(name, 1, release, one.instance_id, rating=1)
        with pytest.raises(UpstreamError, match=r"body\.value") as refused:
            await client.set_field(name, folder, release, one.instance_id, 1, "Quite good")
        assert refused.value.status == 422
        await client.delete_instance(name, folder, release, one.instance_id)
        assert [i.instance_id for i in await client.instances(name, release)] == [other.instance_id]


async def test_a_search_finds_by_every_field_and_says_what_is_owned(discogs: RunningDiscogs) -> None:
    pressing = next(
        p for p in discogs.world.catalogue.pressings.values()
        if p.barcodes and discogs.world.copies(p.id) and p.summary["labels"][0]["catno"] != "none"
    )  # fmt: skip
    digits = "".join(filter(str.isdigit, pressing.barcodes[0]))
    catno = pressing.summary["labels"][0]["catno"]
    async with discogs.client() as client:
        for query in (
            SearchQuery(barcode=digits),
            SearchQuery(catno=catno, artist=pressing.artists_sort.split()[0]),
            SearchQuery(release_title=pressing.summary["title"].strip() or "x"),
            SearchQuery(q=digits),
        ):
            hits = (await client.interactive.search(query)).results
            assert pressing.id in [hit.id for hit in hits], query
            assert next(hit for hit in hits if hit.id == pressing.id).user_data.in_collection
        assert (await client.search(SearchQuery(q="zzz nothing"))).results == ()


async def test_a_release_has_its_details_and_its_cover(discogs: RunningDiscogs) -> None:
    pressing = next(p for p in discogs.world.catalogue.pressings.values() if p.summary["thumb"])
    async with discogs.client() as client:
        release = await client.release(pressing.id)
        picture = await client.image(release.cover_url)
        with pytest.raises(UpstreamNotFound, match="Release not found"):
            await client.release(1)
    assert release.title == pressing.summary["title"].strip() or release.title == pressing.summary["title"]
    assert release.tracklist and release.formats
    assert picture.startswith(b"\xff\xd8")
    assert [r["credential"] for r in discogs.requests if "/images/" in r["path"]] == ["none"]


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "http://10.0.0.1/x.jpg", "https://discogs.com.evil.example/x", "http://i.discogs.com/x"],
)
async def test_pictures_come_from_discogs_only(discogs: RunningDiscogs, url: str) -> None:
    async with discogs.client() as client:
        with pytest.raises(UpstreamError, match="not on a server of Discogs"):
            await client.image(url)
    assert discogs.requests == []


async def test_without_a_credential_there_are_no_pictures_and_no_account(discogs: RunningDiscogs) -> None:
    pressing = next(p for p in discogs.world.catalogue.pressings.values() if p.summary["thumb"])
    async with discogs.client(None) as client:
        assert (await client.release(pressing.id)).cover_url == ""
        assert [f.id for f in await client.folders(discogs.username)] == [0]
        with pytest.raises(UpstreamRefused, match="must authenticate") as refused:
            await client.identity()
    assert "connect discogs" in refused.value.hint


async def test_a_revoked_token_is_refused_with_what_to_do(discogs: RunningDiscogs) -> None:
    discogs.fault(Fault.REVOKED_TOKEN)
    async with discogs.client() as client:
        with pytest.raises(UpstreamRefused) as refused:
            await client.identity()
    assert discogs.token not in refused.value.message + refused.value.hint
    assert "settings/developers" in refused.value.hint


async def test_an_answer_of_another_shape_is_an_error_not_a_crash(discogs: RunningDiscogs) -> None:
    discogs.world.catalogue.pressings[77] = discogs.world.catalogue.pressings[
        next(iter(discogs.world.catalogue.pressings))
    ]
    async with discogs.client() as client:
        discogs.app.world.folders = {"x": "no number"}  # type: ignore[dict-item]
        with pytest.raises(UpstreamError, match=r"shape we do not know.*folders"):
            await client.folders(discogs.username)


async def test_a_lost_answer_to_an_add_leaves_the_copy_to_be_found(discogs: RunningDiscogs) -> None:
    release = next(n for n in discogs.world.catalogue.pressings if not discogs.world.copies(n))
    discogs.fault(Fault.ADD_THEN_DROP, times=1)
    async with discogs.client() as client:
        with pytest.raises(UpstreamError) as lost:
            await client.add_to_collection(discogs.username, 1, release)
        assert lost.value.status is None
        assert len(await client.instances(discogs.username, release)) == 1
    assert discogs.asked("POST") == 1


async def test_a_late_answer_to_an_add_is_a_timeout_and_not_repeated(discogs: RunningDiscogs) -> None:
    release = next(iter(discogs.world.catalogue.pressings))
    discogs.fault(Fault.SLOW, value="0.5", times=1)
    async with discogs.client(timeouts=Timeouts(read=0.1)) as client:
        with pytest.raises(UpstreamTimeout):
            await client.add_to_collection(discogs.username, 1, release)
    assert discogs.asked("POST") == 1


async def test_short_middle_pages_are_taken_as_they_come(discogs: RunningDiscogs) -> None:
    discogs.fault(Fault.SHORT_PAGE)
    async with discogs.client() as client:
        page = await client.collection_page(discogs.username, 2, per_page=20)
    assert len(page.releases) == 18 and page.pagination.pages == 4


def test_a_client_without_a_name_is_not_made() -> None:
    with pytest.raises(InvalidInput, match="without a name"):
        DiscogsClient.open("t", user_agent=" ", limiters=Limiters())


async def test_the_real_dump_sample_is_read_as_one_collection(fixtures: Path) -> None:
    world = dump_world(fixtures)
    async with simulated(world) as discogs, discogs.client() as client:
        seen: dict[int, str] = {}
        number, pages = 0, 1
        while number < pages:
            number += 1
            page = await client.collection_page(discogs.username, number)
            pages = page.pagination.pages
            seen |= {item.instance_id: item.basic_information.title for item in page.releases}
        assert set(seen) == set(world.instances) and len(seen) > 1000
        boots = await client.release(2)
    assert (boots.title, boots.artist_name) == ("Knockin' Boots (Vol 2 Of 2)", "Mr. James Barth & A.D.")
    assert boots.cover_url.startswith(discogs.url), "no test ever asks the real Discogs for a picture"
