"""Everything that goes wrong around the queue: nothing is asked for twice, nothing is lost, all of it is explained."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from services.downloads.retrying import CancelFailed, EnqueueFailed
from services.errors import Conflict, NotFound, UpstreamError
from storage import downloads_keeping, setting_changes
from storage.values.downloads import DownloadOrder, DownloadQuery, DownloadState, Handover
from tests.services.downloads.ground import ALBUM, TRACKS, Ground, open_ground, size_of, track
from tests.upstreams.fixtures_slskd import simulated_slskd

OLD, NEW = "0.23.2", "0.26.0"


both = pytest.mark.parametrize("ground", [OLD, NEW], indirect=True)
"""With both dialects of slskd: what is told and asked differently in each."""


@pytest_asyncio.fixture
async def ground(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncGenerator[Ground]:
    """With the newest slskd, unless the test asks for others."""
    async with (
        simulated_slskd(tmp_path / "slskd", version=getattr(request, "param", NEW), checked=False) as slskd,
        open_ground(tmp_path / "home", slskd) as opened,
    ):
        yield opened


async def intended(ground: Ground) -> list[int]:
    """What slskd was told of as a retry and is not listed yet."""
    async with ground.storage.read() as conn:
        active = await downloads_keeping.active(conn)
    return [row.id for row in active if row.handover is Handover.INTENDED]


@both
async def test_a_restart_of_slskd_changes_every_id_and_nothing_else(ground: Ground) -> None:
    await ground.add(files=TRACKS)
    await ground.turn(3)
    before = {row.id: row.transfer_id for row in await ground.rows()}
    ground.slskd.daemon.restart()
    await ground.turn(seconds=0.1)
    shut = await ground.rows()
    assert {row.state for row in shut} <= {DownloadState.QUEUED, DownloadState.COMPLETED}
    assert "restarted" in (shut[-1].error or "")
    arrived = await ground.until("completed")
    assert {row.id for row in arrived} == set(before) and arrived[-1].transfer_id not in before.values()
    assert set(ground.enqueued().values()) == {1}


async def test_slskd_away_for_an_hour_is_said_and_nothing_has_failed(ground: Ground) -> None:
    await ground.add(files=TRACKS)
    await ground.turn(2)
    ground.slskd.daemon.restart(away=True)
    (late,) = await ground.add(files=[track(0, others=["berta"])], username="nobody-yet")
    await ground.turn(seconds=1800)
    since = (await ground.queue.condition()).away_since
    await ground.turn(seconds=1800)
    condition = await ground.queue.condition()
    assert condition.away_since == since and since, "the first time counts"
    assert "slskd" in (condition.away_reason or "")
    assert {row.state for row in await ground.rows()} <= {DownloadState.QUEUED, DownloadState.RUNNING}
    assert (await ground.rows(late.id))[0].handover is Handover.WAITING
    ground.slskd.peer("nobody-yet")
    ground.slskd.daemon.come_back()
    await ground.until("completed")
    assert (await ground.queue.condition()).away_since is None
    assert set(ground.enqueued().values()) == {1, 2} and ground.enqueued("alma") == dict.fromkeys(
        (file.filename for file in TRACKS), 1
    )


async def test_slskd_that_is_not_logged_in_gets_nothing_until_it_is(ground: Ground) -> None:
    ground.slskd.daemon.log_out()
    (row,) = await ground.add()
    await ground.turn(2)
    since = (await ground.queue.condition()).away_since
    asked = ground.slskd.asked("POST")
    await ground.turn(3)
    assert since and (await ground.queue.condition()).away_since == since and ground.slskd.asked("POST") == asked
    assert (await ground.rows(row.id))[0].state is DownloadState.QUEUED
    ground.slskd.daemon.come_back()
    await ground.until("completed", row.id)
    assert (await ground.queue.condition()).away_since is None


async def test_a_full_disk_is_named_with_its_mend_and_tried_again_from_the_same_user(ground: Ground) -> None:
    ground.slskd.daemon.engine.disk_is_full = True
    ground.slskd.peer("berta")
    (row,) = await ground.add(files=[track(others=["berta"])])
    await ground.turn(30)
    (failed,) = await ground.rows(row.id)
    assert (failed.state, failed.error_code) == (DownloadState.FAILED, "disk_full")
    assert failed.error and "disk" in failed.error
    (again,) = await ground.rows()
    assert again.username == "alma" and again.next_attempt_at and again.retry_of == row.id
    ground.slskd.daemon.engine.disk_is_full = False
    ground.slskd.advance(1000)
    await ground.until("completed", again.id)


async def test_two_folders_of_one_name_mix_and_every_file_is_found_all_the_same(ground: Ground) -> None:
    """Discs called CD1 of two users: slskd puts both into one folder and renames what is there already."""
    ground.slskd.peer("berta", folders=[*ground.slskd.network.peers["alma"].folders])
    await ground.add("alma")
    await ground.add("berta")
    rows = await ground.until("completed")
    await ground.turn(2)
    rows = await ground.rows()
    places = [row.local_path for row in rows]
    assert len(set(places)) == 2 and all(size_of(place) > 0 for place in places)
    assert len(ground.arrived) == 1, "both are of one folder"


@both
async def test_half_of_a_request_that_fails_is_told_file_by_file(ground: Ground) -> None:
    gone = f"{ALBUM}\\99 - Nobody Has It.flac"
    other = TRACKS[1].filename
    asked = await ground.add(files=[track(0), type(track())(gone, 12), type(track())(other, 99)])
    await ground.turn(12)
    good, missing, wrong = await ground.rows(*[row.id for row in asked])
    assert good.state is DownloadState.COMPLETED
    assert (missing.state, missing.error_code) == (DownloadState.FAILED, "not_shared")
    assert (wrong.state, wrong.error_code) == (DownloadState.FAILED, "size_mismatch")
    assert missing.hint and wrong.hint and "earch" in wrong.hint


@both
async def test_an_answer_that_never_came_is_looked_up_and_not_asked_again(ground: Ground) -> None:
    ground.slskd.fault("do-then-drop", times=1, match="POST")
    (row,) = await ground.add()
    await ground.turn()
    await ground.until("completed", row.id)
    assert ground.slskd.asked("POST", "/transfers/downloads") == 1
    ground.slskd.fault("drop-connection", times=1, match="POST")
    (lost,) = await ground.add(files=[track(1)])
    await ground.turn()
    assert (await ground.rows(lost.id))[0].handover is Handover.SENDING
    await ground.turn(5)
    assert ground.slskd.asked("POST", "/transfers/downloads") == 2, "it may still come"
    ground.slskd.advance(60)
    await ground.until("completed", lost.id)
    assert ground.slskd.asked("POST", "/transfers/downloads") == 3


async def test_what_slskd_took_off_its_list_is_asked_for_by_its_id_before_it_is_lost(ground: Ground) -> None:
    (row,) = await ground.add()
    await ground.turn(2)
    engine = ground.slskd.daemon.engine
    ground.slskd.until(lambda: engine.transfers[0].phase.is_over)
    engine.transfers[0].removed = True
    await ground.until("completed", row.id)
    (second,) = await ground.add(files=[track(1)])
    await ground.turn(2)
    engine.transfers.clear()
    await ground.turn()
    assert (await ground.rows(second.id))[0].state.is_active, "one look is no proof"
    await ground.turn()
    (lost,) = await ground.rows(second.id)
    assert (lost.state, lost.error_code) == (DownloadState.FAILED, "lost") and lost.retried_as


async def test_a_cancel_counts_when_slskd_confirmed_it(ground: Ground) -> None:
    (unsent,) = await ground.add()
    assert (await ground.queue.cancel(ground.owner, unsent.id)).state is DownloadState.CANCELLED
    assert ground.slskd.requests == [], "slskd never heard of it"
    ground.slskd.peer("alma", "slow")
    (row,) = await ground.add()
    await ground.turn(3)
    ground.slskd.fault("server-error", match="DELETE")
    before = await ground.rows(row.id)
    with pytest.raises(UpstreamError):
        await ground.queue.cancel(ground.owner, row.id)
    assert await ground.rows(row.id) == before
    ground.slskd.mend()
    ground.slskd.daemon.restart()
    ground.slskd.advance(2)
    cancelled = await ground.queue.cancel(ground.owner, row.id)  # under the id it has since the restart
    assert cancelled.state is DownloadState.CANCELLED
    assert all(each.phase.is_over for each in ground.slskd.daemon.engine.transfers)
    await ground.turn(3)
    assert (await ground.rows(row.id))[0].state is DownloadState.CANCELLED
    with pytest.raises(Conflict):
        await ground.queue.cancel(ground.owner, row.id)
    with pytest.raises(NotFound):
        await ground.queue.cancel(ground.owner, 4711)


@both
async def test_a_retry_is_a_new_row_that_slskd_took_or_nothing(ground: Ground) -> None:
    ground.slskd.peer("alma", "slow")
    (row,) = await ground.add()
    await ground.turn(2)
    with pytest.raises(Conflict):
        await ground.queue.retry(ground.owner, row.id)
    await ground.queue.cancel(ground.owner, row.id)
    ground.slskd.fault("server-error", match="DELETE")
    with pytest.raises(CancelFailed):
        await ground.queue.retry(ground.owner, row.id)
    ground.slskd.mend()
    ground.slskd.fault("server-error", match="POST")
    with pytest.raises(EnqueueFailed):
        await ground.queue.retry(ground.owner, row.id)
    assert [each.id for each in await ground.queue.page(ground.owner)] == [row.id]
    assert await intended(ground) == []
    ground.slskd.mend()
    ground.slskd.daemon.engine.transfers.clear()  # slskd forgot it: as good as cancelled
    ground.slskd.peer("alma")
    again = await ground.queue.retry(ground.owner, row.id)
    assert (again.state, again.handover, again.retry_of) == ("queued", Handover.HANDED, row.id)
    assert (await ground.rows(row.id))[0].retried_as == again.id
    await ground.until("completed", again.id)
    ground.slskd.peer("alma", "slow")
    ground.slskd.fault("drop-connection", times=1, match="POST")
    with pytest.raises(EnqueueFailed):
        await ground.queue.retry(ground.owner, row.id)
    assert len(await intended(ground)) == 1, "slskd may still take it"
    ground.slskd.advance(60)
    await ground.turn(2)
    assert await intended(ground) == [], "an intention that came to nothing is gone"


async def test_a_queue_that_takes_days_is_left_for_another_source(ground: Ground) -> None:
    ground.slskd.peer("alma", "stuck", queue=40)
    ground.slskd.peer("berta")
    (row,) = await ground.add(files=[track(others=["berta"])])
    (patient,) = await ground.add(files=[track(1)])
    await ground.turn(3)
    (waiting,) = await ground.rows(row.id)
    assert (waiting.raw_state, waiting.place) == ("Queued, Remotely", 40)
    assert await ground.queue.place(ground.owner, row.id) == 40
    ground.slskd.advance(25 * 3600)
    await ground.turn(2)
    (left,) = await ground.rows(row.id)
    assert (left.state, left.error_code) == (DownloadState.FAILED, "patience") and left.retried_as
    await ground.until("completed", left.retried_as)
    assert (await ground.rows(patient.id))[0].state is DownloadState.QUEUED, "there is no other source"


async def test_priority_decides_what_is_sent_first_and_figures_are_kept(ground: Ground) -> None:
    await ground.add(files=[track(0)])
    (urgent,) = await ground.add("berta", files=[track(0)], priority=5)
    (late,) = await ground.add("carla", files=[track(0)])
    for who in ("berta", "carla"):
        ground.slskd.peer(who)
    assert await ground.queue.set_priority(ground.owner, [late.id], 9) == 1
    assert (await ground.queue.worker_state()).queue_size == 3
    ground.queue._keeper.settings = ground.queue.settings.model_copy(update={"sync_worker_concurrency": 1})
    order = DownloadQuery(order_by=DownloadOrder.QUEUE)
    assert [row.username for row in await ground.queue.page(ground.owner, order)] == ["carla", "berta", "alma"]
    await ground.turn(3)
    asked = [r["path"] + str(r["body"]) for r in ground.slskd.requests if r["method"] == "POST"]
    assert [next(who for who in ("alma", "berta", "carla") if who in each) for each in asked] == [
        "carla",
        "berta",
        "alma",
    ]
    await ground.until("completed")
    await ground.turn(2)
    async with ground.storage.read() as conn:
        kept, _ = await setting_changes.every(conn, ground.owner)
    assert kept["metrics.sync.jobs_completed"] == "3" and kept["metrics.sync.active_downloads"] == "0"
    assert kept["worker.sync.last_start"] and kept["worker.sync.last_seen"]
    assert (await ground.queue.worker_state()).state == "running" and urgent.priority == 5
