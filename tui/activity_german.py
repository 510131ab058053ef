"""The activity feed in German; the same entries as :mod:`tui.activity_english`."""

from __future__ import annotations

from collections.abc import Mapping

from tui.activity_words import Language, Saying, Sayings, Tone

_GOOD, _NEUTRAL, _WARNING, _BAD = Tone.GOOD, Tone.NEUTRAL, Tone.WARNING, Tone.BAD
_SOULSEEK = "= zeigt die Downloads; dort lassen sich andere Quellen von Hand suchen."

_OWN: Sayings = {
    ("sync", "completed"): Saying(_GOOD, "Mit Discogs abgeglichen: {results}"),
    ("sync", "partial"): Saying(_WARNING, "Mit Discogs abgeglichen, {problems} Einträge ausgenommen: {results}"),
    ("sync", "failed"): Saying(_BAD, "Der Abgleich ist gescheitert: {error}"),
    ("sync", "cancelled"): Saying(_WARNING, "Der Abgleich wurde angehalten; was getan ist, bleibt: {results}"),
    ("sync", "started"): Saying(_NEUTRAL, "Der Abgleich hat begonnen"),
    ("spotify_library", "completed"): Saying(_GOOD, "Bibliothek von Spotify gelesen: {results}"),
    ("spotify_library", "partial"): Saying(
        _WARNING, "Bibliothek von Spotify gelesen, {problems} Dinge ausgenommen: {results}"
    ),
    ("spotify_library", "failed"): Saying(_BAD, "Die Bibliothek ließ sich nicht von Spotify lesen: {error}"),
    ("spotify_library", "cancelled"): Saying(_WARNING, "Das Lesen der Bibliothek von Spotify wurde angehalten"),
    ("export", "completed"): Saying(_GOOD, "Nach Discogs übertragen: {results}"),
    ("export", "partial"): Saying(_WARNING, "Nach Discogs übertragen, {problems} Einträge ausgenommen: {results}"),
    ("export", "failed"): Saying(_BAD, "Die Übertragung ist gescheitert: {error}"),
    ("export", "cancelled"): Saying(
        _WARNING, "Die Übertragung wurde angehalten; was gesendet ist, bleibt gesendet: {results}"
    ),
    ("undo", "completed"): Saying(_GOOD, "Eine Übertragung von Discogs zurückgenommen: {results}"),
    ("undo", "partial"): Saying(
        _WARNING, "Eine Übertragung von Discogs zurückgenommen, {problems} Einträge ausgenommen: {results}"
    ),
    ("undo", "failed"): Saying(_BAD, "Eine Übertragung ließ sich nicht zurücknehmen: {error}"),
    ("undo", "cancelled"): Saying(
        _WARNING, "Das Zurücknehmen einer Übertragung wurde angehalten; was getan ist, bleibt: {results}"
    ),
    ("plays", "completed"): Saying(_GOOD, "Auf Spotify Gehörtes geholt: {results}"),
    ("plays", "partial"): Saying(_WARNING, "Auf Spotify Gehörtes nur zum Teil geholt: {results}"),
    ("plays", "failed"): Saying(_BAD, "Auf Spotify Gehörtes ließ sich nicht holen: {error}"),
    ("plays", "cancelled"): Saying(_WARNING, "Das Holen des Gehörten von Spotify wurde angehalten"),
    ("history", "completed"): Saying(_GOOD, "Hörverlauf eingelesen: {results}"),
    ("history", "partial"): Saying(_WARNING, "Hörverlauf eingelesen, {problems} Dateien ausgenommen: {results}"),
    ("history", "failed"): Saying(_BAD, "Der Hörverlauf ließ sich nicht einlesen: {error}"),
    ("history", "cancelled"): Saying(
        _WARNING, "Das Einlesen des Hörverlaufs wurde angehalten; was gespeichert ist, bleibt: {results}"
    ),
    ("beets_import", "completed"): Saying(_GOOD, "beets ist fertig: {results}"),
    ("beets_import", "partial"): Saying(_WARNING, "beets ist fertig, {problems} Ordner ausgenommen: {results}"),
    ("beets_import", "failed"): Saying(
        _BAD, "Das Einordnen mit beets ist gescheitert: {error}", "F8 zeigt, was wartet."
    ),
    ("beets_import", "cancelled"): Saying(
        _WARNING,
        "Das Einordnen mit beets wurde angehalten: {results}",
        "F8 fragt neu nach dem, was nicht begonnen war.",
    ),
    ("autosync", "failed"): Saying(_BAD, "Der Auto-Abgleich ist gescheitert: {error}"),
    ("autosync", "cancelled"): Saying(
        _WARNING, "Der Auto-Abgleich wurde angehalten; was angefordert ist, kommt trotzdem"
    ),
    ("metadata", "completed"): Saying(_GOOD, "Die Bibliothek wurde durchgesehen: {results}"),
    ("metadata", "partial"): Saying(
        _WARNING, "Die Bibliothek wurde durchgesehen, {problems} Dinge ausgenommen: {results}"
    ),
    ("metadata", "failed"): Saying(_BAD, "Das Durchsehen der Bibliothek ist gescheitert: {error}"),
    ("metadata", "cancelled"): Saying(_WARNING, "Das Durchsehen der Bibliothek wurde angehalten"),
    ("wantlist", "added"): Saying(_GOOD, "{title} auf die Wunschliste gesetzt"),
    ("wantlist", "edited"): Saying(_NEUTRAL, "Den Eintrag {title} der Wunschliste geändert"),
    ("wantlist", "removed"): Saying(_NEUTRAL, "{title} von der Wunschliste genommen"),
    ("wantlist", "restored"): Saying(_GOOD, "{title} zurück auf die Wunschliste gesetzt"),
    ("catalogue", "completed"): Saying(_GOOD, "Auszüge von Discogs in den Katalog eingelesen: {results}"),
    ("catalogue", "partial"): Saying(
        _WARNING, "Auszüge von Discogs in den Katalog eingelesen, {skipped} Elemente ausgenommen: {results}"
    ),
}

