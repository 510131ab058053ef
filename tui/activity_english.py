"""The activity feed in English. Types and states: harmony-contract.md section 9.2, and what the program's jobs write."""

from __future__ import annotations

from collections.abc import Mapping

from tui.activity_words import Language, Saying, Sayings, Tone

_GOOD, _NEUTRAL, _WARNING, _BAD = Tone.GOOD, Tone.NEUTRAL, Tone.WARNING, Tone.BAD
_SOULSEEK = "= shows the downloads, where other sources can be looked for by hand."

_OWN: Sayings = {
    ("sync", "completed"): Saying(_GOOD, "In step with Discogs: {results}"),
    ("sync", "partial"): Saying(_WARNING, "In step with Discogs but for {problems} items: {results}"),
    ("sync", "failed"): Saying(_BAD, "The sync failed: {error}"),
    ("sync", "cancelled"): Saying(_WARNING, "The sync was stopped; what was done is kept: {results}"),
    ("sync", "started"): Saying(_NEUTRAL, "The sync began"),
    ("spotify_library", "completed"): Saying(_GOOD, "Read the library from Spotify: {results}"),
    ("spotify_library", "partial"): Saying(
        _WARNING, "Read the library from Spotify but for {problems} things: {results}"
    ),
    ("spotify_library", "failed"): Saying(_BAD, "The library could not be read from Spotify: {error}"),
    ("spotify_library", "cancelled"): Saying(_WARNING, "Reading the library from Spotify was stopped"),
    ("export", "completed"): Saying(_GOOD, "Exported to Discogs: {results}"),
    ("export", "partial"): Saying(_WARNING, "Exported to Discogs but for {problems} items: {results}"),
    ("export", "failed"): Saying(_BAD, "The export failed: {error}"),
    ("export", "cancelled"): Saying(_WARNING, "The export was stopped; what was sent stays sent: {results}"),
    ("undo", "completed"): Saying(_GOOD, "Took an export back from Discogs: {results}"),
    ("undo", "partial"): Saying(_WARNING, "Took an export back from Discogs but for {problems} items: {results}"),
    ("undo", "failed"): Saying(_BAD, "Taking an export back failed: {error}"),
    ("undo", "cancelled"): Saying(_WARNING, "Taking an export back was stopped; what was done is kept: {results}"),
    ("plays", "completed"): Saying(_GOOD, "What was played on Spotify came in: {results}"),
    ("plays", "partial"): Saying(_WARNING, "Fetching plays from Spotify met trouble: {results}"),
    ("plays", "failed"): Saying(_BAD, "Fetching plays from Spotify failed: {error}"),
    ("plays", "cancelled"): Saying(_WARNING, "Fetching plays from Spotify was stopped"),
    ("history", "completed"): Saying(_GOOD, "Listening history was imported: {results}"),
    ("history", "partial"): Saying(_WARNING, "Listening history was imported but for {problems} files: {results}"),
    ("history", "failed"): Saying(_BAD, "Importing listening history failed: {error}"),
    ("history", "cancelled"): Saying(
        _WARNING, "An import of listening history was stopped, what it stored stays: {results}"
    ),
    ("beets_import", "completed"): Saying(_GOOD, "beets is done: {results}"),
    ("beets_import", "partial"): Saying(_WARNING, "beets is done but for {problems} folders: {results}"),
    ("beets_import", "failed"): Saying(_BAD, "Filing with beets failed: {error}", "F8 shows what waits."),
    ("beets_import", "cancelled"): Saying(
        _WARNING, "Filing with beets was stopped: {results}", "F8 asks again about what was not begun."
    ),
    ("autosync", "failed"): Saying(_BAD, "Auto-sync failed: {error}"),
    ("autosync", "cancelled"): Saying(_WARNING, "Auto-sync was stopped; what was asked for comes all the same"),
    ("metadata", "completed"): Saying(_GOOD, "The library was looked through: {results}"),
    ("metadata", "partial"): Saying(_WARNING, "The library was looked through but for {problems} things: {results}"),
    ("metadata", "failed"): Saying(_BAD, "Looking through the library failed: {error}"),
    ("metadata", "cancelled"): Saying(_WARNING, "Looking through the library was stopped"),
    ("wantlist", "added"): Saying(_GOOD, "Put {title} on the wantlist"),
    ("wantlist", "edited"): Saying(_NEUTRAL, "Changed what the wantlist says of {title}"),
    ("wantlist", "removed"): Saying(_NEUTRAL, "Took {title} off the wantlist"),
    ("wantlist", "restored"): Saying(_GOOD, "Put {title} back on the wantlist"),
    ("catalogue", "completed"): Saying(_GOOD, "Imported Discogs' dumps into the catalogue: {results}"),
    ("catalogue", "partial"): Saying(
        _WARNING, "Imported Discogs' dumps into the catalogue but for {skipped} elements: {results}"
    ),
}
"""What the program's own jobs and changes leave. An export that takes back what another one sent is of type ``undo``."""

