"""The dashboard: counts, charts, what is new, what runs and what needs the person."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from storage.errors import LockgrooveError
from storage.values import RecordQuery, ShelfQuery, ShelfRow, SortBy, Statistics, WantQuery
from tui.actions import bindings
from tui.bridge import Bridge, Snapshot
from tui.screens.page import Page
from tui.screens.settings_lines import SCHEDULES
from tui.tokens import STYLES
from tui.widgets.bars import heading
from tui.widgets.charts import first_lines, further_lines, in_decades, square_lines
from tui.widgets.downloads import ActiveDownloads
from tui.widgets.drift import drift_lines
from tui.widgets.figures import (
    Due,
    Filed,
    Listening,
    Wanted,
    Worth,
    addition_lines,
    figure_lines,
    filed_lines,
    job_lines,
    listening_lines,
    wanted_lines,
    warning_lines,
)
from tui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from services.runtime import Runtime
    from storage.shelf import Shelf, ShelfReader

REST, REST_WHILE_WORKING = 2.0, 5.0
"""Seconds between two counts at least; longer while a job runs, since every count costs bytes on the wire."""
REST_OF_CHARTS = 20.0
"""Seconds between two drawings of the charts while a job runs: they are most of the screen."""
WORTH_SHOWN = 3600.0
"""Seconds after which the page asks again what the collection is worth; the service decides whether Discogs is asked."""
LATEST, LATEST_WHEN_TALL = 10, 15
TALL = 44
"""Lines from which on there is room for more of the newest records."""
ROOMY = (120, 34)
"""The least size at which charts are drawn; below it, bars of text say the same in less."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What one look at the services gives."""

    statistics: Statistics
    wanted: Wanted
    due: tuple[Due, ...]
    listening: Listening
    filed: Filed


