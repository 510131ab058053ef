"""The real app over a real library, driven by keys, with a simulated Discogs where a test wants one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from services.demo.invention import invent
from storage import accounts, records
from storage.engine import open_storage
from storage.values import Format, NewRecord, RecordFacts, ReleaseId
from tests.upstreams.fixtures import RunningDiscogs, simulated
from tui.app import LockgrooveApp

HOSTILE = (
    "[bold]Brackets[/] [/nothing] [@click=app.exit]x[/]",
    "倖田來未 ベスト",
    "👩‍👩‍👧‍👦 Family 🇩🇪 Flags",
    "مرحبا بالعالم שלום",
    "Tab\tBell\x07Escape\x1b[31mRed\u202eoverride",
    "Zalgo Z̸̢̛͓a̶l̷g̴o",
    "L" * 500,
)
"""What contributors type into titles; no screen may crash on it or shift a column."""
SHELF = (
    ("Blue Note Band", "Autumn Leaves", 1959, "Azure", "AZ 1", '12"'),
    ("Björk & Co", "Vökuró", 1995, "Polar", "PO-77", '7"'),
    ("Cabaret Élan", "Zebra", 2001, "Azure", "AZ 2", '12"'),
    ("The Dockers", "Harbour", 1979, "Quay", "Q 10", '10"'),
)
"""artist, title, year, label, number, size of a small library."""

App = LockgrooveApp
Drive = Callable[..., object]


async def until(pilot: Pilot[int], holds: Callable[[], object], what: str, seconds: float = 45.0) -> None:
    """Let the app live until ``holds()``; fails saying ``what`` was waited for."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for: {what}")
        await pilot.pause(0.02)


def screen_text(app: LockgrooveApp) -> str:
    """What stands on the screen, line by line."""
    width, height = app.size
    lines = app.screen._compositor.render_strips(app.size)  # pyright: ignore[reportPrivateUsage]
    return "\n".join(strip.text[:width] for strip in lines[:height])


async def fill(data_dir: Path, rows: tuple[tuple[str, str, int, str, str, str], ...] = SHELF) -> None:
    """Put ``rows`` into a fresh library."""
    data_dir.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240
    library, catalogue = f"sqlite:///{data_dir / 'library.db'}", f"sqlite:///{data_dir / 'catalogue.db'}"
    async with open_storage(library, catalogue) as storage, storage.write() as conn:
        owner = await accounts.ensure_owner(conn)
        facts = [
            RecordFacts(
                artist,
                title,
                year,
                label,
                number,
                ReleaseId(position + 1),
                record_size=size,
                genres=("Jazz",),
                formats=(Format("Vinyl", 1, None, (size,)),),
            )
            for position, (artist, title, year, label, number, size) in enumerate(rows)
        ]
        await records.add_many(conn, owner.id, [NewRecord(fact, "manual") for fact in facts])


async def fill_hostile(data_dir: Path) -> None:
    """A library with foreign text of every awkward kind in every field."""
    await fill(data_dir, tuple((text, text, 1999, text, text, '12"') for text in HOSTILE))


@asynccontextmanager
async def opened(data_dir: Path, size: tuple[int, int] = (80, 24)) -> AsyncGenerator[tuple[LockgrooveApp, Pilot[int]]]:
    """The app with its services up."""
    app = LockgrooveApp(data_dir)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: app.bridge.snapshot.ready or app.bridge.snapshot.failure, "the services")
        assert app.bridge.snapshot.failure is None, app.bridge.snapshot.failure
        yield app, pilot
    await asyncio.to_thread(app.bridge.stop)
    if app.shelf is not None:
        app.shelf.close()


@pytest.fixture(autouse=True)
def _any_port(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.setenv("LOCKGROOVE_PORT", "0")


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "lockgroove"


@asynccontextmanager
async def connected(monkeypatch: pytest.MonkeyPatch, records: int = 30) -> AsyncGenerator[RunningDiscogs]:
    """A simulated Discogs to which the app is connected by its environment."""
    async with simulated(invent(records, seed=3)) as upstream:
        for name, value in upstream.environment.items():
            monkeypatch.setenv(name, value)
        yield upstream


__all__ = ["HOSTILE", "SHELF", "connected", "fill", "fill_hostile", "opened", "screen_text", "until"]
