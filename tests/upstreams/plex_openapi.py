"""Whether the requests that the program sent to Plex are such as the description of its API allows.

The description (``fixtures/plex/plex-api-spec.yaml``) is read once, and only its paths, methods and parameters are looked at:
it is large, and says nothing of bodies, which Plex does not read. Where it differs from what clients really do
(plex-api.md 7, 11, 13), ``LEARNT`` says so.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from services.demo.catalogue import Document

LEARNT = {
    ("GET", "/:/rate"): "put",
    ("GET", "/:/scrobble"): "put",
    ("GET", "/:/unscrobble"): "put",
    ("GET", "/:/timeline"): "post",
    ("GET", "/library/sections"): None,
    ("GET", "/library/sections/{sectionId}/refresh"): "post",
    ("GET", "/library/metadata/{ids}/children"): None,
    ("GET", "/devices"): None,
}
"""What is asked in another way than it is described, or not described at all (None)."""
_ANY = {
    "/library/sections/{sectionId}/all": re.compile(r"[\w.]+[=!<>]*|\w+\[\d*\]\.tag\.tag-?|\w+\.locked"),
    "/playlists": re.compile(r"type|title|smart"),
    "/playlists/{playlistId}": re.compile(r"title|summary"),
    "/status/sessions/history/all": re.compile(r"sort|librarySectionID|viewedAt>|metadataItemID"),
    "/:/timeline": re.compile(r"identifier"),
    "/library/metadata/{ids}": re.compile(r"includeGuids"),
}
"""Names that a place takes beyond those described: filters, tags, what is described in words only."""


def wrong_requests(requests: Iterable[Document], description: Path) -> list[str]:
    """One line for every request in a simulator's log that the description does not allow."""
    asked = {(r["method"], r["path"], r["query"], r["length"]): r for r in requests}
    return [
        f"{r['method']} {r['path']}?{r['query']}: {wrong}" for r in asked.values() if (wrong := _wrong(r, description))
    ]


def _wrong(asked: Document, description: Path) -> str:
    if asked["length"] != "0":
        return "a body, which Plex does not read"
    paths = _loaded(description)
    place = _place(paths, asked["path"])
    method = LEARNT.get((asked["method"], place), asked["method"].lower())
    if method is None:
        return ""
    operation = paths.get(place, {}).get(method)
    if operation is None:
        return "there is no such operation"
    known = operation["query"]
    names = dict(parse_qsl(asked["query"], keep_blank_values=True))
    further = _ANY.get(place)
    if strange := [name for name in names if name not in known and not (further and further.fullmatch(name))]:
        return f"unknown parameters {', '.join(strange)}"
    if missing := [name for name, is_needed in known.items() if is_needed and name not in names]:
        return f"without {', '.join(missing)}"
    return ""


def _place(paths: Document, path: str) -> str:
    """The path as the description writes it; literal parts go before parameters."""
    parts = path.split("/")
    fitting = [
        known
        for known in [*paths, *(place for _, place in LEARNT)]
        if len(known.split("/")) == len(parts)
        and all(theirs == ours or theirs.startswith("{") for theirs, ours in zip(known.split("/"), parts, strict=True))
    ]
    return min(fitting, key=lambda known: known.count("{"), default="")


@functools.cache
def _loaded(description: Path) -> Document:
    """By path and method the parameters of the query, and whether each is needed. Takes a quarter of a second, once."""
    import yaml

    document: Any = yaml.load(description.read_text(), Loader=yaml.CSafeLoader)
    known = document["components"]["parameters"]

    def resolved(parameter: Document) -> Document:
        return known[parameter["$ref"].rpartition("/")[2]] if "$ref" in parameter else parameter

    return {
        path: {
            method: {
                "query": {
                    each["name"]: bool(each.get("required"))
                    for each in map(resolved, [*item.get("parameters", []), *operation.get("parameters", [])])
                    if each["in"] == "query"
                }
            }
            for method, operation in item.items()
            if method in ("get", "put", "post", "delete")
        }
        for path, item in document["paths"].items()
    }
