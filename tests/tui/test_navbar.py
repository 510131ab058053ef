"""The line of pages: whole titles where they have room, never a word cut in two."""

from __future__ import annotations

import pytest

from tui.actions import ACTIONS
from tui.widgets.navbar import PAGES, spots, width_of

TITLES = {mode: {title, short, ""} for mode, title, short in PAGES}


@pytest.mark.parametrize("current", [mode for mode, _, _ in PAGES])
@pytest.mark.parametrize("cells", [200, 120, 80, 60, 40, 24])
def test_every_page_keeps_its_place_and_the_current_one_its_name(current: str, cells: int) -> None:
    found = spots(current, cells)
    assert width_of(found) <= cells
    assert [spot.mode for spot in found] == [mode for mode, _, _ in PAGES if mode in {spot.mode for spot in found}]
    assert all(any(title.startswith(spot.title) for title in TITLES[spot.mode]) for spot in found)
    assert next(spot.title for spot in found if spot.mode == current) == next(t for m, t, _ in PAGES if m == current)
    if cells >= 60:
        assert len(found) == len(PAGES)


def test_titles_are_whole_on_wide_terminals_and_short_beside_a_name_at_a_hundred_and_twenty() -> None:
    assert [spot.title for spot in spots("search", 190)] == [title for _, title, _ in PAGES]
    assert all(spot.title for spot in spots("collection", 120 - 6))


def test_the_pages_have_the_digits_in_their_order() -> None:
    keys = {action.name: action.keys for action in ACTIONS}
    assert [keys[f"go('{mode}')"] for mode, _, _ in PAGES] == [
        *"1234567890",
        "minus",
        "equals_sign",
        "backslash,f4",
        "f7",
        "f8",
    ]


def test_a_key_that_works_everywhere_means_nothing_else_on_a_page() -> None:
    everywhere = {key for action in ACTIONS if action.scope == "app" for key in action.keys.split(",")}
    others = {
        (key, action.id)
        for action in ACTIONS
        if action.scope != "app"
        for key in action.keys.split(",")
        if key in everywhere
    }
    closing = {(key, id) for key, id in others if key == "q" and id.endswith(".close")}
    assert others - closing == {("f3", "search.soulseek"), ("R", "dashboard.recommendations")}, (
        "these do the same with more"
    )
