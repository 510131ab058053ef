"""Searching the Soulseek network: a record that slskd keeps, polled, read and deleted (slskd-api.md section 4)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import structlog

from services.errors import InvalidInput, LockgrooveError, UpstreamError, UpstreamNotFound
from services.soulseek import reading
from services.soulseek.calls import Calls
from services.soulseek.models import Json, SearchProgress, SearchResult, an_object

log = structlog.stdlib.get_logger(__name__)

OnProgress = Callable[[SearchProgress], None]
IsEnough = Callable[[], bool]
"""Whether a person wants no more than what has come by now; asked from the services' loop."""
AT_ONCE = 2
"""Searches that slskd runs side by side; more would only wait inside it."""
BACKGROUND_PAUSE = 12.0
"""Seconds from the end of one search that nobody waits for to the next: the network bans who floods it."""
_LONGER = 60.0
"""Seconds beyond its own time-out after which a search is stopped: every answer makes slskd wait anew."""
_LONGEST_WAIT = 300.0
"""Seconds more for one that waits behind somebody else's."""
_STOPPED = (0.2, 0.5, 1.0, 2.0, 4.0)


class Searches:
    """The searches of this process on one slskd: at most two run, one begins at a time."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._running = asyncio.Semaphore(AT_ONCE)
        self._background = asyncio.Lock()
        self._background_from = 0.0
        self._beginning = asyncio.Lock()
        self._tidying: set[asyncio.Task[None]] = set()

    async def search(
        self,
        text: str,
        *,
        limit: int = 250,
        file_limit: int = 10_000,
        timeout: float = 15.0,
        longest: float | None = None,
        background: bool = False,
        on_progress: OnProgress | None = None,
        is_enough: IsEnough = lambda: False,
    ) -> SearchResult:
        """Search, and return what ``limit`` users at most answered. It ends ``timeout`` seconds after the last answer, and
        is stopped after ``longest`` seconds (default: a minute more than that), or once ``is_enough``. One for the
        ``background`` leaves a place for a person's and comes some seconds after the one before. The record is always
        deleted afterwards, also when this is cancelled.

        Raises :class:`InvalidInput` for no words, and the ``Upstream*`` errors (``not_logged_in`` among their codes).
        """
        if not text.strip():
            raise InvalidInput("query", "There is nothing to search for.", "Give a word or two.")
        async with self._turn(background):
            search_id = str(uuid4())
            wanted = {
                "id": search_id,
                "searchText": text,
                "searchTimeout": round(timeout * 1000),
                "responseLimit": limit,
                "fileLimit": file_limit,
                "filterResponses": True,
                "minimumResponseFileCount": 1,
            }
            is_over = False
            try:
                await self._begin(search_id, wanted)
                is_cut = await self._until_over(search_id, longest or timeout + _LONGER, on_progress, is_enough)
                is_over = True
                return await self._read(search_id, text, is_cut)
            finally:
                tidying = asyncio.create_task(self._tidy(search_id, stop=not is_over), name="slskd search")
                self._tidying.add(tidying)
                tidying.add_done_callback(self._tidying.discard)
                await asyncio.shield(tidying)

    async def close(self) -> None:
        """Wait until cancelled searches have been deleted."""
        await asyncio.gather(*self._tidying, return_exceptions=True)

    @asynccontextmanager
    async def _turn(self, background: bool) -> AsyncGenerator[None]:
        async with AsyncExitStack() as held:
            clock = self._calls.clock
            if background:
                await held.enter_async_context(self._background)
                await clock.sleep(max(0.0, self._background_from - clock.now()))
            await held.enter_async_context(self._running)
            try:
                yield
            finally:
                if background:
                    self._background_from = clock.now() + BACKGROUND_PAUSE

    async def _begin(self, search_id: str, wanted: Json) -> None:
        async with self._beginning:
            try:
                await self._calls.patiently(
                    lambda: self._calls.ask("POST", "/searches", "search Soulseek", json=wanted)
                )
            except UpstreamError as error:
                if error.status is not None or not await self._is_there(search_id):
                    raise

    async def _is_there(self, search_id: str) -> bool:
        """Whether a search whose beginning got no answer has begun all the same."""
        try:
            await self._look(search_id)
        except UpstreamNotFound:
            return False
        return True

    async def _look(self, search_id: str) -> Json:
        answer = await self._calls.ask(
            "GET", f"/searches/{search_id}", "tell how a search goes", params={"includeResponses": "false"}
        )
        return an_object(answer.document)

    async def _until_over(
        self, search_id: str, longest: float, on_progress: OnProgress | None, is_enough: IsEnough
    ) -> bool:
        """Poll until the search has ended; whether it had to be stopped."""
        clock = self._calls.clock
        began = running_since = clock.now()
        while True:
            progress = SearchProgress.of(await self._look(search_id))
            if on_progress:
                on_progress(progress)
            if progress.is_complete:
                return "Limit" in progress.state
            now = clock.now()
            if "Queued" in progress.state:
                running_since = now
            if is_enough() or now - running_since > longest or now - began > longest + _LONGEST_WAIT:
                await self._stop(search_id)
                return True
            await clock.sleep(1.0 if now - began < 10 else 2.5)

    async def _stop(self, search_id: str) -> None:
        """End it, and wait for slskd to file its results: they are there only then."""
        await self._calls.ask("PUT", f"/searches/{search_id}", "stop a search")
        for pause in _STOPPED:
            if SearchProgress.of(await self._look(search_id)).is_complete:
                return
            await self._calls.clock.sleep(pause)

    async def _read(self, search_id: str, text: str, is_cut: bool) -> SearchResult:
        record = await self._look(search_id)
        answer = await self._calls.ask(
            "GET",
            f"/searches/{search_id}/responses",
            "read what a search found",
            parse=False,
            size_limit=reading.LARGEST_RESULTS,
        )
        found = await reading.responses(answer.content)
        return SearchResult(text, SearchProgress.of(record).state, tuple(found), is_cut, record)

    async def _tidy(self, search_id: str, *, stop: bool) -> None:
        """Delete the record: it slows slskd down. Nothing depends on it, so a failure is only noted."""
        try:
            if stop:
                await self._calls.ask("PUT", f"/searches/{search_id}", "stop a search")
            await self._calls.ask("DELETE", f"/searches/{search_id}", "delete a search")
        except UpstreamNotFound:
            pass
        except LockgrooveError as error:
            log.warning("search_not_deleted", search=search_id, error=error.message)
