"""What somebody may have meant by words that nothing matches: the words of the catalogue that are nearest to them."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, product

from storage.catalogue.database import Database, marks

_WEAK = frozenset({"and", "the", "a", "an", "n", "s"})
"""Words that people add or leave out."""
_CANDIDATES = 6
"""Candidates for a word."""
_TRIES = 20
"""Combinations of candidates that are tried."""
_MOST_UNKNOWN = 3
"""Unknown words of a query that is still corrected."""
_MOST_WORDS = 6
"""Words of a query in which also one that is known may be a slip."""
_LONG = 7
"""Letters of a word in which two slips are forgiven."""


@dataclass(frozen=True, slots=True)
class _Near:
    word: str
    distance: int
    uses: int


def regrouped(typed: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The same words with two neighbours as one (*ub 40*), then without those that are easily added (*guns and roses*)."""
    for place in range(len(typed) - 1):
        yield (*typed[:place], typed[place] + typed[place + 1], *typed[place + 2 :])
    if strong := _strong(typed):
        yield strong


def corrections(db: Database, typed: Sequence[str], is_known: Callable[[str], bool]) -> Iterator[tuple[str, ...]]:
    """Words near the typed ones, the nearest and most used first; then without those that are easily added. ``is_known``
    says whether a word begins any at all; one that does not is always replaced.
    """
    yield from _corrected(db, typed, is_known)
    if strong := _strong(typed):
        yield from _corrected(db, strong, is_known)


def _strong(typed: Sequence[str]) -> tuple[str, ...]:
    """The words without those that are easily added; empty if there are none such, or no others."""
    strong = tuple(word for word in typed if word not in _WEAK)
    return strong if len(strong) < len(typed) else ()


def _corrected(db: Database, typed: Sequence[str], is_known: Callable[[str], bool]) -> Iterator[tuple[str, ...]]:
    """The words that are unknown replaced; then one of the others too, since it may be a word, and yet the wrong one."""
    kept = [[_Near(word, 0, 0)] if is_known(word) else [] for word in typed]
    if kept.count([]) > _MOST_UNKNOWN:
        return
    options = [own or _near(db, word) for word, own in zip(typed, kept, strict=True)]
    if not all(options):
        return
    if not all(kept):
        yield from _best(product(*options))
    if len(typed) <= _MOST_WORDS:
        further = [
            [*options[:place], _near(db, typed[place]), *options[place + 1 :]] for place, own in enumerate(kept) if own
        ]
        yield from _best(chain.from_iterable(product(*each) for each in further))


def _best(combined: Iterable[tuple[_Near, ...]]) -> Iterator[tuple[str, ...]]:
    """The first few combinations, the nearest and most used before the others."""
    ordered = sorted(combined, key=lambda each: (sum(e.distance for e in each), -sum(e.uses for e in each)))
    for each in ordered[:_TRIES]:
        yield tuple(near.word for near in each)


def _near(db: Database, word: str) -> list[_Near]:
    """The words that are one slip away, else, of a long word, two; the nearest and most used first."""
    if len(word) < 3 or not word[0].isalpha() or word[0] == "ð":
        return []
    found = _within(db, word, 1) or (_within(db, word, 2) if len(word) >= _LONG else {})
    return sorted(found.values(), key=lambda each: (each.distance, -each.uses, each.word))[:_CANDIDATES]


def _within(db: Database, word: str, slips: int) -> dict[str, _Near]:
    """The words within so many slips that begin alike, with the two first letters changed, or with another or no first."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    initials = tuple(dict.fromkeys(word[:2]))
    rows = db.rows(
        f"SELECT word, uses FROM spelling WHERE initial IN ({marks(initials)}) AND length BETWEEN ? AND ?",
        (*initials, len(word) - slips, len(word) + slips),
    )
    for spelt in (word, word[1:]):
        likely = [letter + spelt for letter in string.ascii_lowercase]
        rows += db.rows(
            f"SELECT word, uses FROM spelling WHERE initial IN ({marks(likely)}) AND length = ? AND word IN ({marks(likely)})",
            (*string.ascii_lowercase, len(spelt) + 1, *likely),
        )
    uses = dict(rows)
    uses.pop(word, None)
    near = process.extract(word, uses.keys(), scorer=OSA.distance, processor=None, score_cutoff=slips, limit=None)
    return {spelt: _Near(spelt, int(distance), uses[spelt]) for spelt, distance, _ in near}
