"""``wants`` against a simulated Discogs: what is listed, what is changed there, how it ends when some or all of it fails."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest

from services.demo.invention import invent
from storage.values import WantSort
from tests.tui.cli import forked
from tests.tui.cli.conftest import Upstream, running
from tui.cli import commands
from tui.cli.wants import Sorting

PROGRAM = str(Path(sys.executable).parent / "lockgroove")
NOBODYS = "999999999"
HOSTILE = "夜想曲 [bold]é\x1b[31m\u202e\nB-side"


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    """A simulated Discogs of this module's own."""
    with running("--records", "20", "--rate-limit", "0") as upstream:
        yield upstream


@pytest.fixture(scope="module")
def releases() -> Iterator[str]:
    """Numbers of releases that nobody has or wants, a new one for every question."""
    world = invent(20, seed=1)
    taken = {instance.release_id for instance in world.instances.values()} | set(world.wants)
    return iter([str(each) for each in world.catalogue.pressings if each not in taken])


@pytest.fixture
def wants(lockgroove: Any, upstream: Upstream) -> Any:
    """``lockgroove wants``, connected, in a library of this test's own."""
    return lambda *arguments, **how: lockgroove("wants", *arguments, **{**upstream.environment, **how})


@pytest.fixture(scope="module")
def library(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that was synced once, with the invented wantlist."""
    home = tmp_path_factory.mktemp("wants")
    environment = {**os.environ, **upstream.environment}
    assert forked.run(["sync", "--data-dir", str(home)], environment=environment).returncode == 0
    return home


def listed(ran: Any) -> list[str]:
    return [want["id"] for want in ran.json["wants"]]


@pytest.fixture
def fault(upstream: Upstream) -> Iterator[Any]:
    """Switch a fault of the simulated Discogs on for this test."""
    url = f"{upstream.url}/_sim/faults"
    yield lambda name, **how: httpx.post(url, json={"name": name, **how}).raise_for_status()
    httpx.delete(url).raise_for_status()


def until_asked(upstream: Upstream, part: str) -> None:
    """Wait until the simulated Discogs was asked for this; the time limit of the test ends it."""
    while not any(part in entry["path"] for entry in httpx.get(f"{upstream.url}/_sim/log").json()):
        time.sleep(0.02)


def test_the_sorts_are_those_of_the_wantlist() -> None:
    assert list(get_args(Sorting)) == [sort.value for sort in WantSort]


def test_a_want_is_added_changed_taken_off_and_put_back(wants: Any, releases: Iterator[str]) -> None:
    release = next(releases)
    added = wants("add", release, "--notes", "first pressing", "--rating", "4")
    assert added.status == 0, added.err
    assert added.out.startswith("Added ") and added.out.split()[-1] == release
    found = wants("list", "first", "press", "--json").json
    assert found["count"] == 1
    want = found["wants"][0]
    assert (want["id"], want["notes"], want["rating"], want["in_collection"]) == (release, "first pressing", 4, False)
    edited = wants("edit", release, "--rating", "0", "--json").json
    assert (edited["notes"], edited["rating"]) == ("first pressing", 0)
    assert wants("remove", release, "--yes").out.startswith("Removed ")
    assert wants("list", "--removed", "--json").json["wants"][0]["removed_at"]
    restored = wants("restore", release, "--json").json
    assert [(each["id"], each["notes"]) for each in restored["wants"]] == [(release, "first pressing")]


def test_one_that_fails_does_not_stop_the_others(wants: Any, releases: Iterator[str]) -> None:
    first, second = next(releases), next(releases)
    added = wants("add", first, NOBODYS, second, first)
    assert added.status == 3, added.err
    assert [line.split()[-1] for line in added.out.splitlines()] == [first, second]
    assert f"failed: {NOBODYS}: Discogs has no release {NOBODYS}" in added.err
    again = wants("remove", second, NOBODYS, first, "--yes", "--json")
    assert again.status == 3
    assert listed(again) == [second, first]
    assert [error["item"] for error in again.json["errors"]] == [NOBODYS]


def test_where_all_fail_the_status_is_1(wants: Any) -> None:
    alone = wants("restore", NOBODYS, "--json")
    assert (alone.status, alone.out) == (1, "")
    assert alone.err.startswith("error: ")
    several = wants("restore", NOBODYS, "1", "--json")
    assert several.status == 1
    assert several.json["wants"] == [] and len(several.json["errors"]) == 2


def test_the_order_the_limit_and_the_search_are_those_asked_for(wants: Any, library: Path) -> None:
    def found(*arguments: str) -> Any:
        return wants("list", *arguments, "--data-dir", str(library))

    newest = [want["date_added"] for want in found("--json").json["wants"] if want["date_added"]]
    assert len(newest) > 20 and newest == sorted(newest, reverse=True)
    years = [want["year"] for want in found("--sort", "year", "--reverse", "--limit", "10", "--json").json["wants"]]
    assert len(years) == 10 and years == sorted(years, reverse=True)
    limited = found("--limit", "3")
    assert len(limited.out.splitlines()) == 4
    assert limited.err.startswith("3 of ")
    assert "No want matches." in found("no-such-word-anywhere").err


def test_what_is_owned_is_listed_as_fulfilled_and_taken_off_at_once(
    wants: Any, library: Path, upstream: Upstream
) -> None:
    def run(*arguments: str) -> Any:
        return wants(*arguments, "--data-dir", str(library))

    everything = run("list", "--json").json["wants"]
    owned = [want["id"] for want in everything if want["in_collection"]]
    assert owned
    assert run("list", "--fulfilled").out.count(" owned ") == len(owned)
    before = httpx.get(f"{upstream.url}/_sim/state").json()["wants"]
    gone = run("remove", "--fulfilled", "--yes", "--json")
    assert (gone.status, listed(gone)) == (0, owned)
    assert httpx.get(f"{upstream.url}/_sim/state").json()["wants"] == before - len(owned)
    again = run("remove", "--fulfilled", "--yes", "--json")
    assert (again.status, again.json) == (0, {"wants": [], "errors": []})
    assert run("list", "--removed").out.count(" removed ") == len(owned)


def test_foreign_control_characters_never_reach_the_terminal(wants: Any, releases: Iterator[str]) -> None:
    release = next(releases)
    assert wants("add", release, "--notes", HOSTILE).status == 0
    out = wants("list").out
    assert "夜想曲 [bold]é" in out
    assert not {"\x1b", "\u202e"} & set(out) and len(out.splitlines()) == 2


def test_a_question_names_what_goes_and_a_no_leaves_it(
    wants: Any, upstream: Upstream, tmp_path: Path, releases: Iterator[str]
) -> None:
    first, second = next(releases), next(releases)
    titles = [want["title"] for want in wants("add", first, second, "--json").json["wants"]]
    unasked = wants("remove", first)
    assert unasked.status == 2
    assert "--yes" in unasked.err
    for chosen, answer, status in (((first, second), b"n\n", 1), ((first,), b"y\n", 0)):
        ours, theirs = pty.openpty()
        os.write(ours, answer)
        asked = subprocess.run(
            [PROGRAM, "wants", "remove", *chosen],
            stdin=theirs,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, **upstream.environment, "LOCKGROOVE_DATA_DIR": str(tmp_path / "home")},
        )
        os.close(ours)
        os.close(theirs)
        assert asked.returncode == status
        assert all(title in asked.stderr for title in titles[: len(chosen)])
    assert listed(wants("list", "--json")) == [second]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("list", "--sort", "smell"),
        ("list", "--limit", "0"),
        ("add",),
        ("add", "0"),
        ("add", "one"),
        ("add", str(2**63)),
        ("add", "1", "--rating", "6"),
        ("edit", "1"),
        ("remove",),
        ("remove", "1", "--fulfilled"),
        ("restore",),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.run(["wants", *arguments]) == 2  # in this process: it ends before anything is opened
    told = capsys.readouterr()
    assert told.err.strip() or "Usage:" in told.out


def test_without_a_connection_the_list_is_there_and_changes_end_with_4(lockgroove: Any, upstream: Upstream) -> None:
    assert lockgroove("wants", "list", "--json", **upstream.address).json == {"wants": [], "count": 0}
    refused = {**upstream.environment, "DISCOGS_TOKEN": "not-the-token-at-all"}
    for environment in (upstream.address, refused):
        ran = lockgroove("wants", "add", "1", "2", **environment)
        assert (ran.status, ran.out) == (4, "")
        assert "connect discogs" in ran.err
        assert "not-the-token-at-all" not in ran.err


def test_a_long_wait_for_the_limit_stops_and_says_how_many_are_left(
    wants: Any, fault: Any, releases: Iterator[str]
) -> None:
    chosen = [next(releases) for _ in range(4)]
    fault("rate-limit", value="3600", match=f"/wants/{chosen[1]}")
    ran = wants("add", *chosen, "--json")
    assert ran.status == 3
    assert listed(ran) == chosen[:1]
    assert [error["item"] for error in ran.json["errors"]] == chosen[1:2]
    assert "Stopped with 2 of 4 left." in ran.err


def test_ctrl_c_tells_what_was_done_until_then(
    upstream: Upstream, tmp_path: Path, fault: Any, releases: Iterator[str]
) -> None:
    chosen = [next(releases) for _ in range(3)]
    fault("slow", value="30", match=f"/wants/{chosen[1]}")
    with subprocess.Popen(
        [PROGRAM, "wants", "add", *chosen, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **upstream.environment, "LOCKGROOVE_DATA_DIR": str(tmp_path / "home")},
    ) as adding:
        assert adding.stdout is not None and adding.stderr is not None
        assert "1 of 3" in adding.stderr.readline()
        until_asked(upstream, f"/wants/{chosen[1]}")
        adding.send_signal(signal.SIGINT)
        told = json.loads(adding.stdout.read())
        err = adding.stderr.read()
    assert adding.returncode == 130
    assert [want["id"] for want in told["wants"]] == chosen[:1]
    assert "Stopped with 2 of 3 left." in err
