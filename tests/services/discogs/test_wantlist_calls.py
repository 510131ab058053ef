"""The calls for the wantlist, over real HTTP to the simulated Discogs, and real answers through the models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.demo.faults import Fault
from services.discogs.wantlist_calls import WantItem, WantPage
from services.errors import UpstreamError, UpstreamNotFound, UpstreamRefused
from tests.upstreams.fixtures import RunningDiscogs

ONE = {"id": 7, "basic_information": {"id": 7, "title": "Seven"}}


def test_recorded_wants_are_understood(fixtures: Path) -> None:
    page = WantPage.model_validate(json.loads((fixtures / "discogs/api/wants_page.json").read_text("utf-8")))
    assert [(want.id, want.rating, want.notes, want.date_added) for want in page.wants] == [
        (1867708, 4, "Sample public notes.", ""),
        (1675174, 3, "", ""),
        (1, 0, "", ""),
    ]
    put = WantItem.model_validate(json.loads((fixtures / "discogs/api/want_put_201_2026.json").read_text("utf-8")))
    assert (put.id, put.date_added) == (5134861, "2026-06-13T22:55:13.000000+00:00")
    assert put.basic_information.artist_name == "HammerFall"


@pytest.mark.parametrize(
    ("wants", "releases"),
    [
        ([ONE], [7]), ([], []), (None, []), ([None, ONE], [7]), ([{**ONE, "id": None}, ONE], [7]),
        ([{"basic_information": ONE["basic_information"]}], []),
    ],
)  # fmt: skip
def test_wants_that_name_no_release_are_skipped(wants: object, releases: list[int]) -> None:
    page = WantPage.model_validate({"pagination": {"page": 1, "pages": 1}, "wants": wants})
    assert [want.id for want in page.wants] == releases


def unwanted(discogs: RunningDiscogs) -> int:
    return next(n for n in discogs.world.catalogue.pressings if n not in discogs.world.wants)


async def test_a_release_is_wanted_described_and_let_go(discogs: RunningDiscogs) -> None:
    release, name = unwanted(discogs), discogs.username
    async with discogs.client() as client:
        wantlist = client.interactive.wantlist
        put = await wantlist.put(name, release, notes="any pressing", rating=4)
        assert (put.id, put.notes, put.rating) == (release, "any pressing", 4)
        assert (await wantlist.put(name, release)).notes == "any pressing", "a repeat changes nothing"
        assert (await wantlist.edit(name, release, rating=0)).rating == 0
        assert (await wantlist.edit(name, release, notes="")).notes == ""
        listed = (await wantlist.page(name, 1)).wants
        assert [want.id for want in listed].count(release) == 1
        await wantlist.delete(name, release)
        await wantlist.delete(name, release)
        assert release not in {want.id for want in (await wantlist.page(name, 1)).wants}


async def test_pages_are_walked_to_the_last(discogs: RunningDiscogs) -> None:
    name = discogs.username
    async with discogs.client() as client:
        for release in list(discogs.world.catalogue.pressings)[:7]:
            await client.wantlist.put(name, release)
        first = await client.wantlist.page(name, 1, per_page=3)
        rest = [await client.wantlist.page(name, n, 3) for n in range(2, first.pagination.pages + 1)]
        with pytest.raises(UpstreamNotFound):
            await client.wantlist.page(name, first.pagination.pages + 1, 3)
    walked = [want.id for page in (first, *rest) for want in page.wants]
    assert sorted(walked) == sorted(discogs.world.wants) and len(walked) == first.pagination.items


async def test_a_release_that_discogs_does_not_have_cannot_be_wanted(discogs: RunningDiscogs) -> None:
    async with discogs.client() as client:
        with pytest.raises(UpstreamNotFound, match="put release 1 on the wantlist"):
            await client.wantlist.put(discogs.username, 1)


async def test_every_write_is_tried_again_since_repeating_it_does_no_harm(discogs: RunningDiscogs) -> None:
    release, name = unwanted(discogs), discogs.username
    async with discogs.client() as client:
        for write in (client.wantlist.put, client.wantlist.edit, client.wantlist.delete):
            discogs.fault(Fault.HTML_502, times=1)
            await write(name, release)
    assert [discogs.asked(verb, f"/wants/{release}") for verb in ("PUT", "POST", "DELETE")] == [2, 2, 2]


async def test_a_private_wantlist_is_refused_in_words(discogs: RunningDiscogs) -> None:
    discogs.fault(Fault.PRIVATE, match="/wants")
    async with discogs.client() as client:
        with pytest.raises(UpstreamRefused, match="read page 1 of the wantlist") as refused:
            await client.wantlist.page(discogs.username, 1)
    assert refused.value.status == 403


async def test_a_gone_want_that_answers_404_is_gone_all_the_same(discogs: RunningDiscogs) -> None:
    async with discogs.client() as client:
        await client.wantlist.delete("nobody.of.that_name", 1)
        with pytest.raises(UpstreamError):
            await client.wantlist.page("nobody.of.that_name", 1)
