"""What a playlist can hold, as people name it: an id, a URI or a link (spotify-api.md 3.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.errors import InvalidInput

_ID = re.compile(r"[0-9A-Za-z]{22}")
_URI = re.compile(r"spotify:([a-z]+):([0-9A-Za-z]{22})")
_LINK = re.compile(r"(?:https?://)?open\.spotify\.com/(?:intl-[\w-]+/)?([a-z]+)/([0-9A-Za-z]{22})/?(?:[?#].*)?")
LOCAL = "spotify:local:"
_PLAYABLE = ("track", "episode")


def playable_uri(given: str) -> str:
    """The URI of the track or episode in an id (of a track), a URI or a link.

    Raises :class:`InvalidInput` for anything else; local files can be neither added nor removed by the API.
    """
    text = given.strip()
    if text.startswith(LOCAL):
        raise InvalidInput(
            "uris",
            "Spotify lets local files be added and removed only in its own apps.",
            "Leave the local file out, or do it in the Spotify app on the computer that has it.",
        )
    if _ID.fullmatch(text):
        return f"spotify:track:{text}"
    found = _URI.fullmatch(text) or _LINK.fullmatch(text)
    if found and found[1] in _PLAYABLE:
        return f"spotify:{found[1]}:{found[2]}"
    said = f"That leads to something else than a track or an episode: {found[1]}." if found else "That is no track."
    raise InvalidInput("uris", said, "Give its id, its URI (spotify:track:…) or its link.")


def playable_uris(given: Sequence[str]) -> list[str]:
    """:func:`playable_uri` of each, in order. Raises :class:`InvalidInput` for none at all."""
    if not given:
        raise InvalidInput("uris", "No track URIs provided")
    return [playable_uri(each) for each in given]
