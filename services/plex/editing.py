"""Changing the tags of an item so that what is not mentioned stays (plex-api.md 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from services.errors import InvalidInput
from services.plex.models import Kind, tags
from services.plex.reading import Document, text

KINDS: Mapping[str, tuple[Kind, tuple[str, ...]]] = {
    "artist": (Kind.ARTIST, ("genre", "style", "mood", "country", "similar", "collection", "label")),
    "album": (Kind.ALBUM, ("genre", "style", "mood", "collection", "label")),
    "track": (Kind.TRACK, ("genre", "mood", "collection", "label")),
}
"""What tags each type of item has."""
OWN = "label"
"""Where a person's own tags go, which are of no other kind: Plex calls them labels."""


def changed_tags(item: Document, wanted: Mapping[str, Sequence[str]], *, add: bool = False) -> dict[str, str | int]:
    """The query that makes ``wanted`` all tags of the kinds it names, empty where they are so already.

    Plex takes a kind's list as the whole of it, and merges nothing: with ``add`` it is the union with what is there. The
    item's own id and type are named, without which every item of the library would be changed. Raises
    :class:`InvalidInput`.
    """
    kind, possible = KINDS.get(text(item.get("type")), (None, ()))
    if kind is None:
        raise InvalidInput("id", "Only artists, albums and tracks have tags that can be changed here.")
    changes: dict[str, str | int] = {}
    for name, given in wanted.items():
        tag = _kind_of(name)
        if tag not in possible:
            names = ", ".join(possible)
            raise InvalidInput(name, f"This kind of item has no tags of that name; it has {names}.")
        there = tags(item, tag.capitalize())
        asked = tuple(dict.fromkeys(each.strip() for each in given if each.strip()))
        full = tuple(dict.fromkeys((*there, *asked))) if add else asked
        changes |= _change(tag, there, full)
    return {"type": int(kind), "id": text(item.get("ratingKey")), **changes} if changes else {}


def _kind_of(name: str) -> str:
    """The kind of tag that is meant: ``genres`` is ``genre``, and plain ``tags`` are a person's own."""
    plain = name.lower().removesuffix("s")
    return OWN if plain == "tag" else plain


def _change(tag: str, there: tuple[str, ...], full: tuple[str, ...]) -> dict[str, str | int]:
    if there == full:
        return {}
    change: dict[str, str | int] = {f"{tag}[{place}].tag.tag": each for place, each in enumerate(full)}
    gone = [each for each in there if each not in full]
    if gone:
        change[f"{tag}[].tag.tag-"] = ",".join(quote(each, safe="") for each in gone)
    return {**change, f"{tag}.locked": 1}
