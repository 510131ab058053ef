"""Changing what is said of things by ``PUT .../all``: fields, tags as whole lists, locks (plex-api.md 10)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from starlette.requests import Request

from .answers import Refused, world_of
from .things import TAGS, TYPES, Thing

_TAG = re.compile(r"(?P<kind>[a-z]+)\[(?P<place>\d*)\]\.tag\.tag(?P<minus>-?)")
_FIELDS = ("title", "titleSort", "summary", "originallyAvailableAt", "studio", "originalTitle", "index", "parentIndex")
_OF = {
    "artist": ("genre", "style", "mood", "country", "similar", "collection", "label"),
    "album": ("genre", "style", "mood", "collection", "label"),
    "track": ("genre", "mood", "collection", "label"),
}


def edit(request: Request, rows: Sequence[Thing], query: dict[str, str]) -> None:
    """Change ``rows``, or of them what ``id`` names: without it every one of the type, which is the danger of this call."""
    if "type" not in query or TYPES.get(int(query["type"])) is None:
        raise Refused(400)
    if "id" in query:
        wanted = {int(each) for each in query["id"].split(",") if each.isdigit()}
        rows = [each for each in rows if each.key in wanted]
        if len(rows) < len(wanted) or not wanted:
            raise Refused(404)
    for thing in rows:
        _edit(thing, query)
        world_of(request).changed(thing)


def _edit(thing: Thing, query: dict[str, str]) -> None:
    lists: dict[str, dict[int, str]] = {}
    gone: dict[str, set[str]] = {}
    for name, value in query.items():
        if found := _TAG.fullmatch(name):
            if found["kind"] not in _OF.get(thing.type, TAGS):
                raise Refused(400)
            if found["minus"]:
                gone[found["kind"]] = {unquote(each) for each in value.split(",")}
            else:
                lists.setdefault(found["kind"], {})[int(found["place"] or 0)] = value
        elif name.endswith(".locked"):
            (thing.locked.add if value == "1" else thing.locked.discard)(name.removesuffix(".locked"))
        elif name.endswith(".value"):
            field = name.removesuffix(".value")
            if field not in _FIELDS:
                raise Refused(400)
            if field == "title":
                thing.title = value
            else:
                thing.said[field] = int(value) if field in ("index", "parentIndex") else value
    for kind, places in lists.items():
        thing.tags[kind] = [places[place] for place in sorted(places)]
    for kind, names in gone.items():
        thing.tags[kind] = [each for each in thing.tags.get(kind, []) if each not in names]
