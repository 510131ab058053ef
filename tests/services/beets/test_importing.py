"""Imports by the real beets: counted by what came in, mended where they broke off, one at a time over all processes."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from services.beets import importing
from services.beets.importing import MARK, Order
from services.beets.library import Beets
from services.errors import Crowded
from services.settings import Settings
from tests.services.beets.conftest import QUICK
from tests.upstreams.fixtures_beets import BEET, RealBeets, write_album, write_track


async def test_what_came_in_is_counted_and_nothing_is_imported_twice(beets: Beets, real_beets: RealBeets) -> None:
    album = write_album(real_beets.incoming / "One", "One", ["Ebb", "Flow"])
    first = await importing.run(beets, Order(str(album), "a-1", 2))
    where = str(real_beets.music / "Example Band/One")
    assert (first.count, first.skipped, first.filed, first.error) == (2, 0, (where,), "")
    write_track(album / "03 Tide.wav", "Tide", "One", place=3)
    more = await importing.run(beets, Order(str(album), "a-3", 3))
    assert (more.count, more.skipped) == (1, 2) and more.filed == (where,)  # it joined the album
    (real_beets.incoming / "Bad").mkdir()
    (real_beets.incoming / "Bad" / "noise.mp3").write_bytes(b"no music")
    bad = await importing.run(beets, Order(str(real_beets.incoming / "Bad"), "a-4", 1))
    assert bad.count == 0 and "no music in it" in bad.error
    assert real_beets.titles() == ["Ebb", "Flow", "Tide"]


async def test_rows_that_were_never_copied_are_taken_out_and_their_files_stay(
    beets: Beets, real_beets: RealBeets
) -> None:
    album = write_album(real_beets.incoming / "One", "One", ["Ebb", "Flow"])
    # What an import leaves behind that was killed: rows that point at the source (beets-cli.md 6.3).
    real_beets.run("import", "-q", "-A", "-C", "-W", "--set", f"{MARK}=a-1", str(album))
    order = Order(str(album), "a-1", 2)
    assert await importing.resume(beets, order) is None  # so it has to run
    assert real_beets.titles() == [] and len(list(album.iterdir())) == 2
    assert (await importing.run(beets, order)).count == 2


async def test_an_import_outlives_whoever_began_it_and_nothing_else_changes_the_library_meanwhile(
    settings: Settings, real_beets: RealBeets, tmp_path: Path
) -> None:
    """beets is held at a gate while this program goes away and comes back."""
    gate, script = tmp_path / "gate", tmp_path / "beet"
    os.mkfifo(gate)
    script.write_text(
        f'#!/bin/sh\nif [ "$3" = import ]; then echo begun >&2; read line < {gate}; fi\nexec {BEET} "$@"\n'
    )
    script.chmod(0o700)
    slow = settings.model_copy(update={"beets_command": str(script)})
    album = write_album(real_beets.incoming / "One", "One", ["Ebb", "Flow"])
    order = Order(str(album), "a-1", 2)
    first = Beets(slow, tmp_path / "state", QUICK)
    running = asyncio.create_task(importing.run(first, order))
    while "begun" not in await first.program.said("a-1"):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    second = Beets(slow, tmp_path / "state", QUICK)  # another process, for all it knows
    assert await second.program.is_writing()
    with pytest.raises(Crowded):
        await second.write()
    resuming = asyncio.create_task(importing.resume(second, order))
    await asyncio.sleep(0)
    with gate.open("w") as opened:
        opened.write("go\n")
    came = await resuming
    assert came is not None and came.count == 2 and came.filed == (str(real_beets.music / "Example Band/One"),)
    assert real_beets.titles() == ["Ebb", "Flow"] and not await second.program.is_writing()
