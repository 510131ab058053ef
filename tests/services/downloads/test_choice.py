"""Which source is taken: by format, rates, slot, queue, speed and whether an album is whole, each with its reasons."""

from __future__ import annotations

from typing import Any

import pytest

from services.downloads.choice import Rules, Wanted, offers, plan, rank
from services.soulseek.models import PeerResponse, RemoteFile, SearchResult
from storage.values.downloads import Source

NAMES = ("Golden Static", "Hollow Engine", "Neon Winter")


def peer(
    username: str, kind: str = "flac", *, tracks: int = 3, slot: bool = True, queue: int = 0, speed: int = 1_000_000,
    folder: str = "Polar Tide", locked: bool = False, **audio: Any,
) -> PeerResponse:  # fmt: skip
    """Somebody with an album of Wooden Foxes."""
    files = tuple(
        RemoteFile(f"Music\\Wooden Foxes\\{folder}\\{n:02d} - {name}.{kind}", 9_000_000 + n, is_locked=locked, **audio)
        for n, name in enumerate(NAMES[:tracks], 1)
    )
    return PeerResponse(username, slot, speed, queue, () if locked else files, files if locked else ())


def best(*found: PeerResponse, wanted: Wanted | None = None, **rules: Any) -> list[tuple[str, bool]]:
    """Who, in order, and whether they are accepted; for a track unless said otherwise."""
    asked = wanted or Wanted("Wooden Foxes", "Hollow Engine")
    result = SearchResult("x", "Completed", found)
    return [(each.offer.username, each.accepted) for each in rank(offers(result, asked), asked, Rules(**rules))]


ALBUM = Wanted("Wooden Foxes", album="Polar Tide", track_count=3)
CASES: list[tuple[str, list[PeerResponse], dict[str, Any], list[tuple[str, bool]]]] = [
    ("the format liked best comes first", [peer("a", "mp3", bit_rate=320), peer("b")], {"formats": ("flac", "mp3")},
     [("b", True), ("a", True)]),
    ("a liked format beats a better rate", [peer("a"), peer("b", "mp3", bit_rate=192)], {"formats": ("mp3",)},
     [("b", True), ("a", True)]),
    ("others are left out where only liked ones are wanted", [peer("a"), peer("b", "mp3")],
     {"formats": ("mp3",), "only_formats": True}, [("b", True), ("a", False)]),
    ("the higher rate", [peer("a", "mp3", bit_rate=256), peer("b", "mp3", bit_rate=320)], {}, [("b", True), ("a", True)]),
    ("a low rate is left out, one not told is accepted", [peer("a", "mp3", bit_rate=128), peer("b", "mp3")], {},
     [("b", True), ("a", False)]),
    ("the least rate is enough", [peer("a", "mp3", bit_rate=192)], {}, [("a", True)]),
    ("a low sample rate", [peer("a", sample_rate=44100, bit_depth=16), peer("b", sample_rate=96000, bit_depth=24)],
     {"min_sample_rate": 48000}, [("b", True), ("a", False)]),
    ("a shallow depth", [peer("a", bit_depth=16)], {"min_bit_depth": 24}, [("a", False)]),
    ("a free slot before a better rate", [peer("a", "mp3", bit_rate=320, slot=False, queue=3), peer("b", "mp3", bit_rate=256)],
     {}, [("b", True), ("a", True)]),
    ("nobody without a free slot", [peer("a", slot=False)], {"free_slot_only": True}, [("a", False)]),
    ("a long queue", [peer("a", slot=False, queue=90), peer("b", slot=False, queue=5)], {"max_queue": 50},
     [("b", True), ("a", False)]),
    ("the shorter queue, then the faster", [peer("a", slot=False, queue=9), peer("b", slot=False, queue=2),
     peer("c", slot=False, queue=2, speed=9_000_000)], {}, [("c", True), ("b", True), ("a", True)]),
    ("what is locked", [peer("a", locked=True), peer("b", "mp3", bit_rate=192)], {}, [("b", True), ("a", False)]),
]  # fmt: skip


@pytest.mark.parametrize(("found", "rules", "order"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_track_is_taken_from(found: list[PeerResponse], rules: dict[str, Any], order: list[tuple[str, bool]]) -> None:
    assert best(*found, **rules) == order


def test_a_whole_album_comes_before_half_of_a_better_one_and_says_so() -> None:
    half, whole = peer("half", tracks=2), peer("whole", "mp3", bit_rate=320)
    assert best(half, whole, wanted=ALBUM, formats=("flac",)) == [("whole", True), ("half", True)]
    assert best(half, whole, wanted=ALBUM, complete_only=True) == [("whole", True), ("half", False)]
    other = peer("other", folder="Live in Nowhere")
    assert best(other, half, wanted=ALBUM)[0][0] == "half"
    found = SearchResult("x", "Completed", (half, peer("busy", slot=False, queue=4, bit_depth=16, sample_rate=44100)))
    choices = rank(offers(found, ALBUM), ALBUM, Rules(formats=("flac",), complete_only=True))
    assert choices[0].reasons == (
        "FLAC 16/44.1, the format you like best",
        "all 3 tracks",
        "no free slot, 4 wait there already",
        "1.0 MB/s",
    )
    assert choices[1].reasons[0] == "1 of 3 tracks are missing"


def test_a_track_is_only_what_its_words_say_and_as_long_as_it_should_be() -> None:
    assert best(peer("a"), wanted=Wanted("Wooden Foxes", "Something Else")) == []
    assert best(peer("a"), wanted=Wanted("WOODEN fóxes", "hollow  engine")) == [("a", True)]
    live = best(peer("a", length=400), wanted=Wanted("Wooden Foxes", "Hollow Engine", seconds=181))
    assert live == [("a", False)]


def test_what_is_chosen_has_the_same_tracks_of_the_others_to_go_on_with() -> None:
    found = SearchResult(
        "x",
        "Completed",
        (peer("a"), peer("b", "mp3", bit_rate=320), peer("c", tracks=1), peer("d", "mp3", bit_rate=96)),
    )
    username, files = plan(rank(offers(found, ALBUM), ALBUM, Rules()))
    assert (username, len(files)) == ("a", 3)
    assert [source.username for source in files[0].alternatives] == ["b", "c"], "d is too low, c has one track"
    assert files[1].alternatives == (Source("b", "Music\\Wooden Foxes\\Polar Tide\\02 - Hollow Engine.mp3", 9_000_002),)
    assert plan([]) == ("", [])
