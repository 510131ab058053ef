"""What the kept lists of Spotify share: tracks as rows, the words a list is filtered by, the keys of a whole list."""

from __future__ import annotations

from array import array
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Row, Select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.documents import pack, storable, unpack
from storage.fold import words
from storage.values import Playable

CHUNK = 500
"""Rows or ids in one statement: below every engine's limit on parameters."""
_PART = 2000
"""Keys taken from the engine at a time: about a millisecond."""
_MOST_WORDS = 100
_MOST_TYPED = 100
"""Typed words that are looked for: each is a condition."""
_PLAYABLE = [field.name for field in fields(Playable)]


def playable_row(each: Playable) -> dict[str, Any]:
    """The columns of a track as it is kept."""
    row = {name: plain(getattr(each, name)) for name in _PLAYABLE}
    return row | {"artists": pack(each.artists)}


def playable_of(row: Row[Any]) -> Playable:
    """The track in a row that has :func:`playable_row`'s columns."""
    found: dict[str, Any] = {name: getattr(row, name) for name in _PLAYABLE}
    found["artists"] = tuple(unpack(found["artists"]))
    return Playable(**found)


def plain(value: Any) -> Any:
    """Text that both engines can hold; anything else as it is."""
    return storable(value) if isinstance(value, str) else value


async def keys(conn: AsyncConnection, rows: Select[int]) -> array[int]:
    """What ``rows`` selects, read in parts so that the loop is never held."""
    found = array("q")
    async with conn.stream_scalars(rows) as found_keys:
        async for part in found_keys.partitions(_PART):
            found.extend(part)
    return found


def typed(tokens: ColumnElement[str], text: str) -> list[ColumnElement[bool]]:
    """The conditions that every word of ``text`` begins one of ``tokens``."""
    asked = list(dict.fromkeys(words(text)))[:_MOST_TYPED]
    return [tokens.contains(f" {word}", autoescape=True) for word in asked]


def tokens(*texts: str) -> str:
    """The words of some texts, each with a blank before and after it."""
    found = [word for text in texts if text for word in words(text)]
    return f" {' '.join(dict.fromkeys(found[:_MOST_WORDS]))} "
