"""The wantlist as a service: on Discogs first, then here, told to whoever watches; what fails changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from services.demo.faults import Fault
from services.discogs.wants import LONGEST_NOTES, Wants
from services.errors import InvalidInput, NotConnected, NotFound, UpstreamError
from services.events import ActivityAdded, WantsChanged
from storage import activity
from storage.values import Activity, UserId, Want, WantQuery
from tests.services.discogs.installation import Installation, installed
from tests.upstreams.fixtures import simulated

Change = Callable[[Wants, UserId, int], Awaitable[Want]]
CHANGES: dict[str, Change] = {
    "add": lambda wants, user, release: wants.add(user, release, "new", 3),
    "edit": lambda wants, user, release: wants.edit(user, release, notes="new"),
    "remove": lambda wants, user, release: wants.remove(user, release),
    "restore": lambda wants, user, release: wants.restore(user, release),
}


@pytest.fixture
def wants(program: Installation) -> Wants:
    program.discogs.world.wants.clear()
    return program.runtime.wants


def unwanted(program: Installation) -> int:
    """A release that is neither wanted nor owned."""
    world = program.discogs.world
    owned = {i.release_id for i in world.instances.values()}
    return next(n for n in world.catalogue.pressings if n not in owned and n not in world.wants)


async def feed(program: Installation) -> list[Activity]:
    async with program.runtime.storage.read() as conn:
        return await activity.newest(conn, program.user, 10, type="wantlist")


async def test_a_release_is_wanted_on_discogs_and_here(program: Installation, wants: Wants) -> None:
    release = unwanted(program)
    with program.runtime.events.subscribe(WantsChanged, ActivityAdded) as told:
        want = await wants.add(program.user, release, "any pressing", 4)
        assert [type(event) for event in told.drain()] == [WantsChanged, ActivityAdded]
    there = program.discogs.world.wants[release]
    assert (there.notes, there.rating) == (want.notes, want.rating) == ("any pressing", 4)
    assert want == await wants.get(program.user, release)
    assert want.album_title and want.date_added
    (entry,) = await feed(program)
    assert (entry.status, entry.details["release_id"]) == ("added", release)
    assert want.album_title in entry.details["title"]


async def test_what_is_wanted_already_keeps_its_notes_unless_others_are_given(
    program: Installation, wants: Wants
) -> None:
    release = unwanted(program)
    await wants.add(program.user, release, "first", 2)
    again = await wants.add(program.user, release)
    assert (again.notes, again.rating) == ("first", 2)
    assert (await wants.add(program.user, release, "second")).notes == "second"
    assert await wants.count(program.user) == 1


async def test_notes_and_rating_are_changed_one_by_one(program: Installation, wants: Wants) -> None:
    release = unwanted(program)
    await wants.add(program.user, release, "first", 2)
    assert (await wants.edit(program.user, release, rating=5)).notes == "first"
    assert (await wants.edit(program.user, release, notes="")).rating == 5
    assert (await wants.edit(program.user, release, rating=0)).rating == 0
    there = program.discogs.world.wants[release]
    assert (there.notes, there.rating) == ("", 0)
    asked = len(program.discogs.requests)
    await wants.edit(program.user, release)
    assert len(program.discogs.requests) == asked, "nothing to change, nothing to ask"


async def test_what_was_taken_off_is_put_back_with_its_notes(program: Installation, wants: Wants) -> None:
    release = unwanted(program)
    await wants.add(program.user, release, "any pressing", 4)
    gone = await wants.remove(program.user, release)
    assert gone.notes == "any pressing" and release not in program.discogs.world.wants
    assert await wants.count(program.user) == 0
    with pytest.raises(NotFound):
        await wants.get(program.user, release)
    with pytest.raises(NotFound):
        await wants.remove(program.user, release)
    back = await wants.restore(program.user, release)
    assert (back.pk, back.notes, back.rating, back.removed_at) == (gone.pk, "any pressing", 4, None)
    assert program.discogs.world.wants[release].notes == "any pressing"
    assert [entry.status for entry in await feed(program)] == ["restored", "removed", "added"]


async def test_a_sync_leaves_what_was_changed_here_as_it_is(program: Installation, wants: Wants) -> None:
    first, second = unwanted(program), None
    await program.synced()
    await wants.add(program.user, first, "mine")
    second = unwanted(program)
    await wants.add(program.user, second)
    await wants.remove(program.user, second)
    counts = await program.synced()
    assert (counts["wants"], counts["wantsChanged"]) == (1, 0)
    assert (await wants.get(program.user, first)).notes == "mine"


async def test_lists_pages_and_keys_show_the_same(program: Installation, wants: Wants) -> None:
    releases = list(program.discogs.world.catalogue.pressings)[:7]
    for release in releases:
        await wants.add(program.user, release)
    query = WantQuery(text="")
    listed, total = await wants.page(program.user, query)
    keys = await wants.order(program.user, query)
    assert await wants.some(program.user, keys) == listed
    assert total == await wants.count(program.user, query) == 7
    assert (await wants.page(program.user, query, limit=3, offset=2))[0] == listed[2:5]


async def test_a_want_is_fulfilled_once_the_release_is_owned(program: Installation, wants: Wants) -> None:
    release = unwanted(program)
    await wants.add(program.user, release)
    await program.synced()
    assert await wants.fulfilled(program.user) == []
    program.discogs.world.add(1, release)
    await program.synced()
    assert [each.release_id for each in await wants.fulfilled(program.user)] == [release]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.DROP_CONNECTION, Fault.REVOKED_TOKEN, Fault.PRIVATE])
async def test_what_discogs_does_not_do_does_not_happen_here(
    fault: Fault, change: str, program: Installation, wants: Wants
) -> None:
    release = unwanted(program)
    await wants.add(program.user, release, "old", 1)
    if change == "restore":
        await wants.remove(program.user, release)
    before = await wants.page(program.user, WantQuery(removed=True))
    program.discogs.fault(fault)
    with (
        program.runtime.events.subscribe(WantsChanged, ActivityAdded) as told,
        pytest.raises(UpstreamError) as failed,
    ):
        await CHANGES[change](wants, program.user, release)
    assert failed.value.hint and program.discogs.token not in failed.value.message
    assert told.drain() == []
    assert await wants.page(program.user, WantQuery(removed=True)) == before


async def test_a_release_that_discogs_does_not_have_is_named(program: Installation, wants: Wants) -> None:
    with pytest.raises(NotFound, match="no release 999999999"):
        await wants.add(program.user, 999_999_999)
    with pytest.raises(NotFound, match="not on the wantlist"):
        await wants.restore(program.user, 999_999_999)
    assert await wants.count(program.user) == 0


@pytest.mark.parametrize(
    ("release", "notes", "rating", "field"),
    [
        (0, "", 0, "release_id"), (-1, "", 0, "release_id"), (2**63, "", 0, "release_id"),
        (1, "x" * (LONGEST_NOTES + 1), 0, "notes"), (1, "", 6, "rating"), (1, "", -1, "rating"),
    ],
)  # fmt: skip
async def test_bad_input_is_named_before_anything_is_sent(
    release: int, notes: str, rating: int, field: str, program: Installation, wants: Wants
) -> None:
    asked = len(program.discogs.requests)
    with pytest.raises(InvalidInput) as refused:
        await wants.add(program.user, release, notes, rating)
    assert refused.value.field == field
    assert len(program.discogs.requests) == asked


async def test_without_a_connection_nothing_is_asked_and_the_kept_list_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with simulated() as discogs:
        async with installed(discogs, tmp_path / "home", monkeypatch) as program:
            release = unwanted(program)
            await program.runtime.wants.add(program.user, release)
        asked = len(discogs.requests)
        async with installed(discogs, tmp_path / "home", monkeypatch, DISCOGS_TOKEN="") as program:
            assert await program.runtime.wants.count(program.user) == 1
            with pytest.raises(NotConnected):
                await program.runtime.wants.remove(program.user, release)
            assert await program.runtime.wants.count(program.user) == 1
        assert len(discogs.requests) == asked
