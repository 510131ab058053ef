"""Connecting Discogs in the app: both ways, at any size, with every mishap told in place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from services.demo.faults import Fault
from services.discogs.connect import ConnectionStatus
from services.runtime import Runtime
from storage import short_lived
from storage.short_lived import Kind
from storage.values import ConnectionState, ConnectMethod
from tests.tui.screens.conftest import connected, opened, screen_text, until
from tests.upstreams.browser import code_of
from tests.upstreams.fixtures import RunningDiscogs
from tui.app import LockgrooveApp
from tui.screens.connect import ConnectDialog
from tui.screens.connect_words import check_code, standing

SECOND = "second_digger"
SIZES = [(80, 24), (120, 40)]


@asynccontextmanager
async def ready_to_sign_in(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int] = (80, 24)
) -> AsyncGenerator[tuple[LockgrooveApp, Pilot[int], RunningDiscogs]]:
    """The app with an application's keys and no account, the dialog open and an address on it."""
    monkeypatch.setenv("DISPLAY", "")
    monkeypatch.setenv("WAYLAND_DISPLAY", "")
    async with connected(monkeypatch, 20) as upstream:
        monkeypatch.delenv("DISCOGS_TOKEN")
        monkeypatch.delenv("DISCOGS_USERNAME")
        for name, value in upstream.application.items():
            monkeypatch.setenv(name, value)
        async with opened(data_dir, size) as (app, pilot):
            await pilot.press("1", "c")
            await until(pilot, lambda: isinstance(app.screen, ConnectDialog), "the dialog")
            await until(pilot, lambda: address(app), "an address")
            yield app, pilot, upstream


def address(app: LockgrooveApp) -> str:
    """The address on the dialog."""
    assert isinstance(app.screen, ConnectDialog)
    begun = app.screen._begun  # pyright: ignore[reportPrivateUsage]
    return begun[1].url if begun else ""


def words(app: LockgrooveApp) -> str:
    """The text of the screen in one line."""
    return " ".join(screen_text(app).split())


def unwrapped(app: LockgrooveApp) -> str:
    """The text of the dialog with the folds of long words taken out."""
    region = app.screen.query_one(".dialog-body").region
    lines = screen_text(app).splitlines()[region.y : region.bottom]
    return "".join(line[region.x : region.right].strip() for line in lines)


