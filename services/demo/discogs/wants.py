"""``/users/{u}/wants``: the wantlist, keyed by release (discogs-api.md 4.5)."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.demo.catalogue import API, Document
from services.demo.declined import Declined
from services.demo.world import Want, World, pacific

from .answers import answer, body_of, nothing, page
from .users import owner_only, owns, world_of

_UNKNOWN = "That release does not exist in the user's wantlist."


def _shown(world: World, want: Want, *, own: bool) -> Document:
    """A want as lists show it: old ones lack the date, and the notes are the owner's."""
    item: Document = {
        "id": want.release_id,
        "resource_url": f"{API}/users/{world.username}/wants/{want.release_id}",
        "rating": want.rating,
        "basic_information": world.catalogue.pressings[want.release_id].summary,
    }
    if want.added:
        item["date_added"] = pacific(want.added)
    if own:
        item["notes"] = want.notes
    return item


async def wants(request: Request) -> Response:
    world = world_of(request, "wants")
    own = owns(request, world)
    rows = list(world.wants.values())
    return answer(request, page(request, "wants", rows, lambda want: _shown(world, want, own=own)))


async def put(request: Request) -> Response:
    """Want a release: repeating it does no harm."""
    world = owner_only(request)
    release_id: int = request.path_params["release"]
    if release_id not in world.catalogue.pressings:
        raise Declined(404, _UNKNOWN)
    changes = _changes(await body_of(request))
    status = 200 if release_id in world.wants else 201
    want = world.want(release_id, datetime.now(UTC).replace(microsecond=0))
    return answer(request, _shown(world, _changed(want, changes), own=True), status)


async def edit(request: Request) -> Response:
    """Change what is wanted already."""
    world = owner_only(request)
    want = world.wants.get(request.path_params["release"])
    if want is None:
        raise Declined(404, _UNKNOWN)
    changes = _changes(await body_of(request))
    return answer(request, _shown(world, _changed(want, changes), own=True))


async def delete(request: Request) -> Response:
    """Want it no longer; also if it was not wanted (recorded in 2026)."""
    owner_only(request).wants.pop(request.path_params["release"], None)
    return nothing()


def _changes(body: Document) -> Document:
    """Notes and rating of the body, if they are what they should be."""
    rating, notes = body.get("rating", 0), body.get("notes", "")
    if not isinstance(rating, int) or not 0 <= rating <= 5:
        raise Declined(422, "Invalid rating: must be between 0 and 5.")
    if not isinstance(notes, str):
        raise Declined(422, "Input should be a valid string", place=("body", "notes"))
    return body


def _changed(want: Want, changes: Document) -> Want:
    want.notes = changes.get("notes", want.notes)
    want.rating = changes.get("rating", want.rating)
    return want


_WANT = "/users/{user}/wants/{release:int}"
ROUTES = [
    Route("/users/{user}/wants", wants, methods=["GET"]),
    Route(_WANT, put, methods=["PUT"]),
    Route(_WANT, edit, methods=["POST"]),
    Route(_WANT, delete, methods=["DELETE"]),
]
