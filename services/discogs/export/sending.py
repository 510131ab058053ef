"""Sending one item to the collection, the wantlist or the marketplace, never twice (discogs-api.md 4.4-4.6)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from services.discogs.add import Adding, Outcome, Sender
from services.discogs.export import reasons
from services.discogs.export.turn import Desk, Turn, is_refusal
from services.discogs.export.wanted import Wanted
from services.discogs.facts import want_of
from services.discogs.market_models import Listing
from services.errors import UpstreamError, UpstreamNotFound, UpstreamRateLimited
from storage import exports, wants
from storage.values import ExportState, InstanceId

_OLDER = timedelta(days=1)
"""By how much a listing must be older than our try to be none of ours, whatever the clocks say."""
_BEFORE = timedelta(minutes=10)
"""By how much a want must be older than our asking for it to have been there before, whatever the clocks say."""


class ToCollection:
    """Adds releases as the sync does, and takes what is owned now off the wantlist where that was asked for.

    An item that has its copy and is still ``sending`` lacks only the latter.
    """

    def __init__(self, desk: Desk, wanted: Wanted) -> None:
        self._desk = desk
        self._wanted = wanted

    async def do(self, turn: Turn) -> None:
        if turn.item.instance_id is None:
            await self._add(turn)
        if turn.is_open:
            await self._fulfil(turn)

    async def _add(self, turn: Turn) -> None:
        desk = self._desk
        adding = Adding(
            desk.client,
            desk.username,
            desk.user_id,
            desk.web_base,
            Sender.EXPORT,
            partial(self._saving, turn),
            desk.terms.folder_id,
        )
        await adding.ensure(turn.item.release_id)
        if turn.item.instance_id is None and turn.is_open:  # somebody else added it while we looked
            await turn.became(ExportState.SKIPPED, reasons.IN_COLLECTION)
        desk.collection_changed()

    @asynccontextmanager
    async def _saving(
        self, turn: Turn, outcome: Outcome, instance_id: InstanceId | None = None, /
    ) -> AsyncGenerator[AsyncConnection]:
        """What :class:`Adding` finds out is what becomes of the item, in the same transaction."""
        folder_id = self._desk.terms.folder_id
        match outcome:
            case Outcome.INTENDED:
                becoming = turn.becoming(ExportState.SENDING)
            case Outcome.NOT_SENT:
                becoming = turn.becoming(ExportState.PENDING)
            case Outcome.WAS_THERE if not turn.is_under_way:
                becoming = turn.becoming(ExportState.SKIPPED, reasons.IN_COLLECTION)
            case Outcome.SENT | Outcome.WAS_THERE:
                state = ExportState.SENDING if self._desk.terms.remove_from_wantlist else ExportState.SENT
                becoming = turn.becoming(state, instance_id=instance_id, folder_id=folder_id)
        async with becoming as conn:
            yield conn

    async def _fulfil(self, turn: Turn) -> None:
        """The release is owned now: it need not be wanted any more."""
        if await self._wanted.of(turn.item.release_id) is None:
            await turn.became(ExportState.SENT)
            return
        try:
            await self._desk.client.wantlist.delete(self._desk.username, turn.item.release_id)
        except UpstreamError as error:
            if isinstance(error, UpstreamRateLimited) or not is_refusal(error.status) or error.status == 401:
                raise
            await turn.became(ExportState.SENT, f"{reasons.STILL_WANTED}: {error.message}")
            return
        async with turn.becoming(ExportState.SENT) as conn:
            await wants.remove(conn, self._desk.user_id, turn.item.release_id)
        self._desk.wants_changed()


class ToWantlist:
    """Puts releases on the wantlist. That may be repeated without harm, but what was wanted before is not ours."""

    def __init__(self, desk: Desk, wanted: Wanted) -> None:
        self._desk = desk
        self._wanted = wanted

    async def do(self, turn: Turn) -> None:
        desk, release_id = self._desk, turn.item.release_id
        if await self._wanted.of(release_id) is not None:
            if turn.is_under_way:
                await turn.became(ExportState.SENT)
            else:
                await turn.became(ExportState.SKIPPED, reasons.ON_WANTLIST)
            return
        if not turn.is_under_way:
            await turn.became(ExportState.SENDING)
        asked_at = datetime.now(UTC)
        try:
            put = await desk.client.wantlist.put(desk.username, release_id)
        except UpstreamError as error:
            if isinstance(error, UpstreamRateLimited) or is_refusal(error.status):
                await turn.became(ExportState.PENDING)
            raise
        was_there = put.date_added and datetime.fromisoformat(put.date_added) < asked_at - _BEFORE
        state, message = (ExportState.SKIPPED, reasons.ON_WANTLIST) if was_there else (ExportState.SENT, None)
        async with turn.becoming(state, message) as conn:
            await wants.put(conn, desk.user_id, want_of(put))
        desk.wants_changed()


class ToMarketplace:
    """Offers releases for sale. Every listing carries a mark of its own, by which it is found again."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def do(self, turn: Turn) -> None:
        desk = self._desk
        assert desk.terms.listing is not None and turn.item.external_id is not None, "offered with terms and a mark"
        if turn.is_under_way and await self._found(turn):
            return
        if not turn.is_under_way:
            await turn.became(ExportState.SENDING)
        offer = desk.terms.listing.offer(turn.item.release_id, turn.item.external_id)
        try:
            listing_id = await desk.client.market.create(offer)
        except UpstreamError as error:
            if isinstance(error, UpstreamRateLimited) or is_refusal(error.status):
                await turn.became(ExportState.PENDING)
                raise
            if not await self._found(turn):
                raise
            return
        await turn.became(ExportState.SENT, listing_id=listing_id)

    async def _found(self, turn: Turn) -> bool:
        """Whether the listing is in the inventory, newest first; it then counts as sent."""
        desk = self._desk
        async with desk.work.storage.read() as conn:
            tried_at = await exports.changed_at(conn, desk.work.job.id, turn.item.position)
        oldest = datetime.fromisoformat(tried_at) - _OLDER
        number = 1
        while True:
            try:
                page = await desk.client.market.inventory(desk.username, number)
            except UpstreamNotFound:  # the page after the last one
                return False
            for listing in page.listings:
                if listing.external_id == turn.item.external_id:
                    await turn.became(ExportState.SENT, listing_id=listing.id)
                    return True
            if number >= page.pagination.pages or (page.listings and _is_older(page.listings[-1], oldest)):
                return False
            number += 1


def _is_older(listing: Listing, moment: datetime) -> bool:
    return bool(listing.posted) and datetime.fromisoformat(listing.posted) < moment
