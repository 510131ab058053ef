"""Other users: their status, their shares, and names that need care (slskd-api.md section 7)."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.demo.slskd.network import Folder, Temper
from services.errors import InvalidInput, UpstreamError, UpstreamNotFound
from services.soulseek import reading
from services.soulseek.client import SlskdClient
from services.soulseek.quality import folder_of
from tests.services.soulseek.conftest import Connects
from tests.upstreams.fixtures_slskd import ALBUM, RunningSlskd, album_files, simulated_slskd

NAMES = ("slow/lane 100%", "東京テープ", "a%2Fb", "who?#&+;=@", "batches", "all")


@pytest.mark.parametrize("name", NAMES)
async def test_any_name_is_encoded_once(slskd: RunningSlskd, client: SlskdClient, name: str) -> None:
    slskd.peer(name, address="203.0.113.99", description="hello")
    assert (await client.user_status(name)).is_online
    assert (await client.user_info(name)).description == "hello"
    assert (await client.user_endpoint(name)).address == "203.0.113.99"
    assert (await client.browse(name)).file_count == 4
    assert (await client.browse_status(name)).percent == 100.0


async def test_a_share_has_whole_paths_and_what_is_locked(slskd: RunningSlskd, client: SlskdClient) -> None:
    slskd.peer().folders.append(Folder("Secret", tuple(album_files("mp3-v0")), is_locked=True))
    share = await client.browse("alma")
    free, locked = share.directories
    assert (free.name, free.is_locked, locked.is_locked) == (ALBUM, False, True)
    assert free.files[0].filename == f"{ALBUM}\\01 - Golden Static.flac"
    assert (locked.files[0].bit_rate, locked.files[0].is_variable, locked.files[0].is_locked) == (245, True, True)
    assert folder_of(free, "alma").quality.label == "FLAC 16/44.1"


@pytest.mark.parametrize("version", ["0.22.0", "0.26.0"])
async def test_a_folder_is_read_in_both_shapes(version: str, tmp_path: Path, connects: Connects) -> None:
    checked = version != "0.22.0"  # the description has the list of later versions
    async with simulated_slskd(tmp_path, version=version, checked=checked) as slskd, connects(slskd) as soulseek:
        client = await soulseek.client()
        (folder,) = await client.directory("alma", ALBUM)
        assert [file.name for file in folder.files][-1] == "cover.jpg"
        with pytest.raises(InvalidInput):
            await client.directory("alma", " ")


async def test_who_is_not_there_is_told_from_what_is_not_there(slskd: RunningSlskd, client: SlskdClient) -> None:
    slskd.peer("gone", Temper.OFFLINE)
    assert not (await client.user_status("gone")).is_online
    for ask in (client.browse, client.user_info, client.user_endpoint):
        with pytest.raises(UpstreamNotFound) as raised:
            await ask("gone")
        assert raised.value.code == "peer_offline"
    with pytest.raises(UpstreamNotFound) as raised:
        await client.browse_status("alma")
    assert raised.value.code == "not_found"
    slskd.daemon.log_out()
    asked = len(slskd.requests)
    for ask in (client.browse, client.user_info, client.user_endpoint, client.user_status):
        with pytest.raises(UpstreamError) as refused:
            await ask("alma")
        assert refused.value.code == "not_logged_in"
    assert len(slskd.requests) == asked + 4, "users are not asked again at once"


async def test_a_share_that_breaks_off_is_no_share_and_a_huge_one_is_cut(
    slskd: RunningSlskd, client: SlskdClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for fault in ("truncated", "bad-json", "empty-body"):
        slskd.fault(fault, match="/browse", times=1)
        with pytest.raises(UpstreamError):
            await client.browse("alma")
    slskd.peer().folders += [Folder(f"More\\{n}", tuple(album_files())) for n in range(2000)]
    whole = await client.browse("alma")
    assert (len(whole.directories), whole.is_cut) == (2001, False)
    monkeypatch.setattr(reading, "MOST_SHARED_FILES", 1000)
    cut = await client.browse("alma")
    assert cut.is_cut and cut.file_count == 1000
