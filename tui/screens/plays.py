"""Plays: what was listened to, what was played most, what of it is not owned, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on, work
from textual.containers import VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from storage.errors import LockgrooveError
from storage.values.plays import Play, PlayQuery, Rhythm, Top
from tui.actions import bindings
from tui.bridge import Bridge, Snapshot
from tui.browser import SPOTIFY
from tui.screens.list_page import FILTER_PAUSE
from tui.screens.page import Page
from tui.screens.plays_reading import PERIODS, RHYTHM, TIMELINE, VIEWS, now, period_of, sought, tops
from tui.screens.plays_words import arrival, emptiness, rhythm_lines
from tui.table.columns import Sorting
from tui.table.plays import PLAY_COLUMNS, TOP_COLUMNS, PlaySource, Ranked
from tui.table.rows import ListSource
from tui.table.view import RecordTable
from tui.text import clean
from tui.tokens import STYLES
from tui.widgets.plainlist import PlainList
from tui.widgets.sheet import Sheet
from tui.widgets.viewbar import ViewBar
from tui.words import number

if TYPE_CHECKING:
    from services.runtime import Runtime
    from services.spotify.plays import PlaysState
    from storage.values.plays import PlayGap


class PlaysPage(Page):
    """The timeline first; one key leads to the next way of looking at it, another to the next period."""

    MODE = "plays"
    CSS_PATH: ClassVar[Any] = [STYLES / "plays.tcss"]
    BINDINGS: ClassVar[Any] = bindings("plays")

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._view = TIMELINE
        self._period = PERIODS[0]
        self._question = PlayQuery()
        self._source: PlaySource | None = None
        self._tops: ListSource[Ranked] = ListSource(lambda line: line.place)
        self._rhythm = Rhythm()
        self._state: PlaysState | None = None
        self._gaps: Sequence[PlayGap] = ()
        self._pause: Timer | None = None
        self._changes = -1

    def content(self) -> Iterator[Widget]:
        yield ViewBar(id="plays-views")
        yield Static(Content(""), id="plays-notice")
        line = Input(id="plays-filter", placeholder="Filter: title, artist, album", select_on_focus=False)
        line.cursor_blink = False
        yield line
        yield PlainList(
            ListSource[Play](lambda play: play.pk),
            PLAY_COLUMNS,
            empty="",
            loading="Reading your plays…",
            sorting=Sorting("played", descending=True),
            id="plays",
        )
        yield PlainList(self._tops, TOP_COLUMNS, empty="", id="plays-top")
        with VerticalScroll(id="plays-when"):
            yield Sheet(id="plays-rhythm")

    @property
    def _timeline(self) -> PlainList[Play]:
        return cast("PlainList[Play]", self.query_one("#plays", PlainList))

    @property
    def _top(self) -> PlainList[Ranked]:
        return cast("PlainList[Ranked]", self.query_one("#plays-top", PlainList))

    def on_mount(self) -> None:
        self._show_view()

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        if self._source is None and snapshot.ready and self.app.shelf is not None:
            self._source = PlaySource(self.bridge, self.app.shelf, self._question)
            self._timeline.source = self._source
        if snapshot.ready and snapshot.changes != self._changes:
            self._changes = snapshot.changes
            if self._source is not None:
                self._source.reload()
            self._look()
            self._read()

    # -- asking ---------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="state", exit_on_error=False)
    async def _look(self) -> None:
        """How plays arrive, and whether some may be missing."""

        async def ask(runtime: Runtime) -> tuple[PlaysState, Sequence[PlayGap]]:
            return await runtime.plays.state(runtime.user.id), await runtime.plays.gaps(runtime.user.id)

        try:
            self._state, self._gaps = await self.bridge.call(ask)
        except LockgrooveError as error:
            self.app.say(error)
        self._say()

    @work(exclusive=True, group="view", exit_on_error=False)
    async def _read(self) -> None:
        """What the present view shows, where that is not the timeline."""
        view, text = self._view, self._question.text
        if view == TIMELINE or not self.bridge.snapshot.ready:
            return
        self._top.empty = "Counting your plays…"
        try:
            if view == RHYTHM:
                self._rhythm = await self.bridge.call(
                    lambda runtime: runtime.plays.rhythm(runtime.user.id, period_of(self._period))
                )
                self.query_one("#plays-rhythm", Sheet).show(lambda width: rhythm_lines(self._rhythm, width))
                return
            found = await self.bridge.call(lambda runtime: tops(runtime, view, period_of(self._period), text))
        except LockgrooveError as error:
            self._top.empty = clean(f"{error.message} {error.hint}")
            self._tops.replace([])
            return
        self._tops.replace([Ranked(place, top) for place, top in enumerate(found, 1)], anew=True)
        self._say()

    # -- what is shown --------------------------------------------------------------------------------------------

    def _show_view(self) -> None:
        self.query_one(ViewBar).show(VIEWS, self._view)
        self._timeline.display = self._view == TIMELINE
        self._top.display = self._view not in (TIMELINE, RHYTHM)
        self.query_one("#plays-when").display = self._view == RHYTHM
        {TIMELINE: self._timeline, RHYTHM: self.query_one("#plays-when")}.get(self._view, self._top).focus()
        self._say()

    def _say(self) -> None:
        """Everything that is said around the lists."""
        notice = arrival(self._state, self._gaps)
        line = self.query_one("#plays-notice", Static)
        line.set_class(bool(notice), "-shown")
        line.update(Content.styled(clean(f" {notice}"), "$warning").truncate(max(20, self.size.width), ellipsis=True))
        self._timeline.empty = self._top.empty = emptiness(
            self._state, ready=self.bridge.snapshot.ready, narrowed=self._question.is_filtered or self._is_missing
        )
        self._say_where()

    @property
    def _is_missing(self) -> bool:
        """Whether nothing to show is a good sign: everything played is owned, or nothing was played in the period."""
        return self._view not in (TIMELINE, RHYTHM) and self._source is not None and self._source.count() > 0

    def _say_where(self) -> None:
        period = "" if self._period == "all" else f" · last {self._period}"
        if self._view == RHYTHM:
            self.say_position(period.removeprefix(" · "))
        else:
            table = self._timeline if self._view == TIMELINE else self._top
            count = table.source.count()
            self.say_position((f"{number(table.cursor + 1)} of {number(count)}" if count else "") + period)
        self.refresh_bindings()

    @on(RecordTable.Highlighted)
    @on(RecordTable.Changed)
    def _moved(self) -> None:
        self._say_where()

    # -- acting ---------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted or not self.query("#plays-top"):
            return True
        if action == "connect":
            state = self._state.connection.state if self._state is not None else ""
            return state in ("unconfigured", "unauthenticated", "reauth_required")
        if action in ("search", "browse"):
            return True if self._chosen() is not None else None
        if action == "filter":
            return True if self._view != RHYTHM else None
        if action == "clear":
            return self._question.is_filtered or self._period != PERIODS[0] or self._is_typing
        return True

    @property
    def _is_typing(self) -> bool:
        return self.focused is not None and self.focused.id == "plays-filter"

    def action_view(self, step: int) -> None:
        keys = [view.key for view in VIEWS]
        self._change_view(keys[(keys.index(self._view) + step) % len(keys)])

    def action_show(self, view: str) -> None:
        self._change_view(view)

    @on(ViewBar.Chosen)
    def _view_clicked(self, event: ViewBar.Chosen) -> None:
        self._change_view(event.key)

    def _change_view(self, view: str) -> None:
        self._view = view
        self._tops.replace([], anew=True)
        self._show_view()
        self._read()

    def action_period(self) -> None:
        self._narrow(period=PERIODS[(PERIODS.index(self._period) + 1) % len(PERIODS)])

    def action_reverse(self) -> None:
        self._question = replace(self._question, descending=not self._question.descending)
        self._timeline.sorting = Sorting("played", self._question.descending)
        self._ask()

    @on(RecordTable.SortRequested)
    def _header_clicked(self) -> None:
        self.action_reverse()

    def action_filter(self) -> None:
        line = self.query_one("#plays-filter", Input)
        line.add_class("-shown")
        line.focus()

    def action_clear(self) -> None:
        """Leave the line of the filter, then show everything."""
        line = self.query_one("#plays-filter", Input)
        line.value = ""
        line.remove_class("-shown")
        self._narrow(text="", period=PERIODS[0])
        self._show_view()

    @on(Input.Changed, "#plays-filter")
    def _typed(self, event: Input.Changed) -> None:
        if self._pause is not None:
            self._pause.stop()
        text = event.value
        self._pause = self.set_timer(FILTER_PAUSE, lambda: self._narrow(text=text))

    @on(Input.Submitted, "#plays-filter")
    def _to_list(self) -> None:
        self._show_view()

    def _narrow(self, *, text: str | None = None, period: str | None = None) -> None:
        if period is not None:
            self._period = period
        since = period_of(self._period).since(now())
        self._question = replace(self._question, since=since, text=self._question.text if text is None else text)
        self._ask()
        self._read()

    def _ask(self) -> None:
        if self._source is not None:
            self._source.ask(self._question, keep=None)
        self._say()

    def _chosen(self) -> Top | Play | None:
        if self._view == TIMELINE:
            return self._timeline.cursor_row
        line = self._top.cursor_row if self._view != RHYTHM else None
        return None if line is None else line.top

    @on(RecordTable.Selected)
    async def action_search(self) -> None:
        """Look for the album, or the artist, in Search: from there w puts a record on the wantlist."""
        if (chosen := self._chosen()) is not None:
            await self.app.look_for(sought(chosen))

    def action_browse(self) -> None:
        chosen = self._chosen()
        if isinstance(chosen, Play) and chosen.spotify_id:
            self.app.browse(f"{SPOTIFY}/track/{chosen.spotify_id}")

    def action_connect(self) -> None:
        self.app.connect_spotify()

    @work(exclusive=True, group="fetch", exit_on_error=False)
    async def action_fetch(self) -> None:
        """Look for new plays now; the job strip shows it."""
        try:
            await self.bridge.call(lambda runtime: runtime.jobs.start("plays", runtime.user.id, {}))
        except LockgrooveError as error:
            self.app.say(error)
