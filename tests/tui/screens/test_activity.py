"""The feed by keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.runtime import Runtime
from storage import activity
from tests.tui.screens.conftest import HOSTILE, opened, screen_text, until
from tui.screens.activity_entry import EntryDialog


async def entries(runtime: Runtime) -> None:
    async with runtime.storage.write() as connection:
        for text in HOSTILE:
            await activity.add(connection, runtime.owner.id, "search", "completed", {"query": text})
        await activity.add(connection, runtime.owner.id, "unheard_of", "odd", {"query": "?"})
        await activity.add(connection, runtime.owner.id, "sync", "failed", {"error": "[b]no[/b] answer"})


async def test_an_empty_feed_says_what_fills_it(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await pilot.press("7")
        await until(pilot, lambda: "Nothing has happened yet" in screen_text(app), "the empty state")


async def test_the_feed_is_read_filtered_and_opened_by_keys(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await app.bridge.call(entries)
        await pilot.press("7")
        await until(pilot, lambda: "The sync failed: [b]no[/b] answer" in screen_text(app), "the newest entry")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, EntryDialog), "the entry in full")
        await until(pilot, lambda: "[b]no[/b] answer" in screen_text(app), "its details")
        await pilot.press("q", "f", "f")
        await until(pilot, lambda: "Search only" in screen_text(app), "the filter in words")
        await until(pilot, lambda: "The sync failed" not in screen_text(app), "only searches")
        await pilot.press("right")
        await until(pilot, lambda: "Unheard of only" in screen_text(app), "a kind nobody foresaw")
        await pilot.press("escape")
        await until(pilot, lambda: "The sync failed" in screen_text(app), "every kind again")


async def test_the_feed_follows_what_happens_and_speaks_german(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "de")

    async def happen(runtime: Runtime) -> None:
        async with runtime.storage.write() as connection:
            details = {"download_id": 1, "filename": "a.flac"}
            await activity.add(connection, runtime.owner.id, "download", "download_cancelled", details)

    async with opened(data_dir, (120, 40)) as (app, pilot):
        await pilot.press("7")
        await until(pilot, lambda: "Nothing has happened yet" in screen_text(app), "the empty feed")
        await app.bridge.call(happen)
        await until(pilot, lambda: "Download von a.flac abgebrochen" in screen_text(app), "the entry in German")
        assert "Was geschah" in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: "slskd hat es bestätigt" in screen_text(app), "what it means")
