"""What ``/plex`` takes and answers (harmony-contract.md section 11): mostly what Plex itself says, as it is."""

from __future__ import annotations

import math
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from services.errors import InvalidInput
from services.plex.calls import Params
from services.plex.reading import Document, Told, text

FromPlex = dict[str, Any]
"""A free-form object, passed on to Plex."""


class Passed(BaseModel):
    """What Plex answered; empty where it said nothing."""

    model_config = ConfigDict(extra="allow")

    MediaContainer: dict[str, Any] | None = Field(
        default=None, description="As Plex tells it: `size`, `totalSize`, and lists such as `Metadata` or `Directory`."
    )


class LibraryTotals(BaseModel):
    artists: int
    albums: int
    tracks: int


class Status(BaseModel):
    """Whether Plex answers, and then what plays and how much music there is."""

    status: Literal["connected", "disconnected"]
    sessions: dict[str, Any] | None = Field(default=None, description="What plays, as Plex tells it.")
    library: LibraryTotals | None = Field(default=None, description="Over all music libraries.")


class Notice(BaseModel):
    """One event of the stream: what a listener on Plex's own WebSocket would get."""

    NotificationContainer: dict[str, Any] = Field(
        description="`type`, `size` and a list such as `PlaySessionStateNotification`."
    )


def forwarded(given: FromPlex) -> dict[str, str | int]:
    """What of a body goes to Plex: texts, numbers, yes and no. Who asks, and with which token, is ours to say."""
    return {
        name: int(value) if isinstance(value, bool) else str(value)
        for name, value in given.items()
        if isinstance(value, str | int | float) and not name.lower().startswith("x-plex-")
    }


def ids_of(given: FromPlex) -> list[str]:
    """The items that a body lists by their ``ratingKey``, under ``ids`` or ``items``."""
    for name in ("ids", "items"):
        if isinstance(found := given.get(name), list):
            return [text(each) for each in cast("list[object]", found)]
    return []


def tags_of(given: FromPlex) -> dict[str, list[str]]:
    """The members of a body that are lists, by kind of tag; a tag is a text, or an object with a ``tag``."""
    lists = {name: cast("list[object]", value) for name, value in given.items() if isinstance(value, list)}
    return {name: [_tag(name, each) for each in listed] for name, listed in lists.items()}


def _tag(name: str, given: object) -> str:
    tag = cast("Document", given).get("tag") if isinstance(given, dict) else given
    if not isinstance(tag, str):
        raise InvalidInput(name, "A tag is a text.")
    return tag


def rating_of(given: object) -> float:
    """A rating from 0 to 10; -1 takes it away. Raises :class:`InvalidInput`."""
    try:
        rating = float(given) if isinstance(given, int | float | str) and not isinstance(given, bool) else math.nan
    except (ValueError, OverflowError):
        rating = math.nan
    if not (rating == -1 or 0 <= rating <= 10):
        raise InvalidInput("rating", "A rating is a number from 0 to 10, ten for five stars; -1 takes it away.")
    return rating


def said(told: Told) -> str:
    """What Plex answered to a change, as text; Plex mostly says nothing, which is good news."""
    if told.content != b"{}":
        return told.content.decode("utf-8", "replace")
    return told.text or "ok"


def playing(told: Told, wanted: Params) -> Document:
    """Of the sessions those that ``wanted`` names by player, item or session."""
    machine = str(wanted.get("machineIdentifier") or wanted.get("clientIdentifier") or "")
    item = str(wanted.get("ratingKey") or wanted.get("key") or "").rpartition("/")[2]
    session = str(wanted.get("sessionKey") or "")
    rows = [
        each
        for each in told.listed("Metadata")
        if (not machine or text(each.get("Player", {}).get("machineIdentifier")) == machine)
        and (not item or text(each.get("ratingKey")) == item)
        and (not session or text(each.get("sessionKey")) == session)
    ]
    return {"MediaContainer": {"size": len(rows), **({"Metadata": rows} if rows else {})}}
