"""``/users/{u}/collection``: folders, copies, custom fields, value (discogs-api.md 4.4)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.demo.catalogue import API, Document
from services.demo.declined import Declined
from services.demo.money import formatted
from services.demo.world import ALL, Instance, World, pacific

from .answers import answer, body_of, nothing, page
from .users import owner_only, owns, world_of


def _folder(world: World, folder_id: int) -> Document:
    return {
        "id": folder_id,
        "name": world.folder(folder_id),
        "count": world.folder_count(folder_id),
        "resource_url": f"{API}/users/{world.username}/collection/folders/{folder_id}",
    }


def _item(world: World, instance: Instance, *, own: bool) -> Document:
    """A copy as lists show it; others than the owner see public fields only."""
    item: Document = {
        "id": instance.release_id,
        "instance_id": instance.instance_id,
        "date_added": pacific(instance.added),
        "rating": world.ratings.get(instance.release_id, 0),
        "basic_information": world.catalogue.pressings[instance.release_id].summary,
        "folder_id": instance.folder_id,
    }
    shown = {field["id"] for field in world.fields if own or field["public"]}
    notes = [{"field_id": number, "value": value} for number, value in instance.notes.items() if number in shown]
    if notes:
        item["notes"] = notes
    return item


async def folders(request: Request) -> Response:
    world = world_of(request, "collection")
    visible = [ALL, *world.folders] if owns(request, world) else [ALL]
    return answer(request, {"folders": [_folder(world, number) for number in visible]})


async def create_folder(request: Request) -> Response:
    world = owner_only(request)
    return answer(request, _folder(world, world.add_folder(_name(await body_of(request)))), 201)


async def folder(request: Request) -> Response:
    world = owner_only(request)
    return answer(request, _folder(world, request.path_params["folder"]))


async def rename_folder(request: Request) -> Response:
    world = owner_only(request)
    world.rename_folder(request.path_params["folder"], _name(await body_of(request)))
    return answer(request, _folder(world, request.path_params["folder"]))


async def delete_folder(request: Request) -> Response:
    owner_only(request).remove_folder(request.path_params["folder"])
    return nothing()


async def folder_releases(request: Request) -> Response:
    folder_id: int = request.path_params["folder"]
    world = world_of(request, "collection") if folder_id == ALL else owner_only(request)
    world.folder(folder_id)
    order = request.query_params.get("sort_order", "asc")
    rows = world.listing(folder_id, request.query_params.get("sort", "added"), descending=order == "desc")
    own = owns(request, world)
    return answer(request, page(request, "releases", rows, lambda row: _item(world, row, own=own)))


async def copies(request: Request) -> Response:
    world = world_of(request, "collection")
    rows = world.copies(request.path_params["release"])
    own = owns(request, world)
    return answer(request, page(request, "releases", rows, lambda row: _item(world, row, own=own)))


async def add(request: Request) -> Response:
    """Adding is not idempotent: every call makes a further copy."""
    world = owner_only(request)
    instance = world.add(request.path_params["folder"], request.path_params["release"])
    document = _item(world, instance, own=True)
    summary: Document = document["basic_information"]
    document["basic_information"] = {k: v for k, v in summary.items() if k not in ("genres", "styles")}
    path = f"folders/{instance.folder_id}/releases/{instance.release_id}?instance_id={instance.instance_id}"
    document["resource_url"] = f"{API}/users/{world.username}/collection/{path}"
    return answer(request, document, 201)


async def edit(request: Request) -> Response:
    world = owner_only(request)
    instance = _instance(world, request)
    changes = await body_of(request)
    if "folder_id" in changes:
        world.move(instance, changes["folder_id"])
    if "rating" in changes:
        world.rate(instance.release_id, changes["rating"])
    return nothing()


async def remove(request: Request) -> Response:
    world = owner_only(request)
    world.remove(_instance(world, request))
    return nothing()


async def fields(request: Request) -> Response:
    world = world_of(request, "collection")
    everything = owns(request, world)
    return answer(request, {"fields": [f for f in world.fields if everything or f["public"]]})


async def write_field(request: Request) -> Response:
    world = owner_only(request)
    changes = await body_of(request)
    if not isinstance(changes.get("value"), str):
        raise Declined(422, "Field required", place=("body", "value"))
    try:
        instance = _instance(world, request)
    except Declined as error:
        raise Declined(404, "Release not found in user's collection.") from error
    world.write_field(instance, request.path_params["field"], changes["value"])
    return nothing()


async def value(request: Request) -> Response:
    world = owner_only(request)
    count = world.folder_count(ALL)
    minimum, median, maximum = (formatted(count * each, world.currency) for each in (3.17, 8.49, 24.9))
    return answer(request, {"minimum": minimum, "median": median, "maximum": maximum})


def _name(document: Document) -> str:
    name = document.get("name")
    if not isinstance(name, str) or not name.strip():
        raise Declined(422, "Field required", place=("body", "name"))
    return name


def _instance(world: World, request: Request) -> Instance:
    path = request.path_params
    return world.instance(path["folder"], path["release"], path["instance"])


_BASE = "/users/{user}/collection"
_FOLDER = f"{_BASE}/folders/{{folder:int}}"
_INSTANCE = f"{_FOLDER}/releases/{{release:int}}/instances/{{instance:int}}"
ROUTES = [
    Route(f"{_BASE}/folders", folders, methods=["GET"]),
    Route(f"{_BASE}/folders", create_folder, methods=["POST"]),
    Route(_FOLDER, folder, methods=["GET"]),
    Route(_FOLDER, rename_folder, methods=["POST"]),
    Route(_FOLDER, delete_folder, methods=["DELETE"]),
    Route(f"{_FOLDER}/releases", folder_releases, methods=["GET"]),
    Route(f"{_FOLDER}/releases/{{release:int}}", add, methods=["POST"]),
    Route(_INSTANCE, edit, methods=["POST"]),
    Route(_INSTANCE, remove, methods=["DELETE"]),
    Route(f"{_INSTANCE}/fields/{{field:int}}", write_field, methods=["POST"]),
    Route(f"{_BASE}/releases/{{release:int}}", copies, methods=["GET"]),
    Route(f"{_BASE}/fields", fields, methods=["GET"]),
    Route(f"{_BASE}/value", value, methods=["GET"]),
]
