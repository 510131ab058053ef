"""``discogs-setup``, ``keys`` and ``users``: what the operator of an installation does, also while it serves."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.fernet import Fernet

BIN = Path(sys.executable).parent
KEY, SECRET = "ConsumerKeyOfOurs", "ConsumerSecretOfOurs"
EMAIL, PASSWORD = "ana@example.org", "two words"


@contextmanager
def serving(home: Path, **environment: str) -> Iterator[str]:
    """The address of a daemon on this data directory."""
    process = subprocess.Popen(
        [BIN / "lockgroove", "serve", "--port", "0", "--health-port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "LOCKGROOVE_DATA_DIR": str(home), "SYNC_SCHEDULE": "off", **environment},
    )
    try:
        assert process.stderr is not None
        yield next(line.split()[2].rstrip(",") for line in process.stderr if line.startswith("REST on "))
    finally:
        process.terminate()
        process.communicate(timeout=30)


def signed_in(url: str, email: str = EMAIL, password: str = PASSWORD) -> dict[str, str]:
    """The header of a new session."""
    answer = httpx.post(f"{url}/api/auth/login", json={"email": email, "password": password}, timeout=30)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def me(url: str, header: dict[str, str]) -> int:
    return httpx.get(f"{url}/api/auth/me", headers=header, timeout=30).status_code


def add_user(lockgroove: Any) -> None:
    ran = lockgroove("users", "add", EMAIL, "--password-stdin", typed=f"{PASSWORD}\n")
    assert ran.status == 0, ran.err


# -- discogs-setup ------------------------------------------------------------------------------------------------


def test_the_keys_are_kept_and_shown_masked_in_two_lines(lockgroove: Any, tmp_path: Path) -> None:
    unset = "discogs_consumer_key:    (not set)\ndiscogs_consumer_secret: (not set)\n"
    assert lockgroove("discogs-setup", "--show").out == unset
    kept = lockgroove("discogs-setup", "--consumer-key", KEY, "--consumer-secret", SECRET)
    assert kept.status == 0
    assert "--consumer-secret -" in kept.err
    assert SECRET not in kept.out + kept.err
    shown = lockgroove("discogs-setup", "--show")
    masked = "discogs_consumer_key:    Co*************rs\ndiscogs_consumer_secret: Co****************rs\n"
    assert (shown.status, shown.out) == (0, masked)
    library = b"".join(file.read_bytes() for file in (tmp_path / "home").glob("library.db*"))
    assert SECRET.encode() not in library
    assert KEY.encode() not in library


@pytest.mark.parametrize(("secret", "mask"), [("abcd", "****"), ("abcde", "ab*de"), ("x", "****")])
def test_the_mask_spares_nothing_of_a_short_value(lockgroove: Any, secret: str, mask: str) -> None:
    lockgroove("discogs-setup", "--consumer-key", KEY, "--consumer-secret", "-", typed=f"{secret}\n")
    assert lockgroove("discogs-setup", "--show").out.splitlines()[1] == f"discogs_consumer_secret: {mask}"


def test_the_secret_comes_from_standard_input_or_the_environment(lockgroove: Any) -> None:
    piped = lockgroove("discogs-setup", "--consumer-key", KEY, "--consumer-secret", "-", typed="from-stdin\n")
    assert (piped.status, piped.err) == (0, "")
    assert "fr******in" in lockgroove("discogs-setup", "--show").out
    given = lockgroove("discogs-setup", "--consumer-key", KEY, DISCOGS_CONSUMER_SECRET="from-variable")
    assert (given.status, given.err) == (0, "")
    assert "fr*********le" in lockgroove("discogs-setup", "--show").out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--consumer-key", KEY],
        ["--consumer-secret", SECRET],
        ["--consumer-key", "", "--consumer-secret", ""],
        ["--consumer-key", KEY, "--consumer-secret", "-"],
        ["--show", "--consumer-key", KEY],
        ["--show", "--consumer-secret", SECRET],
        ["--consumer-key", "two words", "--consumer-secret", "x"],
    ],
)
def test_anything_but_a_pair_or_show_is_wrong_usage(lockgroove: Any, arguments: list[str]) -> None:
    ran = lockgroove("discogs-setup", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err
    assert SECRET not in ran.err


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"DATABASE_URL": "postgresql://nobody:pass-of-db@127.0.0.1:1/none"}, "does not answer"),
        ({"POSTGRES_HOST": "db", "POSTGRES_USERNAME": "me"}, "POSTGRES_PASSWORD, POSTGRES_DATABASE"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
    ],
)
def test_a_library_that_cannot_be_reached_ends_with_1(lockgroove: Any, environment: dict[str, str], named: str) -> None:
    for arguments in (["--show"], ["--consumer-key", KEY, "--consumer-secret", SECRET]):
        ran = lockgroove("discogs-setup", *arguments, **environment)
        assert (ran.status, ran.out) == (1, "")
        assert named in ran.err
        assert "pass-of-db" not in ran.err


def test_keys_that_cannot_be_decrypted_are_not_shown_as_they_are(lockgroove: Any) -> None:
    lockgroove("discogs-setup", "--consumer-key", KEY, "--consumer-secret", SECRET)
    ran = lockgroove("discogs-setup", "--show", OAUTH_ENCRYPTION_KEY=Fernet.generate_key().decode())
    assert (ran.status, ran.out) == (1, "")
    assert "cannot be decrypted" in ran.err


def test_it_is_a_script_of_its_own(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        code = "import sys; from tui.cli.discogs_setup import main; sys.exit(main())"
        command = [sys.executable, "-c", code, *arguments, "--data-dir", str(tmp_path / "home")]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert run("--consumer-key", KEY, "--consumer-secret", SECRET).returncode == 0
    assert run("--show").stdout.startswith("discogs_consumer_key:    Co****")
    assert run().returncode == 2


# -- users --------------------------------------------------------------------------------------------------------


def test_users_are_added_and_listed(lockgroove: Any) -> None:
    add_user(lockgroove)
    owner, ana = lockgroove("users", "list", "--json").json
    assert (owner["email"], owner["isOwner"], owner["isActive"]) == (None, True, True)
    assert (ana["email"], ana["isOwner"], ana["isActive"], ana["records"]) == (EMAIL, False, True, 0)
    assert EMAIL in lockgroove("users", "list").out
    again = lockgroove("users", "add", EMAIL, "--password-stdin", typed=PASSWORD)
    assert again.status == 1
    assert "passwd" in again.err


def test_without_a_terminal_a_password_must_be_piped(lockgroove: Any) -> None:
    for arguments in (["add", EMAIL], ["passwd", "owner", "--email", EMAIL]):
        ran = lockgroove("users", *arguments)
        assert ran.status == 2
        assert "--password-stdin" in ran.err


def test_a_password_is_typed_twice_and_not_echoed(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [BIN / "lockgroove", "users", "add", EMAIL]
    environment = {**os.environ, "LOCKGROOVE_DATA_DIR": str(tmp_path / "home")}
    # A session of its own: it asks the terminal it is given, not the one that the tests were started from.
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    ) as running:
        os.close(theirs)
        seen, answered = b"", 0
        prompts = (b"Password:", b"Once more:")
        try:
            while True:
                if select.select([ours], [], [], 0.05)[0]:
                    seen += os.read(ours, 65536)
                hidden = not termios.tcgetattr(ours)[3] & termios.ECHO
                if answered < len(prompts) and prompts[answered] in seen and hidden:
                    answered += 1
                    os.write(ours, f"{PASSWORD}\n".encode())
        except OSError:  # the other end is closed
            assert running.wait(30) == 0, seen
        finally:
            running.kill()
            os.close(ours)
    assert b"Added ana@example.org" in seen
    assert PASSWORD.encode() not in seen


def test_a_running_daemon_refuses_who_was_disabled_at_once(lockgroove: Any, tmp_path: Path) -> None:
    add_user(lockgroove)
    token = lockgroove("token", "create", "script", "--user", EMAIL).out.strip()
    with serving(tmp_path / "home") as url:
        headers = [signed_in(url), {"Authorization": f"Bearer {token}"}]
        assert [me(url, header) for header in headers] == [200, 200]
        assert lockgroove("users", "disable", EMAIL, "--yes").status == 0
        assert [me(url, header) for header in headers] == [401, 401]
        assert lockgroove("users", "enable", EMAIL).status == 0
        assert [me(url, header) for header in headers] == [401, 200]
    assert lockgroove("users", "disable", "owner", "--yes").status == 1
    assert lockgroove("users", "disable", EMAIL).status == 2


def test_a_new_password_ends_the_sessions_of_a_running_daemon(lockgroove: Any, tmp_path: Path) -> None:
    with serving(tmp_path / "home") as url:
        assert lockgroove("users", "passwd", "owner", "--password-stdin", typed=PASSWORD).status == 2
        ran = lockgroove("users", "passwd", "owner", "--email", EMAIL, "--password-stdin", typed=f"{PASSWORD}\n")
        assert ran.status == 0, ran.err
        header = signed_in(url)
        assert me(url, header) == 200
        assert lockgroove("users", "passwd", "owner", "--password-stdin", typed="another one").status == 0
        assert me(url, header) == 401
        assert me(url, signed_in(url, password="another one")) == 200


# -- keys ---------------------------------------------------------------------------------------------------------


def test_rotation_ends_sessions_and_keeps_credentials_in_a_running_daemon(lockgroove: Any, tmp_path: Path) -> None:
    add_user(lockgroove)
    lockgroove("discogs-setup", "--consumer-key", KEY, "--consumer-secret", SECRET)
    with serving(tmp_path / "home") as url:
        header = signed_in(url)
        assert lockgroove("keys", "rotate").status == 2
        assert me(url, header) == 200
        assert lockgroove("keys", "rotate", "--encryption", "--yes").out.startswith("The encryption key is new; 2 ")
        assert me(url, header) == 200
        assert lockgroove("keys", "rotate", "--yes").out.count("\n") == 2
        assert me(url, header) == 401
        assert me(url, signed_in(url)) == 200
    status = lockgroove("keys", "status", "--json").json
    assert status == {
        "encryptionKey": "file",
        "sessionKey": "file",
        "encrypted": 2,
        "withFormerKey": 0,
        "unreadable": [],
    }
    assert "Co****" in lockgroove("discogs-setup", "--show").out


def test_keys_of_the_environment_are_rotated_in_three_steps(lockgroove: Any) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    setup = ("discogs-setup", "--consumer-key", KEY, "--consumer-secret", "-")
    lockgroove(*setup, typed=SECRET, OAUTH_ENCRYPTION_KEY=old)
    refused = lockgroove("keys", "rotate", "--encryption", "--yes", OAUTH_ENCRYPTION_KEY=old)
    assert (refused.status, refused.out) == (2, "")
    assert "OAUTH_ENCRYPTION_KEY=NEW,OLD" in refused.err
    done = lockgroove("keys", "rotate", "--encryption", "--yes", OAUTH_ENCRYPTION_KEY=f"{new},{old}")
    assert done.status == 0
    assert "leave the former key out" in done.err
    assert lockgroove("discogs-setup", "--show", OAUTH_ENCRYPTION_KEY=new).status == 0
    assert lockgroove("keys", "status", OAUTH_ENCRYPTION_KEY=old).status == 1
    secret = lockgroove("keys", "rotate", "--jwt", "--yes", JWT_SECRET_KEY="s" * 40)
    assert (secret.status, secret.out) == (2, "")
    assert old not in refused.err + done.err


# -- acting as a user -----------------------------------------------------------------------------------------------


def test_a_command_acts_as_the_user_named_before_or_behind_it(lockgroove: Any) -> None:
    add_user(lockgroove)
    assert lockgroove("--user", EMAIL, "records", "add", "--artist", "Ana", "--title", "Hers").status == 0
    assert lockgroove("records", "add", "--artist", "Me", "--title", "Mine").status == 0

    def artists(*arguments: str, **environment: str) -> list[str]:
        listed = lockgroove(*arguments, "records", "list", "--json", **environment).json["records"]
        return [record["artistName"] for record in listed]

    assert artists("--user", EMAIL.upper()) == ["Ana"]
    assert artists(LOCKGROOVE_USER=EMAIL) == ["Ana"]
    assert artists() == ["Me"]
    behind = lockgroove("records", "list", "--json", "--user", EMAIL).json["records"]
    assert [record["artistName"] for record in behind] == ["Ana"]


def test_nobody_to_act_as_is_said_with_where_to_look(lockgroove: Any) -> None:
    ran = lockgroove("records", "list", "--user", "nobody@example.org")
    assert ran.status == 2
    assert "lockgroove users list" in ran.err
    assert lockgroove("users", "list", LOCKGROOVE_USER="nobody@example.org").status == 0
