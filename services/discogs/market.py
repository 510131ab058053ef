"""What users offer on the marketplace, what they could ask for it, and what their collection is worth."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import structlog

from services.discogs.client import DiscogsClient
from services.discogs.connect import Discogs
from services.discogs.market_models import (
    EDITABLE,
    Condition,
    InventoryPage,
    Listing,
    ListingStatus,
    NewListing,
    Price,
    SleeveCondition,
    checked_price,
)
from services.errors import Conflict, InvalidInput, NotConnected, NotFound, UpstreamError, UpstreamNotFound
from storage import copies, user_values
from storage.engine import Storage
from storage.values import UserId

log = structlog.get_logger(__name__)

PER_PAGE = 50
WORTH_KEPT = timedelta(days=1)
"""How long what the collection is worth is not asked for again while it holds the same copies."""
_WORTH = "collection_worth"


@dataclass(frozen=True, slots=True)
class ListingChanges:
    """What to change of a listing; None leaves as it is, an empty text clears."""

    condition: Condition | None = None
    sleeve_condition: SleeveCondition | None = None
    price: Decimal | None = None
    status: ListingStatus | None = None
    comments: str | None = None
    location: str | None = None
    allow_offers: bool | None = None


@dataclass(frozen=True, slots=True)
class Suggested:
    """What to ask for a release by grade, with amounts rounded to cents; None and a ``reason`` where nobody says."""

    prices: Mapping[Condition, Price] | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Worth:
    """What a collection is worth as Discogs prints it (``€1,120.09``), and when it said so (ISO 8601 UTC)."""

    minimum: str
    median: str
    maximum: str
    as_of: str


class Market:
    """The marketplace for every user. Everything raises :class:`NotConnected` and the ``Upstream*`` errors.

    Listings live on Discogs alone: they are always asked for.
    """

    def __init__(self, discogs: Discogs, storage: Storage) -> None:
        self._discogs = discogs
        self._storage = storage

    async def inventory(
        self,
        user_id: UserId,
        page: int = 1,
        *,
        status: str = "All",
        sort: str = "listed",
        sort_order: str = "desc",
        per_page: int = PER_PAGE,
    ) -> InventoryPage:
        """One page of what the user offers, drafts included; the sorts are Discogs' (discogs-api.md 4.6)."""
        async with self._client(user_id) as (client, username):
            return await client.market.inventory(username, page, status, sort, sort_order, per_page)

    async def edit(self, user_id: UserId, listing_id: int, changes: ListingChanges) -> Listing:
        """Change a listing; how it is then. One that has expired must be told whether it is a draft or for sale.

        Raises :class:`NotFound`, :class:`InvalidInput`, and :class:`Conflict` for what is sold.
        """
        async with self._client(user_id) as (client, _):
            listing = await self._own(client, listing_id)
            await client.market.edit(listing_id, _changed(listing, changes))
            return await client.market.listing(listing_id)

    async def remove(self, user_id: UserId, listing_id: int) -> Listing:
        """Take a listing away for good; what it was. Raises :class:`NotFound`, and :class:`Conflict` for what is sold."""
        async with self._client(user_id) as (client, _):
            listing = await self._own(client, listing_id)
            await client.market.delete(listing_id)
        return listing

    async def suggestions(self, user_id: UserId, release_id: int) -> Suggested:
        """What to ask for a release."""
        async with self._client(user_id) as (client, _):
            try:
                said = await client.market.suggestions(release_id)
            except UpstreamNotFound:
                return Suggested(
                    None,
                    "Discogs suggests prices only to accounts with seller settings, for releases it knows. "
                    f"Fill in the settings at {self._discogs.web_base}/settings/seller.",
                )
        prices = {grade: price for grade in Condition if (price := said.get(grade.value)) is not None}
        rounded = {grade: price.model_copy(update={"value": price.cents}) for grade, price in prices.items()}
        return Suggested(rounded) if rounded else Suggested(None, "Discogs has no prices for this release yet.")

    async def value(self, user_id: UserId, *, refresh: bool = False) -> Worth:
        """What the collection is worth: as Discogs said within the last day, unless the collection changed since.

        Where Discogs cannot say now, as it said before (``as_of`` tells its age); raises only if it never did.
        """
        async with self._storage.read() as conn:
            standing = list(await copies.standing(conn, user_id))
            kept = await user_values.get(conn, user_id, _WORTH)
        try:
            client, username = await self._discogs.account(user_id)
            kept = kept if kept and kept[0]["username"] == username else None
            if kept and not refresh and kept[0]["standing"] == standing and _age(kept[1]) < WORTH_KEPT:
                return _worth(*kept)
            async with self._discogs.watched(user_id):
                said = await client.interactive.value(username)
        except (UpstreamError, NotConnected) as error:
            if kept is None:
                raise
            log.info("old_worth_shown", as_of=kept[1], error=error.message)
            return _worth(*kept)
        document = {
            "minimum": said.minimum,
            "median": said.median,
            "maximum": said.maximum,
            "username": username,
            "standing": standing,
        }
        async with self._storage.write() as conn:
            await user_values.put(conn, user_id, _WORTH, document)
            stored = await user_values.get(conn, user_id, _WORTH)
        assert stored is not None
        return _worth(*stored)

    @asynccontextmanager
    async def _client(self, user_id: UserId) -> AsyncGenerator[tuple[DiscogsClient, str]]:
        """The user's client, going before background work, and their name on Discogs."""
        client, username = await self._discogs.account(user_id)
        async with self._discogs.watched(user_id):
            yield client.interactive, username

    async def _own(self, client: DiscogsClient, listing_id: int) -> Listing:
        """The listing, if it can still be changed."""
        try:
            listing = await client.market.listing(listing_id)
        except UpstreamNotFound as error:
            raise NotFound(
                f"There is no listing {listing_id}.", "It may have been deleted; look at the list again."
            ) from error
        if listing.status not in EDITABLE:
            raise Conflict(
                f"Listing {listing_id} is “{listing.status}” and stays as it is.",
                "Only drafts and what is for sale or expired can be changed; list the record anew.",
            )
        return listing


def _changed(listing: Listing, changes: ListingChanges) -> NewListing:
    """Everything about the listing, with the changes: Discogs wants the whole set."""
    price = changes.price if changes.price is not None else listing.price and listing.price.value
    if price is None:
        raise InvalidInput("price", "The listing has no price.", "Give one, for example 12.50.")
    status = changes.status or ListingStatus(listing.status)
    if status not in (ListingStatus.DRAFT, ListingStatus.FOR_SALE):
        raise InvalidInput("status", f"A listing cannot be made “{status}”.", "Choose “Draft” or “For Sale”.")
    try:
        condition = changes.condition or Condition(listing.condition)
        sleeve = changes.sleeve_condition or SleeveCondition(listing.sleeve_condition or SleeveCondition.NOT_GRADED)
    except ValueError as error:
        raise InvalidInput("condition", "The listing has no grade that Discogs knows.", "Choose one.") from error
    offer = NewListing(listing.release.id, condition, checked_price(price), status, sleeve)
    texts = {"comments": changes.comments, "location": changes.location, "allow_offers": changes.allow_offers}
    given = {name: value for name, value in texts.items() if value is not None}
    kept = {name: getattr(listing, name) for name in ("comments", "location", "allow_offers", "external_id")}
    return replace(offer, **(kept | given))


def _worth(kept: Mapping[str, str], as_of: str) -> Worth:
    return Worth(kept["minimum"], kept["median"], kept["maximum"], as_of)


def _age(instant: str) -> timedelta:
    return datetime.now(UTC) - datetime.fromisoformat(instant)
