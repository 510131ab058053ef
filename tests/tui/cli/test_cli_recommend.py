"""``recommend``: what to look for next and why, as text and as JSON."""

from __future__ import annotations

import asyncio
import os
import pty
import subprocess
from pathlib import Path

import pytest

from storage import accounts, records
from storage.catalogue import growth
from storage.engine import open_storage
from storage.values import Credit, LabelLine, NewRecord, RecordFacts, ReleaseEntry, ReleaseId
from tests.tui.cli.conftest import PROGRAM, Run

SOMEBODY = Credit(7, "Somebody (2)")


def release(number: int, title: str, *artists: Credit) -> ReleaseEntry:
    names = " & ".join(each.name for each in artists)
    labels = (LabelLine(3, "A Label"),)
    return ReleaseEntry(ReleaseId(number), title, names, 1971, artists=artists, labels=labels, genres=("Jazz",))


KNOWN = (
    release(1, "Owned", SOMEBODY),
    release(2, "Next", SOMEBODY),
    release(3, "Evil \x1b[31m\u202e Title", SOMEBODY, Credit(8, "Else")),
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The data directory of the commands: one record, and a catalogue of :data:`KNOWN`."""
    home = tmp_path / "home"
    home.mkdir()

    async def fill() -> None:
        library, catalogue = f"sqlite:///{home / 'library.db'}", f"sqlite:///{home / 'catalogue.db'}"
        async with open_storage(library, catalogue) as storage:
            await storage.catalogue.write(lambda db: growth.apply(db, KNOWN))
            async with storage.write() as conn:
                owner = await accounts.ensure_owner(conn)
                facts = RecordFacts("Somebody", "Owned", discogs_id=ReleaseId(1))
                await records.add_many(conn, owner.id, [NewRecord(facts, "manual")])

    asyncio.run(fill())
    return home


@pytest.mark.usefixtures("home")
def test_each_line_has_the_reason_and_ends_with_the_release(lockgroove: Run) -> None:
    ran = lockgroove("recommend")
    assert ran.status == 0, ran.err
    heading, *lines = ran.out.splitlines()
    assert heading.split() == ["ARTIST", "TITLE", "YEAR", "LABEL", "YOU", "HAVE", "RELEASE"]
    assert [line.split()[-1] for line in lines] == ["2", "3"]
    assert all("1 by Somebody (2)" in line for line in lines)
    assert "\x1b" not in ran.out and "\u202e" not in ran.out
    assert len(lockgroove("recommend", "--limit", "1").out.splitlines()) == 2


@pytest.mark.usefixtures("home")
def test_json_has_the_names_of_rest(lockgroove: Run) -> None:
    told = lockgroove("recommend", "--json", "--limit", "1").json
    assert told == {
        "recommendations": [
            {
                "id": "2",
                "title": "Next",
                "year": 1971,
                "artist": "Somebody (2)",
                "label": "A Label",
                "genres": ["Jazz"],
                "score": 1,
                "reasons": [{"kind": "artist", "id": "7", "name": "Somebody (2)", "count": 1}],
            }
        ],
        "total": 1,
    }


def test_a_narrow_terminal_gets_lines_that_fit(home: Path) -> None:
    outer, inner = pty.openpty()
    environment = {**os.environ, "LOCKGROOVE_DATA_DIR": str(home), "COLUMNS": "80", "LINES": "24"}
    subprocess.run([PROGRAM, "recommend"], stdout=inner, env=environment, timeout=60, check=True)
    os.close(inner)
    shown = os.read(outer, 65_536).decode().splitlines()
    os.close(outer)
    assert len(shown) == 3
    assert all(len(line) <= 80 for line in shown)
    assert "1 by Somebody (2)" in shown[1]


def test_nothing_to_recommend_is_said_and_is_no_failure(lockgroove: Run) -> None:
    ran = lockgroove("recommend")
    assert (ran.status, ran.out) == (0, "")
    assert "Nothing to go by yet." in ran.err
    assert lockgroove("recommend", "--json").json == {"recommendations": [], "total": 0}


@pytest.mark.parametrize("limit", ["0", "101", "x"])
def test_a_limit_out_of_range_is_a_usage_error(lockgroove: Run, limit: str) -> None:
    assert lockgroove("recommend", "--limit", limit).status == 2
