"""One entry of the feed in full, with every item that failed where a job left such a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from storage.errors import LockgrooveError
from storage.values import Activity, Problem
from tui.activity_words import GLYPHS, STYLES, Language
from tui.bridge import Bridge
from tui.feed import detail_lines, further, saying, sentence
from tui.screens.dialog import Dialog
from tui.text import clean
from tui.widgets.bars import heading
from tui.widgets.facts import fact_lines
from tui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from services.runtime import Runtime

SHOWN = 500
"""Failed items listed at most; a longer list is read with ``lockgroove sync --json``."""


class EntryDialog(Dialog[None]):
    """The entry in sentences, then all details as names and values. The problems of a job arrive after the rest."""

    TITLE = "Activity"
    HINT = "↑ ↓ scroll · Esc or q close"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "close", "Close", show=False)]

    def __init__(self, bridge: Bridge, entry: Activity, words: Language) -> None:
        super().__init__()
        self._bridge = bridge
        self._entry = entry
        self._words = words

    def body(self) -> Iterator[Widget]:
        entry, words = self._entry, self._words
        tone = saying(entry, words).tone
        first = Content.assemble((f"{GLYPHS[tone]} ", STYLES[tone]), (sentence(entry, words), "bold"))
        more = Content(further(entry, words))

        def draw(width: int) -> list[Content]:
            meaning = [part.rstrip() for part in more.wrap(width)] if more.plain else []
            return [*first.wrap(width), *meaning, Content(""), *fact_lines(detail_lines(entry, words), width)]

        yield Sheet(draw)
        yield Sheet(id="problems")

    def on_mount(self) -> None:
        scroll = self.query_one(".dialog-body")
        scroll.can_focus = True
        scroll.focus()
        if isinstance(self._entry.details.get("job_id"), str) and self._entry.details.get("problems"):
            self.run_worker(partial(self._fetch_problems, str(self._entry.details["job_id"])), exit_on_error=False)

    async def _fetch_problems(self, job_id: str) -> None:
        async def ask(runtime: Runtime) -> Sequence[Problem]:
            return await runtime.jobs.problems(job_id)

        try:
            problems = await self._bridge.call(ask)
        except LockgrooveError as error:
            self.say(f"{error.message} {error.hint}", trouble=True)
            return
        self.query_one("#problems", Sheet).show(lambda width: problem_lines(problems, width))


def problem_lines(problems: Sequence[Problem], width: int) -> list[Content]:
    """Every failed item and why, wrapped so that nothing is hidden."""
    lines = [Content(""), heading("Failed items", f"{len(problems):,}")] if problems else []
    for problem in problems[:SHOWN]:
        lines.append(Content.assemble(("✗ ", "$error"), (clean(problem.item), "bold")))
        lines += [
            Content.assemble("  ", part.rstrip()) for part in Content(clean(problem.message)).wrap(max(8, width - 2))
        ]
    if len(problems) > SHOWN:
        lines.append(Content.styled(f"… and {len(problems) - SHOWN:,} more", "$muted"))
    return lines
