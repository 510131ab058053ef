"""What speaks for and against two things being the same, added up to a confidence.

Every finding is worth points, the natural logarithm of how much likelier it makes that they are the same. Their sum, through the
logistic function, is the confidence: what is not known adds nothing either way. The points began as judged and were moved where the
labelled pairs that are not held out, and the invented library of ``benchmarks/matching.py``, showed them wrong.
"""

from __future__ import annotations

import math
from enum import Enum

from services.matching.credits import close
from services.matching.music import Verdict
from services.matching.qualifiers import Facts
from services.matching.titles import Title

_STRENGTH, _DOUBT = 1.9, 2.6
"""What makes confidences of points: fitted (logistic regression) to matches of an invented library, where the truth is known."""
CERTAIN = 0.9999
"""More is never said: identifiers are wrong at times."""
_FILLERS = frozenset(["and", "the", "of", "a", "an", "in", "on", "s", "t"])


class Evidence:
    """Points and their reasons, the weighty ones first when it is asked for the verdict."""

    def __init__(self, points: float) -> None:
        self.points = points
        self._reasons: list[tuple[float, str]] = []

    def add(self, points: float, reason: str = "") -> None:
        """A finding; without words where it is not worth any."""
        self.points += points
        if reason:
            self._reasons.append((points, reason))

    @property
    def odds(self) -> float:
        """How many times likelier it is that they are the same than that they are not."""
        return math.exp(max(-30.0, min(30.0, _STRENGTH * self.points - _DOUBT)))

    @property
    def confidence(self) -> float:
        """0 to 1, four decimals."""
        return round(min(CERTAIN, self.odds / (1 + self.odds)), 4)

    @property
    def verdict(self) -> Verdict:
        """The confidence and its reasons, as far as they weigh in it: first what decided."""
        sign = 1 if self.odds > 1 else -1
        told = sorted(self._reasons, key=lambda each: -sign * each[0])
        return Verdict(self.confidence, tuple(dict.fromkeys(reason for _, reason in told)))


class Likeness(Enum):
    """How two titles stand to each other."""

    EQUAL = "title equal"
    SUBTITLE = "title equal but for a subtitle"
    SCRIPT = "title equal in another script"
    SPELLING = "title nearly equal"
    PART = "title equal in part"
    OTHER = "other title"


class Numbers(Enum):
    """How the numbers in two titles stand to each other."""

    SAME = ""
    YEAR_MISSING = "a year in one title only"
    MISSING = "a number in one title only"
    OTHER = "another number in the title"


def likeness(a: Title, b: Title) -> Likeness:
    """How alike the words of two titles are; numbers are for :func:`numbers`."""
    if a.native and b.native:
        return _native_likeness(a, b)
    if a.whole == b.whole or a.run_of_whole == b.run_of_whole:
        return Likeness.EQUAL
    words, others = _wordy(a.words), _wordy(b.words)
    whole, other_whole = _wordy(a.whole), _wordy(b.whole)
    if whole == other_whole or _essential(whole) == _essential(other_whole):
        return Likeness.EQUAL
    run, other = "".join(words), "".join(others)
    if words == others or run == other:
        both_say_more = len(whole) > len(words) and len(other_whole) > len(others)
        return Likeness.PART if both_say_more else Likeness.SUBTITLE
    if words == other_whole or others == whole:
        return Likeness.SUBTITLE
    if bool(a.native) != bool(b.native) and close(run, other, loose=True):
        return Likeness.SCRIPT
    if close(run, other) or close("".join(whole), "".join(other_whole)):
        return Likeness.PART if _is_another_word(words, others) else Likeness.SPELLING
    few, many = sorted((_essential(words), _essential(others)), key=len)
    if few and set(few) <= set(many) and len("".join(few)) * 2 > len("".join(many)):
        return Likeness.PART
    return Likeness.OTHER


def _native_likeness(a: Title, b: Title) -> Likeness:
    if a.native == b.native:
        return Likeness.EQUAL
    few, many = sorted((a.native, b.native), key=len)
    if close(few, many):
        return Likeness.SPELLING
    return Likeness.PART if few in many and len(few) * 2 > len(many) else Likeness.OTHER


def _is_another_word(words: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether it is a word that differs, and not its spelling: nobody misspells a beginning ("Blue Train", "Blue Rain")."""
    if len(words) != len(others):
        return False
    return any(one[0] != other[0] for one, other in zip(words, others, strict=True) if one != other)


def _wordy(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without numbers, unless there is nothing else."""
    return tuple(word for word in words if not word.isdigit()) or words


def _essential(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in _FILLERS) or words


def numbers(a: Title, b: Title) -> Numbers:
    """Whether one is another part, volume or year of what the other is."""
    if a.numbers == b.numbers or a.run_of_whole == b.run_of_whole:
        return Numbers.SAME
    if a.numbers and b.numbers:
        shared = set(a.numbers) & set(b.numbers)
        return Numbers.MISSING if shared in (set(a.numbers), set(b.numbers)) else Numbers.OTHER
    return Numbers.YEAR_MISSING if all(1900 <= each <= 2049 for each in a.numbers + b.numbers) else Numbers.MISSING


OTHER_RECORDING = -7.5
_LIGHTER = {"edit": -2.4, "extended": -6.0, "version": -4.0}


def weigh_versions(evidence: Evidence, a: Facts, b: Facts) -> None:
    """Add what is said beside the titles."""
    apart = set(a.versions ^ b.versions)
    if "live" in a.versions & b.versions:
        apart.discard("acoustic")  # unplugged
    if apart:
        weight = min(_LIGHTER.get(name, OTHER_RECORDING) for name in apart)
        evidence.add(weight - 0.5 * (len(apart) - 1), _only_one(sorted(apart)))
    elif a.versions:
        _weigh_details(evidence, a, b)
    if a.editions != b.editions:
        evidence.add(-0.1, "another edition" if a.editions and b.editions else "")


def _weigh_details(evidence: Evidence, a: Facts, b: Facts) -> None:
    """Both are live, or both remixed: of the same night, by the same hand?"""
    said = " and ".join(sorted(a.versions))
    if a.years and b.years and a.years.isdisjoint(b.years) and "live" in a.versions:
        evidence.add(-5.0, "live in other years")
    elif a.details == b.details:
        evidence.add(0.3, f"both {said}")
    elif a.details & b.details:
        evidence.add(-0.5, f"both {said}")
    elif a.details and b.details:
        evidence.add(-6.0, f"both {said}, but not the same")
    else:
        evidence.add(-2.2 if "remix" in a.versions else -0.8, f"both {said}, one without saying which")


def _only_one(names: list[str]) -> str:
    return f"only one is {' and '.join(names)}"
