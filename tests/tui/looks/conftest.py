"""Pictures of the app as it stands, compared with those that are kept; the clock stands still in all of them.

``pytest -n0 -m "by_hand or not by_hand" tests/tui/looks --snapshot-update`` keeps them anew: look at the difference before it is
committed. With ``PICTURES=DIR`` each is written as SVG as well, to be looked at with colours.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime
from difflib import unified_diff
from pathlib import Path

import pytest
import time_machine
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.pilot import Pilot

from tests.tui.looks.picture import LOOKS, Look, Shown, cells, drawn, wear
from tests.tui.looks.rest import Asked, at_rest, followed
from tui.app import LockgrooveApp
from tui.screens import dashboard

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SMALL, LARGE = (80, 24), (200, 50)
PATIENCE = 20.0
"""Seconds that a screen has to become what its picture shows."""

Take = Callable[..., Awaitable[None]]
Over = Callable[[], AbstractAsyncContextManager[None]]
"""Opens a dialog over the page, and closes it: what is open does not follow another theme in every cell."""


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


@pytest.fixture(autouse=True)
def _counts_come_at_once(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    """The dashboard rests between two counts to write less, which only takes time here."""
    monkeypatch.setattr(dashboard, "REST", 0.0)


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A place whose name is as long wherever the tests run, since some screens show it."""
    with tempfile.TemporaryDirectory(prefix="looks-", dir="/tmp") as made:
        yield Path(made)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def take(snapshot: SnapshotAssertion) -> Iterator[Take]:
    """Takes the picture of what is shown, at both sizes and in every look. Those that differ from the kept ones are told
    together at the end.
    """
    keeping = snapshot.use_extension(Pictures)
    wrong = list[str]()

    with followed() as asked:

        async def picture(
            app: LockgrooveApp,
            pilot: Pilot[int],
            name: str,
            sizes: tuple[tuple[int, int], ...] = (SMALL, LARGE),
            over: Over = nullcontext,
        ) -> None:
            for size in sizes:
                await pilot.resize_terminal(*size)
                title = f"{name} {size[0]}x{size[1]}"
                kept = None if keeping.update_snapshots else _kept(keeping, title)
                seen = await _seen(app, pilot, asked, kept, f"{keeping.test_location.testname} {title}", over)
                if seen != keeping(name=title):
                    wrong.append(
                        "\n".join(unified_diff((kept or "").split("\n"), seen.split("\n"), "kept", title, n=1))
                    )

        yield picture
    assert not wrong, "\n".join(["Pictures differ:", *wrong])


async def _seen(app: LockgrooveApp, pilot: Pilot[int], asked: Asked, kept: str | None, title: str, over: Over) -> str:
    """The picture of the screen, once it is the kept one; where it never is, or none is kept, once it stays as it is."""
    end, before = time.monotonic() + PATIENCE, ""
    while True:
        shown = dict[str, Shown]()
        for look in LOOKS:
            wear(app, look)
            async with over():
                app.clear_notifications()
                await at_rest(app, pilot, asked)
                shown[look.name] = cells(app)
                _show(app, title, look)
        seen = drawn(shown)
        if seen == kept or time.monotonic() > end or (kept is None and seen == before):
            return seen
        before = seen
        await pilot.pause(0.5)


def _kept(keeping: SnapshotAssertion, title: str) -> str | None:
    """The picture that is kept, if one is."""
    file = Path(Pictures.get_location(test_location=keeping.test_location, index=title))
    return file.read_text() if file.exists() else None


def _show(app: LockgrooveApp, title: str, look: Look) -> None:
    if folder := os.environ.get("PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{title} {look.name}.svg").write_text(app.export_screenshot(title=title))
