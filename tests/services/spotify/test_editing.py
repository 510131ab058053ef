"""Changing playlists: what is sent, what is kept then, and that nobody's change is written over."""

from __future__ import annotations

import pytest

from services.errors import InvalidInput, UpstreamError
from services.runtime import Runtime
from services.spotify.addresses import playable_uri
from services.spotify.editing import NotEditable, PlaylistChanged
from services.spotify.library import read_items
from storage import playlist_items, playlists
from storage.values import NewPlaylist, Playlist
from tests.upstreams.fixtures_spotify import RunningSpotify


class List:
    """One playlist on both sides: ``there`` on the simulated Spotify, kept here as it was read."""

    def __init__(self, program: Runtime, spotify: RunningSpotify, count: int = 5) -> None:
        self.program, self.spotify = program, spotify
        self.tracks = list(spotify.world.catalogue.tracks.values())
        self.there = spotify.world.add_playlist(spotify.listener.id, "Mine", self.tracks[:count])

    @property
    def user(self):
        return self.program.owner.id

    async def read(self) -> Playlist:
        """Keep it as it is now."""
        mine = NewPlaylist(self.there.id, "Mine", owner_id=self.there.owner, is_own=True, is_editable=True)
        async with self.program.storage.write() as conn:
            await playlists.keep_listed(conn, self.user, [mine])
        return await self.program.playlists.refresh(self.user, self.there.id)

    async def held(self) -> Playlist:
        held = await self.program.playlists.get(self.user, self.there.id)
        assert held is not None
        return held

    async def agree(self) -> list[str | None]:
        """Whether what is kept is what is there; returns it."""
        held = await self.held()
        async with self.program.storage.read() as conn:
            kept = [each.playable.uri for each in await playlist_items.page(conn, held.pk, limit=None, offset=0)]
        assert kept == [row.item.uri if row.item else None for row in self.there.rows]
        assert (held.is_current, held.snapshot_id) == (True, self.there.snapshot_id)
        assert held.track_count == len(kept)
        return kept

    def uris(self, *places: int) -> list[str]:
        return [self.tracks[place].uri for place in places]


@pytest.fixture
async def mine(program: Runtime, spotify: RunningSpotify) -> List:
    made = List(program, spotify)
    await made.read()
    return made


@pytest.mark.parametrize(("position", "place"), [(None, 5), (0, 0), (2, 2), (5, 5)])
async def test_what_is_added_stands_where_it_was_asked_for(mine: List, position: int | None, place: int) -> None:
    done = await mine.program.editing.add(mine.user, mine.there.id, mine.uris(7, 0), position)
    assert done.count == 2 and done.snapshot_id == mine.there.snapshot_id
    kept = await mine.agree()
    assert kept[place : place + 2] == mine.uris(7, 0) and len(kept) == 7


async def test_more_than_a_hundred_are_added_in_their_order(mine: List) -> None:
    wanted = mine.uris(*(n % 40 for n in range(230)))
    await mine.program.editing.add(mine.user, mine.there.id, wanted, 1)
    kept = await mine.agree()
    assert kept[1:231] == wanted
    assert mine.spotify.asked("POST", mine.there.id) == 3


@pytest.mark.parametrize("fault", ["write-then-drop", "write-not-json"])
async def test_what_was_added_without_an_answer_is_not_added_twice(mine: List, fault: str) -> None:
    mine.spotify.fault(fault, times=1, match="POST /v1/playlists")
    await mine.program.editing.add(mine.user, mine.there.id, mine.uris(8))
    kept = await mine.agree()
    assert kept == mine.uris(0, 1, 2, 3, 4, 8) and mine.spotify.asked("POST", mine.there.id) == 1


async def test_what_was_not_added_is_tried_once_more(mine: List) -> None:
    mine.spotify.fault("drop-connection", times=1, match="POST /v1/playlists")
    await mine.program.editing.add(mine.user, mine.there.id, mine.uris(8))
    assert await mine.agree() == mine.uris(0, 1, 2, 3, 4, 8)
    mine.spotify.fault("server-error", match="POST /v1/playlists")
    with pytest.raises(UpstreamError):
        await mine.program.editing.add(mine.user, mine.there.id, mine.uris(9))
    assert await mine.agree() == mine.uris(0, 1, 2, 3, 4, 8)


async def test_removing_takes_every_occurrence_and_says_how_many_before(mine: List) -> None:
    await mine.program.editing.add(mine.user, mine.there.id, mine.uris(1, 1))
    wanted = mine.uris(1, 3)
    counted = await mine.program.editing.occurrences(mine.user, mine.there.id, wanted)
    assert counted == {mine.tracks[1].uri: 3, mine.tracks[3].uri: 1}
    done = await mine.program.editing.remove(mine.user, mine.there.id, wanted)
    assert done.count == 4 and await mine.agree() == mine.uris(0, 2, 4)


@pytest.mark.parametrize(
    ("start", "before", "length"), [(0, 5, 1), (4, 0, 1), (1, 4, 2), (3, 1, 2), (0, 2, 1), (2, 1, 1)]
)
async def test_a_move_does_here_what_it_does_there(mine: List, start: int, before: int, length: int) -> None:
    old = await mine.agree()
    done = await mine.program.editing.move(mine.user, mine.there.id, start, before, length)
    new = await mine.agree()
    assert done.count == length and new != old and sorted(map(str, new)) == sorted(map(str, old))


