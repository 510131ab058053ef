"""``records`` and ``search``: what is listed, shown, added, edited and removed, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.tui.cli import forked

HOSTILE = "夜想曲 [bold]é\x1b[31m\u202e\nB-side"


def add(lockgroove: Any, *arguments: str) -> str:
    ran = lockgroove("records", "add", *arguments, "--json")
    assert ran.status == 0, ran.err
    return str(ran.json["recordId"])


def test_an_added_record_is_listed_shown_and_found(lockgroove: Any) -> None:
    record = add(lockgroove, "--artist", "Björk", "--title", "Début", "--year", "1993", "--size", '12"')
    listed = lockgroove("records", "list", "--json").json
    assert listed["count"] == 1
    assert listed["records"][0]["recordId"] == record
    assert listed["records"][0]["yearReleased"] == 1993
    shown = lockgroove("records", "show", record, "--json").json
    assert (shown["artistName"], shown["albumTitle"], shown["recordSize"]) == ("Björk", "Début", '12"')
    found = lockgroove("search", "bjo", "deb", "--local", "--json").json
    assert [hit["recordId"] for hit in found["library"]["records"]] == [record]
    assert "discogs" not in found


def test_an_edit_changes_what_is_named_and_nothing_else(lockgroove: Any) -> None:
    record = add(lockgroove, "--artist", "A", "--title", "B", "--year", "1984", "--label", "L", "--notes", "n")
    edited = lockgroove("records", "edit", record, "--title", "C", "--label", "", "--year", "0", "--json").json
    assert (edited["artistName"], edited["albumTitle"], edited["notes"]) == ("A", "C", "n")
    assert (edited["labelName"], edited["yearReleased"]) == (None, None)


def test_foreign_control_characters_never_reach_the_terminal(lockgroove: Any) -> None:
    record = add(lockgroove, "--artist", HOSTILE, "--title", "T", "--notes", HOSTILE)
    for command in (["list"], ["show", record], ["remove", record, "--yes"]):
        out = lockgroove("records", *command).out
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "夜想曲 [bold]é" in out


def test_columns_are_aligned_by_cells(lockgroove: Any) -> None:
    add(lockgroove, "--artist", "夜想曲", "--title", "一", "--year", "1971")
    add(lockgroove, "--artist", "Ascii", "--title", "Longer title", "--year", "1972")
    from tui.text import width

    lines = lockgroove("records", "list").out.splitlines()
    starts = [width(line[: line.index(year)]) for line, year in zip(lines, ("YEAR", "1972", "1971"), strict=True)]
    assert len(set(starts)) == 1, lines


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of three records, only read by the tests."""
    home = tmp_path_factory.mktemp("three")
    for title, year, size, color, label in (
        ("Red", "1989", '12"', "", "Motown"),
        ("Green", "1980", '7"', "", "Stax"),
        ("Blue", "1979", '12"', "Blue Vinyl", "Stax"),
    ):
        given = ["--artist", "Same", "--title", title, "--year", year, "--size", size, "--label", label]
        command = ["--data-dir", str(home), "records", "add", *given, *(["--color", color] if color else [])]
        assert forked.run(command).returncode == 0
    return home


@pytest.mark.parametrize(
    ("arguments", "titles"),
    [
        ([], ["Blue", "Green", "Red"]),
        (["--size", '7"'], ["Green"]),
        (["--size", '7"', "--size", '12"'], ["Blue", "Green", "Red"]),
        (["--size", '7"', "--color", "Blue Vinyl"], []),
        (["--color", "Blue Vinyl"], ["Blue"]),
        (["--label", "Motown"], ["Red"]),
        (["--decade", "1980"], ["Green", "Red"]),
        (["--rating", "0"], ["Blue", "Green", "Red"]),
        (["--not-shaped", "--query", "gre"], ["Green"]),
        (["--shaped"], []),
        (["--genre", "Jazz"], []),
        (["--style", "Dub"], []),
        (["--folder", "Shelf"], []),
        (["--sort", "year", "--desc"], ["Red", "Green", "Blue"]),
        (["--sort", "title", "--limit", "1"], ["Blue"]),
        (["--unsynced"], ["Blue", "Green", "Red"]),
    ],
    ids=lambda value: " ".join(value) or "all",
)
def test_filters_combine_and_sorting_holds(three: Path, arguments: list[str], titles: list[str]) -> None:
    ended = forked.run(["--data-dir", str(three), "records", "list", *arguments, "--json"])
    assert [record["albumTitle"] for record in json.loads(ended.stdout)["records"]] == titles


def test_a_removal_needs_a_yes_that_a_script_must_give(lockgroove: Any) -> None:
    record = add(lockgroove, "--artist", "A", "--title", "B")
    refused = lockgroove("records", "remove", record)
    assert (refused.status, refused.out) == (2, "")
    assert "--yes" in refused.err
    assert lockgroove("records", "remove", record, "--yes").status == 0
    assert lockgroove("records", "list", "--json").json["count"] == 0


@pytest.mark.parametrize("command", [["show"], ["edit", "--title", "x"], ["remove", "--yes"]], ids=" ".join)
def test_a_record_that_is_not_there_fails_with_1(lockgroove: Any, command: list[str]) -> None:
    ran = lockgroove("records", command[0], "00000000-0000-4000-8000-000000000000", *command[1:])
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("error: ")


def test_bad_values_are_refused_by_name(lockgroove: Any) -> None:
    ran = lockgroove("records", "add", "--artist", "A", "--title", "B", "--color", "x" * 300)
    assert ran.status == 2
    assert "vinylColor" in ran.err


def test_searching_discogs_without_a_connection_shows_the_library_and_ends_with_3(lockgroove: Any) -> None:
    add(lockgroove, "--artist", "Augustus Pablo", "--title", "East of the River Nile")
    both = lockgroove("search", "pablo", "--json")
    assert both.status == 3
    assert both.json["library"]["count"] == 1
    assert "lockgroove connect discogs" in both.err
    assert lockgroove("search", "pablo", "--discogs").status == 4


def test_searching_shows_what_discogs_has_and_what_is_owned(lockgroove: Any, discogs: Any) -> None:
    found = lockgroove("search", "the", "--discogs", "--json", **discogs.environment)
    assert found.status == 0, found.err
    hits = found.json["discogs"]["results"]
    assert 0 < len(hits) <= 10
    assert all(hit["ownedAs"] is None for hit in hits)
    added = lockgroove("records", "add", "--discogs-id", hits[0]["discogsId"], "--json", **discogs.environment)
    assert added.status == 0, added.err
    again = lockgroove("search", "the", "--discogs", "--json", **discogs.environment).json["discogs"]["results"]
    owned = {hit["discogsId"]: hit["ownedAs"] for hit in again}
    assert owned[hits[0]["discogsId"]] == added.json["recordId"]
