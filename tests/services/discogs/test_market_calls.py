"""The calls for the marketplace: real answers through the models, what is sent, what may be repeated."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.discogs.calls import Calls
from services.discogs.market_calls import MarketCalls
from services.discogs.market_models import (
    Condition,
    InventoryPage,
    Listing,
    ListingStatus,
    MarketStats,
    NewListing,
    Price,
    SleeveCondition,
    Suggestions,
    checked_price,
)
from services.errors import InvalidInput, UpstreamError, UpstreamNotFound
from services.upstream import Limiters, Manners, Upstream

OFFER = NewListing(5134861, Condition.NEAR_MINT, Decimal("12.50"))


def recorded(fixtures: Path, name: str) -> Any:
    return json.loads((fixtures / "discogs" / "api" / f"{name}.json").read_text("utf-8"))


def test_a_recorded_draft_is_understood(fixtures: Path) -> None:
    draft = Listing.model_validate(recorded(fixtures, "listing_4330647531_draft_2026"))
    assert (draft.id, draft.status, draft.condition) == (4330647531, ListingStatus.DRAFT, Condition.NEAR_MINT)
    assert (draft.external_id, draft.location) == ("API_TEST_EXTERNAL_ID", "API_TEST_LOCATION")
    assert draft.price is not None and (draft.price.cents, draft.price.currency) == (Decimal("100.00"), "EUR")
    assert (draft.release.id, draft.release.artist, draft.release.catalog_number) == (5134861, "HammerFall", "NB 265-2")


def test_a_recorded_inventory_is_understood(fixtures: Path) -> None:
    page = InventoryPage.model_validate(recorded(fixtures, "inventory_page"))
    (offer,) = page.listings
    assert offer.price is not None
    assert (offer.status, str(offer.price.value), offer.allow_offers) == (ListingStatus.FOR_SALE, "149.99", True)
    assert (offer.release.title, offer.external_id, page.pagination.items) == ("Rome", "", 1)


def test_recorded_suggestions_are_rounded_half_up_to_cents(fixtures: Path) -> None:
    prices = Suggestions.model_validate(recorded(fixtures, "price_suggestions_5134861_2026")).root
    assert list(prices) == list(Condition)
    assert [str(prices[grade].cents) for grade in (Condition.MINT, Condition.NEAR_MINT, Condition.POOR)] == [
        "9.41", "8.42", "0.50",
    ]  # fmt: skip


@pytest.mark.parametrize("said", [{}, [], None, {"Mint (M)": {}}, {"Mint (M)": None}, {"Mint (M)": {"value": "?"}}])
def test_no_suggestions_are_no_suggestions(said: object) -> None:
    assert Suggestions.model_validate(said).root == {}


@pytest.mark.parametrize(
    ("said", "stats"),
    [
        ({"num_for_sale": 10, "lowest_price": {"value": 100, "currency": "EUR"}}, (10, "100.00", False)),
        ({"num_for_sale": 0, "lowest_price": None, "blocked_from_sale": False}, (0, None, False)),
        ({"num_for_sale": None, "lowest_price": None, "blocked_from_sale": True}, (0, None, True)),
        ({"num_for_sale": 3, "lowest_price": {}}, (3, None, False)),
    ],
)
def test_what_is_for_sale_may_be_nothing_or_forbidden(said: object, stats: tuple[int, str | None, bool]) -> None:
    found = MarketStats.model_validate(said)
    lowest = None if found.lowest_price is None else str(found.lowest_price.cents)
    assert (found.num_for_sale, lowest, found.blocked_from_sale) == stats


def test_a_listing_with_next_to_nothing_is_understood() -> None:
    bare = Listing.model_validate({"id": 2**33, "price": {}, "allow_offers": None, "release": {}})
    assert (bare.id, bare.price, bare.allow_offers, bare.release.title) == (2**33, None, False, "")


def test_what_is_kept_of_a_price_reads_back_the_same() -> None:
    price = Price.model_validate({"value": "8.415000000000001", "currency": "EUR"})
    assert Price.model_validate_json(price.model_dump_json()) == price


def test_every_grade_of_a_record_is_one_of_a_sleeve() -> None:
    assert {grade.value for grade in Condition} < {grade.value for grade in SleeveCondition}
    assert {grade.value for grade in SleeveCondition} - {grade.value for grade in Condition} == {
        "Generic", "Not Graded", "No Cover",
    }  # fmt: skip


@pytest.mark.parametrize("said", ["0", "-3", "0.001", "1e9", "NaN", "inf", "12,50", "", "free", "1E-30"])
def test_a_price_that_cannot_be_asked_is_refused_by_name(said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_price(said)
    assert refused.value.field == "price"


@pytest.mark.parametrize("said", ["12.50", "0.01", "1000000", " 7 "])
def test_a_price_is_taken_as_it_is_written(said: str) -> None:
    assert checked_price(said) == Decimal(said)


# --- what is sent


class Recorder:
    """Answers of the marketplace, one after the other, and what was asked for them."""

    def __init__(self, *answers: httpx.Response) -> None:
        self._answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self._answers.pop(0)


@pytest.fixture
def market() -> Callable[[Recorder], MarketCalls]:
    def over(recorder: Recorder) -> MarketCalls:
        base = "http://market.invalid"
        limiter = Limiters().of(Manners("Discogs", 60, 60, "market.invalid"), base)
        return MarketCalls(
            Calls(Upstream("Discogs", base, limiter=limiter, headers={}, transport=httpx.MockTransport(recorder)))
        )

    return over


async def test_a_listing_is_a_draft_unless_asked_otherwise(market: Callable[[Recorder], MarketCalls]) -> None:
    told = Recorder(httpx.Response(201, json={"listing_id": 4330647531, "resource_url": "x"}))
    assert await market(told).create(OFFER) == 4330647531
    assert json.loads(told.asked[0].content) == {
        "release_id": 5134861,
        "condition": "Near Mint (NM or M-)",
        "price": 12.5,
        "status": "Draft",
        "sleeve_condition": "Not Graded",
        "comments": "",
        "external_id": "",
        "location": "",
        "allow_offers": False,
    }


async def test_a_create_that_was_not_answered_well_is_never_repeated(
    market: Callable[[Recorder], MarketCalls],
) -> None:
    told = Recorder(httpx.Response(502, text="<html>"), httpx.Response(201, json={"listing_id": 1}))
    with pytest.raises(UpstreamError) as failed:
        await market(told).create(OFFER)
    assert failed.value.status == 502 and len(told.asked) == 1


async def test_an_edit_sends_everything_and_may_be_repeated(market: Callable[[Recorder], MarketCalls]) -> None:
    told = Recorder(httpx.Response(502, text="<html>"), httpx.Response(204))
    await market(told).edit(77, OFFER)
    assert [r.url.path for r in told.asked] == ["/marketplace/listings/77"] * 2
    assert json.loads(told.asked[1].content) == OFFER.document


@pytest.mark.parametrize("status", [204, 404])
async def test_a_listing_that_is_gone_is_deleted(status: int, market: Callable[[Recorder], MarketCalls]) -> None:
    told = Recorder(httpx.Response(status, json={"message": "Item not found. It may have been deleted."}))
    await market(told).delete(77)
    assert told.asked[0].method == "DELETE"


async def test_an_account_without_seller_settings_has_no_suggestions(
    market: Callable[[Recorder], MarketCalls],
) -> None:
    told = Recorder(httpx.Response(404, json={"message": "The requested resource was not found."}))
    with pytest.raises(UpstreamNotFound, match="suggest prices for release 9"):
        await market(told).suggestions(9)


async def test_the_inventory_is_asked_for_newest_first_in_every_state(
    market: Callable[[Recorder], MarketCalls],
) -> None:
    told = Recorder(httpx.Response(200, json={"pagination": {"page": 1, "pages": 1}, "listings": None}))
    assert (await market(told).inventory("crate.digger_77", 1)).listings == ()
    url = told.asked[0].url
    assert url.path == "/users/crate.digger_77/inventory"
    assert dict(url.params) == {
        "page": "1", "per_page": "100", "status": "All", "sort": "listed", "sort_order": "desc",
    }  # fmt: skip
