"""The client in front of the simulated Plex: what is asked, how it is read, what goes wrong (plex-api.md)."""

from __future__ import annotations

import pytest
import stamina

from services.errors import InvalidInput, NotConnected, UpstreamError, UpstreamTimeout
from services.plex import connect
from services.plex.client import PlexClient
from services.plex.models import Item, Kind, Page
from services.plex.reading import read
from services.plex.refusals import FAILED, FORBIDDEN, NO_PLEX, NO_SUCH_THING, STARTING, TOKEN_REFUSED, PlexError
from services.runtime import Runtime
from services.upstream import Timeouts
from tests.services.plex.conftest import Opens
from tests.upstreams.fixtures_plex import RunningPlex, simulated_plex


async def whole(client: PlexClient, section: str, kind: Kind, size: int) -> list[str]:
    """Every key of a list, page by page."""
    keys: list[str] = []
    page: Page | None = None
    while page is None or len(keys) < page.total:
        page = await client.items(section, kind, len(keys), size)
        keys += [each.key for each in page.rows]
        assert page.rows
    return keys


async def test_libraries_and_what_is_in_them_are_read_by_pages(plex: RunningPlex, program: Runtime) -> None:
    client = await program.plex.client()
    sections = await client.sections()
    assert [(each.title, each.is_music) for each in sections] == [("Films", False), ("Music", True)]
    (music,) = await program.plex.music()
    assert music.locations == ("/srv/music", "/srv/archive")
    tracks = await whole(client, music.key, Kind.TRACK, 50)
    assert sorted(tracks) == sorted(str(each.key) for each in plex.world.of_type(plex.music, "track"))
    artist = (await client.items(music.key, Kind.ARTIST, size=1)).rows[0]
    albums = await client.items(music.key, Kind.ALBUM, filters={"artist.id": artist.key})
    assert {each.parent_key for each in albums.rows} == {artist.key}
    album = await client.metadata(albums.rows[0].key)
    (first, *_) = (await client.children(album.key)).rows
    assert (first.album, first.grandparent_title, first.disc, first.index) == (album.title, artist.title, 1, 1)
    assert first.media is not None
    assert (first.media.file.startswith("/srv/music/"), first.media.bitrate) == (True, first.media.bitrate or 0)
    asked = plex.requests[-1]["headers"]
    assert (asked["accept"], asked["x-plex-product"]) == ("application/json", "Lockgroove")
    (found, *_) = await client.search(album.title[:6], limit=5)
    assert found.type in ("artist", "album", "track")


async def test_a_server_that_answers_xml_or_sends_everything_at_once_is_understood_all_the_same(
    plex: RunningPlex, program: Runtime
) -> None:
    client = await program.plex.client()
    plain = await client.items(plex.music.key, Kind.ALBUM, 5, 3), await client.sections(), await client.sessions()
    track = await client.metadata(str(plex.some("track").key))
    plex.fault("xml-always")
    told = await client.items(plex.music.key, Kind.ALBUM, 5, 3), await client.sections(), await client.sessions()
    assert told == plain
    assert await client.metadata(track.key) == track
    plex.fault("no-paging")
    assert (await client.items(plex.music.key, Kind.ALBUM, 5, 3)).rows == plain[0].rows


async def test_a_large_answer_is_passed_on_unread_unless_somebody_wants_what_is_in_it() -> None:
    row = b'{"ratingKey": "7", "title": "\xc3\x96"}'
    body = b'{"MediaContainer": {"size": 20000, "Metadata": [' + b", ".join([row] * 20_000) + b"]}}\n"
    told = await read(body)
    assert told is not None
    assert (told.content is body, told._document) == (True, None)
    assert len(told.listed("Metadata")) == 20_000
    assert await read(body[:-9]) is None  # cut off
    broken = await read(body.replace(row, row[:-1], 1))
    assert broken is not None
    with pytest.raises(PlexError):
        broken.listed("Metadata")


