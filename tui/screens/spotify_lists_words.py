"""What a page of Spotify says of the connection and of an empty list: pure drawing of values."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.spotify.connect import SpotifyStatus


def notice_of(status: SpotifyStatus | None) -> str:
    """What stands in the way of Spotify just now; empty if nothing does."""
    if status is None:
        return ""
    if status.state == "reauth_required":
        return f"{status.warning} What is kept here is shown."
    if (until := status.paused_until) is not None:
        return f"Spotify is paused until {time.strftime('%H:%M', time.localtime(until))}; what is kept here is shown."
    return ""


def emptiness(what: str, status: SpotifyStatus, *, narrowed: bool, reading: bool) -> str:
    """What an empty list of ``what`` (playlists, artists) says, and which key leads on."""
    if narrowed:
        return f"None of your {what} matches. Escape clears the filter."
    if not status.ready:
        return f"Your {what} are shown here once Spotify is connected.\nc connects it."
    if reading:
        return f"Your {what} are being read from Spotify…\nJ shows how far it is."
    return f"There are no {what} here yet.\nu reads your library from Spotify."
