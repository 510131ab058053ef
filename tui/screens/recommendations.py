"""What to look for next: the releases that a person's own records lead to, each with the reason; closing leads back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar, cast

from textual import on, work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from storage.errors import LockgrooveError
from tui.actions import bindings, key_of
from tui.bridge import Bridge, Snapshot
from tui.reasons import in_full, missing
from tui.screens.page import Page
from tui.table.recommended import RECOMMENDED_COLUMNS, Line, tone
from tui.table.rows import ListSource
from tui.table.view import RecordTable
from tui.text import clean
from tui.tokens import STYLES
from tui.widgets.plainlist import PlainList
from tui.words import number

SHOWN = 100
"""Releases that are listed: as many as are ever recommended."""


class RecommendationsPage(Page):
    """Asks whenever it is shown. What is added or wanted from here stays, marked, until the list is made anew."""

    MODE = "recommendations"
    CSS_PATH: ClassVar[Any] = [STYLES / "recommendations.tcss"]
    BINDINGS: ClassVar[Any] = bindings("recommendations")

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._lines: ListSource[Line] = ListSource(lambda line: line.release.release_id)
        self._is_asked = False

    def content(self) -> Iterator[Widget]:
        yield Static(Content(""), id="recommendations-title", classes="list-title")
        yield PlainList(self._lines, RECOMMENDED_COLUMNS, tone=tone, empty="", id="recommendations")
        yield Static(Content(""), id="recommendations-about")

    @property
    def _list(self) -> PlainList[Line]:
        return cast("PlainList[Line]", self.query_one("#recommendations", PlainList))

    def _line(self) -> Line | None:
        return self._list.cursor_row if self.query("#recommendations") else None

    def on_mount(self) -> None:
        self._list.focus()
        self._title("")

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        if snapshot.ready and not self._is_asked:
            self._ask()

    # -- asking ---------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="recommendations", exit_on_error=False)
    async def _ask(self) -> None:
        """Show what is recommended now, the cursor where it was; if that cannot be told, what was shown stays."""
        self._is_asked = True
        self._title("looking through the catalogue…")
        try:
            found = await self.bridge.call(lambda runtime: runtime.recommendations.best(runtime.user.id, limit=SHOWN))
        except LockgrooveError as error:
            again = f"{key_of('recommendations.refresh')} asks again."
            self._say_empty(clean(f"{error.message} {error.hint}"), again)
            self._title(f"no answer; {again}")
            self._lines.replace(self._lines.rows())
            return
        self._say_empty(*missing(found))
        count = len(found.releases)
        self._title(f"{number(count)}, from {number(found.known)} of your records" if count else "nothing yet")
        self._lines.replace([Line(each) for each in found.releases])

    def _title(self, said: str) -> None:
        name = ("Recommendations", "bold $primary")
        line = Content.assemble(" ", name, (f" · {said}" if said else "", "$muted"))
        self.query_one("#recommendations-title", Static).update(line, layout=False)

    def _say_empty(self, *lines: str) -> None:
        self._list.empty = "\n".join(lines)

    # -- what is shown --------------------------------------------------------------------------------------------

    @on(RecordTable.Highlighted)
    @on(RecordTable.Changed)
    def _moved(self) -> None:
        line, count = self._line(), self._lines.count()
        self.say_position(f"{number(self._list.cursor + 1)} of {number(count)}" if count else "")
        self.query_one("#recommendations-about", Static).update(
            _about(line, max(10, self.size.width - 4)), layout=False
        )
        self.refresh_bindings()

    # -- acting ---------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        line = self._line()
        if action == "want":
            return True if line is not None and not line.wanted else None
        if action == "add":
            return True if line is not None and not line.owned else None
        if action in ("explore", "browse", "copy_link"):
            return True if line is not None else None
        return True

    def action_refresh(self) -> None:
        self._ask()

    def action_close(self) -> None:
        self.app.go(self.app.came_from)

    @on(RecordTable.Selected)
    def action_explore(self) -> None:
        """See in the catalogue whom and what the release leads to."""
        from storage.values import NodeName
        from tui.screens.explore import ExplorePage

        line = self._line()
        if line is None:
            return
        self.app.go("explore")
        if isinstance(self.app.page, ExplorePage):
            self.app.page.open_node(NodeName("release", str(line.release.release_id), line.release.title))

    @work(exclusive=True, group="want", exit_on_error=False)
    async def action_want(self) -> None:
        line = self._line()
        if line is None or line.wanted:
            return
        release_id = line.release.release_id
        self.say_position("putting it on your wantlist…")
        try:
            await self.bridge.call(lambda runtime: runtime.wants.add(runtime.user.id, release_id))
        except LockgrooveError as error:
            self.app.say(error)
        else:
            self._mark(line, wanted=True)
            self.app.notify(f"{_name(line)}: on your wantlist.", markup=False)
        finally:
            self._moved()

    @work(exclusive=True, group="add", exit_on_error=False)
    async def action_add(self) -> None:
        line = self._line()
        if line is None or line.owned:
            return
        release_id = line.release.release_id
        self.say_position("adding…")
        try:
            record = await self.bridge.call(lambda runtime: runtime.records.fetch(runtime.user.id, release_id))
        except LockgrooveError as error:
            self.app.say(error)
        else:
            self._mark(line, owned=True)
            where = "here and in your Discogs collection" if record.is_synced else "here; the next sync sends it"
            self.app.notify(f"{_name(line)}: added {where}.", markup=False)
        finally:
            self._moved()

    def _mark(self, line: Line, **signs: bool) -> None:
        """Show a line as it is now, ``owned`` or ``wanted``."""
        key = line.release.release_id
        self._lines.replace(
            [replace(each, **signs) if each.release.release_id == key else each for each in self._lines.rows()]
        )

    def action_browse(self) -> None:
        if (line := self._line()) is not None:
            self.app.browse(f"/release/{line.release.release_id}")

    def action_copy_link(self) -> None:
        if (line := self._line()) is not None:
            self.app.copy_link(f"/release/{line.release.release_id}")


def _name(line: Line) -> str:
    return clean(f"{line.release.artist} – {line.release.title}")


def _about(line: Line | None, room: int) -> Content:
    """The release under the cursor in full: what it is, where it belongs, why it is here."""
    if line is None:
        return Content("")
    release = line.release
    year = f" ({release.year})" if release.year else ""
    belongs = " · ".join(filter(None, (release.label, ", ".join(release.genres), f"score {number(release.score)}")))
    lines = (
        Content(f"{_name(line)}{year}"),
        Content.styled(clean(belongs), "$muted"),
        Content(clean(in_full(release))),
    )
    return Content("\n").join(each.truncate(room, ellipsis=True) for each in lines)
