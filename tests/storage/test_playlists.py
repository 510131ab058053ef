"""Playlists, saved tracks, followed artists and choices on both engines: what is kept, in which order, what stays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from storage import artist_preferences, followed, playlist_items, playlists, saved_tracks, setting_changes
from storage.engine import Storage
from storage.values import (
    ArtistPreference,
    ArtistQuery,
    ArtistSort,
    Changes,
    ItemKind,
    ItemQuery,
    ItemsState,
    NewArtist,
    NewItem,
    NewPlaylist,
    NewRelease,
    Playable,
    Playlist,
    PlaylistQuery,
    PlaylistSort,
    SavedTrack,
    User,
    UserId,
)

OTHER = UserId("0c6f0000-0000-4000-8000-000000000002")
EARLY, LATE, LATER = (f"2026-01-0{day}T00:00:00.000000+00:00" for day in (1, 2, 3))
QUICK = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def track(letter: str, **facts: object) -> NewItem:
    playable = Playable(
        f"spotify:track:{letter}", letter, f"Song {letter}", ("Björk", "Guest"), "Début", "al1", 201_000
    )
    return NewItem(replace(playable, **facts), added_at=EARLY)  # pyright: ignore[reportArgumentType]


def listed(playlist_id: str, snapshot: str = "s1", **facts: object) -> NewPlaylist:
    made = NewPlaylist(
        playlist_id, f"List {playlist_id}", owner_name="Ann", is_own=True, is_editable=True, snapshot_id=snapshot
    )
    return replace(made, **facts)  # pyright: ignore[reportArgumentType]


async def kept(storage: Storage, user_id: UserId, letters: str) -> Playlist:
    """A playlist ``p`` that holds these tracks."""
    async with storage.write() as conn:
        await playlists.keep_listed(conn, user_id, [listed("p", track_count=len(letters))])
        held = await playlists.get(conn, user_id, "p")
        assert held is not None
        await playlist_items.replace(conn, held.pk, [track(letter) for letter in letters], "s1")
        again = await playlists.get(conn, user_id, "p")
    assert again is not None
    return again


async def letters(storage: Storage, held: Playlist) -> str:
    """The tracks of a playlist in order; their positions are checked on the way."""
    async with storage.read() as conn:
        found = await playlist_items.page(conn, held.pk, limit=None, offset=0)
        keys = await playlist_items.order(conn, ItemQuery(held.pk))
        now = await playlists.get(conn, held_user(held), held.playlist_id)
    assert [each.position for each in found] == list(range(len(found)))
    assert list(keys) == [each.pk for each in found]
    assert now is not None and now.track_count == len(found) and now.is_current
    return "".join(each.playable.track_id or "?" for each in found)


_USERS: dict[int, UserId] = {}


def held_user(held: Playlist) -> UserId:
    return _USERS[held.pk]


@pytest.fixture
async def abc(storage: Storage, owner: User) -> Playlist:
    held = await kept(storage, owner.id, "abcdef")
    _USERS[held.pk] = owner.id
    return held


async def test_a_playlist_comes_out_as_it_went_in(storage: Storage, owner: User) -> None:
    told = NewPlaylist(
        "p", "[b]Zoë[/b]\x00", 3, "a & b", "ann", "Ann", True, True, True, None, "snap", "http://i", 7
    )  # fmt: skip
    items = [
        track("a"),
        NewItem(Playable(), ItemKind.VANISHED),
        NewItem(Playable("spotify:local:X:Y:Z:1", name="Z"), added_at=None, is_local=True),
        NewItem(Playable("spotify:episode:e", "e", "Talk", ("Show",)), ItemKind.EPISODE),
    ]
    async with storage.write() as conn:
        assert await playlists.keep_listed(conn, owner.id, [told]) == Changes(1)
        held = await playlists.get(conn, owner.id, "p")
        assert held is not None and held.items_state is ItemsState.UNREAD and not held.is_current
        await playlist_items.replace(conn, held.pk, items, "snap")
        found = await playlist_items.page(conn, held.pk, limit=None, offset=0)
        held = await playlists.get(conn, owner.id, "p")
    assert held is not None and held.is_current and held.track_count == 4
    assert (held.name, held.public, held.position) == ("[b]Zoë[/b]", None, 7)
    assert [NewItem(each.playable, each.kind, each.added_at, each.is_local) for each in found] == items


async def test_only_what_differs_counts_as_updated_and_what_vanished_stays_listed(
    storage: Storage, owner: User
) -> None:
    async with storage.write() as conn:
        await playlists.keep_listed(conn, owner.id, [listed("a"), listed("b")])
        before = {each.playlist_id: each.updated_at for each in await playlists.every(conn, owner.id)}
        again = [listed("a", position=1, image_url="http://new"), listed("b", "s2", position=0)]
        assert await playlists.keep_listed(conn, owner.id, again) == Changes(0, 1)
        assert [each.playlist_id for each in await playlists.every(conn, owner.id)] == ["b", "a"]
        assert (await playlists.every(conn, owner.id))[1].updated_at == before["a"]
        assert await playlists.mark_unlisted_removed(conn, owner.id, ["b"]) == 1
        assert await playlists.mark_unlisted_removed(conn, owner.id, ["b"]) == 0
        assert [each.playlist_id for each in await playlists.every(conn, owner.id)] == ["a", "b"]
        assert await playlists.count(conn, owner.id) == 1
        assert await playlists.keep_listed(conn, owner.id, [listed("a")]) == Changes(0, 1)
        back = await playlists.get(conn, owner.id, "a")
    assert back is not None and back.removed_at is None


async def test_only_playlists_whose_snapshot_is_another_are_read_again(storage: Storage, owner: User) -> None:
    async with storage.write() as conn:
        await playlists.keep_listed(conn, owner.id, [listed("a"), listed("b"), listed("c", "")])
        for each in await playlists.stale(conn, owner.id):
            await playlist_items.replace(conn, each.pk, [], each.snapshot_id)
        assert [each.playlist_id for each in await playlists.stale(conn, owner.id)] == ["c"], "it has no snapshot"
        await playlists.keep_listed(conn, owner.id, [listed("a", "s2")])
        assert {each.playlist_id for each in await playlists.stale(conn, owner.id)} == {"a", "c"}
        await playlists.mark_unlisted_removed(conn, owner.id, ["a", "b"])
        assert {each.playlist_id for each in await playlists.stale(conn, owner.id)} == {"a"}


@pytest.mark.parametrize("by", PlaylistSort)
async def test_playlists_are_sorted_and_filtered(storage: Storage, owner: User, by: PlaylistSort) -> None:
    told = [
        listed("a", name="Zebra", track_count=1, owner_name="Bob", position=2),
        listed("b", name="élan vital", track_count=3, owner_name="", position=0),
        listed("c", name="The Middle", track_count=2, owner_name="Ann", position=1),
    ]
    expected = {"listed": "bca", "name": "bca", "tracks": "acb", "owner": "cab", "updated": "abc"}[by.value]
    async with storage.write() as conn:
        for each in told:
            await playlists.keep_listed(conn, owner.id, [each])
        pks = await playlists.order(conn, owner.id, PlaylistQuery(sort_by=by))
        assert "".join(each.playlist_id for each in await playlists.some(conn, owner.id, pks)) == expected
        assert await playlists.order(conn, OTHER, PlaylistQuery()) == type(pks)("q")
        found = await playlists.order(conn, owner.id, PlaylistQuery("ELAN vi"))
        assert [each.playlist_id for each in await playlists.some(conn, owner.id, found)] == ["b"]
        assert await playlists.some(conn, OTHER, found) == []


@QUICK
@given(data=st.data())
async def test_what_was_written_on_spotify_is_followed_position_by_position(
    storage: Storage, owner: User, data: st.DataObject
) -> None:
    model = data.draw(st.lists(st.sampled_from("abcde"), max_size=8))
    held = await kept(storage, owner.id, "".join(model))
    _USERS[held.pk] = owner.id
    for step in range(data.draw(st.integers(1, 5))):
        snapshot = f"x{step}"
        async with storage.write() as conn:
            match data.draw(st.sampled_from(["add", "remove", "move"])):
                case "add":
                    at = data.draw(st.integers(0, len(model)))
                    new = data.draw(st.lists(st.sampled_from("abcde"), min_size=1, max_size=3))
                    await playlist_items.add(conn, held.pk, [track(each) for each in new], at, snapshot)
                    model[at:at] = new
                case "remove":
                    gone = data.draw(st.lists(st.sampled_from("abcde"), min_size=1, max_size=2, unique=True))
                    uris = [f"spotify:track:{each}" for each in gone]
                    count = sum(each in gone for each in model)
                    assert sum((await playlist_items.occurrences(conn, held.pk, uris)).values()) == count
                    assert await playlist_items.remove(conn, held.pk, uris, snapshot) == count
                    model = [each for each in model if each not in gone]
                case _:
                    if not model:
                        continue
                    start = data.draw(st.integers(0, len(model) - 1))
                    length = data.draw(st.integers(1, len(model) - start))
                    before = data.draw(st.integers(0, len(model)))
                    await playlist_items.move(conn, held.pk, start, before, length, snapshot)
                    block, rest = model[start : start + length], model[:start] + model[start + length :]
                    if not start <= before <= start + length:
                        at = before if before < start else before - length
                        rest[at:at] = block
                        model = rest
            await conn.execute(text("UPDATE playlist SET items_snapshot = snapshot_id"))
        assert await letters(storage, held) == "".join(model)


@pytest.mark.parametrize(
    ("start", "before", "length", "then"),
    [(3, 1, 2, "adebcf"), (1, 5, 2, "adebcf"), (0, 6, 3, "defabc"), (4, 0, 2, "efabcd"), (2, 3, 2, "abcdef")],
)
async def test_a_block_is_moved(
    storage: Storage, abc: Playlist, start: int, before: int, length: int, then: str
) -> None:
    async with storage.write() as conn:
        await playlist_items.move(conn, abc.pk, start, before, length, "s1")
    assert await letters(storage, abc) == then


async def test_an_item_keeps_its_key_when_it_is_moved(storage: Storage, abc: Playlist) -> None:
    async with storage.write() as conn:
        before = {
            each.playable.track_id: each.pk for each in await playlist_items.page(conn, abc.pk, limit=9, offset=0)
        }
        await playlist_items.move(conn, abc.pk, 0, 3, 2, "s2")
        after = {each.playable.track_id: each.pk for each in await playlist_items.page(conn, abc.pk, limit=9, offset=0)}
    assert before == after
    assert await letters(storage, abc) == "cabdef"


async def test_items_are_found_by_title_artist_and_album(storage: Storage, abc: Playlist) -> None:
    async with storage.read() as conn:
        assert len(await playlist_items.order(conn, ItemQuery(abc.pk, "bjork deb"))) == 6
        one = await playlist_items.order(conn, ItemQuery(abc.pk, "song c"))
        found = await playlist_items.some(conn, abc.pk, one)
        assert [each.playable.track_id for each in found] == ["c"]
        assert await playlist_items.some(conn, abc.pk + 1, one) == []
        assert len(await playlist_items.order(conn, ItemQuery(abc.pk, "%"))) == 0


async def test_a_playlist_that_is_not_shown_keeps_what_was_known_of_it(storage: Storage, abc: Playlist) -> None:
    async with storage.write() as conn:
        await playlist_items.note_not_accessible(conn, abc.pk)
        held = await playlists.get(conn, held_user(abc), "p")
    assert held is not None and held.items_state is ItemsState.NOT_ACCESSIBLE and not held.is_current
    assert held.track_count == 6 and held.items_checked_at is not None


# -- saved tracks ---------------------------------------------------------------------------------------------------


async def test_saved_tracks_come_newest_first_and_what_was_taken_out_is_marked(storage: Storage, owner: User) -> None:
    a, b, c = (SavedTrack(track(each).playable, at) for each, at in zip("abc", (EARLY, LATE, LATER), strict=True))
    nameless = SavedTrack(Playable("spotify:local:x"), EARLY)
    async with storage.write() as conn:
        assert await saved_tracks.keep(conn, owner.id, [a, b, nameless], seen_at=EARLY) == Changes(2)
        assert await saved_tracks.known(conn, owner.id, [c, b])
        assert not await saved_tracks.known(conn, owner.id, [c, replace(b, added_at=LATER)])
        assert await saved_tracks.keep(conn, owner.id, [c, b], seen_at=LATER) == Changes(1)
        found = await saved_tracks.page(conn, owner.id, limit=2, offset=0)
        assert [each.playable.track_id for each in found] == ["c", "b"] and found[0] == c
        assert await saved_tracks.mark_unseen_removed(conn, owner.id, LATER) == 1
        assert not await saved_tracks.known(conn, owner.id, [a]), "it is not saved any more"
        assert await saved_tracks.count(conn, owner.id) == 2
        assert await saved_tracks.remove(conn, owner.id, ["b", "zz"]) == 1
        assert not await saved_tracks.keep(conn, owner.id, [b], seen_at=LATER), "the removal here is newer"
        assert await saved_tracks.keep(conn, owner.id, [b], seen_at="9") == Changes(1)
        assert await saved_tracks.count(conn, OTHER) == 0


# -- artists --------------------------------------------------------------------------------------------------------


def release(release_id: str, key: str = "", released: str = "1993-07-05") -> NewRelease:
    return NewRelease(
        release_id, f"Title {release_id}", "album", released, "day", 11, None, ("Björk",), key or release_id
    )


async def test_every_release_id_is_kept_and_counted_once_per_edition(storage: Storage, owner: User) -> None:
    async with storage.write() as conn:
        assert await followed.keep(conn, owner.id, [NewArtist("ar1", "Björk")]) == Changes(1)
        editions = [release("r1", "debut"), release("r2", "debut"), release("r3", released="2001-08-27")]
        assert await followed.keep_releases(conn, owner.id, "ar1", editions) == Changes(3)
        artist = await followed.get(conn, owner.id, "ar1")
        assert artist is not None and (artist.release_count, artist.newest_release) == (2, "2001-08-27")
        found = await followed.releases(conn, owner.id, "ar1")
        assert [each.release_id for each in found] == ["r3", "r1", "r2"] and found[0].artists == ("Björk",)
        await artist_preferences.put(conn, owner.id, [ArtistPreference("ar1", "r3", True)])
        assert await followed.keep_releases(conn, owner.id, "ar1", editions[:2]) == Changes(0, 0, 1)
        gone = next(each for each in await followed.releases(conn, owner.id, "ar1") if each.release_id == "r3")
        assert gone.gone_at is not None
        assert await artist_preferences.of_artist(conn, owner.id, "ar1") == [ArtistPreference("ar1", "r3", True)]
        artist = await followed.get(conn, owner.id, "ar1")
        assert artist is not None and (artist.release_count, artist.newest_release, artist.chosen) == (
            1, "1993-07-05", 1,
        )  # fmt: skip
        assert await followed.keep_releases(conn, owner.id, "ar1", editions) == Changes(1)


@pytest.mark.parametrize(
    ("by", "descending", "expected"),
    [
        (ArtistSort.NAME, False, "bca"), (ArtistSort.NAME, True, "acb"), (ArtistSort.RELEASES, True, "abc"),
        (ArtistSort.NEWEST, True, "bac"), (ArtistSort.FOLLOWED, False, "abc"),
    ],
)  # fmt: skip
async def test_artists_are_sorted_and_what_is_unknown_comes_last(
    storage: Storage, owner: User, by: ArtistSort, descending: bool, expected: str
) -> None:
    async with storage.write() as conn:
        for each in (NewArtist("a", "Zebra"), NewArtist("b", "Ångström"), NewArtist("c", "The Dockers")):
            await followed.keep(conn, owner.id, [each])
        await followed.keep_releases(conn, owner.id, "a", [release("1"), release("2")])
        await followed.keep_releases(conn, owner.id, "b", [release("3", released="2020")])
        pks = await followed.order(conn, owner.id, ArtistQuery(sort_by=by, descending=descending))
        assert "".join(each.artist_id for each in await followed.some(conn, owner.id, pks)) == expected
        found = await followed.order(conn, owner.id, ArtistQuery("ANGS"))
        assert [each.artist_id for each in await followed.some(conn, owner.id, found)] == ["b"]
        assert await followed.mark_unlisted_removed(conn, owner.id, ["a", "b"]) == 1
        assert await followed.count(conn, owner.id) == 2 == len(await followed.order(conn, owner.id, ArtistQuery()))
        assert await followed.keep(conn, owner.id, [NewArtist("c", "The Dockers")]) == Changes(1)


# -- choices and settings -------------------------------------------------------------------------------------------


async def test_preferences_are_merged_the_first_of_a_pair_counts_and_an_empty_list_is_a_clear(
    storage: Storage, owner: User
) -> None:
    async with storage.write() as conn:
        await artist_preferences.put(
            conn,
            owner.id,
            [ArtistPreference("b", "1", True), ArtistPreference("a", "2", False), ArtistPreference("b", "1", False)],
        )
        await artist_preferences.put(conn, owner.id, [ArtistPreference("a", "1", True)])
        assert await artist_preferences.every(conn, owner.id) == [
            ArtistPreference("a", "1", True), ArtistPreference("a", "2", False), ArtistPreference("b", "1", True),
        ]  # fmt: skip
        assert await artist_preferences.every(conn, OTHER) == []
        await artist_preferences.clear(conn, owner.id)
        assert await artist_preferences.every(conn, owner.id) == []


async def test_the_history_tells_every_change_newest_first(storage: Storage, owner: User) -> None:
    async with storage.write() as conn:
        assert await setting_changes.every(conn, owner.id) == ({}, None)
        for value in ("light", "dark", "dark", None):
            await setting_changes.put(conn, owner.id, "theme", value)
        values, updated_at = await setting_changes.every(conn, owner.id)
        told = await setting_changes.newest(conn, owner.id, 3)
    assert values == {"theme": None} and updated_at is not None
    assert [(each.old_value, each.new_value) for each in told] == [("dark", None), ("dark", "dark"), ("light", "dark")]
