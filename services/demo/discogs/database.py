"""Search, releases, masters, artists and labels (discogs-api.md 4.1, 4.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.demo.catalogue import API, SPACER, Catalogue, Document, Name, Pressing
from services.demo.declined import UNAUTHENTICATED, Declined
from services.demo.listings import units
from services.demo.world import World

from .answers import answer, body_of, nothing, page
from .users import asking, owner_only, world_of

_FILTERS = (
    "q", "title", "release_title", "artist", "label", "catno", "barcode", "format", "genre", "style", "country", "year",
)  # fmt: skip
_MOST_HITS = 10_000


def catalogue_of(request: Request) -> Catalogue:
    """The catalogue that all accounts share."""
    return request.app.state.accounts.catalogue


# --- search


async def search(request: Request) -> Response:
    """All filters combine with AND; an empty query returns everything; 10,000 hits can be paged through."""
    if not request.scope["state"]["credential"]:
        raise Declined(401, UNAUTHENTICATED)
    catalogue, world = catalogue_of(request), asking(request)
    wanted = {name: request.query_params[name] for name in _FILTERS if name in request.query_params}
    kind = request.query_params.get("type", "")
    releases = catalogue.search(wanted)
    rows: list[tuple[str, Pressing | Name]] = []
    if kind in ("", "artist"):
        rows += [("artist", name) for name in _names(catalogue, wanted, releases, "artists")]
    if kind in ("", "label"):
        rows += [("label", name) for name in _names(catalogue, wanted, releases, "labels")]
    if kind in ("", "master"):
        masters = dict.fromkeys(pressing.master_id for pressing in releases if pressing.master_id)
        rows += [("master", catalogue.masters[number][0]) for number in masters]
    if kind in ("", "release"):
        rows += [("release", pressing) for pressing in releases]

    def show(row: tuple[str, Pressing | Name]) -> Document:
        found, what = row
        return _name_hit(found, what) if isinstance(what, Name) else _hit(world, what, found)

    return answer(request, page(request, "results", rows, show, cap=_MOST_HITS))


def _names(catalogue: Catalogue, wanted: dict[str, str], releases: Sequence[Pressing], kind: str) -> list[Name]:
    known = catalogue.artists if kind == "artists" else catalogue.labels
    text = (wanted.get("q") or wanted.get(kind.removesuffix("s")) or "").casefold()
    used = dict.fromkeys(entry["id"] for pressing in releases for entry in pressing.summary[kind])
    return [known[number] for number in used if text in known[number].name.casefold()]


def _hit(world: World | None, pressing: Pressing, kind: str) -> Document:
    summary = pressing.summary
    number = pressing.master_id if kind == "master" else pressing.id
    artists = ", ".join(artist["anv"] + "*" if artist["anv"] else artist["name"] for artist in summary["artists"])
    hit: Document = {
        "country": pressing.country,
        "year": str(summary["year"]) if summary["year"] else "",
        "format": [part for f in summary["formats"] for part in (f["name"], *f.get("descriptions", ()))],
        "label": [label["name"] for label in summary["labels"]],
        "type": kind,
        "genre": summary.get("genres", []),
        "style": summary.get("styles", []),
        "id": number,
        "barcode": list(pressing.barcodes),
        "user_data": _owned(world, pressing),
        "master_id": pressing.master_id,
        "master_url": f"{API}/masters/{pressing.master_id}" if pressing.master_id else None,
        "uri": f"/{kind}/{number}",
        "catno": " / ".join(label["catno"] for label in summary["labels"]),
        "title": f"{artists} - {summary['title']}",
        "thumb": summary["thumb"],
        "cover_image": summary["cover_image"] or SPACER,
        "resource_url": f"{API}/{kind}s/{number}",
        "community": {"want": pressing.want, "have": pressing.have},
    }
    if not hit["year"]:
        del hit["year"]
    if kind == "release":
        hit["format_quantity"] = units(pressing)
        hit["formats"] = summary["formats"]
    return hit


def _name_hit(kind: str, name: Name) -> Document:
    return {
        "id": name.id,
        "type": kind,
        "user_data": {"in_wantlist": False, "in_collection": False},
        "master_id": None,
        "master_url": None,
        "uri": f"/{kind}/{name.id}",
        "title": name.name,
        "thumb": "",
        "cover_image": SPACER,
        "resource_url": f"{API}/{kind}s/{name.id}",
    }


def _owned(world: World | None, pressing: Pressing) -> Document:
    """What the search says about the account that asks."""
    if world is None:
        return {"in_wantlist": False, "in_collection": False}
    return {"in_wantlist": pressing.id in world.wants, "in_collection": bool(world.copies(pressing.id))}


# --- releases


async def release(request: Request) -> Response:
    world, number = asking(request), request.path_params["id"]
    document = catalogue_of(request).release(number)
    stale = request.scope["state"].get("stale_search") and not (world and world.copies(number))
    if document is None or stale:
        raise Declined(404, "Release not found.")
    return answer(request, document)


async def rating(request: Request) -> Response:
    """The account's own rating of a release; it is shared by all copies."""
    world = world_of(request)
    number: int = request.path_params["id"]
    if request.method != "GET":
        owner_only(request)
        world.rate(number, 0 if request.method == "DELETE" else (await body_of(request)).get("rating", 0))
    if request.method == "DELETE":
        return nothing()
    document = {"username": world.username, "release_id": number, "rating": world.ratings.get(number, 0)}
    return answer(request, document, 201 if request.method == "PUT" else 200)


# --- masters


