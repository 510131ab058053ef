"""Artists and their releases: how editions are folded, how long what was read is good for, what a refusal costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.errors import UpstreamError
from services.runtime import Runtime
from services.spotify.artists import fold_editions
from services.spotify.facts import group_key
from services.spotify.models import Album
from storage import followed
from storage.instants import instant
from storage.tables import followed_artist
from storage.values import ArtistPreference, ArtistRelease
from tests.upstreams.fixtures_spotify import RunningSpotify

DEBUT: dict[str, Any] = {
    "id": "a", "name": "Début", "album_type": "album", "release_date": "1993-07-05", "total_tracks": 11,
}  # fmt: skip


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ({"id": "b"}, True), ({"name": "DEBUT"}, True), ({"name": "Debut!"}, True), ({"release_date": "1993"}, True),
        ({"name": "Début (Live)"}, False), ({"album_type": "single"}, False), ({"release_date": "1994-07-05"}, False),
        ({"total_tracks": 12}, False), ({"name": "Post"}, False),
    ],
)  # fmt: skip
def test_editions_are_one_release_by_title_type_year_and_tracks(other: dict[str, Any], is_same: bool) -> None:
    first, second = (group_key(Album.model_validate(each)) for each in (DEBUT, DEBUT | other))
    assert (first == second) is is_same


def test_releases_without_a_title_or_written_in_signs_are_not_thrown_together() -> None:
    keys = [
        group_key(Album.model_validate(DEBUT | {"id": n, "name": name}))
        for n, name in enumerate(("", "", "!!!", "???"))
    ]
    assert len(set(keys)) == 4


def release(release_id: str, key: str, gone_at: str | None = None) -> ArtistRelease:
    return ArtistRelease(release_id, release_id, group_key=key, artist_id="ar", gone_at=gone_at)


def test_a_folded_release_keeps_every_id_and_is_gone_only_when_all_are() -> None:
    kept = [release("new", "x"), release("gone", "y", "2026"), release("old", "x", "2026"), release("listed", "y")]
    found = fold_editions(kept, chosen={"old"})
    assert [(each.release.release_id, each.ids, each.selected, each.is_gone) for each in found] == [
        ("new", ("new", "old"), True, False), ("listed", ("listed", "gone"), False, False),
    ]  # fmt: skip
    assert fold_editions([release("gone", "y", "2026")], set())[0].is_gone


async def test_releases_are_asked_for_once_a_day_or_when_told(program: Runtime, spotify: RunningSpotify) -> None:
    user, artist = program.owner.id, sorted(spotify.listener.followed)[0]
    await program.artists.listed(user)
    first = await program.artists.discography(user, artist)
    asked = spotify.asked("GET", "/albums")
    assert first.editions and first.read_at is not None and asked > 0
    assert await program.artists.discography(user, artist) == first and spotify.asked("GET", "/albums") == asked
    await program.artists.discography(user, artist, refresh=True)
    assert spotify.asked("GET", "/albums") == 2 * asked
    async with program.storage.write() as conn:
        yesterday = instant(datetime.now(UTC) - timedelta(hours=25))
        await conn.execute(followed_artist.update().values(releases_at=yesterday))
    await program.artists.discography(user, artist)
    assert spotify.asked("GET", "/albums") == 3 * asked
    kept = [each for pk in await _pks(program) for each in await program.artists.some(user, [pk])]
    assert next(each for each in kept if each.artist_id == artist).release_count == len(first.editions)


async def test_what_is_kept_is_shown_where_spotify_cannot_be_asked_and_choices_stay(
    program: Runtime, spotify: RunningSpotify
) -> None:
    user, artist = program.owner.id, sorted(spotify.listener.followed)[0]
    await program.artists.listed(user)
    spotify.fault("server-error", match="/albums")
    with pytest.raises(UpstreamError):
        await program.artists.discography(user, artist)
    spotify.mend()
    first = await program.artists.discography(user, artist)
    one = first.editions[0]
    await program.preferences.save(user, [ArtistPreference(artist, each, True) for each in one.ids])
    spotify.fault("quota", match="/albums")
    shown = await program.artists.discography(user, artist, refresh=True)
    assert "paused until" in shown.trouble and len(shown.editions) == len(first.editions)
    spotify.listener.followed.discard(artist)
    async with program.storage.write() as conn:
        await followed.keep_releases(conn, user, artist, [])
    gone = await program.artists.kept_discography(user, artist)
    assert next(each for each in gone.editions if each.ids == one.ids).selected and all(
        e.is_gone for e in gone.editions
    )


async def _pks(program: Runtime) -> list[int]:
    from storage.values import ArtistQuery

    return list(await program.artists.order(program.owner.id, ArtistQuery()))
