"""Names taken apart: what belongs to a title, what is said beside it, who made it; identifiers in one form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.discogs.models import Release
from services.matching import codes, sources
from services.matching.credits import Kinship, credit, kinship
from services.matching.music import Album, Codes, Form
from services.matching.pairing import Match, collection_of_albums, decided, rematched
from services.matching.sources import beets, discogs, plex, soulseek, spotify
from services.matching.spelling import spell
from services.matching.titles import parse

assert sources


@pytest.mark.parametrize(
    ("title", "words", "versions", "numbers"),
    [
        ("Low Tide (2011 Remaster)", "low tide", set(), ()),
        ("Low Tide - Live at Budokan", "low tide", {"live"}, ()),
        ("Song (Kessler Remix)", "song", {"remix"}, ()),
        ("Song - Radio Edit", "song", {"edit"}, ()),
        ("Song (Original Mix)", "song", set(), ()),
        ("Song feat. Ana Ruiz", "song", set(), ()),
        ("Suite, Part II", "suite 2", set(), (2,)),
        ("Greatest Hits Vol. II", "greatest hits 2", set(), (2,)),
        ("(I Can't Get No) Rest", "i cant get no rest", set(), ()),
        ("Live and Let Go", "live and let go", set(), ()),
        ("Alive!", "alive", set(), ()),
        ("夜の海 (ライブ)", "yenohai", {"live"}, ()),
        ("Song (Mina's Version)", "song", {"re-recorded"}, ()),
        ("!!!", "!!!", set(), ()),
        ("[Untitled]", "untitled", set(), ()),
    ],
)
def test_a_title_is_taken_apart(title: str, words: str, versions: set[str], numbers: tuple[int, ...]) -> None:
    found = parse(title)
    assert (" ".join(found.words), set(found.facts.versions), found.numbers) == (words, versions, numbers)


@given(st.text(min_size=1, max_size=60))
def test_no_name_becomes_nothing(name: str) -> None:
    visible = any(c.isalnum() for c in name)
    assert bool(spell(name).words) or not visible
    assert bool(parse(name).words) or not visible


@pytest.mark.parametrize(
    ("one", "other", "kin"),
    [
        ("Beatles, The", "The Beatles", Kinship.SAME),
        ("Kessler* & Förster (3)", "Kessler, Forster", Kinship.SAME),
        ("AC/DC", "ACDC", Kinship.SAME),
        ("V.A.", "Various", Kinship.VARIOUS),
        ("Various", "Kessler", Kinship.ONE_VARIOUS),
        ("Ana Ruiz feat. Mina", "Ana Ruiz", Kinship.GUESTS),
        ("Ana Ruiz & Mina", "Ana Ruiz", Kinship.PART),
        ("Ana Ruiz", "Ana Diaz", Kinship.OTHER),
        ("Кино", "Kino", Kinship.SAME),
        ("", "Kino", Kinship.UNKNOWN),
    ],
)
def test_who_made_it_is_compared_as_credited(one: str, other: str, kin: Kinship) -> None:
    assert kinship(credit((one,)), credit((other,))) is kin


def test_identifiers_have_one_form() -> None:
    assert codes.barcode("0 25041-10592 7") == codes.barcode("0025041105927") == "00025041105927"
    assert [codes.barcode(wrong) for wrong in ("025041105928", "none", "BMD-1012B", None, True)] == [""] * 5
    assert codes.isrc("de-xx1-16-00003") == "DEXX11600003"
    assert codes.musicbrainz("mbid://A1111111-2222-4333-8444-555555555555").startswith("a1111111")
    assert codes.spotify("spotify:track:6rqhFgbbKwnb9MLmUQDhG6") == "6rqhFgbbKwnb9MLmUQDhG6"


@pytest.mark.parametrize(
    ("path", "artists", "title", "year"),
    [
        (r"Music\Kestrel Row\1979 - Low Tide [FLAC]", ("Kestrel Row",), "Low Tide", 1979),
        (r"shared\Saltmarsh - Harbour Lights (1991)\CD1", ("Saltmarsh",), "Harbour Lights (Disc 1)", 1991),
        (r"complete\The_Marble_Hours-The_Long_Afternoon-1994", ("The Marble Hours",), "The Long Afternoon", 1994),
        (r"d\Music\Halcyon - Slow Machines (1998, TRK 012) [FLAC]", ("Halcyon",), "Slow Machines", 1998),
    ],
)
def test_the_folders_of_soulseek_are_read(path: str, artists: tuple[str, ...], title: str, year: int) -> None:
    found = soulseek.album(path, 11)
    assert (found.artists, found.title, found.year) == (artists, title, year)


def test_every_source_tells_of_the_same_album() -> None:
    release = Release.model_validate(
        {
            "id": 7,
            "title": "Low Tide",
            "year": "1979",
            "master_id": 70,
            "artists": [{"name": "Kestrel Row (2)", "anv": "", "join": ""}],
            "formats": [{"name": "Vinyl", "qty": "1", "descriptions": ["LP", "Album"]}],
            "identifiers": [{"type": "Barcode", "value": "0 25041 10592 7"}],
            "tracklist": [{"position": "A1", "type_": "track", "title": "Gull Song", "duration": "3:41"}],
        }
    )
    found = [
        discogs.album_of_release(release),
        spotify.album({"name": "Low Tide", "artists": [{"name": "Kestrel Row"}], "total_tracks": 1, "album_type": "album",
                       "release_date": "1979-03", "external_ids": {"upc": "0025041105927"}}),
        plex.album({"title": "Low Tide", "parentTitle": "Kestrel Row", "leafCount": 1, "year": 1979, "ratingKey": "9"}),
        beets.album({"album": "Low Tide", "albumartist": "Kestrel Row", "year": "1979", "albumtotal": 1, "id": 3}),
    ]  # fmt: skip
    assert {each.title for each in found} == {"Low Tide"}
    assert {(each.artists, each.year, each.tracks) for each in found} == {(("Kestrel Row",), 1979, 1)}
    assert found[0].codes.barcodes == found[1].codes.barcodes == frozenset({"00025041105927"})
    assert found[0].forms == found[1].forms == frozenset({Form.ALBUM})
    (track,) = discogs.tracks_of_release(release)
    assert (track.title, track.duration, track.artists) == ("Gull Song", 221_000, ("Kestrel Row",))


@pytest.mark.parametrize("read", [spotify.album, spotify.track, plex.album, plex.track, beets.album, beets.track])
def test_odd_documents_are_read_as_far_as_they_go(read) -> None:
    for odd in (
        {},
        {"name": 7, "title": None, "artists": "x", "album": [], "external_ids": 3, "tracks": "no", "Guid": {}},
    ):
        assert read(odd).duration is None


LOW_TIDE = Album("Low Tide", ("Kestrel Row",), 1979, 10)


def test_two_collections_are_brought_together_and_later_only_what_changed() -> None:
    shelf, files = collection_of_albums(), collection_of_albums()
    assert shelf.put([("a", LOW_TIDE), ("b", Album("Ember", ("Nightjar",), 2001, 9))]) == {"a", "b"}
    files.put(
        [
            ("x", Album("LOW TIDE (Remastered)", ("Kestrel Row",), 1979, 10)),
            ("y", Album("Low Tide (Live)", ("Kestrel Row",), 1980)),
        ]
    )
    assert [(match.left, match.right) for match in shelf.matched_with(files, least=0.9)] == [("a", "x")]

    assert shelf.put([("a", LOW_TIDE)]) == set()
    changed = files.put([("z", Album("Ember", ("Nightjar",), 2001, 9)), ("x", Album("Other", ("Somebody",)))])
    assert changed == {"x", "z"}
    assert [(match.left, match.right) for match in rematched(shelf, files, set(), changed, least=0.9)] == [("b", "z")]
    assert files.keep_only(["y"]) == {"x", "z"}
    assert list(shelf.matched_with(files, least=0.9)) == []


def test_of_two_that_fit_and_are_not_the_same_neither_is_sure() -> None:
    files = collection_of_albums()
    files.put(
        [("album", Album("Firewire", ("Pale Arcade",), 2015, 11, forms=frozenset({Form.ALBUM}))),
         ("single", Album("Firewire", ("Pale Arcade",), 2015, 2, forms=frozenset({Form.SINGLE})))]
    )  # fmt: skip
    found = files.best(Album("Firewire", ("Pale Arcade",), 2015))
    assert all(verdict.confidence < 0.6 and "another fits too" in verdict.reasons for _, verdict in found)


def test_what_a_person_said_goes_before_what_is_computed() -> None:
    found = [Match(left, right, verdict) for left, right, verdict in _three()]
    kept = decided(found, {("a", "x"): False, ("b", "z"): True})
    assert {(match.left, match.right): match.confidence for match in kept} == {("c", "y"): 0.95, ("b", "z"): 1.0}


def _three():
    from services.matching.music import Verdict

    return [("a", "x", Verdict(0.99)), ("b", "x", Verdict(0.97)), ("c", "y", Verdict(0.95))]


def test_reasons_are_told_in_words() -> None:
    files = collection_of_albums()
    files.put([("x", Album("Low Tide", ("Kestrel Row",), 1980, 10, codes=Codes(barcodes=frozenset({"1"}))))])
    ((_, verdict),) = files.best(Album("Low Tide", ("Kestrel Row",), 1979, 10, codes=Codes(barcodes=frozenset({"1"}))))
    assert verdict.reason == "same barcode, title equal, artist equal, as many tracks, year 1 off"
