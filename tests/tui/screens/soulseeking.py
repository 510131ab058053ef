"""What the tests of downloads and of the Soulseek search share: the way to a simulated slskd, and waiting for words."""

from __future__ import annotations

import time

import pytest
from textual.pilot import Pilot

from tests.tui.screens.conftest import App, screen_text
from tests.upstreams.fixtures_slskd import RunningSlskd


def connect(slskd: RunningSlskd, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the app that is opened next find this slskd."""
    for name, value in slskd.environment.items():
        monkeypatch.setenv(name, value)


async def shows(pilot: Pilot[int], app: App, *words: str, seconds: float = 45.0) -> None:
    """Wait for each of ``words`` on the screen; a failure shows what stood there instead. What a queue does takes seconds,
    so it is looked at ten times in one."""
    end = time.monotonic() + seconds
    for each in words:
        while each not in screen_text(app):
            assert time.monotonic() < end, f"waited for: {each}\n{screen_text(app)}"
            await pilot.pause(0.1)