@pytest.mark.parametrize("size", SIZES)
async def test_signing_in_by_a_pasted_code(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async with ready_to_sign_in(data_dir, monkeypatch, size) as (app, pilot, _):
        await until(pilot, lambda: address(app) in unwrapped(app), "the whole address")
        assert "Sign in on Discogs" in screen_text(app)
        assert "Esc close" in screen_text(app)
        code = await code_of(address(app), SECOND)
        await pilot.press(*code, "enter")
        await until(pilot, lambda: f"Connected as {SECOND}" in screen_text(app), "the welcome")
        await pilot.press("escape")
        await until(pilot, lambda: app.bridge.snapshot.way.startswith("sign-in since"), "the snapshot")
        assert app.bridge.snapshot.username == SECOND


async def test_the_address_goes_to_the_clipboard_and_no_foreign_browser_opens(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ready_to_sign_in(data_dir, monkeypatch) as (app, pilot, _):
        shown = address(app)
        await pilot.press("ctrl+y")
        await until(pilot, lambda: app.clipboard == shown, "the clipboard")
        app.copy_to_clipboard("")
        monkeypatch.setattr(app, "open_url", lambda url, **_: pytest.fail("a browser that nobody sees"))
        await pilot.press("ctrl+o")
        await until(pilot, lambda: app.clipboard == shown, "the clipboard instead of a browser")
        opened_there: list[str] = []
        monkeypatch.setenv("DISPLAY", ":0")
        monkeypatch.setattr(app, "open_url", lambda url, **_: opened_there.append(url))
        await pilot.press("ctrl+o")
        await until(pilot, lambda: opened_there == [shown], "the browser")


async def test_a_wrong_code_gets_a_new_address(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with ready_to_sign_in(data_dir, monkeypatch) as (app, pilot, upstream):
        first = address(app)
        await pilot.press("enter")
        await until(pilot, lambda: "Paste the code first" in screen_text(app), "the verdict")
        await pilot.press(*"two words", "enter")
        await until(pilot, lambda: "copy it alone" in screen_text(app), "the verdict")
        await pilot.press(*["backspace"] * 9, *"wrong", "enter")
        await until(pilot, lambda: "did not accept the code" in screen_text(app), "the refusal")
        await until(pilot, lambda: address(app) not in ("", first), "a new address")
        await until(pilot, lambda: address(app) in unwrapped(app), "the new address on the screen")
        code = await code_of(address(app), upstream.username)
        await pilot.press(*code, "enter")
        await until(pilot, lambda: f"Connected as {upstream.username}" in screen_text(app), "the welcome")


async def test_a_failing_discogs_is_told_and_tried_again(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with ready_to_sign_in(data_dir, monkeypatch) as (app, pilot, upstream):
        await pilot.press("escape")
        upstream.fault(Fault.MAINTENANCE)
        await pilot.press("c")
        await until(pilot, lambda: "refused (503)" in screen_text(app), "the trouble")
        assert "Press Enter to try again" in words(app)
        upstream.mend()
        await pilot.press("enter")
        await until(pilot, lambda: address(app), "an address")


async def test_the_token_s_way_is_one_key_away(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with ready_to_sign_in(data_dir, monkeypatch) as (app, pilot, upstream):
        for key in ("tab", "down", "shift+tab"):
            await pilot.press(key)
        await until(pilot, lambda: "Generate new token" in screen_text(app), "the token's way")
        await pilot.press(*upstream.token, "enter")
        await until(pilot, lambda: f"Connected as {upstream.username}" in screen_text(app), "the welcome")
        assert upstream.token not in screen_text(app)


async def test_leaving_ends_the_sign_in(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def kept(runtime: Runtime) -> str | None:
        async with runtime.storage.read() as conn:
            return await short_lived.get(conn, Kind.OAUTH, state)

    async with ready_to_sign_in(data_dir, monkeypatch) as (app, pilot, _):
        state = address(app).rpartition("=")[2]
        assert await app.bridge.call(kept)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, ConnectDialog), "the page below")
        async with asyncio.timeout(15):
            while await app.bridge.call(kept):
                await pilot.pause(0.02)


async def test_without_keys_there_is_the_token_alone_and_who_can_set_them(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await pilot.press("1", "c")
        await until(pilot, lambda: "discogs-setup" in screen_text(app), "who can set the keys")
        assert "Sign in on Discogs" not in screen_text(app)
        await pilot.press("tab")
        assert "Generate new token" in screen_text(app)
        assert "Esc close" in screen_text(app)


async def test_a_withdrawn_access_shows_everywhere_with_the_key_that_mends_it(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ready_to_sign_in(data_dir, monkeypatch) as (app, pilot, upstream):
        code = await code_of(address(app), SECOND)
        await pilot.press(*code, "enter")
        await until(pilot, lambda: f"Connected as {SECOND}" in screen_text(app), "the welcome")
        await pilot.press("escape", "8")
        await until(pilot, lambda: f"Connected as {SECOND}, sign-in since 2" in words(app), "how and since when")
        upstream.app.grants.revoke()
        await pilot.press("t")
        await until(pilot, lambda: "! refused" in screen_text(app), "the refusal")
        await until(pilot, lambda: "withdrawn" in words(app), "why")
        await pilot.press("2")
        await until(pilot, lambda: "! c connect" in screen_text(app).splitlines()[0], "the top line")
        await until(pilot, lambda: "Connect Discogs" in screen_text(app), "the key in the footer")
        await pilot.press("c")
        await until(pilot, lambda: "does not accept the access of" in words(app), "why to connect again")


async def test_disconnecting_asks_first_and_names_the_page_on_discogs(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ready_to_sign_in(data_dir, monkeypatch, (120, 40)) as (app, pilot, upstream):
        code = await code_of(address(app), SECOND)
        await pilot.press(*code, "enter")
        await until(pilot, lambda: f"Connected as {SECOND}" in screen_text(app), "the welcome")
        await pilot.press("escape", "8")
        await until(pilot, lambda: f"connected as {SECOND}" in screen_text(app), "the settings")
        await until(pilot, lambda: app.bridge.snapshot.way.startswith("sign-in"), "the snapshot")
        await pilot.press("D")
        await until(pilot, lambda: f"{upstream.url}/settings/applications" in screen_text(app), "the question")
        await pilot.press("escape")
        assert app.bridge.snapshot.connected
        await pilot.press("D")
        await until(pilot, lambda: "Disconnect Discogs" in screen_text(app), "the question")
        await pilot.press("y")
        await until(pilot, lambda: not app.bridge.snapshot.connected, "the end")
        await until(pilot, lambda: "not connected" in screen_text(app), "the settings")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (ConnectionStatus(False), ""),
        (ConnectionStatus(False, state=ConnectionState.REFUSED, username="[b]x"), "access of [b]x any more"),
        (
            ConnectionStatus(
                True, username="ana", method=ConnectMethod.OAUTH, connected_at="2026-11-20T10:00:00+00:00"
            ),
            "Connected as ana (sign-in since 2026-11-20)",
        ),
        (ConnectionStatus(True, username="ana", method=ConnectMethod.TOKEN), "(personal access token)"),
    ],
)
def test_the_dialog_says_how_the_connection_stands(status: ConnectionStatus, said: str) -> None:
    assert said in standing(status).plain
    assert bool(standing(status).plain) is bool(said)


@pytest.mark.parametrize(
    ("code", "is_good"), [("aBcDeFgHiJ", True), ("a b", False), ("http://x/y", False), ("ünlesbar", False)]
)
def test_a_code_is_looked_at_before_anybody_is_asked(code: str, is_good: bool) -> None:
    assert (check_code(code) is None) is is_good
