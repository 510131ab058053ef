"""Who asks, whose things these are, and what Discogs says about a user (discogs-api.md 1.5, 4.3)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.demo.accounts import Accounts
from services.demo.catalogue import API, Document
from services.demo.declined import FORBIDDEN, UNAUTHENTICATED, Declined
from services.demo.listings import FOR_SALE
from services.demo.world import ALL, World

from .answers import answer


def world_of(request: Request, part: str = "") -> World:
    """The account in the path, if it exists and ``part`` of it may be read by who asks."""
    accounts: Accounts = request.app.state.accounts
    world = accounts.named(request.path_params.get("user", ""))
    if world is None:
        raise Declined(404, "User does not exist or may have been deleted.")
    hidden = part in world.private and not owns(request, world)
    if hidden and not request.scope["state"]["credential"]:
        raise Declined(401, UNAUTHENTICATED)
    if hidden or request.scope["state"].get("private"):
        raise Declined(403, FORBIDDEN)
    return world


def owner_only(request: Request) -> World:
    """The account in the path, if it is the one that asks."""
    authenticated(request)
    world = world_of(request)
    if not owns(request, world):
        raise Declined(403, FORBIDDEN)
    return world


def authenticated(request: Request) -> World:
    """The account that asks."""
    world = asking(request)
    if world is None:
        raise Declined(401, UNAUTHENTICATED)
    return world


def asking(request: Request) -> World | None:
    """The account that asks; None without a credential, or with that of an application only."""
    return request.scope["state"]["account"]


def owns(request: Request, world: World) -> bool:
    """Whether ``world`` is the account that asks."""
    return asking(request) is world


async def identity(request: Request) -> Response:
    world = authenticated(request)
    return answer(
        request,
        {
            "id": world.user_id,
            "username": world.username,
            "resource_url": f"{API}/users/{world.username}",
            "consumer_name": request.scope["state"]["application"],
        },
    )


async def profile(request: Request) -> Response:
    world = world_of(request)
    base = f"{API}/users/{world.username}"
    document: Document = {
        "id": world.user_id,
        "username": world.username,
        "name": "A collector of the demo",
        "profile": "I dig [b]crates[/b].",
        "location": "Nowhere in particular",
        "home_page": "",
        "registered": "2009-02-14T10:00:00-08:00",
        "rank": 12,
        "num_pending": 0,
        "num_for_sale": len(world.inventory.of_status(FOR_SALE)),
        "num_lists": 0,
        "releases_contributed": 3,
        "releases_rated": sum(1 for rating in world.ratings.values() if rating),
        "rating_avg": 4.1,
        "num_collection": world.folder_count(ALL),
        "num_wantlist": len(world.wants),
        "curr_abbr": world.currency,
        "avatar_url": "",
        "banner_url": "",
        "buyer_rating": 100.0,
        "buyer_rating_stars": 5.0,
        "buyer_num_ratings": 9,
        "seller_rating": 0.0,
        "seller_rating_stars": 0.0,
        "seller_num_ratings": 0,
        "collection_folders_url": f"{base}/collection/folders",
        "collection_fields_url": f"{base}/collection/fields",
        "wantlist_url": f"{base}/wants",
        "inventory_url": f"{base}/inventory",
        "uri": f"https://www.discogs.com/user/{world.username}",
        "resource_url": base,
    }
    hidden = () if owns(request, world) else world.private
    for part in hidden:
        del document[_COUNTED[part]]
    return answer(request, document)


_COUNTED = {"collection": "num_collection", "wants": "num_wantlist"}
"""What the profile counts of a part that may be private."""


ROUTES = [
    Route("/oauth/identity", identity, methods=["GET"]),
    Route("/users/{user}", profile, methods=["GET"]),
]
