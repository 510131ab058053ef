"""A title taken apart: its own words, what is said beside it, the numbers in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from services.matching.numerals import number_in_title, numeral
from services.matching.qualifiers import NOTHING, Facts, classified
from services.matching.spelling import plain, spell

_BRACKET = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_OPEN_BRACKET = re.compile(r"[(\[{]([^()\[\]{}]+)$")
_DASH = re.compile(r"\s+[-~/|:]\s+|:\s+")
_FEATURING = re.compile(r"\s(?:feat|ft|featuring)\b\.?\s+(.+)$", re.IGNORECASE)
_TAIL = re.compile(
    r"[\s,]+((?:\d{4}\s+)?(?:digital(?:ly)?\s+)?re-?master(?:ed)?(?:\s+\d{4})?|(?:super\s+)?deluxe(?:\s+(?:edition|version))?|"
    r"(?:expanded|special|limited|anniversary|collector'?s)\s+edition|live\s+(?:at|in|from|on)\s+.+|live\s+(?:19|20)\d\d|"
    r"live!?|e\.?p\.?|(?:radio|single)\s+edit|original\s+mix|(?:extended|club|dub)\s+mix|remix|karaoke(?:\s+version)?|"
    r"(?:cd|disc|disk)\s*\d{1,2}|unplugged|demos?|remixes|remixed|instrumentals?|box\s?set|lp|o\.?s\.?t\.?|"
    r"(?:original\s+)?(?:motion\s+picture\s+)?soundtrack|acoustic|single|vip|en vivo|ao vivo)$",
    re.IGNORECASE,
)
_LIVE_AT_FIRST = re.compile(
    r"^(?:live|en vivo|ao vivo|unplugged)(?:!|:)?\s+(?:at|in|from|on|en|im|aus|a|à|no|na|dal|19\d\d|20\d\d)\b.*",
    re.IGNORECASE,
)
_LIVE_ANYWHERE = re.compile(
    r"\b(unplugged|(in|en) concert|en vivo|ao vivo|dal vivo|en directo|(peel|bbc|kexp|daytrotter|radio|studio \d+) sessions?)\b"
)
_MOVEMENT = re.compile(r"\b([IVX]{1,5})\.(?=\s)")
_ARTICLES = frozenset(("the", "a", "an"))
_MARKERS = frozenset(
    (
        "pt", "part", "teil", "parte", "partie", "deel", "del", "vol", "vols", "volume", "volumen", "no", "nr", "num", "number",
        "chapter", "kapitel", "act", "chast", "tom", "tome", "cast",
    )
)  # fmt: skip
_GENERIC = re.compile(
    r"(the )?(very |complete |ultimate |essential )?(best( of)?|greatest hits|hits|singles|singles collection|collection|anthology|"
    r"essential|gold|live|demos?|remixes|the remixes|untitled|self titled|ep|covers|b sides|rarities|collected|"
    r"definitive collection|platinum collection|ballads|christmas|xmas|unplugged|split( 7| 12| ep)?|first|debut|sessions|icon|"
    r"intro|outro|interlude)( \d+)?"
)


@dataclass(frozen=True, slots=True)
class Title:
    """``words`` are its own, numbers in digits, articles and "Part" gone; ``whole`` is with what could be left out, such as a
    subtitle. ``numbers`` are those in it, which tell one of a series from another. ``native`` is it in its own script.
    """

    words: tuple[str, ...]
    whole: tuple[str, ...]
    numbers: tuple[int, ...]
    facts: Facts
    native: str = ""
    is_generic: bool = False
    """Whether many have one of that name, such as "Greatest Hits"."""

    def is_generic_of(self, artist: frozenset[str]) -> bool:
        """The same where the artist's words stand in it: "The Best of ..."."""
        rest = " ".join(word for word in self.words if word not in artist)
        return self.is_generic or not rest or _GENERIC.fullmatch(rest) is not None

    @property
    def run(self) -> str:
        return "".join(self.words)

    @property
    def run_of_whole(self) -> str:
        return "".join(self.whole)


