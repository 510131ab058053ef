"""beets: a box for queries and what they find, figures, imports with their output, and what arrived to be filed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work

from services.beets.models import Changed
from storage.values.arrivals import Arrival, ArrivalState
from tui.actions import bindings
from tui.screens.beets_list import BeetsList
from tui.screens.beets_reading import ARRIVALS, owned
from tui.screens.beets_words import counted, summary
from tui.table.view import RecordTable
from tui.text import clean
from tui.tokens import STYLES
from tui.words import number

if TYPE_CHECKING:
    from services.runtime import Runtime


class BeetsPage(BeetsList):
    """What is done with beets. Whatever changes files or forgets tracks is shown first and done only then."""

    MODE = "beets"
    CSS_PATH: ClassVar[Any] = [STYLES / "beets.tcss"]
    BINDINGS: ClassVar[Any] = bindings("beets")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted or not self.query("#beets-arrivals"):
            return True
        arrival, has_beets = self.arrival, self.state is not None and not self.state.trouble
        match action:
            case "import_arrival":
                is_open = arrival is not None and arrival.state not in (ArrivalState.IMPORTING, ArrivalState.IMPORTED)
                return (True if is_open else None) if self.view == ARRIVALS else False
            case "ignore":
                can = arrival is not None and (arrival.state.is_open or arrival.state is ArrivalState.FAILED)
                return (
                    (True if can and (arrival is None or not arrival.begun_at) else None)
                    if self.view == ARRIVALS
                    else False
                )
            case "detail":
                return True if arrival is not None else None
            case "filter":
                return True if has_beets and self.view != ARRIVALS else None
            case "import_folder" | "update" | "move" | "write":
                return True if has_beets else None
            case "remove":
                return True if has_beets and self.text and self.view != ARRIVALS else None
            case "clear":
                return bool(self.text) or self.is_typing
            case _:
                return True

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_import_folder(self) -> None:
        from tui.screens.beets_dialogs import ImportFolder

        chosen = await self.app.push_screen_wait(ImportFolder(self.bridge))
        if chosen is not None:
            ordered = await self.done(
                "looking at it…",
                lambda runtime: owned(runtime).arrivals.order(runtime.user.id, chosen.path, autotag=chosen.autotag),
            )
            await self._follow(ordered)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_import_arrival(self) -> None:
        """Let beets file what is marked, else the one under the cursor."""
        for id in self.chosen_arrivals():
            await self.done("", lambda runtime, id=id: owned(runtime).arrivals.import_(runtime.user.id, id))
        self.look()

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_ignore(self) -> None:
        """Leave what is marked where it is, else the one under the cursor."""
        for id in self.chosen_arrivals():
            await self.done("", lambda runtime, id=id: owned(runtime).arrivals.ignore(runtime.user.id, id))
        self.look()

    @on(RecordTable.Selected, "#beets-arrivals")
    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_detail(self) -> None:
        await self._follow(self.arrival)

    async def _follow(self, arrival: Arrival | None) -> None:
        """Show what beets says of an import, as long as anybody looks."""
        from tui.screens.beets_dialogs import ArrivalDetail

        if arrival is not None:
            self.look()
            await self.app.push_screen_wait(ArrivalDetail(self.bridge, arrival))
            self.look()

    def action_update(self) -> None:
        self._change(
            "Read the tags of all files anew",
            "change in the library",
            "reads them anew",
            "u",
            lambda runtime, preview: owned(runtime).beets.update(preview=preview),
        )

    def action_write(self) -> None:
        text = self.text
        self._change(
            f"Write tags into files: {text or 'the whole library'}",
            "would be changed",
            "writes them",
            "w",
            lambda runtime, preview: owned(runtime).beets.write(text, preview=preview),
        )

    def action_move(self) -> None:
        text = self.text
        self._change(
            f"Move files to where their tags say: {text or 'the whole library'}",
            "would be moved",
            "moves them",
            "m",
            lambda runtime, preview: owned(runtime).beets.move(text, preview=preview),
        )

    def _change(
        self, title: str, verb: str, does: str, key: str, ask: Callable[[Runtime, bool], Awaitable[Changed]]
    ) -> None:
        changing = self._changing(title, verb, does, key, ask)
        self.run_worker(changing, exclusive=True, group="dialog", exit_on_error=False)

    async def _changing(
        self, title: str, verb: str, does: str, key: str, ask: Callable[[Runtime, bool], Awaitable[Changed]]
    ) -> None:
        """Show what a change would do; do it if the person wants it."""
        from tui.screens.beets_dialogs import Preview

        would = await self.done("asking beets what would change…", lambda runtime: ask(runtime, True))
        if would is None:
            return
        if not would.count:
            self.app.notify("Nothing would change.", timeout=4, markup=False)
            return
        if await self.app.push_screen_wait(Preview(clean(title), summary(would, verb), would.lines, does, key)):
            did = await self.done("beets is at work…", lambda runtime: ask(runtime, False))
            if did is not None:
                self.app.notify(f"Done: {number(did.count)}.", timeout=6, markup=False)
                self.library_changed()

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_remove(self) -> None:
        """Remove what the query finds from the library, after it was shown what and how many that is."""
        from tui.screens.beets_dialogs import Preview

        text = self.text
        found = await self.done("counting…", lambda runtime: owned(runtime).beets.find(text))
        if found is None:
            return
        if not found.count:
            self.app.notify("Nothing matches.", timeout=4, markup=False)
            return
        named = [f"{each.artist} - {each.album} - {each.title}" for each in found.first]
        more = [f"… and {number(found.count - len(named))} more"] if found.count > len(named) else []
        line = f"{counted(found.count, 'track')} {'leaves' if found.count == 1 else 'leave'} the library of beets."
        line = f"{line} The files stay where they are."
        if await self.app.push_screen_wait(Preview("Remove from the library", line, named + more, "removes them", "d")):
            gone = await self.done("removing…", lambda runtime: owned(runtime).beets.remove(text, force=True))
            if gone is not None:
                self.app.notify(f"{number(gone)} removed; the files stay.", timeout=6, markup=False)
                self.library_changed()
