"""How well candidates fit a track or an album of Spotify, as harmony-contract.md 13 weighs it: parts with fixed weights.

What Spotify does not say counts for nothing, and the rest is divided by its weight. What only a candidate does not say counts nine
tenths of its title, so that one that agrees in more never loses to one that agrees in fewer (13.3).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from services.matching.credits import Kinship, credit, kinship
from services.matching.evidence import Numbers, numbers
from services.matching.sources import soulseek
from services.matching.sources.reading import Document, an_object, first, text, whole, year
from services.matching.sources.spotify import artists_of, tracks_in
from services.matching.spelling import spell
from services.matching.titles import parse

_UNSAID = 0.9
"""Of the title: what a part counts that only the candidate does not tell."""
_LONGEST = 120
"""Characters of a name that are compared."""
_OTHER_RECORDING, _OTHER_NUMBER, _OTHER_EDITION = 0.6, 0.7, 0.98
"""The most that titles are alike whose own words are, but of which one is live, is volume 2, or is remastered."""
_GOOD_BIT_RATE = 256
_KIN = {
    Kinship.SAME: 1.0,
    Kinship.VARIOUS: 1.0,
    Kinship.GUESTS: 0.97,
    Kinship.SCRIPT: 0.97,
    Kinship.SPELLING: 0.93,
    Kinship.PART: 0.85,
}


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate by its place in the list, how well it fits (0 to 1, four decimals), and why, in words."""

    place: int
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the score; ``value`` is None where the candidate does not tell, ``is_asked`` False where Spotify does not."""

    name: str
    weight: float
    value: float | None
    is_asked: bool = True


def track_with_plex(track: Document, candidate: Document) -> tuple[float, str]:
    """How well a track of Plex fits, and why (13.3)."""
    on, theirs = _name(track.get("album")), text(first(candidate, "album", "parentTitle"))
    return _weighed(
        titles_alike(text(track.get("name")), text(candidate.get("title"))),
        0.5,
        _artist_part(0.3, artists_of(track)[:1], text(first(candidate, "artist", "grandparentTitle"))),
        _Part("album", 0.15, titles_alike(on, theirs) if theirs else None, bool(on)),
        _near("length", 0.05, whole(track.get("duration_ms")), whole(candidate.get("duration"))),
    )


def track_with_soulseek(track: Document, candidate: Document) -> tuple[float, str]:
    """How well a file fits, and why (13.4): the artist is looked for in its path too, and a good bit rate counts."""
    path = text(candidate.get("filename"))
    told = soulseek.track(path)
    name = text(track.get("name"))
    title = max(titles_alike(name, told.title), alike(name, text(candidate.get("filename"))))
    asked = artists_of(track)[:1]
    heard = max(
        (artists_alike(asked, each) for each in (*told.artists, *told.album_artists, text(candidate.get("username")))),
        default=0.0,
    )
    if asked and _is_in(asked[0], path):
        heard = 1.0
    rate = first(candidate, "bitrate", "bitRate")
    is_good = isinstance(rate, int | float) and not isinstance(rate, bool) and rate >= _GOOD_BIT_RATE
    return _weighed(
        title,
        0.6,
        _Part("artist", 0.2, heard, bool(asked)),
        _Part("bit rate", 0.2, (1.0 if is_good else 0.5) if title else 0.0),
    )


def album_with_plex(album: Document, candidate: Document) -> tuple[float, str]:
    """How well an album of Plex fits, and why (13.5)."""
    artists = artists_of(candidate)[:1] or (text(first(candidate, "parentTitle", "grandparentTitle")),)
    mine, theirs = _year_of(album), _year_of(candidate)
    released = None if theirs is None else float(theirs == mine)
    return _weighed(
        titles_alike(text(album.get("name")), text(candidate.get("title"))),
        0.4,
        _artist_part(0.4, (*artists_of(album)[:1], text(album.get("grandparentTitle")))[:1], artists[0]),
        _near("number of tracks", 0.1, tracks_in(album), tracks_in(candidate)),
        _Part("year", 0.1, released, mine is not None),
    )


def ranked(scores: Sequence[tuple[float, str]]) -> list[Scored]:
    """Those that fit at all, best first; of equals the first."""
    found = [Scored(place, confidence, reason) for place, (confidence, reason) in enumerate(scores) if confidence > 0]
    return sorted(found, key=lambda each: -each.confidence)


def alike(a: str, b: str) -> float:
    """The Ratcliff/Obershelp ratio of two names as they are compared (13.2); 0 where one is empty."""
    one, other = spell(a[:_LONGEST]), spell(b[:_LONGEST])
    texts = (one.native, other.native) if one.native and other.native else (one.text, other.text)
    if not all(texts):
        return 0.0
    return SequenceMatcher(None, *texts, autojunk=False).ratio()


def titles_alike(a: str, b: str) -> float:
    """The same, with what is said beside the titles taken apart: a remaster is nearly the same, a live recording is not."""
    whole_ratio = alike(a, b)
    one, other = parse(a[:_LONGEST]), parse(b[:_LONGEST])
    if whole_ratio in (0.0, 1.0):
        return whole_ratio
    if one.facts.versions != other.facts.versions:
        return min(whole_ratio, _OTHER_RECORDING)
    if numbers(one, other) in (Numbers.OTHER, Numbers.MISSING):
        return min(whole_ratio, _OTHER_NUMBER)
    own = SequenceMatcher(None, " ".join(one.words), " ".join(other.words), autojunk=False).ratio()
    has_scripts = bool(one.native and other.native)
    return whole_ratio if has_scripts and one.native != other.native else max(whole_ratio, own * _OTHER_EDITION)


def artists_alike(asked: tuple[str, ...], other: str) -> float:
    """The same for who made it."""
    if not asked or not other:
        return 0.0
    kin = kinship(credit((asked[0][:_LONGEST],)), credit((other[:_LONGEST],)))
    return max(alike(asked[0], other), _KIN.get(kin, 0.0))


def _artist_part(weight: float, asked: tuple[str, ...], other: str) -> _Part:
    asked = tuple(filter(None, asked))
    return _Part("artist", weight, artists_alike(asked, other) if other else None, bool(asked))


def _near(name: str, weight: float, mine: int | None, theirs: int | None) -> _Part:
    """By how little two numbers differ."""
    value = None if mine is None or theirs is None else 1 - min(abs(mine - theirs) / max(mine, theirs), 1.0)
    return _Part(name, weight, value, mine is not None)


def _weighed(title: float, weight: float, *parts: _Part) -> tuple[float, str]:
    if title <= 0:
        return 0.0, "other title"
    total, sum_of_weights = title * weight, weight
    reasons = [_said("title", title)]
    for part in parts:
        if not part.is_asked:
            continue
        sum_of_weights += part.weight
        total += part.weight * (title * _UNSAID if part.value is None else part.value)
        if part.value is not None:
            reasons.append(_said(part.name, part.value))
    score = total / sum_of_weights
    return (round(score, 4) if math.isfinite(score) else 0.0), ", ".join(reasons)


def _said(name: str, value: float) -> str:
    return f"{name} equal" if value >= 0.995 else f"{name} {value:.0%} alike"


def _name(value: object) -> str:
    return text(an_object(value).get("name")) or text(value)


def _year_of(document: Document) -> int | None:
    return year(first(document, "year", "release_year", "release_date", "originallyAvailableAt"))


def _is_in(artist: str, path: str) -> bool:
    """Whether the artist's name stands in a path, word for word."""
    words = " ".join(spell(artist[:_LONGEST]).words)
    return bool(words) and any(f" {words} " in f" {' '.join(spell(part).words)} " for part in soulseek.parts_of(path))
