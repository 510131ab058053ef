"""What is said beside a title, such as "(2011 Remaster)" or "- Live at Budokan": taken apart, and kept as facts.

Some of it leaves the recording as it is (a remaster, a deluxe edition); some says that it is another one (live, a remix).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from services.matching.numerals import numeral
from services.matching.spelling import spell
from services.matching.vocabulary import (
    ANY_VERSION,
    DISC,
    FEATURED,
    FORMS,
    LANGUAGE,
    LITTLE,
    NATIVE,
    NATIVE_SAME,
    OTHER_RECORDINGS,
    PART,
    SAME_RECORDING,
)

_FEATURING = re.compile(r"^\s*(?:feat|ft|featuring|mit|con|avec|with|w)\b[./]?\s*", re.IGNORECASE)
_YEAR = re.compile(r"\b(19[2-9]\d|20[0-4]\d)\b")
_MIX_AS_IT_IS = re.compile(
    r"(original|album|stereo|mono|new|main|standard|full|lp|dolby atmos|atmos|surround|\d{4}|5 1)( stereo| mono| album)* mix"
)
_ORDINAL = re.compile(r"\d+(st|nd|rd|th)?")
_MIXED_OTHERWISE = frozenset(("extended", "demo", "alternate", "instrumental", "a cappella"))
_REMIXED = re.compile(r"remix|rmx|dub|re ?work")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said beside a title. ``versions`` say that it is another recording, each with ``details`` (who remixed, where it was
    played); ``editions`` that it is the same in another dress.
    """

    versions: frozenset[str] = frozenset()
    details: frozenset[str] = frozenset()
    editions: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    featured: tuple[str, ...] = ()
    form: str = ""
    disc: str = ""
    part: str = ""

    def plus(self, other: Facts) -> Facts:
        """Both together."""
        return Facts(
            self.versions | other.versions,
            self.details | other.details,
            self.editions | other.editions,
            self.years | other.years,
            (*self.featured, *other.featured),
            other.form or self.form,
            other.disc or self.disc,
            other.part or self.part,
        )


NOTHING = Facts()


@dataclass(slots=True)
class _Said:
    versions: set[str] = field(default_factory=set[str])
    details: set[str] = field(default_factory=set[str])
    editions: set[str] = field(default_factory=set[str])

    def facts(self, years: frozenset[int]) -> Facts:
        return Facts(frozenset(self.versions), frozenset(self.details), frozenset(self.editions), years)


@lru_cache(1 << 14)
def classified(segment: str, *, strict: bool = False) -> Facts | None:
    """What a bracket or what stands behind a dash says; None if it belongs to the title.

    ``strict`` takes only what says nothing else beside (for what stands in no bracket).
    """
    spelt = spell(segment)
    text = spelt.text
    if not text:
        return NOTHING
    if spelt.native and (native := _of_native(segment, text)):
        return native
    years = frozenset(int(year) for year in _YEAR.findall(text))
    bare = " ".join(_YEAR.sub(" ", text).split())
    if not bare:
        return Facts(years=years)
    if bare in FORMS:
        return Facts(form=FORMS[bare], years=years)
    if found := DISC.fullmatch(bare):
        return Facts(disc=found[1], years=years)
    if not strict and (found := FEATURED.fullmatch(text)) and not _says_version(text):
        return Facts(featured=(_FEATURING.sub("", segment).strip(),))
    if found := PART.fullmatch(bare):
        number = numeral(found[1])
        if number is not None:
            rest = bare.split(found[1], 1)[1].strip()
            return Facts(part=str(number), years=years).plus((classified(rest) if rest else None) or NOTHING)
    return _of_words(text, bare, years, strict=strict)


def _says_version(text: str) -> bool:
    return any(pattern.search(text) for name, pattern in OTHER_RECORDINGS if name in ("live", "remix"))


def _of_words(text: str, bare: str, years: frozenset[int], *, strict: bool) -> Facts | None:
    said, rest = _Said(), bare
    if LANGUAGE.fullmatch(bare) and ("version" in bare or "fassung" in bare or "auf " in bare or "en " in bare):
        return Facts(versions=frozenset({"language"}), details=frozenset(bare.split()) - LITTLE, years=years)
    for name, pattern in SAME_RECORDING:
        if pattern.search(text):
            said.editions.add(name)
            rest = pattern.sub(" ", rest)
    is_plain_mix = _MIX_AS_IT_IS.fullmatch(text) is not None
    for name, pattern in OTHER_RECORDINGS:
        if is_plain_mix and name in ("remix", "alternate"):
            continue
        if name == "extended" and re.search(r"extended edition", text):
            continue
        if name == "piano" and len(bare.split()) > 3:
            continue
        if name == "edit" and "remix" in said.versions:
            continue
        if name == "remix" and said.versions & _MIXED_OTHERWISE and not _REMIXED.search(text):
            continue
        if pattern.search(bare):
            said.versions.add(name)
            rest = pattern.sub(" ", rest)
    if "edit" in said.versions and (said.versions & {"extended"} or re.search(r"\bre ?edit\b", text)):
        said.versions.discard("edit")
    details = {word for word in rest.split() if word not in LITTLE and not _ORDINAL.fullmatch(word)}
    if said.versions:
        if strict and details and not ({"live", "remix", "edit"} & said.versions):
            return None
        if "edit" in said.versions and details and not re.search(r"radio|single|short|video|7", text):
            said.versions.discard("edit")
            said.versions.add("remix")  # somebody's edit
        said.details |= {word for word in bare.split() if word in details}
        return said.facts(years)
    if said.editions:
        if strict and details:
            return None
        if len(details) > 3 and "remaster" not in said.editions:
            return None
        return said.facts(years)
    if not strict and ANY_VERSION.fullmatch(bare):
        return Facts(versions=frozenset({"version"}), details=frozenset(details), years=years)
    return None


def _of_native(segment: str, text: str) -> Facts | None:
    versions = frozenset(name for name, pattern in NATIVE if pattern.search(segment))
    years = frozenset(int(year) for year in _YEAR.findall(text))
    if versions:
        return Facts(versions=versions, years=years)
    return Facts(editions=frozenset({"edition"}), years=years) if NATIVE_SAME.search(segment) else None
