"""What is on the wantlist now: the library's wants, brought up to Discogs once before they are relied upon."""

from __future__ import annotations

from services.discogs.client import DiscogsClient
from services.discogs.facts import want_of
from services.discogs.wantlist_calls import WantPage
from services.jobs import Work
from storage import wants
from storage.instants import instant
from storage.values import ReleaseId, UserId, Want, WantQuery


class Wanted:
    """The wantlist of one account, for one run of an export.

    Discogs cannot be asked whether a single release is wanted (discogs-api.md 4.5), only for pages. Where as many are
    wanted there as here the first page is enough, else all are read and stored.
    """

    def __init__(self, work: Work, client: DiscogsClient, username: str) -> None:
        self._work = work
        self._client = client
        self._username = username
        self._is_read = False

    async def of(self, release_id: ReleaseId) -> Want | None:
        """The want of a release, None if it is not on the wantlist."""
        if not self._is_read:
            await self._read()
            self._is_read = True
        async with self._work.storage.read() as conn:
            held = await wants.get(conn, self._user_id, release_id)
        return held if held is not None and held.removed_at is None else None

    @property
    def _user_id(self) -> UserId:
        return self._work.job.user_id

    async def _read(self) -> None:
        since = instant()
        page = await self._client.wantlist.page(self._username, 1)
        listed = page.pagination.items
        await self._keep(page, since)
        async with self._work.storage.read() as conn:
            here = await wants.count(conn, self._user_id, WantQuery())
        if here == listed:
            return
        for number in range(2, page.pagination.pages + 1):
            await self._keep(await self._client.wantlist.page(self._username, number), since)
        async with self._work.saving() as conn:
            if await wants.count_seen(conn, self._user_id, since) >= listed:
                await wants.mark_unseen_removed(conn, self._user_id, since)

    async def _keep(self, page: WantPage, since: str) -> None:
        async with self._work.saving() as conn:
            found = [want_of(item) for item in page.wants]
            await wants.upsert_many(conn, self._user_id, found, seen_at=since)
