"""What the activity feed says in words: a catalogue from (type, status) to a sentence, a glyph and a colour role.

The catalogue is data, so that a second language is a second table. Types and states: harmony-contract.md section 9.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from storage.values import Activity
from tui.text import clean
from tui.words import moment, number


class Tone(StrEnum):
    """What colour stands for; the glyph says the same without it."""

    GOOD = "good"
    NEUTRAL = "neutral"
    WARNING = "warning"
    BAD = "bad"


GLYPHS = {Tone.GOOD: "✓", Tone.NEUTRAL: "·", Tone.WARNING: "!", Tone.BAD: "✗"}
STYLES = {Tone.GOOD: "$success", Tone.NEUTRAL: "$muted", Tone.WARNING: "$warning", Tone.BAD: "$error"}


@dataclass(frozen=True, slots=True)
class Saying:
    """How one kind of entry is put. ``sentence`` may name details in braces; what is not there becomes an ellipsis."""

    tone: Tone
    sentence: str


ENGLISH: Mapping[tuple[str, str], Saying] = {
    ("sync", "completed"): Saying(Tone.GOOD, "In step with Discogs: {results}"),
    ("sync", "partial"): Saying(Tone.WARNING, "In step with Discogs but for {problems} items: {results}"),
    ("sync", "failed"): Saying(Tone.BAD, "The sync failed: {error}"),
    ("sync", "cancelled"): Saying(Tone.WARNING, "The sync was stopped; what was done is kept: {results}"),
    ("sync", "started"): Saying(Tone.NEUTRAL, "The sync began"),
    ("export", "completed"): Saying(Tone.GOOD, "Exported to Discogs: {results}"),
    ("export", "partial"): Saying(Tone.WARNING, "Exported to Discogs but for {problems} items: {results}"),
    ("export", "failed"): Saying(Tone.BAD, "The export failed: {error}"),
    ("export", "cancelled"): Saying(Tone.WARNING, "The export was stopped; what was sent stays sent: {results}"),
    ("undo", "completed"): Saying(Tone.GOOD, "Took an export back from Discogs: {results}"),
    ("undo", "partial"): Saying(Tone.WARNING, "Took an export back from Discogs but for {problems} items: {results}"),
    ("undo", "failed"): Saying(Tone.BAD, "Taking an export back failed: {error}"),
    ("undo", "cancelled"): Saying(Tone.WARNING, "Taking an export back was stopped; what was done is kept: {results}"),
    ("wantlist", "added"): Saying(Tone.GOOD, "Put {title} on the wantlist"),
    ("wantlist", "edited"): Saying(Tone.NEUTRAL, "Changed what the wantlist says of {title}"),
    ("wantlist", "removed"): Saying(Tone.NEUTRAL, "Took {title} off the wantlist"),
    ("wantlist", "restored"): Saying(Tone.GOOD, "Put {title} back on the wantlist"),
    ("search", "completed"): Saying(Tone.NEUTRAL, "Searched for {query}"),
    ("search", "partial"): Saying(Tone.WARNING, "Searched for {query}; not every source answered"),
    ("metadata", "started"): Saying(Tone.NEUTRAL, "The library scan began"),
    ("metadata", "stopped"): Saying(Tone.WARNING, "The library scan was stopped"),
    ("metadata", "scan_failed"): Saying(Tone.BAD, "The library scan failed: {error}"),
    ("download", "queued"): Saying(Tone.NEUTRAL, "Queued downloads from {username}"),
    ("download", "failed"): Saying(Tone.BAD, "A download failed: {reason}"),
    ("download", "download_cancelled"): Saying(Tone.WARNING, "Cancelled the download of {filename}"),
    ("download", "download_retried"): Saying(Tone.NEUTRAL, "Tried again to download {filename}"),
}
"""The feed in English. An export that takes back what another one sent is of type ``undo`` here."""

FALLBACK: Mapping[str, Tone] = {
    "completed": Tone.GOOD,
    "partial": Tone.WARNING,
    "cancelled": Tone.WARNING,
    "stopped": Tone.WARNING,
    "failed": Tone.BAD,
}
"""The tone of entries that the catalogue does not know, by their status."""

TYPES: Mapping[str, str] = {
    "sync": "Sync",
    "export": "Export",
    "search": "Search",
    "download": "Download",
    "metadata": "Library",
    "wantlist": "Wantlist",
}
NAMES: Mapping[str, str] = {
    "job_id": "Job",
    "results": "Result",
    "problems": "Failed items",
    "action": "Action",
    "error": "Why",
    "query": "Looked for",
    "sources": "Sources",
    "username": "User",
    "filename": "File",
    "title": "Release",
    "release_id": "Discogs number",
}
"""Names of details as a person reads them; others are shown as they are called."""
COUNTS: Mapping[str, str] = {
    "gone": "vanished",
    "totalDiscogsItems": "on Discogs",
    "wants": "wanted",
    "wantsChanged": "wants changed",
}
"""Names of a job's figures where its own name for them is not how a person says it."""


