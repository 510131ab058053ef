"""The real beets asked and told to change something; every test is a handful of its processes."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest

from services.beets.library import Beets
from services.beets.models import Shelf
from services.beets.program import Limits, Program
from services.beets.refusals import BeetsFailed, NotConfirmed, QueryRefused, Verdict
from services.errors import NotConnected
from services.settings import Settings
from tests.services.beets.conftest import QUICK
from tests.upstreams.fixtures_beets import RealBeets, write_album

HOSTILE = "Two\nlines \x1b[31mred; $(rm -rf) -f"


async def test_a_library_is_told_in_lines_and_rows_whatever_is_in_its_titles(
    beets: Beets, real_beets: RealBeets
) -> None:
    real_beets.run("import", "-q", "-A", str(write_album(real_beets.incoming / "One", "One", ["Ebb", HOSTILE])))
    status = await beets.status()
    assert status.version is not None and status.version.number >= (2, 0)
    ids = await beets.ids("")
    assert list(ids) == list(await beets.ids("id:1..")) == [1, 2]  # the file says what beets says
    rows = await beets.entries([ids[1], 99, ids[0]])
    assert [row.title for row in rows] == [HOSTILE, "Ebb"]  # in the order asked for, as it is in the file
    assert (rows[1].artist, rows[1].album, rows[1].year, rows[1].format) == ("Example Band", "One", "1999", "WAVE")
    assert rows[1].path.startswith(str(real_beets.music))
    (album,) = await beets.entries(await beets.ids("", Shelf.ALBUMS), Shelf.ALBUMS)
    assert (album.artist, album.album, album.path) == (
        "Example Band",
        "One",
        str(real_beets.music / "Example Band/One"),
    )
    assert await beets.titles() == ["Ebb", "Two\nlines [31mred; $(rm -rf) -f"]
    lines = await beets.query('"artist:Example Band" title:Ebb', "$title;$$;%upper{$album}")
    assert lines == ["Ebb;$;ONE"]
    assert (await beets.stats())["Tracks"] == "2"


async def test_removing_takes_a_yes_and_exactly_what_was_named_and_leaves_the_files(
    beets: Beets, stocked: RealBeets
) -> None:
    file = stocked.music / "Example Band/One/01 Ebb.wav"
    with pytest.raises(NotConfirmed, match="asks before it removes 1 track,"):
        await beets.remove("title:=Ebb", force=False)
    with pytest.raises(QueryRefused, match="fits the whole library"):
        await beets.remove("album:One", force=True)
    assert await beets.remove("title:=Nowhere", force=True) == 0
    assert await beets.remove("title:=Ebb", force=True) == 1
    assert stocked.titles() == ["Flow", "Tide"] and file.exists()


async def test_an_update_forgets_what_is_gone_but_not_what_an_empty_disk_hides(
    beets: Beets, stocked: RealBeets, tmp_path: Path
) -> None:
    away = stocked.music.rename(tmp_path / "away")
    stocked.music.mkdir()  # an empty mount point
    would = await beets.update(preview=True)
    assert would.lost == 3
    with pytest.raises(NotConfirmed, match=r"files of 3 tracks \(of 3\) are not there"):
        await beets.update()
    assert len(stocked.titles()) == 3
    stocked.music.rmdir()
    away.rename(stocked.music)
    (stocked.music / "Example Band/One/02 Flow.wav").unlink()
    assert (await beets.update()).lost == 1
    assert stocked.titles() == ["Ebb", "Tide"]


async def test_files_are_moved_and_written_after_a_preview_that_touches_nothing(
    beets: Beets, stocked: RealBeets
) -> None:
    stocked.run("modify", "-y", "-M", "-W", "title:Ebb", "title=Flood")
    old, new = (stocked.music / "Example Band/One" / name for name in ("01 Ebb.wav", "01 Flood.wav"))
    would = await beets.write("title:Flood", preview=True), await beets.move("title:Flood", preview=True)
    assert (would[0].count, would[1].count) == (1, 1) and old.exists()
    assert would[0].lines[1].strip() == "title: Ebb -> Flood"
    assert (await beets.write("title:Flood")).count == 1
    assert (await beets.move("title:Flood")).count == 1 and new.exists() and not old.exists()
    assert (await beets.write("title:zz")).count == 0  # nothing found is nothing done
    with pytest.raises(QueryRefused):
        await beets.move("title::F.*")


async def test_a_locked_library_is_waited_for_and_an_endless_pattern_is_given_up(
    settings: Settings, stocked: RealBeets, tmp_path: Path
) -> None:
    beets = Beets(settings, tmp_path / "state", replace(QUICK, regex=2.0))
    await beets.version()
    holder = sqlite3.connect(stocked.folder / "library.db", isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    changing = asyncio.create_task(beets.change("modify", "-y", "-M", "-W", "album:One", "year=2001"))
    # The first try gives up after a tenth of a second; the lock is let go of while it is tried again.
    while not await beets.program.is_writing():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    holder.execute("ROLLBACK")
    await changing
    assert stocked.run("ls", "-f", "$year").split() == ["2001"] * 3
    began = time.monotonic()
    with pytest.raises(BeetsFailed, match="Command timed out") as raised:
        await beets.query(r"path::^(/?[^/]*/?)+$b")
    assert raised.value.verdict is Verdict.TIMEOUT and time.monotonic() - began < 20


async def test_where_beets_is_not_or_is_something_else_it_is_said_what_to_do(
    settings: Settings, real_beets: RealBeets, tmp_path: Path
) -> None:
    nowhere = Beets(settings.model_copy(update={"beets_command": "/no/beets"}), tmp_path / "state")
    with pytest.raises(NotConnected, match="not installed here"):
        await nowhere.titles()
    assert "BEETS_COMMAND" in (await nowhere.status()).message
    other = Beets(settings.model_copy(update={"beets_command": "true"}), tmp_path / "state")
    assert "is not beets" in (await other.status()).message
    (real_beets.folder / "config.yaml").write_text("directory: [\n")
    broken = Beets(settings, tmp_path / "state")
    assert "configuration" in (await broken.status()).message


async def test_a_program_is_bounded_in_size_and_gets_nothing_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCOGS_TOKEN", "a-secret")
    talker = tmp_path / "talker"
    talker.write_text('#!/bin/sh\ncase "$1" in env) env; cat; pwd;; *) yes | head -c 5000000;; esac\n')
    talker.chmod(0o700)
    program = Program(str(talker), str(tmp_path / "dir"), tmp_path / "state", Limits(stdout=100_000))
    said = (await program.read("env")).stdout
    assert "a-secret" not in said and "NO_COLOR=1" in said and f"BEETSDIR={tmp_path}/dir" in said
    assert said.endswith("\n/\n")  # stdin is empty, and it is at home nowhere
    assert (await program.read("much")).verdict is Verdict.TOO_LARGE
