"""Kinds of value that take whatever a service sends for them: missing, null, a number as text, one for a list of one."""

from __future__ import annotations

from typing import Annotated, Any, cast

from pydantic import BeforeValidator


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def as_list(value: object) -> list[Any]:
    if isinstance(value, list):
        return [item for item in cast(list[Any], value) if item is not None]
    if isinstance(value, tuple):
        return list(cast(tuple[Any, ...], value))
    return [value] if isinstance(value, str) and value else []


Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(as_list)]
