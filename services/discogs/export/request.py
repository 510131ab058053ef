"""What is asked of an export, checked before anything is sent, and as it is kept with the job."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Self
from uuid import UUID

from services.discogs.add import UNCATEGORIZED
from services.discogs.market_models import Condition, ListingStatus, NewListing, SleeveCondition, checked_price
from services.errors import InvalidInput
from storage.values import Document, ExportTarget

MOST_ITEMS = 10_000
"""Items of one export: at one a second that is the better part of three hours."""
LONGEST_COMMENTS = 1000
"""Characters that a listing's comments may have."""
_LARGEST_ID = 2**63 - 1
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_OFFERED = (ListingStatus.DRAFT, ListingStatus.FOR_SALE)


@dataclass(frozen=True, slots=True)
class ListingTerms:
    """How everything in one export is offered; ``price`` is in the seller's own currency (discogs-api.md 4.6)."""

    condition: str
    price: Decimal | str
    sleeve_condition: str = SleeveCondition.NOT_GRADED.value
    status: str = ListingStatus.DRAFT.value
    comments: str = ""

    def checked(self) -> ListingTerms:
        """The terms as Discogs takes them. Raises :class:`InvalidInput` that names what is wrong."""
        _one_of("listing.condition", "condition of a record", self.condition, [each.value for each in Condition])
        sleeves = [each.value for each in SleeveCondition]
        _one_of("listing.sleeve_condition", "condition of a sleeve", self.sleeve_condition, sleeves)
        _one_of("listing.status", "status of a new listing", self.status, [each.value for each in _OFFERED])
        if len(self.comments) > LONGEST_COMMENTS:
            raise InvalidInput("listing.comments", f"Comments may have {LONGEST_COMMENTS:,} characters at most.")
        try:
            price = checked_price(self.price)
        except InvalidInput as error:
            raise InvalidInput("listing.price", error.message, error.hint) from error
        return replace(self, price=price)

    def offer(self, release_id: int, external_id: str) -> NewListing:
        """The listing of one release, with our mark on it."""
        return NewListing(
            release_id,
            Condition(self.condition),
            Decimal(self.price),
            ListingStatus(self.status),
            SleeveCondition(self.sleeve_condition),
            self.comments,
            external_id,
        )


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to send where: releases by their Discogs ids, records by their UUIDs, or both.

    ``folder_id`` and ``remove_from_wantlist`` (take what was wanted off the wantlist once it is added) belong to the
    collection, ``listing`` to the marketplace.
    """

    target: ExportTarget
    discogs_ids: tuple[int, ...] = ()
    record_ids: tuple[str, ...] = ()
    folder_id: int | None = None
    listing: ListingTerms | None = None
    remove_from_wantlist: bool = False

    def checked(self) -> ExportRequest:
        """The request without doubles. Raises :class:`InvalidInput` that names what is wrong."""
        releases = tuple(dict.fromkeys(self.discogs_ids))
        records = tuple(dict.fromkeys(each.lower() for each in self.record_ids))
        if not releases and not records:
            raise InvalidInput("discogs_ids", "Nothing was chosen to export.", "Name releases or records.")
        if len(releases) + len(records) > MOST_ITEMS:
            raise InvalidInput("discogs_ids", f"One export takes {MOST_ITEMS:,} items at most.", "Split the list.")
        if any(not 1 <= each <= _LARGEST_ID for each in releases):
            raise InvalidInput("discogs_ids", "One of these is not the number of a Discogs release.")
        if not all(_UUID.fullmatch(each) for each in records):
            raise InvalidInput("record_ids", "One of these is not the id of a record.", "Ids of records are UUIDs.")
        self._check_terms()
        listing = self.listing.checked() if self.listing else None
        return replace(
            self, discogs_ids=releases, record_ids=tuple(str(UUID(each)) for each in records), listing=listing
        )

    def _check_terms(self) -> None:
        """What does not belong to the target is a mistake, not something to pass over."""
        if self.target is ExportTarget.MARKETPLACE and self.listing is None:
            raise InvalidInput("listing", "A listing needs a condition and a price.", "Say both.")
        if self.target is not ExportTarget.MARKETPLACE and self.listing is not None:
            raise InvalidInput("listing", "Only the marketplace takes a condition and a price.", "Leave them out.")
        if self.target is not ExportTarget.COLLECTION and self.folder_id is not None:
            raise InvalidInput("folder_id", "Only the collection has folders.", "Leave it out.")
        if self.target is not ExportTarget.COLLECTION and self.remove_from_wantlist:
            raise InvalidInput("remove_from_wantlist", "Only what joins the collection can leave the wantlist for it.")
        if self.folder_id is not None and not 1 <= self.folder_id <= _LARGEST_ID:
            raise InvalidInput("folder_id", "Nothing can be added to that folder.", "Folder 1 is “Uncategorized”.")


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for every item of an export, as it is kept with the job."""

    target: ExportTarget
    folder_id: int = UNCATEGORIZED
    listing: ListingTerms | None = None
    remove_from_wantlist: bool = False

    @classmethod
    def of(cls, request: ExportRequest) -> Self:
        """The terms of a checked request."""
        return cls(request.target, request.folder_id or UNCATEGORIZED, request.listing, request.remove_from_wantlist)

    @classmethod
    def read(cls, params: Document) -> Self:
        """The terms in the parameters of a job."""
        listing: Mapping[str, str] | None = params.get("listing")
        terms = replace(ListingTerms(**listing), price=Decimal(listing["price"])) if listing else None
        return cls(ExportTarget(params["target"]), params["folder_id"], terms, params["remove_from_wantlist"])

    def document(self) -> Document:
        """As they are kept in the parameters of a job."""
        listing = None
        if self.listing is not None:
            names = ("condition", "sleeve_condition", "status", "comments")
            listing = {name: getattr(self.listing, name) for name in names} | {"price": str(self.listing.price)}
        return {
            "target": self.target.value,
            "folder_id": self.folder_id,
            "listing": listing,
            "remove_from_wantlist": self.remove_from_wantlist,
        }


def _one_of(field: str, what: str, value: str, allowed: list[str]) -> None:
    if value not in allowed:
        raise InvalidInput(field, f"That is no {what} that Discogs knows.", f"Choose one of {', '.join(allowed)}.")
