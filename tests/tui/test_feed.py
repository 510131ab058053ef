"""What the feed says: sentences from data, whatever the data holds."""

from __future__ import annotations

import pytest

from storage.values import Activity, Document
from tests.tui.screens.conftest import HOSTILE
from tui.feed import ENGLISH, Saying, Tone, detail_lines, saying, sentence
from tui.text import clean, width


def entry(kind: str, status: str, details: Document | None = None) -> Activity:
    return Activity(1, "2026-11-20T14:00:00+00:00", kind, status, details or {})


@pytest.mark.parametrize(
    ("kind", "status", "details", "expected"),
    [
        ("sync", "completed", {"results": {"pulled": 1200, "pushed": 0}}, "In step with Discogs: 1,200 pulled"),
        ("sync", "completed", {"results": {}}, "In step with Discogs: nothing new"),
        ("sync", "completed", {"results": {"gone": 2}}, "In step with Discogs: 2 vanished"),
        ("sync", "failed", {"error": "no answer"}, "The sync failed: no answer"),
        ("sync", "failed", {}, "The sync failed: …"),
        ("export", "completed", {"action": "send", "results": {"sent": 2}}, "Exported to Discogs: 2 sent"),
        (
            "export",
            "completed",
            {"action": "undo", "results": {"sent": 2, "skipped": 1}},
            "Took an export back from Discogs: 2 taken back, 1 skipped",
        ),
        ("search", "completed", {"query": "{query} [b]"}, "Searched for {query} [b]"),
        ("odd_type", "went_wrong_failed", {}, "Odd type: went wrong failed"),
        ("{x}", "{0}", {}, "x: 0"),
    ],
)
def test_an_entry_is_put_in_one_sentence(kind: str, status: str, details: Document, expected: str) -> None:
    assert sentence(entry(kind, status, details)) == expected


@pytest.mark.parametrize(
    ("status", "tone"),
    [("completed", Tone.GOOD), ("partial", Tone.WARNING), ("scan_failed", Tone.BAD), ("anything", Tone.NEUTRAL)],
)
def test_an_unknown_entry_takes_its_tone_from_its_status(status: str, tone: Tone) -> None:
    assert saying(entry("unheard", status)).tone is tone


def test_a_second_language_is_a_second_table() -> None:
    german = {**ENGLISH, ("sync", "started"): Saying(Tone.NEUTRAL, "Der Abgleich begann")}
    assert sentence(entry("sync", "started"), german) == "Der Abgleich begann"


@pytest.mark.parametrize("foreign", HOSTILE)
def test_foreign_details_come_out_clean_and_on_one_line(foreign: str) -> None:
    told = sentence(entry("search", "completed", {"query": foreign}))
    assert told == clean(told)
    assert width(told) > len("Searched for")


def test_nested_details_are_lines_of_their_own() -> None:
    lines = detail_lines(entry("sync", "partial", {"results": {"pulled": 3}, "errors": [{"item": "A"}, {"item": "B"}]}))
    assert ("Result pulled", "3") in lines
    assert ("errors 1", "A item") in lines
    assert ("errors 2", "B item") in lines
