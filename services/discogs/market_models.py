"""What the marketplace says and is told: listings, prices, grades (discogs-api.md 4.6)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Any, cast

from pydantic import BeforeValidator, RootModel

from services.errors import InvalidInput
from services.tolerance import Text, as_list

from .models import Pagination, Said
from .tolerance import Instant, Whole, Year

_CENT = Decimal("0.01")
HIGHEST_PRICE = Decimal(1_000_000)
"""More than any record was ever sold for: a higher price is a slip of the finger."""


class Condition(StrEnum):
    """The grades of a record: Discogs takes these strings exactly."""

    MINT = "Mint (M)"
    NEAR_MINT = "Near Mint (NM or M-)"
    VERY_GOOD_PLUS = "Very Good Plus (VG+)"
    VERY_GOOD = "Very Good (VG)"
    GOOD_PLUS = "Good Plus (G+)"
    GOOD = "Good (G)"
    FAIR = "Fair (F)"
    POOR = "Poor (P)"


class SleeveCondition(StrEnum):
    """The grades of a sleeve: those of a record, and three of its own."""

    MINT = Condition.MINT.value
    NEAR_MINT = Condition.NEAR_MINT.value
    VERY_GOOD_PLUS = Condition.VERY_GOOD_PLUS.value
    VERY_GOOD = Condition.VERY_GOOD.value
    GOOD_PLUS = Condition.GOOD_PLUS.value
    GOOD = Condition.GOOD.value
    FAIR = Condition.FAIR.value
    POOR = Condition.POOR.value
    GENERIC = "Generic"
    NOT_GRADED = "Not Graded"
    NO_COVER = "No Cover"


class ListingStatus(StrEnum):
    """The states of a listing that this program tells apart; Discogs has more."""

    DRAFT = "Draft"
    FOR_SALE = "For Sale"
    EXPIRED = "Expired"
    SOLD = "Sold"


EDITABLE = frozenset({ListingStatus.DRAFT, ListingStatus.FOR_SALE, ListingStatus.EXPIRED})
"""Only these can be edited; what was sold must be listed anew."""


class Price(Said):
    """An amount of money, as unrounded as Discogs sends it (``8.415000000000001``)."""

    value: Decimal
    currency: Text = ""

    @property
    def cents(self) -> Decimal:
        """The amount to two decimals, halves up, as Discogs shows it."""
        return self.value.quantize(_CENT, ROUND_HALF_UP)


def _price(value: object) -> object:
    """A price, None where there is no amount (``{}``, null). The shortest spelling of a float is what was sent."""
    if not isinstance(value, dict):
        return value if isinstance(value, Price) else None
    said = cast(dict[str, Any], value)
    try:
        amount = Decimal(str(said.get("value")))
    except InvalidOperation:
        return None
    return {**said, "value": amount} if amount.is_finite() else None


OptionalPrice = Annotated[Price | None, BeforeValidator(_price)]
Flag = Annotated[bool, BeforeValidator(bool)]


class ListedRelease(Said):
    """The release of a listing, in display strings; ``label`` is the first one only."""

    id: Whole = 0
    artist: Text = ""
    title: Text = ""
    label: Text = ""
    catalog_number: Text = ""
    format: Text = ""
    description: Text = ""
    year: Year = None
    thumbnail: Text = ""


class Listing(Said):
    """Something offered for sale. ``external_id`` (private comments) and ``location`` are told to the owner only."""

    id: int
    status: Text = ""
    condition: Text = ""
    sleeve_condition: Text = ""
    comments: Text = ""
    price: OptionalPrice = None
    allow_offers: Flag = False
    posted: Instant = ""
    external_id: Text = ""
    location: Text = ""
    uri: Text = ""
    release: ListedRelease = ListedRelease()


class InventoryPage(Said):
    pagination: Pagination
    listings: Annotated[tuple[Listing, ...], BeforeValidator(as_list)] = ()


class CreatedListing(Said):
    """A listing just made; ids pass 2^32."""

    listing_id: int


class MarketStats(Said):
    """What is offered of a release; both figures are missing where it may not be sold."""

    num_for_sale: Whole = 0
    lowest_price: OptionalPrice = None
    blocked_from_sale: Flag = False


def _prices(value: object) -> dict[str, object]:
    said = cast(dict[str, object], value) if isinstance(value, dict) else {}
    return {grade: price for grade, amount in said.items() if (price := _price(amount)) is not None}


class Suggestions(RootModel[Annotated[dict[str, Price], BeforeValidator(_prices)]]):
    """Prices by grade; empty where Discogs has nothing to go by."""


@dataclass(frozen=True, slots=True)
class NewListing:
    """What is offered, in the seller's own currency. It is a draft unless asked otherwise: Discogs' own default would
    put it up for sale at once. ``external_id`` is a good place for a mark of ours, ``location`` for where it stands.
    """

    release_id: int
    condition: Condition
    price: Decimal
    status: ListingStatus = ListingStatus.DRAFT
    sleeve_condition: SleeveCondition = SleeveCondition.NOT_GRADED
    comments: str = ""
    external_id: str = ""
    location: str = ""
    allow_offers: bool = False

    @property
    def document(self) -> dict[str, object]:
        """Everything, as Discogs takes it: what is omitted in an edit would keep its value."""
        return {
            "release_id": self.release_id,
            "condition": Condition(self.condition).value,
            "price": float(self.price),
            "status": ListingStatus(self.status).value,
            "sleeve_condition": SleeveCondition(self.sleeve_condition).value,
            "comments": self.comments,
            "external_id": self.external_id,
            "location": self.location,
            "allow_offers": self.allow_offers,
        }


def checked_price(value: Decimal | str) -> Decimal:
    """A price to ask: above zero, at most two decimals (Discogs takes a negative one for a positive without a word).

    Raises :class:`InvalidInput` for ``price``.
    """
    try:
        price = Decimal(value)
    except InvalidOperation:
        price = Decimal(0)
    if not price.is_finite() or not 0 < price <= HIGHEST_PRICE or price != price.quantize(_CENT):
        raise InvalidInput(
            "price",
            "That is not a price that can be asked.",
            "Give an amount above zero with at most two decimals, for example 12.50.",
        )
    return price
