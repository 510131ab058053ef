"""The feed by keys."""

from __future__ import annotations

from pathlib import Path

from services.runtime import Runtime
from storage import activity
from tests.tui.screens.conftest import HOSTILE, opened, screen_text, until
from tui.screens.activity_entry import EntryDialog


async def entries(runtime: Runtime) -> None:
    async with runtime.storage.write() as connection:
        for text in HOSTILE:
            await activity.add(connection, runtime.owner.id, "search", "completed", {"query": text})
        await activity.add(connection, runtime.owner.id, "sync", "failed", {"error": "[b]no[/b] answer"})


async def test_an_empty_feed_says_what_fills_it(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await pilot.press("6")
        await until(pilot, lambda: "Nothing has happened yet" in screen_text(app), "the empty state")


async def test_the_feed_is_read_filtered_and_opened_by_keys(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await app.bridge.call(entries)
        await pilot.press("6")
        await until(pilot, lambda: "The sync failed: [b]no[/b] answer" in screen_text(app), "the newest entry")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, EntryDialog), "the entry in full")
        await until(pilot, lambda: "[b]no[/b] answer" in screen_text(app), "its details")
        await pilot.press("q", "f", "f", "f")
        await until(pilot, lambda: "Search only" in screen_text(app), "the filter in words")
        await until(pilot, lambda: "The sync failed" not in screen_text(app), "only searches")
        await pilot.press("escape")
        await until(pilot, lambda: "The sync failed" in screen_text(app), "every kind again")
