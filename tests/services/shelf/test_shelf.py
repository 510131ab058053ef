"""The shelf over a simulated Plex, real beets and a library: what belongs together, what was decided, what cannot be asked."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from services.errors import InvalidInput, NotFound
from services.runtime import Runtime
from storage import accounts
from storage.tables.shelf import shelf_album, shelf_holding
from storage.values import Decision, JobState, ShelfList, ShelfQuery, ShelfSort, ShelfSource
from tests.services.shelf.collected import CD, SINGLE, listed, own, places, play, refreshed, save, want
from tests.services.shelf.conftest import Opens
from tests.upstreams.fixtures_beets import RealBeets
from tests.upstreams.fixtures_plex import RunningPlex

pytestmark = pytest.mark.asyncio
SAVED = "s" * 22
ROOT = Path(__file__).resolve().parents[3]


async def test_an_album_is_one_row_wherever_it_is_and_decisions_hold(
    opens: Opens, plex: RunningPlex, stocked: RealBeets
) -> None:
    filed = plex.some("album")
    artist = filed.parent.title if filed.parent else ""
    async with opens({**plex.environment, **stocked.environment}) as runtime:
        me = runtime.owner.id
        await own(runtime, me, 1, f"{artist} (2)", filed.title)
        await own(runtime, me, 2, "Example Band", "One")
        await own(runtime, me, 3, "Nobody Filed", "Only Grooves")
        await own(runtime, me, 4, "Silver Disc", "Compact", CD)
        await want(runtime, me, 5, "Nobody Filed", "Only Grooves")
        await save(runtime, me, artist, f"{filed.title} (Remastered)", SAVED, ("a", "b"))
        await play(runtime, me, artist, f"{filed.title} (Remastered)", SAVED, 4)
        await play(runtime, me, "Never Bought", "Heard Often", "h" * 22, 5)
        job = await refreshed(runtime, me)
        assert job.state is JobState.DONE, (job.error, await runtime.jobs.problems(job.id))

        missing = await listed(runtime, me, list=ShelfList.MISSING_FILES)
        assert [(each.title, places(each)) for each in missing] == [("Only Grooves", {"records", "wants"})]
        played = await listed(runtime, me, list=ShelfList.NOT_OWNED, played=True, sort_by=ShelfSort.PLAYS)
        assert [(each.title, each.plays) for each in played] == [("Heard Often", 5)]
        (everywhere,) = await listed(runtime, me, owned=True, spotify=True)
        assert places(everywhere) == {"records", "plex", "spotify", "plays"} and everywhere.plays == 4
        assert all(each.confidence >= 0.9 for each in everywhere.places), everywhere.places
        assert sum(bool(each.reason) for each in everywhere.places) == 3, "the first one stands for the album"
        (one,) = await listed(runtime, me, beets=True)
        assert places(one) == {"records", "beets"} and one.files == 1
        counts = await runtime.shelf.counts(me)
        assert (counts.owned, counts.vinyl, counts.plex) == (4, 3, plex.totals["albums"])
        assert [each.title for each in await listed(runtime, me, text="cömp silv", format="cd")] == ["Compact"]
        assert await listed(runtime, me, format="LP", year_from=1900, owned=False, files=False) == []
        order = await runtime.shelf.order(me, ShelfQuery())
        assert len(order) == counts.albums and [each.pk for each in await runtime.shelf.some(me, order[:3])] == list(
            order[:3]
        )
        assert (await runtime.shelf.of(me, ShelfSource.RECORDS, ["record-2"]))["record-2"].pk == one.pk

        pages = plex.asked("GET", "type=9")
        again = await refreshed(runtime, me)
        assert again.result and not any(again.result[each] for each in ("added", "changed", "gone", "matched"))
        assert plex.asked("GET", "type=9") == pages, "what has not changed is not read again"

        beets = next(each for each in one.places if each.source is ShelfSource.BEETS)
        apart = await runtime.shelf.decide(me, one.pk, ShelfSource.BEETS, beets.key, Decision.REJECT)
        assert places(apart) == {"beets"} and apart.pk != one.pk
        stocked.run("modify", "-a", "-y", "-M", "-W", "album:One", "year=2001")
        runtime.beets.forget_answers()
        await refreshed(runtime, me)
        (read_again,) = await listed(runtime, me, beets=True)
        assert (places(read_again), read_again.year) == ({"beets"}, 2001), "what was rejected came back"
        joined = await runtime.shelf.decide(me, apart.pk, ShelfSource.BEETS, beets.key, Decision.JOIN, to=one.pk)
        assert joined.pk == one.pk and joined.places[-1].decision is Decision.JOIN
        stocked.run("modify", "-a", "-y", "-M", "-W", "album:One", "album=Of Another Name")
        runtime.beets.forget_answers()
        await refreshed(runtime, me)
        (one,) = await listed(runtime, me, beets=True)
        assert places(one) == {"records", "beets"} and one.places[-1].title == "Of Another Name"
        alone = await runtime.shelf.decide(me, one.pk, ShelfSource.RECORDS, "record-2", Decision.SPLIT)
        assert places(alone) == {"records"} and alone.places[0].decision is Decision.SPLIT
        with pytest.raises(NotFound):
            await runtime.shelf.decide(me, one.pk, ShelfSource.RECORDS, "record-2", Decision.CONFIRM)
        with pytest.raises(InvalidInput):
            await runtime.shelf.decide(me, one.pk, ShelfSource.BEETS, beets.key, Decision.JOIN)
        assert places(await runtime.shelf.join(me, alone.pk, one.pk)) == {"records", "beets"}
        await refreshed(runtime, me)
        assert places(await runtime.shelf.get(me, one.pk)) == {"records", "beets"}, "what was joined fell apart"
        with pytest.raises(NotFound):
            await runtime.shelf.join(me, alone.pk, one.pk)
        with pytest.raises(InvalidInput):
            await runtime.shelf.join(me, one.pk, one.pk)

        plex.music.changed_at += 1
        plex.fault("server-error")
        partial = await refreshed(runtime, me)
        assert partial.state is JobState.PARTIAL and (await runtime.shelf.counts(me)).plex == counts.plex
        since = {each.source: each.failing_since for each in await runtime.shelf.sources(me)}
        assert since[ShelfSource.PLEX] and not since[ShelfSource.BEETS]
        assert (await runtime.shelf.get(me, everywhere.pk)).places[1].missing_since == since[ShelfSource.PLEX]

        async with runtime.storage.write() as conn:
            guest = await accounts.register(conn, "guest@example.org", "x")
        assert guest is not None
        await own(runtime, guest.id, 9, "Example Band", "One")
        await refreshed(runtime, guest.id)
        assert [places(each) for each in await listed(runtime, guest.id)] == [{"records"}]
        with pytest.raises(NotFound):
            await runtime.shelf.get(guest.id, one.pk)


async def test_an_album_and_the_single_of_its_name_stay_apart_though_something_resembles_both(opens: Opens) -> None:
    async with opens({}) as runtime:
        me = runtime.owner.id
        await own(runtime, me, 1, "Örbit Choir", "Low Tide")
        await save(runtime, me, "Orbit Choir", "Low Tide", "c" * 22, ("c",))
        await refreshed(runtime, me)
        ((both,)) = await listed(runtime, me)
        assert places(both) == {"records", "spotify"}, "nothing speaks against it yet"
        await own(runtime, me, 2, "Orbit Choir", "Low Tide", SINGLE)
        await save(runtime, me, "Orbit Choir", "Low Tide", "b" * 22, ("b",), "single", "1999", 2)
        await refreshed(runtime, me)
        rows = [sorted(each.key for each in album.places) for album in await listed(runtime, me)]
        assert sorted(rows) == [["b" * 22, "record-2"], ["c" * 22, "record-1"]]


async def test_a_refresh_that_is_killed_goes_on_and_the_shelf_agrees_with_itself_at_every_instant(
    opens: Opens, tmp_path: Path
) -> None:
    async def fill(runtime: Runtime) -> None:
        me = runtime.owner.id
        for number in range(1, 181):
            await own(runtime, me, number, f"Artist {number // 3}", f"Album {number} of the Year")
            await save(
                runtime, me, f"Artist {number // 3}", f"Album {number} of the Year", f"{number:022}", (f"t{number}",)
            )

    async with opens({}, work=False) as runtime:
        await fill(runtime)
    command = (sys.executable, "-m", "tests.journeys.sync_process", str(tmp_path / "home"), "shelf", "{}")
    environment = {**os.environ, "LOCKGROOVE_DATA_DIR": str(tmp_path / "home"), "SYNC_SCHEDULE": "off"}
    for further in (1, 3):
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        while further and (await process.stdout.readline()).startswith((b"ready", b"further")):
            further -= 1
        await asyncio.sleep(0.05)
        process.kill()
        await process.wait()
        async with opens({}, work=False) as runtime:
            await _agrees(runtime)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    assert told.split()[-1] == b"done"
    async with opens({}, work=False) as runtime:
        await _agrees(runtime)
        counts = await runtime.shelf.counts(runtime.owner.id)
        assert (counts.albums, counts.owned, counts.spotify) == (180, 180, 180)


async def _agrees(runtime: Runtime) -> None:
    """Every album is what its holdings are, and none is empty."""
    a, h = shelf_album.c, shelf_holding.c
    async with runtime.storage.read() as conn:
        albums = {row.id: row for row in (await conn.execute(select(shelf_album))).all()}
        held: dict[int, list[str]] = {}
        for source, album in (await conn.execute(select(h.source, h.album_pk).where(h.album_pk.is_not(None)))).all():
            held.setdefault(album, []).append(source)
    assert albums.keys() == held.keys()
    for pk, sources in held.items():
        assert (albums[pk].records, albums[pk].spotify) == (sources.count("records"), sources.count("spotify")), a.id
