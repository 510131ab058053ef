"""Pictures of the app as it stands, compared with those that are kept; the clock stands still in all of them.

``pytest tests/tui/looks --snapshot-update`` keeps them anew: look at the difference before it is committed. With
``PICTURES=DIR`` each is written as SVG as well, to be looked at with colours.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.pilot import Pilot
from textual.worker import WorkerState

from tests.tui.looks.picture import LOOKS, STYLES, Look, Shown, cells, drawn, wear, words
from tui.app import LockgrooveApp

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SMALL, LARGE = (80, 24), (200, 50)
ATTEMPTS = 3
"""How often a picture is taken of a screen on which something changes meanwhile."""
PATIENCE = 20.0
"""Seconds that a screen has to become what its picture shows."""

Take = Callable[..., Awaitable[None]]


class Pictures(SingleFileSnapshotExtension):
    """One file of text for each picture, under its own name."""

    _write_mode = WriteMode.TEXT
    _file_extension = "txt"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Traveller]:
    """The clock on the wall, which stands still unless a test moves it."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    with time_machine.travel(NOW, tick=False) as stands:
        yield stands
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A place whose name is as long wherever the tests run, since some screens show it."""
    with tempfile.TemporaryDirectory(prefix="looks-", dir="/tmp") as made:
        yield Path(made)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def take(snapshot: SnapshotAssertion) -> Take:
    """Takes the picture of what is shown, at both sizes and in every look, and compares it with the one that is kept."""
    keeping = snapshot.use_extension(Pictures)
    renewing = bool(keeping.update_snapshots)

    async def picture(
        app: LockgrooveApp, pilot: Pilot[int], name: str, sizes: tuple[tuple[int, int], ...] = (SMALL, LARGE)
    ) -> None:
        app.clear_notifications()
        shown = dict[str, Shown]()
        for size in sizes:
            await pilot.resize_terminal(*size)
            title = f"{name} {size[0]}x{size[1]}"
            await _settled(app, pilot, None if renewing else _kept(keeping, title))
            for _ in range(ATTEMPTS):
                shown = {}
                for look in LOOKS:
                    await wear(app, pilot, look)
                    shown[look.name] = cells(app)
                    _show(app, f"{keeping.test_location.testname} {title}", look)
                await wear(app, pilot, LOOKS[0])
                if words(cells(app)) == words(shown[LOOKS[0].name]):  # nothing came meanwhile
                    break
            assert drawn(shown) == keeping(name=title)

    return picture


def _kept(keeping: SnapshotAssertion, title: str) -> list[str] | None:
    """The words of the picture that is kept, if one is."""
    file = Path(Pictures.get_location(test_location=keeping.test_location, index=title))
    return file.read_text().split(f"\n{STYLES}\n")[0].split("\n") if file.exists() else None


async def _settled(app: LockgrooveApp, pilot: Pilot[int], kept: list[str] | None) -> None:
    """Until the screen shows the words that are kept, or, where it never does, until it has stood still for a while."""
    end, before, alike = time.monotonic() + PATIENCE, list[str](), 0
    while time.monotonic() < end:
        await pilot.pause(0.02)
        now = words(cells(app))
        if kept is not None and now == kept:
            return
        busy = any(worker.state in (WorkerState.PENDING, WorkerState.RUNNING) for worker in app.workers)
        alike = 0 if now != before else alike + 1
        if alike > (40 if kept is not None or busy else 12):
            return
        before = now


def _show(app: LockgrooveApp, title: str, look: Look) -> None:
    if folder := os.environ.get("PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{title} {look.name}.svg").write_text(app.export_screenshot(title=title))