_FILES: Sayings = {
    ("download", "queued"): Saying(_NEUTRAL, "Queued {download_ids} from {username}", "= shows how far they are."),
    ("download", "failed"): Saying(_BAD, "A download could not be begun: {reason}", "Nothing was asked for."),
    ("download", "download_cancelled"): Saying(
        _WARNING, "Cancelled the download of {filename}", "slskd has confirmed it. r on it in the downloads asks again."
    ),
    ("download", "download_retried"): Saying(
        _NEUTRAL, "Asked again for {filename}", "It is a download of its own; the one before stays as it was."
    ),
    ("download", "sync_job_failed"): Saying(
        _BAD,
        "Handing downloads to slskd failed: {error}",
        "It is tried again; the downloads (=) say what became of them.",
    ),
    ("search", "completed"): Saying(_NEUTRAL, "Searched for {query} in {sources}"),
    ("search", "partial"): Saying(
        _WARNING, "Searched for {query} in {sources}; not every source answered", "What went wrong: {errors}."
    ),
    ("metadata", "started"): Saying(_NEUTRAL, "The scan of the library began"),
    ("metadata", "already_running"): Saying(
        _WARNING, "A scan of the library was asked for while one ran", "The running one goes on; no second one began."
    ),
    ("metadata", "stopped"): Saying(_WARNING, "The scan of the library was stopped", "What it had read is kept."),
    ("metadata", "scan_failed"): Saying(
        _BAD, "The scan of the library failed, {consecutive} in a row: {error}", "It goes on trying by itself."
    ),
    ("metadata", "matching_batch"): Saying(
        _GOOD,
        "Matched {batch_size}: {stored} kept, {discarded} discarded",
        "A match is kept where it is certain enough; on average they were {average_confidence} of 1.",
    ),
    ("metadata", "matching_job_failed"): Saying(_BAD, "Matching failed: {error}"),
    ("sync", "autosync_started"): Saying(_NEUTRAL, "Auto-sync began, {source}"),
    ("sync", "spotify_loaded"): Saying(_GOOD, "Auto-sync read {tracks} from Spotify"),
    ("sync", "spotify_unavailable"): Saying(_BAD, "Auto-sync did not reach Spotify: {error}", "Nothing was compared."),
    ("sync", "plex_loaded"): Saying(_GOOD, "Auto-sync read {tracks} from Plex"),
    ("sync", "plex_unavailable"): Saying(_BAD, "Auto-sync did not reach Plex: {error}", "Nothing was compared."),
    ("sync", "comparison_complete"): Saying(_NEUTRAL, "Plex lacks {missing} that Spotify has"),
    ("sync", "downloads_requested"): Saying(_NEUTRAL, "Auto-sync looks for {count} on Soulseek"),
    ("sync", "soulseek_skipped"): Saying(
        _WARNING, "Not looked for any more: {track}", "It failed too often before: {reason}. " + _SOULSEEK
    ),
    ("sync", "soulseek_error"): Saying(_BAD, "Looking for {track} on Soulseek failed: {error}"),
    ("sync", "soulseek_no_results"): Saying(_WARNING, "Soulseek has nothing for {track}", _SOULSEEK),
    ("sync", "soulseek_low_quality"): Saying(
        _WARNING,
        "Soulseek has {track} below {min_bitrate} kbit/s only",
        "AUTOSYNC_MIN_BITRATE in the settings says what is good enough. " + _SOULSEEK,
    ),
    ("sync", "download_enqueued"): Saying(_GOOD, "Asked {username} for {track}", "= shows how far it is."),
    ("sync", "download_failed"): Saying(_BAD, "The download of {track} failed: {error}", _SOULSEEK),
    ("sync", "track_imported"): Saying(_GOOD, "beets imported {track}", "It lies at {path}."),
    ("sync", "import_failed"): Saying(_BAD, "beets could not import {track}: {error}", "F8 imports it by hand."),
    ("sync", "plex_updated"): Saying(_GOOD, "Plex was asked for its figures anew"),
    ("sync", "plex_update_failed"): Saying(_WARNING, "Plex did not give its figures: {error}"),
    ("sync", "new_releases"): Saying(
        _GOOD,
        "{artist} has {releases}: {titles}",
        "F6 lists them: w wants one, S looks for it on Soulseek, d ignores it.",
    ),
    ("sync", "status_summary"): Saying(_NEUTRAL, "How auto-sync stood with each service: {status}"),
    ("filing", "track_imported"): Saying(_GOOD, "beets filed {title}: {imported}", "It lies at {filed}."),
    ("filing", "import_failed"): Saying(
        _BAD, "beets could not file {title}: {error}", "It still lies at {path}; F8 tries again."
    ),
    ("filing", "plex_updated"): Saying(_GOOD, "Plex was asked to scan {path}"),
    ("filing", "plex_update_failed"): Saying(
        _WARNING, "Plex was not asked to scan what beets filed: {error}", "Its next scan finds it."
    ),
    ("autosync", "nothing_missing"): Saying(_GOOD, "Auto-sync: Plex has all that Spotify has"),
    ("autosync", "ended_early"): Saying(_WARNING, "Auto-sync ended early: {reason} did not answer"),
    ("autosync", "completed"): Saying(_GOOD, "Auto-sync is done: {downloaded} fetched"),
    ("autosync", "partial"): Saying(
        _WARNING,
        "Auto-sync is done: {downloaded} fetched, {skipped} not",
        "What failed: {failures}. The entries before this one name each track.",
    ),
}
"""The contract's catalogue. The end of an auto-sync run is of type ``autosync`` here, what beets did with an arrival of type
``filing``: they say other things than a sync."""

