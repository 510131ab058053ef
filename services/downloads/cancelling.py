"""Cancelling a download, in whichever process is asked: slskd confirms it first, or nothing changes (harmony-contract.md 7.4)."""

from __future__ import annotations

import asyncio

from sqlalchemy.ext.asyncio import AsyncConnection

from services.downloads.listing import Listing
from services.errors import Conflict, NotFound, UpstreamError
from services.soulseek.client import SlskdClient
from services.soulseek.connect import Soulseek
from services.soulseek.refusals import SERVICE
from storage import downloads
from storage import downloads_keeping as keeping
from storage.engine import Storage
from storage.instants import instant
from storage.values.downloads import Download, DownloadState, Handover
from storage.values.ids import UserId

PATIENCE = 20.0
"""Seconds that a cancel waits while slskd is just being told of the download."""
_LOOK = 0.25


class Cancelling:
    """Cancels downloads."""

    def __init__(self, storage: Storage, soulseek: Soulseek) -> None:
        self._storage = storage
        self._soulseek = soulseek

    async def cancel(self, user_id: UserId, download_id: int) -> Download:
        """The cancelled download. Raises :class:`NotFound`, :class:`Conflict` for what is over, :class:`NotConnected`, and
        :class:`UpstreamError` with everything as it was where slskd did not confirm.
        """
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            row = await self._active(user_id, download_id)
            if row.handover is Handover.WAITING:
                async with self._storage.write() as conn:
                    if await downloads.cancel_unsent(conn, user_id, download_id):
                        return await _there(conn, user_id, download_id)
                continue  # slskd is being told of it since
            client = await self._soulseek.client()
            transfer_id = await self._transfer_of(client, row)
            if transfer_id is not None:
                return await self._stop(client, row, transfer_id)
            if row.handover is Handover.HANDED:
                raise UpstreamError(SERVICE, "slskd does not know this download any more.", _LOOK_LATER, 404)
            if asyncio.get_running_loop().time() >= deadline:
                raise UpstreamError(SERVICE, "slskd is just being told of this download.", _LOOK_LATER)
            await asyncio.sleep(_LOOK)

    async def stop_whatever(self, user_id: UserId, download_id: int) -> Download:
        """The same in any state, for ``DELETE /soulseek/download/{id}``: what is over stays what it is, but slskd is told."""
        async with self._storage.read() as conn:
            row = await _there(conn, user_id, download_id)
        if row.state.is_active:
            return await self.cancel(user_id, download_id)
        if row.transfer_id is not None:
            await (await self._soulseek.client()).cancel(row.username, row.transfer_id)
        return row

    async def _active(self, user_id: UserId, download_id: int) -> Download:
        async with self._storage.read() as conn:
            row = await _there(conn, user_id, download_id)
        if not row.state.is_active:
            raise not_now("cancelled")
        return row

    async def _transfer_of(self, client: SlskdClient, row: Download) -> str | None:
        """The transfer as slskd has it now: the id may be one from before its last start, and slskd says yes to any id."""
        listing = Listing(await client.downloads_of(row.username))
        under_way = listing.active(row)
        if under_way is not None:
            return under_way.id
        return row.transfer_id if row.handover is Handover.HANDED else None

    async def _stop(self, client: SlskdClient, row: Download, transfer_id: str) -> Download:
        ended = await client.cancel(row.username, transfer_id)
        if ended is None:
            raise UpstreamError(SERVICE, "slskd does not know this download any more.", _LOOK_LATER, 404)
        now = instant()
        changes = {"transfer_id": transfer_id, "raw_state": ended.state, "finished_at": now, "speed": 0, "place": None}
        changes |= {"handover": Handover.HANDED, "error_code": None, "error": None, "hint": None}
        if ended.is_succeeded:
            changes |= {"state": DownloadState.COMPLETED, "progress": 100.0, "bytes_transferred": ended.size}
        else:
            changes["state"] = DownloadState.CANCELLED
        async with self._storage.write() as conn:
            await keeping.change(conn, row.id, **changes)
            after = await _there(conn, row.user_id, row.id)
        if after.state is DownloadState.COMPLETED:
            raise not_now("cancelled")
        return after


_LOOK_LATER = "Look again in a few seconds."


def not_now(done: str) -> Conflict:
    """The words of harmony-contract.md 7.4 and 7.5."""
    return Conflict(f"Download cannot be {done} in its current state")


async def _there(conn: AsyncConnection, user_id: UserId, download_id: int) -> Download:
    row = await downloads.get(conn, user_id, download_id)
    if row is None:
        raise no_such_download()
    return row


def no_such_download() -> NotFound:
    """The words of harmony-contract.md 7.2."""
    return NotFound("Download not found")
