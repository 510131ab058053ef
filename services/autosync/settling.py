"""What became of the tracks that were asked for: on their way, arrived, filed by beets, failed. Looks at the download queue and the
arrivals only; may be done at any time, by any process, as often as one likes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from services.autosync.telling import Feed
from services.events import Events
from storage import arrivals, downloads
from storage import autosync as rows
from storage.engine import Storage
from storage.values import UserId
from storage.values.arrivals import Arrival, ArrivalState
from storage.values.autosync import AutosyncState, AutosyncTrack, Failure
from storage.values.downloads import Download, DownloadState

SOURCE = "transfers"
"""Under which the feed names it: no run of its own."""
_OPEN = (AutosyncState.REQUESTED, AutosyncState.ARRIVED)
_AT_ONCE = 200


async def settle(storage: Storage, events: Events, user_id: UserId) -> int:
    """Look at everything that was asked for and is not over; how many changed."""
    changed, offset = 0, 0
    feed = Feed(storage, events, user_id, SOURCE, {})
    while True:
        async with storage.read() as conn:
            page = await rows.page(conn, user_id, _OPEN, limit=_AT_ONCE, offset=offset)
            latest = await _latest(conn, user_id, [each.download_id for each in page if each.download_id is not None])
            filed = await _arrivals(conn, user_id, page, list(latest.values()))
        over = 0
        for each in page:
            became = await _settle(storage, feed, user_id, each, latest.get(each.download_id or 0), filed)
            changed += became is not None
            over += became in (AutosyncState.IMPORTED, AutosyncState.FAILED)
        offset += len(page) - over
        if len(page) < _AT_ONCE:
            return changed


async def _latest(conn: AsyncConnection, user_id: UserId, ids: Sequence[int]) -> dict[int, Download]:
    """The last attempt of each of these downloads, by the id of the first; what was taken off the list is left out."""
    found = {row.id: row for row in await downloads.some(conn, user_id, ids)}
    while following := {first: row.retried_as for first, row in found.items() if row.retried_as is not None}:
        rows_ = {row.id: row for row in await downloads.some(conn, user_id, list(following.values()))}
        moved = {first: rows_[later] for first, later in following.items() if later in rows_}
        if not moved:
            break
        found |= moved
    return found


async def _arrivals(
    conn: AsyncConnection, user_id: UserId, page: Sequence[AutosyncTrack], latest: Sequence[Download]
) -> dict[str, Arrival]:
    """The newest arrival of each folder in which one of these lies; that of a disc's folder may be the album's above it."""
    paths = {row.local_path for row in latest} | {each.path for each in page}
    folders = sorted({folder for path in paths if path for folder in _folders(path)})
    found: dict[str, Arrival] = {}
    for start in range(0, len(folders), _AT_ONCE):
        found |= await arrivals.last_of(conn, user_id, folders[start : start + _AT_ONCE])
    return found


def _folders(path: str) -> tuple[str, ...]:
    folder = Path(path).parent
    return path, str(folder), str(folder.parent)


async def _settle(
    storage: Storage, feed: Feed, user_id: UserId, track: AutosyncTrack, row: Download | None, filed: dict[str, Arrival]
) -> AutosyncState | None:
    """What it is now, None where nothing changed."""
    if row is None and track.state is AutosyncState.REQUESTED:
        said = "It was taken off the list of downloads."
        return await _failed(storage, feed, user_id, track, Failure.DOWNLOAD, said)
    if row is not None and row.state is not DownloadState.COMPLETED:
        if row.state.is_active:
            return None
        said = "It was cancelled." if row.state is DownloadState.CANCELLED else (row.error or "The download failed.")
        return await _failed(storage, feed, user_id, track, Failure.DOWNLOAD, said)
    path = (row.local_path if row else None) or track.path
    arrival = _arrival(path, row.created_at if row else track.changed_at, filed)
    if arrival is not None and arrival.state is ArrivalState.IMPORTED:
        lies = arrival.filed[0] if arrival.filed else path
        async with storage.write() as conn:
            if await rows.imported(conn, user_id, track.track_key, lies):
                await feed.of_track(conn, "track_imported", track, path=lies)
        feed.publish()
        return AutosyncState.IMPORTED
    if arrival is not None and arrival.state is ArrivalState.FAILED:
        return await _failed(storage, feed, user_id, track, Failure.IMPORT, arrival.error or "beets could not file it.")
    if track.state is AutosyncState.ARRIVED and track.path == path:
        return None
    async with storage.write() as conn:
        await rows.change(conn, user_id, track.track_key, AutosyncState.ARRIVED, among=_OPEN, path=path, error=None)
    return AutosyncState.ARRIVED


def _arrival(path: str | None, since: str, filed: dict[str, Arrival]) -> Arrival | None:
    """The arrival that a file was part of which was asked for at ``since``. An import that was begun before is an earlier one:
    while something is on its way into a folder, none is begun on it.
    """
    found = next((filed[folder] for folder in _folders(path) if folder in filed), None) if path else None
    return None if found is None or (found.begun_at or found.changed_at) < since else found


async def _failed(
    storage: Storage, feed: Feed, user_id: UserId, track: AutosyncTrack, failure: Failure, said: str
) -> AutosyncState:
    status = "import_failed" if failure is Failure.IMPORT else "download_failed"
    async with storage.write() as conn:
        if await rows.fail(conn, user_id, track.track_key, failure, said, among=_OPEN):
            await feed.of_track(conn, status, track, error=said)
    feed.publish()
    return AutosyncState.FAILED
