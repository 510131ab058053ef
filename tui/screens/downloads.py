"""Downloads: what is being fetched from Soulseek, from whom, how far it is, and what can be done about it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work

from storage.errors import LockgrooveError
from storage.values.downloads import Download, DownloadFile, DownloadState
from tui.actions import bindings
from tui.screens.confirm import Confirm
from tui.screens.downloads_list import DownloadsList
from tui.screens.downloads_words import FAILED, Condition
from tui.text import clean
from tui.tokens import STYLES
from tui.words import number

if TYPE_CHECKING:
    from services.runtime import Runtime

AT_ONCE = 4
"""Downloads that are cancelled side by side: slskd confirms each, which takes a moment."""
_OVER = (DownloadState.COMPLETED, DownloadState.FAILED, DownloadState.CANCELLED)
_AGAIN = (DownloadState.FAILED, DownloadState.CANCELLED)


class DownloadsPage(DownloadsList):
    """What is done to downloads: to what is marked, else to the one under the cursor."""

    MODE = "downloads"
    CSS_PATH: ClassVar[Any] = [STYLES / "downloads.tcss"]
    BINDINGS: ClassVar[Any] = bindings("downloads")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted or not self.query("#downloads-list"):
            return True
        download, marked = self.download, self.table.marked_count
        stuck = (self.condition or Condition()).counts.stuck
        match action:
            case "connect":
                return self.condition is not None and not self.condition.is_configured
            case "cancel":
                return True if marked or (download is not None and download.state.is_active) else None
            case "sooner":
                return True if marked or (download is not None and download.state is DownloadState.QUEUED) else None
            case "retry":
                return True if marked or (download is not None and download.state in _AGAIN) else None
            case "forget":
                return True if marked or (download is not None and download.state in _OVER) else None
            case "requeue_all" | "forget_all":
                return True if stuck else None
            case "place":
                return True if download is not None and download.state is DownloadState.QUEUED else None
            case "others" | "share" | "copy" | "read":
                return True if download is not None else None
            case "clear":
                return self.has_class("-reading") or self.is_typing or self.is_narrowed or self.view != "active"
            case _:
                return True

    # -- to one or several --------------------------------------------------------------------------------------------

    async def _chosen(self, states: Sequence[DownloadState]) -> list[Download]:
        """What is marked, else the one under the cursor, as far as it is in one of ``states``."""
        ids = [key for key in self.table.chosen() if isinstance(key, int)]
        found = await self.bridge.call(lambda runtime: runtime.downloads.some(runtime.user.id, ids))
        return [download for download in found if download.state in states]

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_cancel(self) -> None:
        """Cancel; a row is cancelled only once slskd says so."""
        chosen = await self._chosen([state for state in DownloadState if state.is_active])
        if not chosen or (len(chosen) > 1 and not await self._agreed("Cancel", chosen, "cancel them", "x")):
            return
        turn = asyncio.Semaphore(AT_ONCE)

        async def cancel(download: Download) -> LockgrooveError | None:
            async with turn:
                return await self._tried(lambda runtime: runtime.downloads.cancel(runtime.user.id, download.id))

        with self._doing(f"cancelling {number(len(chosen))}…"):
            self._tell("cancelled", len(chosen), await asyncio.gather(*map(cancel, chosen)))

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_retry(self) -> None:
        """Ask for one again at once; several are put back into the queue."""
        chosen = await self._chosen(_AGAIN)
        if not chosen:
            return
        ids = [download.id for download in chosen]
        with self._doing("asking slskd…"):
            if len(ids) == 1:
                failed = await self._tried(lambda runtime: runtime.downloads.retry(runtime.user.id, ids[0]))
            else:
                failed = await self._tried(lambda runtime: runtime.downloads.requeue(runtime.user.id, ids))
            self._tell("asked for again", len(ids), [failed])

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_requeue_all(self) -> None:
        """Put everything that stays failed back into the queue."""
        count = (self.condition or Condition()).counts.stuck
        self._tell(
            "put back into the queue",
            count,
            [await self._tried(lambda runtime: runtime.downloads.requeue(runtime.user.id))],
        )

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_forget(self) -> None:
        """Take what is over off the list; files stay."""
        chosen = await self._chosen(_OVER)
        if not chosen or (
            len(chosen) > 1 and not await self._agreed("Take off the list", chosen, "take them off", "d")
        ):
            return
        ids = [download.id for download in chosen]
        failed = await self._tried(lambda runtime: runtime.downloads.purge(runtime.user.id, ids))
        self._tell("taken off the list; the files stay", len(ids), [failed])

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_forget_all(self) -> None:
        """Take everything that stays failed off the list."""
        count = (self.condition or Condition()).counts.stuck
        lines = [f"{number(count)} that stay failed are taken off the list.", "This cannot be taken back."]
        if await self.app.push_screen_wait(
            Confirm("Take all that failed off the list", lines, "take them off", key="D")
        ):
            failed = await self._tried(lambda runtime: runtime.downloads.purge(runtime.user.id))
            self._tell("taken off the list", count, [failed])

    @work(exclusive=True, group="act", exit_on_error=False)
    async def action_sooner(self, by: int) -> None:
        """Let it be sent before (or, with a negative ``by``, after) the others that still wait here."""
        chosen = await self._chosen([DownloadState.QUEUED])
        for priority in sorted({download.priority for download in chosen}):
            ids = [download.id for download in chosen if download.priority == priority]
            failed = await self._tried(
                lambda runtime, ids=ids, to=priority + by: runtime.downloads.set_priority(runtime.user.id, ids, to)
            )
            if failed is not None:
                return
        if len(chosen) == 1:
            self.app.notify(f"Priority {chosen[0].priority + by}.", timeout=3, markup=False)
        self.look_soon()

    @contextmanager
    def _doing(self, what: str) -> Generator[None]:
        """Say what is being done while it lasts: slskd and users take their time."""
        self.doing = what
        self.say_where()
        try:
            yield
        finally:
            self.doing = ""
            self.say_where()

    async def _tried(self, ask: Callable[[Runtime], Awaitable[object]]) -> LockgrooveError | None:
        """What went wrong, if anything."""
        try:
            await self.bridge.call(ask)
        except LockgrooveError as error:
            return error
        return None

    def _tell(self, what: str, asked: int, failed: Sequence[LockgrooveError | None]) -> None:
        """Say how it went where the list does not: several at once, and what was refused."""
        errors = [error for error in failed if error is not None]
        if errors:
            self.app.say(errors[0])
        done = asked - len(errors) if len(failed) > 1 else 0 if errors else asked
        if asked > 1 and done:
            rest = f", {number(asked - done)} not" if done < asked else ""
            self.app.notify(f"{number(done)} {what}{rest}.", markup=False)
        if not errors:
            self.table.unmark(list(self.table.marks))
        self.look_soon()

    async def _agreed(self, title: str, chosen: Sequence[Download], verb: str, key: str) -> bool:
        shown = [download.name for download in chosen[:5]]
        more = [f"and {number(len(chosen) - 5)} more"] if len(chosen) > 5 else []
        asked = Confirm(f"{title} {number(len(chosen))} downloads?", [*shown, *more], verb, key=key)
        return bool(await self.app.push_screen_wait(asked))

    # -- others -------------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="start", exit_on_error=False)
    async def action_start(self) -> None:
        """Begin a download that can be named."""
        from tui.screens.downloads_start import StartDownload

        begin = await self.app.push_screen_wait(StartDownload(self.bridge))
        if begin is None:
            return
        if begin.sought:
            self.app.search_soulseek(begin.sought)
            return
        file = DownloadFile(begin.path, begin.size)
        failed = await self._tried(
            lambda runtime: runtime.downloads.add(runtime.user.id, begin.username, [file], told=True)
        )
        self._tell("queued", 1, [failed])

    @work(exclusive=True, group="place", exit_on_error=False)
    async def action_place(self) -> None:
        """Ask for the place in the user's queue."""
        download = self.download
        if download is None:
            return
        try:
            with self._doing("asking the user for the place…"):
                place = await self.bridge.call(lambda runtime: runtime.downloads.place(runtime.user.id, download.id))
        except LockgrooveError as error:
            self.app.say(error)
            return
        said = "slskd was not told of it yet" if place is None else f"place {number(place)}"
        self.app.notify(clean(f"{download.name}: {said}."), markup=False)

    def action_others(self) -> None:
        """Look for other sources of the same thing on Soulseek."""
        if self.download is not None:
            from tui.screens.soulseek_words import sought

            self.app.search_soulseek(sought(self.download.filename))

    def action_share(self) -> None:
        """Look through everything that the user shares."""
        if self.download is not None:
            self.app.browse_share(self.download.username)

    def action_copy(self) -> None:
        """Send user and path to the terminal's clipboard."""
        if self.download is not None:
            said = self.download.local_path or f"{self.download.username}: {self.download.filename}"
            self.app.copy_to_clipboard(said)
            self.app.notify(f"Sent to the terminal's clipboard: {said}", timeout=10, markup=False)

    def action_connect(self) -> None:
        self.app.go("settings")

    def show_failed(self) -> None:
        """Show what stays failed; for other pages."""
        self.show_view(FAILED)
