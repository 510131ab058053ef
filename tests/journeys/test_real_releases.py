"""The main job on real input: the dump sample and the recorded answers as one collection, synced, browsed, exported."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path

import pytest

from services.places import locate
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from storage.shelf import Shelf
from storage.values import Job, JobState, RecordQuery, SortBy
from tests.upstreams.dump_world import dump_world
from tests.upstreams.fixtures import RunningDiscogs, simulated


async def sync(runtime: Runtime) -> Job:
    job, _ = await runtime.jobs.start("sync", runtime.owner.id, {"sources": ["discogs"]})
    async with asyncio.timeout(60):
        async for seen in runtime.jobs.watch(runtime.owner.id, job.id):
            job = seen
    return job


async def test_real_releases_are_synced_browsed_exported_and_brought_back(
    fixtures: Path, library_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = dump_world(fixtures)
    copies = sum(world.folder_count(folder) for folder in world.folders if folder != 0)
    releases = {instance.release_id for instance in world.instances.values()}
    async with simulated(world) as upstream:
        for name, value in {**upstream.environment, "DATABASE_URL": library_url}.items():
            monkeypatch.setenv(name, value)
        places = locate(tmp_path / "installation")
        async with open_runtime(load_settings(places), places) as runtime:
            owner = runtime.owner.id
            job = await sync(runtime)
            assert (job.state, job.error, job.problem_count) == (JobState.DONE, None, 0)
            statistics = await runtime.records.statistics(owner)
            assert (statistics.records, statistics.copies) == (len(releases), copies)
            assert upstream.asked("GET", "/collection/folders/0/releases") == -(-copies // 100)
            await _browse(runtime, library_url)
            await _again(runtime, upstream)
            exported = io.StringIO()
            await runtime.records.export_json(owner, exported)
            table = io.StringIO(newline="")
            assert await runtime.records.export_csv(owner, table) == copies - 1  # the copy that vanished is not in it
    for name in upstream.environment:
        monkeypatch.delenv(name)
    monkeypatch.delenv("DATABASE_URL")
    await _bring_back(tmp_path, exported.getvalue(), len(releases), copies)


async def _browse(runtime: Runtime, library_url: str) -> None:
    """Every order and a few filters, through the same shelf as the table's."""
    owner = runtime.owner.id
    shelf = Shelf.open(library_url)
    assert shelf is not None
    try:
        for by in SortBy:
            query = RecordQuery(sort_by=by)
            rows = await asyncio.wrap_future(shelf.submit(lambda reader, q=query: reader.first(owner, q, 50)))
            page, count = await runtime.records.page(owner, query, limit=50)
            assert [row.record_id for row in rows] == [record.record_id for record in page]
            assert count > 900
    finally:
        await asyncio.to_thread(shelf.close)
    vinyl, _ = await runtime.records.page(owner, RecordQuery(sizes=('7"',)))
    assert vinyl and all(record.record_size == '7"' for record in vinyl)
    found, _ = await runtime.records.page(owner, RecordQuery(text="hammerfall glory"))
    assert "Glory To The Brave" in {record.album_title for record in found}


async def _again(runtime: Runtime, upstream: RunningDiscogs) -> None:
    """A second sync with nothing new costs three requests; a change on the web site arrives with the next."""
    before = len(upstream.requests)
    assert (await sync(runtime)).state is JobState.DONE
    assert len(upstream.requests) - before <= 3
    gone = next(iter(upstream.world.instances.values()))
    upstream.world.remove(gone)
    assert (await sync(runtime)).state is JobState.DONE
    assert upstream.asked("POST", "/collection/") == 0


async def _bring_back(tmp_path: Path, exported: str, releases: int, copies: int) -> None:
    """The JSON export fills an empty library with the same records."""
    file = tmp_path / "export.json"
    file.write_text(exported, encoding="utf-8")
    places = locate(tmp_path / "other")
    async with open_runtime(load_settings(places), places, work=False) as runtime:
        imported = await runtime.records.import_json(runtime.owner.id, file)
        assert (imported.records, imported.copies, imported.problems) == (releases, copies, ())
        again = io.StringIO()
        await runtime.records.export_json(runtime.owner.id, again)
        before, after = _lasting(exported), _lasting(again.getvalue())
        assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == []


def _lasting(exported: str) -> list[dict[str, object]]:
    """The records of an export in the order of their releases."""
    return sorted(json.loads(exported)["records"], key=lambda entry: entry["record"]["discogs_id"])
