"""From the downloads folder into the library of the real beets: noticed once it is whole, filed once, told, shown to Plex."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from services.downloads import arrivals
from services.downloads.watching import Rhythm
from services.errors import Conflict, InvalidInput, NotFound
from services.places import locate
from services.runtime import Runtime, open_runtime
from services.settings import load_settings
from storage import activity
from storage import arrivals as rows
from storage.values.arrivals import Arrival, ArrivalState
from tests.services.downloads.ground import TRACKS
from tests.upstreams.fixtures_beets import BEET, RealBeets, write_album, write_track
from tests.upstreams.fixtures_plex import RunningPlex
from tests.upstreams.fixtures_slskd import simulated_slskd

QUICK = Rhythm(quiet=0.3, told=0.1, look=0.1, idle=0.3)


@asynccontextmanager
async def opened(folder: Path, **settings: str) -> AsyncGenerator[Runtime]:
    """The program with these settings, looking at its downloads folder all the time."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"SYNC_SCHEDULE": "off", "SPOTIFY_SCHEDULE": "off", **settings}.items():
            patch.setenv(name, value)
        patch.setattr(arrivals, "Rhythm", lambda: QUICK)
        places = locate(folder / "home")
        async with open_runtime(load_settings(places), places) as runtime:
            yield runtime


async def until(runtime: Runtime, holds: Callable[[list[Arrival]], object], seconds: float = 100) -> list[Arrival]:
    """The arrivals once something holds of them."""
    end = asyncio.get_running_loop().time() + seconds
    while True:
        found = await runtime.arrivals.page(runtime.owner.id)
        if holds(found):
            return found
        assert asyncio.get_running_loop().time() < end, found
        await asyncio.sleep(0.05)


def states(found: list[Arrival]) -> dict[str, str]:
    return {each.name: each.state.value for each in reversed(found)}


async def feed(runtime: Runtime) -> list[tuple[str, str, dict[str, Any]]]:
    async with runtime.storage.read() as conn:
        return [(each.type, each.status, each.details) for each in await activity.newest(conn, runtime.owner.id, 50)]


async def test_an_album_from_soulseek_ends_in_the_library_and_plex_is_asked_to_scan_its_folder(
    real_beets: RealBeets, plex: RunningPlex, tmp_path: Path
) -> None:
    plex.music.folders = (str(real_beets.music),)
    async with simulated_slskd(tmp_path / "slskd", speed=40.0) as slskd:
        write_album(slskd.downloads / "Before", "Before", ["Old"])  # nobody asked for that to be filed by itself
        (slskd.downloads / "Before" / "02 Late.wav.incomplete").write_bytes(b"half")
        everything = {
            **real_beets.environment,
            **plex.environment,
            **slskd.environment,
            "BEETS_AFTER_DOWNLOAD": "automatic",
        }
        async with opened(tmp_path, **everything) as runtime:
            await until(runtime, lambda found: states(found).get("Before") == "waiting")
            await asyncio.sleep(QUICK.look)  # a look later it is no longer the first
            (slskd.downloads / "Before" / "02 Late.wav.incomplete").unlink()
            await until(runtime, lambda found: states(found).get("Before") == "asked")
            await runtime.downloads.add(runtime.owner.id, "alma", TRACKS)
            seen = await until(runtime, lambda found: "imported" in states(found).values())
            (album,) = [each for each in seen if each.state is ArrivalState.IMPORTED]
            assert (album.files, album.imported, album.skipped, album.error) == (3, 3, 0, None)
            assert states(seen)["Before"] == "asked" and len(real_beets.titles()) == 3
            (filed,) = album.filed
            assert filed.startswith(str(real_beets.music))
            await until(runtime, lambda _: plex.asked("GET", "/refresh"))
            told = [(status, details) for kind, status, details in await feed(runtime) if kind == "sync"]
            assert {status for status, _ in told} == {"track_imported", "plex_updated"}
            (about,) = [details for status, details in told if status == "track_imported"]
            assert (about["imported"], about["filed"], about["path"]) == (3, [filed], album.path)
            scans = [each["query"] for each in plex.requests if each["path"].endswith("/refresh")]
            assert all("path=" in query for query in scans) and len(scans) == 1


