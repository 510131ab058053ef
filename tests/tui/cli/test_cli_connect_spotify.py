"""``connect spotify``: the set-up that is told, the browser that comes back, the address that is pasted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.tui.cli.conftest import PROGRAM
from tests.upstreams.fixtures_spotify import RunningSpotify


@pytest.fixture(scope="module")
def spotify() -> Generator[dict[str, str]]:
    """Where a simulated Spotify is, and who is there."""
    command = [sys.executable, "-m", "services.demo", "--records", "5", "--rate-limit", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["spotify"]
        process.terminate()


def environment(spotify: dict[str, str]) -> dict[str, str]:
    return {
        "SPOTIFY_CLIENT_ID": spotify["client_id"],
        "SPOTIFY_API_BASE": f"{spotify['url']}/v1",
        "SPOTIFY_ACCOUNTS_BASE": spotify["url"],
        "SPOTIFY_REDIRECT_URI": "http://127.0.0.1/callback",
    }


def begun(tmp_path: Path, spotify: dict[str, str]) -> tuple[subprocess.Popen[str], str, str]:
    """A sign-in that waits, what it said, and where the browser is sent once access is allowed."""
    process = subprocess.Popen(
        [PROGRAM, "connect", "spotify", "--no-browser"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            **environment(spotify),
            "LOCKGROOVE_DATA_DIR": str(tmp_path / "home"),
            "SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22",
        },
    )
    said = page = ""
    assert process.stderr is not None
    for line in process.stderr:
        said += line
        page = line.strip() if line.strip().startswith("http") else page
        if line.startswith("Waiting"):
            break
    form = {**dict(parse_qsl(urlsplit(page).query)), "account": spotify["username"], "decision": "agree"}
    return process, said, httpx.post(page.partition("?")[0], data=form).headers["location"]


def test_the_browser_comes_back(lockgroove: Any, tmp_path: Path, spotify: dict[str, str]) -> None:
    process, said, back = begun(tmp_path, spotify)
    assert "ssh -N -L " in said
    assert httpx.get(f"{urlsplit(back).scheme}://{urlsplit(back).netloc}/favicon.ico").status_code == 404
    assert httpx.get(back.replace("state=", "state=x")).status_code == 400
    assert httpx.get(back).status_code == 200
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, out.startswith("Spotify is connected as ")) == (0, True)
    fetched = lockgroove("sync", "spotify", **environment(spotify))
    assert (fetched.status, fetched.out.strip()) == (0, "Plays: 50 new plays")
    library = lockgroove("sync", "--json", **environment(spotify))
    assert (library.status, library.json["state"]) == (0, "done"), library.err
    assert library.json["playlists"] > 0
    assert lockgroove("sync", "discogs", **environment(spotify)).status == 4
    assert lockgroove("connect", "spotify", "--disconnect", **environment(spotify)).status == 0
    assert lockgroove("connect", "spotify", "--status", **environment(spotify)).status == 4


def test_an_address_that_the_terminal_broke_is_pasted(tmp_path: Path, spotify: dict[str, str]) -> None:
    process, _, back = begun(tmp_path, spotify)
    out, err = process.communicate(f' "{back[:60]}\n{back[60:]}"\n', timeout=30)
    assert process.returncode == 0, err
    assert "Spotify is connected" in out


def test_a_bare_code_is_refused(tmp_path: Path, spotify: dict[str, str]) -> None:
    process, _, back = begun(tmp_path, spotify)
    _, err = process.communicate(dict(parse_qsl(urlsplit(back).query))["code"] + "\n", timeout=30)
    assert process.returncode == 2
    assert "not the address" in err


def test_without_an_app_the_way_to_one_is_told(lockgroove: Any) -> None:
    ran = lockgroove("connect", "spotify")
    assert (ran.status, ran.out) == (4, "")
    assert "Create app" in ran.err
    assert "http://127.0.0.1:8750/callback" in ran.err


@pytest.mark.wrong_requests
def test_the_doctor_asks_what_spotify_lets_this_app_do(
    lockgroove: Any, monkeypatch: pytest.MonkeyPatch, spotify_beside: RunningSpotify
) -> None:
    def finding() -> dict[str, str]:
        return next(f for f in lockgroove("doctor", "--json").json["findings"] if f["name"] == "Spotify")

    assert finding()["level"] == "ok" and "not set up" in finding()["text"]
    for name, value in spotify_beside.environment.items():
        monkeypatch.setenv(name, value)
    assert "audio features" in finding()["text"] and finding()["level"] == "ok"
    spotify_beside.app.grants.revoke()
    assert finding()["level"] == "fail"
