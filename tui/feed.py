"""What the activity feed says in words: from an entry to a sentence, a glyph, a colour role and its details.

The words are data (:mod:`tui.activity_words`), one table a language. Types and states: harmony-contract.md section 9.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from storage.values import Activity
from tui.activity_english import ENGLISH
from tui.activity_words import Language, Saying, Tone
from tui.text import clean
from tui.words import moment

FALLBACK: Mapping[str, Tone] = {
    "completed": Tone.GOOD,
    "partial": Tone.WARNING,
    "cancelled": Tone.WARNING,
    "stopped": Tone.WARNING,
    "failed": Tone.BAD,
}
"""The tone of entries that no catalogue knows, by their status."""
_FILING = frozenset({"folder", "request", "beets"})
"""Where what beets filed came from: such an entry is about an arrival, not about a run of auto-sync."""
_WORDS_OF_OURS = frozenset({"reason", "source", "sources", "status", "failures", "errors"})
"""Details whose values are the program's own words, which a language may translate; all others are somebody's text."""


def kind_of(entry: Activity) -> tuple[str, str]:
    """Type and state under which the entry's sentence is found: an export that takes back what another one sent, the end of
    an auto-sync run, which shares its states with every sync (contract 9.2), and what beets filed are kinds of their own."""
    details = entry.details
    if _is_undo(entry):
        return "undo", entry.status
    if entry.type == "sync" and details.get("source") in _FILING:
        return "filing", entry.status
    if entry.type == "sync" and entry.status in ("completed", "partial") and "source" in details:
        if "reason" in details:
            return "autosync", "ended_early"
        return "autosync", "nothing_missing" if details.get("missing") == 0 else entry.status
    return entry.type, entry.status


def saying(entry: Activity, words: Language = ENGLISH) -> Saying:
    """How ``entry`` is put; an unknown one by its own words."""
    known = words.sayings.get(kind_of(entry))
    if known is not None:
        return known
    said = f"{type_name(entry.type, words)}: {entry.status.replace('_', ' ')}".replace("{", "").replace("}", "")
    tone = FALLBACK.get(entry.status, Tone.BAD if entry.status.endswith(("_failed", "_error")) else Tone.NEUTRAL)
    return Saying(tone, said)


def sentence(entry: Activity, words: Language = ENGLISH) -> str:
    """``entry`` in one clean line."""
    return clean(saying(entry, words).sentence.format_map(_told(entry, words)))


def further(entry: Activity, words: Language = ENGLISH) -> str:
    """What the entry means and what can be done, in clean sentences; empty where the line says it all."""
    return clean(saying(entry, words).more.format_map(_told(entry, words)))


def type_name(kind: str, words: Language = ENGLISH) -> str:
    """The type of an entry as a heading; one that is not known as it is called."""
    return words.types.get(kind, kind.replace("_", " ").capitalize())


def state_name(status: str, words: Language = ENGLISH) -> str:
    """The state of an entry in a word or two; one that is not known as it is called."""
    return words.states.get(status, status.replace("_", " "))


def count_name(name: str, words: Language = ENGLISH) -> str:
    """What a figure of a job is called on a screen."""
    return words.counts.get(name, name.replace("_", " "))


def detail_lines(entry: Activity, words: Language = ENGLISH) -> list[tuple[str, str]]:
    """Every detail of an entry as (name, value), nested ones on lines of their own."""
    head = [
        (words.when, moment(entry.timestamp)),
        (words.kind, type_name(entry.type, words)),
        (words.state, state_name(entry.status, words)),
    ]
    return head + list(_flat(entry.details, "", words))


def said(value: object, words: Language = ENGLISH, name: str = "") -> str:
    """The value of the detail ``name`` in a sentence: figures without nothings, lists with commas."""
    if (pairs := _object(value)) is not None:
        return _said_object(pairs, words, name)
    if (items := _array(value)) is not None:
        if name in words.nouns:
            return _counted(len(items), name, words)
        return ", ".join(said(each, words, name) for each in items)
    if isinstance(value, int) and not isinstance(value, bool):
        return _counted(value, name, words)
    return _word(str(value), words, name)


def _told(entry: Activity, words: Language) -> Mapping[str, str]:
    details = _Told({name: said(value, words, name) for name, value in entry.details.items()})
    if entry.type == "sync" and (figures := _object(entry.details.get("counts"))) is not None:
        details["results"] = said(figures, words)
    if _is_undo(entry) and (figures := _object(entry.details.get("results"))):
        details["results"] = said({"taken_back" if name == "sent" else name: n for name, n in figures.items()}, words)
    return details


def _said_object(pairs: Mapping[str, object], words: Language, name: str) -> str:
    if name == "track":
        return " – ".join(str(pairs[part]) for part in ("artist", "title") if pairs.get(part)) or "…"
    if name in _WORDS_OF_OURS:
        return ", ".join(f"{_word(key, words, name)}: {said(each, words, name)}" for key, each in pairs.items())
    parts = [f"{said(each, words)} {count_name(key, words)}" for key, each in pairs.items() if each]
    return ", ".join(parts) or words.nothing


def _word(value: str, words: Language, name: str) -> str:
    if name in _WORDS_OF_OURS or (name == "error" and value == "missing_path"):
        return words.values.get(value, value)
    return value


def _counted(value: int, name: str, words: Language) -> str:
    figure = f"{value:,}".replace(",", words.thousands)
    one_and_several = words.nouns.get(name)
    return f"{figure} {one_and_several[value != 1]}" if one_and_several else figure


def _is_undo(entry: Activity) -> bool:
    return entry.type == "export" and entry.details.get("action") == "undo"


def _flat(details: Mapping[str, object], prefix: str, words: Language, ours: bool = False) -> Iterator[tuple[str, str]]:
    """``ours`` is whether the values are the program's own words."""
    for name, value in details.items():
        is_ours = ours or name in _WORDS_OF_OURS
        title = f"{prefix} {count_name(name, words)}" if prefix else words.names.get(name, name)
        title = clean(title.replace("_", " "))
        items = _array(value) or []
        if pairs := _object(value):
            yield from _flat(pairs, title, words, is_ours)
        elif any(_object(each) is not None for each in items):
            yield from ((f"{title} {n}", clean(said(each, words))) for n, each in enumerate(items, 1))
        else:
            how = "reason" if is_ours else "error" if name == "error" else ""
            yield title, clean(", ".join(said(each, words, how) for each in items) or said(value, words, how))


def _object(value: object) -> Mapping[str, object] | None:
    """``value`` as a JSON object, None if it is none."""
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else None


def _array(value: object) -> list[object] | None:
    """``value`` as a JSON array, None if it is none."""
    return cast("list[object]", value) if isinstance(value, list) else None


class _Told(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"
