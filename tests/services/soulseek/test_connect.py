"""How Soulseek is, and what the program does about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.errors import NotConnected, UpstreamRefused
from services.settings import Settings
from services.soulseek.connect import Soulseek
from services.upstream import Limiters
from tests.services.soulseek.conftest import Connects
from tests.upstreams.fixtures_slskd import RunningSlskd, simulated_slskd


async def test_status_asks_and_never_raises(slskd: RunningSlskd, soulseek: Soulseek) -> None:
    status = await soulseek.status()
    assert (status.state, status.version, status.ready) == ("connected", "0.26.0", True)
    slskd.daemon.log_out()
    status = await soulseek.status()
    assert (status.state, status.server, status.code) == ("disconnected", "Disconnected", "not_logged_in")
    slskd.fault("unauthorized", times=1)
    status = await soulseek.status()
    assert (status.state, status.code) == ("disconnected", "credential") and "SLSKD_API_KEY" in status.hint
    slskd.daemon.is_away = True
    status = await soulseek.status()
    assert status.state == "disconnected" and status.message
    assert slskd.app.key not in f"{status}"
    assert slskd.asked("GET", "/version") == 1, "the version is asked once for a connection"
    slskd.daemon.come_back()
    slskd.advance(2)
    assert (await soulseek.status()).ready
    assert slskd.asked("GET", "/version") == 2, "and anew after it was lost"


async def test_a_key_that_is_not_accepted_is_not_hammered(slskd: RunningSlskd, soulseek: Soulseek) -> None:
    slskd.daemon.key = "another"
    with pytest.raises(UpstreamRefused) as refused:
        await (await soulseek.client()).downloads()
    assert refused.value.code == "credential" and "SLSKD_API_KEY" in refused.value.hint
    assert slskd.asked("GET") == 1


async def test_without_address_or_key_nobody_is_asked() -> None:
    soulseek = Soulseek(Settings(slskd_url="http://127.0.0.1:1"), Limiters())
    assert (await soulseek.status()).state == "unconfigured"
    with pytest.raises(NotConnected) as raised:
        await soulseek.client()
    assert (raised.value.missing, raised.value.hint != "") == (("SLSKD_API_KEY",), True)


async def test_changed_settings_bring_another_client(slskd: RunningSlskd, soulseek: Soulseek, tmp_path: Path) -> None:
    first = await soulseek.client()
    assert await soulseek.client() is first
    async with simulated_slskd(tmp_path / "other", version="0.23.2", url_base="/s") as other:
        settings = soulseek.settings.model_copy(update={"slskd_url": f"{other.url}/s"})
        soulseek.settings = settings
        assert await (await soulseek.client()).version() == "0.23.2"
        assert await first.version() == "0.26.0", "whoever holds the old one goes on"


async def test_a_version_nobody_knows_is_read_by_its_answers(tmp_path: Path, connects: Connects) -> None:
    async with simulated_slskd(tmp_path, version="0.24.1") as slskd, connects(slskd) as soulseek:
        slskd.fault("server-error", match="/version", times=1)
        features = await (await soulseek.client()).features()
        assert features.version == "0.24.1", "a failure is asked again"
