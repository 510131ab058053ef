"""``import``, ``export``, ``backup``, ``restore`` and ``doctor``: what becomes of files, good and bad."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = str(Path(sys.executable).parent / "lockgroove")
HEADER = (
    "Catalog#,Artist,Title,Label,Format,Rating,Released,release_id,CollectionFolder,Date Added,"
    "Collection Media Condition,Collection Sleeve Condition,Collection Notes\n"
)
ROWS = (
    "SK026,Ünal Ç,First,Label A,LP,5,1999,1001,Shelf,2020-01-02 03:04:05,Mint (M),,\n"
    'CAT 2,夜想曲,"Second, [x]",Label B,"7"", Single",,1984,1002,Uncategorized,2021-01-02 03:04:05,,,a note\n'
)


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    file = tmp_path / "collection.csv"
    file.write_text(HEADER + ROWS, encoding="utf-8")
    return file


def test_a_collection_file_is_imported(lockgroove: Any, collection: Path) -> None:
    ran = lockgroove("import", "csv", str(collection), "--json")
    assert ran.status == 0, ran.err
    assert ran.json == {"records": 2, "copies": 2, "errors": []}
    listed = lockgroove("records", "list", "--folder", "Shelf", "--json").json
    assert [(record["artistName"], record["rating"]) for record in listed["records"]] == [("Ünal Ç", 5)]


def test_what_an_import_leaves_out_is_named_by_line_and_ends_with_3(lockgroove: Any, collection: Path) -> None:
    lockgroove("import", "csv", str(collection))
    with collection.open("a", encoding="utf-8") as file:
        file.write("X,New,One,L,LP,,2001,1003,Shelf,2022-01-02 03:04:05,,,\n")
    ran = lockgroove("import", "csv", str(collection))
    assert ran.status == 3
    assert "records: 1, copies: 1" in ran.out
    assert "line 2" in ran.err
    assert "line 3" in ran.err
    assert "line 4" not in ran.err


@pytest.mark.parametrize("content", ["", "not,a,collection\n1,2,3\n", "\x00\x01\x02"], ids=["empty", "other", "binary"])
def test_a_file_that_is_no_collection_is_refused_whole(lockgroove: Any, tmp_path: Path, content: str) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(content)
    ran = lockgroove("import", "csv", str(file))
    assert ran.status == 2
    assert ran.err.startswith("error: ")


def test_an_export_is_the_same_on_standard_output_and_in_a_file(
    lockgroove: Any, collection: Path, tmp_path: Path
) -> None:
    lockgroove("import", "csv", str(collection))
    piped = lockgroove("export", "csv")
    assert piped.status == 0, piped.err
    rows = list(csv.DictReader(io.StringIO(piped.out)))
    assert {(row["Artist"], row["Title"], row["release_id"]) for row in rows} == {
        ("Ünal Ç", "First", "1001"),
        ("夜想曲", "Second, [x]", "1002"),
    }
    target = tmp_path / "out.csv"
    saved = lockgroove("export", "csv", str(target))
    assert (saved.status, saved.out) == (0, "")
    assert list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8")))) == rows


def test_json_goes_out_and_comes_back_without_loss(lockgroove: Any, collection: Path, tmp_path: Path) -> None:
    lockgroove("import", "csv", str(collection))
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    assert lockgroove("export", "json", str(first)).status == 0
    other = str(tmp_path / "other")
    back = lockgroove("import", "json", str(first), "--json", "--data-dir", other)
    assert back.status == 0, back.err
    assert back.json["records"] == 2
    before = lockgroove("records", "list", "--json").json["records"]
    after = lockgroove("records", "list", "--json", "--data-dir", other).json["records"]
    for record in before + after:
        del record["updatedAt"]
    assert after == before
    assert lockgroove("export", "json", str(second), "--data-dir", other).status == 0


def test_an_export_that_cannot_be_written_leaves_no_half_file(lockgroove: Any, tmp_path: Path) -> None:
    ran = lockgroove("export", "csv", str(tmp_path / "no" / "folder" / "out.csv"))
    assert ran.status == 1
    assert ran.err.startswith("error: ")
    assert not (tmp_path / "no").exists()


def test_a_reader_of_an_export_may_leave_early(lockgroove: Any, collection: Path, tmp_path: Path) -> None:
    lockgroove("import", "csv", str(collection))
    home = tmp_path / "home"
    ended = subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {PROGRAM} --data-dir {home} export csv | head -c 1"],
        capture_output=True,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout) == (0, b"C")
    assert b"Traceback" not in ended.stderr


def test_a_backup_comes_back_and_what_it_replaced_is_kept(lockgroove: Any, collection: Path, tmp_path: Path) -> None:
    copy = str(tmp_path / "copy.db")
    lockgroove("import", "csv", str(collection))
    assert lockgroove("backup", copy, "--json").json["records"] == 2
    lockgroove("records", "add", "--artist", "Later", "--title", "One")
    assert lockgroove("restore", copy).status == 2, "a script must say --yes"
    restored = lockgroove("restore", copy, "--yes", "--json")
    assert restored.status == 0, restored.err
    assert lockgroove("records", "list", "--json").json["count"] == 2
    assert Path(restored.json["replaced"]).exists()


def test_a_damaged_backup_is_refused_and_nothing_changes(lockgroove: Any, collection: Path, tmp_path: Path) -> None:
    lockgroove("import", "csv", str(collection))
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"not a library" * 1000)
    ran = lockgroove("restore", str(damaged), "--yes")
    assert ran.status == 1
    assert ran.err.startswith("error: ")
    assert lockgroove("records", "list", "--json").json["count"] == 2


def test_the_doctor_finds_a_new_installation_well(lockgroove: Any) -> None:
    text = lockgroove("doctor")
    assert text.status == 0
    assert {line[:6].strip() for line in text.out.splitlines() if line[0] != " "} <= {"ok", "warn"}
    findings = {finding["name"]: finding for finding in lockgroove("doctor", "--json").json["findings"]}
    assert {"Python", "Data", "Disk", "Secrets", "Daemon", "Store", "Library", "Discogs"} <= set(findings)
    assert all(set(finding) == {"name", "level", "text", "mend"} for finding in findings.values())
    assert findings["Discogs"]["level"] == "warn"


def test_the_doctor_fails_on_a_damaged_library(lockgroove: Any, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "library.db").write_bytes(b"not a library" * 1000)
    ran = lockgroove("doctor", "--json")
    assert ran.status == 1
    (library,) = [finding for finding in ran.json["findings"] if finding["level"] == "fail"]
    assert library["name"] == "Library"
    assert library["mend"]
    assert (tmp_path / "home" / "library.db").read_bytes() == b"not a library" * 1000


def test_the_doctor_warns_of_a_directory_that_others_can_read(lockgroove: Any, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o755)
    (tmp_path / "home").chmod(0o755)
    findings = {finding["name"]: finding for finding in lockgroove("doctor", "--json").json["findings"]}
    assert findings["Data"]["level"] == "warn"
    assert "chmod 700" in findings["Data"]["mend"]


def test_the_doctor_asks_discogs_whether_the_token_is_good(lockgroove: Any, discogs: Any) -> None:
    good = lockgroove("doctor", "--json", **discogs.environment)
    assert good.status == 0, good.out
    assert [f["level"] for f in good.json["findings"] if f["name"] == "Discogs"] == ["ok"]
    bad = lockgroove("doctor", "--json", **{**discogs.environment, "DISCOGS_TOKEN": "no-such-token-here"})
    assert bad.status == 1
    assert "no-such-token-here" not in bad.out + bad.err


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_reader_that_has_seen_enough_of_an_export_ends_it_quietly(
    lockgroove: Any, discogs: Any, tmp_path: Path, kind: str
) -> None:
    assert lockgroove("sync", **discogs.environment).status == 0
    with subprocess.Popen(
        [PROGRAM, "export", kind],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "LOCKGROOVE_DATA_DIR": str(tmp_path / "home")},
    ) as exporting:
        assert exporting.stdout is not None
        assert exporting.stderr is not None
        exporting.stdout.close()
        said = exporting.stderr.read()
    assert (exporting.returncode, said) == (0, b"")
