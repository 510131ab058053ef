"""What a listener keeps on Spotify: playlists with their items, saved tracks, followed artists, choices of releases."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.tables.base import Key, Serial, library, owned

NO = text("false")
NONE = text("0")

playlist = Table(
    "playlist",
    library,
    Column("id", Serial, primary_key=True),
    owned(),
    Column("playlist_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("track_count", Integer, nullable=False, server_default=NONE),
    Column("description", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("owner_name", Text, nullable=False),
    Column("is_own", Boolean, nullable=False, server_default=NO),
    Column("is_editable", Boolean, nullable=False, server_default=NO),
    Column("collaborative", Boolean, nullable=False, server_default=NO),
    Column("public", Boolean),
    Column("snapshot_id", Text, nullable=False),
    Column("image_url", Text),
    Column("position", Integer, nullable=False, server_default=NONE),
    Column("items_state", Text, nullable=False, server_default="unread"),
    Column("items_snapshot", Text, nullable=False),
    Column("items_checked_at", Text),
    Column("updated_at", Key, nullable=False),
    Column("removed_at", Text),
    Column("name_key", Key, nullable=False),
    Column("owner_key", Key),
    Column("tokens", Text, nullable=False),
    UniqueConstraint("user_id", "playlist_id"),
    sqlite_autoincrement=True,
)
"""One playlist of the listener, owned or followed. ``description`` is plain text (Spotify sends it HTML-escaped);
``items_snapshot`` is the snapshot that the kept items are of."""

playlist_item = Table(
    "playlist_item",
    library,
    Column("id", Serial, primary_key=True),
    Column("playlist_pk", BigInteger, ForeignKey("playlist.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("uri", Text),
    Column("track_id", Text),
    Column("name", Text, nullable=False),
    Column("artists", Text, nullable=False, server_default="[]"),
    Column("album", Text, nullable=False),
    Column("album_id", Text),
    Column("duration_ms", BigInteger),
    Column("album_type", Text),
    Column("album_released", Text),
    Column("album_tracks", Integer),
    Column("album_image", Text),
    Column("added_at", Text),
    Column("is_local", Boolean, nullable=False, server_default=NO),
    Column("tokens", Text, nullable=False),
    Index("ix_playlist_item_in_order", "playlist_pk", "position"),
    sqlite_autoincrement=True,
)
"""One place of a playlist, counted from 0 without gaps. ``uri`` is the one stored in the playlist, by which it is removed."""

saved_track = Table(
    "saved_track",
    library,
    owned(in_key=True),
    Column("track_id", Text, primary_key=True),
    Column("uri", Text),
    Column("name", Text, nullable=False),
    Column("artists", Text, nullable=False, server_default="[]"),
    Column("album", Text, nullable=False),
    Column("album_id", Text),
    Column("duration_ms", BigInteger),
    Column("album_type", Text),
    Column("album_released", Text),
    Column("album_tracks", Integer),
    Column("album_image", Text),
    Column("added_at", Key, nullable=False),
    Column("seen_pass", Text),
    Column("removed_at", Text),
    Index("ix_saved_track_newest", "user_id", "added_at", "track_id"),
)
"""One track of the listener's library; ``seen_pass`` is the instant of the last page that showed it."""

followed_artist = Table(
    "followed_artist",
    library,
    Column("id", Serial, primary_key=True),
    owned(),
    Column("artist_id", Key, nullable=False),
    Column("name", Text, nullable=False),
    Column("image_url", Text),
    Column("followed_at", Key, nullable=False),
    Column("removed_at", Text),
    Column("releases_at", Text),
    Column("release_count", Integer),
    Column("newest_release", Key),
    Column("name_key", Key, nullable=False),
    Column("tokens", Text, nullable=False),
    UniqueConstraint("user_id", "artist_id"),
    sqlite_autoincrement=True,
)
"""One artist that the listener follows or has opened; ``releases_at`` is when the releases were last read whole."""

artist_release = Table(
    "artist_release",
    library,
    owned(in_key=True),
    Column("artist_id", Key, primary_key=True),
    Column("release_id", Key, primary_key=True),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("released", Key, nullable=False),
    Column("precision", Text, nullable=False),
    Column("total_tracks", Integer),
    Column("image_url", Text),
    Column("artists", Text, nullable=False, server_default="[]"),
    Column("group_key", Key, nullable=False),
    Column("gone_at", Text),
)
"""One release of an artist, every id kept; ``group_key`` folds the editions that are shown as one."""

artist_preference = Table(
    "artist_preference",
    library,
    owned(in_key=True),
    Column("artist_id", Key, primary_key=True),
    Column("release_id", Key, primary_key=True),
    Column("selected", Boolean, nullable=False),
)
"""Whether a release is wanted in step (harmony-contract.md section 15). It outlives the release."""
