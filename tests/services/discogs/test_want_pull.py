"""What a sync brings of the wantlist, what it costs, and what it concludes when it could not read all of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.demo.faults import Fault
from services.demo.invention import invent
from services.demo.world import Want as Wanted
from services.demo.world import World
from services.discogs.bookmark import Bookmark, Memory
from services.events import WantsChanged
from storage import wants
from storage.values import NewWant, ReleaseId, Want, WantQuery
from tests.services.discogs.installation import Installation, installed
from tests.upstreams.fixtures import simulated

_LONG_AGO = datetime(2012, 1, 1, tzinfo=UTC)


def wish(world: World, count: int) -> list[int]:
    """Make the wantlist ``count`` wants long, the oldest first, as the simulated Discogs lists it; their releases."""
    world.wants.clear()
    releases = list(world.catalogue.pressings)[:count]
    assert len(releases) == count
    for age, release_id in enumerate(releases):
        world.want(release_id, _LONG_AGO + timedelta(hours=age))
    return releases


class Shifting(dict[int, Wanted]):
    """A wantlist to which something happens when its ``nth`` page is about to be read."""

    def __init__(self, wants: dict[int, Wanted], nth: int, happens: Callable[[dict[int, Wanted]], None]) -> None:
        super().__init__(wants)
        self._left = nth
        self._happens = happens

    def values(self):  # pyright: ignore[reportIncompatibleMethodOverride]
        self._left -= 1
        if self._left == 0:
            self._happens(self)
        return super().values()


async def kept(program: Installation, *, removed: bool = False) -> dict[int, Want]:
    """The wants of the library by release."""
    async with program.runtime.storage.read() as conn:
        found, _ = await wants.page(conn, program.user, WantQuery(removed=removed), limit=None, offset=0)
    return {each.release_id: each for each in found}


async def assert_in_step(program: Installation) -> None:
    """Library and Discogs hold the same wants: release, notes, rating, date."""
    there = {
        n: (each.notes, each.rating, each.added and each.added.timestamp())
        for n, each in program.discogs.world.wants.items()
    }
    here = {
        n: (each.notes, each.rating, each.date_added and datetime.fromisoformat(each.date_added).timestamp())
        for n, each in (await kept(program)).items()
    }
    assert here == there


async def pages(program: Installation, **params: object) -> list[int]:
    """The pages of the wantlist that a sync asks for."""
    asked = await program.requests_of_sync(**params)
    return [int(line.split("page=")[1].split("&")[0]) for line in asked if "/wants?" in line]


@asynccontextmanager
async def wishing(count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Installation]:
    """The program and a wantlist of that length, over a collection of a few records."""
    world = invent(max(count + 20, 100))
    for instance in list(world.instances.values())[10:]:
        world.remove(instance)
    wish(world, count)
    async with simulated(world) as discogs, installed(discogs, tmp_path / "home", monkeypatch) as program:
        yield program


async def test_a_sync_brings_every_want_with_what_a_list_shows(program: Installation) -> None:
    world = program.discogs.world
    wish(world, 12)
    first = next(iter(world.wants.values()))
    first.notes, first.rating, first.added = "any pressing [will] do\n👍", 4, None
    with program.runtime.events.subscribe(WantsChanged) as changes:
        counts = await program.synced()
        assert changes.drain() == [WantsChanged(program.user)]
        await program.synced()
        assert changes.drain() == [], "nothing changed, nothing is told"
    await assert_in_step(program)
    assert (counts["wants"], counts["wantsChanged"]) == (12, 12)
    summary = world.catalogue.pressings[first.release_id].summary
    want = (await kept(program))[first.release_id]
    assert (want.album_title, want.date_added, want.formats[0].name) == (
        summary["title"].strip(),
        None,
        summary["formats"][0]["name"],
    )
    assert want.thumbnail_url and want.genres == tuple(summary["genres"])


async def test_the_result_says_how_much_is_stored(program: Installation) -> None:
    wish(program.discogs.world, 7)
    job = await program.sync()
    assert job.result is not None
    assert job.result["stored"] == {"collection": len(program.discogs.world.instances), "wantlist": 7}


async def test_what_is_not_wanted_any_more_is_marked_and_comes_back(program: Installation) -> None:
    world = program.discogs.world
    gone, *_ = wish(world, 5)
    await program.synced()
    del world.wants[gone]
    counts = await program.synced()
    assert (counts["wants"], counts["wantsChanged"]) == (4, 1)
    await assert_in_step(program)
    assert (await kept(program, removed=True))[gone].removed_at is not None
    world.want(gone, _LONG_AGO)
    await program.synced()
    await assert_in_step(program)


@pytest.mark.parametrize(("count", "first", "later"), [(0, [1], [1]), (100, [1], [1]), (250, [1, 2, 3], [1, 3])])
async def test_a_page_per_hundred_wants_and_only_the_ends_when_nothing_is_new(
    count: int, first: list[int], later: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wishing(count, tmp_path, monkeypatch) as program:
        assert await pages(program) == first
        assert await pages(program) == later
        assert await pages(program, full=True) == first
        await assert_in_step(program)


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("change", ["add", "remove", "replace"])
async def test_what_came_or_went_is_found_whichever_way_the_list_is_ordered(
    change: str, newest_first: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wishing(330, tmp_path, monkeypatch) as program:
        world = program.discogs.world
        order = list(world.wants)
        if newest_first:
            world.wants = {n: world.wants[n] for n in reversed(order)}
        await program.synced()
        if change != "add":
            del world.wants[order[170]]
        if change != "remove":
            new = next(n for n in world.catalogue.pressings if n not in order)
            fresh = {new: Wanted(new, _LONG_AGO + timedelta(days=900))}
            world.wants = fresh | world.wants if newest_first else world.wants | fresh
        await program.synced()
        await assert_in_step(program)


async def test_a_note_changed_in_the_middle_is_found_when_everything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wishing(330, tmp_path, monkeypatch) as program:
        await program.synced()
        world = program.discogs.world
        world.wants[list(world.wants)[150]].notes = "changed on the website"
        assert await pages(program) == [1, 4], "nothing shows it"
        await program.synced(full=True)
        await assert_in_step(program)


async def test_everything_is_read_by_itself_when_the_last_time_is_too_long_ago(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wishing(250, tmp_path, monkeypatch) as program:
        await program.synced()
        settings = program.runtime.settings.model_copy(update={"sync_full_days": 0})
        program.runtime.discogs.settings = settings
        assert await pages(program) == [1, 2, 3]


@pytest.mark.parametrize("change", ["add", "remove", "both", "shrink"])
async def test_a_wantlist_that_changes_while_it_is_read_loses_nothing(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wishing(330, tmp_path, monkeypatch) as program:
        world = program.discogs.world
        first = next(iter(world.wants))
        new = next(n for n in world.catalogue.pressings if n not in world.wants)

        def happens(wanted: dict[int, Wanted]) -> None:
            if change in ("add", "both"):
                wanted[new] = Wanted(new, _LONG_AGO)
            if change in ("remove", "both"):
                del wanted[first]
            if change == "shrink":
                for n in list(wanted)[:150]:
                    del wanted[n]

        world.wants = Shifting(world.wants, 3, happens)
        await program.synced()
        if change == "both":  # one gone and one come between two pages: no count shows it, only another full reading
            await program.synced(full=True)
        await assert_in_step(program)


async def test_one_that_changes_at_every_look_is_left_for_the_next_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wishing(120, tmp_path, monkeypatch) as program:
        world = program.discogs.world
        await program.synced()
        before = set(await kept(program))

        class Restless(dict[int, Wanted]):
            def values(self):  # pyright: ignore[reportIncompatibleMethodOverride]
                if len(self) > 101:
                    del self[next(iter(self))]
                return super().values()

        world.wants = Restless(world.wants)
        assert await pages(program, full=True) == [1, 2] * 3
        assert set(await kept(program)) == before, "nothing is concluded from a list that does not hold still"
        world.wants = dict(world.wants)
        assert await pages(program) == [1, 2]
        await assert_in_step(program)


async def test_wants_that_are_counted_but_not_listed_cost_a_second_look_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wishing(330, tmp_path, monkeypatch) as program:
        program.discogs.fault(Fault.SHORT_PAGE, match="/wants")
        assert await pages(program) == [1, 2, 3, 4] * 2
        assert len(await kept(program)) == 326
        assert await pages(program) == [1, 4]
        gone = list(await kept(program))[7]
        del program.discogs.world.wants[gone]
        await program.synced()
        assert gone not in await kept(program), "what is hidden does not keep what is gone"


@pytest.mark.parametrize("fault", [Fault.PRIVATE, Fault.SERVER_ERROR, Fault.HTML_502, Fault.DROP_CONNECTION])
async def test_a_wantlist_that_cannot_be_read_is_a_problem_and_the_collection_is_kept(
    fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wishing(130, tmp_path, monkeypatch) as program:
        await program.synced()
        world = program.discogs.world
        del world.wants[list(world.wants)[3]]
        world.add(1, list(world.catalogue.pressings)[-1])
        program.discogs.fault(fault, match="/wants")
        job = await program.sync()
        (problem,) = await program.runtime.jobs.problems(job.id)
        assert (job.state.value, problem.item) == ("partial", "The wantlist")
        assert "read page 1 of the wantlist" in problem.message
        await program.assert_in_step()
        assert len(await kept(program)) == 130, "nothing is gone because nothing was seen"
        program.discogs.mend()
        assert await pages(program) == [1, 2]
        await assert_in_step(program)


async def test_a_reading_that_broke_off_is_no_ground_for_the_next_to_be_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wishing(330, tmp_path, monkeypatch) as program:
        await program.synced()
        world = program.discogs.world
        world.wants[list(world.wants)[150]].notes = "changed"
        world.want(next(n for n in world.catalogue.pressings if n not in world.wants), _LONG_AGO)

        def breaks(_: dict[int, Wanted]) -> None:
            program.discogs.fault(Fault.SERVER_ERROR, match="/wants")

        world.wants = Shifting(world.wants, 2, breaks)
        assert (await program.sync()).state.value == "partial"
        program.discogs.mend()
        assert await pages(program) == [1, 2, 3, 4]
        await assert_in_step(program)


async def test_a_credential_that_is_refused_amid_the_wants_ends_the_sync(program: Installation) -> None:
    program.discogs.fault(Fault.REVOKED_TOKEN, match="/wants")
    job = await program.sync()
    assert job.state.value == "failed" and "connect discogs" in (job.error or "")


async def test_a_sync_that_is_interrupted_goes_on_at_its_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = invent(400)
    wish(world, 330)
    async with simulated(world) as discogs:
        async with installed(discogs, tmp_path / "home", monkeypatch) as program:
            discogs.fault(Fault.SLOW, match="/wants", value="0.3")
            started, _ = await program.runtime.jobs.start("sync", program.user, {})
            async for job in program.runtime.jobs.watch(program.user, started.id):
                if job.progress.phase == "wants" and job.progress.done >= 200:
                    break
        discogs.mend()
        before = discogs.asked("GET", "/wants")
        assert before < 4
        async with installed(discogs, tmp_path / "home", monkeypatch) as program:
            last = [job async for job in program.runtime.jobs.watch(program.user, started.id)][-1]
            assert last.state.value == "done"
            await assert_in_step(program)
        resumed = [r["query"] for r in discogs.requests if "/wants" in r["path"]][before:]
        assert resumed and "page=1&" not in resumed[0]
        assert discogs.asked("GET", "/collection/folders/0") == len(world.instances) // 100 + 1


async def test_what_is_wanted_here_while_the_list_is_read_stays_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with wishing(130, tmp_path, monkeypatch) as program:
        world = program.discogs.world
        new = next(n for n in world.catalogue.pressings if n not in world.wants)
        async with program.runtime.storage.write() as conn:
            await wants.put(conn, program.user, NewWant(ReleaseId(new), "Put", "Here"))
        world.want(new, None)
        await program.synced()
        await assert_in_step(program)


def test_a_checkpoint_and_a_memory_of_an_earlier_version_are_read() -> None:
    old = Bookmark().document()
    del old["wants"]
    mark = Bookmark.read(old)
    assert mark is not None and mark.wants.since is None
    memory = Memory.read({"memory": {"full_at": "2026-11-20T00:00:00+00:00", "hidden": {"1": 2}}})
    assert (memory.wants_full_at, memory.wants_hidden) == (None, 0)
    assert Bookmark.read(Bookmark(memory=memory).document()) == Bookmark(memory=memory)
