"""Reading a listener's library: followed artists, playlists with their items, saved tracks; as a durable job.

Spotify's budget is small (spotify-api.md 1.9), so a playlist is read again only when its snapshot is another, and saved
tracks only as far as something known. What vanished is marked, never deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from services.errors import UpstreamError, UpstreamNotFound, UpstreamRateLimited
from services.events import Events, SpotifyChanged
from services.jobs import JobResult, Work
from services.spotify.artists import read_followed
from services.spotify.client import SpotifyClient
from services.spotify.connect import Spotify
from services.spotify.facts import item_of, playlist_of, saved_of
from services.spotify.kinds import PLAYLIST_ITEMS
from services.spotify.quota import Quota
from storage import followed, playlist_items, playlists, saved_tracks, user_values
from storage.instants import instant
from storage.values import Document, ItemsState, NewItem, NewPlaylist, Playlist, UserId

log = structlog.get_logger(__name__)

PAGE = 50
"""Items that come with one question."""
LOOK_AGAIN = timedelta(days=7)
"""How long a playlist that Spotify does not show is not asked for again (spotify-api.md 2.20)."""
MOST_PASSES = 3
"""How often saved tracks are read whole when their number does not agree; after that nothing is marked as gone."""
FATAL = ("reauth_required", "owner_not_premium", "user_not_allowlisted")
"""What no other request would fare better with."""
_HIDDEN = "spotify.saved_hidden"
"""By how many Spotify counts more saved tracks than it lists, as the last complete reading found."""


class LibraryJob:
    """The kind of job that reads one listener's library from Spotify.

    Parameters: ``{"full": bool}`` reads all saved tracks. The result has the figures of its progress. It fails with
    :class:`NotConnected` where there is no login, and with Spotify's error where nothing can be read; single playlists
    that cannot are problems.
    """

    name = "spotify_library"

    def __init__(self, spotify: Spotify, events: Events) -> None:
        self._spotify = spotify
        self._events = events

    async def run(self, work: Work) -> JobResult:
        """Read everything, from the checkpoint on if there is one."""
        return JobResult(await self.read(work))

    async def read(self, work: Work) -> Document:
        """The same as a part of another job; returns the figures."""
        user_id = work.job.user_id
        client = await self._spotify.client(user_id)

        def changed() -> None:
            self._events.publish(SpotifyChanged(user_id))

        async with self._spotify.watched(user_id):
            reading = _Reading(work, client, self._spotify.quota, user_id, changed)
            if not work.checkpoint:
                await reading.artists()
                await reading.playlists()
            await reading.items()
            await reading.saved(full=bool(work.job.params.get("full")))
        return await reading.figures()


class _Reading:
    def __init__(
        self, work: Work, client: SpotifyClient, quota: Quota, user_id: UserId, changed: Callable[[], None]
    ) -> None:
        self._work = work
        self._client = client
        self._quota = quota
        self._user_id = user_id
        self._changed = changed

    # -- followed artists and the list of playlists -------------------------------------------------------------------

    async def artists(self) -> None:
        """All followed artists. One missing permission or refusal costs only these."""
        work = self._work
        await work.report(phase="artists")
        try:
            found, complete = await read_followed(self._client)
        except UpstreamError as error:
            await self._problem("Followed artists", error)
            return
        async with work.saving() as conn:
            await followed.keep(conn, self._user_id, found)
            if complete:
                await followed.mark_unlisted_removed(conn, self._user_id, [each.artist_id for each in found])
            await work.report(done=len(found), total=len(found), counts={"artists": len(found)})
        self._changed()

    async def playlists(self) -> None:
        """The list of playlists, page by page; then what is on none of them is marked as gone."""
        work = self._work
        await work.report(phase="playlists")
        try:
            me = (await self._client.profile()).id
            listed: set[str] = set()
            offset, total = 0, 1
            while offset < total:
                page = await self._client.playlists(offset)
                found = [
                    playlist_of(each, me=me, position=offset + place)
                    for place, each in enumerate(page.items)
                    if each is not None and each.id and each.id not in listed
                ]
                listed.update(each.playlist_id for each in found)
                await self._keep_listed(found)
                offset += len(page.items)
                total = page.total or 0
                await work.report(done=min(offset, total), total=total, counts={"playlists": len(listed)})
                if not page.items:
                    break
        except UpstreamError as error:
            await self._problem("Playlists", error)
            return
        checkpoint: Document = {"stage": "items"}
        async with work.saving(checkpoint) as conn:
            if offset >= total:
                await playlists.mark_unlisted_removed(conn, self._user_id, listed)
        self._changed()

    async def _keep_listed(self, found: list[NewPlaylist]) -> None:
        async with self._work.saving() as conn:
            await playlists.keep_listed(conn, self._user_id, found)

    # -- items --------------------------------------------------------------------------------------------------------

    async def items(self) -> None:
        """The items of every playlist whose snapshot is another than that of the kept ones, each stored whole. Where the day's
        budget does not suffice for one, the rest waits.
        """
        work = self._work
        async with work.storage.read() as conn:
            stale = [each for each in await playlists.stale(conn, self._user_id) if _is_worth_asking(each)]
        await work.report(phase="items", done=0, total=len(stale))
        for done, each in enumerate(stale, 1):
            try:
                await self._quota.require(PLAYLIST_ITEMS.name, max(1, -(-each.track_count // PAGE)))
                found = await read_items(self._client, each)
                async with work.saving() as conn:
                    if found is None:
                        await playlist_items.note_not_accessible(conn, each.pk)
                    else:
                        await playlist_items.replace(conn, each.pk, found, each.snapshot_id)
                self._changed()
            except UpstreamError as error:
                await self._problem(each.name, error)
            await work.report(done=done, note=each.name)
        await work.report(note="", counts={"playlistsRead": len(stale)})

    # -- saved tracks -------------------------------------------------------------------------------------------------

    async def saved(self, *, full: bool) -> None:
        """The saved tracks: what is new, and all of them where the number says that some were taken out."""
        work = self._work
        await work.report(phase="saved")
        try:
            begun: Document = work.checkpoint.get("saved") or {}
            if not full and not begun and await self._newest_saved():
                return
            await self._all_saved(begun)
        except UpstreamError as error:
            await self._problem("Saved tracks", error)

    async def _newest_saved(self) -> bool:
        """Read pages until something known appears; whether the number of tracks is then as Spotify says."""
        offset, total = 0, 1
        while offset < total:
            asked = instant()
            page = await self._client.saved_tracks(offset)
            rows = [track for row in page.items if (track := saved_of(row)) is not None]
            async with self._work.saving() as conn:
                is_known = await saved_tracks.known(conn, self._user_id, rows)
                await saved_tracks.keep(conn, self._user_id, rows, seen_at=asked)
            offset, total = offset + len(page.items), page.total or 0
            await self._work.report(done=min(offset, total), total=total)
            if is_known or not page.items:
                break
        self._changed()
        async with self._work.storage.read() as conn:
            hidden = await user_values.get(conn, self._user_id, _HIDDEN)
            return await saved_tracks.count(conn, self._user_id) + (hidden[0] if hidden else 0) == total

    async def _all_saved(self, begun: Document) -> None:
        """Read all of them from where an earlier attempt got to; then mark what was not seen."""
        since, offset, passes = begun.get("since") or instant(), int(begun.get("offset") or 0), 0
        while passes < MOST_PASSES:
            passes += 1
            first: int | None = None
            while True:
                asked = instant()
                page = await self._client.saved_tracks(offset)
                total = page.total or 0
                first = total if first is None else first
                rows = [track for row in page.items if (track := saved_of(row)) is not None]
                offset += len(page.items)
                checkpoint: Document = {"stage": "items", "saved": {"since": since, "offset": offset}}
                async with self._work.saving(checkpoint) as conn:
                    await saved_tracks.keep(conn, self._user_id, rows, seen_at=asked)
                    await self._work.report(done=min(offset, total), total=total)
                if offset >= total or not page.items:
                    break
            if total == first and offset >= total:
                async with self._work.saving({"stage": "items"}) as conn:
                    await saved_tracks.mark_unseen_removed(conn, self._user_id, since)
                    hidden = total - await saved_tracks.count(conn, self._user_id)
                    if hidden or await user_values.get(conn, self._user_id, _HIDDEN):
                        await user_values.put(conn, self._user_id, _HIDDEN, hidden)
                break
            log.info("saved_tracks_moved_while_reading", passes=passes)
            since, offset = instant(), 0
        self._changed()

    # -- the end ------------------------------------------------------------------------------------------------------

    async def figures(self) -> Document:
        """What is kept now."""
        async with self._work.storage.read() as conn:
            counts = {
                "artists": await followed.count(conn, self._user_id),
                "playlists": await playlists.count(conn, self._user_id),
                "savedTracks": await saved_tracks.count(conn, self._user_id),
            }
        await self._work.report(counts=counts)
        return dict(counts)

    async def _problem(self, item: str, error: UpstreamError) -> None:
        """One thing failed and the rest goes on, unless the rest would fail as well."""
        if isinstance(error, UpstreamRateLimited) or error.status == 401 or getattr(error, "code", "") in FATAL:
            raise error
        await self._work.problem(item, error.message)


async def read_items(client: SpotifyClient, held: Playlist) -> list[NewItem] | None:
    """All items of a playlist in their order; None where Spotify shows them only to its owner and collaborators.

    A playlist that is changed between two pages is read once more from the beginning.
    """
    try:
        found, is_steady = await _read_pages(client, held.playlist_id)
        return found if is_steady else (await _read_pages(client, held.playlist_id))[0]
    except UpstreamNotFound:
        return None
    except UpstreamError as error:
        if is_kept_back(error) and not held.is_own:
            return None
        raise


async def _read_pages(client: SpotifyClient, playlist_id: str) -> tuple[list[NewItem], bool]:
    """Every page, and whether the playlist had as many items at the end as at the beginning."""
    found: list[NewItem] = []
    totals: set[int] = set()
    while True:
        page = await client.playlist_items(playlist_id, len(found))
        found += [item_of(row) for row in page.items]
        totals.add(page.total or 0)
        if not page.items or len(found) >= (page.total or 0):
            return found, len(totals) == 1


def is_kept_back(error: UpstreamError) -> bool:
    """Whether Spotify shows the thing only to others (spotify-api.md 2.11)."""
    return getattr(error, "code", "") in ("not_accessible", "capability_closed")


def _is_worth_asking(held: Playlist) -> bool:
    """Whether a playlist whose items are not here may be shown by now."""
    if held.is_editable or held.items_state is not ItemsState.NOT_ACCESSIBLE or held.items_checked_at is None:
        return True
    return datetime.now(UTC) - datetime.fromisoformat(held.items_checked_at) > LOOK_AGAIN
