"""Taking back what an export made on Discogs: only what still is as it was made."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from sqlalchemy.ext.asyncio import AsyncConnection

from services.discogs.export import reasons
from services.discogs.export.turn import Desk, Turn
from services.discogs.export.wanted import Wanted
from services.discogs.market_models import Listing
from services.errors import UpstreamNotFound
from storage import copies, exports, records, wants
from storage.values import ExportState, InstanceId, UserId


class FromCollection:
    """Takes copies out of the collection that are where they were put and carry no custom fields.

    A rating belongs to the release, not to the copy (discogs-api.md 4.4), so it does not hold one back. The record stays
    here, marked as gone from Discogs, so that the next sync does not add it again.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def do(self, turn: Turn) -> None:
        desk, item = self._desk, turn.item
        assert item.instance_id is not None, "what was sent to the collection has its copy"
        there = await desk.client.instances(desk.username, item.release_id)
        copy = next((each for each in there if each.instance_id == item.instance_id), None)
        if copy is None:
            await self._gone(turn)
            return
        if copy.folder_id != item.folder_id or copy.field_values or await self._is_edited_here(item.instance_id):
            await turn.became(ExportState.SKIPPED, reasons.CHANGED)
            return
        await turn.became(ExportState.SENDING)
        with suppress(UpstreamNotFound):  # gone is as good
            await desk.client.delete_instance(desk.username, copy.folder_id, item.release_id, item.instance_id)
        await self._gone(turn)

    async def _gone(self, turn: Turn) -> None:
        """The copy is not there any more, through us or not."""
        assert turn.item.instance_id is not None
        async with taken_back(turn) as conn:
            await _mark_gone(conn, self._desk.user_id, turn.item.instance_id)
        self._desk.collection_changed()

    async def _is_edited_here(self, instance_id: InstanceId) -> bool:
        async with self._desk.work.storage.read() as conn:
            held = await copies.get(conn, self._desk.user_id, instance_id)
        return held is not None and bool(held.copy.pending)


class FromWantlist:
    """Takes off the wantlist what has neither notes nor a rating."""

    def __init__(self, desk: Desk, wanted: Wanted) -> None:
        self._desk = desk
        self._wanted = wanted

    async def do(self, turn: Turn) -> None:
        desk, release_id = self._desk, turn.item.release_id
        want = await self._wanted.of(release_id)
        if want is not None:
            if want.notes or want.rating:
                await turn.became(ExportState.SKIPPED, reasons.CHANGED)
                return
            await turn.became(ExportState.SENDING)
            await desk.client.wantlist.delete(desk.username, release_id)
        async with taken_back(turn) as conn:
            await wants.remove(conn, desk.user_id, release_id)
        desk.wants_changed()


class FromMarketplace:
    """Deletes listings that say what they said when they were made."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def do(self, turn: Turn) -> None:
        market, listing_id = self._desk.client.market, turn.item.listing_id
        assert listing_id is not None, "what was sent to the marketplace has its listing"
        try:
            listing = await market.listing(listing_id)
        except UpstreamNotFound:
            listing = None
        if listing is not None:
            if (changed := self._changed(listing)) is not None:
                await turn.became(ExportState.SKIPPED, changed)
                return
            await turn.became(ExportState.SENDING)
            await market.delete(listing_id)
        async with taken_back(turn):
            pass

    def _changed(self, listing: Listing) -> str | None:
        """Why the listing has to stay; None if it is as it was made."""
        terms = self._desk.terms.listing
        assert terms is not None, "a listing was made with terms"
        if listing.status != terms.status:
            return reasons.CHANGED if listing.status in ("Draft", "For Sale") else reasons.SOLD
        made = (terms.condition, terms.sleeve_condition, terms.comments, terms.price)
        price = listing.price.cents if listing.price else None
        return (
            None if (listing.condition, listing.sleeve_condition, listing.comments, price) == made else reasons.CHANGED
        )


@asynccontextmanager
async def taken_back(turn: Turn) -> AsyncGenerator[AsyncConnection]:
    """The transaction in which an item is undone, here and in the export that sent it.

    What was gone before we did anything is skipped, and counts as undone there all the same.
    """
    state, message = (ExportState.SENT, None) if turn.is_under_way else (ExportState.SKIPPED, reasons.NOT_THERE)
    async with turn.becoming(state, message) as conn:
        yield conn
        assert turn.desk.undo_of is not None
        await exports.mark_undone(conn, turn.desk.undo_of, turn.item.position)


async def _mark_gone(conn: AsyncConnection, user_id: UserId, instance_id: InstanceId) -> None:
    pk = await copies.mark_removed(conn, user_id, instance_id)
    if pk is None:
        return
    await records.refresh_from_copies(conn, [pk])
    record = await records.get_by_pk(conn, pk)
    if record is not None and record.removed_at and record.is_synced:
        await records.change(conn, user_id, record.record_id, {"is_synced": False})
