"""A sync whose process is killed again and again ends as if nothing had happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.kills import aftermath


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kills", [2, pytest.param(6, marks=pytest.mark.by_hand)])
async def test_a_sync_killed_at_random_instants_ends_like_an_undisturbed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kills: int
) -> None:
    for name in ("DISCOGS_API_BASE", "DISCOGS_WEB_BASE", "DISCOGS_TOKEN", "DISCOGS_USERNAME"):
        monkeypatch.setenv(name, "")  # restored afterwards, whatever is set inside
    calm = await aftermath(200, 20, tmp_path / "calm")
    killed = await aftermath(200, 20, tmp_path / "killed", kills=kills)
    assert killed.kills >= kills // 2
    assert killed.library == calm.library
    assert killed.collection == calm.collection
    assert set(killed.adds.values()) == {1} and len(killed.adds) == 20
    assert killed.unsettled == calm.unsettled == 0