_TYPES: Mapping[str, str] = {
    "sync": "Sync",
    "export": "Export",
    "search": "Search",
    "download": "Download",
    "metadata": "Library",
    "wantlist": "Wantlist",
    "plays": "Plays",
    "history": "History",
    "spotify_library": "Spotify",
    "catalogue": "Catalogue",
    "beets_import": "beets",
    "autosync": "Auto-sync",
}
_STATES: Mapping[str, str] = {
    "completed": "done",
    "partial": "in part",
    "failed": "failed",
    "cancelled": "stopped",
    "started": "began",
    "stopped": "stopped",
    "queued": "queued",
    "added": "added",
    "edited": "changed",
    "removed": "removed",
    "restored": "put back",
    "download_cancelled": "cancelled",
    "download_retried": "again",
    "sync_job_failed": "failed",
    "already_running": "runs already",
    "scan_failed": "failed",
    "matching_batch": "matched",
    "matching_job_failed": "failed",
    "autosync_started": "began",
    "new_releases": "new releases",
    "spotify_loaded": "read",
    "spotify_unavailable": "no answer",
    "plex_loaded": "read",
    "plex_unavailable": "no answer",
    "comparison_complete": "compared",
    "downloads_requested": "asked for",
    "soulseek_skipped": "given up",
    "soulseek_error": "failed",
    "soulseek_no_results": "not found",
    "soulseek_low_quality": "not good",
    "download_enqueued": "queued",
    "download_failed": "failed",
    "track_imported": "imported",
    "import_failed": "failed",
    "plex_updated": "done",
    "plex_update_failed": "failed",
    "status_summary": "summary",
}
_NAMES: Mapping[str, str] = {
    "job_id": "Job",
    "results": "Result",
    "problems": "Failed items",
    "skipped": "Left out",
    "dumps": "Dumps",
    "seconds": "Seconds",
    "action": "Action",
    "error": "Why",
    "errors": "Errors",
    "reason": "Why",
    "query": "Looked for",
    "sources": "Sources",
    "source": "Begun",
    "username": "User",
    "filename": "File",
    "title": "Title",
    "artist": "Artist",
    "release_id": "Discogs number",
    "download_id": "Download",
    "download_ids": "Downloads",
    "original_download_id": "Download before",
    "retry_download_id": "New download",
    "state": "State",
    "status": "Services",
    "consecutive": "In a row",
    "batch_size": "Compared",
    "stored": "Kept",
    "discarded": "Discarded",
    "average_confidence": "Average certainty",
    "tracks": "Tracks",
    "missing": "Missing",
    "count": "Tracks",
    "track": "Track",
    "spotify_id": "Spotify number",
    "priority": "Priority",
    "min_bitrate": "Least bit rate",
    "path": "Path",
    "downloaded": "Fetched",
    "failures": "What failed",
    "filed": "Filed at",
    "imported": "Imported",
}
_COUNTS: Mapping[str, str] = {
    "gone": "vanished",
    "totalDiscogsItems": "on Discogs",
    "wants": "wanted",
    "wantsChanged": "wants changed",
    "plays": "new plays",
    "gaps": "possible gaps",
    "known": "known before",
    "short": "too short to count",
    "private": "in private sessions",
    "nameless": "without a name",
    "savedTracks": "saved tracks",
    "playlistsRead": "playlists read",
    "taken_back": "taken back",
}
_TRACKS = ("track", "tracks")
_NOUNS: Mapping[str, tuple[str, str]] = {
    "releases": ("new release", "new releases"),
    "download_ids": ("file", "files"),
    "consecutive": ("time", "times"),
    "batch_size": ("pair", "pairs"),
    "tracks": _TRACKS,
    "missing": _TRACKS,
    "count": _TRACKS,
    "downloaded": _TRACKS,
    "imported": _TRACKS,
}
_VALUES: Mapping[str, str] = {
    "worker_unavailable": "the queue of downloads was not at work",
    "persistence_error": "it could not be stored",
    "enqueue_error": "slskd did not take it",
    "permanent": "it is left alone from now on",
    "missing_path": "the file was not found",
    "manual": "by hand",
    "scheduled": "by the schedule",
    "ok": "all right",
    "partial": "in part",
    "failed": "failed",
    "plex": "Plex",
    "soulseek": "Soulseek",
    "spotify": "Spotify",
    "discogs": "Discogs",
    "library": "your library",
    "catalogue": "the catalogue",
    "quality": "not good enough",
    "no_results": "nothing found",
    "download": "the download",
    "import": "the import",
    "search": "the search",
    "folder": "by what arrived",
    "request": "by request",
    "beets": "by beets",
}

ENGLISH = Language(
    code="en",
    sayings={**_OWN, **_FILES},
    types=_TYPES,
    states=_STATES,
    names=_NAMES,
    counts=_COUNTS,
    nouns=_NOUNS,
    values=_VALUES,
    nothing="nothing new",
    thousands=",",
    when="When",
    kind="Kind",
    state="State",
    happened="What happened",
)
