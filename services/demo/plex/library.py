"""Libraries and what is in them: lists with filters and order, single items, children, search, scans (plex-api.md 4, 5, 13)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.demo.catalogue import Document
from storage.fold import sort_key

from .answers import Refused, asked, container, done, page, pairs, section_of, thing_at, world_of
from .editing import edit
from .things import TYPES, Section, Thing

_OPERATORS = ("==", "!=", ">>=", "<<=", ">=", "<=", "=")
_NO_FILTERS = ("type", "sort", "limit", "id", "group", "includeGuids", "includeCollections", "includeMeta", "includeFields",
               "excludeElements", "checkFiles")  # fmt: skip


async def sections(request: Request) -> Response:
    found = list(world_of(request).sections.values())
    return container(request, {**page(request, found, Section.told, name="Directory"), "title1": "Plex Library"})


async def section(request: Request) -> Response:
    found = section_of(request)
    return container(request, {"size": 1, "librarySectionID": int(found.key), "Directory": [found.told()]})


async def items(request: Request) -> Response:
    """GET lists what is in a library; PUT changes what the query chooses of it."""
    found, query = section_of(request), asked(request)
    kind = TYPES.get(int(query["type"])) if query.get("type", "").isdigit() else None
    if "type" in query and kind is None:
        raise Refused(400)
    rows = world_of(request).of_type(found, kind or found.type)
    for name, value in pairs(request):
        if name not in _NO_FILTERS and not name.startswith("X-Plex-") and request.method == "GET":
            rows = [each for each in rows if _fits(each, name, value)]
    if request.method == "PUT":
        edit(request, rows, query)
        return done()
    rows = _ordered(rows, query.get("sort", "titleSort"))
    if query.get("limit", "").isdigit():
        rows = rows[: int(query["limit"])]
    about = {"librarySectionID": int(found.key), "librarySectionTitle": found.title, "allowSync": True}
    return container(request, {**about, **page(request, rows, Thing.told), "identifier": "com.plexapp.plugins.library"})


async def metadata(request: Request) -> Response:
    """One item or several; unknown ones are left out, and none at all is 404."""
    known = world_of(request).things
    wanted = [int(each) for each in request.path_params["ids"].split(",") if each.isdigit()]
    found = [known[each] for each in wanted if each in known]
    if not found:
        raise Refused(404)
    about = {"librarySectionID": int(found[0].section.key), "librarySectionTitle": found[0].section.title}
    return container(request, {"size": len(found), **about, "Metadata": [each.told_whole() for each in found]})


async def children(request: Request) -> Response:
    found = thing_at(request, request.path_params["ids"])
    rows = found.tracks() if request.url.path.endswith("/allLeaves") else found.children
    return container(request, {"key": str(found.key), "parentTitle": found.title, **page(request, rows, Thing.told)})


async def search(request: Request) -> Response:
    query = asked(request)
    if not query.get("query"):
        raise Refused(400)
    words, limit = sort_key(query["query"]), int(query.get("limit", "3"))
    hubs: list[Document] = []
    for kind in ("artist", "album", "track"):
        found = [
            each for each in world_of(request).things.values() if each.type == kind and words in sort_key(each.title)
        ]
        shown = [each.told() | {"score": "0.9"} for each in found[:limit]]
        more = len(found) > limit
        hubs.append(
            {
                "title": kind.title(),
                "type": kind,
                "hubIdentifier": kind,
                "size": len(shown),
                "more": more,
                "Metadata": shown,
            }
        )
    return container(request, {"size": len(hubs), "Hub": hubs})


async def refresh(request: Request) -> Response:
    """Scan the library, or the folder that ``path`` names; a path outside is not refused, it only finds nothing."""
    found = section_of(request)
    if request.method == "DELETE":
        found.is_refreshing = False
    else:
        world_of(request).scan(found, asked(request).get("path"))
    return done()


def _fits(thing: Thing, name: str, value: str) -> bool:
    """Whether a thing passes one filter; the operator is the end of the name and the sign after it (plex-api.md 4.1)."""
    operator = next((each for each in _OPERATORS if f"{name}=".endswith(each)), "=")
    field = f"{name}="[: -len(operator)]
    found = _field(thing, field)
    if isinstance(found, str):
        ours, theirs = sort_key(found), sort_key(value)
        match operator:
            case "==":
                return ours == theirs
            case "!=":
                return theirs not in ours
            case "<=":
                return ours.startswith(theirs)
            case _:
                return theirs in ours
    number = float(value) if value.lstrip("-").replace(".", "", 1).isdigit() else None
    if number is None:
        raise Refused(400)
    ours = float(found or 0)
    return {
        ">>=": ours > number,
        "<<=": ours < number,
        ">=": ours >= number,
        "<=": ours <= number,
        "!=": ours != number,
    }.get(operator, ours == number)


def _field(thing: Thing, name: str) -> Any:
    owner, _, member = name.rpartition(".")
    while owner and thing.type != owner:
        if thing.parent is None:
            raise Refused(400)
        thing = thing.parent
    if member == "id":
        return thing.key
    told = thing.told()
    if member in told:
        return told[member]
    if member in ("viewCount", "userRating", "year", "addedAt", "lastViewedAt", "duration", "index", "parentIndex"):
        return 0
    raise Refused(400)


def _ordered(rows: Sequence[Thing], sort: str) -> list[Thing]:
    found = list(rows)
    for part in reversed(sort.split(",")):
        name, _, how = part.partition(":")
        found.sort(key=lambda each: _rank(each, name), reverse=how == "desc")
    return found


def _rank(thing: Thing, name: str) -> tuple[Any, ...]:
    above = thing.parent
    match name.rpartition(".")[2] if name.startswith(("artist.", "album.", "track.")) else name:
        case "titleSort" | "title":
            owner = name.partition(".")[0]
            while above is not None and owner in ("artist", "album") and thing.type != owner:
                thing, above = above, above.parent
            return (sort_key(thing.title), thing.key)
        case "absoluteIndex" | "index":
            return (thing.said.get("parentIndex", 0), thing.said.get("index", 0))
        case "year" | "originallyAvailableAt" | "duration" as field:
            return (thing.said.get(field) or 0,) if field != "originallyAvailableAt" else (thing.said.get(field, ""),)
        case "addedAt":
            return (thing.added_at,)
        case "viewCount":
            return (thing.plays,)
        case "lastViewedAt":
            return (thing.played_at or 0,)
        case "userRating":
            return (thing.rating or 0,)
        case _:
            raise Refused(400)


ROUTES = [
    Route("/library/sections", sections, methods=["GET"]),
    Route("/library/sections/all", sections, methods=["GET"]),
    Route("/library/sections/{section}", section, methods=["GET"]),
    Route("/library/sections/{section}/all", items, methods=["GET", "PUT"]),
    Route("/library/sections/{section}/refresh", refresh, methods=["GET", "POST", "DELETE"]),
    Route("/library/metadata/{ids}", metadata, methods=["GET"]),
    Route("/library/metadata/{ids}/children", children, methods=["GET"]),
    Route("/library/metadata/{ids}/allLeaves", children, methods=["GET"]),
    Route("/hubs/search", search, methods=["GET"]),
]
