"""The settings: what is in force, changed in place, and what is wrong said there."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.places import locate
from services.settings import load_settings
from tests.tui.screens.conftest import opened, screen_text, until
from tui.screens.setting_form import SettingForm
from tui.screens.settings import SettingsPage
from tui.screens.settings_lines import Facts, Kind, lines, next_choice


def test_every_setting_and_every_key_has_a_line(data_dir: Path) -> None:
    origins = tuple(load_settings(locate(data_dir)).origins())
    found = lines(Facts(origins), lambda action: action)
    assert {line.setting.name for line in found if line.setting} == {origin.name for origin in origins}
    assert {"app.sync", "collection.add"} <= {line.note for line in found if line.kind is Kind.KEY}
    assert [line.name for line in found if line.kind is Kind.HEADING][:3] == ["Connections", "Schedules", "Appearance"]


def test_secrets_are_never_shown_whole(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCOGS_TOKEN", "averysecrettokenindeed")
    found = lines(Facts(tuple(load_settings(locate(data_dir)).origins())), lambda action: action)
    assert not any("averysecret" in line.value + line.about for line in found)


def test_the_choice_after_the_last_is_the_first() -> None:
    assert [next_choice(("a", "b"), each) for each in ("a", "b", "?")] == ["b", "a", "a"]


async def test_a_setting_is_changed_in_place_and_kept(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await pilot.press("8")
        await until(pilot, lambda: "Compact" in screen_text(app), "the list")
        assert isinstance(app.screen, SettingsPage)
        await place(app.screen, "setting COMPACT")
        await pilot.press("enter")
        await until(pilot, lambda: app.has_class("-compact"), "the compact look")
        assert "compact = true" in app.places.config_file.read_text()


async def test_a_wrong_schedule_is_refused_where_it_was_typed(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await pilot.press("8")
        await until(pilot, lambda: "Sync" in screen_text(app) and "0 */6" in screen_text(app), "the schedule")
        assert isinstance(app.screen, SettingsPage)
        await place(app.screen, "schedule sync")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SettingForm), "the form")
        await pilot.press(*"every day", "enter")
        await until(pilot, lambda: "SYNC_SCHEDULE cannot be used" in screen_text(app), "the verdict")
        assert not app.places.config_file.exists()


async def test_what_the_environment_sets_says_so(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COVERS", "off")
    async with opened(data_dir) as (app, pilot):
        await pilot.press("8")
        await until(pilot, lambda: "Appearance" in screen_text(app), "the list")
        assert isinstance(app.screen, SettingsPage)
        await place(app.screen, "setting COVERS")
        await pilot.press("enter")
        await until(pilot, lambda: "The environment decides" in screen_text(app), "the reason")


async def test_plex_is_set_up_from_its_line_and_its_token_is_never_shown(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await pilot.press("8")
        await until(pilot, lambda: "not set up: c sets it up" in screen_text(app), "the line")
        page = app.screen
        assert isinstance(page, SettingsPage)
        await place(page, "daemon plex")
        await pilot.press("t")
        await until(pilot, lambda: "Plex is not set up" in screen_text(app), "that it cannot be asked")
        await pilot.press("c")
        await until(pilot, lambda: "field-plex_base_url" in {w.id for w in app.screen.walk_children()}, "the address")
        await pilot.press(*"http://127.0.0.1:9", "enter")
        await until(pilot, lambda: "field-plex_token" in {w.id for w in app.screen.walk_children()}, "the token")
        await pilot.press(*"veryverysecret1", "enter")
        await until(pilot, lambda: "set up, at http" in screen_text(app), "that it is set up")
        assert "veryvery" not in screen_text(app)
        kept = load_settings(app.places)
        assert kept.plex_token and kept.plex_token.get_secret_value() == "veryverysecret1"


async def place(page: SettingsPage, key: str) -> None:
    """Put the cursor on a line."""
    from tui.screens.settings import SettingsList

    page.query_one(SettingsList).place_on(key)
