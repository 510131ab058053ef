"""``connect`` and ``token``: secrets go in without being seen and never come out again."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import httpx
import pytest

SECRET = "a-token-that-nobody-may-see-1234"


def test_without_a_terminal_a_token_must_be_piped(lockgroove: Any) -> None:
    ran = lockgroove("connect", "discogs")
    assert ran.status == 2
    assert "https://www.discogs.com/settings/developers" in ran.err
    assert "--token-stdin" in ran.err


def test_a_token_from_standard_input_connects(lockgroove: Any, discogs: Any) -> None:
    ran = lockgroove("connect", "discogs", "--token-stdin", typed=f"{discogs.token}\n", **discogs.address)
    assert ran.status == 0, ran.err
    assert discogs.username in ran.out
    assert discogs.token not in ran.out + ran.err
    status = lockgroove("connect", "discogs", "--status", "--json", **discogs.address)
    assert (status.status, status.json["connected"], status.json["username"]) == (0, True, discogs.username)


def test_a_token_from_the_environment_connects(lockgroove: Any, discogs: Any) -> None:
    assert lockgroove("connect", "discogs", **discogs.environment).status == 0
    assert lockgroove("connect", "discogs", "--status", **discogs.address).status == 0


def test_disconnecting_forgets_the_token(lockgroove: Any, discogs: Any) -> None:
    lockgroove("connect", "discogs", "--token-stdin", typed=discogs.token, **discogs.address)
    assert lockgroove("connect", "discogs", "--disconnect", **discogs.address).status == 0
    after = lockgroove("connect", "discogs", "--status", "--json", **discogs.address)
    assert (after.status, after.json["connected"]) == (4, False)


def test_a_token_that_discogs_refuses_is_not_kept(lockgroove: Any, discogs: Any) -> None:
    ran = lockgroove("connect", "discogs", "--token-stdin", typed=SECRET, **discogs.address)
    assert ran.status == 4
    assert ran.err.startswith("error: ")
    assert SECRET not in ran.out + ran.err
    assert lockgroove("connect", "discogs", "--status", **discogs.address).status == 4


def test_a_token_cannot_be_an_argument(lockgroove: Any) -> None:
    for arguments in (["--token", SECRET], [SECRET]):
        assert lockgroove("connect", "discogs", *arguments).status == 2


def test_a_token_typed_at_the_prompt_is_not_echoed(tmp_path: Path, discogs: Any) -> None:
    program = str(Path(sys.executable).parent / "lockgroove")
    ours, theirs = pty.openpty()
    environment = {**os.environ, **discogs.address, "LOCKGROOVE_DATA_DIR": str(tmp_path / "home")}
    # A session of its own: it asks the terminal it is given, not the one that the tests were started from.
    with subprocess.Popen(
        [program, "connect", "discogs"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        start_new_session=True,
    ) as running:
        os.close(theirs)
        seen, answered = b"", False
        try:
            while True:
                if select.select([ours], [], [], 0.05)[0]:
                    seen += os.read(ours, 65536)
                # What is typed before the echo goes off is thrown away, as it is when a person is that quick.
                if b"Token:" in seen and not answered and not termios.tcgetattr(ours)[3] & termios.ECHO:
                    answered = True
                    os.write(ours, f"{discogs.token}\n".encode())
        except OSError:  # the other end is closed
            assert running.wait(30) == 0, seen
        finally:
            running.kill()  # a prompt that never came must fail this test, not hold up the others
            os.close(ours)
    assert discogs.username.encode() in seen
    assert discogs.token.encode() not in seen


def test_a_token_is_printed_once_and_works_until_it_is_revoked(lockgroove: Any) -> None:
    made = lockgroove("token", "create", "my script")
    token = made.out.strip()
    assert token.startswith("lg_")
    assert made.err
    listed = lockgroove("token", "list")
    assert "my script" in listed.out
    assert token not in listed.out
    assert lockgroove("token", "revoke", "my script", "--yes").status == 0
    assert lockgroove("token", "list", "--json").json[0]["revokedAt"]
    assert lockgroove("token", "revoke", "my script", "--yes").status == 1


def test_a_token_as_json_has_the_token_only_when_made(lockgroove: Any) -> None:
    made = lockgroove("token", "create", "x", "--json").json
    (listed,) = lockgroove("token", "list", "--json").json
    assert set(made) - set(listed) == {"token"}
    assert made["token"] not in str(listed)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_bad_token_name_is_wrong_usage(lockgroove: Any, name: str) -> None:
    assert lockgroove("token", "create", name).status == 2


def test_rest_is_reached_under_the_names_that_are_allowed(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "lockgroove"), "serve", "--port", "0", "--health-port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "LOCKGROOVE_DATA_DIR": str(tmp_path / "home"),
            "LOCKGROOVE_ALLOWED_HOSTS": "music.example.org",
            "SYNC_SCHEDULE": "off",
        },
    )
    try:
        assert process.stderr is not None
        url = next(line.split()[2].rstrip(",") for line in process.stderr if line.startswith("REST on "))
        statuses = {
            host: httpx.get(url, headers={"Host": host}).status_code
            for host in ("music.example.org", "MUSIC.example.org:443", "evil.example.org")
        }
    finally:
        process.terminate()
        process.communicate(timeout=20)
    assert statuses == {"music.example.org": 200, "MUSIC.example.org:443": 200, "evil.example.org": 400}
    assert process.returncode == 0
