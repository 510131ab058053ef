"""What a language has for the activity feed: sentences for each kind of entry, names, figures with their nouns.

A language is data, so that another one is another table: :mod:`tui.activity_english`, :mod:`tui.activity_german`. Which
one is used says the setting ``LANGUAGE``, by default the locale of the terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


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
    """How one kind of entry is put. ``sentence`` may name details in braces; what is not there becomes an ellipsis.

    ``more`` is said below the sentence where the entry is shown in full: what it means, and what can be done.
    """

    tone: Tone
    sentence: str
    more: str = ""


Sayings = Mapping[tuple[str, str], Saying]
"""By type and state. Entries of one type that mean different things are told apart by :func:`tui.feed.kind_of`."""


@dataclass(frozen=True, slots=True)
class Language:
    """Everything that the feed says in one language."""

    code: str
    sayings: Sayings
    types: Mapping[str, str]
    states: Mapping[str, str]
    """Names of states, in a word or two; others are shown as they are called."""
    names: Mapping[str, str]
    """Names of details as a person reads them; others are shown as they are called."""
    counts: Mapping[str, str]
    """Names of a job's figures where its own name for them is not how a person says it."""
    nouns: Mapping[str, tuple[str, str]]
    """What a detail that is a number counts: one of it, several of it."""
    values: Mapping[str, str]
    """Values that are words of the program, such as reasons, in words of the language."""
    nothing: str
    """Where there is no figure to tell."""
    thousands: str
    when: str
    kind: str
    state: str
    happened: str


def code_of(setting: str, environment: Mapping[str, str]) -> str:
    """The language that ``setting`` (``auto``, ``en``, ``de``) stands for: ``en`` or ``de``.

    ``auto`` goes by the locale: the first of LC_ALL, LC_MESSAGES and LANG that is set.
    """
    if setting != "auto":
        return setting
    locale = next(filter(None, (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "de" if locale.lower().replace("-", "_").partition("_")[0].partition(".")[0] == "de" else "en"


def language(code: str) -> Language:
    """The language of that code; English for one that is not known."""
    if code == "de":
        from tui.activity_german import GERMAN

        return GERMAN
    from tui.activity_english import ENGLISH

    return ENGLISH
