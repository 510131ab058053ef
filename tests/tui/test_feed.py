"""What the feed says: sentences from data in two languages, whatever the data holds."""

from __future__ import annotations

import re

import pytest

from services.settings import Settings
from storage.values import Activity, Document
from tests.tui.screens.conftest import HOSTILE
from tui.activity_english import ENGLISH
from tui.activity_german import GERMAN
from tui.activity_words import Language, Tone, code_of
from tui.feed import detail_lines, further, kind_of, saying, sentence, state_name, type_name
from tui.text import clean, width

TRACK: Document = {"title": "Roygbiv", "artist": "Boards of Canada", "spotify_id": "x", "priority": "12"}
MANUAL: Document = {"source": "manual"}
FILED: Document = {"source": "folder", "path": "/in/Roygbiv", "title": "Roygbiv"}
CATALOGUE: list[tuple[str, str, Document]] = [
    ("download", "queued", {"download_ids": [1, 2], "username": "anna"}),
    ("download", "failed", {"reason": "worker_unavailable"}),
    ("download", "failed", {"reason": "persistence_error"}),
    ("download", "failed", {"reason": "enqueue_error"}),
    ("download", "download_cancelled", {"download_id": 4, "filename": "a.flac"}),
    ("download", "download_retried", {"original_download_id": 4, "retry_download_id": 5, "filename": "a.flac"}),
    ("download", "sync_job_failed", {"job_id": "j", "error": "no answer"}),
    ("search", "completed", {"query": "Autechre", "sources": ["plex", "soulseek", "spotify"]}),
    ("search", "partial", {"query": "Autechre", "sources": ["plex"], "errors": {"spotify": "not connected"}}),
    ("metadata", "started", {"state": {"phase": "Scanning"}}),
    ("metadata", "already_running", {}),
    ("metadata", "stopped", {"state": {"phase": "Stopping"}}),
    ("metadata", "scan_failed", {"error": "no answer", "consecutive": 3}),
    ("metadata", "matching_batch", {"batch_size": 9, "stored": 7, "discarded": 2, "average_confidence": 0.8123}),
    ("metadata", "matching_job_failed", {"job_id": "j", "error": "no answer"}),
    ("sync", "completed", {"results": {"pulled": 3}}),
    ("sync", "partial", {"results": {"pulled": 3}, "problems": 1, "errors": {"spotify": "no"}}),
    ("sync", "autosync_started", {"source": "scheduled"}),
    ("sync", "new_releases", {"artist": "Anna", "releases": 2, "titles": ["One (2026)", "Two"], "service": "discogs"}),
    ("sync", "spotify_loaded", {**MANUAL, "tracks": 1204}),
    ("sync", "spotify_unavailable", {**MANUAL, "error": "no answer"}),
    ("sync", "plex_loaded", {**MANUAL, "tracks": 1}),
    ("sync", "plex_unavailable", {**MANUAL, "error": "no answer"}),
    ("sync", "comparison_complete", {**MANUAL, "missing": 12}),
    ("sync", "downloads_requested", {**MANUAL, "count": 12}),
    ("sync", "soulseek_skipped", {**MANUAL, "track": TRACK, "reason": "permanent"}),
    ("sync", "soulseek_error", {**MANUAL, "track": TRACK, "error": "no answer"}),
    ("sync", "soulseek_no_results", {**MANUAL, "track": TRACK}),
    ("sync", "soulseek_low_quality", {**MANUAL, "track": TRACK, "min_bitrate": 192}),
    ("sync", "download_enqueued", {**MANUAL, "track": TRACK, "username": "anna"}),
    ("sync", "download_failed", {**MANUAL, "track": TRACK, "error": "no answer"}),
    ("sync", "track_imported", {**MANUAL, "track": TRACK, "path": "/music/a.flac"}),
    ("sync", "import_failed", {**MANUAL, "track": TRACK, "error": "missing_path"}),
    ("sync", "plex_updated", MANUAL),
    ("sync", "plex_update_failed", {**MANUAL, "error": "no answer"}),
    ("sync", "status_summary", {**MANUAL, "status": {"spotify": "ok", "plex": "partial", "soulseek": "failed"}}),
    ("sync", "completed", {**MANUAL, "missing": 0}),
    ("sync", "completed", {**MANUAL, "downloaded": 2, "skipped": 0, "failures": []}),
    ("sync", "partial", {**MANUAL, "reason": "plex"}),
    ("sync", "track_imported", {**FILED, "filed": ["/music/Roygbiv"], "imported": 9, "skipped": 1}),
    ("sync", "import_failed", {**FILED, "error": "no answer"}),
    ("sync", "plex_updated", {"source": "beets", "path": "/music/Roygbiv"}),
    ("sync", "plex_update_failed", {"source": "beets", "error": "no answer"}),
    ("beets_import", "failed", {"job_id": "j", "results": {"tracks": 9}, "problems": 0, "error": "no answer"}),
    ("sync", "partial", {**MANUAL, "downloaded": 1, "skipped": 3, "failures": ["import", "quality"]}),
]
"""Every row of harmony-contract.md 9.2, and what beets leaves."""
FOREIGN = ("a.flac", "anna", "no answer", "Autechre", "Roygbiv", "192", "/music")
"""Values that no language may leave out or change, where an entry has them."""


def entry(kind: str, status: str, details: Document | None = None) -> Activity:
    return Activity(1, "2026-11-20T14:00:00+00:00", kind, status, details or {})


