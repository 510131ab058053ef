"""Reading what Plex answers: JSON as it was asked for, XML where a server did not heed that, text where there is neither."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, cast

from pydantic_core import from_json

from services.plex.refusals import no_plex

Document = dict[str, Any]
CONTAINER = "MediaContainer"
_ITEMS = frozenset({"Track", "Video", "Photo", "Playlist"})
"""Elements that JSON lists under ``Metadata``; of a ``Directory`` that is so where it has a ``ratingKey``."""
_SINGLE = frozenset({"User", "Player", "Session", "TranscodeSession"})
"""Elements of which there is one at most."""
_NUMBERS = re.compile(
    r"size|offset|year|index|duration|bitrate|channels|.*(?:ID|At|Count|Size|Year|Index|Offset|Channels)"
)
"""Attributes that JSON has as numbers."""
_AT_ONCE = 400_000
"""Bytes of JSON that are read as they come: a millisecond or two. What is larger is nobody's but whom it is passed on to."""
_ON_THE_LOOP = 16_000
"""Bytes of XML that may be read without stepping aside into a thread."""


class Told:
    """An answer. ``content`` is JSON, an empty object where nothing was said; ``text`` is what was said where that was neither
    JSON nor XML. Raises :class:`PlexError` where the JSON of a large answer turns out to be none.
    """

    def __init__(self, document: Document | None = None, content: bytes = b"{}", text: str = "") -> None:
        self._document = document
        self.content = content
        self.text = text

    @property
    def document(self) -> Document:
        """The whole of it as an object. A large one is read only if somebody wants it: that takes the loop a while."""
        if self._document is None:
            read = _read_json(self.content)
            if read is None:
                raise no_plex("answer in JSON")
            self._document = read.document
        return self._document

    @property
    def is_a_container(self) -> bool:
        """Whether there is a ``MediaContainer``; a large answer is looked at where it begins."""
        if self._document is None:
            return f'"{CONTAINER}"'.encode() in self.content[:200]
        return isinstance(self._document.get(CONTAINER), dict)

    @property
    def container(self) -> Document:
        """What is in the ``MediaContainer``; empty where there is none."""
        return an_object(self.document.get(CONTAINER))

    def listed(self, *names: str) -> list[Document]:
        """The objects in the first of these lists that is there; an empty list is not sent (plex-api.md 1)."""
        for name in names:
            if isinstance(found := self.container.get(name), list):
                return [each for each in objects(cast("object", found)) if each]
        return []


async def read(body: bytes) -> Told | None:
    """What ``body`` says; None where it is said in a way that Plex does not use, such as a web page."""
    start = body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        return Told({})
    if start[:1] in b"{[":
        if len(body) <= _AT_ONCE:
            return _read_json(body)
        is_whole = start[:1] == b"{" and body[-200:].rstrip().endswith(b"}")
        return Told(None, body) if is_whole else None
    if start.startswith((b"<?xml", b"<MediaContainer", b"<Response")):
        return _read_xml(body) if len(body) <= _ON_THE_LOOP else await asyncio.to_thread(_read_xml, body)
    if start[:1] == b"<":
        return None
    return Told({}, text=body[:4000].decode("utf-8", "replace").strip())


def _read_json(body: bytes) -> Told | None:
    try:
        document: object = from_json(body)
    except ValueError:
        return None
    if not isinstance(document, dict):
        return None
    return Told(cast("Document", document), body)


def _read_xml(body: bytes) -> Told | None:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return None
    document: Document = {CONTAINER: _element(root)}
    return Told(document, json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"))


def _element(element: Any) -> Document:
    """An XML element as the JSON of Plex has it: attributes as members, children in lists."""
    found: Document = {str(name): _value(str(name), str(value)) for name, value in element.attrib.items()}
    for child in element:
        if not isinstance(child.tag, str):
            continue  # a comment
        if child.tag in _SINGLE:
            found[child.tag] = _element(child)
            continue
        is_item = child.tag in _ITEMS or (child.tag == "Directory" and "ratingKey" in child.attrib)
        found.setdefault("Metadata" if is_item else child.tag, []).append(_element(child))
    return found


def _value(name: str, value: str) -> object:
    return int(value) if _NUMBERS.fullmatch(name) and value.lstrip("-").isdigit() else value


def an_object(value: object) -> Document:
    """The object, an empty one for whatever is none."""
    return cast("Document", value) if isinstance(value, dict) else {}


def objects(value: object) -> list[Document]:
    """The objects in a list; none where it is no list."""
    return [an_object(each) for each in cast("list[object]", value)] if isinstance(value, list) else []


def first_object(value: object) -> Document:
    """The object, or the first one where it is a list of them."""
    found = objects(value)
    return found[0] if found else an_object(value)


def text(value: object) -> str:
    """Text; ids come as numbers in some answers and as text in others (plex-api.md 1)."""
    return "" if value is None or isinstance(value, dict | list) else str(value)


def whole(value: object) -> int | None:
    """A whole number, however it is written."""
    try:
        return None if value is None else int(float(str(value)))
    except (ValueError, OverflowError):
        return None


def number(value: object) -> float | None:
    """A number, however it is written."""
    try:
        found = None if value is None else float(str(value))
    except ValueError:
        return None
    return found if found is not None and found - found == 0 else None


def is_set(value: object) -> bool:
    """A yes or no: true, 1 and "1" are yes."""
    return value is True or value == 1 or value in ("1", "true")
