"""How the simulated Plex answers: XML unless JSON is asked for, by pages, with pages for a browser where it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from starlette.requests import Request
from starlette.responses import Response

from services.demo.catalogue import Document

from .things import Section, Thing
from .world import PlexWorld

T = TypeVar("T")

IDENTIFIER = "com.plexapp.plugins.library"
_NAMES = {"artist": "Directory", "album": "Directory", "track": "Track", "movie": "Video", "playlist": "Playlist"}
_UNAUTHORIZED = (
    '<html><head><script>window.location = window.location.href.match(/(^.+\\/)[^\\/]*$/)[1] + "web/index.html";'
    "</script><title>Unauthorized</title></head><body><h1>401 Unauthorized</h1></body></html>"
)
_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    500: "Internal Server Error",
}


class Refused(Exception):
    """The answer to a request that is not carried out: a page for a browser."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status

    def response(self) -> Response:
        title = _TITLES.get(self.status, "Error")
        page = f"<html><head><title>{title}</title></head><body><h1>{self.status} {title}</h1></body></html>"
        return Response(_UNAUTHORIZED if self.status == 401 else page, self.status, media_type="text/html")


def world_of(request: Request) -> PlexWorld:
    return request.app.state.world


def container(request: Request, said: Document, status: int = 200) -> Response:
    """A ``MediaContainer``; empty lists are left out."""
    said = {name: value for name, value in said.items() if value != []}
    said.setdefault("size", 0)
    headers: dict[str, str] = {}
    if "totalSize" in said:
        headers["X-Plex-Container-Total-Size"] = str(said["totalSize"])
        headers["X-Plex-Container-Start"] = str(said.get("offset", 0))
    wants_json = "application/json" in request.headers.get("accept", "")
    if wants_json and not request.scope["state"].get("xml_always"):
        body = json.dumps({"MediaContainer": said}, ensure_ascii=False, separators=(",", ":"))
        return Response(body.encode("utf-8"), status, headers, media_type="application/json")
    root = _xml("MediaContainer", said)
    text = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(text, status, headers, media_type="text/xml;charset=utf-8")


def _xml(name: str, said: Document) -> ElementTree.Element:
    element = ElementTree.Element(name)
    for key, value in said.items():
        if isinstance(value, list):
            for each in cast("list[Document]", value):
                child = _NAMES.get(str(each.get("type")), "Directory") if key == "Metadata" else key
                element.append(_xml(child, each))
        elif isinstance(value, dict):
            element.append(_xml(key, cast("Document", value)))
        elif value is not None:
            element.set(key, str(int(value)) if isinstance(value, bool) else str(value))
    return element


def page(request: Request, rows: Sequence[T], show: Callable[[T], Document], *, name: str = "Metadata") -> Document:
    """The part of ``rows`` that is asked for by header or parameter; without either all of it and no total."""
    start, size = (_bound(request, f"X-Plex-Container-{each}") for each in ("Start", "Size"))
    if (start is None and size is None) or request.scope["state"].get("no_paging"):
        return {"size": len(rows), name: [show(each) for each in rows]}
    first = start or 0
    shown = rows[first : None if size is None else first + size]
    return {"size": len(shown), "totalSize": len(rows), "offset": first, name: [show(each) for each in shown]}


def _bound(request: Request, name: str) -> int | None:
    given = request.headers.get(name) or dict(pairs(request)).get(name)
    if given is None:
        return None
    if not given.isdigit():
        raise Refused(400)
    return int(given)


def pairs(request: Request) -> list[tuple[str, str]]:
    """The query as it was written: the names too may have signs."""
    return parse_qsl(request.url.query, keep_blank_values=True)


def asked(request: Request) -> dict[str, str]:
    """The query by name."""
    return dict(pairs(request))


def done() -> Response:
    """200 with nothing in it, as a page for a browser."""
    return Response(b"", 200, media_type="text/html")


def section_of(request: Request) -> Section:
    found = world_of(request).sections.get(request.path_params["section"])
    if found is None:
        raise Refused(404)
    return found


def thing_at(request: Request, given: str) -> Thing:
    """What has this key; refused where there is none."""
    if not given.isdigit():
        raise Refused(404)
    found = world_of(request).things.get(int(given))
    if found is None:
        raise Refused(404)
    return found


def things_in(request: Request, uri: str) -> list[Thing]:
    """What a content address names, with all tracks of artists and albums (plex-api.md 8)."""
    world = world_of(request)
    prefix = f"server://{world.machine}/{IDENTIFIER}/library/metadata/"
    ids = uri.removeprefix(prefix)
    if ids == uri or not ids:
        raise Refused(400)
    found: list[Thing] = []
    for each in ids.split(","):
        thing: Any = world.things.get(int(each)) if each.isdigit() else None
        if thing is None:
            raise Refused(400)
        found += thing.tracks()
    return found
