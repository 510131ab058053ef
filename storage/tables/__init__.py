"""The two stores as SQLAlchemy tables: the precious library and the rebuildable catalogue.

Instants are UTC text, ISO 8601 with microseconds and ``+00:00``: the same bytes on SQLite and PostgreSQL, ordered by
comparing them. Documents are JSON text. Sort keys are folded text compared byte by byte (collation ``C``), so both
engines put records in the same order.
"""

from storage.tables.arrivals import arrival
from storage.tables.autosync import autosync
from storage.tables.base import Key, Serial, catalogue, library
from storage.tables.collection import collection_field, copy, folder, intent, record
from storage.tables.downloads import download, download_keeper
from storage.tables.exchange import export_item, want
from storage.tables.matches import match_job, match_pair, match_result
from storage.tables.people import api_token, app_config, connection, setting_change, short_lived, user, user_value
from storage.tables.playlists import (
    artist_preference,
    artist_release,
    followed_artist,
    playlist,
    playlist_item,
    saved_track,
)
from storage.tables.plays import (
    play,
    play_gap,
    play_sync,
    played_album,
    played_artist,
    played_track,
    played_track_artist,
)
from storage.tables.releases import (
    answer,
    detail,
    kinship,
    master,
    node,
    number,
    part,
    ranking,
    release,
    source,
    spelling,
)
from storage.tables.shelf import shelf_album, shelf_decision, shelf_holding, shelf_sign, shelf_source
from storage.tables.snapshots import snapshot
from storage.tables.spotify import spotify_access, spotify_call, spotify_capability, spotify_pause
from storage.tables.wishes import watched_artist, watched_release, wish
from storage.tables.work import activity, job, job_problem, schedule

__all__ = [
    "Key",
    "Serial",
    "activity",
    "answer",
    "api_token",
    "app_config",
    "arrival",
    "artist_preference",
    "artist_release",
    "autosync",
    "catalogue",
    "collection_field",
    "connection",
    "copy",
    "detail",
    "download",
    "download_keeper",
    "export_item",
    "folder",
    "followed_artist",
    "intent",
    "job",
    "job_problem",
    "kinship",
    "library",
    "master",
    "match_job",
    "match_pair",
    "match_result",
    "node",
    "number",
    "part",
    "play",
    "play_gap",
    "play_sync",
    "played_album",
    "played_artist",
    "played_track",
    "played_track_artist",
    "playlist",
    "playlist_item",
    "ranking",
    "record",
    "release",
    "saved_track",
    "schedule",
    "setting_change",
    "shelf_album",
    "shelf_decision",
    "shelf_holding",
    "shelf_sign",
    "shelf_source",
    "short_lived",
    "snapshot",
    "source",
    "spelling",
    "spotify_access",
    "spotify_call",
    "spotify_capability",
    "spotify_pause",
    "user",
    "user_value",
    "want",
    "watched_artist",
    "watched_release",
    "wish",
]
