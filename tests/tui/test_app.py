"""The app itself: its theme from the first frame on, its end in order."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from textual.color import Color

from tests.tui.screens.conftest import opened, until
from tui.themes import OURS


@pytest.mark.parametrize("theme", [theme.name for theme in OURS])
async def test_the_chosen_theme_colours_the_first_screen(tmp_path: Path, theme: str) -> None:
    (tmp_path / "lockgroove.toml").write_text(f'theme = "{theme}"\n')
    chosen = next(each for each in OURS if each.name == theme)
    async with opened(tmp_path) as (app, _):
        assert app.screen.styles.background == Color.parse(chosen.background or "")
        assert app.screen.query_one("HintBar").styles.background == Color.parse(chosen.panel or "")


async def test_another_theme_takes_effect_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as (app, pilot):
        app.theme = OURS[1].name
        light = Color.parse(OURS[1].background or "")
        await until(pilot, lambda: app.screen.styles.background == light, "the light background")


async def test_the_app_answers_over_the_owners_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCKGROOVE_PORT", "0")
    async with opened(tmp_path) as (app, pilot):
        await until(pilot, lambda: app.bridge.snapshot.address, "the address of the surface")
        transport = httpx.AsyncHTTPTransport(uds=str(app.places.socket))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60) as visitor:
            for _ in range(2):
                assert (await visitor.get("/api/auth/me")).json()["email"] is None