async def test_what_arrives_is_asked_about_once_it_is_whole_and_never_twice(
    real_beets: RealBeets, tmp_path: Path
) -> None:
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    settings = {**real_beets.environment, "SLSKD_DOWNLOADS": str(downloads)}
    async with opened(tmp_path, **settings) as runtime:
        owner, door = runtime.owner.id, runtime.arrivals
        write_track(downloads / "One/01 Ebb.wav", "Ebb", "One")
        (downloads / "One/02 Flow.wav.incomplete").write_bytes(b"half")
        write_album(downloads / "incomplete" / "Two", "Two", ["Up"])
        await until(runtime, lambda found: states(found) == {"One": "waiting"})
        (downloads / "One/02 Flow.wav.incomplete").unlink()
        write_track(downloads / "One/02 Flow.wav", "Flow", "One", place=2)
        ((one,)) = await until(runtime, lambda found: states(found) == {"One": "asked"})
        assert one.files == 2 and one.path == str(downloads / "One")
        assert (await door.ignore(owner, one.id)).state is ArrivalState.IGNORED
        (downloads / "Bad").mkdir()
        (downloads / "Bad/noise.mp3").write_bytes(b"no music")
        found = await until(runtime, lambda found: states(found).get("Bad") == "asked")
        assert states(found) == {"One": "ignored", "Bad": "asked"}  # what was left alone is not asked about again
        write_track(downloads / "One/03 Tide.wav", "Tide", "One", place=3)
        found = await until(runtime, lambda found: [each.name for each in found if each.state == "asked"].count("One"))
        again = next(each for each in found if each.name == "One")
        assert again.id != one.id and again.files == 3  # something new came to it
        await door.import_(owner, again.id)
        await door.import_(owner, next(each.id for each in found if each.name == "Bad"))
        ended = await until(runtime, lambda found: not any(each.state.is_open for each in found))
        by_id = {each.id: each for each in ended}
        assert (by_id[again.id].state, by_id[again.id].imported) == (ArrivalState.IMPORTED, 3)
        bad = next(each for each in ended if each.name == "Bad")
        assert bad.state is ArrivalState.FAILED and "no music in it" in (bad.error or "")
        with pytest.raises(Conflict, match="in the library of beets already"):
            await door.import_(owner, again.id)
        with pytest.raises(NotFound):
            await door.ignore(owner, 999)
        with pytest.raises(InvalidInput, match="beets may import only from"):
            await door.order(owner, "/etc")
        assert "import_failed" in {status for _, status, _ in await feed(runtime)}
        assert "No files imported" in "\n".join(await door.output(owner, bad.id))
    assert real_beets.titles() == ["Ebb", "Flow", "Tide"]


async def test_an_import_goes_on_after_the_program_ended_and_is_filed_once(
    real_beets: RealBeets, tmp_path: Path
) -> None:
    gate, script = tmp_path / "gate", tmp_path / "beet"
    os.mkfifo(gate)
    script.write_text(
        f'#!/bin/sh\nif [ "$3" = import ]; then echo begun >&2; read line < {gate}; fi\nexec {BEET} "$@"\n'
    )
    script.chmod(0o700)
    album = write_album(real_beets.incoming / "One", "One", ["Ebb", "Flow"])
    later = write_album(real_beets.incoming / "Two", "Two", ["Up"])
    settings = {**real_beets.environment, "BEETS_COMMAND": str(script)}
    async with opened(tmp_path, **settings) as runtime:
        ordered = await runtime.arrivals.order(runtime.owner.id, str(album))
        same = await runtime.arrivals.order(runtime.owner.id, str(album))
        second = await runtime.arrivals.order(runtime.owner.id, str(later))
        await until(runtime, lambda found: any(each.begun_at for each in found))
        while "begun" not in await runtime.beets.program.said(ordered.marker):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert same.id == ordered.id
        with pytest.raises(Conflict, match="being imported"):
            await runtime.arrivals.ignore(runtime.owner.id, ordered.id)
        assert (await runtime.arrivals.ignore(runtime.owner.id, second.id)).state is ArrivalState.IGNORED
    async with opened(tmp_path, **settings) as runtime:
        (found,) = [each for each in await runtime.arrivals.page(runtime.owner.id) if each.id == ordered.id]
        assert found.state is ArrivalState.IMPORTING
        assert await runtime.beets.program.is_writing()  # beets itself, which outlived us
        with gate.open("w") as opened_gate:
            opened_gate.write("go\n")
        ended = await runtime.arrivals.ended(runtime.owner.id, ordered.id, 60)
        assert ended is not None and (ended.state, ended.imported) == (ArrivalState.IMPORTED, 2)
    assert real_beets.titles() == ["Ebb", "Flow"]


