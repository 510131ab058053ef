"""The connection to Discogs: found good before it is kept, told apart when missing, refused or unreachable."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.covers import Covers
from services.demo.faults import Fault
from services.errors import InvalidInput, NotConnected, UpstreamError, UpstreamRefused
from tests.services.discogs.installation import installed
from tests.upstreams.fixtures import RunningDiscogs

PNG = b"\x89PNG\r\n\x1a\n"


async def test_a_good_token_is_kept_encrypted_and_a_bad_one_is_not(
    discogs: RunningDiscogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    async with installed(discogs, home, monkeypatch, DISCOGS_TOKEN="", DISCOGS_USERNAME="") as program:
        door = program.runtime.discogs
        with pytest.raises(NotConnected) as lacking:
            await door.client(program.user)
        assert lacking.value.missing == ("DISCOGS_USERNAME", "DISCOGS_TOKEN")
        status = await door.status(program.user)
        assert (status.ready, status.missing) == (False, ("DISCOGS_USERNAME", "DISCOGS_TOKEN"))
        assert not discogs.requests
        with pytest.raises(UpstreamRefused):
            await door.connect(program.user, "wrong")
        with pytest.raises(InvalidInput):
            await door.connect(program.user, "two\nlines")
        assert not (await door.status(program.user)).ready

        await door.connect(program.user, f" {discogs.token}\n")
        status = await door.status(program.user)
        assert (status.ready, status.username, status.warning) == (True, discogs.username, None)
    assert all(discogs.token.encode() not in file.read_bytes() for file in home.rglob("*") if file.is_file())
    async with installed(discogs, home, monkeypatch, DISCOGS_TOKEN="", DISCOGS_USERNAME="") as program:
        await program.synced()
        await program.runtime.discogs.disconnect(program.user)
        assert not (await program.runtime.discogs.status(program.user)).ready
        assert await program.records()


async def test_a_test_tells_refused_from_unreachable(
    discogs: RunningDiscogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with installed(discogs, tmp_path / "home", monkeypatch) as program:
        door = program.runtime.discogs
        assert (await door.test(program.user)).state == "connected"
        discogs.fault(Fault.MAINTENANCE)
        unreachable = await door.test(program.user)
        assert (unreachable.state, unreachable.ready) == ("unreachable", True)
        discogs.mend()
        discogs.fault(Fault.REVOKED_TOKEN)
        refused = await door.test(program.user)
        assert (refused.state, refused.ready, refused.missing) == ("refused", False, ("DISCOGS_TOKEN",))
        assert refused.warning and "lockgroove connect discogs" in refused.warning


class Fetching:
    """Pictures from nowhere, counted."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.asked: list[str] = []

    async def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        return self.content


async def test_a_cover_is_fetched_once_and_no_picture_is_none(tmp_path: Path) -> None:
    fetching = Fetching(PNG + b"x" * 10)
    covers = Covers("Discogs", tmp_path, fetching)
    file = await covers.get("https://i.discogs.com/a.png")
    assert file is not None and file.read_bytes() == fetching.content
    assert await covers.get("https://i.discogs.com/a.png") == file == covers.kept("https://i.discogs.com/a.png")
    assert fetching.asked == ["https://i.discogs.com/a.png"]
    for nothing in (None, "", "https://s.discogs.com/images/spacer.gif", "file:///etc/passwd"):
        assert await covers.get(nothing) is None


async def test_what_is_no_picture_is_not_kept(tmp_path: Path) -> None:
    covers = Covers("Discogs", tmp_path, Fetching(b"<html>busy</html>"))
    with pytest.raises(UpstreamError):
        await covers.get("https://i.discogs.com/a.png")
    assert covers.kept("https://i.discogs.com/a.png") is None


async def test_the_kept_covers_stay_within_their_limit(tmp_path: Path) -> None:
    covers = Covers("Discogs", tmp_path, Fetching(PNG + b"x" * 1000), limit=20_000)
    for number in range(66):
        await covers.get(f"https://i.discogs.com/{number}.png")
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 52_000  # noqa: ASYNC240
    assert covers.kept("https://i.discogs.com/0.png") is None
    assert covers.kept("https://i.discogs.com/65.png") is not None
