"""Playlists of the simulated Spotify: who may read, and what writes do to rows (spotify-api.md 2.9-2.14, 3.7)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.demo.spotify.catalogue import LocalFile, Track
from services.demo.spotify.listeners import Playlist
from tests.upstreams.fixtures_spotify import RunningSpotify

pytestmark = pytest.mark.wrong_requests


@pytest_asyncio.fixture
async def api(spotify: RunningSpotify) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {spotify.access_token()}"}
    async with httpx.AsyncClient(
        base_url=f"{spotify.url}/v1", headers=headers, trust_env=False, verify=False
    ) as client:
        yield client


@pytest.fixture
def tracks(spotify: RunningSpotify) -> list[Track]:
    return list(spotify.world.catalogue.tracks.values())[:8]


@pytest.fixture
def playlist(spotify: RunningSpotify, tracks: list[Track]) -> Playlist:
    """Five rows: the tracks 0 to 4."""
    return spotify.world.add_playlist(spotify.listener.id, "Five", list(tracks[:5]))


def numbers(playlist: Playlist, tracks: list[Track]) -> list[int]:
    return [tracks.index(row.item) for row in playlist.rows if isinstance(row.item, Track)]


async def send(api: httpx.AsyncClient, method: str, playlist: Playlist, **body: Any) -> httpx.Response:
    return await api.request(method, f"/playlists/{playlist.id}/items", json=body)


async def test_rows_are_for_owners_and_collaborators(spotify: RunningSpotify, api: httpx.AsyncClient) -> None:
    for playlist in spotify.world.playlists.values():
        answered = await api.get(f"/playlists/{playlist.id}/items")
        whole = await api.get(f"/playlists/{playlist.id}")
        if playlist.owner == "spotify":
            assert (answered.status_code, whole.status_code) == (404, 404)
        elif playlist.name == "Kiosk hits":
            assert (answered.status_code, answered.json()["error"]["message"]) == (403, "Forbidden")
            assert whole.status_code == 200 and "items" not in whole.json()
        else:
            assert (answered.status_code, whole.json()["items"]["total"]) == (200, len(playlist.rows))


async def test_the_list_has_null_for_spotifys_own_and_private_ones_of_others_only_shared(
    api: httpx.AsyncClient,
) -> None:
    rows = (await api.get("/me/playlists")).json()["items"]
    assert None in rows
    assert [row["name"] for row in rows if row and row["collaborative"]] == ["Shared crate"]


async def test_odd_rows_are_there(spotify: RunningSpotify, api: httpx.AsyncClient) -> None:
    odd = next(p for p in spotify.world.playlists.values() if p.name == "To buy on vinyl")
    rows = (await api.get(f"/playlists/{odd.id}/items?additional_types=track,episode")).json()["items"]
    assert sum(row["item"] is None for row in rows) == 1
    local = next(row["item"] for row in rows if row["is_local"])
    assert local["id"] is None
    assert local["uri"] == "spotify:local:Garage+Zw%C3%B6lf:Demo+Tape:Probe+%233:127"
    assert next(row for row in rows if row["item"] and row["item"]["type"] == "episode")["item"]["show"]
    assert rows[-1]["added_at"] is rows[-1]["added_by"] is None
    dressed = (await api.get(f"/playlists/{odd.id}/items")).json()["items"]
    assert next(row for row in dressed if row["item"] and row["item"]["type"] == "episode")["item"]["artists"]


async def test_adding_appends_or_inserts_and_repeats(
    api: httpx.AsyncClient, playlist: Playlist, tracks: list[Track]
) -> None:
    before = playlist.snapshot_id
    added = await send(api, "POST", playlist, uris=[tracks[5].uri, tracks[0].uri])
    assert added.status_code == 201 and added.json() == {"snapshot_id": playlist.snapshot_id}
    assert playlist.snapshot_id != before
    await send(api, "POST", playlist, uris=[tracks[6].uri], position=1)
    assert numbers(playlist, tracks) == [0, 6, 1, 2, 3, 4, 5, 0]
    for body, status in (
        ({"uris": [tracks[0].uri] * 101}, 400),
        ({"uris": []}, 400),
        ({"uris": [LocalFile("a", "b", "c", 1).uri]}, 400),
        ({"uris": [tracks[0].uri], "position": 99}, 400),
    ):
        assert (await send(api, "POST", playlist, **body)).status_code == status, body


async def test_removing_takes_every_occurrence(api: httpx.AsyncClient, playlist: Playlist, tracks: list[Track]) -> None:
    await send(api, "POST", playlist, uris=[tracks[0].uri])
    gone = await send(api, "DELETE", playlist, items=[{"uri": tracks[0].uri, "positions": [0]}])
    assert gone.status_code == 200 and gone.json() == {"snapshot_id": playlist.snapshot_id}
    assert numbers(playlist, tracks) == [1, 2, 3, 4]
    assert (await send(api, "DELETE", playlist, tracks=[{"uri": tracks[1].uri}])).status_code == 400


async def test_a_relinked_row_is_removed_by_the_uri_it_was_added_under(
    spotify: RunningSpotify, api: httpx.AsyncClient
) -> None:
    stored, copy = next(iter(spotify.world.catalogue.relinked.items()))
    playlist = spotify.world.add_playlist(spotify.listener.id, "Relinked")
    await send(api, "POST", playlist, uris=[f"spotify:track:{stored}"])
    shown = (await api.get(f"/playlists/{playlist.id}/items")).json()["items"][0]["item"]["id"]
    assert shown == copy
    await send(api, "DELETE", playlist, items=[{"uri": f"spotify:track:{copy}"}])
    assert len(playlist.rows) == 1
    await send(api, "DELETE", playlist, items=[{"uri": f"spotify:track:{stored}"}])
    assert playlist.rows == []


@pytest.mark.parametrize(
    ("move", "order"),
    [
        ({"range_start": 0, "insert_before": 3}, [1, 2, 0, 3, 4]),
        ({"range_start": 3, "insert_before": 0}, [3, 0, 1, 2, 4]),
        ({"range_start": 0, "insert_before": 5}, [1, 2, 3, 4, 0]),
        ({"range_start": 1, "insert_before": 5, "range_length": 2}, [0, 3, 4, 1, 2]),
        ({"range_start": 2, "insert_before": 2}, [0, 1, 2, 3, 4]),
    ],
)
async def test_a_block_moves_before_the_row_that_was_there(
    api: httpx.AsyncClient, playlist: Playlist, tracks: list[Track], move: dict[str, int], order: list[int]
) -> None:
    assert (await send(api, "PUT", playlist, **move)).status_code == 200
    assert numbers(playlist, tracks) == order


async def test_moves_count_rows_as_they_were_at_the_snapshot(
    api: httpx.AsyncClient, playlist: Playlist, tracks: list[Track]
) -> None:
    first = playlist.snapshot_id
    await send(api, "PUT", playlist, range_start=0, insert_before=5, snapshot_id=first)
    await send(api, "PUT", playlist, range_start=0, insert_before=2, snapshot_id=first)
    assert numbers(playlist, tracks) == [1, 0, 2, 3, 4]
    for body in (
        {"range_start": 9, "insert_before": 0},
        {"range_start": 0},
        {"range_start": 0, "insert_before": 1, "uris": []},
    ):
        assert (await send(api, "PUT", playlist, **body)).status_code == 400


async def test_replacing_overwrites_everything(api: httpx.AsyncClient, playlist: Playlist, tracks: list[Track]) -> None:
    await send(api, "PUT", playlist, uris=[tracks[7].uri, tracks[6].uri])
    assert numbers(playlist, tracks) == [7, 6]
    await send(api, "PUT", playlist, uris=[])
    assert playlist.rows == []


async def test_a_new_playlist_is_public_unless_said(spotify: RunningSpotify, api: httpx.AsyncClient) -> None:
    made = await api.post("/me/playlists", json={"name": "New"})
    assert (made.status_code, made.json()["public"]) == (201, True)
    quiet = (await api.post("/me/playlists", json={"name": "Quiet", "public": False})).json()
    assert quiet["public"] is False
    gone = await api.delete("/me/library", params={"uris": quiet["uri"]}, headers={"Content-Length": "0"})
    assert gone.status_code == 200 and quiet["id"] not in spotify.listener.playlists
    assert (await api.get(f"/playlists/{quiet['id']}")).status_code == 200
