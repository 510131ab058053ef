"""Reading what each source has, page by page; what the shelf knows already is not stored again."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from services.plex.client import PAGE
from services.plex.models import Kind, Section, page_of
from services.shelf import holdings
from storage import shelf_albums_keeping as keeping
from storage import shelf_albums_sources as sources
from storage.listed import CHUNK
from storage.shelf_albums_keeping import Ready
from storage.values import Document, NewHolding, ShelfSource, UserId

if TYPE_CHECKING:
    from services.beets.library import Beets
    from services.jobs import Work
    from services.plex.connect import Plex

T = TypeVar("T")
PHASES = {
    ShelfSource.RECORDS: "records",
    ShelfSource.WANTS: "wantlist",
    ShelfSource.SPOTIFY: "Spotify",
    ShelfSource.PLAYS: "plays",
    ShelfSource.PLEX: "Plex",
    ShelfSource.BEETS: "beets",
    ShelfSource.DOWNLOADS: "downloads",
    ShelfSource.ARRIVALS: "arrivals",
}
"""What progress calls the reading of each."""
_ROWS = 200
"""Holdings that are stored at a time."""
_BEETS = 400
"""Albums that beets exports in one go."""


class Reading:
    """One user's reading, as a part of a job. ``added``, ``changed`` and ``gone`` count what it came to."""

    def __init__(self, work: Work, user_id: UserId) -> None:
        self._work = work
        self._user_id = user_id
        self.added = self.changed = self.gone = 0

    async def library(self, source: ShelfSource) -> None:
        """What the library itself has of a source."""
        storage, user_id = self._work.storage, self._user_id
        async with storage.read() as conn:
            total = await sources.count_changed(conn, user_id, source)
        await self._work.report(phase=PHASES[source], done=0, total=total)
        after, done = "", 0
        while True:
            async with storage.read() as conn:
                rows = await sources.changed(conn, user_id, source, after=after, limit=_ROWS)
                is_spotify = source is ShelfSource.SPOTIFY
                credits = await sources.credits_of(conn, user_id, [row.key for row in rows]) if is_spotify else {}
            if not rows:
                break
            made = await asyncio.to_thread(_of_rows, user_id, source, rows, credits)
            await self._keep(source, made)
            after, done = rows[-1].key, done + len(rows)
            await self._work.report(done=done, total=max(total, done))
        while True:
            async with storage.read() as conn:
                lost = await sources.vanished(conn, user_id, source)
            if not lost:
                break
            await self._forget(source, lost)
        async with self._work.saving() as conn:
            await keeping.was_read(conn, user_id, source)

    async def plex(self, plex: Plex) -> None:
        """The albums of the music libraries; nothing is read where the server says that nothing changed. Raises
        :class:`NotConnected` and the ``Upstream*`` errors.
        """
        source, storage, user_id = ShelfSource.PLEX, self._work.storage, self._user_id
        await self._work.report(phase=PHASES[source], done=0, total=None)
        sections = await plex.music()
        stamp = plex_stamp(sections)
        async with storage.read() as conn:
            known = await keeping.stamp(conn, user_id, source)
        if not stamp or known != stamp:
            client = await plex.client()
            seen: set[str] = set()
            done = whole = 0
            for section in sections:
                start = 0
                while True:
                    params = {"type": int(Kind.ALBUM), "sort": "addedAt:asc", "includeGuids": 1}
                    path = f"/library/sections/{section.key}/all"
                    told = await client.calls.container(path, "list the albums", params, start=start, size=PAGE)
                    page = page_of(told, lambda said: said, start)
                    rows = page.rows if page.offset >= start else page.rows[start - page.offset :]
                    made = await asyncio.to_thread(self._of_plex, rows[:PAGE])
                    seen.update(each.row["key"] for each in made)
                    await self._keep_news(source, made)
                    start += len(rows[:PAGE])
                    done += len(rows[:PAGE])
                    await self._work.report(done=done, total=max(done, whole + page.total))
                    if not rows or start >= page.total:
                        whole += page.total
                        break
            if done >= whole:  # else the list moved while it was read, and somebody may have been passed over
                await self._keep_only(source, seen)
            else:
                stamp = ""
        async with self._work.saving() as conn:
            await keeping.was_read(conn, user_id, source, stamp)

    def _of_plex(self, rows: Sequence[Document]) -> list[Ready]:
        return keeping.ready(_some(holdings.of_plex(self._user_id, each) for each in rows))

    def _of_beets(self, rows: Sequence[Document]) -> list[Ready]:
        return keeping.ready(_some(holdings.of_beets(self._user_id, each) for each in rows))

    async def beets(self, beets: Beets) -> None:
        """The albums of the beets library, by ranges of ids. Raises :class:`NotConnected` and :class:`BeetsFailed`."""
        from services.beets.models import Shelf as About

        source = ShelfSource.BEETS
        await self._work.report(phase=PHASES[source], done=0, total=None)
        ids = array("q", sorted(await beets.ids("", About.ALBUMS)))
        seen: set[str] = set()
        for part in _parts(ids, _BEETS):
            told = await beets.exported_albums(part[0], part[-1], holdings.BEETS_FIELDS)
            made = await asyncio.to_thread(self._of_beets, told)
            seen.update(each.row["key"] for each in made)
            for some in _parts(made, _ROWS):
                await self._keep_news(source, some)
            await self._work.report(done=min(len(ids), len(seen)), total=len(ids))
        await self._keep_only(source, seen)
        async with self._work.saving() as conn:
            await keeping.was_read(conn, self._user_id, source)

    async def _keep_news(self, source: ShelfSource, made: Sequence[Ready]) -> None:
        async with self._work.storage.read() as conn:
            known = await keeping.markers(conn, self._user_id, source, [each.row["key"] for each in made])
        await self._keep(source, [each for each in made if known.get(each.row["key"]) != each.marker])

    async def _keep(self, source: ShelfSource, made: Sequence[Ready]) -> None:
        if not made:
            return
        async with self._work.saving() as conn:
            kept = await keeping.keep(conn, self._user_id, source, made)
        self.added += kept.added
        self.changed += kept.changed

    async def _keep_only(self, source: ShelfSource, seen: set[str]) -> None:
        async with self._work.storage.read() as conn:
            lost = [key for key in await keeping.every_key(conn, self._user_id, source) if key not in seen]
        for part in _parts(lost, CHUNK):
            await self._forget(source, part)

    async def _forget(self, source: ShelfSource, lost: Sequence[str]) -> None:
        async with self._work.saving() as conn:
            self.gone += await keeping.gone(conn, self._user_id, source, lost)


def _of_rows(
    user_id: UserId, source: ShelfSource, rows: Sequence[Any], credits: Mapping[str, Mapping[str, int]]
) -> list[Ready]:
    return keeping.ready(holdings.of_rows(user_id, source, rows, credits))


def plex_stamp(sections: Iterable[Section]) -> str:
    """What changes with the music libraries; empty where one of them does not tell."""
    told = list(sections)
    return " ".join(f"{each.key}:{each.stamp}" for each in told) if all(each.stamp for each in told) else ""


def _parts(whole: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (whole[start : start + size] for start in range(0, len(whole), size))


def _some(found: Iterable[NewHolding | None]) -> list[NewHolding]:
    return [each for each in found if each is not None]
