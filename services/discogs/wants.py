"""The wantlist of every user: kept here to be listed at once, changed on Discogs first."""

from __future__ import annotations

from array import array
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import asynccontextmanager

from services.discogs.connect import Discogs
from services.discogs.facts import want_of
from services.discogs.filing import file_met
from services.discogs.wantlist_calls import WantItem, WantlistCalls
from services.errors import InvalidInput, NotFound, UpstreamNotFound
from services.events import ActivityAdded, Events, WantsChanged
from storage import activity, wants
from storage.engine import Storage
from storage.values import Activity, ReleaseId, UserId, Want, WantQuery

ACTIVITY = "wantlist"
"""The type of the feed's entries about wants; their states are ``added``, ``edited``, ``removed`` and ``restored``."""
LONGEST_NOTES = 4000
"""Characters of a note; Discogs documents no limit."""
BEST_RATING = 5


class Wants:
    """What users want. A change is made on Discogs before anything is stored, so when it fails nothing changes here.

    Changes raise :class:`NotConnected` without a connection, :class:`InvalidInput` that names a bad field, and the
    ``Upstream*`` errors. Repeating one does no harm: the wantlist is keyed by release. One that was carried out but not
    answered shows with the next sync.
    """

    def __init__(self, discogs: Discogs, storage: Storage, events: Events) -> None:
        self._discogs = discogs
        self._storage = storage
        self._events = events

    async def page(
        self, user_id: UserId, query: WantQuery, *, limit: int | None = None, offset: int = 0
    ) -> tuple[list[Want], int]:
        """A page of what ``query`` asks for (all of it without ``limit``), and how many there are in all."""
        async with self._storage.read() as conn:
            return await wants.page(conn, user_id, query, limit=limit, offset=offset)

    async def order(self, user_id: UserId, query: WantQuery) -> array[int]:
        """The keys of everything that ``query`` asks for, in its order, as of one instant; see :meth:`some`."""
        async with self._storage.read() as conn:
            return await wants.order(conn, user_id, query)

    async def some(self, user_id: UserId, pks: Sequence[int]) -> list[Want]:
        """A few hundred of the wants of an :meth:`order`, in that order; those that are gone are left out."""
        async with self._storage.read() as conn:
            return await wants.some(conn, user_id, pks)

    async def letters(self, user_id: UserId, query: WantQuery) -> list[tuple[str, int]]:
        """The initials of an :meth:`order` and where each begins."""
        async with self._storage.read() as conn:
            return await wants.letters(conn, user_id, query)

    async def wanted(self, user_id: UserId, release_ids: Collection[int]) -> set[int]:
        """Which of these releases are on the wantlist."""
        async with self._storage.read() as conn:
            held = await wants.by_release_ids(conn, user_id, [ReleaseId(each) for each in release_ids])
        return {release_id for release_id, want in held.items() if want.removed_at is None}

    async def owned(self, user_id: UserId, some: Sequence[Want]) -> set[int]:
        """The releases among some wants, as :meth:`some` returns them, that are owned by now."""
        async with self._storage.read() as conn:
            return await wants.owned(conn, user_id, [want.release_id for want in some])

    async def count(self, user_id: UserId, query: WantQuery | None = None) -> int:
        """How many wants ``query`` asks for; without one, how many there are."""
        async with self._storage.read() as conn:
            return await wants.count(conn, user_id, query or WantQuery())

    async def get(self, user_id: UserId, release_id: int) -> Want:
        """One want, by its release. Raises :class:`NotFound` if the release is not wanted."""
        return await self._held(user_id, _release(release_id), removed=False)

    async def fulfilled(self, user_id: UserId, limit: int = wants.CHUNK) -> list[Want]:
        """Wants whose release is owned by now, the newest first."""
        found, _ = await self.page(user_id, WantQuery(fulfilled=True), limit=limit)
        return found

    async def add(self, user_id: UserId, release_id: int, notes: str = "", rating: int = 0) -> Want:
        """Want a release. What is wanted already stays, with its own notes and rating where none are given.

        Raises :class:`NotFound` for a release that Discogs does not have.
        """
        release, notes, rating = _release(release_id), _notes(notes), _rating(rating)
        async with self._calls(user_id, release) as (calls, username):
            item = await calls.put(username, release, notes or None, rating or None)
        return await self._keep(user_id, item, "added")

    async def edit(
        self, user_id: UserId, release_id: int, *, notes: str | None = None, rating: int | None = None
    ) -> Want:
        """Change the notes or the rating (1 to 5, 0 takes it away); None leaves as it is.

        Raises :class:`NotFound` if the release is not wanted.
        """
        release = _release(release_id)
        notes = None if notes is None else _notes(notes)
        rating = None if rating is None else _rating(rating)
        held = await self._held(user_id, release, removed=False)
        if notes is None and rating is None:
            return held
        async with self._calls(user_id, release) as (calls, username):
            item = await calls.edit(username, release, notes, rating)
        return await self._keep(user_id, item, "edited")

    async def remove(self, user_id: UserId, release_id: int) -> Want:
        """Take a release off the wantlist; what was taken off, for :meth:`restore`.

        Raises :class:`NotFound` if the release is not wanted.
        """
        release = _release(release_id)
        held = await self._held(user_id, release, removed=False)
        async with self._calls(user_id, release) as (calls, username):
            await calls.delete(username, release)
        async with self._storage.write() as conn:
            await wants.remove(conn, user_id, release)
            entry = await activity.add(conn, user_id, ACTIVITY, "removed", _details(held))
        self._tell(user_id, entry)
        return held

    async def restore(self, user_id: UserId, release_id: int) -> Want:
        """Want again, with its notes and its rating, what was taken off here or vanished from Discogs.

        Raises :class:`NotFound` if the release was never wanted.
        """
        release = _release(release_id)
        held = await self._held(user_id, release, removed=True)
        async with self._calls(user_id, release) as (calls, username):
            item = await calls.put(username, release, held.notes, held.rating)
        return await self._keep(user_id, item, "restored")

    @asynccontextmanager
    async def _calls(self, user_id: UserId, release: ReleaseId) -> AsyncGenerator[tuple[WantlistCalls, str]]:
        """The user's calls, before background work; what Discogs does not know is said in words."""
        client, username = await self._discogs.account(user_id)
        try:
            async with self._discogs.watched(user_id):
                yield client.interactive.wantlist, username
        except UpstreamNotFound as error:
            raise NotFound(
                f"Discogs has no release {release} that could be on the wantlist.",
                "It may have been removed or merged with another; search for it again, or sync.",
            ) from error

    async def _keep(self, user_id: UserId, item: WantItem, what: str) -> Want:
        await file_met(self._storage, [item.basic_information])
        async with self._storage.write() as conn:
            kept = await wants.put(conn, user_id, want_of(item))
            entry = await activity.add(conn, user_id, ACTIVITY, what, _details(kept))
        self._tell(user_id, entry)
        return kept

    async def _held(self, user_id: UserId, release: ReleaseId, *, removed: bool) -> Want:
        async with self._storage.read() as conn:
            held = await wants.get(conn, user_id, release)
        if held is None or (held.removed_at and not removed):
            raise NotFound(
                f"Release {release} is not on the wantlist.", "Sync if it was put there on Discogs a moment ago."
            )
        return held

    def _tell(self, user_id: UserId, entry: Activity) -> None:
        self._events.publish(WantsChanged(user_id))
        self._events.publish(ActivityAdded(user_id, entry))


def _details(want: Want) -> dict[str, object]:
    return {"release_id": want.release_id, "title": f"{want.artist_name} – {want.album_title}"}


def _release(value: int) -> ReleaseId:
    if not 0 < value < 2**63:
        raise InvalidInput("release_id", "That is not the number of a Discogs release.")
    return ReleaseId(value)


def _notes(value: str) -> str:
    if len(value) > LONGEST_NOTES:
        raise InvalidInput("notes", f"The notes have {len(value):,} characters.", f"Shorten them to {LONGEST_NOTES:,}.")
    return value


def _rating(value: int) -> int:
    if not 0 <= value <= BEST_RATING:
        raise InvalidInput("rating", "That is not a rating.", f"Give 1 to {BEST_RATING}, or 0 for none.")
    return value
