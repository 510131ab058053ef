"""Who made it: names of artists as they are credited here and there, and whether they are the same people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from services.matching.spelling import plain, spell

_NAMESAKE = re.compile(r"(?: \(\d+\))?\*?(?=\s*(?:$|[,/&;+]| (?:feat|ft|featuring|and|with|vs)\b))", re.IGNORECASE)
_JOINED = re.compile(
    r"\s*[,;/•|]\s*|\s+(?:&|\+|and|und|et|y|e|og|och|en|i|feat|ft|featuring|with|mit|con|avec|vs|versus|meets|presents|pres|x|"
    r"×|med)\.?\s+|\s*&\s*|\s+and\s+",
    re.IGNORECASE,
)
_LAST_FIRST = re.compile(r"([^,]+), (the|los|las|les|die|der|das|le|la|el|a)", re.IGNORECASE)
_BRACKETED = re.compile(r"\s*\((?:feat|ft|featuring|with)\.?\s+([^)]*)\)", re.IGNORECASE)
_GUESTS = re.compile(r"[\s,]+(?:feat|ft|featuring)\b\.?\s.*$", re.IGNORECASE)
_ARTICLES = frozenset(("the", "a", "an"))
_VARIOUS = frozenset(
    (
        "various", "variousartists", "variousartist", "va", "diverse", "diversekunstler", "verschiedene", "verschiedeneinterpreten",
        "varios", "variosartistas", "artistesvaries", "artistivari", "compilation", "unknown", "unknownartist", "soundtrack",
        "originalsoundtrack", "ost", "raznyeispolniteli", "noartist", "sampler",
    )
)  # fmt: skip
_GROUPS = frozenset(
    (
        "band",
        "group",
        "orchestra",
        "ensemble",
        "quartet",
        "quintet",
        "trio",
        "choir",
        "project",
        "experience",
        "collective",
    )
)


class Kinship(Enum):
    """How two credits stand to each other."""

    SAME = "artist equal"
    SCRIPT = "artist equal in another script"
    SPELLING = "artist nearly equal"
    GUESTS = "artist equal but for guests"
    PART = "artist equal in part"
    VARIOUS = "both by various artists"
    ONE_VARIOUS = "various artists on one side"
    UNKNOWN = "artist unknown"
    OTHER = "other artist"


@dataclass(frozen=True, slots=True)
class Credit:
    """Everybody credited. ``whole`` is the line run together, ``names`` the single ones, ``natives`` those in their own script;
    ``ordered`` the words of the line in alphabetical order. Who is only featured is among ``everybody`` alone.
    """

    whole: str
    names: frozenset[str]
    ordered: str
    words: frozenset[str]
    everybody: frozenset[str]
    natives: frozenset[str] = frozenset()
    is_various: bool = False


NOBODY = Credit("", frozenset(), "", frozenset(), frozenset())


@lru_cache(1 << 16)
def credit(artists: tuple[str, ...]) -> Credit:
    """The artists of one album or track, one or several to an entry."""
    lines = [_without_namesake(plain(each)) for each in artists if each.strip()]
    if not lines:
        return NOBODY
    everybody = frozenset(name for line in lines for name in _single(line))
    lines = [_GUESTS.sub("", line) or line for line in lines]
    names = dict.fromkeys(name for line in lines for name in _single(line))
    whole = [word for line in lines for word in _article_off(spell(_turned(line)).words) if word != "and"]
    natives = frozenset(spelt.native for line in lines for part in _JOINED.split(line) if (spelt := spell(part)).native)
    is_various = bool(names) and all(each in _VARIOUS for each in names)
    return Credit(
        "".join(whole), frozenset(names), "".join(sorted(whole)), frozenset(whole), everybody, natives, is_various
    )


def _without_namesake(line: str) -> str:
    line = _BRACKETED.sub(lambda found: f", {found[1]}", line)
    return _NAMESAKE.sub("", line) or line


def _turned(line: str) -> str:
    """ "Beatles, The" the right way round."""
    found = _LAST_FIRST.fullmatch(line)
    return f"{found[2]} {found[1]}" if found else line


def _single(line: str) -> list[str]:
    parts = [part for part in _JOINED.split(_turned(line)) if part.strip()]
    return [run for part in parts or [line] if (run := "".join(_article_off(spell(part).words)))]


def _article_off(words: tuple[str, ...]) -> tuple[str, ...]:
    return words[1:] if len(words) > 1 and words[0] in _ARTICLES else words


def kinship(a: Credit, b: Credit) -> Kinship:
    """How the credits of two things stand to each other."""
    if not a.whole or not b.whole:
        return Kinship.UNKNOWN
    if a.is_various or b.is_various:
        if a.is_various and b.is_various:
            return Kinship.VARIOUS
        return Kinship.ONE_VARIOUS
    if a.natives and b.natives and a.natives.isdisjoint(b.natives) and len(a.names) == len(b.names) == 1:
        return Kinship.OTHER if a.whole != b.whole or max(map(len, (*a.natives, *b.natives))) <= 3 else Kinship.SPELLING
    if a.everybody == b.everybody:
        return Kinship.SAME
    if a.whole == b.whole or a.names == b.names or a.ordered == b.ordered:
        return Kinship.SAME if a.everybody == a.names and b.everybody == b.names else Kinship.GUESTS
    shared = len(a.names & b.names)
    least, most = sorted((len(a.names), len(b.names)))
    if shared and shared == least and most > least:
        return Kinship.PART
    if bool(a.natives) != bool(b.natives) and close(a.whole, b.whole, loose=True):
        return Kinship.SCRIPT
    if close(a.whole, b.whole) or close(a.ordered, b.ordered):
        return Kinship.SPELLING
    if shared:
        return Kinship.PART
    if a.words <= b.words or b.words <= a.words:
        more = (a.words | b.words) - (a.words & b.words)
        return Kinship.PART if more <= _GROUPS or min(len(a.words), len(b.words)) >= 2 else Kinship.OTHER
    if any(close(one, other) for one in a.names for other in b.names if len(one) > 4 < len(other)):
        return Kinship.SPELLING if least == most == 1 else Kinship.PART
    return Kinship.OTHER


def close(a: str, b: str, *, loose: bool = False) -> bool:
    """Whether two names are the same but for a slip of the pen: one letter in seven, none in short ones. ``loose`` is for what
    was put into Latin letters, for which there are several ways: one in four.
    """
    longest = max(len(a), len(b))
    allowed = longest // 4 if loose else 0 if longest < 5 else min(3, max(1, longest // 7))
    if abs(len(a) - len(b)) > allowed:
        return False
    from rapidfuzz.distance import OSA  # four megabytes that an app in which nothing is matched need not have

    return OSA.distance(a, b, score_cutoff=allowed) <= allowed
