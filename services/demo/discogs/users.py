"""Who asks, and what Discogs says about a user; the wantlist (discogs-api.md 1.5, 4.3, 4.5)."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.demo.catalogue import API, Document
from services.demo.world import ALL, Declined, Want, World, pacific

from .answers import answer, body_of, nothing, page


def world_of(request: Request) -> World:
    """The world, if the user in the path exists and may be read."""
    world: World = request.app.state.world
    if request.path_params.get("user", "").casefold() != world.username.casefold():
        raise Declined(404, "User does not exist or may have been deleted.")
    if request.scope["state"].get("private"):
        raise Declined(403, "You don't have permission to access this resource.")
    return world


def owner_only(request: Request) -> World:
    """The world, if the credential belongs to the user in the path."""
    authenticated(request)
    return world_of(request)


def authenticated(request: Request) -> World:
    """The world, if there is a credential at all."""
    if not request.scope["state"]["credential"]:
        raise Declined(401, "You must authenticate to access this resource.")
    return request.app.state.world


async def identity(request: Request) -> Response:
    world = authenticated(request)
    return answer(
        request,
        {
            "id": 7_700_001,
            "username": world.username,
            "resource_url": f"{API}/users/{world.username}",
            "consumer_name": "Lockgroove demo",
        },
    )


async def profile(request: Request) -> Response:
    world = world_of(request)
    base = f"{API}/users/{world.username}"
    return answer(
        request,
        {
            "id": 7_700_001,
            "username": world.username,
            "name": "A collector of the demo",
            "profile": "I dig [b]crates[/b].",
            "location": "Nowhere in particular",
            "home_page": "",
            "registered": "2009-02-14T10:00:00-08:00",
            "rank": 12,
            "num_pending": 0,
            "num_for_sale": 0,
            "num_lists": 0,
            "releases_contributed": 3,
            "releases_rated": sum(1 for rating in world.ratings.values() if rating),
            "rating_avg": 4.1,
            "num_collection": world.folder_count(ALL),
            "num_wantlist": len(world.wants),
            "curr_abbr": "EUR",
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
        },
    )


def _want(world: World, want: Want) -> Document:
    return {
        "id": want.release_id,
        "resource_url": f"{API}/users/{world.username}/wants/{want.release_id}",
        "date_added": pacific(want.added),
        "rating": want.rating,
        "notes": want.notes,
        "basic_information": world.catalogue.pressings[want.release_id].summary,
    }


async def wants(request: Request) -> Response:
    world = world_of(request)
    return answer(request, page(request, "wants", list(world.wants.values()), lambda want: _want(world, want)))


async def put_want(request: Request) -> Response:
    """Keyed by release: repeating it does no harm."""
    world = owner_only(request)
    release_id: int = request.path_params["release"]
    if release_id not in world.catalogue.pressings:
        raise Declined(404, "That release does not exist in the user's wantlist.")
    changes = await body_of(request)
    want = world.want(release_id, datetime.now(UTC))
    want.notes = str(changes.get("notes", want.notes))
    want.rating = int(changes.get("rating", want.rating))
    return answer(request, _want(world, want), 201 if request.method == "PUT" else 200)


async def delete_want(request: Request) -> Response:
    owner_only(request).wants.pop(request.path_params["release"], None)
    return nothing()


ROUTES = [
    Route("/oauth/identity", identity, methods=["GET"]),
    Route("/users/{user}", profile, methods=["GET"]),
    Route("/users/{user}/wants", wants, methods=["GET"]),
    Route("/users/{user}/wants/{release:int}", put_want, methods=["PUT", "POST"]),
    Route("/users/{user}/wants/{release:int}", delete_want, methods=["DELETE"]),
]
