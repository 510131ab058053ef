"""Artists who are watched: what comes out afterwards is told once, by either service, and nobody is asked twice a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from services.demo.catalogue import Pressing
from services.demo.spotify.catalogue import Album
from services.errors import Conflict, NotFound
from services.wishes.watched import ONCE
from storage import activity
from storage.instants import instant
from storage.tables.wishes import watched_artist
from tests.services.wishes.conftest import Ground
from tests.upstreams.fixtures import RunningDiscogs

THIS_YEAR = datetime.now(UTC).year


def press(discogs: RunningDiscogs, artist_id: int, title: str, year: int) -> int:
    """A release of the artist comes out on the simulated Discogs; its number."""
    catalogue = discogs.world.catalogue
    model = catalogue.by_artist[artist_id][0]
    number = max(catalogue.pressings) + 1
    summary = model.summary | {"id": number, "title": title, "year": year, "master_id": 0}
    pressing = Pressing(summary, model.artists_sort)
    catalogue.pressings[number] = pressing
    catalogue.by_artist[artist_id].append(pressing)
    return number


async def a_day_later(ground: Ground) -> None:
    """Let a day pass and look again."""
    runtime = ground.runtime
    before = instant(datetime.now(UTC) - ONCE - timedelta(hours=3))
    async with runtime.storage.write() as conn:
        await conn.execute(update(watched_artist).values(discogs_at=before, spotify_at=before))
    await runtime.jobs.start("watch", runtime.user.id)
    await ground.settled("watch")


async def test_a_new_release_is_told_once_by_whoever_lists_it_first(ground: Ground) -> None:
    runtime, watched, user = ground.runtime, ground.runtime.watched, ground.runtime.user.id
    name = next(iter(ground.discogs.world.catalogue.artists.values()))
    spotify_artist = ground.spotify.world.catalogue.artists[sorted(ground.spotify.listener.followed)[0]]
    kept, is_new = await watched.add(user, name.name, discogs_id=name.id)
    assert is_new and not (await watched.add(user, name.name, discogs_id=name.id))[1]
    await ground.settled("watch")
    both, is_new = await watched.add(user, name.name.upper(), spotify_id=spotify_artist.id)
    assert (both.pk, is_new, both.discogs_id) == (kept.pk, False, name.id), "one artist, known to both"
    await ground.settled("watch")
    assert await watched.releases(user) == ([], 0), "what was out before is not told"
    asked = ground.discogs.asked("GET", "/artists/")
    await runtime.jobs.start("watch", user)
    await ground.settled("watch")
    assert ground.discogs.asked("GET", "/artists/") == asked == 1, "once a day"

    number = press(ground.discogs, name.id, "Lamps Of Winter", THIS_YEAR)
    press(ground.discogs, name.id, "A Forgotten Single", 1971)
    await a_day_later(ground)
    (told,), total = await watched.releases(user)
    assert (told.title, told.release_id, told.source, total) == ("Lamps Of Winter", number, "discogs", 1)
    catalogue = ground.spotify.world.catalogue
    for id, title in (("lampsofwinter000000001", "Lamps of Winter"), ("paperbells0000000000001"[:22], "Paper Bells")):
        catalogue.albums_of[spotify_artist.id].append(
            Album(id, title, "album", (spotify_artist,), f"{THIS_YEAR}-03-01", 9)
        )
    await a_day_later(ground)
    await a_day_later(ground)
    found, _ = await watched.releases(user)
    assert [(each.title, each.source) for each in found] == [("Paper Bells", "spotify"), ("Lamps Of Winter", "discogs")]
    assert found[1].spotify_id == "lampsofwinter000000001", "Spotify's id is kept beside the release that was told"
    async with runtime.storage.read() as conn:
        feed = [each for each in await activity.newest(conn, user, 50, type="sync") if each.status == "new_releases"]
    assert [(each.details["titles"], each.details["releases"]) for each in feed] == [
        ([f"Paper Bells ({THIS_YEAR})"], 1), ([f"Lamps Of Winter ({THIS_YEAR})"], 1),
    ]  # fmt: skip

    with pytest.raises(Conflict, match="does not list it"):
        await watched.want(user, found[0].pk)
    await watched.ignore(user, found[0].pk)
    ground.discogs.world.wants.clear()
    await watched.want(user, found[1].pk)
    assert set(ground.discogs.world.wants) == {number}
    assert (await watched.releases(user))[1] == 0 and (await watched.releases(user, settled=True))[1] == 2


async def test_a_service_that_fails_costs_the_other_nothing_and_a_name_must_be_known(ground: Ground) -> None:
    watched, user = ground.runtime.watched, ground.runtime.user.id
    with pytest.raises(NotFound, match="Neither"):
        await watched.add(user, "Nobody Known")
    spotify_artist = ground.spotify.world.catalogue.artists[sorted(ground.spotify.listener.followed)[0]]
    await ground.runtime.artists.listed(user)
    followed, _ = await watched.add(user, spotify_artist.name.lower())
    assert followed.spotify_id == spotify_artist.id
    await watched.add(user, spotify_artist.name, discogs_id=4711)  # which Discogs does not have
    await ground.settled("watch")
    (artist,) = await watched.artists(user)
    assert artist.spotify_at is not None and artist.discogs_at is None and "4711" in (artist.trouble or "")
    await watched.remove(user, artist.pk)
    assert await watched.artists(user) == []
