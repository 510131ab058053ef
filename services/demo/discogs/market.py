"""``/marketplace`` and ``/users/{u}/inventory``: listings, price suggestions, statistics, fee (discogs-api.md 4.6)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.demo.catalogue import API
from services.demo.declined import FORBIDDEN, UNAUTHENTICATED, Declined
from services.demo.grades import GRADES
from services.demo.listings import FOR_SALE, STATUSES, Listing
from services.demo.money import CURRENCIES, converted
from services.demo.world import World

from .answers import answer, body_of, nothing, page, whole
from .listed import ORDERS, OWN_ORDERS, listing_shown
from .users import asking, authenticated, owns, world_of

_GONE = "Item not found. It may have been deleted."
_NO_SELLER = "You must fill out your seller settings first."
_MOST_FOREIGN_PAGES = 100
_WORTH = (0.95, 0.85, 0.65, 0.45, 0.25, 0.15, 0.10, 0.05)
"""What each grade is worth of the full price: the ratios of a recorded answer."""
_FEE = 0.09


async def inventory(request: Request) -> Response:
    """A seller's listings: all of them for the seller, what is for sale for everybody else."""
    world = world_of(request)
    own = owns(request, world)
    if not own and whole(request, "page", 1) > _MOST_FOREIGN_PAGES:
        raise Declined(403, "Pagination above 100 disabled for inventories besides your own")
    rows = world.inventory.of_status(*(_wanted_statuses(request) if own else (FOR_SALE,)))
    sort, orders = request.query_params.get("sort", "listed"), ORDERS | OWN_ORDERS if own else ORDERS
    if sort not in orders:
        raise Declined(422, f"Invalid sort key: {sort}")
    pressings, value = world.catalogue.pressings, orders[sort]
    rows.sort(
        key=lambda listing: (value(listing, pressings[listing.release_id]), listing.listing_id),
        reverse=request.query_params.get("sort_order", "desc") == "desc",
    )
    currency = _currency(request, world)
    shown = page(request, "listings", rows, lambda row: listing_shown(world, row, asking(request), currency))
    return answer(request, shown)


async def listing(request: Request) -> Response:
    world, found = _found(request)
    if found.status != FOR_SALE and not owns(request, world):
        raise Declined(404, _GONE)
    return answer(request, listing_shown(world, found, asking(request), _currency(request, world)))


async def create(request: Request) -> Response:
    """Not idempotent: every call makes a further listing."""
    world = _seller(request)
    made = world.inventory.create(await body_of(request), world.catalogue.pressings).listing_id
    return answer(request, {"listing_id": made, "resource_url": f"{API}/marketplace/listings/{made}"}, 201)


async def edit(request: Request) -> Response:
    world, found = _own(request)
    world.inventory.edit(found, await body_of(request), world.catalogue.pressings[found.release_id])
    return nothing()


async def delete(request: Request) -> Response:
    world, found = _own(request)
    world.inventory.remove(found)
    return nothing()


async def suggestions(request: Request) -> Response:
    """What each grade of a release fetches, unrounded; nothing if it was never sold."""
    world = authenticated(request)
    if not _sells(request, world):
        raise Declined(404, _NO_SELLER)
    pressing = world.catalogue.pressings.get(request.path_params["id"])
    if pressing is None or not pressing.have % 40:
        return answer(request, {})
    full = 1.1 + pressing.have / 97
    prices = {
        grade: {"currency": world.currency, "value": full * worth} for grade, worth in zip(GRADES, _WORTH, strict=True)
    }
    return answer(request, prices)


async def statistics(request: Request) -> Response:
    """How many there are for sale, invented ones and those in the inventories, and the lowest price."""
    number: int = request.path_params["id"]
    currency = _currency(request, None)
    prices = [
        converted(listing.price, world.currency, currency)
        for world in request.app.state.accounts
        for listing in world.inventory.of_status(FOR_SALE)
        if listing.release_id == number
    ]
    pressing = request.app.state.accounts.catalogue.pressings.get(number)
    invented = pressing.have % 40 if pressing else 0
    if invented:
        prices.append(converted(1.5 + invented / 4, "EUR", currency))
    count = invented + len(prices) - bool(invented)
    lowest = {"value": min(prices), "currency": currency} if prices else None
    return answer(request, {"num_for_sale": count, "lowest_price": lowest, "blocked_from_sale": False})


async def fee(request: Request) -> Response:
    """What Discogs keeps of a price."""
    if not request.scope["state"]["credential"]:
        raise Declined(401, UNAUTHENTICATED)
    currency = request.path_params.get("currency", "USD")
    if currency not in CURRENCIES:
        raise Declined(422, "Invalid currency.")
    return JSONResponse({"value": round(request.path_params["price"] * _FEE, 2), "currency": currency})


def _wanted_statuses(request: Request) -> tuple[str, ...]:
    status = request.query_params.get("status", "All")
    if status == "All":
        return ()
    if status not in STATUSES:
        raise Declined(422, f"Invalid status: expected one of: {', '.join(STATUSES)}.")
    return (status,)


def _currency(request: Request, seller: World | None) -> str:
    """The currency of an answer: the one asked for, else that of who asks, else the seller's (or dollars)."""
    asks = asking(request)
    default = asks.currency if asks else seller.currency if seller else "USD"
    wanted = request.query_params.get("curr_abbr", default)
    if wanted not in CURRENCIES:
        raise Declined(422, "Invalid curr_abbr.")
    return wanted


def _found(request: Request) -> tuple[World, Listing]:
    """A listing and its seller."""
    for world in request.app.state.accounts:
        if listing := world.inventory.get(request.path_params["id"]):
            return world, listing
    raise Declined(404, _GONE)


def _own(request: Request) -> tuple[World, Listing]:
    """A listing of the account that asks; that somebody else has a draft is nobody's business."""
    asks = authenticated(request)
    world, found = _found(request)
    if world is not asks:
        raise Declined(403, FORBIDDEN) if found.status == FOR_SALE else Declined(404, _GONE)
    return world, found


def _seller(request: Request) -> World:
    """The account that asks, if it may sell."""
    world = authenticated(request)
    if not _sells(request, world):
        raise Declined(403, _NO_SELLER)
    return world


def _sells(request: Request, world: World) -> bool:
    return world.inventory.is_open and not request.scope["state"].get("no_seller_settings")


_LISTING = "/marketplace/listings/{id:int}"
ROUTES = [
    Route("/users/{user}/inventory", inventory, methods=["GET"]),
    Route("/marketplace/listings", create, methods=["POST"]),
    Route(_LISTING, listing, methods=["GET"]),
    Route(_LISTING, edit, methods=["POST"]),
    Route(_LISTING, delete, methods=["DELETE"]),
    Route("/marketplace/price_suggestions/{id:int}", suggestions, methods=["GET"]),
    Route("/marketplace/stats/{id:int}", statistics, methods=["GET"]),
    Route("/marketplace/fee/{price:float}", fee, methods=["GET"]),
    Route("/marketplace/fee/{price:float}/{currency}", fee, methods=["GET"]),
]
