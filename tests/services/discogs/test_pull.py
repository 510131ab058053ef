"""What a sync brings from Discogs, and what it costs in requests."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.demo.faults import Fault
from services.demo.invention import invent
from services.demo.world import Instance
from services.settings import load_settings
from tests.services.discogs.installation import Installation, installed
from tests.upstreams.fixtures import simulated

PAGE = "/collection/folders/0/releases"


def spare(program: Installation) -> int:
    """A release that is not in the collection."""
    owned = {i.release_id for i in program.discogs.world.instances.values()}
    return next(n for n in program.discogs.world.catalogue.pressings if n not in owned)


def oldest(program: Installation) -> Instance:
    return min(program.discogs.world.instances.values(), key=lambda i: (i.added, i.instance_id))


async def test_the_first_sync_brings_every_copy_with_folder_rating_fields_and_date(program: Installation) -> None:
    counts = await program.synced()
    await program.assert_in_step()
    world = program.discogs.world
    records = await program.records()
    assert counts["pulled"] == len(records) == len({i.release_id for i in world.instances.values()})
    assert counts["pulled"] + counts["skipped"] == counts["totalDiscogsItems"] == len(world.instances)
    assert all(record.is_synced and record.data_source == "discogs" and record.copies for record in records)
    assert {record.folder_name for record in records} <= set(world.folders.values())


@pytest.mark.parametrize("copies", [0, 1, 100, 101, 230])
async def test_a_first_sync_costs_a_page_per_hundred_copies_and_at_most_five_more(
    copies: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = invent(copies or 1)
    for instance in sorted(world.instances.values(), key=lambda i: i.instance_id)[copies:]:
        world.remove(instance)
    async with (
        simulated(world) as discogs,
        installed(discogs, tmp_path / "home", monkeypatch, DISCOGS_USERNAME="") as program,
    ):
        asked = await program.requests_of_sync()
        await program.assert_in_step()
    assert len(world.instances) == copies
    assert len(asked) <= -(-copies // 100) + 5, asked


async def test_a_second_sync_with_nothing_new_costs_three_requests(program: Installation) -> None:
    await program.synced()
    asked = await program.requests_of_sync()
    assert len(asked) == 3
    assert asked[0].startswith("GET /users/crate.digger_77/collection/folders?")
    assert "sort_order=desc" in asked[1]
    assert asked[2] == "GET /users/crate.digger_77/wants?page=1&per_page=100"


async def test_what_was_added_on_the_website_is_found_on_the_first_page(program: Installation) -> None:
    await program.synced()
    release_id = spare(program)
    added = program.discogs.world.add(1, release_id)
    assert len(await program.requests_of_sync()) == 3
    await program.assert_in_step()
    assert (await program.record(release_id)).copies == 1
    assert (await program.copy(added.instance_id)).release_id == release_id


async def test_more_than_a_page_of_new_copies_is_read_back_to_what_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with simulated(invent(300)) as discogs, installed(discogs, tmp_path / "home", monkeypatch) as program:
        await program.synced()
        releases = list(discogs.world.catalogue.pressings)[:130]
        for release_id in releases:
            discogs.world.add(1, release_id)
        assert len(await program.requests_of_sync()) == 4
        await program.assert_in_step()


async def test_a_second_copy_belongs_to_the_same_record(program: Installation) -> None:
    await program.synced()
    instance = oldest(program)
    before = await program.record(instance.release_id)
    program.discogs.world.add(1, instance.release_id)
    counts = await program.synced()
    after = await program.record(instance.release_id)
    assert (after.record_id, after.copies) == (before.record_id, before.copies + 1)
    assert counts["pulled"] == 0


async def test_a_copy_moved_on_the_website_is_found_by_the_folders_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with simulated(invent(400)) as discogs, installed(discogs, tmp_path / "home", monkeypatch) as program:
        shelf = discogs.world.add_folder("Shelf [bold]42[/bold]")
        await program.synced()
        moved = oldest(program)
        discogs.world.move(moved, shelf)
        before = [folder for folder in discogs.world.folders if folder != shelf]
        cost = -(-max(discogs.world.folder_count(folder) for folder in before) // 100) + 1
        assert len(await program.requests_of_sync()) <= 3 + cost
        await program.assert_in_step()
        assert (await program.record(moved.release_id)).folder_name == "Shelf [bold]42[/bold]"


async def test_what_vanished_is_marked_and_kept_and_comes_back_when_it_reappears(program: Installation) -> None:
    await program.synced()
    world = program.discogs.world
    instance = next(i for i in world.instances.values() if len(world.copies(i.release_id)) == 1)
    world.remove(instance)
    counts = await program.synced()
    gone = await program.record(instance.release_id)
    assert gone.removed_at is not None
    assert (gone.is_synced, gone.copies, counts["gone"]) == (False, 0, 1)
    assert (await program.copy(instance.instance_id)).removed_at is not None
    await program.assert_in_step()

    world.add(1, instance.release_id)
    await program.synced()
    back = await program.record(instance.release_id)
    assert (back.removed_at, back.is_synced, back.record_id) == (None, True, gone.record_id)
    await program.assert_in_step()


async def test_what_vanished_is_not_added_again_by_the_push(program: Installation) -> None:
    await program.synced()
    instance = oldest(program)
    program.discogs.world.remove(instance)
    await program.synced()
    await program.synced(full=True)
    assert program.discogs.asked("POST") == 0


async def test_a_changed_rating_and_field_of_an_old_copy_are_found_by_a_full_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with simulated(invent(250)) as discogs, installed(discogs, tmp_path / "home", monkeypatch) as program:
        await program.synced()
        instance = oldest(program)
        discogs.world.rate(instance.release_id, 3)
        discogs.world.write_field(instance, 3, "signed")
        await program.synced(full=True)
        await program.assert_in_step()
        assert (await program.record(instance.release_id)).rating == 3


async def test_a_full_sync_comes_by_itself_when_the_last_one_is_too_long_ago(
    program: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    await program.synced()
    program.runtime.discogs.settings = program.runtime.settings.model_copy(update={"sync_full_days": 0})
    assert any("sort_order=asc" in line for line in await program.requests_of_sync())


async def test_short_pages_lose_nothing_mark_nothing_and_are_no_reason_to_read_everything_every_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with simulated(invent(330)) as discogs, installed(discogs, tmp_path / "home", monkeypatch) as program:
        await program.synced()
        discogs.fault(Fault.SHORT_PAGE)
        await program.synced(full=True)
        await program.assert_in_step()
        assert not [record for record in await program.records() if record.removed_at]
    async with simulated(invent(330)) as discogs, installed(discogs, tmp_path / "other", monkeypatch) as program:
        discogs.fault(Fault.SHORT_PAGE)
        await program.synced()
        assert len(await program.copies()) < len(discogs.world.instances)
        await program.synced()  # sorted the other way other places are short, which no real account does
        assert len(await program.requests_of_sync()) == 3


@pytest.mark.parametrize("change", ["add", "remove", "both"])
async def test_a_collection_that_changes_while_it_is_read_ends_in_step(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with simulated(invent(330)) as discogs, installed(discogs, tmp_path / "home", monkeypatch) as program:
        world = discogs.world
        listing = world.listing
        asked = 0

        def shifting(folder_id: int, sort: str, *, descending: bool) -> list[Instance]:
            nonlocal asked
            asked += 1
            if asked == 3 and change in ("add", "both"):
                world.add(1, spare(program))
            if asked == 3 and change in ("remove", "both"):
                world.remove(oldest(program))
            return listing(folder_id, sort, descending=descending)

        monkeypatch.setattr(world, "listing", shifting)
        await program.synced()
        if change == "both":  # one gone and one come between two pages: no count shows it, only another full pass
            await program.synced(full=True)
        await program.assert_in_step()


async def test_a_page_that_is_not_there_any_more_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with simulated(invent(230)) as discogs, installed(discogs, tmp_path / "home", monkeypatch) as program:
        world = discogs.world
        listing = world.listing
        asked = 0

        def shrinking(folder_id: int, sort: str, *, descending: bool) -> list[Instance]:
            nonlocal asked
            asked += 1
            if asked == 3:
                for instance in list(world.instances.values())[: len(world.instances) - 150]:
                    world.remove(instance)
            return listing(folder_id, sort, descending=descending)

        monkeypatch.setattr(world, "listing", shrinking)
        await program.synced()
        await program.assert_in_step()


@pytest.mark.parametrize("fault", [Fault.HTML_502, Fault.EMPTY_BODY, Fault.BAD_JSON, Fault.TRUNCATED])
async def test_a_bad_answer_now_and_then_does_not_stop_a_sync(fault: Fault, program: Installation) -> None:
    program.discogs.fault(fault, every=2, match="GET")
    await program.synced()
    program.discogs.mend()
    await program.assert_in_step()


async def test_a_refused_credential_ends_the_sync_in_words_and_shows_on_the_connection(program: Installation) -> None:
    program.discogs.fault(Fault.REVOKED_TOKEN)
    job = await program.sync()
    assert job.state.value == "failed"
    assert job.error is not None and "lockgroove connect discogs" in job.error
    status = await program.runtime.discogs.status(program.user)
    assert not status.ready
    program.discogs.mend()
    assert (await program.runtime.discogs.test(program.user)).ready


async def test_a_sync_without_a_connection_ends_by_saying_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with simulated() as discogs, installed(discogs, tmp_path / "home", monkeypatch, DISCOGS_TOKEN="") as program:
        job = await program.sync()
        assert job.state.value == "failed"
        assert job.error is not None and "connect" in job.error
        assert not discogs.requests


async def test_another_account_is_read_whole_and_gets_nothing_of_the_one_before(
    program: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    await program.synced()
    record = await program.record(oldest(program).release_id)
    await program.runtime.records.edit_copy(program.user, record.record_id, oldest(program).instance_id, rating=1)
    other = program.discogs.account("second_digger")
    held, rated = set(other.instances), dict(other.ratings)
    monkeypatch.setenv("DISCOGS_TOKEN", other.token)
    monkeypatch.setenv("DISCOGS_USERNAME", other.username)
    await program.runtime.use(load_settings(program.runtime.places))
    job = await program.sync()
    counts = job.progress.counts
    (lost,) = await program.runtime.jobs.problems(job.id)
    assert lost.item == f"copy {oldest(program).instance_id} of release {oldest(program).release_id}"
    assert counts["totalDiscogsItems"] == len(held)
    assert (counts["pushed"], counts["edited"]) == (0, 0)
    assert (set(other.instances), other.ratings) == (held, rated), "nothing of the first account was sent there"
    assert set(await program.copies()) == held


async def test_a_cancelled_sync_keeps_what_it_has_and_the_next_one_completes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with simulated(invent(330)) as discogs, installed(discogs, tmp_path / "home", monkeypatch) as program:
        discogs.fault(Fault.SLOW, match="releases", value="0.2")
        started, _ = await program.runtime.jobs.start("sync", program.user, {})
        job = started
        async for job in program.runtime.jobs.watch(program.user, started.id):
            if job.progress.done:
                await program.runtime.jobs.cancel(program.user, job.id)
        assert job.state.value == "cancelled"
        assert 0 < len(await program.copies()) < len(discogs.world.instances)
        discogs.mend()
        await program.synced()
        await program.assert_in_step()


async def test_a_wait_for_the_rate_limit_shows_in_the_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        simulated(invent(330), rate_limit=4, rate_window=2.0) as discogs,
        installed(discogs, tmp_path / "home", monkeypatch) as program,
    ):
        discogs.fault(Fault.RATE_LIMIT, times=1, match="releases", value="2")
        started, _ = await program.runtime.jobs.start("sync", program.user, {})
        waits: set[float] = set()
        async for job in program.runtime.jobs.watch(program.user, started.id):
            if job.progress.waiting_until:
                waits.add(job.progress.waiting_until)
                discogs.app.faults.stop()
                break
        assert waits
        await program.runtime.jobs.cancel(program.user, started.id)


async def test_hostile_texts_are_stored_as_they_are(program: Installation) -> None:
    world = program.discogs.world
    title = "[bold]Ümläut[/] \u202egnikcah\u202c 倖田來未 👩‍🎤 a\x07b\ud800"
    instance = oldest(program)
    world.catalogue.pressings[instance.release_id].summary["title"] = title.replace("\ud800", "")
    world.folders[1] = "[red]Uncategorized"
    await program.synced()
    assert (await program.record(instance.release_id)).album_title == title.replace("\ud800", "")
