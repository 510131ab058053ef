"""The worker: what waits is matched in batches, by the settings of the moment, and told."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from services.matching.job import MatchingJob
from services.matching.service import Matching, Question
from services.places import locate
from services.runtime import open_runtime
from services.settings import load_settings
from storage import activity, setting_changes
from storage.values import Job, User
from storage.values.matches import Decision, MatchKind, Thing

XTAL = {"id": "s1", "name": "Xtal", "artists": [{"name": "Kestrel Row"}]}
RIGHT = {"ratingKey": "7", "title": "Xtal", "grandparentTitle": "Kestrel Row"}
NEARLY = {"ratingKey": "8", "title": "Xtal (Live)", "grandparentTitle": "Kestrel Row"}
WRONG = {"ratingKey": "9", "title": "Another Song", "grandparentTitle": "Somebody"}


async def test_what_waits_is_matched_in_batches_and_a_persons_no_is_a_no(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCKGROOVE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SYNC_SCHEDULE", "off")
    places = locate()
    async with open_runtime(load_settings(places), places) as runtime:
        owner: User = runtime.owner
        kind = MatchingJob(lambda: runtime.settings, runtime.events)
        runtime.jobs.register(kind)

        async def wake(user_id) -> Job:
            return (await runtime.jobs.start(kind.name, user_id))[0]

        async def worked() -> Job:
            job = await wake(owner.id)
            async with asyncio.timeout(20):
                return [seen async for seen in runtime.jobs.watch(owner.id, job.id)][-1]

        async def told(of: str) -> list[dict[str, object]]:
            async with runtime.storage.read() as conn:
                return [
                    each.details for each in reversed(await activity.newest(conn, owner.id, 50)) if each.status == of
                ]

        asleep = Matching(runtime.storage)
        async with runtime.storage.write() as conn:
            await setting_changes.put(conn, owner.id, "matching_worker_batch_size", "2")
            await setting_changes.put(conn, owner.id, "matching_confidence_threshold", "nonsense")
        await asleep.enqueue(owner.id, Question.PLEX, XTAL, [WRONG, NEARLY, RIGHT])
        lost = await asleep.enqueue(owner.id, Question.PLEX, XTAL, [WRONG])
        empty = await asleep.enqueue(owner.id, Question.SOULSEEK, {}, [])
        done = await worked()
        assert (done.state.value, done.result) == ("done", {"stored": 2, "discarded": 2, "failed": 2})
        assert [tuple(row.values())[:3] for row in await told("matching_batch")] == [
            (2, 2, 2),
            (1, 0, 0),
        ]
        assert await told("matching_job_failed") == [
            {"job_id": lost, "error": "no_match"},
            {"job_id": empty, "error": "invalid_payload"},
        ]
        found = await asleep.of_thing(owner.id, MatchKind.TRACK, Thing("spotify", "s1"))
        assert [each.beside(Thing("spotify", "s1")).key for each in found] == ["7", "8"]
        assert [each.target_id for each in await asleep.results(owner.id)] == ["8", "7"]
        async with runtime.storage.read() as conn:
            kept, _ = await setting_changes.every(conn, owner.id)
        assert (kept["metrics.matching.saved_total"], kept["metrics.matching.discarded_total"]) == ("2", "2")
        assert {"worker.matching.last_start", "worker.matching.last_seen", "worker.matching.last_stop"} <= kept.keys()

        await asleep.decide(owner.id, MatchKind.TRACK, Thing("plex", "7"), Thing("spotify", "s1"), Decision.REJECTED)
        async with runtime.storage.write() as conn:
            await setting_changes.put(conn, owner.id, "matching_confidence_threshold", "0.95")
        await Matching(runtime.storage, wake).enqueue(owner.id, Question.PLEX, XTAL, [NEARLY, RIGHT])
        await worked()
        assert not await asleep.has_waiting(owner.id)
        assert (await told("matching_batch"))[-1]["stored"] == 0
        found = await asleep.of_thing(owner.id, MatchKind.TRACK, Thing("spotify", "s1"))
        assert {each.decision for each in found} == {Decision.AUTO, Decision.REJECTED}
