"""How a listing is shown, and put in order (discogs-api.md 4.6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.demo.catalogue import API, IMAGES, Document, Pressing
from services.demo.listings import Listing, units
from services.demo.money import CURRENCIES, converted, formatted
from services.demo.world import World, pacific
from storage.fold import sort_key

_WEIGHT = 230
"""Grams of a disc in its sleeve, for want of a scale."""
Order = Callable[[Listing, Pressing], Any]


def _label(pressing: Pressing) -> Document:
    """The first label: listings show no other."""
    labels: list[Document] = pressing.summary["labels"]
    return labels[0] if labels else {"name": "", "catno": ""}


ORDERS: dict[str, Order] = {
    "listed": lambda listing, _: listing.posted,
    "price": lambda listing, _: listing.price,
    "item": lambda _, pressing: sort_key(pressing.summary["title"]),
    "artist": lambda _, pressing: sort_key(pressing.artists_sort),
    "label": lambda _, pressing: sort_key(_label(pressing)["name"]),
    "catno": lambda _, pressing: _label(pressing)["catno"].casefold(),
    "audio": lambda _, __: 0,
}
"""What an inventory can be sorted by."""
OWN_ORDERS: dict[str, Order] = {
    "status": lambda listing, _: listing.status,
    "location": lambda listing, _: listing.location.casefold(),
}
"""What only its owner can sort it by."""


def listing_shown(world: World, listing: Listing, asks: World | None, currency: str) -> Document:
    """A listing of ``world`` as ``asks`` sees it; the private parts are the seller's own."""
    pressing = world.catalogue.pressings[listing.release_id]
    document: Document = {
        "id": listing.listing_id,
        "resource_url": f"{API}/marketplace/listings/{listing.listing_id}",
        "uri": f"https://www.discogs.com/sell/item/{listing.listing_id}",
        "status": listing.status,
        "condition": listing.condition,
        "sleeve_condition": listing.sleeve_condition,
        "comments": listing.comments,
        "ships_from": "Germany",
        "posted": pacific(listing.posted),
        "allow_offers": listing.allow_offers,
        "offer_submitted": False,
        "audio": False,
        "price": {"value": converted(listing.price, world.currency, currency), "currency": currency},
        "original_price": {
            "curr_abbr": world.currency,
            "curr_id": CURRENCIES.index(world.currency) + 1,
            "formatted": formatted(listing.price, world.currency),
            "value": listing.price,
        },
        "shipping_price": {},
        "original_shipping_price": {},
        "shipping_is_blocked": world is asks,
        "seller": _seller(world),
        "release": _release(pressing, asks),
    }
    if asks is not None:
        document["in_cart"] = False
    if asks is world:
        document |= _private(listing, pressing)
    return document


def _private(listing: Listing, pressing: Pressing) -> Document:
    estimate = _WEIGHT * max(1, units(pressing))
    return {
        "weight": listing.weight or estimate,
        "estimated_weight": estimate,
        "format_quantity": listing.format_quantity,
        "external_id": listing.external_id,
        "location": listing.location,
        "quantity": 1,
    }


def _seller(world: World) -> Document:
    address = f"{API}/users/{world.username}"
    return {
        "id": world.user_id,
        "uid": world.user_id,
        "username": world.username,
        "stats": {"rating": "0.0", "stars": 0.0, "total": 0},
        "min_order_total": 0.0,
        "payment": "Invented money",
        "shipping": "By an invented post",
        "html_url": f"https://www.discogs.com/user/{world.username}",
        "url": address,
        "resource_url": address,
    }


def _release(pressing: Pressing, asks: World | None) -> Document:
    """The release in words: artists and formats joined, one label (discogs-api.md 10, 15)."""
    summary = pressing.summary
    formats = ", ".join(part for f in summary["formats"] for part in (f["name"], *f.get("descriptions", ())))
    label = _label(pressing)
    large = f"{IMAGES}/R-{pressing.id}-600.jpeg"
    image = {"type": "primary", "uri": large, "resource_url": large, "uri150": summary["thumb"]}
    stats: Document = {"community": {"in_wantlist": pressing.want, "in_collection": pressing.have}}
    if asks is not None:
        stats["user"] = {"in_wantlist": int(pressing.id in asks.wants), "in_collection": len(asks.copies(pressing.id))}
    return {
        "id": pressing.id,
        "title": summary["title"],
        "artist": pressing.artists_sort,
        "label": label["name"],
        "catalog_number": label["catno"],
        "format": formats,
        "description": f"{pressing.artists_sort} - {summary['title']} ({formats})",
        "year": summary["year"],
        "thumbnail": summary["thumb"],
        "images": [image | {"width": 600, "height": 600}] if summary["thumb"] else [],
        "stats": stats,
        "resource_url": f"{API}/releases/{pressing.id}",
    }
