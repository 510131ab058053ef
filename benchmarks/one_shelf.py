"""``python -m benchmarks.one_shelf``: 3,000 records, 20,000 tracks of Spotify and 15,000 of Plex are brought together as one shelf.

An invented world whose truth is known, told by each source in its own way; Plex is simulated in another process. Prints the time of
a first refresh, of one with nothing to do and of one after 100 changes, memory, the longest time for which the loop was held, how
long questions take, and how many pairs of places are rightly one album; with limits. Ends with 1 if one is missed. With
``--postgres URL`` (an empty database) the library is kept there.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path

import structlog
from sqlalchemy import select, update

from benchmarks.bars import Bars
from benchmarks.matching import Inventor, Work
from services.demo.plex.app import SimulatedPlex
from services.demo.plex.things import Thing
from services.demo.plex.world import PlexWorld
from services.demo.servers import beside
from services.matching.music import Form
from services.places import locate
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from storage import play_intake, play_tracks, records, saved_tracks, wants
from storage.instants import instant
from storage.tables import record, shelf_holding
from storage.values import (
    Format,
    Job,
    JobState,
    NewRecord,
    NewWant,
    Playable,
    RecordFacts,
    ReleaseId,
    SavedTrack,
    ShelfList,
    ShelfQuery,
    ShelfSort,
    UserId,
)
from storage.values.plays import Heard, PlayedAlbum, PlayedArtist, PlayedTrack, PlaySource

RECORDS, WANTS, TRACKS, FILES = 3_000, 300, 20_000, 15_000
FIRST, AGAIN, CHANGED = 60.0, 5.0, 5.0
"""Seconds."""
HELD = 5.0
"""Milliseconds of processor time that one turn of the loop may take; the longest of all but one in a thousand."""
PAGE = 30.0
"""Milliseconds of a page, a count or the order of everything."""
MEGABYTES = 400
PRECISION, RECALL = 0.99, 0.9
_FORMS = {
    Form.ALBUM: ("LP", "Album"),
    Form.EP: ('12"', "EP"),
    Form.SINGLE: ('7"', "Single"),
    Form.COMPILATION: ("LP", "Compilation"),
    Form.BOX: ("LP",),
}

_SOLD_AS = {
    Form.ALBUM: "album",
    Form.EP: "single",
    Form.SINGLE: "single",
    Form.COMPILATION: "compilation",
    Form.BOX: "compilation",
}


def world() -> tuple[Inventor, list[Work]]:
    """The inventor and everything there is, always the same."""
    inventor = Inventor(11)
    works = inventor.works(9_000)
    inventor.dice.shuffle(works)
    return inventor, works


def plex_of(inventor: Inventor, works: list[Work]) -> PlexWorld:
    """A server with :data:`FILES` tracks of these."""
    there, tracks = PlexWorld(), 0
    music = there.add_section("Music", "artist", ("/srv/music",))
    artists: dict[str, Thing] = {}
    for work in works:
        told = inventor.as_files(work)
        name = told.artists[0]
        if name not in artists:
            artists[name] = Thing(there.number(), "artist", name, music)
            there.file(artists[name])
        album = Thing(there.number(), "album", told.title, music, artists[name])
        album.said = {"year": told.year} if told.year else {}
        album.said["studio"] = str(work.id)  # the truth, which nobody compares
        there.file(album)
        for number in range(told.tracks or 10):
            track = Thing(there.number(), "track", f"Track {number + 1}", music, album)
            track.said = {"index": number + 1, "duration": 180_000}
            there.file(track)
            tracks += 1
        if tracks >= FILES:
            break
    return there


def serve() -> None:
    """The simulated Plex, until it is killed."""
    inventor, works = world()
    there = plex_of(inventor, works[1_500:])
    truth = {str(each.key): each.said.get("studio") for each in there.things.values() if each.type == "album"}
    with beside(SimulatedPlex(there)) as url:
        print(json.dumps({"url": url, "token": there.token, "truth": truth}), flush=True)
        time.sleep(3600)


async def fill(runtime: Runtime, user_id: UserId) -> dict[tuple[str, str], int]:
    """Records, wants, saved tracks and plays; what really is behind each holding."""
    inventor, works = world()
    dice, truth = inventor.dice, dict[tuple[str, str], int]()
    rows: list[NewRecord] = []
    for number, work in enumerate(works[:RECORDS], 1):
        told = inventor.as_discogs(work)
        barcode = next(iter(told.codes.barcodes), None)
        facts = RecordFacts(
            told.artists[0], told.title, told.year, discogs_id=ReleaseId(number), upc_code=barcode,
            formats=(Format("Vinyl" if dice.random() < 0.8 else "CD", descriptions=_FORMS[work.form]),),
        )  # fmt: skip
        rows.append(NewRecord(facts, record_id=f"record-{number}"))
        truth["records", f"record-{number}"] = work.id
    async with runtime.storage.write() as conn:
        await records.add_many(conn, user_id, rows)
    wanted: list[NewWant] = []
    for number, work in enumerate(works[RECORDS - 100 : RECORDS - 100 + WANTS], 100_000):
        told = inventor.as_discogs(work)
        formats = (Format("Vinyl", descriptions=_FORMS[work.form]),)
        wanted.append(
            NewWant(ReleaseId(number), told.artists[0], told.title, told.year, formats=formats, date_added=instant())
        )
        truth["wants", str(number)] = work.id
    async with runtime.storage.write() as conn:
        await wants.upsert_many(conn, user_id, wanted, seen_at=instant())
    saved, heard, tracks = list[SavedTrack](), list[Heard](), list[PlayedTrack]()
    for work in works[2_000:]:
        told = inventor.as_files(work)
        album_id = f"{work.id:022}"
        truth["spotify", album_id] = work.id
        for number in range(dice.randint(1, 6)):
            track_id = f"{work.id:018}{number:04}"
            name = f"{told.title} {number}"
            playable = Playable(
                f"spotify:track:{track_id}", track_id, name, told.artists, told.title, album_id, 200_000,
                _SOLD_AS[work.form], str(told.year or ""), told.tracks,
            )  # fmt: skip
            saved.append(SavedTrack(playable, instant()))
            if dice.random() < 0.4:
                album = PlayedAlbum(
                    told.title, told.artists[0], album_id, _SOLD_AS[work.form], str(told.year or ""), told.tracks
                )
                track = PlayedTrack(name, (PlayedArtist(told.artists[0]),), PlaySource.API, track_id, album, 200_000)
                tracks.append(track)
                truth["plays", album_id] = work.id
                at = 1_600_000_000_000 + len(tracks) * 300_000
                heard += [Heard(track_id, at + each, PlaySource.API) for each in (0, 100_000_000)]
        if len(saved) >= TRACKS:
            break
    for start in range(0, TRACKS, 500):
        async with runtime.storage.write() as conn:
            await saved_tracks.keep(conn, user_id, saved[start : start + 500], seen_at=instant())
    for start in range(0, len(tracks), 500):
        some = tracks[start : start + 500]
        async with runtime.storage.write() as conn:
            kept = await play_tracks.keep(conn, [play_tracks.prepared(each) for each in some])
            keys = set(kept)
            await play_intake.add(conn, user_id, [each for each in heard if each.track_key in keys], kept)
    print(
        f"{len(rows):,} records, {len(wanted):,} wants, {min(TRACKS, len(saved)):,} saved tracks, {len(heard):,} plays"
    )
    return truth


async def refresh(runtime: Runtime, user_id: UserId) -> tuple[Job, float]:
    """One refresh, and its seconds."""
    began = time.perf_counter()
    job, _ = await runtime.shelf.refresh(user_id)
    shown = ""
    async for each in runtime.jobs.watch(user_id, job.id):
        job = each
        if each.progress.phase != shown:
            shown = each.progress.phase or ""
            print(f"  {time.perf_counter() - began:6.1f} s  {shown}")
    assert job.state is JobState.DONE, (job.error, await runtime.jobs.problems(job.id))
    return job, time.perf_counter() - began


@contextmanager
def turns_timed() -> Generator[list[float]]:
    """How much processor time each turn of the loop takes, in milliseconds; how busy the machine is does not count."""
    took: list[float] = []
    really = asyncio.Handle._run

    def run(self: asyncio.Handle) -> None:
        began = time.thread_time()
        really(self)
        if threading.current_thread() is threading.main_thread():
            took.append((time.thread_time() - began) * 1000)

    asyncio.Handle._run = run  # type: ignore[method-assign]
    try:
        yield took
    finally:
        asyncio.Handle._run = really  # type: ignore[method-assign]


async def timed(ask: Callable[[], Awaitable[object]]) -> float:
    """The middle of nine, in milliseconds."""
    took: list[float] = []
    for _ in range(9):
        began = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[4]


async def judged(runtime: Runtime, truth: dict[tuple[str, str], int]) -> tuple[float, float]:
    """Precision and recall over pairs of places."""
    albums: dict[int, list[int]] = defaultdict(list)
    works = Counter[int]()
    async with runtime.storage.read() as conn:
        rows = await conn.execute(select(shelf_holding.c.source, shelf_holding.c.key, shelf_holding.c.album_pk))
        for source, key, album in rows.all():
            work = truth[source, key]
            albums[album].append(work)
            works[work] += 1
    right = wrong = 0
    for members in albums.values():
        for one, other in combinations(members, 2):
            right, wrong = right + (one == other), wrong + (one != other)
    pairs = sum(number * (number - 1) // 2 for number in works.values())
    return right / max(1, right + wrong), right / max(1, pairs)


async def run(home: Path, plex: dict[str, str], library: str | None) -> int:
    environment = {
        "LOCKGROOVE_DATA_DIR": str(home), "SYNC_SCHEDULE": "off", "PLEX_BASE_URL": plex["url"], "PLEX_TOKEN": plex["token"],
        "BEETS_COMMAND": "/no/beets/here", **({"DATABASE_URL": library} if library else {}),
    }  # fmt: skip
    os.environ |= environment
    places = locate()
    limits = Bars("one shelf")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    async with open_runtime(load_settings(places), places, work=False) as runtime:
        truth = await fill(runtime, runtime.owner.id)
    async with open_runtime(load_settings(places), places) as runtime:
        user_id = runtime.owner.id
        truth |= {("plex", key): int(work) for key, work in plex["truth"].items()}  # type: ignore[attr-defined]
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        gc.collect()
        gc.freeze()  # what was invented is not the program's
        with turns_timed() as turns:
            used = time.process_time()
            job, first = await refresh(runtime, user_id)
            used = time.process_time() - used
        print(f"  {job.result}")
        _, again = await refresh(runtime, user_id)
        async with runtime.storage.write() as conn:
            some = select(record.c.id).limit(100).scalar_subquery()
            await conn.execute(
                update(record).where(record.c.id.in_(some)).values(album_title=record.c.album_title + "!")
            )
        job, changed = await refresh(runtime, user_id)
        print(f"  {job.result}")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        counts = await runtime.shelf.counts(user_id)
        print(f"  {counts}")
        precision, recall = await judged(runtime, truth)
        missing = ShelfQuery(list=ShelfList.MISSING_FILES)
        played = ShelfQuery(list=ShelfList.NOT_OWNED, sort_by=ShelfSort.PLAYS, descending=True)
        limits.show("a first refresh", first, FIRST, "s")
        limits.show("one with nothing to do", again, AGAIN, "s")
        limits.show("one after 100 changes", changed, CHANGED, "s")
        limits.show(f"most memory (before: {before:.0f})", memory, MEGABYTES, "MB")
        ordered = sorted(turns)
        limits.show("a turn of the loop, all but one in a thousand", ordered[-1 - len(turns) // 1000], HELD, "ms")
        over = sum(each > HELD for each in turns)
        print(
            f"  longest {ordered[-1]:.1f} ms, {over} of {len(turns):,} turns over {HELD:g} ms; {used:.1f} s of processor time"
        )
        limits.show("pairs that are rightly one album", precision, PRECISION, "", at_least=True)
        limits.show("pairs that were found", recall, RECALL, "", at_least=True)
        for what, ask in {
            "a page of what is missing files": lambda: runtime.shelf.page(user_id, missing, limit=50),
            "a page of what is not owned, by plays": lambda: runtime.shelf.page(user_id, played, limit=50),
            "a page by words": lambda: runtime.shelf.page(user_id, ShelfQuery(text="the gol"), limit=50),
            "the order of everything": lambda: runtime.shelf.order(user_id, ShelfQuery()),
            "counts": lambda: runtime.shelf.counts(user_id),
        }.items():
            limits.show(what, await timed(ask), PAGE, "ms")
    return limits.end()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--postgres", metavar="URL")
    asked = parser.parse_args()
    if asked.serve:
        serve()
        return 0
    with (
        tempfile.TemporaryDirectory() as home,
        subprocess.Popen([sys.executable, "-m", "benchmarks.one_shelf", "--serve"], stdout=subprocess.PIPE) as server,
    ):
        assert server.stdout is not None
        try:
            told = json.loads(server.stdout.readline())
            return asyncio.run(run(Path(home), told, asked.postgres))
        finally:
            server.kill()


if __name__ == "__main__":
    sys.exit(main())
