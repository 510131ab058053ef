"""``catalogue``: dumps imported, refused and called off; what there is; whether it is sound."""

from __future__ import annotations

import gzip
import hashlib
import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.tui.cli import forked

BIN = Path(sys.executable).parent
MONTH = "20260801"


def release(number: int, title: str, artist: str = "Ada Quill") -> str:
    return (
        f'<release id="{number}" status="Accepted"><artists><artist><id>7</id><name>{artist}</name><anv></anv><join></join>'
        f"</artist></artists><title>{title}</title><labels><label catno='NL {number}' id='3' name='North Lane'/></labels>"
        "<formats><format name='Vinyl' qty='1' text=''><descriptions><description>LP</description></descriptions></format>"
        f"</formats><genres><genre>Jazz</genre></genres><released>19{number % 90 + 10}</released></release>"
    )


def write_dump(folder: Path, kind: str, elements: list[str]) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / f"discogs_{MONTH}_{kind}.xml.gz"
    file.write_bytes(gzip.compress(f"<{kind}>\n{''.join(elements)}\n</{kind}>".encode()))
    return file


def write_month(folder: Path, releases: int = 40) -> Path:
    """A small month in ``folder``."""
    write_dump(folder, "artists", ["<artist><id>7</id><name>Ada Quill</name></artist>"])
    write_dump(folder, "labels", ["<label><id>3</id><name>North Lane</name></label>"])
    write_dump(folder, "releases", [release(number, f"Tide {number}") for number in range(1, releases + 1)])
    return folder


def held(lockgroove: Any) -> int:
    return lockgroove("catalogue", "status", "--json").json["releases"]


