"""What the page of listings says in every state, and how what is typed into its form is understood."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from services.discogs.market_models import Listing, Price
from services.errors import NotConnected, UpstreamTimeout
from tests.tui.screens.conftest import HOSTILE
from tui.offers import brief, grade, grades, money, price
from tui.screens.listing_form import RECORD, SLEEVE, check_price
from tui.screens.sales_state import Shown, emptiness, heading, unchangeable
from tui.table.columns import lay_out, row_text
from tui.table.listings import LISTING_COLUMNS
from tui.text import width
from tui.widgets.suggested import suggestion

AT = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
LATE = UpstreamTimeout("Discogs", "Discogs did not answer in time.", "Try again.")


def listing(text: str = "Zebra", status: str = "Draft") -> Listing:
    return Listing.model_validate(
        {
            "id": 2**33,
            "status": status,
            "condition": "Very Good Plus (VG+)",
            "sleeve_condition": "Not Graded",
            "comments": text,
            "price": {"value": 8.415000000000001, "currency": "EUR"},
            "posted": "2026-11-01T10:00:00-07:00",
            "release": {"id": 7, "artist": text, "title": text, "description": text},
        }
    )


@pytest.mark.parametrize(
    ("shown", "connected", "reading", "said"),
    [
        (Shown(), False, False, "c connects it"),
        (Shown(trouble=NotConnected("discogs", "Not connected.")), True, False, "c connects it"),
        (Shown(), True, True, "Asking Discogs"),
        (Shown(), True, False, "Asking Discogs"),
        (Shown(trouble=LATE), True, False, "Discogs did not answer in time. Try again.\nr asks again."),
        (Shown(page=1, pages=1), True, False, "seller settings"),
        (Shown(status="Draft", page=1, pages=1), True, False, "Nothing with the status “Draft”. Escape shows"),
    ],
)
def test_an_empty_list_says_why_and_what_to_do(shown: Shown, connected: bool, reading: bool, said: str) -> None:
    assert said in emptiness(shown, ready=True, connected=connected, reading=reading)


def test_the_line_above_says_what_is_shown_how_much_and_how_old_it_is() -> None:
    shown = Shown(page=1, pages=3, items=250, read_at=AT)
    assert heading(shown, 100, reading=False).plain == (
        " On Discogs · every status · newest first · 250 listings, 100 shown, n for more · read at 14:05"
    )
    assert heading(replace(shown, page=3, items=1), 1, reading=True).plain.endswith(
        "1 listing · read at 14:05  asking…"
    )


def test_what_was_read_stays_with_its_time_when_discogs_is_away() -> None:
    said = heading(Shown(page=1, pages=1, items=2, read_at=AT, trouble=LATE), 2, reading=False).plain
    assert said == " ! as of 14:05; r tries again. Discogs did not answer in time."


@pytest.mark.parametrize(
    ("status", "why"),
    [("Draft", ""), ("For Sale", ""), ("Expired", ""), ("Sold", "cannot be changed"), ("Violation", "on its web site")],
)
def test_what_cannot_be_changed_says_why(status: str, why: str) -> None:
    said = unchangeable(listing(status=status))
    assert why in said
    assert bool(why) == bool(said)


def test_prices_and_grades_are_short_in_the_list() -> None:
    assert money(listing().price) == "8.42 EUR"
    assert money(None) == ""
    assert [brief(each) for each in RECORD] == ["M", "NM", "VG+", "VG", "G+", "G", "F", "P"]
    assert grades(listing()) == "VG+ / Not Graded"


@pytest.mark.parametrize("foreign", HOSTILE)
@pytest.mark.parametrize("cells", [78, 118, 198])
def test_foreign_text_shifts_no_column(foreign: str, cells: int) -> None:
    assert width(row_text(lay_out(LISTING_COLUMNS, cells), listing(foreign))) == cells


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("vg+", "Very Good Plus (VG+)"),
        ("VG", "Very Good (VG)"),
        ("nm", "Near Mint (NM or M-)"),
        ("m-", "Near Mint (NM or M-)"),
        ("very good", "Very Good (VG)"),
        ("near", "Near Mint (NM or M-)"),
        ("Mint (M)", "Mint (M)"),
        ("goo", None),
        ("", None),
        ("Generic", None),
    ],
)
def test_a_grade_is_understood_by_its_letters_or_its_name(typed: str, meant: str | None) -> None:
    assert grade(typed, RECORD) == meant
    assert grade("generic", SLEEVE) == "Generic"


@pytest.mark.parametrize(
    ("typed", "good"), [("12.50", True), ("12,5", True), ("0", False), ("-1", False), ("x", False), ("1.234", False)]
)
def test_a_price_is_judged_before_it_is_sent(typed: str, good: bool) -> None:
    assert (check_price(typed) is None) == good


def test_a_comma_is_as_good_as_a_point() -> None:
    assert price("12,50") == Decimal("12.50")


def test_the_suggestion_follows_the_condition_and_says_when_there_is_none() -> None:
    known = {"Very Good (VG)": Price(value=Decimal("8.415000000000001"), currency="EUR")}
    assert suggestion(known, "Very Good (VG)", "") == "Discogs suggests 8.42 EUR for Very Good (VG); F3 takes it."
    assert "no price for this condition" in suggestion(known, "Poor (P)", "")
    assert suggestion(None, "Poor (P)", "Only for sellers.") == "Only for sellers."
