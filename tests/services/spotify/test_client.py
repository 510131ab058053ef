"""The Web API as a row of methods, asked of the simulated Spotify."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

import pytest

from services.errors import InvalidInput, UpstreamError
from services.runtime import Runtime
from services.spotify.client import SpotifyClient, spotify_id
from tests.services.spotify.conftest import Opens
from tests.upstreams.fixtures_spotify import RunningSpotify, simulated_spotify


async def _client(program: Runtime) -> SpotifyClient:
    return await program.spotify.client(program.owner.id)


async def test_everything_that_is_read_can_be_read(program: Runtime, spotify: RunningSpotify) -> None:
    client = await _client(program)
    assert (await client.profile()).id == spotify.listener.id
    recent = await client.recently_played()
    assert len(recent.items) == 50 and recent.items[0].track and recent.items[0].played_at
    artists = await client.followed_artists()
    assert artists.items and artists.items[0]
    releases = await client.artist_releases(artists.items[0].id)
    assert releases.limit == 10 and all(album and album.name for album in releases.items)
    playlists = await client.playlists()
    assert playlists.items
    saved = await client.saved_tracks()
    assert saved.limit == 50 and saved.items[0].track
    track = saved.items[0].track
    assert (await client.track(track.id)).name == track.name
    assert track.album and (await client.album(track.album.id)).name == track.album.name
    assert (await client.top_tracks(limit=5)).items and (await client.top_artists(limit=5)).items
    found = await client.search(track.name, ["track", "artist"])
    assert found.tracks and found.artists and found.albums is None
    assert await client.contains([track.uri] * 45) == [True] * 45
    assert spotify.asked("GET", "/me/library/contains") == 2


async def test_many_writes_go_in_parts_and_in_order(program: Runtime, spotify: RunningSpotify) -> None:
    client = await _client(program)
    uris = [track.uri for track in spotify.world.catalogue.tracks.values()][:45]
    await client.unsave(uris)
    await client.save(uris)
    page = await client.saved_tracks()
    assert [row.track.uri for row in page.items if row.track][:45] == uris[::-1]
    parts = [parse_qs(r["query"])["uris"][0].split(",") for r in spotify.requests if r["method"] == "PUT"]
    assert [len(part) for part in parts] == [40, 5]

    made = await client.create_playlist("Many")
    snapshot = await client.add_items(made.id, (uris * 3)[:120])
    assert snapshot
    assert (await client.playlist(made.id)).total == 120
    assert await client.reorder(made.id, 0, 120, snapshot_id=snapshot)
    assert await client.remove_items(made.id, uris[:1])
    rows = await client.playlist_items(made.id)
    assert rows.total == 117 and rows.limit == 50
    await client.replace_items(made.id, [])
    assert (await client.playlist_items(made.id)).total == 0


async def test_a_success_of_a_write_may_say_anything(program: Runtime, spotify: RunningSpotify) -> None:
    client = await _client(program)
    made = await client.create_playlist("Told in plain text")
    spotify.fault("write-not-json")
    uri = next(iter(spotify.world.catalogue.tracks.values())).uri
    assert await client.add_items(made.id, [uri]) == ""
    await client.save([uri])


@pytest.mark.parametrize("fault", ["invalid-limit", "invalid-limit-empty"])
async def test_smaller_pages_are_learned_and_kept(program: Runtime, spotify: RunningSpotify, fault: str) -> None:
    spotify.fault(fault)
    assert (await (await _client(program)).saved_tracks()).limit == 10
    asked = spotify.asked("GET", "/me/tracks")
    assert (await (await _client(program)).saved_tracks(10)).limit == 10
    assert spotify.asked("GET", "/me/tracks") == asked + 1


async def test_who_asks_the_same_at_once_asks_once(program: Runtime, spotify: RunningSpotify) -> None:
    client = await _client(program)
    found = await asyncio.gather(*(client.search("a", ["track"]) for _ in range(5)))
    assert spotify.asked("GET", "/search") == 1
    assert all(each == found[0] for each in found)


async def test_an_answer_that_is_no_document_is_an_explained_failure(program: Runtime, spotify: RunningSpotify) -> None:
    client = await _client(program)
    for fault in ("html-200", "empty-body", "bad-json"):
        spotify.fault(fault)
        with pytest.raises(UpstreamError) as failed:
            await client.interactive.profile()
        assert "Spotify" in failed.value.message
        spotify.mend()


async def test_whoever_may_take_large_pages_of_the_catalogue_does_once_it_is_known(opens: Opens) -> None:
    async with simulated_spotify(opened=["page_50"], checked=False) as spotify, opens(spotify.environment) as program:
        client = await _client(program)
        assert (await client.search("a", ["track"])).tracks.limit == 10  # type: ignore[union-attr]
        await program.spotify.probe(program.owner.id)
        client = await _client(program)
        assert (await client.search("e", ["track"])).tracks.limit == 50  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "given",
    [
        "4iV5W9uYEdYUVa79Axb7Rh",
        " spotify:track:4iV5W9uYEdYUVa79Axb7Rh ",
        "https://open.spotify.com/intl-de/track/4iV5W9uYEdYUVa79Axb7Rh?si=ab",
    ],
)
def test_an_id_may_be_given_as_uri_or_link(given: str) -> None:
    assert spotify_id(given, "track") == "4iV5W9uYEdYUVa79Axb7Rh"


@pytest.mark.parametrize("given", ["", "x", "spotify:album:4iV5W9uYEdYUVa79Axb7Rh", "4iV5W9uYEdYUVa79Axb7R/"])
def test_what_is_no_id_of_that_kind_is_never_asked_for(given: str) -> None:
    with pytest.raises(InvalidInput):
        spotify_id(given, "track")
