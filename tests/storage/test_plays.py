"""Plays on both engines: what is stored of what is told, how it is listed, what it adds up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text

from storage import play_intake, play_statistics, play_syncs, play_tracks, plays, records
from storage.engine import Storage
from storage.play_names import track_key
from storage.tables.plays import played_track
from storage.values import NewRecord, RecordFacts, User
from storage.values.plays import (
    Heard,
    Offset,
    PlayedAlbum,
    PlayedArtist,
    PlayedTrack,
    PlayQuery,
    PlaySource,
    PlaysStored,
    TopKind,
)

API, EXPORT, ACCOUNT = PlaySource.API, PlaySource.EXPORT, PlaySource.ACCOUNT
HOUR = 3_600_000
NOON = int(datetime(2026, 9, 14, 12, tzinfo=UTC).timestamp() * 1000)
TAPE = PlayedTrack(
    "Bandlauf",
    (PlayedArtist("Kessler Tape Unit", "artist-1"), PlayedArtist("Édith Förster", "artist-2")),
    API,
    "track-1",
    PlayedAlbum("Magnetband (Remastered 2011)", "Kessler Tape Unit", "album-1"),
    400_000,
    isrc="DEXXX1600003",
)
LIGHT = replace(TAPE, name="Café Lumière", spotify_id="track-2", duration_ms=180_000)
EXPORTED = PlayedTrack("Bandlauf", (PlayedArtist("Kessler Tape Unit"),), EXPORT, "track-1")
NAMED = PlayedTrack("BANDLAUF", (PlayedArtist("Kessler Tape Unit"),), ACCOUNT)


def heard(track: PlayedTrack, at: int, ms: int | None = None, *, counted: bool = True) -> Heard:
    return Heard(track_key(track), at, track.source, ms, counted=counted)


async def store(storage: Storage, user: User, *told: tuple[PlayedTrack, Heard]) -> PlaysStored:
    async with storage.write() as conn:
        kept = await play_tracks.keep(conn, [play_tracks.prepared(track) for track, _ in told])
        return await play_intake.add(conn, user.id, [each for _, each in told], kept)


async def play_all(storage: Storage, user: User, told: Sequence[tuple[PlayedTrack, int, int | None]]) -> PlaysStored:
    return await store(storage, user, *((track, heard(track, at, ms)) for track, at, ms in told))


async def shown(storage: Storage, user: User, query: PlayQuery | None = None) -> list[tuple[str, int, str, int | None]]:
    async with storage.read() as conn:
        found = await plays.page(conn, user.id, query or PlayQuery(), limit=100)
        assert await plays.order(conn, user.id, query or PlayQuery()) == type(
            await plays.order(conn, user.id, PlayQuery())
        )("q", [each.pk for each in found])
    return [(each.name, each.played_at, str(each.source), each.ms_played) for each in found]


async def test_plays_told_again_are_stored_once_with_all_their_artists(storage: Storage, owner: User):
    told = [(TAPE, NOON, None), (LIGHT, NOON + 1000, None), (TAPE, NOON, None)]
    assert await play_all(storage, owner, told) == PlaysStored(new=2, known=1)
    assert await play_all(storage, owner, told) == PlaysStored(known=3)
    async with storage.read() as conn:
        newest, _ = await plays.page(conn, owner.id, PlayQuery(), limit=9)
    assert (newest.name, newest.artists, newest.album) == (
        "Café Lumière",
        "Kessler Tape Unit, Édith Förster",
        "Magnetband (Remastered 2011)",
    )


async def test_two_tracks_may_share_an_instant(storage: Storage, owner: User):
    assert (await play_all(storage, owner, [(TAPE, NOON, None), (LIGHT, NOON, None)])).new == 2


async def test_a_track_whose_artist_has_no_id_survives(storage: Storage, owner: User):
    local = replace(TAPE, artists=(PlayedArtist("Nobody"), PlayedArtist("Somebody", "artist-9")), spotify_id=None)
    assert (await play_all(storage, owner, [(local, NOON, None)])).new == 1
    async with storage.read() as conn:
        (play,) = await plays.page(conn, owner.id, PlayQuery(), limit=9)
    assert (play.artists, play.spotify_id) == ("Nobody, Somebody", None)


async def test_nobodys_silence_takes_away_a_name_and_only_what_differs_is_written(storage: Storage, owner: User):
    async def row() -> tuple[str, str, str]:
        async with storage.read() as conn:
            asked = select(played_track.c.name, played_track.c.artist_name, played_track.c.updated_at)
            name, artist, at = (await conn.execute(asked)).one()
        return name, artist, at

    await play_all(storage, owner, [(TAPE, NOON, None)])
    before = await row()
    await play_all(storage, owner, [(TAPE, NOON, None), (replace(TAPE, name="", artists=()), NOON + 1, None)])
    await play_all(storage, owner, [(replace(EXPORTED, name="Other"), NOON + 2, 40_000)])
    assert await row() == before
    await play_all(storage, owner, [(replace(TAPE, name="Bandlauf II"), NOON, None)])
    assert (await row())[0] == "Bandlauf II"


@pytest.mark.parametrize("polled_first", [True, False])
async def test_a_polled_play_and_its_export_row_are_one_whichever_comes_first(
    storage: Storage, owner: User, polled_first: bool
):
    polled, exported = [(TAPE, NOON + 530, None)], [(EXPORTED, NOON, 400_000), (EXPORTED, NOON - 400_000, 400_000)]
    first, second = (polled, exported) if polled_first else (exported, polled)
    await play_all(storage, owner, first)
    stored = await play_all(storage, owner, second)
    assert stored.merged == 1
    expected = [("Bandlauf", NOON + 530, "api", 400_000), ("Bandlauf", NOON - 400_000, "export", 400_000)]
    assert await shown(storage, owner) == expected
    assert await play_all(storage, owner, [*polled]) == PlaysStored(known=1)
    assert (await play_all(storage, owner, exported)) == PlaysStored(known=2)
    assert await shown(storage, owner) == expected


async def test_account_data_without_ids_joins_what_is_known_by_its_names(storage: Storage, owner: User):
    await play_all(storage, owner, [(NAMED, NOON - 30_000, 400_000), (NAMED, NOON + HOUR, 100_000)])
    await play_all(storage, owner, [(EXPORTED, NOON, 400_000)])
    await play_all(storage, owner, [(TAPE, NOON + 900, None)])
    await play_all(storage, owner, [(NAMED, NOON - 30_000, 400_000)])
    assert await shown(storage, owner) == [
        ("BANDLAUF", NOON + HOUR, "account", 100_000),
        ("Bandlauf", NOON + 900, "api", 400_000),
    ]


async def test_what_was_heard_too_short_is_no_play_but_kept(storage: Storage, owner: User):
    await store(storage, owner, (EXPORTED, heard(EXPORTED, NOON, 9000, counted=False)))
    assert await shown(storage, owner) == []


async def test_pages_go_on_behind_the_last_and_words_find_folded_names(storage: Storage, owner: User):
    await play_all(storage, owner, [(LIGHT if n % 3 == 0 else TAPE, NOON + n * 1000, None) for n in range(9)])
    async with storage.read() as conn:
        first = await plays.page(conn, owner.id, PlayQuery(), limit=4)
        after = (first[-1].played_at, first[-1].pk)
        rest = await plays.page(conn, owner.id, PlayQuery(), limit=9, after=after)
        assert [each.played_at for each in (*first, *rest)] == [NOON + n * 1000 for n in range(8, -1, -1)]
        assert [each.pk for each in await plays.some(conn, owner.id, [rest[0].pk, first[0].pk, 10**9])] == [
            rest[0].pk,
            first[0].pk,
        ]
    assert len(await shown(storage, owner, PlayQuery(text="cafe lum"))) == 3
    assert len(await shown(storage, owner, PlayQuery(text="EDITH"))) == 9
    assert len(await shown(storage, owner, PlayQuery(since=NOON + 8000, descending=False))) == 1


async def test_tops_count_plays_and_the_time_they_took(storage: Storage, owner: User):
    other = replace(EXPORTED, spotify_id="track-1-relinked", source=EXPORT)
    told = [(TAPE, NOON, None), (other, NOON + HOUR, 100_000), (LIGHT, NOON + 2 * HOUR, None)]
    await play_all(storage, owner, told)
    async with storage.read() as conn:
        tracks = await play_statistics.top(conn, owner.id, TopKind.TRACKS)
        albums = await play_statistics.top(conn, owner.id, TopKind.ALBUMS, since=NOON + 1)
        artists = await play_statistics.top(conn, owner.id, TopKind.ARTISTS)
    assert [(each.name, each.plays, each.ms) for each in tracks] == [
        ("Bandlauf", 2, 500_000),
        ("Café Lumière", 1, 180_000),
    ]
    assert [(each.name, each.plays) for each in albums] == [("Magnetband (Remastered 2011)", 1)]
    assert [(each.name, each.plays, each.ms) for each in artists] == [("Kessler Tape Unit", 3, 680_000)]


async def test_what_is_owned_as_a_record_is_not_among_what_is_not(storage: Storage, owner: User):
    other = replace(LIGHT, album=PlayedAlbum("Rückspiegel", "Kessler Tape Unit", "album-2"))
    await play_all(storage, owner, [(track, NOON + n * HOUR, None) for n in range(3) for track in (TAPE, other)])
    async with storage.write() as conn:
        owned = RecordFacts(artist_name="The Kessler Tape Unit", album_title="MAGNETBAND")
        await records.add_many(conn, owner.id, [NewRecord(owned, "manual")])
        found = await play_statistics.not_owned(conn, owner.id, least=3)
        assert [each.name for each in found] == ["Rückspiegel"]
        assert await play_statistics.not_owned(conn, owner.id, least=4) == []


async def test_the_rhythm_is_that_of_local_time_across_a_change_of_the_clocks(storage: Storage, owner: User):
    spring = int(datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp() * 1000)
    await play_all(storage, owner, [(TAPE, spring - HOUR, None), (TAPE, spring + 22 * HOUR, None)])
    async with storage.read() as conn:
        found = await play_statistics.rhythm(conn, owner.id, [Offset(0, HOUR), Offset(spring, 2 * HOUR)])
    assert [(each.day, each.plays, each.ms) for each in found.days] == [
        (date(2026, 3, 29), 1, 400_000),
        (date(2026, 3, 30), 1, 400_000),
    ]
    assert (found.by_hour[1], sum(found.by_hour)) == (2, 2)
    assert found.by_weekday == (1, 0, 0, 0, 0, 0, 1)
    assert found.by_month == [(date(2026, 3, 1), 2)]


async def test_who_was_asked_longest_ago_comes_first_and_gaps_are_closed_by_what_covers_them(
    storage: Storage, owner: User
):
    async with storage.write() as conn:
        await play_syncs.begin(conn, owner.id)
        await play_syncs.failed(conn, owner.id, "No Spotify tokens available")
        stranger = type(owner.id)("nobody")
        assert await play_syncs.by_last_attempt(conn, [owner.id, stranger]) == [stranger, owner.id]
        state = await play_syncs.get(conn, owner.id)
        assert state is not None
        assert (state.synced_at, state.error) == (None, "No Spotify tokens available")
        await play_syncs.add_gap(conn, owner.id, NOON, NOON + HOUR)
        assert await play_syncs.close_gaps(conn, owner.id, NOON + 1, NOON + HOUR) == 0
        assert await play_syncs.close_gaps(conn, owner.id, NOON, NOON + HOUR) == 1
        assert await play_syncs.gaps(conn, owner.id) == []


@pytest.mark.parametrize("library_url", ["sqlite"], indirect=True)
async def test_timeline_and_tops_are_read_out_of_their_indexes(storage: Storage, owner: User):
    async with storage.read() as conn:
        asked = (
            select(plays.play.c.id).where(*plays.where(owner.id, PlayQuery())).order_by(plays.play.c.played_at.desc())
        )
        plain = str(asked.compile(dialect=conn.dialect, compile_kwargs={"literal_binds": True}))
        told = " ".join(row[3] for row in (await conn.execute(text(f"EXPLAIN QUERY PLAN {plain}"))).all())
    assert "COVERING INDEX ix_play_timeline" in told
    assert "TEMP B-TREE" not in told
