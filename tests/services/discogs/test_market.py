"""The marketplace as a service, over the simulated Discogs: the inventory, its edits, prices, the collection's worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from services.demo.faults import Fault
from services.discogs.market import ListingChanges, Market
from services.discogs.market_models import Condition, Listing, ListingStatus, NewListing, SleeveCondition
from services.errors import Conflict, InvalidInput, NotConnected, NotFound, UpstreamError
from storage.instants import instant
from tests.services.discogs.installation import Installation, installed
from tests.upstreams.fixtures import simulated


@pytest.fixture
def market(program: Installation) -> Market:
    return program.runtime.market


async def offered(program: Installation, status: ListingStatus) -> Listing:
    """A listing of the user's in that state."""
    client, _ = await program.runtime.discogs.client(program.user)
    release = next(iter(program.discogs.world.catalogue.pressings))
    offer = NewListing(
        release, Condition.GOOD, Decimal("7.50"), comments="a scratch", external_id="ours", location="Shelf 3"
    )
    listing_id = await client.market.create(offer)
    made = program.discogs.world.inventory.get(listing_id)
    assert made is not None
    made.status = status.value
    return await client.market.listing(listing_id)


async def test_the_inventory_shows_everything_newest_first(program: Installation, market: Market) -> None:
    draft = await offered(program, ListingStatus.DRAFT)
    page = await market.inventory(program.user)
    assert page.listings[0].id == draft.id and page.listings[0].external_id == "ours"
    assert page.pagination.items == len(program.discogs.world.inventory)
    drafts = await market.inventory(program.user, status="Draft", per_page=1)
    assert [listing.status for listing in drafts.listings] == ["Draft"]


@pytest.mark.parametrize("status", [ListingStatus.DRAFT, ListingStatus.FOR_SALE])
async def test_a_listing_is_changed_in_what_is_named_and_keeps_the_rest(
    status: ListingStatus, program: Installation, market: Market
) -> None:
    before = await offered(program, status)
    changes = ListingChanges(price=Decimal("9.99"), sleeve_condition=SleeveCondition.GENERIC, comments="")
    after = await market.edit(program.user, before.id, changes)
    assert after.price is not None
    assert (after.price.cents, after.sleeve_condition, after.comments) == (Decimal("9.99"), "Generic", "")
    assert (after.status, after.condition, after.location, after.external_id) == (
        status, before.condition, "Shelf 3", "ours",
    )  # fmt: skip


async def test_a_draft_goes_up_for_sale_only_when_asked(program: Installation, market: Market) -> None:
    draft = await offered(program, ListingStatus.DRAFT)
    assert (await market.edit(program.user, draft.id, ListingChanges(location="Box"))).status == "Draft"
    asked = ListingChanges(status=ListingStatus.FOR_SALE)
    assert (await market.edit(program.user, draft.id, asked)).status == "For Sale"


async def test_what_has_expired_must_be_told_what_to_become(program: Installation, market: Market) -> None:
    expired = await offered(program, ListingStatus.EXPIRED)
    with pytest.raises(InvalidInput) as refused:
        await market.edit(program.user, expired.id, ListingChanges(comments="again"))
    assert refused.value.field == "status"
    asked = ListingChanges(status=ListingStatus.DRAFT)
    assert (await market.edit(program.user, expired.id, asked)).status == "Draft"


async def test_what_is_sold_stays_as_it_is(program: Installation, market: Market) -> None:
    sold = await offered(program, ListingStatus.SOLD)
    writes = program.discogs.asked("POST") + program.discogs.asked("DELETE")
    with pytest.raises(Conflict, match="“Sold”"):
        await market.edit(program.user, sold.id, ListingChanges(comments="x"))
    with pytest.raises(Conflict, match="“Sold”"):
        await market.remove(program.user, sold.id)
    assert program.discogs.asked("POST") + program.discogs.asked("DELETE") == writes


async def test_a_listing_is_taken_away(program: Installation, market: Market) -> None:
    draft = await offered(program, ListingStatus.DRAFT)
    assert (await market.remove(program.user, draft.id)).id == draft.id
    assert program.discogs.world.inventory.get(draft.id) is None
    with pytest.raises(NotFound, match=str(draft.id)):
        await market.remove(program.user, draft.id)


