"""How what is for sale is written and typed: prices, and grades in the short forms that collectors use."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from storage.fold import fold

if TYPE_CHECKING:
    from services.discogs.market_models import Listing, Price


def money(price: Price | None) -> str:
    """``12.50 EUR``, empty where no price is known."""
    return f"{price.cents} {price.currency}".strip() if price is not None else ""


def brief(condition: str) -> str:
    """A grade as collectors abbreviate it: ``VG+`` for ``Very Good Plus (VG+)``."""
    inner = condition.partition("(")[2].rstrip(")")
    return inner.partition(" or ")[0] or condition


def grades(listing: Listing) -> str:
    """Record and sleeve: ``VG+ / Not Graded``."""
    return " / ".join(filter(None, (brief(listing.condition), brief(listing.sleeve_condition))))


def grade(typed: str, offered: Sequence[str]) -> str | None:
    """The one of ``offered`` that is meant: by its short form (``vg+``), its name, or the beginning of its name."""
    wanted = fold(typed)
    for option in offered:
        inner = option.partition("(")[2].rstrip(")")
        if wanted in {fold(option), fold(option.partition(" (")[0]), *map(fold, inner.split(" or ") if inner else ())}:
            return option
    begun = [option for option in offered if fold(option).startswith(wanted)]
    return begun[0] if len(begun) == 1 else None


def price(typed: str) -> Decimal:
    """The amount that is meant; a comma is as good as a point. Raises :class:`InvalidInput`."""
    from services.discogs.market_models import checked_price

    return checked_price(typed.replace(",", "."))
