"""Elements of a dump parsed properly, and text freed of what XML does not allow.

Dumps of several months hold control characters, bare ampersands and broken UTF-8 (discogs-api.md 9.3). Those are mended;
what is no element even then is :class:`Malformed`.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from lxml import etree

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos));")
_BARE = re.compile(r"&(?!(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos);)")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_REASON = re.compile(r", line \d+, column \d+.*$")
_NUMBER = re.compile(rb"<(?:id>|\w+ (?:[^>]*\s)?id=\")\s*(\d{1,18})")
_LONGEST_ID = 10
_ID_END = 1 << 32


Element: TypeAlias = etree._Element  # pyright: ignore[reportPrivateUsage]


class Malformed(Exception):
    """An element that says nothing that can be filed; the text says why."""


def element(raw: bytes) -> Element:
    """The element that ``raw`` is. Raises :class:`Malformed`."""
    try:
        return etree.fromstring(raw, _parser())
    except etree.XMLSyntaxError:
        pass
    try:
        return etree.fromstring(_mended(raw), _parser())
    except etree.XMLSyntaxError as error:
        raise Malformed(_REASON.sub("", str(error)) or "not XML") from error


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, encoding="utf-8")


def _mended(raw: bytes) -> bytes:
    text = _BARE.sub("&amp;", _ILLEGAL.sub("", raw.decode("utf-8", "replace")))
    return _REFERENCE.sub(lambda match: match[0] if _ILLEGAL.sub("", _referred(match)) else "", text).encode()


def plain(text: str) -> str:
    """Text as it stands in the dump, made what it means: references resolved, blanks collapsed, controls dropped."""
    if "&" in text:
        text = _REFERENCE.sub(_referred, text)
    return text.strip() if text.isprintable() else tidy(text)


def tidy(text: str | None) -> str:
    """Text with blanks collapsed and controls dropped."""
    if not text:
        return ""
    if not text.isprintable():
        text = " ".join(_ILLEGAL.sub("", text).split())
    return text.strip()


def whole_number(text: str | None) -> int:
    """An id, 0 for what is none; those of Discogs are far below 2^32."""
    text = (text or "").strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID else 0
    return number if number < _ID_END else 0


def number_in(raw: bytes) -> str:
    """The id in a malformed element as far as one can be made out, to report it by."""
    match = _NUMBER.search(raw)
    return match[1].decode() if match else "without id"


def _referred(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