async def master(request: Request) -> Response:
    catalogue, number = catalogue_of(request), request.path_params["id"]
    versions = catalogue.masters.get(number)
    if not versions:
        raise Declined(404, "Master Release not found.")
    main = catalogue.release(versions[0].id) or {}
    shared = ("artists", "genres", "styles", "images", "tracklist", "videos", "title", "data_quality")
    document: Document = {
        "id": number,
        "main_release": versions[0].id,
        "most_recent_release": versions[-1].id,
        "resource_url": f"{API}/masters/{number}",
        "uri": f"https://www.discogs.com/master/{number}",
        "versions_url": f"{API}/masters/{number}/versions",
        "main_release_url": f"{API}/releases/{versions[0].id}",
        "most_recent_release_url": f"{API}/releases/{versions[-1].id}",
        "num_for_sale": sum(v.have % 40 for v in versions),
        "lowest_price": 1.5,
        "year": min((v.summary["year"] for v in versions if v.summary["year"]), default=0),
    }
    return answer(request, document | {name: main[name] for name in shared if name in main})


async def versions(request: Request) -> Response:
    world, number = asking(request), request.path_params["id"]
    rows = catalogue_of(request).masters.get(number)
    if not rows:
        raise Declined(404, "Master Release not found.")
    formats = Counter(f["name"] for v in rows for f in v.summary["formats"])
    filters = {"applied": {}, "available": {"format": dict(formats)}}
    return answer(request, {"filters": filters} | page(request, "versions", rows, lambda row: _version(world, row)))


def _version(world: World | None, pressing: Pressing) -> Document:
    summary = pressing.summary
    owned = _owned(world, pressing)
    return {
        "id": pressing.id,
        "title": summary["title"],
        "label": ", ".join(label["name"] for label in summary["labels"]),
        "catno": ", ".join(label["catno"] for label in summary["labels"]),
        "country": pressing.country,
        "format": ", ".join(part for f in summary["formats"] for part in f.get("descriptions", ())),
        "major_formats": [f["name"] for f in summary["formats"]],
        "released": str(summary["year"] or ""),
        "status": "Accepted",
        "thumb": summary["thumb"],
        "resource_url": f"{API}/releases/{pressing.id}",
        "stats": {
            "community": {"in_wantlist": pressing.want, "in_collection": pressing.have},
            "user": {"in_wantlist": int(owned["in_wantlist"]), "in_collection": int(owned["in_collection"])},
        },
    }


# --- artists and labels


async def artist(request: Request) -> Response:
    name = _known(catalogue_of(request).artists, request.path_params["id"], "Artist not found.")
    document: Document = {
        "id": name.id,
        "name": name.name,
        "resource_url": f"{API}/artists/{name.id}",
        "uri": f"https://www.discogs.com/artist/{name.id}",
        "releases_url": f"{API}/artists/{name.id}/releases",
        "profile": "",
        "data_quality": "Needs Vote",
    }
    if name.variations:
        document["namevariations"] = list(name.variations)
    return answer(request, document)


async def artist_releases(request: Request) -> Response:
    catalogue, number = catalogue_of(request), request.path_params["id"]
    name = _known(catalogue.artists, number, "Artist not found.")
    rows = list(catalogue.by_artist[number])
    if request.query_params.get("sort") == "year":
        is_falling = request.query_params.get("sort_order") == "desc"
        rows.sort(key=lambda p: p.summary["year"] or 0, reverse=is_falling)
    return answer(
        request,
        page(request, "releases", rows, lambda p: _listed(p, artist=name.name) | {
            "type": "release", "role": "Main", "label": p.summary["labels"][0]["name"] if p.summary["labels"] else "",
        }),
    )  # fmt: skip


async def label(request: Request) -> Response:
    name = _known(catalogue_of(request).labels, request.path_params["id"], "Label not found.")
    document = {
        "id": name.id,
        "name": name.name,
        "resource_url": f"{API}/labels/{name.id}",
        "uri": f"https://www.discogs.com/label/{name.id}",
        "releases_url": f"{API}/labels/{name.id}/releases",
        "profile": "",
        "contact_info": "",
        "data_quality": "Needs Vote",
    }
    return answer(request, document)


async def label_releases(request: Request) -> Response:
    catalogue, number = catalogue_of(request), request.path_params["id"]
    _known(catalogue.labels, number, "Label not found.")
    rows = catalogue.by_label[number]
    return answer(request, page(request, "releases", rows, lambda p: _listed(p, artist=p.artists_sort)))


def _known(names: dict[int, Name], number: int, message: str) -> Name:
    if number not in names:
        raise Declined(404, message)
    return names[number]


def _listed(pressing: Pressing, *, artist: str) -> Document:
    summary = pressing.summary
    labels = summary["labels"]
    return {
        "id": pressing.id,
        "title": summary["title"],
        "artist": artist,
        "catno": labels[0]["catno"] if labels else "",
        "format": ", ".join(part for f in summary["formats"] for part in (f["name"], *f.get("descriptions", ()))),
        "status": "Accepted",
        "thumb": summary["thumb"],
        "year": summary["year"],
        "resource_url": f"{API}/releases/{pressing.id}",
        "stats": {"community": {"in_wantlist": pressing.want, "in_collection": pressing.have}},
    }


ROUTES = [
    Route("/database/search", search, methods=["GET"]),
    Route("/releases/{id:int}", release, methods=["GET"]),
    Route("/releases/{id:int}/rating/{user}", rating, methods=["GET", "PUT", "DELETE"]),
    Route("/masters/{id:int}", master, methods=["GET"]),
    Route("/masters/{id:int}/versions", versions, methods=["GET"]),
    Route("/artists/{id:int}", artist, methods=["GET"]),
    Route("/artists/{id:int}/releases", artist_releases, methods=["GET"]),
    Route("/labels/{id:int}", label, methods=["GET"]),
    Route("/labels/{id:int}/releases", label_releases, methods=["GET"]),
]
