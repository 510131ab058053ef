"""``sales`` against a simulated Discogs: what is offered, changed and deleted there, prices and the collection's worth."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.tui.cli import forked
from tests.tui.cli.conftest import Ran, Upstream, running
from tui.cli import commands

UNREACHABLE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    """A simulated Discogs of this module's own, with listings in every state."""
    with running("--records", "60", "--rate-limit", "0") as upstream:
        yield upstream


@pytest.fixture(scope="module")
def sales(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """``lockgroove sales``, connected, all in one library."""
    home = tmp_path_factory.mktemp("sales")

    def run(*arguments: str, **environment: str) -> Ran:
        given = {**os.environ, **upstream.environment, **environment}
        return Ran(forked.run(["sales", *arguments, "--data-dir", str(home)], environment=given))

    return run


@pytest.fixture(scope="module")
def inventory(sales: Any) -> dict[str, list[Any]]:
    """What is offered before any test, by status."""
    listings = sales("list", "--limit", "100", "--json").json["listings"]
    return {status: [each for each in listings if each["status"] == status] for status in ("Draft", "For Sale", "Sold")}


def number(listing: Any) -> str:
    return str(listing["listing_id"])


def test_a_page_of_listings_is_what_was_asked_for(sales: Any, inventory: dict[str, list[Any]]) -> None:
    for_sale = len(inventory["For Sale"])
    assert for_sale > 3
    told = sales("list", "--status", "for sale", "--sort", "price", "--limit", "3", "--page", "2", "--json").json
    assert (told["count"], told["page"], told["pages"]) == (for_sale, 2, -(-for_sale // 3))
    dearest = sorted((each["price"]["value"] for each in inventory["For Sale"]), reverse=True)
    assert [each["price"]["value"] for each in told["listings"]] == dearest[3:6]
    table = sales("list", "--status", "Draft", "--limit", "2")
    lines = table.out.splitlines()
    assert lines[0].startswith("STATUS") and len(lines) == 3
    assert {line.split()[-1] for line in lines[1:]} <= {number(each) for each in inventory["Draft"]}
    assert table.err.startswith("Page 1 of ")


def test_a_page_past_the_end_is_said_to_be_none(sales: Any) -> None:
    ran = sales("list", "--page", "99")
    assert (ran.status, ran.out) == (1, "")
    assert "There is no page 99." in ran.err


def test_an_edit_changes_what_is_named_and_nothing_else(sales: Any, inventory: dict[str, list[Any]]) -> None:
    before = inventory["Draft"][0]
    edited = sales("edit", number(before), "--price", "12,50", "--condition", "vg+", "--comments", "", "--json")
    assert edited.status == 0, edited.err
    assert edited.json == before | {
        "price": {"value": 12.5, "currency": before["price"]["currency"]},
        "condition": "Very Good Plus (VG+)",
        "comments": "",
    }
    shown = sales("edit", number(before), "--status", "for sale", "--sleeve", "generic")
    assert shown.status == 0, shown.err
    assert shown.out.split("  ")[-2].endswith("VG+ / Generic, 12.50 EUR, For Sale")
    assert shown.out.split()[-1] == number(before)


def test_what_is_sold_stays_and_the_reason_is_told(sales: Any, inventory: dict[str, list[Any]]) -> None:
    ran = sales("edit", number(inventory["Sold"][0]), "--price", "3")
    assert (ran.status, ran.out) == (1, "")
    assert "is “Sold” and stays as it is" in ran.err


def test_a_listing_that_cannot_be_deleted_does_not_stop_the_others(sales: Any, inventory: dict[str, list[Any]]) -> None:
    first, second, sold = inventory["For Sale"][0], inventory["For Sale"][1], inventory["Sold"][0]
    unasked = sales("remove", number(first))
    assert unasked.status == 2 and "--yes" in unasked.err
    gone = sales("remove", number(first), number(sold), "7", number(second), "--yes", "--json")
    assert gone.status == 3
    assert gone.json["listings"] == [first, second]
    assert [error["item"] for error in gone.json["errors"]] == [number(sold), "7"]
    assert f"failed: {number(sold)}: " in gone.err and "failed: 7: There is no listing 7." in gone.err
    again = sales("remove", number(first), "--yes")
    assert (again.status, again.out) == (1, "")


def test_foreign_control_characters_never_reach_the_terminal(sales: Any, inventory: dict[str, list[Any]]) -> None:
    listing = number(inventory["Draft"][1])
    changed = sales("edit", listing, "--comments", "夜想曲 [bold]é\x1b[31m\u202e\nB-side", "--json")
    assert "\x1b" in changed.json["comments"]
    out = sales("list", "--limit", "100").out
    assert "夜想曲 [bold]é" in out
    assert not {"\x1b", "\u202e"} & set(out)


def test_prices_by_grade_or_the_reason_why_there_are_none(
    sales: Any, upstream: Upstream, inventory: dict[str, list[Any]]
) -> None:
    release = str(inventory["Sold"][0]["release"]["id"])
    told = sales("prices", release, "--json").json
    assert told["reason"] is None
    assert next(iter(told["prices"])) == "Mint (M)" and len(told["prices"]) == 8
    assert all(round(price["value"], 2) == price["value"] for price in told["prices"].values())
    unknown = sales("prices", "999999999")
    assert (unknown.status, unknown.out) == (0, "")
    assert "no prices for this release" in unknown.err
    faults = f"{upstream.url}/_sim/faults"
    httpx.post(faults, json={"name": "no-seller-settings"}).raise_for_status()
    try:
        refused = sales("prices", release, "--json")
    finally:
        httpx.delete(faults).raise_for_status()
    assert (refused.status, refused.json["prices"]) == (0, {})
    assert "seller settings" in refused.json["reason"]


def test_the_worth_is_told_with_its_age_also_while_discogs_cannot_be_reached(sales: Any) -> None:
    told = sales("worth", "--json").json
    assert set(told) == {"minimum", "median", "maximum", "as_of"}
    kept = sales("worth", DISCOGS_API_BASE=UNREACHABLE)
    assert kept.status == 0, kept.err
    lines = dict(line.split("  ", 1) for line in kept.out.splitlines())
    assert lines["Median"].strip() == told["median"]
    assert "(just now)" in lines["As of"] or "min ago)" in lines["As of"]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("list", "--status", "moon"),
        ("list", "--sort", "smell"),
        ("list", "--limit", "101"),
        ("list", "--page", "0"),
        ("edit", "1"),
        ("edit", "1", "--price", "0"),
        ("edit", "1", "--price", "1.234"),
        ("edit", "1", "--condition", "generic"),
        ("edit", "1", "--status", "sold"),
        ("remove",),
        ("prices", "x"),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.run(["sales", *arguments]) == 2  # in this process: it ends before anything is opened
    told = capsys.readouterr()
    assert told.err.strip() or "Usage:" in told.out


@pytest.mark.parametrize("arguments", [("list",), ("remove", "1", "2", "--yes"), ("worth",)], ids=" ".join)
def test_without_a_connection_it_ends_with_4(lockgroove: Any, arguments: tuple[str, ...]) -> None:
    ran = lockgroove("sales", *arguments, "--json")
    assert (ran.status, ran.out) == (4, "")
    assert "connect discogs" in ran.err
