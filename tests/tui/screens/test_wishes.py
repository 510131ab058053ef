"""Wishes by keys: a pasted list is seen before it is kept, a person picks, a key wants; artists are watched and told of."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, TextArea

from storage.values.wishes import Fitting, WishState
from tests.tui.screens.conftest import HOSTILE, App, connected, fill, opened, screen_text, until
from tests.tui.screens.test_search_catalogue import know
from tui.screens.wishes import WishesPage

LIST = "Orchestra Of Lanterns - Glass Harbour\nMarta Veil - Zebra Crosing\nno dash here\n"


def page(app: App) -> WishesPage:
    assert isinstance(app.page, WishesPage)
    return app.page


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_a_pasted_list_is_shown_before_it_is_kept_and_a_wish_leads_on(
    data_dir: Path, size: tuple[int, int]
) -> None:
    await fill(data_dir, (("Orchestra Of Lanterns", "Glass Harbour", 1978, None, None, '12"'),))
    await know(data_dir)
    async with opened(data_dir, size) as (app, pilot):
        await pilot.press("f6")
        await until(pilot, lambda: "a takes a list" in screen_text(app), "what to press where nothing is")
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.focused, TextArea), "the place to paste")
        app.screen.query_one(TextArea).text = LIST + "\n".join(f"{text} - {text}" for text in HOSTILE)
        await pilot.press("f2")
        await until(pilot, lambda: "not understood" in screen_text(app), "what each line becomes")
        text = screen_text(app)
        assert "have it: Orchestra Of" in text and "There is no dash" in text and "\x1b" not in text
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.page, "the page")
        assert page(app)._lists.total == 0, "Escape keeps nothing"  # pyright: ignore[reportPrivateUsage]
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.focused, TextArea), "the place to paste")
        app.screen.query_one(TextArea).text = LIST
        await pilot.press("f2")
        await until(pilot, lambda: "not understood" in screen_text(app), "what each line becomes")
        await pilot.press("f2")
        await until(pilot, lambda: "have it" in screen_text(app) and "choose" in screen_text(app), "two matched wishes")
        first = page(app).row
        assert first.state is WishState.UNSURE and page(app).table.source.count() == 2
        await pilot.press("enter")
        await until(pilot, lambda: "Which is it?" in screen_text(app), "what it may mean")
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.page and page(app).row.choice, "the choice")
        assert page(app).row.best.source is Fitting.CATALOGUE and page(app).row.state is WishState.FOUND
        await pilot.press("S")
        await until(pilot, lambda: app.current_mode == "soulseek", "Soulseek")
        assert app.screen.query_one("#soulseek-line", Input).value == "Marta Veil Zebra Crosing"
        await pilot.press("escape", "escape", "f6", "d")
        await until(pilot, lambda: page(app).table.source.count() == 1, "one wish less")


async def test_an_artist_is_watched_in_explore_and_listed(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from storage.values.graph import NodeName
    from tui.screens.explore import ExplorePage

    async with connected(monkeypatch, 30):
        await fill(data_dir)
        await know(data_dir)
        async with opened(data_dir) as (app, pilot):
            await pilot.press("6")
            await until(pilot, lambda: isinstance(app.page, ExplorePage) and app.page.query("#explore-list"), "Explore")
            assert isinstance(app.page, ExplorePage)
            app.page.open_node(NodeName("artist", "3", "Marta Veil"))
            explore = app.page
            await until(pilot, lambda: explore.walk.here is not None, "the artist")
            explore.set_focus(None)
            await pilot.press("W")
            await until(pilot, lambda: "is watched: new releases" in screen_text(app), "word of it")
            await pilot.press("f6", "right", "right")
            await until(pilot, lambda: page(app).table.source.count() == 1, "the artist in the list")
            assert "Marta Veil" in screen_text(app)
            await pilot.press("d")
            await until(pilot, lambda: page(app).table.source.count() == 0, "nobody")