@pytest.mark.parametrize("words", [ENGLISH, GERMAN], ids=["en", "de"])
def test_the_whole_catalogue_is_told_in_both_languages(words: Language) -> None:
    for kind, status, details in CATALOGUE:
        one = entry(kind, status, details)
        assert kind_of(one) in words.sayings, one
        assert type_name(kind, words) == words.types[kind]
        assert state_name(status, words) == words.states[status]
        told = f"{sentence(one, words)} {further(one, words)}"
        assert "…" not in told, told
        assert "_" not in told.replace("AUTOSYNC_MIN_BITRATE", ""), told
        whole = told + " ".join(value for _, value in detail_lines(one, words))
        assert all(each in whole for each in FOREIGN if each in str(details)), whole
        assert not any("_" in name for name, _ in detail_lines(one, words))


def test_both_languages_tell_the_same_entries_in_the_same_tone_by_the_same_details() -> None:
    assert GERMAN.sayings.keys() == ENGLISH.sayings.keys()
    for name in ("types", "states", "names", "nouns", "values"):
        assert getattr(GERMAN, name).keys() == getattr(ENGLISH, name).keys(), name
    for kind, english in ENGLISH.sayings.items():
        german = GERMAN.sayings[kind]
        assert german.tone is english.tone
        assert german.sentence != english.sentence, kind
        for part in ("sentence", "more"):
            named = [sorted(re.findall(r"\{\w+}", getattr(each, part))) for each in (english, german)]
            assert named[0] == named[1], kind


@pytest.mark.parametrize(
    ("kind", "status", "details", "english", "german"),
    [
        (
            *("sync", "completed", {"results": {"pulled": 1200, "pushed": 0}}),
            *("In step with Discogs: 1,200 pulled", "Mit Discogs abgeglichen: 1.200 geholt"),
        ),
        (
            *("sync", "completed", {"results": {}}),
            *("In step with Discogs: nothing new", "Mit Discogs abgeglichen: nichts Neues"),
        ),
        ("sync", "failed", {}, "The sync failed: …", "Der Abgleich ist gescheitert: …"),
        (
            *("export", "completed", {"action": "undo", "results": {"sent": 2, "skipped": 1}}),
            "Took an export back from Discogs: 2 taken back, 1 skipped",
            "Eine Übertragung von Discogs zurückgenommen: 2 zurückgenommen, 1 ausgelassen",
        ),
        (
            *("sync", "status_summary", {"source": "manual", "status": {"plex": "ok"}}),
            "How auto-sync stood with each service: Plex: all right",
            "Wie der Auto-Abgleich mit jedem Dienst stand: Plex: in Ordnung",
        ),
        (
            *("sync", "soulseek_no_results", {"source": "manual", "track": TRACK}),
            "Soulseek has nothing for Boards of Canada – Roygbiv",
            "Auf Soulseek gibt es Boards of Canada – Roygbiv nicht",
        ),
        (
            *("download", "queued", {"download_ids": [7], "username": "plex"}),
            *("Queued 1 file from plex", "1 Datei von plex vorgemerkt"),
        ),
        ("odd_type", "went_wrong_failed", {}, "Odd type: went wrong failed", "Odd type: went wrong failed"),
        ("{x}", "{0}", {}, "x: 0", "x: 0"),
    ],
)
def test_an_entry_is_put_in_one_sentence(kind: str, status: str, details: Document, english: str, german: str) -> None:
    assert sentence(entry(kind, status, details)) == english
    assert sentence(entry(kind, status, details), GERMAN) == german


@pytest.mark.parametrize(
    ("status", "tone"),
    [("completed", Tone.GOOD), ("partial", Tone.WARNING), ("scan_failed", Tone.BAD), ("anything", Tone.NEUTRAL)],
)
def test_an_unknown_entry_takes_its_tone_from_its_status(status: str, tone: Tone) -> None:
    assert saying(entry("unheard", status)).tone is tone


@pytest.mark.parametrize(
    ("setting", "environment", "code"),
    [
        ("auto", {}, "en"),
        ("auto", {"LANG": "de_DE.UTF-8"}, "de"),
        ("auto", {"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "en"),
        ("auto", {"LANG": "en_GB.UTF-8", "LC_ALL": "de"}, "de"),
        ("auto", {"LANG": "den_CA"}, "en"),
        ("en", {"LANG": "de_DE.UTF-8"}, "en"),
        ("de", {}, "de"),
    ],
)
def test_the_language_is_that_of_the_setting_else_of_the_locale(
    setting: str, environment: dict[str, str], code: str
) -> None:
    assert code_of(setting, environment) == code


@pytest.mark.parametrize(
    ("typed", "meant"), [("de_AT:de:en", "de"), ("en_GB:en", "en"), ("fr", "auto"), ("", "auto"), ("DE", "de")]
)
def test_what_gettext_calls_language_is_understood(typed: str, meant: str) -> None:
    assert Settings(language=typed).language == meant


@pytest.mark.parametrize("foreign", HOSTILE)
def test_foreign_details_come_out_clean_and_on_one_line(foreign: str) -> None:
    told = sentence(entry("search", "completed", {"query": foreign}))
    assert told == clean(told)
    assert width(told) > len("Searched for")


def test_nested_details_are_lines_of_their_own() -> None:
    lines = detail_lines(entry("sync", "partial", {"results": {"pulled": 3}, "errors": [{"item": "A"}, {"item": "B"}]}))
    assert ("Result pulled", "3") in lines
    assert ("Errors 1", "A item") in lines
    assert ("Errors 2", "B item") in lines
