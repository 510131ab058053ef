"""How listings, price suggestions and the collection's worth look on the command line, as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli.output import document, fields, has_room, note, table
from tui.offers import grades, money
from tui.text import clean
from tui.words import ago, moment, number

if TYPE_CHECKING:
    from services.discogs.market import Suggested, Worth
    from services.discogs.market_models import InventoryPage, Listing, Price

_LESSER = ("COMMENTS", "RELEASE")
"""Columns that are left out on a narrow terminal."""


def print_page(page: InventoryPage, *, as_json: bool) -> None:
    """A page of listings, and where the next one is; the listing's number is last, for the next command."""
    at = page.pagination
    if as_json:
        listings = [wire(listing) for listing in page.listings]
        document({"listings": listings, "count": at.items, "page": at.page, "pages": at.pages})
        return
    rows = [_row(listing) for listing in page.listings]
    if rows:
        headings = [name for name in rows[0] if name not in _LESSER or has_room()]
        table(headings, [[row[name] for name in headings] for row in rows])
    some = f"{number(at.items)} listing{'' if at.items == 1 else 's'}"
    if not at.items:
        note("You offer nothing like that on Discogs.")
    elif at.pages > 1:
        note(f"Page {number(at.page)} of {number(at.pages)}, {some} in all.")
    else:
        note(f"{some}.")


def _row(listing: Listing) -> dict[str, str]:
    return {
        "STATUS": listing.status,
        "ARTIST": listing.release.artist,
        "TITLE": listing.release.title,
        "GRADES": grades(listing),
        "PRICE": money(listing.price),
        "LISTED": listing.posted[:10],
        "COMMENTS": listing.comments,
        "RELEASE": str(listing.release.id),
        "LISTING": str(listing.id),
    }


def said(what: str, listing: Listing) -> str:
    """What was done to a listing, with its terms; its number is last, for the next command."""
    terms = ", ".join(filter(None, (grades(listing), money(listing.price), listing.status)))
    return f"{what} {clean(f'{listing.release.artist} – {listing.release.title}: {terms}')}  {listing.id}"


def print_suggested(release_id: int, found: Suggested, *, as_json: bool) -> None:
    """The prices by grade, best first, or the reason why there are none."""
    prices = found.prices or {}
    if as_json:
        said = {grade.value: _price(price) for grade, price in prices.items()}
        document({"release_id": release_id, "prices": said, "reason": found.reason})
        return
    if prices:
        table(("RECORD", "SUGGESTED"), [(grade.value, money(price)) for grade, price in prices.items()])
    if found.reason:
        note(found.reason)


def print_worth(worth: Worth, *, as_json: bool) -> None:
    """The three figures as Discogs prints them, and their age."""
    if as_json:
        figures = {"minimum": worth.minimum, "median": worth.median, "maximum": worth.maximum}
        document({**figures, "as_of": worth.as_of})
        return
    age = f"{moment(worth.as_of)} ({ago(worth.as_of)})"
    fields([("Minimum", worth.minimum), ("Median", worth.median), ("Maximum", worth.maximum), ("As of", age)])


def wire(listing: Listing) -> dict[str, object]:
    """The listing under Discogs' own names, as far as they concern its owner."""
    release = listing.release
    return {
        "listing_id": listing.id,
        "status": listing.status,
        "condition": listing.condition,
        "sleeve_condition": listing.sleeve_condition,
        "price": _price(listing.price),
        "comments": listing.comments,
        "allow_offers": listing.allow_offers,
        "posted": listing.posted,
        "location": listing.location,
        "external_id": listing.external_id,
        "release": {
            "id": release.id,
            "artist": release.artist,
            "title": release.title,
            "label": release.label,
            "catalog_number": release.catalog_number,
            "format": release.format,
            "year": release.year,
        },
    }


def _price(price: Price | None) -> dict[str, object] | None:
    return {"value": float(price.cents), "currency": price.currency} if price is not None else None
