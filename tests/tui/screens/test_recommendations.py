"""What to look for next, by keys: the list with its reasons, what is done to it, and what an empty one says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest
from textual.pilot import Pilot

from services.catalogue.recommendations import Recommendations
from services.errors import StoreBusy
from storage.catalogue import growth
from storage.engine import open_storage
from storage.values import Credit, LabelLine, ReleaseEntry, ReleaseId
from tests.tui.screens.conftest import HOSTILE, connected, fill, opened, screen_text, until
from tui.app import LockgrooveApp
from tui.screens.recommendations import RecommendationsPage
from tui.widgets.plainlist import PlainList

BAND, DOCKERS = Credit(1, "Blue Note Band"), Credit(4, "The Dockers")
OWNED = 4
"""What :func:`fill` owns: the releases 1 to 4."""


def release(number: int, *artists: Credit, title: str = "", label: str = "Azure") -> ReleaseEntry:
    return ReleaseEntry(
        ReleaseId(number),
        title or f"Title {number}",
        " & ".join(each.name for each in artists),
        1950 + number % 60,
        artists=artists,
        labels=(LabelLine(1, label),),
        genres=("Jazz",),
    )


async def catalogued(data_dir: Path, entries: Sequence[ReleaseEntry]) -> None:
    """The small library, and a catalogue of ``entries``."""
    await fill(data_dir)
    library, catalogue = f"sqlite:///{data_dir / 'library.db'}", f"sqlite:///{data_dir / 'catalogue.db'}"
    async with open_storage(library, catalogue) as storage:
        await storage.catalogue.write(lambda db: growth.apply(db, entries))


KNOWN = (
    release(1, BAND),
    release(4, DOCKERS),
    release(11, BAND, title="Winter Leaves"),
    release(12, DOCKERS, title="Pier", label="Quay"),
    release(13, BAND, DOCKERS, title="Together"),
)


def listed(app: LockgrooveApp) -> PlainList[object]:
    assert isinstance(app.page, RecommendationsPage)
    return cast("PlainList[object]", app.page.query_one(PlainList))


async def show(app: LockgrooveApp, pilot: Pilot[int], count: int) -> None:
    """From the dashboard to the list, once it holds ``count``."""
    await pilot.press("1")
    await until(pilot, lambda: app.current_mode == "dashboard", "the dashboard")
    await pilot.press("R")
    await until(pilot, lambda: app.current_mode == "recommendations", "the page")
    await until(pilot, lambda: listed(app).count == count, f"{count} recommendations")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_the_best_comes_first_and_says_why(data_dir: Path, size: tuple[int, int]) -> None:
    await catalogued(data_dir, KNOWN)
    async with opened(data_dir, size) as (app, pilot):
        await show(app, pilot, 3)
        await until(pilot, lambda: "You have 1 copy by Blue Note Band and" in screen_text(app), "the reason in full")
        shown = screen_text(app)
        assert shown.index("Together") < shown.index("Winter Leaves") < shown.index("Pier")
        assert "3, from 2 of your records" in shown
        assert "1 by Blue No" in shown
        await pilot.press("down", "down")
        await until(pilot, lambda: "You have 1 copy by The Dockers." in screen_text(app), "the reason of the third")
        assert "The Dockers – Pier (1962)" in screen_text(app)
        assert "Quay · Jazz · score 1" in screen_text(app)


async def test_closing_leads_back_to_where_one_was(data_dir: Path) -> None:
    await catalogued(data_dir, KNOWN)
    async with opened(data_dir) as (app, pilot):
        await show(app, pilot, 3)
        await pilot.press("J", "escape")
        await until(pilot, lambda: app.current_mode == "dashboard", "the dashboard")
        await pilot.press("2", "R", "escape")
        await until(pilot, lambda: app.current_mode == "collection", "the collection")


async def test_what_is_wanted_or_added_stays_marked_until_the_list_is_made_anew(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(monkeypatch) as upstream:
        held = {copy.release_id for copy in upstream.world.instances.values()} | set(upstream.world.wants)
        first, second, third = [each for each in upstream.world.catalogue.pressings if each not in held][:3]
        entries = [release(each, BAND) for each in (1, first, second, third)]
        await catalogued(data_dir, entries)
        async with opened(data_dir) as (app, pilot):
            await until(pilot, lambda: app.bridge.snapshot.connected, "the connection")
            await show(app, pilot, 3)
            await until(pilot, lambda: "1 of 3" in screen_text(app), "the first")
            await pilot.press("w")
            await until(pilot, lambda: first in upstream.world.wants, "the want on Discogs")
            await until(pilot, lambda: f" w {BAND.name}" in screen_text(app), "the sign of what is wanted")
            await pilot.press("down", "a")
            await until(pilot, lambda: f"●  {BAND.name}" in screen_text(app), "the sign of what is owned")
            assert second in {copy.release_id for copy in upstream.world.instances.values()}
            assert listed(app).count == 3
            await pilot.press("r")
            await until(pilot, lambda: listed(app).count == 1, "the list anew")


@pytest.mark.parametrize("key", ["enter", "o"])
async def test_a_release_is_opened_in_explore(data_dir: Path, key: str) -> None:
    await catalogued(data_dir, KNOWN)
    async with opened(data_dir) as (app, pilot):
        await show(app, pilot, 3)
        await pilot.press("down", key)
        await until(pilot, lambda: app.current_mode == "explore", "the page")
        await until(pilot, lambda: "Winter Leaves" in screen_text(app), "the release in the middle")


async def test_a_want_that_fails_says_why_and_marks_nothing(data_dir: Path) -> None:
    await catalogued(data_dir, KNOWN)
    async with opened(data_dir, (120, 40)) as (app, pilot):
        await show(app, pilot, 3)
        await pilot.press("w")
        await until(pilot, lambda: app._notifications, "the reason")  # pyright: ignore[reportPrivateUsage]
        assert "1 of 3" in screen_text(app)
        assert " w Blue" not in screen_text(app)


async def test_without_records_it_says_what_is_needed(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await pilot.press("R")
        await until(pilot, lambda: "Nothing to go by yet." in screen_text(app), "what is needed")
        assert "sync with Discogs" in screen_text(app)


async def test_without_a_catalogue_it_says_what_is_needed(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("R")
        await until(pilot, lambda: "knows none of your records" in screen_text(app), "what is needed")
        assert "lockgroove catalogue import" in " ".join(screen_text(app).split())


async def test_with_everything_owned_it_says_how_to_look_further(data_dir: Path) -> None:
    await catalogued(data_dir, KNOWN[:2])
    async with opened(data_dir) as (app, pilot):
        await pilot.press("R")
        await until(pilot, lambda: "knows nothing else by the artists" in screen_text(app), "what is needed")
        assert "RECOMMEND_LABELS" in screen_text(app)


async def test_a_store_that_is_busy_leaves_what_was_shown(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await catalogued(data_dir, KNOWN)
    async with opened(data_dir) as (app, pilot):
        await show(app, pilot, 3)

        async def busy(*_: object, **__: object) -> object:
            raise StoreBusy("Another program kept the library locked.", "Try again.")

        with monkeypatch.context() as patched:
            patched.setattr(Recommendations, "best", busy)
            await pilot.press("r")
            await until(pilot, lambda: "no answer; r asks again." in screen_text(app), "the reason")
            assert listed(app).count == 3
        await pilot.press("r")
        await until(pilot, lambda: "3, from 2 of your records" in screen_text(app), "the list anew")


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 50)])
async def test_foreign_text_of_every_kind_is_shown(data_dir: Path, size: tuple[int, int]) -> None:
    names = [Credit(100 + n, text) for n, text in enumerate(HOSTILE)]
    odd = [release(20 + n, BAND, each, title=each.name, label=each.name) for n, each in enumerate(names)]
    await catalogued(data_dir, [release(1, BAND, *names), *odd])
    async with opened(data_dir, size) as (app, pilot):
        await show(app, pilot, len(HOSTILE))
        for _ in HOSTILE:
            await pilot.press("down")
            shown = screen_text(app)
            assert all(len(line) <= size[0] for line in shown.split("\n"))
            assert not any(sign in shown for sign in "\x07\x1b\t\u202e")
        assert len(app.screen_stack) == 1