def saying(entry: Activity, catalogue: Mapping[tuple[str, str], Saying] = ENGLISH) -> Saying:
    """How ``entry`` is put; an unknown one by its own words."""
    known = catalogue.get(("undo" if _is_undo(entry) else entry.type, entry.status))
    if known is not None:
        return known
    words = f"{type_name(entry.type)}: {entry.status.replace('_', ' ')}".replace("{", "").replace("}", "")
    tone = FALLBACK.get(entry.status, Tone.BAD if entry.status.endswith(("_failed", "_error")) else Tone.NEUTRAL)
    return Saying(tone, words)


def sentence(entry: Activity, catalogue: Mapping[tuple[str, str], Saying] = ENGLISH) -> str:
    """``entry`` in one clean line."""
    details = _Told({name: said(value) for name, value in entry.details.items()})
    if _is_undo(entry) and (figures := _object(entry.details.get("results"))):
        details["results"] = said({"taken back" if name == "sent" else name: n for name, n in figures.items()})
    return clean(saying(entry, catalogue).sentence.format_map(details))


def _is_undo(entry: Activity) -> bool:
    return entry.type == "export" and entry.details.get("action") == "undo"


def type_name(kind: str) -> str:
    """The type of an entry as a heading."""
    return TYPES.get(kind, kind.replace("_", " ").capitalize())


def detail_lines(entry: Activity) -> list[tuple[str, str]]:
    """Every detail of an entry as (name, value), nested ones on lines of their own."""
    lines = [("When", moment(entry.timestamp)), ("What", type_name(entry.type)), ("Status", entry.status)]
    return lines + list(_flat(entry.details, ""))


def said(value: object) -> str:
    """A detail's value in a sentence: figures without nothings, lists with commas."""
    if (pairs := _object(value)) is not None:
        parts = [f"{said(each)} {count_name(name)}" for name, each in pairs.items() if each]
        return ", ".join(parts) or "nothing new"
    if (items := _array(value)) is not None:
        return ", ".join(said(each) for each in items)
    return number(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)


def count_name(name: str) -> str:
    """What a figure of a job is called on a screen."""
    return COUNTS.get(name, name.replace("_", " "))


def _flat(details: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in details.items():
        title = f"{prefix} {count_name(name)}" if prefix else NAMES.get(name, name)
        title = clean(title.replace("_", " "))
        items = _array(value) or []
        if pairs := _object(value):
            yield from _flat(pairs, title)
        elif any(_object(each) is not None for each in items):
            yield from ((f"{title} {n}", clean(said(each))) for n, each in enumerate(items, 1))
        else:
            yield title, clean(said(value))


def _object(value: object) -> Mapping[str, object] | None:
    """``value`` as a JSON object, None if it is none."""
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else None


def _array(value: object) -> list[object] | None:
    """``value`` as a JSON array, None if it is none."""
    return cast("list[object]", value) if isinstance(value, list) else None


class _Told(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"
