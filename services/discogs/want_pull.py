"""Reading a wantlist: all of it page by page, or only its ends where they and the total show that this is enough.

Discogs documents no order of the wants. What is added or taken away shows in the total, or, where both happened, on the
first or the last page of a list ordered by when wants were added, either way round; a changed note in between shows only
when everything is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog

from services.discogs.bookmark import ALL_READ, WantsMark
from services.discogs.facts import want_of
from services.discogs.filing import file_met
from services.discogs.reading import PER_PAGE, Reading
from services.discogs.wantlist_calls import WantPage
from services.errors import UpstreamError, UpstreamNotFound, UpstreamRateLimited
from storage import wants
from storage.instants import instant
from storage.values import WantChanges, WantQuery

log = structlog.get_logger(__name__)

MOST_PASSES = 3
"""How often everything is read when what was seen is not what there is; after that nothing is marked as gone."""
WANTLIST = "The wantlist"
"""What a problem with all of it is filed under."""


async def pull_wants(reading: Reading, *, full: bool, changed: Callable[[], None]) -> None:
    """Bring the kept wantlist up to Discogs'; ``changed`` is called after something was stored that differs.

    An interrupted reading goes on at its page. A wantlist that cannot be read is a problem, and the sync goes on
    without; a credential that is not accepted and a long wait are the sync's own affair.
    """
    try:
        await _WantPull(reading, changed).run(full=full)
    except UpstreamRateLimited:
        raise
    except UpstreamError as error:
        if error.status == 401:
            raise
        await reading.work.problem(WANTLIST, error.message)
        # What was read of it is no ground to build on: the next sync reads everything.
        memory = replace(reading.mark.memory, wants_full_at=None)
        reading.mark = replace(reading.mark, wants=replace(reading.mark.wants, since=None, page=1), memory=memory)


class _WantPull:
    def __init__(self, reading: Reading, changed: Callable[[], None]) -> None:
        self._reading = reading
        self._changed = changed

    @property
    def _mark(self) -> WantsMark:
        return self._reading.mark.wants

    async def run(self, *, full: bool) -> None:
        if self._mark.since is None:
            self._set(self._mark.new_pass(instant(), None))
        while True:
            if await self._read(by_its_ends=not full and self._mark.passes == 1):
                self._set(replace(self._mark, since=None, page=1))
                return
            if await self._conclude():
                return
            log.info("wantlist_differs_from_its_count", passes=self._mark.passes, short=self._mark.short)

    async def _read(self, *, by_its_ends: bool) -> bool:
        """Read what is left of this pass; True where its ends were enough, and nothing needs to be concluded."""
        number = self._mark.page
        while number != ALL_READ:
            page = await self._keep_page(number)
            if page is None:
                self._set(replace(self._mark, page=ALL_READ, moved=True))
                return False
            last = page.pagination.pages
            if number == 1 and last > 1 and by_its_ends and await self._is_known(last):
                return True
            number = self._mark.page
        return False

    async def _is_known(self, last: int) -> bool:
        """Whether nothing shows that the pages between the first, just kept, and the last differ from what is kept."""
        if self._mark.changed or await self._missing() != self._reading.mark.memory.wants_hidden:
            return False
        await self._keep_page(last, moves_on=False)
        return not self._mark.changed

    async def _keep_page(self, number: int, *, moves_on: bool = True) -> WantPage | None:
        """Read a page and store it with the mark behind it; None if it is not there (any more)."""
        reading, asked = self._reading, instant()
        try:
            page = await reading.client.wantlist.page(reading.username, number, PER_PAGE)
        except UpstreamNotFound:
            if number == 1:
                raise
            return None
        await file_met(reading.work.storage, [item.basic_information for item in page.wants])
        standing = page.pagination
        following = ALL_READ if number >= standing.pages else number + 1
        is_shorter = number > 1 and standing.items < self._mark.items
        checkpoint = reading.mark.document()
        async with reading.work.saving(checkpoint) as conn:
            found = [want_of(item) for item in page.wants]
            changes = await wants.upsert_many(conn, reading.user_id, found, seen_at=asked)
            self._set(
                replace(
                    self._mark,
                    page=following if moves_on else self._mark.page,
                    items=standing.items,
                    moved=self._mark.moved or is_shorter,
                    changed=self._mark.changed + changes.added + changes.changed,
                )
            )
            checkpoint.update(reading.mark.document())
            await self._report((number - 1) * PER_PAGE + len(page.wants))
        self._tell(changes)
        return page

    async def _missing(self) -> int:
        """By how many Discogs counts more wants than are kept."""
        async with self._reading.work.storage.read() as conn:
            return self._mark.items - await wants.count(conn, self._reading.user_id, WantQuery())

    async def _conclude(self) -> bool:
        """End the pass: mark what it did not see as gone, if it saw as many wants as Discogs says there are.

        Otherwise everything is read again; the same difference twice means that Discogs lists fewer than it counts,
        which is remembered. False if there is another pass.
        """
        reading, mark = self._reading, self._mark
        assert mark.since is not None
        checkpoint = reading.mark.document()
        gone, ends = 0, True
        async with reading.work.saving(checkpoint) as conn:
            short = mark.items - await wants.count_seen(conn, reading.user_id, mark.since)
            is_complete = not mark.moved and (short <= reading.mark.memory.wants_hidden or short == mark.short)
            if is_complete:
                gone = await wants.mark_unseen_removed(conn, reading.user_id, mark.since)
                memory = replace(reading.mark.memory, wants_full_at=mark.since, wants_hidden=max(0, short))
                after = replace(mark, since=None, page=1, changed=mark.changed + gone)
            elif mark.passes >= MOST_PASSES:
                memory = replace(reading.mark.memory, wants_full_at=None)
                after = replace(mark, since=None, page=1)
            else:
                ends, memory, after = (
                    False,
                    reading.mark.memory,
                    mark.new_pass(instant(), None if mark.moved else short),
                )
            reading.mark = replace(reading.mark, wants=after, memory=memory)
            checkpoint.update(reading.mark.document())
            await self._report()
        self._tell(WantChanges(changed=gone))
        return ends

    def _set(self, mark: WantsMark) -> None:
        self._reading.mark = replace(self._reading.mark, wants=mark)

    def _tell(self, changes: WantChanges) -> None:
        if changes:
            self._changed()

    async def _report(self, done: int | None = None) -> None:
        await self._reading.work.report(done=done, total=self._mark.items, counts=self._reading.mark.counts)
