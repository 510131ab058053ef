"""The queue in front of a slskd of each dialect: what arrives, what is told, what is asked for once."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from storage.values.downloads import DownloadQuery, DownloadState, Handover
from tests.services.downloads.ground import TRACKS, Ground, open_ground, size_of, track
from tests.upstreams.fixtures_slskd import simulated_slskd

every = pytest.mark.parametrize("ground", ["0.23.2", "0.24.5", "0.26.0"], indirect=True)


@pytest_asyncio.fixture
async def ground(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncGenerator[Ground]:
    """With a slskd that asks for files by list, one that answers what it took, and one that takes batches."""
    async with (
        simulated_slskd(tmp_path / "slskd", version=getattr(request, "param", "0.26.0")) as slskd,
        open_ground(tmp_path / "home", slskd) as opened,
    ):
        yield opened


@every
async def test_an_album_arrives_and_is_told_of_once_when_its_last_file_is_there(ground: Ground) -> None:
    asked = await ground.add(files=TRACKS)
    assert [(row.state, row.handover, row.progress) for row in asked] == [("queued", "waiting", 0.0)] * 4
    assert {row.folder for row in asked} == {TRACKS[0].filename.rpartition("\\")[0]}
    await ground.turn(3, seconds=1)
    seen = {row.state for row in await ground.rows()}
    assert seen == {DownloadState.QUEUED, DownloadState.RUNNING}, "two slots are busy, two files wait"
    running = [row for row in await ground.rows() if row.state is DownloadState.RUNNING]
    await ground.turn(2)
    moved = await ground.rows(*[row.id for row in running])
    assert all(0 < row.progress < 100 and row.speed > 0 and row.seconds_left for row in moved)
    assert moved[0].raw_state == "InProgress" and moved[0].transfer_id
    assert ground.arrived == []
    arrived = await ground.until("completed")
    await ground.turn()
    assert [row.progress for row in arrived] == [100.0] * 4
    for row, file in zip(await ground.rows(), TRACKS, strict=True):
        assert size_of(row.local_path) == file.size == row.size
        assert row.name in (row.local_path or "") and row.finished_at and not row.error
    assert [told.folder for told in ground.arrived] == [asked[0].folder]
    assert set(ground.enqueued().values()) == {1} and len(ground.enqueued()) == 4


@every
async def test_what_is_queued_already_is_followed_and_the_same_file_twice_is_explained(ground: Ground) -> None:
    first, again = (await ground.add())[0], (await ground.add())[0]
    await ground.turn(2)
    rows = await ground.rows(first.id, again.id)
    assert rows[0].handover is Handover.HANDED and rows[1].state is DownloadState.FAILED
    assert (rows[1].error_code, rows[1].retried_as) == ("duplicate", None)
    assert rows[1].error and "already" in rows[1].error and rows[1].hint
    ground.slskd.daemon.engine.add("alma", TRACKS[1].filename, TRACKS[1].size or 0, ground.slskd.daemon.now)
    (third,) = await ground.add(files=[track(1)])  # somebody began it on slskd's own page
    await ground.until("completed", first.id, third.id)
    assert ground.enqueued() == {TRACKS[0].filename: 1}


async def test_a_user_who_is_offline_is_asked_again_later_and_less_and_less_often(ground: Ground) -> None:
    ground.slskd.peer("alma", "offline")
    (row,) = await ground.add()
    await ground.turn(2)
    (failed, waiting) = (await ground.queue.page(ground.owner))[::-1]
    assert (failed.id, failed.state, failed.error_code, failed.retried_as) == (
        row.id,
        "failed",
        "peer_offline",
        waiting.id,
    )
    assert failed.error == "The user is offline." and "10 min" in (failed.hint or "")
    assert (waiting.state, waiting.attempt, waiting.retry_of, waiting.automatic) == ("queued", 2, row.id, True)
    assert waiting.next_attempt_at and waiting.error_code == "peer_offline"
    before = ground.slskd.asked("POST")
    await ground.turn(10)
    assert ground.slskd.asked("POST") == before, "it was not asked before its time"
    ground.slskd.advance(700)
    await ground.turn(2)
    third = (await ground.rows())[-1]
    assert third.attempt == 3 and third.state is DownloadState.QUEUED
    ground.slskd.advance(2500)
    await ground.turn(2)
    (stuck,) = await ground.queue.page(ground.owner, DownloadQuery(stuck=True))
    assert (stuck.id, stuck.attempt, stuck.hint) == (
        third.id,
        3,
        "Retry when the user is back, or take another source.",
    )
    assert (await ground.queue.counts(ground.owner)).stuck == 1
    ground.slskd.peer("alma")
    (requeued,) = await ground.queue.requeue(ground.owner)
    assert (requeued.attempt, requeued.retry_of, requeued.automatic) == (1, stuck.id, False)
    await ground.until("completed", requeued.id)
    assert await ground.queue.purge(ground.owner, [row.id, stuck.id, requeued.id]) == 3
    assert ground.enqueued() == {TRACKS[0].filename: 1}


async def test_a_source_that_refuses_is_left_for_the_next_best_one(ground: Ground) -> None:
    ground.slskd.peer("alma", "rejecting", words="Banned")
    ground.slskd.peer("berta", "flaky")
    ground.slskd.peer("carla")
    (row,) = await ground.add(files=[track(others=["berta", "carla"])])
    await ground.turn(8)
    attempts = (await ground.queue.page(ground.owner))[::-1]
    assert [(each.username, each.attempt) for each in attempts][:2] == [("alma", 1), ("berta", 2)]
    assert attempts[0].error_code == "refused" and "berta" in (attempts[0].hint or "")
    last = (await ground.until("completed"))[-1]
    assert last.retry_of is not None and last.id != row.id
    assert sum(1 for each in await ground.queue.page(ground.owner) if each.state is DownloadState.COMPLETED) == 1
