"""``/_sim``: what a test (or a curious person) can do to the simulated Discogs behind the program's back."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.demo.board import board_routes
from services.demo.declined import Declined
from services.demo.faults import Fault
from services.demo.listings import STATUSES
from services.demo.world import ALL, UNCATEGORIZED, Instance, World

from .answers import body_of


async def state(request: Request) -> Response:
    """Counts of one account (``?account=``; default: the first), and its collection as [instance, release, folder, rating]."""
    world = _account(request, request.query_params.get("account", ""))
    return JSONResponse(
        {
            "username": world.username,
            "releases": len(world.catalogue.pressings),
            "instances": len(world.instances),
            "folders": {str(number): world.folder_count(number) for number in (ALL, *world.folders)},
            "wants": len(world.wants),
            "listings": len(world.inventory),
            "requests": len(request.app.state.requests),
            "collection": [
                [i.instance_id, i.release_id, i.folder_id, world.ratings.get(i.release_id, 0)]
                for i in world.instances.values()
            ],
        }
    )


async def collection(request: Request) -> Response:
    """Change a collection "on the website": ``{"do": "add" | "remove" | "move" | "rate" | "note", "account"?, ...}``.

    ``add`` takes ``release_id`` (default: one that is not owned) and ``folder_id``; the others ``instance_id``, with
    ``folder_id`` to move to, ``rating``, or ``field_id`` and ``value``.
    """
    wanted = await body_of(request)
    world = _account(request, wanted.get("account", ""))
    do = wanted.get("do")
    if do == "add":
        owned = {instance.release_id for instance in world.instances.values()}
        release_id = wanted.get("release_id") or next(n for n in world.catalogue.pressings if n not in owned)
        instance = world.add(wanted.get("folder_id", UNCATEGORIZED), release_id)
    else:
        instance = world.instances.get(wanted.get("instance_id", 0))
        if instance is None:
            raise Declined(404, "The requested collection item does not exist in this user's collection.")
        _change(world, instance, str(do), wanted)
    return JSONResponse({"instance_id": instance.instance_id, "release_id": instance.release_id})


async def wants(request: Request) -> Response:
    """Change a wantlist "on the website": ``{"do": "add" | "remove", "release_id", "account"?, "notes"?, "rating"?}``."""
    wanted = await body_of(request)
    world = _account(request, wanted.get("account", ""))
    release_id = wanted.get("release_id", 0)
    match wanted.get("do"):
        case "add" if release_id in world.catalogue.pressings:
            want = world.want(release_id, datetime.now(UTC).replace(microsecond=0))
            want.notes, want.rating = wanted.get("notes", want.notes), wanted.get("rating", want.rating)
        case "remove" if release_id in world.wants:
            del world.wants[release_id]
        case _:
            raise _not_understood()
    return JSONResponse({"wants": list(world.wants)})


async def listings(request: Request) -> Response:
    """Change a listing "on the website": ``{"listing_id", "status", "account"?}``; ``Sold`` is what buyers do."""
    wanted = await body_of(request)
    world = _account(request, wanted.get("account", ""))
    listing = world.inventory.get(wanted.get("listing_id", 0))
    if listing is None or wanted.get("status") not in STATUSES:
        raise _not_understood()
    listing.status = wanted["status"]
    return JSONResponse({"listing_id": listing.listing_id, "status": listing.status})


async def revoke(request: Request) -> Response:
    """Take access back from every application: ``{"account"?}`` (default: of every account). Tells how many tokens ended."""
    wanted = await body_of(request)
    username = _account(request, wanted["account"]).username if wanted.get("account") else ""
    return JSONResponse({"revoked": request.app.state.grants.revoke(username)})


async def expire(request: Request) -> Response:
    """End every request token, as if its 15 minutes were over."""
    request.app.state.grants.expire()
    return JSONResponse({})


async def accounts(request: Request) -> Response:
    """Everybody, with the personal access token."""
    known = request.app.state.accounts
    return JSONResponse([{"id": w.user_id, "username": w.username, "token": w.token} for w in known])


def _account(request: Request, username: str) -> World:
    known = request.app.state.accounts
    world = known.named(username) if username else known.first
    if world is None:
        raise Declined(404, "User does not exist or may have been deleted.")
    return world


def _change(world: World, instance: Instance, do: str, wanted: dict[str, object]) -> None:
    match do, wanted:
        case "remove", _:
            world.remove(instance)
        case "move", {"folder_id": int(folder_id)}:
            world.move(instance, folder_id)
        case "rate", {"rating": int(rating)}:
            world.rate(instance.release_id, rating)
        case "note", {"field_id": int(field_id), "value": str(value)}:
            world.write_field(instance, field_id, value)
        case _:
            raise _not_understood()


def _not_understood() -> Declined:
    return Declined(422, "What to do is not understood.", place=("body", "do"))


ROUTES = [
    *board_routes(Fault),
    Route("/_sim/state", state, methods=["GET"]),
    Route("/_sim/collection", collection, methods=["POST"]),
    Route("/_sim/wants", wants, methods=["POST"]),
    Route("/_sim/listings", listings, methods=["POST"]),
    Route("/_sim/accounts", accounts, methods=["GET"]),
    Route("/_sim/revoke", revoke, methods=["POST"]),
    Route("/_sim/expire", expire, methods=["POST"]),
]
