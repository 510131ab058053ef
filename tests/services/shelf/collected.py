"""What somebody has, put into the library as the services that read it do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.runtime import Runtime
from storage import play_intake, play_tracks, records, saved_tracks, wants
from storage.instants import instant
from storage.values import (
    Format,
    Job,
    NewRecord,
    NewWant,
    Playable,
    RecordFacts,
    ReleaseId,
    SavedTrack,
    ShelfAlbum,
    ShelfQuery,
    UserId,
)
from storage.values.plays import Heard, PlayedAlbum, PlayedArtist, PlayedTrack, PlaySource

VINYL = (Format("Vinyl", descriptions=("LP", "Album")),)
SINGLE = (Format("Vinyl", descriptions=('7"', "Single")),)
CD = (Format("CD", descriptions=("Album",)),)


async def own(
    runtime: Runtime, user_id: UserId, number: int, artist: str, title: str, formats: tuple[Format, ...] = VINYL
) -> None:
    """A record that is Discogs release ``number``, known as ``record-<number>``."""
    facts = RecordFacts(artist, title, discogs_id=ReleaseId(number), formats=formats)
    async with runtime.storage.write() as conn:
        await records.add_many(conn, user_id, [NewRecord(facts, record_id=f"record-{number}")])


async def want(runtime: Runtime, user_id: UserId, number: int, artist: str, title: str) -> None:
    """A want of Discogs release ``number``."""
    async with runtime.storage.write() as conn:
        await wants.upsert_many(conn, user_id, [NewWant(ReleaseId(number), artist, title)], seen_at=instant())


async def save(
    runtime: Runtime, user_id: UserId, artist: str, album: str, album_id: str, tracks: Sequence[str], *sold: Any
) -> None:
    """Saved tracks of one album on Spotify; ``sold`` is as what, when, with how many tracks, and the cover."""
    saved = [
        SavedTrack(Playable(f"spotify:track:{name}", name, name, (artist,), album, album_id, 200_000, *sold), instant())
        for name in tracks
    ]
    async with runtime.storage.write() as conn:
        await saved_tracks.keep(conn, user_id, saved, seen_at=instant())


async def play(runtime: Runtime, user_id: UserId, artist: str, album: str, album_id: str, times: int) -> None:
    """Plays of a track of an album on Spotify."""
    told = PlayedAlbum(album, artist, album_id, "album", "1999", 8)
    track = PlayedTrack("Heard", (PlayedArtist(artist),), PlaySource.API, f"played-{album_id}", told, 200_000)
    heard = [Heard(f"played-{album_id}", 1_700_000_000_000 + each * 600_000, PlaySource.API) for each in range(times)]
    async with runtime.storage.write() as conn:
        kept = await play_tracks.keep(conn, [play_tracks.prepared(track)])
        await play_intake.add(conn, user_id, heard, kept)


async def refreshed(runtime: Runtime, user_id: UserId) -> Job:
    """A refresh that began now, at its end."""
    job, is_attached = await runtime.shelf.refresh(user_id)
    seen = [each async for each in runtime.jobs.watch(user_id, job.id)]
    return await refreshed(runtime, user_id) if is_attached else seen[-1]


async def listed(runtime: Runtime, user_id: UserId, **asked: object) -> list[ShelfAlbum]:
    """The albums that are asked for, with their places."""
    return (await runtime.shelf.page(user_id, ShelfQuery(**asked)))[0]  # type: ignore[arg-type]


def places(album: ShelfAlbum) -> set[str]:
    """Where an album is."""
    return {str(each.source) for each in album.places}
