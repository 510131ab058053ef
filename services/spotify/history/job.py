"""Importing listening history, as a durable job: every file is read to its end before anything of it is stored."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy.ext.asyncio import AsyncConnection

from services.errors import InvalidInput
from services.events import Events, PlaysChanged
from services.jobs import JobResult, Work
from services.spotify.history.entries import SHORTEST_PLAY
from services.spotify.history.files import HistoryFile, find
from services.spotify.history.reading import Piece, Reader, checked
from services.spotify.history.stream import BrokenFile
from storage import play_intake, play_syncs, play_tracks
from storage.play_tracks import Kept
from storage.values import UserId
from storage.values.plays import Heard, PlaysStored

HISTORY = "history"
"""The name of this kind of job."""
_REMEMBERED = 50_000
"""Tracks whose place is remembered between two pieces: a bound on memory."""
_MB = 1_000_000
T = TypeVar("T")


class HistoryJob:
    """The kind of job that imports exports of Spotify.

    Parameters: ``{"paths": [absolute paths], "private": bool, "skips": bool}``. A file that is not sound is a problem,
    and the job goes on with the next; it fails with :class:`InvalidInput` where there is no history at all. What is
    known already is left as it is, so that a second import changes nothing.
    """

    name = HISTORY

    def __init__(self, events: Events) -> None:
        self._events = events

    async def run(self, work: Work) -> JobResult:
        """Import file after file; from the checkpoint on if there is one."""
        files = await asyncio.to_thread(find, [Path(path) for path in work.job.params.get("paths", ())])
        import_ = _Import(work, files)
        await work.report(phase=HISTORY, total=import_.total)
        for place, file in enumerate(files):
            await import_.take(place, file)
            self._events.publish(PlaysChanged(UserId(work.job.user_id)))
        await work.report(done=import_.total, total=import_.total, note="")
        return JobResult({"files": len(files), **work.progress.counts})


class _Import:
    """One run of an import. Progress is in megabytes, each file counted twice: it is checked first, then stored."""

    def __init__(self, work: Work, files: Sequence[HistoryFile]) -> None:
        params = work.job.params
        self._work = work
        self._user = UserId(work.job.user_id)
        self._files = files
        self._keeps_skips = bool(params.get("skips"))
        self._reader = Reader(private=bool(params.get("private")), skips=self._keeps_skips)
        self._kept: dict[str, Kept | None] = {}
        self._counts = Counter(work.progress.counts)
        self.total = _megabytes(2 * sum(file.size for file in files))

    async def take(self, place: int, file: HistoryFile) -> None:
        """Check a file and store it, unless a former run of this job has."""
        mark = self._work.checkpoint
        began = 2 * sum(each.size for each in self._files[:place])
        if place < mark.get("file", 0):
            return
        is_begun = place == mark.get("file") and mark.get("size") == file.size and mark.get("entries")
        await self._work.report(note=file.name)
        try:
            if not is_begun:
                async for count in in_thread(checked(file)):
                    await self._work.report(done=_megabytes(began + count))
            skip = int(mark["entries"]) if is_begun else 0
            await self._store(place, file, skip, began + file.size)
        except BrokenFile as error:
            await self._work.problem(error.name, f"{error.message} {error.hint}")
            async with self._work.saving({"file": place + 1}):
                pass

    async def _store(self, place: int, file: HistoryFile, skip: int, began: int) -> None:
        first: int | None = None
        last: int | None = None
        async for piece in in_thread(self._reader.pieces(file, skip=skip)):
            first = _least(first, piece.first)
            last = max(last or 0, piece.last or 0) or None
            mark = {"file": place, "size": file.size, "entries": piece.entries}
            async with self._work.saving(mark) as conn:
                stored = await self._keep(conn, piece)
                self._note(piece.counts, stored)
                done = _megabytes(began + piece.bytes)
                await self._work.report(done=done, total=self.total, counts=dict(self._counts))
        async with self._work.saving({"file": place + 1}) as conn:
            if first is not None and last is not None and not skip:
                await play_syncs.close_gaps(conn, self._user, first, last)

    def _note(self, left_out: Mapping[str, int], stored: PlaysStored) -> None:
        self._counts.update(left_out)
        self._counts.update({"plays": stored.new, "merged": stored.merged, "known": stored.known})

    async def _keep(self, conn: AsyncConnection, piece: Piece) -> PlaysStored:
        kept = await self._tracks(conn, piece)
        await asyncio.sleep(0)  # each of these steps takes some milliseconds
        heard: list[Heard] = []
        for each in piece.heard:
            track = kept.get(each.track_key)
            is_play = each.counted or _is_short_track(track, each)
            if track is not None and (is_play or self._keeps_skips):
                heard.append(each if is_play == each.counted else _as_play(each))
            else:
                self._counts["short"] += 1
        await asyncio.sleep(0)
        known = {key: track for key, track in kept.items() if track is not None}
        return await play_intake.add(conn, self._user, heard, known)

    async def _tracks(self, conn: AsyncConnection, piece: Piece) -> dict[str, Kept | None]:
        """How the tracks of ``piece`` are kept. What has names only is the recording of that name, where one is known."""
        if len(self._kept) > _REMEMBERED:
            self._kept.clear()
        fresh = {each.key: each for each in piece.tracks if self._kept.get(each.key) is None}
        wanted = {each.track_key for each in piece.heard if self._kept.get(each.track_key) is None}
        named = await play_tracks.by_listen_key(conn, [key[2:] for key in wanted if key.startswith("n:")])
        self._kept.update((f"n:{listen_key}", track) for listen_key, track in named.items())
        unknown = [each for key, each in fresh.items() if self._kept.get(key) is None]
        self._kept.update(await play_tracks.keep(conn, unknown))
        rest = [key for key in wanted if key not in self._kept]  # skipped only, so far: kept if somebody else played it
        self._kept.update(dict.fromkeys(rest))
        self._kept.update(await play_tracks.known(conn, rest))
        return {each.track_key: self._kept.get(each.track_key) for each in piece.heard}


def _is_short_track(track: Kept | None, heard: Heard) -> bool:
    """Whether at least half of a track was heard that is shorter than what makes a play (spotify-api.md 5.4)."""
    length = track.duration_ms if track else None
    return bool(length) and (heard.ms_played or 0) * 2 >= (length or 0) and (length or 0) < 2 * SHORTEST_PLAY


def _as_play(heard: Heard) -> Heard:
    return replace(heard, counted=True)


async def in_thread(pieces: Iterator[T]) -> AsyncGenerator[T]:
    """What ``pieces`` yields, each made in another thread while the one before is at work. Never left half-way: it is
    closed when this is."""
    nothing = object()

    def following() -> object:
        return next(pieces, nothing)

    upcoming = asyncio.ensure_future(asyncio.to_thread(following))
    try:
        while (piece := await asyncio.shield(upcoming)) is not nothing:
            upcoming = asyncio.ensure_future(asyncio.to_thread(following))
            yield cast("T", piece)
    finally:
        await asyncio.wait([upcoming])
        if not upcoming.cancelled():
            upcoming.exception()
        cast("Any", pieces).close()


def _least(one: int | None, other: int | None) -> int | None:
    return min(one, other) if one is not None and other is not None else one if other is None else other


def _megabytes(count: int) -> int:
    return -(-count // _MB)


def check_paths(paths: Sequence[Path]) -> list[str]:
    """``paths`` as a job takes them, absolute. Raises :class:`InvalidInput` where there is no history in them."""
    if not paths:
        raise InvalidInput("file", "Name at least one file, folder or zip archive.")
    find(paths)
    return [str(path.resolve()) for path in paths]
