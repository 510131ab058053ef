"""The marketplace as Discogs offers it to a seller (discogs-api.md 4.6)."""

from __future__ import annotations

import contextlib

from services.errors import UpstreamNotFound

from .calls import Calls, user_path
from .market_models import CreatedListing, InventoryPage, Listing, MarketStats, NewListing, Price, Suggestions

_LISTINGS = "/marketplace/listings"


class MarketCalls:
    """The calls under ``/marketplace`` and a user's inventory."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def inventory(
        self,
        username: str,
        page: int,
        status: str = "All",
        sort: str = "listed",
        sort_order: str = "desc",
        per_page: int = 100,
    ) -> InventoryPage:
        """One page of what a user offers; others than the owner see what is for sale only, and 100 pages of it."""
        return await self._calls.get(
            InventoryPage,
            f"{user_path(username)}/inventory",
            f"read page {page} of the inventory",
            {"page": page, "per_page": per_page, "status": status, "sort": sort, "sort_order": sort_order},
        )

    async def listing(self, listing_id: int) -> Listing:
        """One listing. Raises :class:`UpstreamNotFound` for one that is gone."""
        return await self._calls.get(Listing, f"{_LISTINGS}/{listing_id}", f"read listing {listing_id}")

    async def create(self, listing: NewListing) -> int:
        """Offer something; the id of the listing. Never repeated by itself: every call makes a further listing.

        After an error whose ``status`` is not 400 to 499, look in :meth:`inventory` for its ``external_id`` first.
        """
        action = f"list release {listing.release_id}"
        answer = await self._calls.send("POST", _LISTINGS, action, listing.document)
        return self._calls.read(CreatedListing, answer, action).listing_id

    async def edit(self, listing_id: int, listing: NewListing) -> None:
        """Make a listing be as ``listing`` says; its release stays whatever it is."""
        action = f"change listing {listing_id}"
        await self._calls.send("POST", f"{_LISTINGS}/{listing_id}", action, listing.document, repeatable=True)

    async def delete(self, listing_id: int) -> None:
        """Take a listing away for good; that it is gone already is as good."""
        with contextlib.suppress(UpstreamNotFound):
            await self._calls.send("DELETE", f"{_LISTINGS}/{listing_id}", f"delete listing {listing_id}")

    async def suggestions(self, release_id: int) -> dict[str, Price]:
        """What to ask for a release by grade; empty where Discogs does not know.

        Raises :class:`UpstreamNotFound` for an account without seller settings.
        """
        path = f"/marketplace/price_suggestions/{release_id}"
        return (await self._calls.get(Suggestions, path, f"suggest prices for release {release_id}")).root

    async def stats(self, release_id: int) -> MarketStats:
        """How many are for sale, and the cheapest."""
        return await self._calls.get(
            MarketStats, f"/marketplace/stats/{release_id}", f"look up release {release_id} on the marketplace"
        )
