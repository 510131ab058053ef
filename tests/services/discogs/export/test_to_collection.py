"""What an export adds to a collection: each release once, whatever happens on the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from services.accounts import Preset
from services.demo.faults import Fault
from services.discogs.add import Sender
from services.discogs.export import reasons, rounds
from services.errors import Conflict, InvalidInput, NotConnected, NotFound
from services.records.entry import RecordEntry
from storage import copies, intents
from storage.values import ExportState, JobState, UserId
from tests.services.discogs.export.conftest import Exporter, figures


async def test_releases_are_added_with_their_records_and_copies(exporter: Exporter) -> None:
    await exporter.synced()
    typed_in, unknown = exporter.unowned[:2]
    record = await exporter.runtime.records.add(exporter.user, RecordEntry("Somebody", "Typed in", discogs_id=typed_in))
    export = await exporter.export("collection", unknown, record_ids=(record.record_id,))
    assert figures(export) == ("done", 2, 0, 0, 0)
    assert [(result.release_id, result.title) for result in export.results] == [
        (typed_in, "Somebody – Typed in"), (unknown, f"Release {unknown}"),
    ]  # fmt: skip
    assert exporter.adds() == [typed_in, unknown]
    assert (await exporter.record(typed_in)).is_synced
    new = await exporter.record(unknown)
    assert (new.is_synced, new.data_source, new.copies) == (True, "discogs", 1)
    assert new.genres == tuple(exporter.discogs.world.catalogue.pressings[unknown].summary["genres"])
    await exporter.assert_in_step()


async def test_what_is_owned_is_skipped_known_here_or_not(exporter: Exporter) -> None:
    owned = next(iter(exporter.discogs.world.instances.values())).release_id
    asked = await exporter.export("collection", owned)
    known = await exporter.export("collection", owned)
    for export in (asked, known):
        assert figures(export) == ("done", 0, 1, 0, 0)
        assert export.results[0].reason == reasons.IN_COLLECTION
    assert exporter.adds() == []
    before = len(exporter.discogs.requests)
    await exporter.export("collection", owned)
    assert len(exporter.discogs.requests) == before, "what is known here needs no asking"


async def test_a_folder_of_ones_own_takes_the_copies(exporter: Exporter) -> None:
    shelf = exporter.discogs.world.add_folder("Shelf")
    await exporter.synced()
    release_id = exporter.unowned[0]
    await exporter.export("collection", release_id, folder_id=shelf)
    assert exporter.discogs.world.copies(release_id)[0].folder_id == shelf
    assert (await exporter.record(release_id)).folder_name == "Shelf"
    with pytest.raises(InvalidInput) as refused:
        await exporter.start("collection", exporter.unowned[0], folder_id=shelf + 1)
    assert refused.value.field == "folder_id"


async def test_an_unknown_release_fails_alone_and_says_why(exporter: Exporter) -> None:
    release_id = exporter.unowned[0]
    export = await exporter.export("collection", 999_999_999, release_id)
    assert figures(export) == ("partial", 1, 0, 1, 0)
    assert [(result.state, result.reason) for result in export.results] == [
        (ExportState.FAILED, "Discogs does not know this release"), (ExportState.SENT, None),
    ]  # fmt: skip
    (problem,) = await exporter.runtime.jobs.problems(export.id)
    assert problem.item == "Release 999999999"


@pytest.mark.parametrize("fault", [Fault.ADD_THEN_DROP, Fault.DROP_CONNECTION, Fault.SERVER_ERROR])
async def test_an_add_without_an_answer_is_looked_for_before_it_is_repeated(exporter: Exporter, fault: Fault) -> None:
    await exporter.synced()
    release_id = exporter.unowned[0]
    exporter.discogs.fault(fault, times=1, match="POST")
    export = await exporter.export("collection", release_id)
    assert figures(export) == ("done", 1, 0, 0, 0)
    assert len(exporter.discogs.world.copies(release_id)) == 1
    assert len(exporter.adds()) == (1 if fault is Fault.ADD_THEN_DROP else 2)
    async with exporter.runtime.storage.read() as conn:
        assert await intents.unsettled(conn, exporter.user, kind=Sender.EXPORT.value) == []
    await exporter.assert_in_step()


async def test_a_429_is_waited_for_and_nothing_is_lost(exporter: Exporter) -> None:
    releases = exporter.unowned[:3]
    exporter.discogs.fault(Fault.RATE_LIMIT, times=2, match="POST", value="0.2")
    export = await exporter.export("collection", *releases)
    assert figures(export) == ("done", 3, 0, 0, 0)
    assert [len(exporter.discogs.world.copies(each)) for each in releases] == [1, 1, 1]


async def test_a_long_wait_parks_the_export_with_nothing_under_way(exporter: Exporter) -> None:
    exporter.discogs.fault(Fault.RATE_LIMIT, match="POST", value="900")
    job = await exporter.start("collection", *exporter.unowned[:2])
    async for seen in exporter.runtime.jobs.watch(exporter.user, job.id):
        if seen.state is JobState.WAITING:
            assert seen.wake_at and seen.progress.waiting_until
            break
    export = await exporter.runtime.exports.get(exporter.user, job.id)
    assert [result.state for result in export.results] == [ExportState.PENDING] * 2
    await exporter.runtime.exports.cancel(exporter.user, job.id)
    assert figures(await exporter.ended(job)) == ("cancelled", 0, 0, 0, 2)


async def test_a_refused_connection_fails_the_export_and_leaves_the_rest(exporter: Exporter) -> None:
    releases = exporter.unowned[:3]
    exporter.discogs.fault(Fault.REVOKED_TOKEN)
    export = await exporter.export("collection", *releases)
    assert figures(export) == ("failed", 0, 0, 0, 3)
    assert "connect discogs" in (export.job.error or "") and f"--retry {export.id}" in (export.job.error or "")
    exporter.discogs.mend()
    again = await exporter.retry(export)
    assert figures(again) == ("done", 3, 0, 0, 0)
    assert (again.retry_of, (await exporter.runtime.exports.get(exporter.user, export.id)).retried_as) == (
        export.id, again.id,
    )  # fmt: skip
    assert sorted(exporter.adds()) == sorted(releases)


async def test_an_export_gives_up_while_discogs_is_out_of_order_and_a_retry_goes_on(exporter: Exporter) -> None:
    releases = exporter.unowned[:6]
    await exporter.export("collection", releases[0])
    exporter.discogs.fault(Fault.MAINTENANCE, match="POST")
    export = await exporter.export("collection", *releases[1:])
    assert (export.state, export.pending) == (JobState.FAILED, 5)
    exporter.discogs.mend()
    assert figures(await exporter.retry(export)) == ("done", 5, 0, 0, 0)
    assert [len(exporter.discogs.world.copies(each)) for each in releases] == [1] * 6
    await exporter.synced()
    await exporter.assert_in_step()


async def test_only_one_export_runs_at_a_time_and_the_other_is_named(exporter: Exporter) -> None:
    exporter.discogs.fault(Fault.SLOW, value="0.5")
    first = await exporter.start("collection", *exporter.unowned[:2])
    with pytest.raises(Conflict) as refused:
        await exporter.start("wantlist", exporter.unowned[0])
    assert first.id in refused.value.message
    exporter.discogs.mend()
    assert figures(await exporter.ended(first)) == ("done", 2, 0, 0, 0)


async def test_cancelling_stops_between_items(exporter: Exporter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "SECONDS_BETWEEN_ITEMS", 0.3)
    job = await exporter.start("collection", *exporter.unowned[:20])
    async for seen in exporter.runtime.jobs.watch(exporter.user, job.id):
        if seen.progress.counts.get("sent"):
            await exporter.runtime.exports.cancel(exporter.user, job.id)
            break
    export = await exporter.ended(job)
    assert export.state is JobState.CANCELLED
    assert 1 <= export.sent < 20 and export.sent + export.pending == 20
    assert len(exporter.adds()) == export.sent, "what was begun was finished"
    monkeypatch.setattr(rounds, "SECONDS_BETWEEN_ITEMS", 0.0)
    assert figures(await exporter.retry(export)) == ("done", 20 - export.sent, 0, 0, 0)
    assert len(exporter.adds()) == len(set(exporter.adds())) == 20


async def test_an_owned_want_leaves_the_wantlist_where_that_is_asked_for(exporter: Exporter) -> None:
    wanted, unwanted = exporter.unowned[:2]
    await exporter.export("wantlist", wanted)
    export = await exporter.export("collection", wanted, unwanted, remove_from_wantlist=True)
    assert figures(export) == ("done", 2, 0, 0, 0)
    assert wanted not in exporter.discogs.world.wants
    assert [r["path"] for r in exporter.discogs.requests if r["method"] == "DELETE"] == [
        f"/users/{exporter.discogs.username}/wants/{wanted}"
    ]


async def test_records_are_checked_before_anything_is_stored(exporter: Exporter) -> None:
    acetate = await exporter.runtime.records.add(exporter.user, RecordEntry("Nobody", "Acetate of my own"))
    with pytest.raises(InvalidInput) as refused:
        await exporter.start("collection", exporter.unowned[0], record_ids=(acetate.record_id,))
    assert refused.value.field == "record_ids" and "Acetate of my own" in refused.value.message
    with pytest.raises(NotFound):
        await exporter.start("collection", record_ids=("6b8b4567-327b-43c6-a6b4-000000000000",))
    assert await exporter.runtime.exports.recent(exporter.user) == []


async def test_undoing_takes_back_what_is_as_it_was_made(exporter: Exporter) -> None:
    shelf = exporter.discogs.world.add_folder("Shelf")
    await exporter.synced()
    untouched, moved, noted, gone = exporter.unowned[:4]
    export = await exporter.export("collection", untouched, moved, noted, gone)
    world = exporter.discogs.world
    world.move(world.copies(moved)[0], shelf)
    world.write_field(world.copies(noted)[0], 3, "from my uncle")
    world.remove(world.copies(gone)[0])
    undone = await exporter.undo(export)
    assert [(result.state, result.reason) for result in undone.results] == [
        (ExportState.SENT, None), (ExportState.SKIPPED, reasons.CHANGED),
        (ExportState.SKIPPED, reasons.CHANGED), (ExportState.SKIPPED, reasons.NOT_THERE),
    ]  # fmt: skip
    assert [len(world.copies(each)) for each in (untouched, moved, noted, gone)] == [0, 1, 1, 0]
    first = await exporter.runtime.exports.get(exporter.user, export.id)
    assert (first.undoable, [bool(result.undone_at) for result in first.results]) == (2, [True, False, False, True])
    assert (await exporter.record(untouched)).removed_at
    await exporter.synced()
    assert not world.copies(untouched), "a sync does not bring it back"


async def test_an_undo_cut_short_after_the_removal_ends_as_undone(exporter: Exporter) -> None:
    export = await exporter.export("collection", *exporter.unowned[:2])
    exporter.discogs.fault(Fault.TRUNCATED, times=3, match="DELETE")
    undone = await exporter.undo(export)
    assert (undone.sent, undone.failed) == (2, 0)
    with pytest.raises(Conflict):
        await exporter.runtime.exports.undo(exporter.user, export.id)
    async with exporter.runtime.storage.read() as conn:
        for release_id in (each.release_id for each in export.results):
            record = await exporter.record(release_id)
            assert all(copy.removed_at for copy in await copies.of_record(conn, record.pk))


async def test_nothing_is_retried_that_got_through(exporter: Exporter) -> None:
    export = await exporter.export("collection", exporter.unowned[0])
    with pytest.raises(Conflict):
        await exporter.runtime.exports.retry(exporter.user, export.id)
    with pytest.raises(NotFound):
        await exporter.runtime.exports.get(exporter.user, "no-such-export")
    sync = await exporter.sync()
    with pytest.raises(NotFound):
        await exporter.runtime.exports.get(exporter.user, sync.id)


async def test_a_want_that_cannot_be_taken_off_is_told_and_the_add_stays(exporter: Exporter) -> None:
    wanted = exporter.unowned[0]
    await exporter.export("wantlist", wanted)
    exporter.discogs.fault(Fault.MAINTENANCE, match="DELETE")
    export = await exporter.export("collection", wanted, remove_from_wantlist=True)
    assert figures(export) == ("done", 1, 0, 0, 0)
    assert export.results[0].reason == reasons.STILL_WANTED
    assert len(exporter.discogs.world.copies(wanted)) == 1 and wanted in exporter.discogs.world.wants


async def test_an_export_is_nobody_elses(exporter: Exporter) -> None:
    export = await exporter.export("collection", exporter.unowned[0])
    stranger = UserId("6b8b4567-327b-43c6-a6b4-000000000000")
    for ask in (exporter.runtime.exports.get, exporter.runtime.exports.retry, exporter.runtime.exports.cancel):
        with pytest.raises((NotFound, NotConnected)):
            await ask(stranger, export.id)
    assert await exporter.runtime.exports.recent(stranger) == []


async def test_a_copy_from_a_file_becomes_the_one_that_was_added(exporter: Exporter, tmp_path: Path) -> None:
    release_id = exporter.unowned[0]
    file = tmp_path / "mine.csv"
    file.write_text(
        "Catalog#,Artist,Title,Label,Format,Rating,Released,release_id,CollectionFolder,Date Added\n"
        f"X,Somebody,Something,L,LP,,2001,{release_id},Uncategorized,2022-01-02 03:04:05\n",
        encoding="utf-8",
    )
    await exporter.runtime.records.import_csv(exporter.user, file)
    assert figures(await exporter.export("collection", release_id)) == ("done", 1, 0, 0, 0)
    assert (await exporter.record(release_id)).copies == 1


async def test_an_export_is_not_taken_back_from_another_account(exporter: Exporter) -> None:
    release_id = exporter.unowned[0]
    export = await exporter.export("collection", release_id)
    other = exporter.discogs.account("second_digger")
    connections = exporter.runtime.accounts.connections
    await connections.preset({"discogs": Preset(SecretStr(other.token), other.username)})
    undone = await exporter.undo(export)
    assert undone.state is JobState.FAILED
    assert exporter.discogs.username in (undone.job.error or "")
    assert len(exporter.discogs.world.copies(release_id)) == 1
    assert (await exporter.runtime.exports.get(exporter.user, export.id)).undoable == 1
