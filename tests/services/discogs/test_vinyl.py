"""Formats to size, colour, outline and picture, on the recorded cases and on every release of the dump sample."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from services.discogs.vinyl import DISCS, Vinyl, read_formats
from storage.values import Format

# Every free text of a disc in the dump sample that is not a colour (discogs-api.md 5.4); all others are.
NOT_COLOURS = {
    "Orange Sleeve", "Anti-LP, Lim.", "Plum coloured labels", "Gatefold", "GATEFOLD", "Black Cover", "Box Set",
    "180gr, Gatefold sleeve", "Indica Edition", "Paper Labels", "4 Prong Center", "Mixed", "Jacksonville Pressing",
    "ED4", "Accepted", "Winchester", "180 Gram", "180 Gram Limited Gatefold Edition", "Version A", "SP",
    "Trifold Cover, 180 g",
}  # fmt: skip


def entry(name: str = "Vinyl", text: str | None = None, *descriptions: str, qty: int = 1) -> Format:
    return Format(name, qty, text, descriptions)


def test_every_recorded_format_example_reads_as_expected(fixtures: Path) -> None:
    cases: list[dict[str, Any]] = json.loads((fixtures / "discogs/formats_examples.json").read_text())
    assert len(cases) == 70
    for case in cases:
        vinyl = read_formats(
            [
                Format(f["name"], int(f["qty"]), f.get("text"), tuple(f.get("descriptions") or ()))
                for f in case["formats"]
            ]
        )
        expected = case["expected"]
        assert vinyl == Vinyl(
            has_vinyl=expected["hasVinyl"],
            size=expected["recordSize"],
            sizes=tuple(expected["recordSizes"]),
            color=expected["vinylColor"],
            is_shaped=expected["isShapedVinyl"],
            is_picture_disc=expected["isPictureDisc"],
            discs=expected["discCount"],
        ), case["formats"]


def test_every_release_of_the_dump_sample_is_read_and_every_colour_found(fixtures: Path) -> None:
    with gzip.open(fixtures / "discogs/dumps/discogs_20200806_releases.xml.gz") as dump:
        releases = ElementTree.parse(dump).getroot()
    assert len(releases) == 1000
    texts = 0
    for release in releases:
        formats = [
            Format(
                f.get("name", ""),
                int(f.get("qty") or 0),
                f.get("text"),
                tuple(d.text or "" for d in f.iterfind("descriptions/description")),
            )
            for f in release.iterfind("formats/format")
        ]
        vinyl = read_formats(formats)
        assert all(size.endswith('"') for size in vinyl.sizes)
        for text in (f.text for f in formats if f.name in DISCS and f.text):
            texts += 1
            assert (vinyl.color is None) == (text in NOT_COLOURS), (release.get("id"), text, vinyl)
            if vinyl.color and " / " not in vinyl.color:
                assert text.startswith(vinyl.color)
    assert texts == 62


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("180g, Blue Marbled Vinyl", "Blue Marbled"),
        ("200 Gram Clear", "Clear"),
        ("Red; White Labels", "Red"),
        ("Coke-Bottle Clear + Poster", "Coke-Bottle Clear"),
        ("Orange\tCrush", "Orange Crush"),
        ("OFF-WHITE", "OFF-WHITE"),
        ("Redwood Sleeve", None),
        ("Greenwich Village", None),
        ("Back In Black", None),
        ("Turquoise [Turkis] Ⅱ", "Turquoise [Turkis] Ⅱ"),
        (",,  ,", None),
        ("Vinyl", None),
    ],
)
def test_a_colour_is_found_in_free_text_and_nothing_else_is_taken_for_one(text: str, color: str | None) -> None:
    assert read_formats([entry("Vinyl", text, "LP")]).color == color


def test_a_colour_in_a_description_counts_but_a_white_label_is_no_colour() -> None:
    assert read_formats([entry("Vinyl", None, '7"', "Blue Vinyl")]).color == "Blue"
    assert read_formats([entry("Vinyl", None, '7"', "White Label", "Promo")]).color is None


def test_the_text_of_a_wrapper_or_a_cd_says_nothing_about_the_disc() -> None:
    vinyl = read_formats([entry("Box Set", "Red"), entry("CD", "Blue", '12"'), entry("Vinyl", None, '6½"', qty=0)])
    assert vinyl == Vinyl(has_vinyl=True, size='6½"', sizes=('6½"',), discs=0)


@pytest.mark.parametrize("trap", ["7 ½ ips", '7" Cine Reel', "4-Track Stereo", "33 ⅓ RPM", "12", '120"'])
def test_a_number_in_another_description_is_no_size(trap: str) -> None:
    assert read_formats([entry("Vinyl", None, trap, "Single")]).size is None
