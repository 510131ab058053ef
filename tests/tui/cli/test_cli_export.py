"""``lockgroove export discogs`` against a simulated Discogs: what is sent, what is told, how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tui.cli.conftest import Upstream, running

PROGRAM = str(Path(sys.executable).parent / "lockgroove")


@pytest.fixture(scope="module")
def discogs() -> Iterator[Upstream]:
    """A simulated Discogs of these tests' own: they change what is on it."""
    with running("--records", "250", "--rate-limit", "0") as upstream:
        yield upstream


@pytest.fixture
def synced(lockgroove: Any, discogs: Any) -> Any:
    """The command, connected, with the collection here."""

    def run(*arguments: str, **how: str) -> Any:
        return lockgroove(*arguments, **{**discogs.environment, **how})

    assert run("sync").status == 0
    return run


@pytest.fixture(scope="module")
def releases() -> Iterator[int]:
    """Numbers of releases that nobody has, a new one for every question."""
    from services.demo.invention import invent

    world = invent(250, seed=1)
    owned = {instance.release_id for instance in world.instances.values()} | set(world.wants)
    return iter([each for each in world.catalogue.pressings if each not in owned])


def test_releases_go_to_the_collection_and_come_back(synced: Any, releases: Iterator[int]) -> None:
    first, second = str(next(releases)), str(next(releases))
    chosen = ("--discogs-id", first, "--discogs-id", second, "--discogs-id", first)
    sent = synced("export", "discogs", "--to", "collection", *chosen, "--yes")
    assert sent.status == 0, sent.err
    assert sent.out.startswith("2 sent, 0 skipped, 0 failed.")
    export_id = sent.out.split()[-1]
    again = synced("export", "discogs", "--to", "collection", *chosen, "--yes", "--json")
    assert (again.json["successful"], again.json["skipped"]) == (0, 2)
    undone = synced("export", "discogs", "--undo", export_id, "--yes")
    assert undone.status == 0 and undone.out.startswith("2 taken back"), undone.err
    shown = synced("export", "discogs", "--show", export_id, "--json").json
    assert [bool(result["undone_at"]) for result in shown["results"]] == [True, True]
    assert len(synced("export", "discogs", "--list").out.splitlines()) == 4


def test_what_fails_is_named_and_ends_with_3(synced: Any, releases: Iterator[int]) -> None:
    typed = f"# mine\n{next(releases)}\n\n999999999 # no such\n"
    sent = synced("export", "discogs", "--to", "wantlist", "--yes", "-", typed=typed)
    assert sent.status == 3
    assert sent.out.startswith("1 sent, 0 skipped, 1 failed")
    assert "failed: Release 999999999: Discogs does not know this release" in sent.err
    assert "--retry" in sent.err


def test_a_dry_run_sends_nothing_and_names_what_would_be_skipped(synced: Any, discogs: Any) -> None:
    synced("records", "add", "--artist", "Nobody", "--title", "Acetate")
    told = synced("export", "discogs", "--to", "collection", "--filter", "", "--dry-run")
    assert told.status == 0
    assert "left out: Nobody – Acetate: it has no Discogs id" in told.err
    assert told.out and all(line.startswith("skip") for line in told.out.splitlines())
    assert synced("export", "discogs", "--list", "--json").json == {"exports": []}
    whole = synced("export", "discogs", "--to", "wantlist", "--filter", "", "--dry-run", "--json").json
    assert whole["sendable"] == whole["total"] - sum(1 for item in whole["items"] if item.get("skipped"))


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--to", "collection"),
        ("--discogs-id", "1"),
        ("--to", "moon", "--discogs-id", "1"),
        ("--to", "collection", "--discogs-id", "0"),
        ("--to", "collection", "--record", "17", "--yes"),
        ("--to", "collection", "--discogs-id", "1"),
        ("--to", "wantlist", "--discogs-id", "1", "--folder", "1", "--yes"),
        ("--to", "marketplace", "--discogs-id", "1", "--yes"),
        ("--to", "marketplace", "--discogs-id", "1", "--price", "5", "--yes"),
        ("--to", "marketplace", "--discogs-id", "1", "--condition", "mint", "--price", "5", "--yes"),
        ("--to", "marketplace", "--discogs-id", "1", "--condition", "Mint (M)", "--price", "0", "--yes"),
        ("--retry", "x", "--undo", "y"),
    ],
)
def test_what_cannot_be_exported_is_a_usage_error(lockgroove: Any, arguments: tuple[str, ...]) -> None:
    assert lockgroove("export", "discogs", *arguments).status == 2


def test_without_a_connection_it_ends_with_4(lockgroove: Any) -> None:
    ran = lockgroove("export", "discogs", "--to", "collection", "--discogs-id", "1", "--yes")
    assert ran.status == 4
    assert "connect discogs" in ran.err


def test_an_export_that_does_not_exist_is_said_to_be_none(lockgroove: Any) -> None:
    ran = lockgroove("export", "discogs", "--show", "6b8b4567-327b-43c6-a6b4-000000000000")
    assert ran.status == 1
    assert "no such export" in ran.err


def test_an_interrupt_stops_between_items_and_a_retry_goes_on(
    synced: Any, discogs: Any, tmp_path: Path, releases: Iterator[int]
) -> None:
    typed = "".join(f"{next(releases)}\n" for _ in range(4))
    with subprocess.Popen(
        [PROGRAM, "export", "discogs", "--to", "wantlist", "--yes", "--json", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **discogs.environment, "LOCKGROOVE_DATA_DIR": str(tmp_path / "home")},
    ) as exporting:
        assert exporting.stdin is not None and exporting.stderr is not None and exporting.stdout is not None
        exporting.stdin.write(typed)
        exporting.stdin.close()
        while not re.search("[123] of 4", line := exporting.stderr.readline()):  # a pipe is told once a second
            assert line, "it ended before anything was sent"
        exporting.send_signal(signal.SIGINT)
        told = json.loads(exporting.stdout.read())
    assert exporting.returncode == 130
    assert told["status"] == "cancelled" and 1 <= told["successful"] < 4
    rest = synced("export", "discogs", "--retry", told["export_id"], "--json")
    assert rest.status == 0, rest.err
    assert rest.json["successful"] + told["successful"] == 4
