"""The kinds of value that take whatever Spotify sends for them, and the base of its models (spotify-api.md 3.11)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Self, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, PrivateAttr, ValidatorFunctionWrapHandler, model_validator


def _number(value: object) -> int | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return None


def _boolean(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def objects(value: object) -> list[object]:
    """A list whose members that are no objects are null."""
    if not isinstance(value, list):
        return []
    return [entry if isinstance(entry, dict) else None for entry in cast("list[object]", value)]


def without_nulls(value: object) -> list[object]:
    return [entry for entry in objects(value) if entry is not None]


def an_object(value: object) -> object:
    return cast("object", value) if isinstance(value, dict | BaseModel) else None


def _moment(value: object) -> int | None:
    """An ISO 8601 instant as Unix milliseconds, None if it is none."""
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    try:
        return round(instant.timestamp() * 1000)
    except (OverflowError, ValueError):
        return None


Number = Annotated[int | None, BeforeValidator(_number)]
Maybe = Annotated[bool | None, BeforeValidator(_boolean)]
Moment = Annotated[int | None, BeforeValidator(_moment)]
"""An instant as Unix milliseconds."""


class Said(BaseModel):
    """The base of everything Spotify says. Whatever is no object is read as an empty one."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True, defer_build=True)
    OLD_NAMES: ClassVar[Mapping[str, str]] = {}
    """The deprecated twin of a key, read where the new one is missing or null."""
    _given: dict[str, Any] = PrivateAttr(default_factory=dict[str, Any])

    @model_validator(mode="wrap")
    @classmethod
    def _keep(cls, value: object, read: ValidatorFunctionWrapHandler) -> Self:
        if isinstance(value, cls):
            return value
        given = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        known = dict(given) if cls.OLD_NAMES else given
        for new, old in cls.OLD_NAMES.items():
            if known.get(new) is None and known.get(old) is not None:
                known[new] = known[old]
        said = cast("Self", read(known))
        said._given = given
        return said

    @property
    def given(self) -> dict[str, Any]:
        """The object exactly as Spotify sent it."""
        return self._given