@pytest.mark.parametrize("price", ["0", "-1", "1.005"])
async def test_a_price_that_cannot_be_asked_is_not_sent(price: str, program: Installation, market: Market) -> None:
    draft = await offered(program, ListingStatus.DRAFT)
    writes = program.discogs.asked("POST")
    with pytest.raises(InvalidInput):
        await market.edit(program.user, draft.id, ListingChanges(price=Decimal(price)))
    assert program.discogs.asked("POST") == writes


async def test_prices_are_suggested_by_grade_rounded_to_cents(program: Installation, market: Market) -> None:
    release = next(iter(program.discogs.world.catalogue.pressings))
    suggested = await market.suggestions(program.user, release)
    assert suggested.prices is not None and suggested.reason is None
    assert list(suggested.prices) == list(Condition)
    assert all(price.value == round(price.value, 2) and price.currency for price in suggested.prices.values())


async def test_without_seller_settings_there_is_a_reason_instead(program: Installation, market: Market) -> None:
    program.discogs.fault(Fault.NO_SELLER_SETTINGS)
    suggested = await market.suggestions(program.user, next(iter(program.discogs.world.catalogue.pressings)))
    assert suggested.prices is None
    assert suggested.reason is not None and "/settings/seller" in suggested.reason


# --- what the collection is worth


def appraisals(program: Installation) -> int:
    return program.discogs.asked("GET", "/collection/value")


async def test_the_worth_is_kept_for_a_day_and_across_restarts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with simulated() as discogs:
        async with installed(discogs, tmp_path / "home", monkeypatch) as program:
            worth = await program.runtime.market.value(program.user)
            assert worth.median.startswith("€") and worth.as_of
        async with installed(discogs, tmp_path / "home", monkeypatch) as program:
            assert await program.runtime.market.value(program.user) == worth
            assert appraisals(program) == 1
            await program.runtime.market.value(program.user, refresh=True)
            assert appraisals(program) == 2


async def test_the_worth_is_asked_again_after_a_day(
    program: Installation, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    yesterday = instant(datetime.now(UTC) - timedelta(hours=25))
    monkeypatch.setattr("storage.user_values.instant", lambda: yesterday)
    await market.value(program.user)
    monkeypatch.undo()
    await market.value(program.user)
    await market.value(program.user)
    assert appraisals(program) == 2


async def test_a_sync_that_changed_the_copies_asks_for_the_worth_anew(program: Installation, market: Market) -> None:
    await program.synced()
    await market.value(program.user)
    await program.synced()
    await market.value(program.user)
    assert appraisals(program) == 1
    program.discogs.world.add(1, next(iter(program.discogs.world.catalogue.pressings)))
    await program.synced()
    await market.value(program.user)
    assert appraisals(program) == 2


async def test_where_discogs_cannot_say_the_worth_is_as_old_as_it_says(program: Installation, market: Market) -> None:
    program.discogs.fault(Fault.SERVER_ERROR, match="/value")
    with pytest.raises(UpstreamError):
        await market.value(program.user)
    program.discogs.mend()
    worth = await market.value(program.user)
    program.discogs.fault(Fault.DROP_CONNECTION)
    assert await market.value(program.user, refresh=True) == worth


async def test_without_a_connection_the_kept_worth_is_shown_and_another_account_has_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with simulated() as discogs:
        async with installed(discogs, tmp_path / "home", monkeypatch, DISCOGS_TOKEN="") as program:
            with pytest.raises(NotConnected):
                await program.runtime.market.value(program.user)
        async with installed(discogs, tmp_path / "home", monkeypatch) as program:
            worth = await program.runtime.market.value(program.user)
        async with installed(discogs, tmp_path / "home", monkeypatch, DISCOGS_TOKEN="") as program:
            assert await program.runtime.market.value(program.user) == worth
        async with installed(
            discogs, tmp_path / "home", monkeypatch, DISCOGS_TOKEN="another", DISCOGS_USERNAME="another.digger"
        ) as program:
            with pytest.raises(UpstreamError):
                await program.runtime.market.value(program.user)
