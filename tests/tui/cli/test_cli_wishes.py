"""``wishes`` and ``watch``: lists in from files and pipes, what they mean, whom one watches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

HOSTILE = "evil\x1b[31m - Song\u202e"


def test_a_list_is_imported_once_listed_and_forgotten(lockgroove: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text(f"Marta Veil - Zebra (1984)\nno dash here\n{HOSTILE}\n")
    shown = lockgroove("wishes", "import", str(file), "--preview")
    assert shown.status == 3 and "2 would be kept." in shown.out and "line 2: There is no dash" in shown.err
    assert lockgroove("wishes", "list", "--json").json == {"wishes": [], "count": 0}
    kept = lockgroove("wishes", "import", str(file))
    assert kept.status == 3 and kept.out == "2 new, 0 there already, 0 said twice.\n" and "2 not known" in kept.err
    piped = lockgroove("wishes", "import", "-", typed="MARTA VEIL - zebra\n")
    assert (piped.status, piped.out) == (0, "0 new, 1 there already, 0 said twice.\n")
    table = lockgroove("wishes", "list")
    assert table.status == 0 and "\x1b" not in table.out and "Marta Veil" in table.out
    (wish,) = lockgroove("wishes", "list", "zebra", "--state", "missing", "--json").json["wishes"]
    assert wish["origin"] == "mine.txt" and wish["year"] == 1984
    assert lockgroove("wishes", "remove", str(wish["id"]), "4711").status == 3
    assert lockgroove("wishes", "remove", str(wish["id"])).status == 1


def test_what_is_no_list_is_refused_in_a_word(lockgroove: Any, tmp_path: Path) -> None:
    binary, long = tmp_path / "cover.png", tmp_path / "long.txt"
    binary.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x01")
    long.write_text("a - b\n" * 1_000_000)
    for file, word in ((binary, "no text"), (long, "larger than 4 MB"), (tmp_path / "none", "cannot be read")):
        refused = lockgroove("wishes", "import", str(file))
        assert refused.status != 0 and word in refused.err and refused.out == "", refused.err


def test_artists_are_watched_by_name_and_number(lockgroove: Any, discogs: Any) -> None:
    unknown = lockgroove("watch", "add", "Nobody", "Known")
    assert unknown.status == 1 and "Neither the catalogue" in unknown.err
    added = lockgroove("watch", "add", "Marta", "Veil", "--discogs", "3", **discogs.environment)
    assert added.status == 0 and added.out.startswith("Watching Marta Veil  ")
    assert lockgroove("watch", "list", "--json").json["artists"][0]["discogs_id"] == 3
    assert "No new release." in lockgroove("watch", "list", "--releases").err
    assert lockgroove("watch", "remove", added.out.split()[-1]).status == 0
    assert "No artist is watched" in lockgroove("watch", "list").err
