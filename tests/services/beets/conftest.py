"""The door to a real beets."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.beets.library import Beets
from services.beets.program import Limits
from services.places import locate
from services.settings import Settings, load_settings
from tests.upstreams.fixtures_beets import RealBeets

QUICK = Limits(tries=3, pause=0.05, patience=0.2, lock=0.1)


@pytest.fixture
def settings(real_beets: RealBeets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that lead to the real beets."""
    for name, value in real_beets.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LOCKGROOVE_DATA_DIR", str(tmp_path / "lockgroove"))
    return load_settings(locate())


@pytest.fixture
def beets(settings: Settings, tmp_path: Path) -> Beets:
    return Beets(settings, tmp_path / "lockgroove" / "beets", QUICK)
