"""What a setting is besides its value: its heading, where the value came from, and how it is shown to a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, cast, get_args, get_origin

from pydantic import Field, SecretStr
from pydantic.fields import FieldInfo

PASSWORD = re.compile(r"(://[^/@:]*:)(?P<password>[^@]+)(@)")
"""The password inside an address."""


class Group(StrEnum):
    """The headings under which settings are shown."""

    DISCOGS = "Discogs"
    SPOTIFY = "Spotify"
    FILES = "Plex, Soulseek, beets"
    STORAGE = "Storage"
    ACCESS = "Access"
    WORK = "Work"
    APPEARANCE = "Appearance"


class Source(StrEnum):
    """Where a value came from."""

    ENVIRONMENT = "environment"
    FILE = "file"
    KEPT = "kept"
    """A secret that was set here, in the keyring or the file of secrets."""
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Origin:
    """One setting as shown to a person; ``value`` of a secret is its last four characters."""

    name: str
    value: str
    source: Source
    description: str
    group: Group
    secret: bool
    choices: tuple[str, ...]


def setting(default: Any, group: Group, description: str, **limits: Any) -> Any:
    """A field of the settings under its heading, with what it means; ``limits`` are pydantic's."""
    return Field(default=default, description=description, json_schema_extra={"group": group.value}, **limits)


def holds_password(value: str) -> bool:
    """Whether ``value`` is an address with a password in it."""
    return PASSWORD.search(value) is not None


def mask(secret: str) -> str:
    """The last four characters of a secret long enough to spare them."""
    return f"…{secret[-4:]}" if len(secret) >= 12 else "…" if secret else ""


def group_of(field: FieldInfo) -> Group:
    """The heading of a field made by :func:`setting`."""
    extra = field.json_schema_extra
    assert isinstance(extra, dict)
    return Group(cast("str", extra["group"]))


def choices_of(field: FieldInfo) -> tuple[str, ...]:
    """The values a setting can have; empty where anything goes."""
    if field.annotation is bool:
        return ("true", "false")
    if get_origin(field.annotation) is Literal:
        return tuple(str(choice) for choice in get_args(field.annotation))
    return ()


def plain(value: object) -> str:
    """A value as a person would write it."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return "" if value is None else str(value)
