"""JSON documents as text, and text that both engines can hold."""

from __future__ import annotations

import json
from typing import Any, cast

from storage.values import Document

_UNSTORABLE = {0: None} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


def storable(value: str) -> str:
    """``value`` without what PostgreSQL (NUL) or UTF-8 (lone surrogates) cannot hold."""
    if "\0" not in value:
        try:
            value.encode()
            return value
        except UnicodeEncodeError:
            pass
    return value.translate(_UNSTORABLE)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(key)): _clean(item) for key, item in cast("dict[Any, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in cast("list[Any]", value)]
    return value


def pack(value: Any) -> str:
    """A JSON value as the text that is stored."""
    return json.dumps(_clean(value), ensure_ascii=False, separators=(",", ":"))


def pack_optional(value: Any) -> str | None:
    """Like :func:`pack`; None stays NULL."""
    return None if value is None else pack(value)


def unpack(stored: str) -> Any:
    """What :func:`pack` stored."""
    return json.loads(stored)


def unpack_optional(stored: str | None) -> Document | None:
    """What :func:`pack_optional` stored."""
    return None if stored is None else json.loads(stored)