async def test_moving_to_where_it_is_sends_nothing_and_beyond_the_end_is_refused(mine: List) -> None:
    for before in (2, 3):
        assert (await mine.program.editing.move(mine.user, mine.there.id, 2, before)).count == 0
    for start, before, length in ((5, 0, 1), (0, 6, 1), (0, 0, 0), (-1, 0, 1), (3, 0, 3)):
        with pytest.raises(InvalidInput):
            await mine.program.editing.move(mine.user, mine.there.id, start, before, length)
    assert mine.spotify.asked("PUT", mine.there.id) == 0


async def test_a_playlist_that_somebody_changed_meanwhile_is_told_and_read_anew_but_not_written_to(mine: List) -> None:
    seen = (await mine.held()).snapshot_id
    mine.there.rows = mine.there.rows[1:]
    mine.there.changed()
    edits = (
        lambda: mine.program.editing.add(mine.user, mine.there.id, mine.uris(9), None, seen),
        lambda: mine.program.editing.remove(mine.user, mine.there.id, mine.uris(2), seen),
        lambda: mine.program.editing.move(mine.user, mine.there.id, 0, 3, 1, seen),
    )
    for edit in edits:
        with pytest.raises(PlaylistChanged, match="changed on Spotify"):
            await edit()
        assert await mine.agree() == mine.uris(1, 2, 3, 4)
    assert all(request["method"] == "GET" for request in mine.spotify.requests if mine.there.id in request["path"])


async def test_where_another_copy_is_shown_what_was_added_is_what_is_removed(mine: List) -> None:
    world = mine.spotify.world
    copies = [row for playlist in world.playlists.values() for row in playlist.rows if row.stored_id]
    assert copies, "the invented world has relinked rows"
    stored = copies[0].uri
    await mine.program.editing.add(mine.user, mine.there.id, [stored])
    assert mine.there.rows[-1].item is not None and mine.there.rows[-1].item.uri != stored
    held = await mine.held()
    assert (await mine.program.editing.occurrences(mine.user, held.playlist_id, [stored])) == {stored: 1}
    await mine.program.editing.remove(mine.user, mine.there.id, [stored])
    assert await mine.agree() == mine.uris(0, 1, 2, 3, 4)
    await mine.program.editing.add(mine.user, mine.there.id, [stored])
    shown = mine.there.rows[-1].item
    assert shown is not None
    mine.there.changed()
    await mine.program.playlists.refresh(mine.user, mine.there.id)
    done = await mine.program.editing.remove(mine.user, mine.there.id, [shown.uri])
    assert done.count == 0 and len(await mine.agree()) == 6, "Spotify kept it, so it is kept here"


async def test_what_belongs_to_others_is_refused_without_asking(
    program: Runtime, spotify: RunningSpotify, mine: List
) -> None:
    other = spotify.world.join("other", "Ann")
    theirs = spotify.world.add_playlist(other.id, "Theirs", mine.tracks[:2])
    async with program.storage.write() as conn:
        await playlists.keep_listed(conn, program.owner.id, [NewPlaylist(theirs.id, "Theirs", owner_name="Ann")])
    asked = len(spotify.requests)
    with pytest.raises(NotEditable, match="belongs to Ann"):
        await program.editing.add(program.owner.id, theirs.id, mine.uris(0))
    assert len(spotify.requests) == asked


async def test_a_playlist_that_was_never_listed_can_be_changed_and_stays_unlisted(
    program: Runtime, spotify: RunningSpotify
) -> None:
    there = List(program, spotify)
    await program.editing.add(there.user, there.there.id, there.uris(7))
    await program.editing.remove(there.user, there.there.id, there.uris(0))
    await program.editing.move(there.user, there.there.id, 0, 2)
    assert [row.uri for row in there.there.rows] == there.uris(2, 1, 3, 4, 7)
    assert await program.playlists.get(there.user, there.there.id) is None


async def test_items_that_are_not_here_are_not_read_to_change_a_playlist(mine: List) -> None:
    mine.there.rows *= 40
    mine.there.changed()
    await mine.program.editing.add(mine.user, mine.there.id, mine.uris(9))
    assert mine.spotify.asked("GET", f"{mine.there.id}/items") == 0
    held = await mine.held()
    assert not held.is_current and held.track_count == 201, "the next sync reads them"
    client = await mine.program.spotify.client(mine.user)
    assert len(await read_items(client, held) or ()) == 201


@pytest.mark.parametrize(
    ("given", "uri"),
    [
        ("4uLU6hMCjMI75M1A2tKUQC", "spotify:track:4uLU6hMCjMI75M1A2tKUQC"),
        (" spotify:track:4uLU6hMCjMI75M1A2tKUQC ", "spotify:track:4uLU6hMCjMI75M1A2tKUQC"),
        ("https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC?si=x", "spotify:track:4uLU6hMCjMI75M1A2tKUQC"),
        ("open.spotify.com/intl-de/episode/4uLU6hMCjMI75M1A2tKUQC", "spotify:episode:4uLU6hMCjMI75M1A2tKUQC"),
        ("spotify:album:4uLU6hMCjMI75M1A2tKUQC", None),
        ("https://example.org/track/4uLU6hMCjMI75M1A2tKUQC", None),
        ("spotify:local:A:B:C:12", None),
        ("", None),
    ],
)
def test_a_track_may_be_named_by_id_uri_or_link(given: str, uri: str | None) -> None:
    if uri is None:
        with pytest.raises(InvalidInput):
            playable_uri(given)
    else:
        assert playable_uri(given) == uri
