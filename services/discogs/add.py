"""Adding a release to a Discogs collection without ever adding it twice.

Discogs makes a further copy for every add, so each one is looked for first, recorded as an intent before it is sent and
confirmed after; whatever happens in between, the next look settles it (discogs-api.md 4.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.discogs.client import DiscogsClient
from services.discogs.collection import keep
from services.discogs.models import AddedInstance, CollectionItem
from services.errors import Conflict, UpstreamError, UpstreamRateLimited
from storage import copies, file_copies, intents, records
from storage.instants import instant
from storage.values import InstanceId, Intent, NewCopy, Record, ReleaseId, UserId

log = structlog.get_logger(__name__)

UNCATEGORIZED = 1
"""The folder that every collection has."""
_IN_FLIGHT = timedelta(seconds=120)
"""A recorded add of somebody else that is younger may still be on its way: longer than any request takes."""


class Sender(Enum):
    """Who sends an add. There is one sync and one export at a time, so what an earlier one left open is not on its way
    any more. Only an export adds releases that there is no record of.
    """

    SYNC = "add by sync"
    PERSON = "add by hand"
    EXPORT = "add by export"


class Outcome(Enum):
    """What is known of an add at the moment that is stored."""

    INTENDED = "intended"
    """It is about to be sent."""
    NOT_SENT = "not sent"
    """It was not carried out."""
    SENT = "sent"
    WAS_THERE = "was there"
    """The collection has the release; nothing was sent now."""

    @property
    def is_there(self) -> bool:
        """Whether the release is in the collection."""
        return self in (Outcome.SENT, Outcome.WAS_THERE)


class Saving(Protocol):
    """Opens the transaction in which an outcome is stored, with the copy that was made (or is the newest there)."""

    def __call__(
        self, outcome: Outcome, instance_id: InstanceId | None = None, /
    ) -> AbstractAsyncContextManager[AsyncConnection]: ...


class Adding:
    """Adds releases to one folder for one user, by one sender, storing through ``saving``.

    Raises the ``Upstream*`` errors. When it is not known whether an add was carried out its intent stays open, and the
    next call for that release settles it by looking.
    """

    def __init__(
        self,
        client: DiscogsClient,
        username: str,
        user_id: UserId,
        web_base: str,
        sender: Sender,
        saving: Saving,
        folder_id: int = UNCATEGORIZED,
    ) -> None:
        self._client = client
        self._username = username
        self._user_id = user_id
        self._web_base = web_base
        self._sender = sender
        self._saving = saving
        self._folder_id = folder_id

    async def ensure(self, release_id: ReleaseId) -> Outcome:
        """See that the release is in the collection: look, and add it if there is no copy.

        Raises :class:`Conflict` while somebody else may be adding the same release.
        """
        if there := await self._client.instances(self._username, release_id):
            await self._found(release_id, there, Outcome.WAS_THERE)
            return Outcome.WAS_THERE
        async with self._saving(Outcome.INTENDED) as conn:
            held = (await records.by_discogs_ids(conn, self._user_id, [release_id])).get(release_id)
            if held is None and self._sender is not Sender.EXPORT:  # removed since we looked
                return Outcome.WAS_THERE
            if held is not None and held.is_synced:  # added by somebody else since we looked
                return Outcome.WAS_THERE
            await self._settle_absent(conn, release_id)
            intent = await intents.record(
                conn,
                self._user_id,
                self._sender.value,
                release_id,
                record_pk=held.pk if held else None,
                folder_id=self._folder_id,
            )
        return await self._send(held, intent)

    async def settle(self, intent: Intent) -> Outcome | None:
        """Find out what became of an add that an earlier run left open; None if it was not carried out."""
        there = await self._client.instances(self._username, intent.release_id)
        if there:
            await self._found(intent.release_id, there, Outcome.SENT)
            return Outcome.SENT
        async with self._saving(Outcome.NOT_SENT) as conn:
            await intents.fail(conn, intent.id, "It was not carried out.")
        return None

    async def _send(self, record: Record | None, intent: Intent) -> Outcome:
        try:
            added = await self._client.add_to_collection(self._username, self._folder_id, intent.release_id)
        except UpstreamError as error:
            if isinstance(error, UpstreamRateLimited) or (error.status is not None and 400 <= error.status < 500):
                async with self._saving(Outcome.NOT_SENT) as conn:
                    await intents.fail(conn, intent.id, error.message)
                raise
            if not await self._arrived(intent):
                raise
            return Outcome.SENT
        if record is None and await self._arrived(intent):  # what the answer says of a release lacks genres and styles
            return Outcome.SENT
        async with self._saving(Outcome.SENT, InstanceId(added.instance_id)) as conn:
            await intents.confirm(conn, intent.id, InstanceId(added.instance_id))
            if record is None:
                return Outcome.SENT  # it could not be looked at just now; the next sync brings the record
            await file_copies.remove(conn, self._user_id, [record.pk])  # what a file described is this copy now
            await copies.upsert_many(conn, self._user_id, [_copy(record, intent, added)], seen_pass=None)
            await records.mark_synced(conn, record.pk)
            await records.refresh_from_copies(conn, [record.pk])
        return Outcome.SENT

    async def _arrived(self, intent: Intent) -> bool:
        """Look once whether an add that was not answered was carried out; if that is not seen, it stays open."""
        try:
            there = await self._client.instances(self._username, intent.release_id)
        except UpstreamError as error:
            log.warning("add_not_settled", release=intent.release_id, error=error.message)
            return False
        if there:
            await self._found(intent.release_id, there, Outcome.SENT)
        return bool(there)

    async def _found(self, release_id: ReleaseId, there: Sequence[CollectionItem], outcome: Outcome) -> None:
        """The collection has the release: keep its copies, confirm every add that was open."""
        newest = InstanceId(max(item.instance_id for item in there))
        async with self._saving(outcome, newest) as conn:
            for intent in await intents.unsettled(conn, self._user_id, release_id=release_id):
                await intents.confirm(conn, intent.id, newest)
            await keep(conn, self._user_id, there, self._web_base)

    async def _settle_absent(self, conn: AsyncConnection, release_id: ReleaseId) -> None:
        """The release is not there: no open add was carried out, unless it is another sender's and still on its way."""
        for intent in await intents.unsettled(conn, self._user_id, release_id=release_id):
            is_ours = self._sender is not Sender.PERSON and intent.kind == self._sender.value
            if not is_ours and _is_young(intent):
                raise Conflict(
                    f"Release {release_id} is being added to the collection already.",
                    "Nothing needs to be done; the next sync looks whether it arrived.",
                )
            await intents.fail(conn, intent.id, "It was not carried out.")


def _copy(record: Record, intent: Intent, added: AddedInstance) -> NewCopy:
    return NewCopy(
        instance_id=InstanceId(added.instance_id),
        record_pk=record.pk,
        release_id=intent.release_id,
        folder_id=intent.folder_id or added.folder_id,  # the answer need not say (discogs-api.md 4.4)
        date_added=added.date_added or instant(),
        rating=added.rating,
    )


def _is_young(intent: Intent) -> bool:
    return datetime.now(UTC) - datetime.fromisoformat(intent.created_at) < _IN_FLIGHT
