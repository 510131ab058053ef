"""What is missing: by the contract's identity, by the matching engine, and what the preferences leave out."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from services.autosync.choosing import choose, questions, searched
from services.autosync.comparing import Pages, missing
from services.autosync.wanted import Wish, Wishes
from services.downloads.choice import Rules
from services.matching.music import Track
from services.soulseek.models import PeerResponse, RemoteFile, SearchResult
from storage.values.autosync import Failure, Listed

MINUTES = 200_000


def wish(title: str, artist: str = "The Wooden Foxes", album: str = "Polar Tide", priority: int = 20) -> Wish:
    key = f"{artist}/{title}"
    return Wish(key, key, title, (artist,), album, album, MINUTES, priority)


def held(*pages: list[Track]) -> Pages:
    async def read() -> AsyncGenerator[list[Track]]:
        for page in pages:
            yield page

    return read


async def test_what_is_held_under_another_spelling_is_not_missing_and_another_recording_of_it_is() -> None:
    wanted = [
        wish("Golden Static"),
        wish("Hollow Engine - 2011 Remaster"),
        wish("Hollow Engine"),
        wish("Neon Winter"),
        wish("Neon Winter (Live)"),
        wish("Été"),
    ]
    plex = held(
        [Track("GOLDEN STATIC", ("the wooden foxes ",), "Something Else")],
        [Track("Neon Winter", ("Wooden Foxes, The",), "Polar Tide", duration=MINUTES)],
    )
    beets = held([Track("Ete", ("Wooden Foxes",), "Polar Tide", duration=MINUTES)])
    left = await missing(wanted, [plex, beets])
    assert [each.title for each in left] == ["Hollow Engine - 2011 Remaster", "Neon Winter (Live)"]
    assert await missing(wanted, [plex, beets], [each.track for each in left]) == []


def listed(pk: str, title: str, album_id: str | None = None, playlist: str = "", **how: bool) -> Listed:
    return Listed(
        pk, pk, title, ("", " Wooden Foxes "), "Polar Tide", album_id, None, how.get("is_local", False), playlist
    )


def test_what_stands_in_several_places_is_wanted_once_with_the_higher_priority() -> None:
    wishes = Wishes({"yes": True, "no": False})
    wishes.take(
        [
            listed("1", "Tide", None, "First"),
            listed("2", "tide ", "yes", "Second"),
            listed("3", "TIDE", "yes"),
            listed("4", "Ebb", "no"),
            listed("5", "Flow", "not stored"),
            listed("6", "Own", None, "First", is_local=True),
            listed("7", " "),
        ]
    )
    assert [(each.title, each.artist, each.priority) for each in wishes.all] == [
        ("TIDE", "Wooden Foxes", 20),
        ("Own", "Wooden Foxes", 11),
    ]
    assert wishes.all[0].reason == "saved, in the playlist “First” and 1 more"
    assert wishes.left_out == 2


def found(*files: tuple[str, str, int | None]) -> SearchResult:
    """What these users offer: (user, path, kbit/s)."""
    offered: dict[str, list[RemoteFile]] = {}
    for username, path, rate in files:
        offered.setdefault(username, []).append(RemoteFile(path, 5_000_000, bit_rate=rate, length=MINUTES // 1000))
    responses = tuple(PeerResponse(username, True, 1_000_000, 0, tuple(those)) for username, those in offered.items())
    return SearchResult("", "Completed", responses)


def test_several_tracks_of_an_album_are_one_search_and_the_folder_with_most_of_them_is_taken() -> None:
    album = [wish("Golden Static - Remastered 2011", priority=10), wish("Hollow Engine"), wish("Neon Winter (Live)")]
    single = wish("Alone", album="")
    asked = questions([*album, single])
    assert [each.text for each in asked] == ["The Wooden Foxes Polar Tide", "The Wooden Foxes Alone"]
    folder = "Music\\The Wooden Foxes\\Polar Tide\\"
    answer = found(
        ("poor", f"{folder}01 - Golden Static.mp3", 128),
        ("half", f"{folder}01 - Golden Static.mp3", 320),
        ("both", f"{folder}01 - Golden Static.mp3", 256),
        ("both", f"{folder}02 - Hollow Engine.mp3", 256),
        ("both", f"{folder}03 - Neon Winter.mp3", 256),
    )
    came = choose(asked[0], answer, Rules(min_bit_rate=192))
    assert came.username == "both"
    names = {key: file.filename.rpartition("\\")[2] for key, file in came.files.items()}
    assert names == {album[0].key: "01 - Golden Static.mp3", album[1].key: "02 - Hollow Engine.mp3"}
    assert [each.username for each in came.files[album[0].key].alternatives] == ["half"]
    assert came.failed == {}, "the live version is looked for by itself"


def test_a_track_that_is_there_below_the_least_bit_rate_only_is_told_from_one_that_nobody_has() -> None:
    (asked,) = questions([wish("Alone (feat. Somebody) - Remastered 2009")])
    assert asked.text == "The Wooden Foxes Alone"
    poor = found(("poor", "x\\The Wooden Foxes - Alone.mp3", 128))
    assert choose(asked, poor, Rules()).failed == {asked.wishes[0].key: Failure.QUALITY}
    live = found(("other", "x\\The Wooden Foxes - Alone (Live).mp3", 320))
    assert choose(asked, live, Rules()).failed == {asked.wishes[0].key: Failure.NO_RESULTS}
    assert searched("Alone (Live) [Deluxe Edition]") == "Alone (Live)"
