"""What was there before a service misbehaved is there afterwards: nothing lost, nothing twice, and the rest comes later."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import stamina

from services.demo.faults import Fault
from services.demo.invention import invent
from services.demo.world import Instance
from storage.values import JobState
from tests.services.discogs.installation import Installation, installed
from tests.services.downloads.ground import open_ground
from tests.services.shelf.collected import refreshed
from tests.services.shelf.conftest import Opens
from tests.services.shelf.conftest import opens as opens
from tests.upstreams.fixtures import simulated
from tests.upstreams.fixtures_plex import RunningPlex
from tests.upstreams.fixtures_slskd import simulated_slskd


@pytest.fixture(autouse=True)
def no_back_off():
    with stamina.set_testing(True, attempts=99, cap=True):
        yield


WORDS = {
    Fault.SERVER_ERROR: "Discogs failed (500)",
    Fault.MAINTENANCE: "Discogs failed (503)",
    Fault.EMPTY_BODY: "cannot be read",
    Fault.BAD_JSON: "cannot be read",
    Fault.TRUNCATED: "broke off",
    Fault.OVERSIZED: "sent more than 10 MB",
    Fault.DROP_CONNECTION: "broke off",
    Fault.REDIRECT_AWAY: "another host",
    Fault.RATE_LIMIT: "allows the next request in 172800 s",
}


OFTEN = (Fault.SERVER_ERROR, Fault.BAD_JSON, Fault.TRUNCATED, Fault.RATE_LIMIT)


@pytest.mark.parametrize(
    "fault", [each if each in OFTEN else pytest.param(each, marks=pytest.mark.by_hand) for each in WORDS]
)
async def test_a_sync_that_fails_half_way_keeps_its_half_and_the_next_one_brings_the_rest(
    fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with simulated(invent(230)) as discogs:
        async with installed(discogs, tmp_path / "home", monkeypatch) as program:
            listing, asked = discogs.world.listing, 0

            def souring(folder_id: int, sort: str, *, descending: bool) -> list[Instance]:
                nonlocal asked
                asked += 1
                if asked == 2:
                    discogs.fault(fault, value="1000000000")
                return listing(folder_id, sort, descending=descending)

            monkeypatch.setattr(discogs.world, "listing", souring)
            jobs, user = program.runtime.jobs, program.user
            job, _ = await jobs.start("sync", user, {"sources": ["discogs"]})
            async for seen in jobs.watch(user, job.id):
                job = seen
                if job.state is JobState.WAITING:
                    break
            told = job.error or job.progress.note
            assert WORDS[fault] in told, told
            kept = {record.discogs_id for record in await program.records()}
            assert 0 < len(kept) < 230
            monkeypatch.setattr(discogs.world, "listing", listing)
            discogs.mend()
            if fault is not Fault.RATE_LIMIT:
                assert job.state is JobState.FAILED
                await program.synced()
                await assert_whole(program, kept)
                return
            assert job.state is JobState.WAITING and job.wake_at is not None
            wakes = datetime.fromisoformat(job.wake_at) - datetime.now(UTC)
            assert timedelta(hours=47) < wakes <= timedelta(days=2)
        with closing(sqlite3.connect(tmp_path / "home" / "library.db")) as library:  # two days later
            library.execute("UPDATE job SET wake_at = '2020-01-01T00:00:00.000000+00:00' WHERE id = ?", (job.id,))
            library.commit()
        async with installed(discogs, tmp_path / "home", monkeypatch) as program:
            ended = [seen async for seen in program.runtime.jobs.watch(program.user, job.id)][-1]
            assert (ended.state, ended.error) == (JobState.DONE, None)
            await assert_whole(program, kept)


async def assert_whole(program: Installation, kept: set[int | None]) -> None:
    """Everything is here, and what was here before too."""
    await program.assert_in_step()
    assert kept < {record.discogs_id for record in await program.records()}


async def test_a_plex_that_says_nothing_has_not_become_empty(opens: Opens, plex: RunningPlex) -> None:
    async with opens(plex.environment) as runtime:
        me = runtime.owner.id
        assert (await refreshed(runtime, me)).state is JobState.DONE
        totals, albums = await runtime.plex.statistics(), (await runtime.shelf.counts(me)).plex
        assert totals.albums == albums == plex.totals["albums"] > 0
        for match in ("/library/sections", "/all"):
            plex.music.changed_at += 1
            plex.fault("empty-body", match=match)
            job = await refreshed(runtime, me)
            assert (job.state, job.problem_count) == (JobState.PARTIAL, 1)
            assert (await runtime.shelf.counts(me)).plex == albums
            plex.mend()
        assert (await refreshed(runtime, me)).state is JobState.DONE


@pytest.mark.parametrize("fault", ["empty-body", "bad-json", "truncated", "html-502"])
async def test_a_slskd_that_says_nothing_has_lost_no_download(tmp_path: Path, fault: str) -> None:
    async with (
        simulated_slskd(tmp_path / "slskd", checked=False) as slskd,
        open_ground(tmp_path / "home", slskd) as ground,
    ):
        (row,) = await ground.add()
        await ground.turn(2)
        slskd.fault(fault)
        await ground.turn(6)
        (held,) = await ground.rows(row.id)
        assert held.state.is_active and held.doubted_at is None and held.retried_as is None
        slskd.mend()
        await ground.until("completed", row.id)
        assert set(ground.enqueued().values()) == {1}
