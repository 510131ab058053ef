"""Connecting Spotify in the app: from no app at all to connected, whichever way the browser comes back."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from tests.tui.screens.conftest import opened, screen_text, until
from tests.tui.screens.test_settings import place
from tests.upstreams.fixtures_spotify import RunningSpotify
from tui.app import LockgrooveApp
from tui.screens.connect_spotify import ConnectSpotify
from tui.screens.settings import SettingsPage


@asynccontextmanager
async def on_the_line(data_dir: Path) -> AsyncGenerator[tuple[LockgrooveApp, Pilot[int]]]:
    """The settings with the cursor on Spotify."""
    async with opened(data_dir) as (app, pilot):
        await pilot.press("8")
        await until(pilot, lambda: "Spotify" in screen_text(app), "the settings")
        assert isinstance(app.screen, SettingsPage)
        await place(app.screen, "connection spotify")
        yield app, pilot


def paste(app: LockgrooveApp, text: str) -> None:
    """Paste as a terminal does."""
    assert app.focused is not None
    app.focused.post_message(Paste(text))


def address(app: LockgrooveApp) -> str:
    """The address on the dialog, empty before there is one."""
    if not isinstance(app.screen, ConnectSpotify):
        return ""
    sign_in = app.screen._open  # pyright: ignore[reportPrivateUsage]
    return sign_in.begun.url if sign_in else ""


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, spotify: RunningSpotify) -> None:  # pyright: ignore[reportUnusedFunction]
    for name, value in {**spotify.addresses, "SPOTIFY_REDIRECT_URI": "http://127.0.0.1/callback"}.items():
        monkeypatch.setenv(name, value)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)


async def test_from_no_app_to_connected_by_a_pasted_address_in_two_lines(
    data_dir: Path, spotify: RunningSpotify
) -> None:
    async with on_the_line(data_dir) as (app, pilot):
        await until(pilot, lambda: "no app yet" in screen_text(app), "how it stands")
        await pilot.press("c")
        await until(pilot, lambda: "Create app" in screen_text(app), "the set-up")
        await pilot.press(*"not one!", "enter")
        assert "one word" in screen_text(app)
        await pilot.press("ctrl+u")
        paste(app, spotify.app.client_id)
        await pilot.press("enter")
        await until(pilot, lambda: address(app), "an address")
        back = await spotify.approve(address(app))
        await pilot.press(*"AQ-c0de", "enter")
        await until(pilot, lambda: "not the address" in screen_text(app), "a refusal of the bare code")
        await pilot.press("ctrl+u")
        paste(app, f"{back[:60]}\n {back[60:]}")
        await pilot.press("enter")
        await until(pilot, lambda: "Connected as" in screen_text(app), "the welcome")
        await pilot.press("escape")
        await until(pilot, lambda: "connected as" in screen_text(app) and "until 2" in screen_text(app), "the line")
    assert "spotify_client_id" in (app.places.config_file).read_text()


async def test_the_browser_comes_back_by_itself(
    data_dir: Path, spotify: RunningSpotify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTIFY_CLIENT_ID", spotify.app.client_id)
    async with on_the_line(data_dir) as (app, pilot):
        await pilot.press("c")
        await until(pilot, lambda: address(app), "an address")
        await spotify.approve(address(app), decision="cancel", follow=True)
        await until(pilot, lambda: "not allowed on Spotify" in screen_text(app), "the refusal")
        await until(pilot, lambda: address(app), "another address")
        await spotify.approve(address(app), follow=True)
        await until(pilot, lambda: "Connected as" in screen_text(app), "the welcome")


async def test_an_ssh_session_is_shown_the_tunnel(
    data_dir: Path, spotify: RunningSpotify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTIFY_CLIENT_ID", spotify.app.client_id)
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 5000 10.0.0.2 22")
    async with on_the_line(data_dir) as (app, pilot):
        await pilot.press("c")
        await until(pilot, lambda: "ssh -N -L" in screen_text(app), "the tunnel")
        assert "@10.0.0.2" in screen_text(app)


@pytest.mark.wrong_requests
async def test_the_settings_say_how_it_stands_and_test_and_end_it(
    data_dir: Path, spotify: RunningSpotify, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in spotify.application.items():
        monkeypatch.setenv(name, value)
    async with on_the_line(data_dir) as (app, pilot):
        await pilot.press("c")
        await until(pilot, lambda: address(app), "an address")
        await spotify.approve(address(app), follow=True)
        await until(pilot, lambda: "Connected as" in screen_text(app), "the welcome")
        await pilot.press("escape")
        await until(pilot, lambda: "until 2" in screen_text(app), "the date of its end")
        await pilot.press("t")
        await until(pilot, lambda: "keeps from this app" in screen_text(app), "what is closed")
        spotify.app.grants.revoke()
        spotify.app.grants.expire_access()
        await pilot.press("D")
        await until(pilot, lambda: "spotify.com/account/apps" in screen_text(app), "the question")
        await pilot.press("y")
        await until(pilot, lambda: "not connected" in screen_text(app), "the line after it")