class DashboardPage(Page):
    """Counts anew when it is shown and when the collection changes; nothing moves in between."""

    MODE = "dashboard"
    CSS_PATH: ClassVar[Any] = [STYLES / "dashboard.tcss"]
    BINDINGS: ClassVar[Any] = bindings("dashboard")

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._overview: Overview | None = None
        self._latest: Sequence[ShelfRow] = ()
        self._worth: Worth | None = None
        self._worth_asked = 0.0
        self._is_worth_stale = False
        self._changes = -1
        self._counted_at = self._charted_at = 0.0
        self._is_counting = False
        self._due: Timer | None = None
        self._had_jobs = False
        self._trouble: LockgrooveError | None = None

    def content(self) -> Iterator[Widget]:
        with VerticalScroll(id="board"):
            yield Sheet(id="warnings")
            yield Sheet(lambda _: [Content.styled("Counting…", "$muted")], id="figures")
            yield ActiveDownloads(self.bridge, id="active")
            with Horizontal(id="charts"):
                with Vertical(id="years"):
                    yield Container(id="plot")
                    yield Sheet(id="drift")
                yield Sheet(id="bars")
            with Horizontal(id="news"):
                yield Sheet(id="jobs")
                yield Sheet(id="latest")
            yield Sheet(id="further")

    def on_mount(self) -> None:
        # A theme in the terminal's own colours has bars of text in place of the chart.
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw_charts())

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.query_one("#board").focus()
        self.query_one(ActiveDownloads).look()
        self._count_soon()

    def on_resize(self) -> None:
        self._draw_charts()
        self._draw_news(self.bridge.snapshot)

    def shelf_opened(self, shelf: Shelf) -> None:
        self._count_soon()

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        self._draw_news(snapshot)
        if snapshot.failure is not None and self._overview is None:
            self.query_one("#figures", Sheet).show(lambda _: ())  # nothing is counted any more
        has_ended = self._had_jobs and not snapshot.jobs
        self._had_jobs = bool(snapshot.jobs)
        if has_ended and self._due is not None:
            self._due.stop()
            self._due = None
        if snapshot.ready and (has_ended or snapshot.changes != self._changes):
            self._changes, self._worth_asked = snapshot.changes, 0.0
            self._count_soon()

    def action_refresh_figures(self) -> None:
        """Count anew now, and ask again what the collection is worth."""
        self._worth_asked = self._counted_at = 0.0
        self._is_worth_stale = True
        self._count_soon()

    def action_connect(self) -> None:
        from tui.screens.connect import open_connect

        open_connect(self.app)

    def _count_soon(self) -> None:
        """Count now, or once the pause since the last count is over; asking twice counts once."""
        if not self.bridge.snapshot.ready or self._due is not None:
            return
        pause = REST_WHILE_WORKING if self.bridge.snapshot.jobs else REST
        wait = self._counted_at + pause - time.monotonic()
        if wait > 0 or self._is_counting:
            self._due = self.set_timer(max(wait, 0.1), self._count_when_due)
        else:
            self._is_counting = True
            self.run_worker(self._count, group="count", exit_on_error=False)

    def _count_when_due(self) -> None:
        self._due = None
        if self.is_active:
            self._count_soon()

    async def _count(self) -> None:
        try:
            self._overview = await self.bridge.call(look)
            self._trouble = None
            if self.app.shelf is not None:
                self._latest = await asyncio.wrap_future(self.app.shelf.submit(newest))
        except LockgrooveError as error:
            self._trouble = error
        finally:
            self._is_counting = False
            self._counted_at = time.monotonic()
        self._draw_figures()
        self._draw_news(self.bridge.snapshot)
        if not self.bridge.snapshot.jobs or time.monotonic() >= self._charted_at + REST_OF_CHARTS:
            self._charted_at = time.monotonic()
            await self._show_charts()
        self._ask_worth()

    def _ask_worth(self) -> None:
        if not self.bridge.snapshot.jobs and time.monotonic() > self._worth_asked:
            self._worth_asked = time.monotonic() + WORTH_SHOWN
            self.run_worker(self._fetch_worth, group="worth", exclusive=True, exit_on_error=False)

    async def _fetch_worth(self) -> None:
        refresh, self._is_worth_stale = self._is_worth_stale, False
        worth = await self.bridge.call(lambda runtime: appraise(runtime, refresh=refresh))
        if worth is not None:
            self._worth = worth
            self._draw_figures()

    def _draw_figures(self) -> None:
        sheet = self.query_one("#figures", Sheet)
        if self._trouble is not None:
            trouble = self._trouble
            said = Content.assemble(("✗ ", "$error"), f"{trouble.message} {trouble.hint} Press r to count again.")
            sheet.show(lambda _: [said])
        elif self._overview is not None:
            overview, worth = self._overview, self._worth
            sheet.show(
                lambda width: [
                    *figure_lines(overview.statistics, overview.wanted, worth, width),
                    *listening_lines(overview.listening, width),
                    *filed_lines(overview.filed, width),
                ]
            )

    def _draw_news(self, snapshot: Snapshot) -> None:
        overview, latest = self._overview, self._latest
        said = warning_lines(snapshot, overview.statistics if overview else None)
        self.query_one("#warnings", Sheet).show(lambda _: [*said, *(wanted_lines(overview.wanted) if overview else ())])
        self.query_one("#jobs", Sheet).show(lambda _: job_lines(snapshot, overview.due if overview else ()))
        if overview is not None:
            room = LATEST_WHEN_TALL if self.app.size.height >= TALL else LATEST
            self.query_one("#latest", Sheet).show(lambda width: addition_lines(latest, width, room))

    async def _show_charts(self) -> None:
        """Bring in the chart once figures are there and the terminal has room and colours for it."""
        if self._wants_plot and not self.query_one("#plot").children:
            await asyncio.to_thread(__import__, "tui.widgets.plots")
            from tui.widgets.plots import DecadeChart

            if not self.query_one("#plot").children:
                await self.query_one("#plot").mount(Sheet(lambda _: [heading("By decade")]), DecadeChart())
        self._draw_charts()

    @property
    def _wants_plot(self) -> bool:
        size = self.app.size
        colours = not (self.app.native_ansi_color or self.app.no_color)
        return colours and size.width >= ROOMY[0] and size.height >= ROOMY[1]

    def _draw_charts(self) -> None:
        if self._overview is None:
            return
        statistics = self._overview.statistics
        has_plot = bool(self.query_one("#plot").children)
        is_plotted = self._wants_plot and has_plot and statistics.records > 0
        self.query_one("#years").display = is_plotted
        self.query_one("#further").display = not is_plotted
        if is_plotted:
            self._draw_roomy(statistics)
            return
        if self._wants_plot and statistics.records and not has_plot:
            self.run_worker(self._show_charts, group="charts", exclusive=True, exit_on_error=False)
        rows = 5 if self.app.size.height < 30 else 10
        self.query_one("#bars", Sheet).show(lambda width: first_lines(statistics, width, rows))
        self.query_one("#further", Sheet).show(lambda width: further_lines(statistics, width, rows))

    def _draw_roomy(self, statistics: Statistics) -> None:
        """Both sides of the page to the same height: the years on the left, everything else on the right."""
        from tui.widgets.plots import DecadeChart

        is_tall = self.app.size.height >= TALL
        self.query_one("#years").set_class(is_tall, "-tall")
        rows, years = (10, 8) if is_tall else (8, 6)
        self.query_one(DecadeChart).show(in_decades(statistics))
        self.query_one("#drift", Sheet).show(lambda width: drift_lines(statistics.drift, width, years))
        self.query_one("#bars", Sheet).show(lambda width: square_lines(statistics, width, rows))


