"""``connect discogs`` by signing in: the browser comes back by itself, or the code is pasted."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.demo.discogs.grants import CONSUMER_KEY, CONSUMER_SECRET
from services.errors import InvalidInput
from tests.tui.cli.conftest import PROGRAM
from tests.upstreams.browser import code_of, decide
from tui.cli.loopback import listening
from tui.cli.sign_in import code_in

APPLICATION = {"DISCOGS_CONSUMER_KEY": CONSUMER_KEY, "DISCOGS_CONSUMER_SECRET": CONSUMER_SECRET}
SECOND = "second_digger"
NO_SSH = {"SSH_CONNECTION": "", "SSH_TTY": "", "DISPLAY": "", "WAYLAND_DISPLAY": ""}

Begin = Callable[..., AbstractContextManager["Waiting"]]


@dataclass
class Waiting:
    """The command, waiting for the person at ``url``; ``said`` is what it wrote so far."""

    process: subprocess.Popen[bytes]
    url: str
    said: str

    def ended(self, typed: str | None = None) -> tuple[int, str, str]:
        """Status, standard output and all that was said, once it ended."""
        out, err = self.process.communicate(typed.encode() if typed is not None else None, timeout=60)
        return self.process.returncode, out.decode(), self.said + err.decode()


@pytest.fixture
def begin(tmp_path: Path, discogs: Any) -> Begin:
    """``with begin("--oob") as waiting``."""

    @contextmanager
    def started(*arguments: str, **environment: str) -> Iterator[Waiting]:
        whole = {**os.environ, **discogs.address, **APPLICATION, **NO_SSH, **environment}
        with subprocess.Popen(
            [PROGRAM, "connect", "discogs", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env={**whole, "LOCKGROOVE_DATA_DIR": str(tmp_path / "home")},
        ) as process:
            try:
                assert process.stderr is not None
                said = b""
                while not (found := re.search(rb"(http://\S+oauth_token=\w+)\s", said)):
                    piece = process.stderr.read(4096)
                    assert piece, said
                    said += piece
                yield Waiting(process, found[1].decode(), said.decode())
            finally:
                if process.poll() is None:
                    process.kill()

    return started


def test_the_browser_comes_back_and_the_account_is_connected(begin: Begin, discogs: Any, lockgroove: Any) -> None:
    with begin() as waiting:

        async def back() -> httpx.Response:
            answer = await decide(waiting.url, SECOND)
            async with httpx.AsyncClient(trust_env=False) as browser:
                where = httpx.URL(answer.headers["location"])
                assert (await browser.get(where.copy_with(path="/favicon.ico", query=None))).status_code == 404
                assert (await browser.get(where.copy_merge_params({"oauth_token": "another"}))).status_code == 400
                return await browser.get(where)

        page = asyncio.run(back())
        status, out, _ = waiting.ended()
    assert (page.status_code, page.headers["content-security-policy"]) == (200, "default-src 'none'")
    assert "close this window" in page.text
    assert status == 0
    assert f"connected as {SECOND} (sign-in since 2" in out
    found = lockgroove("connect", "discogs", "--status", "--json", **discogs.address, **APPLICATION).json
    assert (found["connected"], found["username"], found["method"]) == (True, SECOND, "oauth")
    gone = lockgroove("connect", "discogs", "--disconnect", **discogs.address, **APPLICATION)
    assert gone.status == 0
    assert f"{discogs.url}/settings/applications" in gone.err
    assert lockgroove("connect", "discogs", "--status", **discogs.address, **APPLICATION).status == 4


def test_a_pasted_code_connects_and_json_stays_json(begin: Begin, discogs: Any) -> None:
    with begin("--oob", "--json") as waiting:
        code = asyncio.run(code_of(waiting.url, discogs.username))
        status, out, err = waiting.ended(f"\n  {code}  \n")
    assert (status, json.loads(out)["username"]) == (0, discogs.username)
    assert code not in out + err


def test_over_ssh_a_tunnel_is_shown_and_the_address_can_be_pasted(begin: Begin) -> None:
    with begin(SSH_CONNECTION="192.0.2.1 50000 192.0.2.9 2222") as waiting:
        where = asyncio.run(decide(waiting.url, SECOND)).headers["location"]
        status, out, err = waiting.ended(f"{where}\n")
    port = httpx.URL(where).port
    assert status == 0, err
    assert SECOND in out
    assert re.search(rf"ssh -N -L {port}:127\.0\.0\.1:{port} -p 2222 \S+@192\.0\.2\.9", err)


@pytest.mark.parametrize(("typed", "status"), [("wrong\n", 1), ("", 2), ("http://127.0.0.1/?oauth_token=x\n", 2)])
def test_what_is_no_code_ends_with_what_to_do(
    begin: Begin, lockgroove: Any, discogs: Any, typed: str, status: int
) -> None:
    with begin("--oob") as waiting:
        asyncio.run(code_of(waiting.url, SECOND))
        found, out, err = waiting.ended(typed)
    assert (found, out) == (status, "")
    assert "error: " in err
    assert lockgroove("connect", "discogs", "--status", **discogs.address).status == 4


def test_a_denial_is_told(begin: Begin) -> None:
    with begin() as waiting:
        where = asyncio.run(decide(waiting.url, SECOND, "deny")).headers["location"]
        assert httpx.get(where, trust_env=False).status_code == 400
        status, _, err = waiting.ended()
    assert status == 1
    assert "not granted" in err


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_giving_up_leaves_nothing_half_done(begin: Begin, tmp_path: Path, number: signal.Signals, status: int) -> None:
    library = tmp_path / "home" / "library.db"
    with begin() as waiting:
        assert pending(library) == 1
        waiting.process.send_signal(number)
        found, _, _ = waiting.ended()
    assert found == status
    assert pending(library) == 0


def pending(library: Path) -> int:
    """Sign-ins under way."""
    connection = sqlite3.connect(library)
    try:
        return connection.execute("SELECT count(*) FROM short_lived WHERE kind = 'oauth'").fetchone()[0]
    finally:
        connection.close()


def test_with_the_keys_a_token_is_still_taken(lockgroove: Any, discogs: Any) -> None:
    for arguments in (["--token-stdin"], ["--token"]):
        ran = lockgroove("connect", "discogs", *arguments, typed=discogs.token, **discogs.address, **APPLICATION)
        assert ran.status == (0 if arguments == ["--token-stdin"] else 2), ran.err
    assert "--token-stdin" in ran.err
    both = lockgroove("connect", "discogs", "--token", "--oob", **discogs.address)
    assert both.status == 2


def test_signing_in_without_the_keys_names_who_can_set_them(lockgroove: Any, discogs: Any) -> None:
    ran = lockgroove("connect", "discogs", "--oob", **discogs.address)
    assert ran.status == 4
    assert "discogs-setup" in ran.err


def test_a_code_is_found_in_what_is_pasted() -> None:
    assert code_in("abc", "s") == "abc"
    assert code_in("http://127.0.0.1:1/callback?oauth_token=s&oauth_verifier=abc", "s") == "abc"
    assert code_in("http://127.0.0.1:1/callback?denied=s", "s") == ""
    with pytest.raises(InvalidInput):
        code_in("http://127.0.0.1:1/callback?oauth_token=other&oauth_verifier=abc", "s")


@pytest.mark.parametrize("sent", [b"", b"\r\n\r\n", b"POST /callback?oauth_token=s HTTP/1.1\r\n\r\n", b"G" * 40_000])
async def test_the_ear_survives_whatever_knocks(sent: bytes) -> None:
    async with listening() as ear:
        ear.state = "s"
        reader, writer = await asyncio.open_connection("127.0.0.1", ear.port)
        writer.write(sent)
        writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), 20)
        assert b"200 OK" not in answer
        async with httpx.AsyncClient(trust_env=False) as browser:
            good = await browser.get(ear.address, params={"oauth_token": "s", "oauth_verifier": "code"})
        assert (good.status_code, await ear.verifier()) == (200, "code")
        writer.close()
