"""Whether two tracks are the same recording: remastered or on a compilation it is; live, remixed or sung by others it is not."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.matching.credits import NOBODY, Credit, Kinship, credit, kinship
from services.matching.evidence import Evidence, Likeness, Numbers, likeness, numbers, weigh_versions
from services.matching.music import Track, Verdict
from services.matching.qualifiers import Facts
from services.matching.titles import Title, parse

_BEFORE = -3.2
"""What two tracks of one neighbourhood start with."""
_TITLE = {
    Likeness.EQUAL: 3.2,
    Likeness.SUBTITLE: 2.4,
    Likeness.SCRIPT: 2.4,
    Likeness.SPELLING: 1.5,
    Likeness.PART: -2.5,
    Likeness.OTHER: -6.5,
}
_ARTIST = {
    Kinship.SAME: 3.0,
    Kinship.SCRIPT: 2.4,
    Kinship.SPELLING: 1.8,
    Kinship.GUESTS: 2.8,
    Kinship.PART: 2.0,
    Kinship.VARIOUS: 0.0,
    Kinship.ONE_VARIOUS: -1.0,
    Kinship.UNKNOWN: 0.0,
    Kinship.OTHER: -6.5,
}
_RANK = list(_ARTIST)
_NUMBERS = {Numbers.SAME: 0.0, Numbers.YEAR_MISSING: -2.0, Numbers.MISSING: -5.0, Numbers.OTHER: -7.0}
_OF_ALBUMS = frozenset(("live", "karaoke", "cover", "acoustic", "instrumental", "demo", "orchestral", "altered"))
"""What an album says of all its tracks."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A track made ready to be compared many times. ``facts`` are its own and those of its album; ``guests`` is its credit with
    whom its title names as well.
    """

    track: Track
    title: Title
    facts: Facts
    credit: Credit
    guests: Credit
    album: Title | None
    album_credit: Credit


def prepare(track: Track) -> Prepared:
    """``track`` with its names taken apart."""
    title = parse(track.title)
    album = parse(track.album) if track.album else None
    facts = title.facts
    if album is not None and (told := (album.facts.versions & _OF_ALBUMS) - facts.versions):
        facts = replace(facts, versions=facts.versions | told, details=facts.details or album.facts.details)
    artists = track.artists or track.album_artists
    own = credit(artists) if artists else NOBODY
    guests = credit((*artists, *facts.featured)) if facts.featured else own
    return Prepared(
        track, title, facts, own, guests, album, credit(track.album_artists) if track.album_artists else NOBODY
    )


def compare(a: Track, b: Track) -> Verdict:
    """How sure it is that ``a`` and ``b`` are the same recording, and why. The order does not matter."""
    return weigh(prepare(a), prepare(b)).verdict


def weigh(a: Prepared, b: Prepared) -> Evidence:
    """What speaks for and against."""
    evidence = Evidence(_BEFORE)
    alike = likeness(a.title, b.title)
    kin = _kinship(a, b)
    _weigh_codes(evidence, a, b)
    evidence.add(_TITLE[alike], alike.value)
    evidence.add(_ARTIST[kin], kin.value)
    if alike is Likeness.OTHER or kin is Kinship.OTHER:
        return evidence
    number = numbers(a.title, b.title)
    evidence.add(_NUMBERS[number], number.value)
    weigh_versions(evidence, a.facts, b.facts)
    _weigh_duration(evidence, a, b)
    _weigh_album(evidence, a, b)
    return evidence


def _kinship(a: Prepared, b: Prepared) -> Kinship:
    """The best that can be said of who made them: with and without guests, and by the artist of the album."""
    found = {kinship(a.credit, b.credit), kinship(a.guests, b.guests)}
    if a.album_credit.whole and not a.album_credit.is_various:
        found |= {kinship(a.album_credit, b.credit)} & {Kinship.SAME}
    if b.album_credit.whole and not b.album_credit.is_various:
        found |= {kinship(b.album_credit, a.credit)} & {Kinship.SAME}
    return min(found, key=_RANK.index)


def _weigh_codes(evidence: Evidence, a: Prepared, b: Prepared) -> None:
    mine, other = a.track.codes, b.track.codes
    if mine.spotify and mine.spotify == other.spotify:
        evidence.add(20, "same on Spotify")
    if not mine.musicbrainz.isdisjoint(other.musicbrainz):
        evidence.add(20, "same MusicBrainz id")
    if not mine.isrcs.isdisjoint(other.isrcs):
        evidence.add(7, "same ISRC")


def _weigh_duration(evidence: Evidence, a: Prepared, b: Prepared) -> None:
    if not a.track.duration or not b.track.duration:
        return
    longest = max(a.track.duration, b.track.duration)
    seconds = abs(a.track.duration - b.track.duration) / 1000
    apart = min(seconds, seconds * 240_000 / longest)  # of a long one, more is nothing
    words = "as long" if round(seconds) == 0 else f"{seconds:.0f} s apart"
    for limit, points in ((2.5, 1.9), (4.5, 1.2), (8, 0.3), (15, -1.2), (30, -2.6)):
        if apart <= limit:
            evidence.add(points, words)
            return
    evidence.add(-4.0, words)


def _weigh_album(evidence: Evidence, a: Prepared, b: Prepared) -> None:
    if a.album is None or b.album is None:
        return
    if likeness(a.album, b.album) in (Likeness.OTHER, Likeness.PART) or numbers(a.album, b.album) is Numbers.OTHER:
        evidence.add(-0.2, "on another album")
        return
    evidence.add(0.8, "same album")
    if a.track.number and a.track.number == b.track.number and (a.track.disc or 1) == (b.track.disc or 1):
        evidence.add(0.4, "same place on it")
