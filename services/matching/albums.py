"""Whether two albums are the same: pressings, reissues and editions are; a live album, a remix or an EP of that name is not."""

from __future__ import annotations

from dataclasses import dataclass

from services.matching.credits import NOBODY, Credit, Kinship, credit, kinship
from services.matching.evidence import Evidence, Likeness, Numbers, likeness, numbers, weigh_versions
from services.matching.music import Album, Form, Source, Verdict
from services.matching.titles import Title, parse

_BEFORE = -3.2
"""What two albums of one neighbourhood start with."""
_TITLE = {
    Likeness.EQUAL: 3.3,
    Likeness.SUBTITLE: 2.3,
    Likeness.SCRIPT: 2.4,
    Likeness.SPELLING: 1.6,
    Likeness.PART: -1.0,
    Likeness.OTHER: -6.0,
}
_ARTIST = {
    Kinship.SAME: 3.0,
    Kinship.SCRIPT: 2.4,
    Kinship.SPELLING: 1.8,
    Kinship.GUESTS: 2.6,
    Kinship.PART: 1.6,
    Kinship.VARIOUS: 2.2,
    Kinship.ONE_VARIOUS: -2.0,
    Kinship.UNKNOWN: 0.0,
    Kinship.OTHER: -6.5,
}
_NUMBERS = {Numbers.SAME: 0.0, Numbers.YEAR_MISSING: -1.5, Numbers.MISSING: -4.5, Numbers.OTHER: -7.0}
_FORMS: dict[frozenset[Form], float] = {
    frozenset((Form.ALBUM, Form.EP)): -3.5,
    frozenset((Form.ALBUM, Form.SINGLE)): -4.5,
    frozenset((Form.EP, Form.SINGLE)): -2.0,
    frozenset((Form.ALBUM, Form.COMPILATION)): -0.8,
    frozenset((Form.ALBUM, Form.BOX)): -3.0,
    frozenset((Form.COMPILATION, Form.BOX)): -1.5,
}
_SMALL = frozenset((Form.SINGLE, Form.EP))
_LARGE = frozenset((Form.ALBUM, Form.COMPILATION, Form.BOX))
_SAID_FORMS = {form.value: form for form in Form}


@dataclass(frozen=True, slots=True)
class Prepared:
    """An album made ready to be compared many times."""

    album: Album
    title: Title
    credit: Credit
    years: frozenset[int]
    forms: frozenset[Form]
    is_generic: bool


def prepare(album: Album) -> Prepared:
    """``album`` with its title and artists taken apart."""
    title = parse(album.title)
    made_by = credit(album.artists) if album.artists else NOBODY
    years = title.facts.years | ({album.year} if album.year else set[int]())
    said = _SAID_FORMS.get(title.facts.form)
    forms = frozenset((said,)) if said else album.forms
    is_generic = made_by.is_various or title.is_generic_of(made_by.words | {"and"})
    return Prepared(album, title, made_by, years, forms, is_generic)


def compare(a: Album, b: Album) -> Verdict:
    """How sure it is that ``a`` and ``b`` are the same album, and why. The order does not matter."""
    return weigh(prepare(a), prepare(b)).verdict


def weigh(a: Prepared, b: Prepared) -> Evidence:
    """What speaks for and against."""
    evidence = Evidence(_BEFORE)
    alike = likeness(a.title, b.title)
    kin = kinship(a.credit, b.credit)
    _weigh_codes(evidence, a, b)
    is_coded = not a.album.codes.barcodes.isdisjoint(b.album.codes.barcodes)
    evidence.add(_TITLE[alike] / 2 if is_coded and alike is Likeness.OTHER else _TITLE[alike], alike.value)
    evidence.add(_ARTIST[kin] / 2 if is_coded and kin is Kinship.OTHER else _ARTIST[kin], kin.value)
    if alike is Likeness.OTHER or kin is Kinship.OTHER:
        return evidence
    if a.is_generic and b.is_generic and kin not in (Kinship.SAME, Kinship.GUESTS, Kinship.VARIOUS):
        evidence.add(-2.0, "a title that many have")
    number = numbers(a.title, b.title)
    evidence.add(_NUMBERS[number], number.value)
    weigh_versions(evidence, a.title.facts, b.title.facts)
    _weigh_years(evidence, a, b)
    _weigh_tracks(evidence, a, b)
    _weigh_forms(evidence, a, b)
    if a.album.duration and b.album.duration:
        apart = abs(a.album.duration - b.album.duration) / max(a.album.duration, b.album.duration)
        evidence.add(1.5 if apart < 0.02 else 0.0 if apart < 0.15 else -1.0, "as long" if apart < 0.02 else "")
    return evidence


