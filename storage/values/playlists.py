"""What a listener keeps on Spotify: playlists with their items, saved tracks, followed artists and their releases.

Instants are UTC text as the stores keep them; ids are Spotify's own (spotify-api.md 3.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ItemKind(StrEnum):
    """What stands at a place of a playlist (spotify-api.md 3.7)."""

    TRACK = "track"
    EPISODE = "episode"
    VANISHED = "vanished"
    """Spotify has no item there any more; the place stays, so that no position shifts."""


class ItemsState(StrEnum):
    """Whether the items of a playlist are here."""

    UNREAD = "unread"
    HELD = "held"
    NOT_ACCESSIBLE = "not_accessible"
    """Spotify shows them to the owner and to collaborators only (spotify-api.md 2.11)."""


@dataclass(frozen=True, slots=True)
class Playable:
    """A track or an episode as it is listed. ``artists`` are names in their order; ``duration_ms`` is None where unknown.

    A local file has a URI and no id, what vanished has neither. ``album_type`` (album, single, compilation), ``album_released``
    (text of whatever precision), ``album_tracks`` and ``album_image`` (where its cover is) are what Spotify says of the album.
    """

    uri: str | None = None
    track_id: str | None = None
    name: str = ""
    artists: tuple[str, ...] = ()
    album: str = ""
    album_id: str | None = None
    duration_ms: int | None = None
    album_type: str | None = None
    album_released: str | None = None
    album_tracks: int | None = None
    album_image: str | None = None


@dataclass(frozen=True, slots=True)
class NewItem:
    """One place of a playlist, as Spotify told it."""

    playable: Playable
    kind: ItemKind = ItemKind.TRACK
    added_at: str | None = None
    is_local: bool = False


@dataclass(frozen=True, slots=True)
class PlaylistItem(NewItem):
    """One place of a kept playlist. ``pk`` stays with the item when it is moved; ``position`` counts from 0."""

    pk: int = 0
    position: int = 0


@dataclass(frozen=True, slots=True)
class NewPlaylist:
    """A playlist as Spotify lists it. ``is_editable``: the listener owns it or collaborates; ``public`` is None where
    Spotify does not say; ``position`` is its place in the listener's own order.
    """

    playlist_id: str
    name: str
    track_count: int = 0
    description: str = ""
    owner_id: str = ""
    owner_name: str = ""
    is_own: bool = False
    is_editable: bool = False
    collaborative: bool = False
    public: bool | None = None
    snapshot_id: str = ""
    image_url: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class Playlist(NewPlaylist):
    """A kept playlist. ``items_snapshot`` is the snapshot that its kept items are of, empty before they were read;
    ``items_checked_at`` is when Spotify was last asked for them; ``updated_at`` is when it last changed here,
    ``removed_at`` when Spotify was first found not to list it any more.
    """

    pk: int = 0
    items_state: ItemsState = ItemsState.UNREAD
    items_snapshot: str = ""
    items_checked_at: str | None = None
    updated_at: str = ""
    removed_at: str | None = None

    @property
    def is_current(self) -> bool:
        """Whether the kept items are those of the snapshot that Spotify listed last."""
        return (
            self.items_state is ItemsState.HELD and bool(self.snapshot_id) and self.items_snapshot == self.snapshot_id
        )


class PlaylistSort(StrEnum):
    """What playlists can be sorted by."""

    LISTED = "listed"
    """The listener's own order on Spotify."""
    NAME = "name"
    TRACKS = "tracks"
    OWNER = "owner"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class PlaylistQuery:
    """Which playlists, in which order; every word of ``text`` must begin a word of name or owner."""

    text: str = ""
    sort_by: PlaylistSort = PlaylistSort.LISTED
    descending: bool = False

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """Which items of a playlist, in their order; every word of ``text`` must begin a word of title, artist or album."""

    playlist_pk: int
    text: str = ""
    sort_by: str = "position"
    descending: bool = False

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class SavedTrack:
    """A track among the listener's saved ones, and since when."""

    playable: Playable
    added_at: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What storing did: how many are new (or back), how many say something else than before, how many are gone."""

    added: int = 0
    changed: int = 0
    gone: int = 0

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone)
