"""What a sync sends to Discogs: edits where they belong, adds exactly once, one failure never another's."""

from __future__ import annotations

from pathlib import Path

from services.demo.faults import Fault
from services.demo.world import Instance
from services.discogs.add import Sender
from services.records.entry import RecordEntry
from storage import intents
from storage.values import Record, ReleaseId
from tests.services.discogs.installation import Installation
from tests.services.discogs.test_pull import oldest, spare

ADDS = "/collection/folders/1/releases/"


async def typed_in(program: Installation, release_id: int, title: str = "Typed [b]in[/b]") -> Record:
    """A record added by hand that knows its release."""
    entry = RecordEntry(artist_name="Somebody", album_title=title, discogs_id=release_id)
    return await program.runtime.records.add(program.user, entry)


def adds(program: Installation) -> int:
    return sum(
        1
        for r in program.discogs.requests
        if r["method"] == "POST" and ADDS in r["path"] and "instances" not in r["path"]
    )


async def first_copy(program: Installation, instance: Instance) -> tuple[Record, int]:
    record = await program.record(instance.release_id)
    return record, instance.instance_id


async def test_a_record_that_is_only_here_is_added_once_to_the_first_folder(program: Installation) -> None:
    release_id = spare(program)
    record = await typed_in(program, release_id)
    counts = await program.synced()
    await program.synced()
    assert (counts["pushed"], adds(program)) == (1, 1)
    (copy,) = program.discogs.world.copies(release_id)
    assert copy.folder_id == 1
    stored = await program.record(release_id)
    assert (stored.record_id, stored.is_synced, stored.copies) == (record.record_id, True, 1)
    assert (stored.album_title, stored.data_source) == ("Typed [b]in[/b]", "manual")
    await program.assert_in_step()


async def test_a_record_that_is_on_discogs_already_is_not_added(program: Installation) -> None:
    instance = oldest(program)
    await typed_in(program, instance.release_id)
    counts = await program.synced()
    assert (counts["pushed"], adds(program)) == (0, 0)
    assert (await program.record(instance.release_id)).is_synced


async def test_a_record_without_a_release_stays_here(program: Installation) -> None:
    await program.runtime.records.add(program.user, RecordEntry("Nobody", "Acetate of my own"))
    counts = await program.synced()
    assert (counts["pushed"], adds(program)) == (0, 0)


async def test_an_add_that_was_carried_out_but_not_answered_is_not_repeated(program: Installation) -> None:
    release_id = spare(program)
    await typed_in(program, release_id)
    program.discogs.fault(Fault.ADD_THEN_DROP, times=1)
    counts = await program.synced()
    await program.synced()
    assert len(program.discogs.world.copies(release_id)) == 1
    assert (counts["pushed"], adds(program)) == (1, 1)
    await program.assert_in_step()


async def test_an_add_left_open_by_a_crash_is_settled_by_looking(program: Installation) -> None:
    carried_out, not_sent = (n for n in list(program.discogs.world.catalogue.pressings)[-2:])
    for release_id in (carried_out, not_sent):
        for instance in program.discogs.world.copies(release_id):
            program.discogs.world.remove(instance)
        record = await typed_in(program, release_id)
        async with program.runtime.storage.write() as conn:
            await intents.record(
                conn, program.user, Sender.SYNC.value, ReleaseId(release_id), record_pk=record.pk, folder_id=1
            )
    program.discogs.world.add(1, carried_out)
    await program.synced()
    assert adds(program) == 1
    assert [len(program.discogs.world.copies(n)) for n in (carried_out, not_sent)] == [1, 1]
    async with program.runtime.storage.read() as conn:
        assert await intents.unsettled(conn, program.user) == []
    await program.assert_in_step()


async def test_one_record_that_cannot_be_added_is_a_problem_and_the_others_are(program: Installation) -> None:
    release_id = spare(program)
    await typed_in(program, 999_999_999, "Not on Discogs")
    await typed_in(program, release_id)
    job = await program.sync()
    (problem,) = await program.runtime.jobs.problems(job.id)
    assert job.state.value == "partial"
    assert "Not on Discogs" in problem.item and "404" in problem.message
    assert (await program.record(release_id)).is_synced
    assert not (await program.record(999_999_999)).is_synced


async def test_edits_of_a_copy_are_sent_to_the_folder_it_is_in(program: Installation) -> None:
    shelf = program.discogs.world.add_folder("Shelf")
    await program.synced()
    record, instance_id = await first_copy(program, oldest(program))
    await program.runtime.records.edit_copy(
        program.user, record.record_id, instance_id, rating=2, folder_id=shelf, fields={1: "Mint (M)", 3: "a\nb"}
    )
    pending = await program.record(record.discogs_id or 0)
    assert (pending.rating, pending.folder_name) == (2, "Shelf")
    counts = await program.synced()
    world = program.discogs.world
    instance = world.instances[instance_id]
    assert (world.ratings[instance.release_id], instance.folder_id) == (2, shelf)
    assert (instance.notes[1], instance.notes[3], counts["edited"]) == ("Mint (M)", "a\nb", 1)
    assert (await program.copy(instance_id)).pending is None
    await program.assert_in_step()
    assert (await program.synced())["edited"] == 0


async def test_an_edit_finds_a_copy_that_was_moved_on_the_website(program: Installation) -> None:
    shelf = program.discogs.world.add_folder("Shelf")
    await program.synced()
    instance = oldest(program)
    record, instance_id = await first_copy(program, instance)
    await program.runtime.records.edit_copy(program.user, record.record_id, instance_id, rating=1)
    first = instance.folder_id
    other = next(i for i in program.discogs.world.instances.values() if i.folder_id != first)
    program.discogs.world.move(other, first)  # the counts do not show it, and the pull reads the newest page only
    program.discogs.world.move(instance, shelf)
    await program.synced()
    assert program.discogs.world.ratings[instance.release_id] == 1
    await program.synced(full=True)
    await program.assert_in_step()


async def test_an_edit_of_a_copy_that_is_gone_is_a_problem(program: Installation) -> None:
    await program.synced()
    instance = oldest(program)
    record, instance_id = await first_copy(program, instance)
    await program.runtime.records.edit_copy(program.user, record.record_id, instance_id, rating=1)
    program.discogs.world.remove(instance)
    job = await program.sync()
    (problem,) = await program.runtime.jobs.problems(job.id)
    assert str(instance_id) in problem.item


async def test_a_push_gives_up_while_discogs_is_out_of_order_and_loses_nothing(
    program: Installation, tmp_path: Path
) -> None:
    await program.synced()
    releases = [n for n in program.discogs.world.catalogue.pressings if not program.discogs.world.copies(n)][:5]
    for release_id in releases:
        await typed_in(program, release_id)
    program.discogs.fault(Fault.MAINTENANCE, match="POST")
    job = await program.sync()
    assert job.state.value == "failed"
    program.discogs.mend()
    assert (await program.synced())["pushed"] == 5
    assert all(len(program.discogs.world.copies(n)) == 1 for n in releases)
    await program.assert_in_step()