def _weigh_codes(evidence: Evidence, a: Prepared, b: Prepared) -> None:
    mine, other = a.album.codes, b.album.codes
    if mine.spotify and mine.spotify == other.spotify:
        evidence.add(20, "same on Spotify")
    if mine.discogs_release and mine.discogs_release == other.discogs_release:
        evidence.add(20, "same release on Discogs")
    elif mine.discogs_master and other.discogs_master:
        if mine.discogs_master == other.discogs_master:
            evidence.add(8, "same master on Discogs")
        else:
            evidence.add(-4, "another master on Discogs")
    if not mine.musicbrainz.isdisjoint(other.musicbrainz):
        evidence.add(20, "same MusicBrainz id")
    elif mine.group and other.group:
        same = mine.group == other.group
        evidence.add(
            8 if same else -5, "same MusicBrainz release group" if same else "another MusicBrainz release group"
        )
    if not mine.barcodes.isdisjoint(other.barcodes):
        evidence.add(8, "same barcode")


def _weigh_years(evidence: Evidence, a: Prepared, b: Prepared) -> None:
    if not a.years or not b.years:
        if a.is_generic and b.is_generic:
            evidence.add(-0.5)
        return
    apart = min(abs(one - other) for one in a.years for other in b.years)
    editions = (a.title.facts.editions | b.title.facts.editions) - {"medium"}
    is_new_edition = bool(editions) or _is_pressing(a, b) or _is_pressing(b, a)
    words = "same year" if apart == 0 else f"year {apart} off" if apart <= 3 else f"{apart} years apart"
    if a.is_generic and b.is_generic and not is_new_edition:
        evidence.add((1.0, 0.3, -1.0, -1.6)[apart] if apart <= 3 else -3.0, words)
    elif apart <= 3:
        evidence.add((0.9, 0.5, 0.1, 0.0)[apart], words)
    elif a.is_generic and b.is_generic:
        evidence.add(-1.2, words)
    else:
        evidence.add(-0.1 if is_new_edition else -0.4, words)


def _is_pressing(one: Prepared, other: Prepared) -> bool:
    """Whether the later year of ``one`` may be that of a pressing: Discogs tells those, others when an album came out."""
    later = (one.album.year or 0) > (other.album.year or 9999)
    return later and one.album.source == Source.DISCOGS != other.album.source


def _weigh_tracks(evidence: Evidence, a: Prepared, b: Prepared) -> None:
    few, many = sorted((a.album.tracks or 0, b.album.tracks or 0))
    if few <= 0:
        return
    if few == many:
        evidence.add(1.0, "as many tracks")
        return
    is_larger_edition = bool((a.title.facts.editions | b.title.facts.editions) - {"medium", "remaster"})
    is_part = bool(a.title.facts.disc or b.title.facts.disc)
    share = few / many
    words = f"{few} and {many} tracks"
    if share >= 0.8 or (many - few <= 2 and few >= 5):
        evidence.add(0.5, "")
    elif share >= 0.6:
        evidence.add(0.0 if is_larger_edition else -0.4, words)
    elif share >= 0.4:
        evidence.add(-0.2 if is_larger_edition or is_part else -1.8, words)
    else:
        evidence.add(-0.3 if is_larger_edition or is_part else -3.5, words)


def _weigh_forms(evidence: Evidence, a: Prepared, b: Prepared) -> None:
    mine, other = a.forms or _by_size(a), b.forms or _by_size(b)
    if not (a.forms or b.forms) or (a.album.tracks and a.album.tracks == b.album.tracks and not (a.forms and b.forms)):
        return
    if not mine or not other:
        if a.title.facts.form or b.title.facts.form:
            evidence.add(-1.0, f"only one is called {_article(next(iter(mine | other)))}")
        return
    if not mine.isdisjoint(other):
        evidence.add(0.2)
        return
    weight, words = max(
        (_FORMS.get(frozenset((one, that)), -2.5), f"one is {_article(one)}, the other {_article(that)}")
        for one in mine
        for that in other
    )
    evidence.add(weight, words)


def _by_size(prepared: Prepared) -> frozenset[Form]:
    """What it may be where nothing is said of it."""
    tracks = prepared.album.tracks or 5
    return _LARGE if tracks >= 8 else _SMALL if tracks <= 3 else frozenset()


def _article(form: Form) -> str:
    return f"an {form}" if form in (Form.ALBUM, Form.EP) else f"a {form}"
