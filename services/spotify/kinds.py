"""The kinds of call there are: what each needs to be granted, and which door of Spotify it goes through."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

READING = (
    "user-follow-read",
    "user-library-read",
    "user-top-read",
    "user-read-recently-played",
    "playlist-read-private",
    "playlist-read-collaborative",
)
EDITING = ("user-library-modify", "playlist-modify-public", "playlist-modify-private")
SCOPES = (*READING, *EDITING)
"""What a sign-in asks to be granted (spotify-api.md 1.7)."""


class Capability(StrEnum):
    """What an app may be let do, or not (spotify-api.md 2.20)."""

    PROFILE = "profile"
    CATALOG = "catalog"
    CATALOG_PAGE_50 = "catalog_page_50"
    AUDIO_FEATURES = "audio_features"
    RECOMMENDATIONS = "recommendations"
    FOLLOWING = "following"
    PLAYLISTS = "playlists"
    PLAYLIST_ITEMS = "playlist_items"
    PLAYLIST_WRITE = "playlist_write"
    LIBRARY = "library"
    LIBRARY_WRITE = "library_write"
    TOP = "top"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of call, as it is counted. ``scopes`` must all be granted; ``closes``: a bare refusal (403) says that the
    app may not do this at all, and not only that this thing is out of reach.
    """

    name: str
    capability: Capability
    scopes: tuple[str, ...] = ()
    closes: bool = True


PROFILE = Kind("profile", Capability.PROFILE, closes=False)
FOLLOWING = Kind("following", Capability.FOLLOWING, ("user-follow-read",))
ARTIST_ALBUMS = Kind("artist_albums", Capability.CATALOG, closes=False)
SEARCH = Kind("search", Capability.CATALOG, closes=False)
CATALOG = Kind("catalog", Capability.CATALOG, closes=False)
AUDIO_FEATURES = Kind("audio_features", Capability.AUDIO_FEATURES)
RECOMMENDATIONS = Kind("recommendations", Capability.RECOMMENDATIONS)
PLAYLISTS = Kind("playlists", Capability.PLAYLISTS, ("playlist-read-private",))
PLAYLIST = Kind("playlist", Capability.PLAYLISTS, closes=False)
PLAYLIST_ITEMS = Kind("playlist_items", Capability.PLAYLIST_ITEMS, ("playlist-read-private",), closes=False)
PLAYLIST_WRITE = Kind(
    "playlist_write",
    Capability.PLAYLIST_WRITE,
    ("playlist-modify-public", "playlist-modify-private"),
    closes=False,
)
LIBRARY = Kind("library", Capability.LIBRARY, ("user-library-read",))
LIBRARY_WRITE = Kind("library_write", Capability.LIBRARY_WRITE, ("user-library-modify",))
TOP = Kind("top", Capability.TOP, ("user-top-read",))
HISTORY = Kind("history", Capability.HISTORY, ("user-read-recently-played",), closes=False)
