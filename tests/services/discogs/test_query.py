"""What is typed is recognised for what it is; names and numbers become what is shown and compared."""

from __future__ import annotations

import pytest

from services.discogs import names
from services.discogs.models import Credit, credited
from services.discogs.query import SearchTerms, recognise
from services.errors import InvalidInput


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("7320470158777", {"upc": "7320470158777"}),
        ("5 099969 944901", {"upc": "5 099969 944901"}),
        ("7 961220 922684 >", {"upc": "7 961220 922684 >"}),
        ("T4988 002 13219 5", {"upc": "T4988 002 13219 5"}),
        ("96385074", {"upc": "96385074"}),
        ("r5134861", {"release_id": 5134861}),
        ("[r123]", {"release_id": 123}),
        ("5134861", {"release_id": 5134861}),
        ("35134861", {"release_id": 35134861}),
        ("https://www.discogs.com/release/249504-Rick-Astley-Never", {"release_id": 249504}),
        ("discogs.com/Name/release/249504", {"release_id": 249504}),
        ("https://www.discogs.com/de/release/249504", {"release_id": 249504}),
        ("SK026", {"catalog_number": "SK026"}),
        ("NB 265-2", {"catalog_number": "NB 265-2"}),
        ("piasr  210 lp", {"catalog_number": "piasr 210 lp"}),
        ("WARP LP 66", {"catalog_number": "WARP LP 66"}),
        ("Au Pairs - You", {"artist": "Au Pairs", "title": "You"}),
        ("Sigur Rós – Ágætis byrjun - live", {"artist": "Sigur Rós", "title": "Ágætis byrjun - live"}),
        ("1999", {"text": "1999"}),
        ("UB40", {"text": "UB40"}),
        ("Heaven 17", {"text": "Heaven 17"}),
        ("Jay-Z", {"text": "Jay-Z"}),
        ("倖田來未", {"text": "倖田來未"}),
        ("!!!", {"text": "!!!"}),
    ],
)
def test_what_is_typed_is_recognised(typed: str, expected: dict[str, object]) -> None:
    found = recognise(f"  {typed} ")
    assert {name: getattr(found, name) for name in SearchTerms.__slots__ if name != "guessed"} == {
        **dict.fromkeys((n for n in SearchTerms.__slots__ if n != "guessed"), None),
        **expected,
    }


@pytest.mark.parametrize("typed", ["", "  \t", "m4242", "https://www.discogs.com/master/4242-Name"])
def test_nothing_and_a_master_are_refused_in_words(typed: str) -> None:
    with pytest.raises(InvalidInput):
        recognise(typed)


def test_artists_are_joined_as_credited() -> None:
    three = (Credit(name="Jensen (2)", join=","), Credit(name="Björk", join="Feat."), Credit(name="K&D", join=","))
    assert credited(three) == "Jensen, Björk Feat. K&D"
    assert Credit(name="Jensen (2)", anv="DJ Jensen").display_name == "DJ Jensen"
    assert Credit(name="!!! (Chk Chk)").display_name == "!!! (Chk Chk)"


def test_a_printed_line_of_artists_loses_namesake_numbers_and_variation_stars() -> None:
    assert names.plain_artists("Jensen (2), K&D* & Sum (41)") == "Jensen, K&D & Sum"
    assert names.plain_artists("!!! (Chk Chk)") == "!!! (Chk Chk)"


@pytest.mark.parametrize(
    ("value", "digits", "checked"),
    [
        ("7320470158777", "7320470158777", True),
        ("5 099969 944901", "5099969944901", True),
        ("0 7599-25996-4 1", "075992599641", True),
        ("T4988 002 13219 5", "4988002132195", True),
        ("7320470158778", "7320470158778", False),
        ("372581", None, False),
        ("BMD-1012B", None, False),
        ("none", None, False),
    ],
)
def test_barcodes_are_their_digits(value: str, digits: str | None, checked: bool) -> None:
    assert names.barcode(value) == digits
    assert names.is_checked_barcode(digits or "") is checked


def test_a_valid_barcode_goes_before_a_broken_one_and_has_a_twin() -> None:
    assert names.best_barcode(["none", "7320470158778", "5 099969 944901"]) == "5099969944901"
    assert names.barcode_twin("075992599641") == "0075992599641"


@pytest.mark.parametrize(("value", "year"), [("1984", 1984), (1984, 1984), (0, None), ("", None), ("19?4", None)])
def test_a_year_is_a_number_or_unknown(value: int | str, year: int | None) -> None:
    assert names.year(value) == year


@pytest.mark.parametrize(
    ("value", "number"), [("none", None), ("None", None), ("", None), (None, None), ("A 1", "A 1")]
)
def test_the_catalogue_number_none_is_none(value: str | None, number: str | None) -> None:
    assert names.catalog_number(value) == number
