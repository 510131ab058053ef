"""A run against the simulated services: what cannot be had is counted, given up after three times and told without flooding the
feed; what is under way is not asked for again, and nobody is blamed for slskd being away.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from services.autosync import telling
from storage import downloads
from storage.values import JobState
from storage.values.autosync import AutosyncState, Failure
from storage.values.downloads import DownloadQuery
from tests.services.autosync.scene import Listening, feed, network, opened, run, shared, until
from tests.upstreams.fixtures_beets import RealBeets
from tests.upstreams.fixtures_slskd import simulated_slskd
from tests.upstreams.fixtures_spotify import simulated_spotify


def metrics(stored: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in stored.items() if "autosync" in key}


@pytest.mark.by_hand
async def test_what_cannot_be_had_is_given_up_after_three_times_and_what_waits_is_not_asked_for_again(
    real_beets: RealBeets, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(telling, "MOST_TOLD", 3)
    listening = Listening()
    whole, poor, nowhere = listening.albums[:3]
    good = listening.tracks(whole)[0]
    lacking = listening.tracks(nowhere)[:2]
    listening.save(good, listening.tracks(poor)[0], *lacking)
    people = network(alma=[shared(whole, [good]), shared(poor, listening.tracks(poor), "mp3-128")])
    async with (
        simulated_spotify(listening.world) as spotify,
        simulated_slskd(tmp_path / "slskd", people, speed=40.0, checked=False) as slskd,
    ):
        settings = {**real_beets.environment, **spotify.environment, **slskd.environment, "BEETS_AFTER_DOWNLOAD": "ask"}
        async with opened(tmp_path / "home", **settings) as runtime:
            owner = runtime.owner.id
            runtime.soulseek.clock = slskd.clock
            slskd.daemon.log_out()
            away = await run(runtime)
            assert away.result and (away.state, away.result["failures"]) == (JobState.PARTIAL, ["search"])
            assert (await runtime.autosync.counts(owner)).states[AutosyncState.FAILED] == 0, "that is no track's fault"
            slskd.daemon.come_back()
            first = await run(runtime, scheduled=True)
            assert first.result and (first.state, first.error) == (JobState.PARTIAL, None)
            figures = {name: first.result[name] for name in ("missing", "requested", "skipped", "failures")}
            assert figures == {"missing": 4, "requested": 1, "skipped": 3, "failures": ["no_results", "quality"]}
            single = [
                about for status, about in await feed(runtime) if "track" in about and about["source"] == "scheduled"
            ]
            assert len(single) == 3, "beyond that they are counted"
            told = (await feed(runtime, "status_summary"))[-1][1]
            assert told["status"] == {"spotify": "ok", "plex": "ok", "soulseek": "failed"}
            assert told["tracks"] == {"download_enqueued": 1, "soulseek_low_quality": 1, "soulseek_no_results": 2}

            async def has_arrived() -> bool:
                return (await runtime.autosync.counts(owner)).states[AutosyncState.ARRIVED] == 1

            await until(has_arrived)
            for _ in range(2):
                assert (await run(runtime)).state is JobState.PARTIAL
            searched = slskd.asked("POST", "/searches")
            last = await run(runtime)
            assert last.result and (last.result["searched"], last.result["skipped"]) == (0, 3)
            assert slskd.asked("POST", "/searches") == searched
            failed = await runtime.autosync.page(owner, [AutosyncState.FAILED])
            assert {(each.failure, each.failures) for each in failed} == {(Failure.QUALITY, 3), (Failure.NO_RESULTS, 3)}
            rows = await runtime.downloads.page(owner, DownloadQuery(), limit=None)
            assert Counter(row.username for row in rows) == {"alma": 1}, "what waits for an answer is not fetched again"
            (waiting,) = await runtime.arrivals.page(owner)
            await runtime.arrivals.import_(owner, waiting.id)

            async def is_filed() -> bool:
                return (await runtime.autosync.counts(owner)).states[AutosyncState.IMPORTED] == 1

            await until(is_filed)
            kept = metrics((await runtime.stored_settings.read(runtime.user)).values)
            assert kept["metrics.autosync.skipped"] == "3" and kept["metrics.autosync.downloaded"] == "0"
            assert int(kept["metrics.autosync.duration_ms"]) > 0
            assert all(
                kept[f"worker.autosync.{name}"].endswith("Z") for name in ("last_start", "last_seen", "last_stop")
            )
            async with runtime.storage.write() as conn:
                await downloads.forget(conn, owner, [row.id for row in rows])
            assert await runtime.autosync.settle(owner) == 0