def newest(reader: ShelfReader) -> list[ShelfRow]:
    """The last additions, newest first."""
    user = reader.user()
    if user is None:
        return []
    return reader.first(user, RecordQuery(sort_by=SortBy.ADDED, descending=True), LATEST_WHEN_TALL)


async def look(runtime: Runtime) -> Overview:
    """Count the collection and the wantlist and read the schedule; on the services' loop."""
    statistics = await runtime.records.statistics(runtime.user.id)
    wants = await runtime.wants.count(runtime.user.id, WantQuery())
    fulfilled = await runtime.wants.count(runtime.user.id, WantQuery(fulfilled=True))
    upcoming = await runtime.jobs.upcoming(runtime.user.id)
    due = tuple(Due(coming.kind, coming.due_at) for coming in upcoming if coming.kind in SCHEDULES)
    return Overview(statistics, Wanted(wants, fulfilled), due, await listening(runtime), await filed(runtime))


async def filed(runtime: Runtime) -> Filed:
    """How many albums are where, and of how many owned ones there are files."""
    counts = await runtime.shelf.counts(runtime.user.id)
    _, with_files = await runtime.shelf.page(runtime.user.id, ShelfQuery(owned=True, files=True), limit=1)
    return Filed(counts, with_files)


async def listening(runtime: Runtime) -> Listening:
    """How plays stand, as far as is known without asking Spotify."""
    summary = await runtime.plays.summary(runtime.user.id)
    state = await runtime.plays.state(runtime.user.id)
    trouble = ""
    if state.connection.state == "reauth_required":
        trouble = "Spotify wants you to sign in again (9, then c)"
    elif state.connection.paused_until:
        trouble = (
            f"Spotify is paused until {datetime.fromtimestamp(state.connection.paused_until, UTC).astimezone():%H:%M}"
        )
    elif state.gaps:
        trouble = "some may be missing (9 says when)"
    last = summary.last
    return Listening(
        summary.plays,
        summary.lately,
        f"{last.artists} – {last.name}" if last else "",
        datetime.fromtimestamp(last.played_at / 1000, UTC).isoformat() if last else None,
        trouble,
    )


async def appraise(runtime: Runtime, *, refresh: bool) -> Worth | None:
    """What Discogs says the collection is worth, or last said; None where it never did, which is not worth a warning."""
    import structlog

    try:
        value = await runtime.market.value(runtime.user.id, refresh=refresh)
    except LockgrooveError as error:
        structlog.stdlib.get_logger(__name__).info("collection value not known", reason=error.message)
        return None
    return Worth(value.minimum, value.median, value.maximum, value.as_of)