_FILES: Sayings = {
    ("download", "queued"): Saying(_NEUTRAL, "{download_ids} von {username} vorgemerkt", "= zeigt, wie weit sie sind."),
    ("download", "failed"): Saying(
        _BAD, "Ein Download konnte nicht beginnen: {reason}", "Es wurde nichts angefordert."
    ),
    ("download", "download_cancelled"): Saying(
        _WARNING, "Download von {filename} abgebrochen", "slskd hat es bestätigt. r bei den Downloads fordert neu an."
    ),
    ("download", "download_retried"): Saying(
        _NEUTRAL, "{filename} neu angefordert", "Das ist ein eigener Download; der frühere bleibt, wie er war."
    ),
    ("download", "sync_job_failed"): Saying(
        _BAD,
        "Downloads ließen sich nicht an slskd übergeben: {error}",
        "Es wird wieder versucht; die Downloads (=) sagen, was aus ihnen wurde.",
    ),
    ("search", "completed"): Saying(_NEUTRAL, "Nach {query} gesucht in {sources}"),
    ("search", "partial"): Saying(
        _WARNING,
        "Nach {query} gesucht in {sources}; nicht jede Quelle hat geantwortet",
        "Was misslang: {errors}.",
    ),
    ("metadata", "started"): Saying(_NEUTRAL, "Das Durchsehen der Bibliothek hat begonnen"),
    ("metadata", "already_running"): Saying(
        _WARNING,
        "Ein Durchsehen der Bibliothek wurde verlangt, während eines lief",
        "Das laufende geht weiter; ein zweites hat nicht begonnen.",
    ),
    ("metadata", "stopped"): Saying(
        _WARNING, "Das Durchsehen der Bibliothek wurde angehalten", "Was gelesen ist, bleibt."
    ),
    ("metadata", "scan_failed"): Saying(
        _BAD,
        "Das Durchsehen der Bibliothek ist {consecutive} in Folge gescheitert: {error}",
        "Es wird von selbst weiter versucht.",
    ),
    ("metadata", "matching_batch"): Saying(
        _GOOD,
        "{batch_size} verglichen: {stored} behalten, {discarded} verworfen",
        "Behalten wird, was sicher genug ist; im Mittel waren sie zu {average_confidence} von 1 sicher.",
    ),
    ("metadata", "matching_job_failed"): Saying(_BAD, "Das Zuordnen ist gescheitert: {error}"),
    ("sync", "autosync_started"): Saying(_NEUTRAL, "Der Auto-Abgleich hat begonnen, {source}"),
    ("sync", "spotify_loaded"): Saying(_GOOD, "Auto-Abgleich: {tracks} von Spotify gelesen"),
    ("sync", "spotify_unavailable"): Saying(
        _BAD, "Auto-Abgleich: Spotify war nicht zu erreichen: {error}", "Es wurde nichts verglichen."
    ),
    ("sync", "plex_loaded"): Saying(_GOOD, "Auto-Abgleich: {tracks} von Plex gelesen"),
    ("sync", "plex_unavailable"): Saying(
        _BAD, "Auto-Abgleich: Plex war nicht zu erreichen: {error}", "Es wurde nichts verglichen."
    ),
    ("sync", "comparison_complete"): Saying(_NEUTRAL, "Plex fehlen {missing}, die Spotify hat"),
    ("sync", "downloads_requested"): Saying(_NEUTRAL, "Der Auto-Abgleich sucht {count} auf Soulseek"),
    ("sync", "soulseek_skipped"): Saying(
        _WARNING, "Nicht mehr gesucht: {track}", "Es ist zu oft gescheitert: {reason}. " + _SOULSEEK
    ),
    ("sync", "soulseek_error"): Saying(_BAD, "Die Suche nach {track} auf Soulseek ist gescheitert: {error}"),
    ("sync", "soulseek_no_results"): Saying(_WARNING, "Auf Soulseek gibt es {track} nicht", _SOULSEEK),
    ("sync", "soulseek_low_quality"): Saying(
        _WARNING,
        "Auf Soulseek gibt es {track} nur unter {min_bitrate} kbit/s",
        "AUTOSYNC_MIN_BITRATE in den Einstellungen sagt, was gut genug ist. " + _SOULSEEK,
    ),
    ("sync", "download_enqueued"): Saying(_GOOD, "{track} bei {username} angefordert", "= zeigt, wie weit es ist."),
    ("sync", "download_failed"): Saying(_BAD, "Der Download von {track} ist gescheitert: {error}", _SOULSEEK),
    ("sync", "track_imported"): Saying(_GOOD, "beets hat {track} aufgenommen", "Es liegt unter {path}."),
    ("sync", "import_failed"): Saying(
        _BAD, "beets konnte {track} nicht aufnehmen: {error}", "F8 nimmt es von Hand auf."
    ),
    ("sync", "plex_updated"): Saying(_GOOD, "Plex wurde nach seinen neuen Zahlen gefragt"),
    ("sync", "plex_update_failed"): Saying(_WARNING, "Plex hat seine Zahlen nicht genannt: {error}"),
    ("sync", "new_releases"): Saying(
        _GOOD,
        "{artist} hat {releases}: {titles}",
        "F6 zeigt sie: w setzt eine auf die Wunschliste, S sucht sie auf Soulseek, d übergeht sie.",
    ),
    ("sync", "status_summary"): Saying(_NEUTRAL, "Wie der Auto-Abgleich mit jedem Dienst stand: {status}"),
    ("filing", "track_imported"): Saying(_GOOD, "beets hat {title} eingeordnet: {imported}", "Es liegt unter {filed}."),
    ("filing", "import_failed"): Saying(
        _BAD, "beets konnte {title} nicht einordnen: {error}", "Es liegt noch unter {path}; F8 versucht es neu."
    ),
    ("filing", "plex_updated"): Saying(_GOOD, "Plex wurde gebeten, {path} durchzusehen"),
    ("filing", "plex_update_failed"): Saying(
        _WARNING,
        "Plex wurde nicht gebeten, das von beets Eingeordnete durchzusehen: {error}",
        "Sein nächstes Durchsehen findet es.",
    ),
    ("autosync", "nothing_missing"): Saying(_GOOD, "Auto-Abgleich: Plex hat alles, was Spotify hat"),
    ("autosync", "ended_early"): Saying(_WARNING, "Der Auto-Abgleich endete früh: {reason} hat nicht geantwortet"),
    ("autosync", "completed"): Saying(_GOOD, "Der Auto-Abgleich ist fertig: {downloaded} geholt"),
    ("autosync", "partial"): Saying(
        _WARNING,
        "Der Auto-Abgleich ist fertig: {downloaded} geholt, {skipped} nicht",
        "Was misslang: {failures}. Die Einträge davor nennen jeden Titel.",
    ),
}

