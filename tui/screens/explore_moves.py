"""Getting about in the graph: picking, opening, back and forth along the way, from one list of a node to the next."""

from __future__ import annotations

from textual import on, work
from textual.content import Content

from storage.errors import LockgrooveError
from storage.values.graph import NodeName
from tui.bridge import Bridge, Snapshot
from tui.screens.explore_page import GraphPage
from tui.screens.explore_words import start_lines
from tui.table.graph import Line
from tui.table.paged import PagedSource
from tui.table.view import RecordTable
from tui.text import clean
from tui.widgets.picker import Picker
from tui.widgets.viewbar import ViewBar


class WanderingPage(GraphPage):
    """Moves through the graph; what is done to what is found there is up to the page that is one."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._changes: int | None = None
        self._had_jobs = False
        self._awaited: NodeName | None = None

    def on_mount(self) -> None:
        self.picker.offer(start_lines(None, ready=False), ())
        self.action_pick()
        if self._awaited is not None:
            self._open(self._awaited)

    # -- what happens elsewhere -----------------------------------------------------------------------------------

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        if snapshot.failure is not None and self._changes is None:
            self.picker.offer((), ())  # the catalogue is not opened any more
        has_ended = self._had_jobs and not snapshot.jobs
        self._had_jobs = bool(snapshot.jobs)
        if not snapshot.ready or (snapshot.changes == self._changes and not has_ended):
            return
        first, self._changes = self._changes is None, snapshot.changes
        if first or has_ended or (self.is_picking and not snapshot.jobs):
            self._offer()
        if has_ended:
            self.action_again()
        elif not first:
            self._mark_anew()

    def _mark_anew(self) -> None:
        """What is owned or wanted changed."""
        here = self.walk.here
        if here is not None and here.node.kind == "release":
            self.action_again()
        elif isinstance(self.table.source, PagedSource):
            self.table.source.reload()

    @work(exclusive=True, group="begin", exit_on_error=False)
    async def _offer(self) -> None:
        """Look how much there is and where the person could begin."""
        from tui.screens.explore_reading import places_to_begin

        try:
            holdings, places = await self.bridge.call(places_to_begin)
        except LockgrooveError as error:
            self.picker.offer([Content.styled(clean(f" {error.message} {error.hint}"), "$error")], ())
            return
        self.picker.offer(start_lines(holdings, ready=True), places)

    # -- opening --------------------------------------------------------------------------------------------------

    def open_node(self, node: NodeName) -> None:
        """Put a node in the middle, what stood there lies behind; a page that is only being built does so once it stands."""
        if self.query("#explore-list"):
            self._open(node)
        else:
            self._awaited = node

    @work(exclusive=True, group="open", exit_on_error=False)
    async def _open(self, node: NodeName) -> None:

        from tui.screens.explore_reading import look_at

        try:
            step = await self.bridge.call(lambda runtime: look_at(runtime, node))
        except LockgrooveError as error:
            self.app.say(error)
            return
        self.remember()
        self.walk.open(step)
        self.show_step()

    @work(exclusive=True, group="open", exit_on_error=False)
    async def action_again(self) -> None:
        """Ask anew for what stands in the middle; its list and its line stay."""
        from tui.screens.explore_reading import look_at

        here = self.walk.here
        if here is None:
            return
        try:
            seen = await self.bridge.call(lambda runtime: look_at(runtime, here.node))
        except LockgrooveError as error:
            self.app.say(error)
            return
        here.centre, here.owned, here.wanted = seen.centre, seen.owned, seen.wanted
        if here is self.walk.here and not self.is_picking:
            self.remember()
            self.show_step()

    @on(Picker.Picked)
    def _picked(self, event: Picker.Picked) -> None:
        self.picker.clear()
        self.open_node(event.node)

    @on(RecordTable.Selected, "#explore-list")
    def _chosen(self, event: RecordTable.Selected) -> None:
        line: Line = event.row
        if line.node is not None:
            self.open_node(line.node)

    # -- moving ---------------------------------------------------------------------------------------------------

    def action_pick(self) -> None:
        """Open the prompt."""
        self.remember()
        self.remove_class("-reading")
        self.add_class("-picking")
        self._draw_trail()
        self.say_position("")
        self.picker.take_focus()
        if self._changes is not None:
            self._offer()
        self.refresh_bindings()

    def action_back(self) -> None:
        """One step back: out of the pane, out of the prompt, out of the filter, then along the way."""
        here = self.walk.here
        if self.has_class("-reading"):
            self._stop_reading()
        elif self.is_picking:
            self._leave_prompt()
        elif here is not None and here.is_filtered:
            self.ask_formats(0)
        elif self.walk.can_go_back:
            self._go(-1)

    def action_forward(self) -> None:
        self._go(1)

    def _go(self, by: int) -> None:
        self.remember()
        if self.walk.go(by):
            self.show_step()

    def _leave_prompt(self) -> None:
        """Take back what was typed, then close the prompt; where nothing lies below it, give the digits their keys back."""
        picker = self.picker
        if picker.line.value:
            picker.clear()
            picker.take_focus()
        elif self.walk.here is not None:
            self.show_step()
        elif picker.table.display:
            picker.table.focus()
        else:
            self.set_focus(None)

    def action_view(self, by: int) -> None:
        """Show the next list, or the one before."""
        if (here := self.walk.here) is not None:
            self.remember()
            here.turn(by)
            self.show_list()

    def action_show(self, view: str) -> None:
        """Show one of the lists."""
        if (here := self.walk.here) is not None:
            self.remember()
            here.view = view
            self.show_list()

    @on(ViewBar.Chosen)
    def _view_clicked(self, event: ViewBar.Chosen) -> None:
        self.action_show(event.key)

    def ask_formats(self, place: int) -> None:
        """Show what is missing in the format at this place of the list of formats."""
        if (here := self.walk.here) is not None:
            here.format = place
            here.cursors.pop("gaps", None)
            self.show_list()

    def _stop_reading(self) -> None:
        self.remove_class("-reading")
        self.table.focus()
        self.refresh_bindings()