@lru_cache(1 << 16)
def parse(title: str) -> Title:
    """``title`` taken apart. Never without words unless it is blank."""
    text = plain(title)
    core, subtitles, facts = _without_brackets(text)
    core, facts = _without_tail(core, facts)
    if found := _FEATURING.search(core):
        core, facts = core[: found.start()], facts.plus(Facts(featured=(found[1],)))
    if _LIVE_AT_FIRST.match(core):
        facts = facts.plus(classified(core) or Facts(versions=frozenset({"live"})))
    core = core.strip(" -:/,") or text
    if found := _LIVE_ANYWHERE.search(spell(core).text):
        facts = facts.plus(Facts(versions=frozenset({"live"})))
    main, numbers, _ = _worded(core, facts.part)
    subtitle = tuple(word for each in subtitles for word in _worded(each, "")[0])
    whole = main + subtitle
    first = _DASH.split(core, maxsplit=1)[0] if not subtitle else ""
    if first and first != core:
        short = _worded(first, "")[0]
        if len("".join(short)) >= 4:
            main = short
    if "live" in "".join(main) and main == ("live",):
        facts = facts.plus(Facts(versions=frozenset({"live"})))
    spelt = " ".join(main)
    return Title(main, whole, numbers, facts, spell(core).native, _GENERIC.fullmatch(spelt) is not None)


def _without_brackets(text: str) -> tuple[str, list[str], Facts]:
    """The title without its brackets, those that belong to it, and what the others say."""
    facts, subtitles = NOTHING, list[str]()
    for _ in range(8):
        found = _BRACKET.search(text) or _OPEN_BRACKET.search(text)
        if found is None:
            break
        inner = found[1].strip()
        outside = (text[: found.start()] + " " + text[found.end() :]).strip()
        if not outside.strip(" -:/,.") and not subtitles:
            text = inner
            continue
        said = classified(inner)
        if said is None:
            if found.start() == 0:
                text = f"{inner} {outside}"  # "(I Can't Get No) Satisfaction"
                continue
            subtitles.append(inner)
        else:
            facts = facts.plus(said)
        text = " ".join(outside.split())
    return text, subtitles, facts


def _without_tail(text: str, facts: Facts) -> tuple[str, Facts]:
    """The title without what is said behind dashes and at its end."""
    for _ in range(4):
        cuts = list(_DASH.finditer(text))
        if cuts and cuts[-1].start() > 0:
            is_dash = "-" in cuts[-1][0] or "~" in cuts[-1][0]
            said = classified(text[cuts[-1].end() :], strict=not is_dash)
            if said is not None:
                text, facts = text[: cuts[-1].start()].rstrip(" -"), facts.plus(said)
                continue
        found = _TAIL.search(text)
        if found and found.start() > 0 and len(text[: found.start()].strip()) > 1:
            said = classified(found[1])
            if said is not None:
                text, facts = text[: found.start()], facts.plus(said)
                continue
        break
    return text, facts


def _worded(text: str, part: str) -> tuple[tuple[str, ...], tuple[int, ...], bool]:
    """The words of a title and the numbers among them."""
    spelt = spell(_MOVEMENT.sub(lambda found: f"{numeral(found[1].lower())} ", text)).words
    if len(spelt) > 1 and spelt[0] in _ARTICLES:
        spelt = spelt[1:]
    elif len(spelt) > 1 and spelt[-1] in _ARTICLES and "," in text:
        spelt = spelt[:-1]
    kept, numbers = list[str](), list[int]()
    after_marker = False
    for place, word in enumerate(spelt):
        is_last = place == len(spelt) - 1
        if word in _MARKERS and not is_last and numeral(spelt[place + 1]) is not None and spelt[place + 1] != "a":
            after_marker = True
            continue
        number = numeral(word) if after_marker else number_in_title(word, is_last=is_last)
        after_marker = False
        if number is None:
            kept.append(word)
        else:
            kept.append(str(number))
            numbers.append(number)
    if part:
        kept.append(part)
        numbers.append(int(part))
    return tuple(kept), tuple(numbers), bool(part)
