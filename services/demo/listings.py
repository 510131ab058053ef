"""One seller's listings, and what Discogs takes as one (discogs-api.md 4.6)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .catalogue import Document, Pressing
from .declined import FORBIDDEN, Declined
from .grades import GRADES, SLEEVE_GRADES

FOR_SALE, DRAFT, EXPIRED, SOLD, VIOLATION = "For Sale", "Draft", "Expired", "Sold", "Violation"
STATUSES = (FOR_SALE, DRAFT, EXPIRED, SOLD, VIOLATION)
_EDITABLE = (FOR_SALE, DRAFT, EXPIRED)
_AUTO = "auto"


@dataclass(slots=True)
class Listing:
    """A record that is for sale, was, or may be. ``price`` is in the seller's currency, ``weight`` in grams (None: estimated)."""

    listing_id: int
    release_id: int
    posted: datetime
    condition: str = ""
    price: float = 0.0
    status: str = FOR_SALE
    sleeve_condition: str = "Not Graded"
    comments: str = ""
    allow_offers: bool = False
    external_id: str = ""
    location: str = ""
    weight: float | None = None
    format_quantity: int = 1


class Inventory:
    """The listings of one account, by id. ``is_open``: the seller settings are filled in."""

    def __init__(self, first_id: int) -> None:
        self.is_open = True
        self._listings: dict[int, Listing] = {}
        self._next_id = first_id

    def __len__(self) -> int:
        return len(self._listings)

    def of_status(self, *statuses: str) -> list[Listing]:
        """The listings of these states (none given: of all), oldest first."""
        return [listing for listing in self._listings.values() if not statuses or listing.status in statuses]

    def get(self, listing_id: int) -> Listing | None:
        return self._listings.get(listing_id)

    def create(self, body: Document, pressings: Mapping[int, Pressing]) -> Listing:
        """A new listing, every time; nothing is made of a body that is not right."""
        release_id: object = body.get("release_id")
        pressing = pressings.get(release_id) if isinstance(release_id, int) else None
        if pressing is None:
            raise Declined(422, "Invalid release_id: release not found.")
        listing = Listing(0, pressing.id, datetime.now(UTC).replace(microsecond=0))
        _write(listing, {"status": FOR_SALE} | body, pressing)
        self._next_id += 1
        listing.listing_id = self._next_id
        self._listings[listing.listing_id] = listing
        return listing

    def edit(self, listing: Listing, body: Document, pressing: Pressing) -> None:
        """Change a listing. Condition, price and status are required; what else is left out stays, an empty text clears.

        The release cannot be changed; one that is named is ignored (recorded in 2026).
        """
        if listing.status not in _EDITABLE:
            raise Declined(403, FORBIDDEN)
        _write(listing, body, pressing)

    def remove(self, listing: Listing) -> None:
        del self._listings[listing.listing_id]


def units(pressing: Pressing) -> int:
    """How many discs, tapes and boxes a release consists of."""
    return sum(int(f["qty"]) for f in pressing.summary["formats"] if str(f["qty"]).isdigit())


def _write(listing: Listing, body: Document, pressing: Pressing) -> None:
    """Check everything, then write it."""
    found: dict[str, Any] = {
        "condition": _one_of(body, "condition", GRADES),
        "price": _price(body.get("price")),
        "status": _one_of(body, "status", _EDITABLE if listing.listing_id else (FOR_SALE, DRAFT)),
        "sleeve_condition": _one_of(body, "sleeve_condition", SLEEVE_GRADES, listing.sleeve_condition),
        "allow_offers": _flag(body, "allow_offers", listing.allow_offers),
        "weight": _weight(body, listing.weight),
        "format_quantity": _quantity(body, listing, pressing),
    }
    for name in ("comments", "external_id", "location"):
        found[name] = _text(body, name, getattr(listing, name))
    for name, value in found.items():
        setattr(listing, name, value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _price(value: Any) -> float:
    """A negative price silently becomes a positive one (recorded in 2026)."""
    if not _is_number(value) or value == 0:
        raise Declined(422, "Invalid price: expected float.")
    return abs(float(value))


def _one_of(body: Document, name: str, allowed: tuple[str, ...], known: str = "") -> str:
    """One of the exact strings; ``known`` (empty: none) if the body has none."""
    value = body.get(name, known)
    if value not in allowed:
        raise Declined(422, f"Invalid {name}: expected one of: {', '.join(allowed)}.")
    return value


def _text(body: Document, name: str, known: str) -> str:
    value = body.get(name, known)
    if not isinstance(value, str):
        raise Declined(422, f"Invalid {name}: expected string.")
    return value


def _flag(body: Document, name: str, known: bool) -> bool:
    value = body.get(name, known)
    if not isinstance(value, bool):
        raise Declined(422, f"Invalid {name}: expected boolean.")
    return value


def _weight(body: Document, known: float | None) -> float | None:
    """Nothing and zero keep what is known, a negative weight and ``auto`` bring the estimate back."""
    value: Any = body.get("weight", 0)
    if value == _AUTO:
        return None
    if not _is_number(value):
        raise Declined(422, "Invalid weight: expected float.")
    return float(value) if value > 0 else known if value == 0 else None


def _quantity(body: Document, listing: Listing, pressing: Pressing) -> int:
    """What it counts as for shipping; zero is one."""
    if "format_quantity" not in body and listing.listing_id:
        return listing.format_quantity
    value: Any = body.get("format_quantity", _AUTO)
    if value == _AUTO:
        return max(1, units(pressing))
    if not isinstance(value, int) or isinstance(value, bool):
        raise Declined(422, "Invalid format_quantity: expected integer.")
    if value < 0:
        raise Declined(422, "Format quantity cannot be negative")
    return value or 1