async def test_marks_and_ratings_change_the_item_and_are_asked_with_get(plex: RunningPlex, program: Runtime) -> None:
    client, track = await program.plex.client(), plex.some("track")
    track.plays, track.rating = 0, None
    await client.scrobble(f"/library/metadata/{track.key}")
    await client.rate(str(track.key), 7.5)
    item = await client.metadata(str(track.key))
    assert (item.plays, item.rating) == (1, 7.5)
    await client.unscrobble(str(track.key))
    await client.rate(str(track.key), -1)
    item = await client.metadata(str(track.key))
    assert (item.plays, item.rating) == (0, None)
    length = track.said["duration"]
    for state, at in (("playing", 0), ("paused", length // 2), ("stopped", length)):
        await client.timeline({"ratingKey": str(track.key), "state": state, "time": at, "duration": length})
    played = await client.history(size=1)
    assert (played.rows[0].item.key, (await client.metadata(str(track.key))).plays) == (str(track.key), 1)
    assert plex.asked("GET", "/:/") == 7


async def test_what_changes_is_never_sent_twice_by_itself(plex: RunningPlex, program: Runtime) -> None:
    client, track = await program.plex.client(), plex.some("track")
    plex.fault("drop-connection", match="/:/scrobble", times=1)
    with pytest.raises(UpstreamError):
        await client.scrobble(str(track.key))
    plex.fault("drop-connection", match="/library/metadata", times=1)
    assert (await client.metadata(str(track.key))).key == str(track.key)
    assert (plex.asked("GET", "/:/scrobble"), plex.asked("GET", "/library/metadata")) == (1, 2)


async def test_playlists_are_made_filled_renamed_and_deleted(plex: RunningPlex, program: Runtime) -> None:
    client = await program.plex.client()
    keys = [str(each.key) for each in plex.world.of_type(plex.music, "track")[:120]]
    made = await client.create_playlist("Ö & more/less", keys)
    assert (made.title, made.is_smart) == ("Ö & more/less", False)
    assert [each.key for each in (await client.playlist_items(made.key, size=200)).rows] == keys
    await client.add_to_playlist(made.key, [str(plex.some("album").key), keys[0]])
    rows = (await client.playlist_items(made.key, size=200)).rows
    assert len(rows) == 120 + len(plex.some("album").children) + 1
    await client.remove_from_playlist(made.key, rows[-1].playlist_item)
    assert [each.key for each in (await client.playlist_items(made.key, size=200)).rows].count(keys[0]) == 1 + (
        keys[0] in {str(each.key) for each in plex.some("album").children}
    )
    await client.rename_playlist(made.key, "Less", "said of it")
    (kept,) = [each for each in (await client.playlists()).rows if each.key == made.key]
    assert (kept.title, kept.summary) == ("Less", "said of it")
    await client.delete_playlist(made.key)
    with pytest.raises(PlexError) as gone:
        await client.playlist_items(made.key)
    assert gone.value.code == NO_SUCH_THING


async def test_tags_that_are_not_mentioned_stay_and_other_items_are_not_touched(
    plex: RunningPlex, program: Runtime
) -> None:
    client, album = await program.plex.client(), plex.some("album")
    album.tags = {"genre": ["Rock", "Pop, soft"], "mood": ["Tender"], "style": ["Beat"]}
    others = {each.key: dict(each.tags) for each in plex.world.things.values() if each is not album}
    told = await client.edit_tags(str(album.key), {"genre": ["Rock", "Drum & Bass/Jungle"]})
    assert Item.of(told.listed("Metadata")[0]).genres == ("Rock", "Drum & Bass/Jungle")
    assert (album.tags["mood"], album.tags["style"], album.locked) == (["Tender"], ["Beat"], {"genre"})
    await client.edit_tags(str(album.key), {"moods": ["Driving"]}, add=True)
    assert album.tags["mood"] == ["Tender", "Driving"]
    await client.edit_tags(str(album.key), {"style": []})
    assert (album.tags["style"], album.tags["genre"]) == ([], ["Rock", "Drum & Bass/Jungle"])
    assert {each.key: each.tags for each in plex.world.things.values() if each is not album} == others
    sent = plex.asked("PUT")
    await client.edit_tags(str(album.key), {"genre": ["Rock", "Drum & Bass/Jungle"]})
    assert plex.asked("PUT") == sent  # it is so already
    with pytest.raises(InvalidInput):
        await client.edit_tags(str(plex.some("track").key), {"country": ["DE"]})
    with pytest.raises(InvalidInput):
        await client.edit_tags("5/../../playlists", {"genre": ["x"]})


@pytest.mark.parametrize(
    ("fault", "code", "tries"),
    [
        ("token-revoked", TOKEN_REFUSED, 1),
        ("forbidden", FORBIDDEN, 1),
        ("html-200", NO_PLEX, 1),
        ("bad-json", NO_PLEX, 1),
        ("server-error", FAILED, 3),
        ("starting", STARTING, 3),
    ],
)
async def test_every_refusal_has_a_name_and_no_page_of_html(
    plex: RunningPlex, program: Runtime, fault: str, code: str, tries: int
) -> None:

    plex.fault(fault)
    with stamina.set_testing(True, attempts=3, cap=True), pytest.raises(PlexError) as refused:
        await (await program.plex.client()).sections()
    told = f"{refused.value.message} {refused.value.hint}"
    assert (refused.value.code, "<" in told, plex.world.token in told) == (code, False, False)
    assert plex.asked("GET", "/library/sections") == tries


async def test_nothing_to_ask_and_no_answer_are_told_apart(
    plex: RunningPlex, opens: Opens, program: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    plex.fault("hang", value="5")
    monkeypatch.setattr(connect, "TIMEOUTS", Timeouts(1, 0.05, 0.05))
    program.plex._timeouts = Timeouts(1, 0.05, 0.05)
    with pytest.raises(UpstreamTimeout):
        await (await program.plex.client()).scrobble("5")
    async with opens({}) as unset:
        with pytest.raises(NotConnected) as missing:
            await unset.plex.client()
        assert missing.value.missing == ("PLEX_BASE_URL", "PLEX_TOKEN")
        assert not (await unset.plex.status()).is_connected


async def test_what_is_there_is_counted_by_its_kind_and_not_again_until_it_changes(
    plex: RunningPlex, program: Runtime
) -> None:
    totals = await program.plex.statistics()
    assert {"artists": totals.artists, "albums": totals.albums, "tracks": totals.tracks} == plex.totals
    counts = plex.asked("GET", "/all")
    assert (counts, await program.plex.statistics()) == (3, totals)
    assert plex.asked("GET", "/all") == counts
    status = await program.plex.status()
    assert (status.is_connected, status.library, status.sessions["MediaContainer"]["size"]) == (True, totals, 2)
    assert await program.plex.scan("/srv/music/some/folder") == ("Music",)
    assert await program.plex.statistics() == totals
    await program.plex.scan("/somewhere/else")
    assert plex.requests[-1]["query"] == "force=0"  # the whole library, where no folder of it is meant
    assert (await program.plex.statistics()).albums == totals.albums + 1
    with pytest.raises(InvalidInput):
        await program.plex.scan("/srv/music/../films")


async def test_the_library_may_be_chosen_by_its_title(plex: RunningPlex, opens: Opens) -> None:
    async with opens({**plex.environment, "PLEX_LIBRARY": "music"}) as program:
        assert (await program.plex.statistics()).tracks == plex.totals["tracks"]
    async with opens({**plex.environment, "PLEX_LIBRARY": "Klänge"}) as program:
        with pytest.raises(NotConnected, match="Klänge"):
            await program.plex.statistics()


async def test_another_server_is_asked_once_the_settings_name_it(plex: RunningPlex, program: Runtime) -> None:
    async with simulated_plex() as second:
        before = await program.plex.statistics()
        second.world.scan(second.music)
        changed = program.settings.model_copy(update={"plex_base_url": second.url})
        await program.use(changed)
        assert (await program.plex.statistics()).albums == before.albums + 1