async def test_what_is_open_is_open_once_whoever_finds_it(tmp_path: Path) -> None:
    async with opened(tmp_path, BEETS_AFTER_DOWNLOAD="off") as runtime:
        owner = runtime.owner.id

        async def find() -> Arrival:
            async with runtime.storage.write() as conn:
                return await rows.found(conn, owner, "/music/One", files=1, size=5)

        first, second = await asyncio.gather(find(), find())
        assert first.id == second.id
        async with runtime.storage.write() as conn:
            taken = await rows.change(conn, owner, first.id, among=(ArrivalState.WAITING,), state=ArrivalState.IGNORED)
            late = await rows.change(conn, owner, first.id, among=(ArrivalState.WAITING,), state=ArrivalState.ASKED)
        assert taken is not None and late is None
        assert (await find()).id != first.id
        assert (await runtime.arrivals.counts(owner))[ArrivalState.IGNORED] == 1


PROCESS = """
import asyncio, sys
from pathlib import Path
from services.places import locate
from services.runtime import open_runtime
from services.settings import load_settings

async def main(folder, *paths):
    places = locate(Path(folder) / "home")
    async with open_runtime(load_settings(places), places) as runtime:
        for path in paths:
            await runtime.arrivals.order(runtime.owner.id, path)
        print("ordered", flush=True)
        await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.by_hand
@pytest.mark.parametrize("moment", [0.0, 0.7, 1.4, 2.1, 2.8, 3.5])
async def test_kill_9_at_any_moment_loses_and_doubles_nothing(
    real_beets: RealBeets, tmp_path: Path, moment: float
) -> None:
    """The program is killed, and at every second moment beets with it."""
    titles = [f"Track {number:03}" for number in range(60)]
    albums = [write_album(real_beets.incoming / name, name, titles) for name in ("One", "Two")]
    environment = {**os.environ, **real_beets.environment, "SYNC_SCHEDULE": "off", "PYTHONPATH": str(Path.cwd())}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROCESS, str(tmp_path), *map(str, albums)), env=environment, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        while (line := await process.stdout.readline()) != b"ordered\n":
            assert line, "it ended by itself"
        await asyncio.sleep(moment)
    finally:
        process.kill()
    await process.wait()
    if with_beets := bool(round(moment / 0.7) % 2):
        for each in psutil.process_iter(["cmdline"]):
            command = each.info["cmdline"] or []
            if "import" in command and any(str(real_beets.incoming) in part for part in command):
                each.kill()
    async with opened(tmp_path, **real_beets.environment) as runtime:
        ended = await until(
            runtime, lambda found: len(found) == 2 and not any(each.state.is_open for each in found), 110
        )
        assert {each.state for each in ended} == {ArrivalState.IMPORTED}, ended
    assert real_beets.titles() == sorted(titles * 2)
    # beets that is killed between a copy and its row leaves that one file behind, which no row names.
    assert len(list(real_beets.music.rglob("*.wav"))) in ((120, 121) if with_beets else (120,))
    assert not [path for path in real_beets.run("ls", "-p").splitlines() if not path.startswith(str(real_beets.music))]