@contextmanager
def importing(home: Path, *arguments: str) -> Generator[subprocess.Popen[str]]:
    """An import that is running."""
    with subprocess.Popen(
        [BIN / "lockgroove", "--data-dir", home, "catalogue", "import", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def wait_for(running: subprocess.Popen[str], words: str) -> None:
    assert running.stderr is not None
    seen = ""
    for line in running.stderr:
        seen += line
        if words in line:
            return
    raise AssertionError(f"“{words}” never came: {seen}")


@pytest.fixture
def month(tmp_path: Path) -> Path:
    return write_month(tmp_path / "month")


@pytest.fixture
def large_month(tmp_path: Path) -> Path:
    """Takes some seconds to import."""
    return write_month(tmp_path / "large", releases=25_000)


# -- import ---------------------------------------------------------------------------------------------------------


def test_a_folder_of_dumps_is_imported_and_found(lockgroove: Any, month: Path) -> None:
    ran = lockgroove("catalogue", "import", str(month))
    assert ran.status == 0, ran.err
    assert re.search(r"^Imported +1 artists\n +1 labels\n +40 releases\n", ran.out)
    assert "bytes per release" in ran.out
    found = lockgroove("search", "--catalogue", "quill", "tide", "12", "--json")
    assert "Tide 12" in found.out


def test_the_result_as_json(lockgroove: Any, month: Path) -> None:
    told = lockgroove("catalogue", "import", str(month), "--json").json
    assert told["records"] == {"artists": 1, "labels": 1, "releases": 40}
    assert (told["errors"], sum(told["skipped"].values())) == ([], 0)
    assert Path(told["place"]).stat().st_size <= told["bytes"]
    assert told["bytesPerRelease"] == round(told["bytes"] / 40)


def test_only_what_is_asked_for_is_imported_and_the_rest_stays(lockgroove: Any, month: Path) -> None:
    assert lockgroove("catalogue", "import", str(month)).status == 0
    write_dump(month, "releases", [release(1, "Ebb")])
    write_dump(month, "artists", ["<artist><id>7</id><name>Ada Quill</name></artist>", *_more_artists()])
    told = lockgroove("catalogue", "import", str(month), "--only", "artists,labels", "--json").json
    assert told["records"] == {"artists": 4, "labels": 1}
    assert held(lockgroove) == 40


def _more_artists() -> list[str]:
    return [f"<artist><id>{number}</id><name>Brass {number}</name></artist>" for number in (11, 12, 13)]


def test_a_few_elements_that_say_nothing_are_named_and_do_not_count_as_a_failure(lockgroove: Any, month: Path) -> None:
    many = [release(number, f"Tide {number}") for number in range(1, 301)]
    write_dump(month, "releases", [*many, release(999, "<b>Ebb")])
    ran = lockgroove("catalogue", "import", str(month))
    assert ran.status == 0
    assert "1 of the releases" in ran.err
    assert "left out: release 999: " in ran.err


def test_a_dump_of_which_much_is_left_out_ends_with_3(lockgroove: Any, month: Path) -> None:
    write_dump(month, "releases", [release(1, "Tide"), *(release(number, "<b>Ebb") for number in range(100, 130))])
    ran = lockgroove("catalogue", "import", str(month), "--json")
    assert ran.status == 3
    assert ran.json["skipped"]["releases"] == 30
    assert {"item": "release 100", "message": ran.json["errors"][0]["message"]} == ran.json["errors"][0]


@pytest.mark.parametrize("only", ["", "albums", "artists,albums"])
def test_kinds_that_there_are_not_are_wrong_usage(lockgroove: Any, month: Path, only: str) -> None:
    ran = lockgroove("catalogue", "import", str(month), "--only", only)
    assert (ran.status, ran.out) == (2, "")
    assert "releases" in ran.err


def test_what_is_not_there_is_named(lockgroove: Any, tmp_path: Path) -> None:
    ran = lockgroove("catalogue", "import", str(tmp_path / "nowhere.xml.gz"))
    assert (ran.status, ran.out) == (2, "")
    assert "nowhere.xml.gz is not there" in ran.err


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def flip(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    file.write_bytes(whole)


def put_a_page_of_an_error(file: Path) -> None:
    file.write_bytes(gzip.compress(b"<html>Service unavailable</html>"))


@pytest.mark.parametrize("damage", [truncate, flip, put_a_page_of_an_error])
def test_a_damaged_dump_changes_nothing_and_says_what_to_do(lockgroove: Any, month: Path, damage: Any) -> None:
    assert lockgroove("catalogue", "import", str(month)).status == 0
    file = write_dump(month, "releases", [release(number, f"Ebb {number}") for number in range(1, 2000)])
    damage(file)
    ran = lockgroove("catalogue", "import", str(month))
    assert (ran.status, ran.out) == (2, "")
    assert f"error: {file.name} is damaged: " in ran.err
    assert "Download it again; the catalogue is unchanged." in ran.err
    assert held(lockgroove) == 40
    assert lockgroove("catalogue", "status", "--json").json["import"] == "none"


def test_a_list_of_checksums_is_held_against_the_dumps(lockgroove: Any, month: Path, tmp_path: Path) -> None:
    files = sorted(month.iterdir())
    listing = tmp_path / "sums"
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()} *{file.name}" for file in files]
    listing.write_text("\n".join(sums))
    assert lockgroove("catalogue", "import", str(month), "--checksums", str(listing)).status == 0
    kept = {each["kind"]: each["sha256"] for each in lockgroove("catalogue", "status", "--json").json["dumps"]}
    assert f"{kept['releases']} *discogs_{MONTH}_releases.xml.gz" in sums
    listing.write_text("\n".join("0" * 64 + line[64:] for line in sums))
    wrong = lockgroove("catalogue", "import", str(month), "--checksums", str(listing))
    assert wrong.status == 2
    assert "checksum" in wrong.err
    listing.write_text(sums[0])
    missing = lockgroove("catalogue", "import", str(month), "--checksums", str(listing))
    assert missing.status == 2
    assert "has no checksum of" in missing.err


def test_an_import_is_in_the_feed_of_the_owner(lockgroove: Any, month: Path, tmp_path: Path) -> None:
    assert lockgroove("catalogue", "import", str(month)).status == 0
    with serving(tmp_path / "home") as (url, header):
        (entry,) = httpx.get(f"{url}/api/activity", headers=header, timeout=30).json()
    assert (entry["type"], entry["status"]) == ("catalogue", "completed")


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.by_hand)]
)
def test_a_signal_calls_an_import_off_and_nothing_has_changed(
    lockgroove: Any, month: Path, large_month: Path, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    assert lockgroove("catalogue", "import", str(month)).status == 0
    with importing(tmp_path / "home", str(large_month)) as running:
        wait_for(running, " · ")
        running.send_signal(number)
        out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (status, "")
    assert "Stopped; the catalogue is as it was before." in err
    assert "Traceback" not in err
    assert held(lockgroove) == 40
    assert lockgroove("catalogue", "status", "--json").json["import"] == "none"


def test_an_import_that_was_killed_leaves_files_that_the_next_removes(
    lockgroove: Any, month: Path, large_month: Path, tmp_path: Path
) -> None:
    assert lockgroove("catalogue", "import", str(month)).status == 0
    with importing(tmp_path / "home", str(large_month)) as running:
        wait_for(running, " · ")
        running.send_signal(signal.SIGSTOP)
        assert lockgroove("catalogue", "status", "--json").json["import"] == "running"
        second = lockgroove("catalogue", "import", str(month))
        assert second.status == 1
        assert "Another import into this catalogue is running." in second.err
        running.kill()
        running.communicate(timeout=30)
    told = lockgroove("catalogue", "status", "--json").json
    assert (told["import"], told["releases"]) == ("leftover", 40)
    (finding,) = [f for f in lockgroove("doctor", "--json").json["findings"] if f["name"] == "Catalogue"]
    assert (finding["level"], "Import again" in finding["mend"]) == ("warn", True)
    assert lockgroove("catalogue", "import", str(month)).status == 0
    assert lockgroove("catalogue", "status", "--json").json["import"] == "none"


def test_progress_on_a_terminal_is_one_line_of_less_than_80_cells_that_goes_away(
    tmp_path: Path, large_month: Path
) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [BIN / "lockgroove", "--data-dir", tmp_path / "home", "catalogue", "import", large_month],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
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
    drawn = [each.removesuffix("\x1b[K") for each in before.split("\r") if each]
    assert any(" · " in each for each in drawn)
    assert max(map(len, drawn)) < 80
    assert re.match(r"Imported +1 artists", after)


# -- status and verify ------------------------------------------------------------------------------------------------


def test_an_empty_catalogue_says_how_to_fill_it(lockgroove: Any) -> None:
    ran = lockgroove("catalogue", "status")
    assert ran.status == 0
    assert "0 releases" in ran.out
    assert "lockgroove catalogue import" in ran.err
    (finding,) = [f for f in lockgroove("doctor", "--json").json["findings"] if f["name"] == "Catalogue"]
    assert (finding["level"], "lockgroove catalogue import" in finding["text"]) == ("ok", True)


def test_status_names_the_dumps(lockgroove: Any, month: Path) -> None:
    assert lockgroove("catalogue", "import", str(month)).status == 0
    shown = lockgroove("catalogue", "status")
    assert re.search(r"^releases +2026-08-01 +40 +0 +\d{4}-\d\d-\d\d ", shown.out, re.MULTILINE)
    told = lockgroove("catalogue", "status", "--json").json
    assert [each["kind"] for each in told["dumps"]] == ["artists", "labels", "releases"]
    assert (told["releases"], told["releasesFromApi"], told["import"]) == (40, 0, "none")


def test_a_sound_catalogue_is_said_to_be_sound(lockgroove: Any, month: Path) -> None:
    assert lockgroove("catalogue", "import", str(month)).status == 0
    ran = lockgroove("catalogue", "verify")
    assert ran.status == 0, ran.out
    assert "sound" in ran.out
    told = lockgroove("catalogue", "verify", "--all", "--json").json
    assert (told["sound"], told["findings"], told["looked"]["releases"]) == (True, [], 40)


def test_a_damaged_catalogue_ends_with_1_and_says_what_to_do(lockgroove: Any, month: Path) -> None:
    place = lockgroove("catalogue", "import", str(month), "--json").json["place"]
    with sqlite3.connect(place) as catalogue:
        catalogue.execute("DELETE FROM release WHERE id = 12")
    catalogue.close()
    ran = lockgroove("catalogue", "verify")
    assert ran.status == 1
    assert "artist 7 (Ada Quill): it lists releases that are not there" in ran.out
    assert "Import the dumps again" in ran.err


def test_the_real_dumps_are_imported_and_sound(lockgroove: Any, fixtures: Path) -> None:
    ran = lockgroove("catalogue", "import", str(fixtures / "discogs" / "dumps"), "--json")
    assert ran.json["records"] == {"artists": 1000, "labels": 1000, "masters": 1000, "releases": 1000}
    verified = lockgroove("catalogue", "verify", "--all", "--json")
    assert (verified.status, verified.json["findings"]) == (0, [])


# -- beside a running program -----------------------------------------------------------------------------------------


@contextmanager
def serving(home: Path) -> Generator[tuple[str, dict[str, str]]]:
    """The address of a daemon on this data directory, and the header that lets the owner in."""
    environment = {**os.environ, "LOCKGROOVE_DATA_DIR": str(home), "SYNC_SCHEDULE": "off"}
    token = forked.run(["token", "create", "test"], environment=environment).stdout.strip()
    with subprocess.Popen(
        [BIN / "lockgroove", "serve", "--port", "0", "--health-port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            assert process.stderr is not None
            url = next(line.split()[2].rstrip(",") for line in process.stderr if line.startswith("REST on "))
            yield url, {"Authorization": f"Bearer {token.split()[-1]}"}
        finally:
            process.terminate()


def test_a_server_that_is_running_answers_from_what_was_just_imported(
    lockgroove: Any, month: Path, tmp_path: Path
) -> None:
    with serving(tmp_path / "home") as (url, header):

        def suggested() -> list[str]:
            asked = {"q": "quill", "type": "artist"}
            answer = httpx.get(f"{url}/api/autocomplete", params=asked, headers=header, timeout=30)
            return [each["name"] for each in answer.json()["results"]]

        def releases() -> int:
            asked = {"node_id": "Ada Quill", "type": "artist", "category": "releases"}
            return httpx.get(f"{url}/api/expand", params=asked, headers=header, timeout=30).json()["total"]

        assert suggested() == []
        assert lockgroove("catalogue", "import", str(month)).status == 0
        assert (suggested(), releases()) == (["Ada Quill"], 40)
        write_month(month, releases=60)
        assert lockgroove("catalogue", "import", str(month)).status == 0
        assert releases() == 60