_TYPES: Mapping[str, str] = {
    "sync": "Abgleich",
    "export": "Export",
    "search": "Suche",
    "download": "Download",
    "metadata": "Bestand",
    "wantlist": "Wünsche",
    "plays": "Gehört",
    "history": "Verlauf",
    "spotify_library": "Spotify",
    "catalogue": "Katalog",
    "beets_import": "beets",
    "autosync": "Auto",
}
_STATES: Mapping[str, str] = {
    "completed": "fertig",
    "partial": "teilweise",
    "failed": "gescheitert",
    "cancelled": "angehalten",
    "started": "begonnen",
    "stopped": "angehalten",
    "queued": "vorgemerkt",
    "added": "neu",
    "edited": "geändert",
    "removed": "entfernt",
    "restored": "zurück",
    "download_cancelled": "abgebrochen",
    "download_retried": "erneut",
    "sync_job_failed": "gescheitert",
    "already_running": "läuft schon",
    "scan_failed": "gescheitert",
    "matching_batch": "zugeordnet",
    "matching_job_failed": "gescheitert",
    "autosync_started": "begonnen",
    "new_releases": "neue Veröffentlichungen",
    "spotify_loaded": "gelesen",
    "spotify_unavailable": "unerreicht",
    "plex_loaded": "gelesen",
    "plex_unavailable": "unerreicht",
    "comparison_complete": "verglichen",
    "downloads_requested": "verlangt",
    "soulseek_skipped": "aufgegeben",
    "soulseek_error": "gescheitert",
    "soulseek_no_results": "nicht da",
    "soulseek_low_quality": "zu schlecht",
    "download_enqueued": "vorgemerkt",
    "download_failed": "gescheitert",
    "track_imported": "aufgenommen",
    "import_failed": "gescheitert",
    "plex_updated": "fertig",
    "plex_update_failed": "gescheitert",
    "status_summary": "Übersicht",
}
_NAMES: Mapping[str, str] = {
    "job_id": "Auftrag",
    "results": "Ergebnis",
    "problems": "Gescheitert",
    "skipped": "Ausgelassen",
    "dumps": "Auszüge",
    "seconds": "Sekunden",
    "action": "Vorgang",
    "error": "Warum",
    "errors": "Fehler",
    "reason": "Warum",
    "query": "Gesucht",
    "sources": "Quellen",
    "source": "Begonnen",
    "username": "Benutzer",
    "filename": "Datei",
    "title": "Titel",
    "artist": "Interpret",
    "release_id": "Discogs-Nummer",
    "download_id": "Download",
    "download_ids": "Downloads",
    "original_download_id": "Früherer Download",
    "retry_download_id": "Neuer Download",
    "state": "Stand",
    "status": "Dienste",
    "consecutive": "In Folge",
    "batch_size": "Verglichen",
    "stored": "Behalten",
    "discarded": "Verworfen",
    "average_confidence": "Mittlere Sicherheit",
    "tracks": "Titel",
    "missing": "Es fehlen",
    "count": "Titel",
    "track": "Titel",
    "spotify_id": "Spotify-Nummer",
    "priority": "Vorrang",
    "min_bitrate": "Mindestbitrate",
    "path": "Pfad",
    "downloaded": "Geholt",
    "failures": "Was misslang",
    "filed": "Eingeordnet in",
    "imported": "Aufgenommen",
}
_COUNTS: Mapping[str, str] = {
    "pulled": "geholt",
    "pushed": "gesendet",
    "sent": "gesendet",
    "skipped": "ausgelassen",
    "tracks": "Titel",
    "failed": "gescheitert",
    "removed": "entfernt",
    "gone": "verschwunden",
    "merged": "zusammengeführt",
    "artists": "Interpreten",
    "playlists": "Wiedergabelisten",
    "totalDiscogsItems": "bei Discogs",
    "wants": "gewünscht",
    "wantsChanged": "Wünsche geändert",
    "plays": "neu gehört",
    "gaps": "mögliche Lücken",
    "known": "schon bekannt",
    "short": "zu kurz, um zu zählen",
    "private": "in privaten Sitzungen",
    "nameless": "ohne Namen",
    "savedTracks": "gespeicherte Titel",
    "playlistsRead": "Wiedergabelisten gelesen",
    "taken_back": "zurückgenommen",
}
_TRACKS = ("Titel", "Titel")
_NOUNS: Mapping[str, tuple[str, str]] = {
    "releases": ("neue Veröffentlichung", "neue Veröffentlichungen"),
    "download_ids": ("Datei", "Dateien"),
    "consecutive": ("Mal", "Mal"),
    "batch_size": ("Paar", "Paare"),
    "tracks": _TRACKS,
    "missing": _TRACKS,
    "count": _TRACKS,
    "downloaded": _TRACKS,
    "imported": _TRACKS,
}
_VALUES: Mapping[str, str] = {
    "worker_unavailable": "die Warteschlange der Downloads war nicht am Werk",
    "persistence_error": "es ließ sich nicht speichern",
    "enqueue_error": "slskd hat es nicht angenommen",
    "permanent": "es wird künftig in Ruhe gelassen",
    "missing_path": "die Datei war nicht zu finden",
    "manual": "von Hand",
    "scheduled": "nach Zeitplan",
    "ok": "in Ordnung",
    "partial": "teilweise",
    "failed": "gescheitert",
    "plex": "Plex",
    "soulseek": "Soulseek",
    "spotify": "Spotify",
    "discogs": "Discogs",
    "library": "deiner Bibliothek",
    "catalogue": "dem Katalog",
    "quality": "zu schlecht",
    "no_results": "nicht gefunden",
    "download": "der Download",
    "import": "das Aufnehmen",
    "search": "die Suche",
    "folder": "durch das, was ankam",
    "request": "auf Wunsch",
    "beets": "durch beets",
}

GERMAN = Language(
    code="de",
    sayings={**_OWN, **_FILES},
    types=_TYPES,
    states=_STATES,
    names=_NAMES,
    counts=_COUNTS,
    nouns=_NOUNS,
    values=_VALUES,
    nothing="nichts Neues",
    thousands=".",
    when="Wann",
    kind="Art",
    state="Stand",
    happened="Was geschah",
)
