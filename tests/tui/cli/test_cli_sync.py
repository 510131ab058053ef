"""``sync``: run, joined, interrupted, refused; its progress on a terminal and in a pipe."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = str(Path(sys.executable).parent / "lockgroove")
SLOW = ("--records", "450", "--rate-limit", "0", "--fault", "slow")
"""Five pages, a second each: time to look at a running sync."""


def start(home: Path, environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [PROGRAM, "--data-dir", str(home), "sync", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def wait_for(running: subprocess.Popen[str], words: str) -> str:
    """What was written to standard error up to the line with ``words``."""
    seen = ""
    assert running.stderr is not None
    for line in running.stderr:
        seen += line
        if words in line:
            return seen
    raise AssertionError(f"“{words}” never came: {seen}")


def test_a_sync_brings_the_collection_and_says_so(lockgroove: Any, discogs: Any) -> None:
    first = lockgroove("sync", **discogs.environment)
    assert first.status == 0, first.err
    assert "250 pulled" in first.out
    assert lockgroove("records", "list", "--json").json["count"] == 250
    again = lockgroove("sync", "discogs", "--full", "--json", **discogs.environment)
    assert again.status == 0
    assert (again.json["state"], again.json["pulled"], again.json["errors"]) == ("done", 0, [])
    assert discogs.token not in first.out + first.err + again.out + again.err


def test_progress_in_a_pipe_is_plain_lines_without_control_sequences(lockgroove: Any, discogs: Any) -> None:
    ran = lockgroove("sync", **discogs.environment)
    assert ran.err.splitlines()
    assert not {"\x1b", "\r"}.intersection(ran.err)


def test_progress_on_a_terminal_is_one_line_that_goes_away(tmp_path: Path, discogs: Any) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [PROGRAM, "--data-dir", str(tmp_path / "home"), "sync"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, **discogs.environment, "TERM": "xterm"},
    ) as running:
        os.close(theirs)
        seen = b""
        try:
            while chunk := os.read(ours, 65536):
                seen += chunk
        except OSError:  # the other end is closed
            os.close(ours)
    assert running.returncode == 0
    before, _, after = seen.decode().rpartition("\r\x1b[K")
    assert "Sync" in before
    (summary,) = after.splitlines()  # other tests add to the same account
    assert re.fullmatch(r"Sync: \d+ pulled, \d+ wants changed", summary)


def test_without_a_connection_it_ends_with_4_and_says_how_to_connect(lockgroove: Any) -> None:
    ran = lockgroove("sync")
    assert (ran.status, ran.out) == (4, "")
    assert "lockgroove connect discogs" in ran.err


def test_a_refused_token_ends_with_4(lockgroove: Any, discogs: Any) -> None:
    ran = lockgroove("sync", **{**discogs.environment, "DISCOGS_TOKEN": "not-the-token-at-all"})
    assert ran.status == 4, ran.err
    assert "error: " in ran.err
    assert "not-the-token-at-all" not in ran.out + ran.err


def test_an_upstream_that_is_down_ends_with_1(lockgroove: Any, simulated: Any) -> None:
    with simulated("--records", "5", "--fault", "private") as discogs:
        ran = lockgroove("sync", "--json", **discogs.environment)
    assert (ran.status, ran.json["state"]) == (1, "failed")
    assert ran.json["error"]
    assert "{" not in ran.err, "log lines are for those who ask for them"


def test_ctrl_c_cancels_in_order_and_the_next_sync_does_the_rest(
    lockgroove: Any, simulated: Any, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    with simulated(*SLOW) as discogs:
        running = start(home, discogs.environment)
        wait_for(running, "100 of")
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
        assert running.returncode == 130, err
        assert "kept" in out
        assert "Kept: " in err
        held = lockgroove("records", "list", "--json").json["count"]
        assert 0 < held < 450
        assert lockgroove("sync", **discogs.environment).status == 0
    assert lockgroove("records", "list", "--json").json["count"] == 450


def test_a_second_sync_joins_the_first_and_leaves_it_alone_on_ctrl_c(simulated: Any, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with simulated(*SLOW) as discogs:
        first = start(home, discogs.environment, "--json")
        wait_for(first, "pull")
        second = start(home, discogs.environment)
        wait_for(second, "already running")
        wait_for(second, "pull")
        second.send_signal(signal.SIGINT)
        _, err = second.communicate(timeout=30)
        assert second.returncode == 130
        assert "not cancelled" in err
        out, _ = first.communicate(timeout=60)
    assert first.returncode == 0
    assert '"state": "done"' in out
    assert '"pulled": 450' in out


def test_sigterm_gives_the_job_back_to_go_on_later(lockgroove: Any, simulated: Any, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with simulated(*SLOW) as discogs:
        running = start(home, discogs.environment)
        wait_for(running, "100 of")
        running.terminate()
        running.communicate(timeout=30)
        assert running.returncode == 128 + signal.SIGTERM
        later = lockgroove("sync", **discogs.environment)
    assert later.status == 0
    assert "already running" in later.err
    assert "450 pulled" in later.out
