"""The command palette: the actions that work here and now, the screens, and records by name."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual import on
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.dom import DOMNode
from textual.widgets import Input
from textual.worker import WorkerCancelled, WorkerFailed

from storage.values import RecordQuery, ShelfRow
from tui.actions import ACTIONS, Action
from tui.text import clean

if TYPE_CHECKING:
    from storage.shelf import ShelfReader
    from tui.app import LockgrooveApp

RECORDS = 8
"""Records offered at most; the search screen is the place for more."""
WEAK = 0.1
"""The score of an action whose description alone holds what was typed."""
LEAST = 2
"""Letters before records are looked up."""


def title(action: Action) -> str:
    """How an action is called in the palette: area and verb, so that they group by themselves."""
    area = "go" if action.name.startswith("go(") else action.scope
    return f"{area}: {action.label.lower()}"


class LockgrooveCommands(Provider):
    """One source for everything, so that actions come before records."""

    @property
    def _app(self) -> LockgrooveApp:
        return cast("LockgrooveApp", self.app)

    def _actions(self) -> list[tuple[Action, str, DOMNode]]:
        """The enabled actions of the screen and of the app, each with its key as it is bound now."""
        found: dict[str, tuple[Action, str, DOMNode]] = {}
        known = {action.id: action for action in ACTIONS}
        for node, binding, enabled, _ in self.screen.active_bindings.values():
            action = known.get(binding.id or "")
            if action is not None and enabled and action.id != "app.palette" and action.id not in found:
                found[action.id] = (action, self.app.get_key_display(binding), node)
        return sorted(found.values(), key=lambda each: each[0].scope == "app")

    async def discover(self) -> Hits:
        for action, key, node in self._actions():
            yield DiscoveryHit(
                _shown(Content(title(action)), key), self._run(action, node), title(action), _help(action)
            )

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for action, key, node in self._actions():
            # Letters scattered over a whole sentence are no match; a word of it is a weak one, below any record.
            score = matcher.match(title(action))
            if score > 0 or query.casefold() in action.description.casefold():
                shown = matcher.highlight(title(action))
                yield Hit(
                    1 + score if score > 0 else WEAK,
                    _shown(shown, key),
                    self._run(action, node),
                    title(action),
                    _help(action),
                )
        for n, row in enumerate(await self._records(query)):
            name = clean(f"{row.artist_name} – {row.album_title}")
            facts = " · ".join(filter(None, (str(row.year_released or ""), row.label_name, row.record_size)))
            command = partial(self._app.show_record, row.pk)
            help = cast("str", Content.styled(clean(facts) or "record", "$muted"))
            yield Hit(0.5 - n / 100, Content(name), command, name, help)

    async def _records(self, text: str) -> list[ShelfRow]:
        shelf = self._app.shelf
        if shelf is None or len(text.strip()) < LEAST:
            return []

        def ask(reader: ShelfReader) -> list[ShelfRow]:
            user = reader.user()
            return [] if user is None else reader.first(user, RecordQuery(text=text), RECORDS)

        return await asyncio.wrap_future(shelf.submit(ask))

    def _run(self, action: Action, node: DOMNode) -> Callable[[], Any]:
        return partial(self.app.run_action, action.name, node)


def _shown(name: Content, key: str) -> Content:
    return Content.assemble(name, (f"  {key}", "$muted"))


def _help(action: Action) -> str:
    # The palette reads help as markup unless it already is content; its type hint knows strings only.
    return cast("str", Content.styled(action.description, "$muted"))


class Palette(CommandPalette):
    """Textual's palette without its picture (a wide emoji) and without a blinking cursor."""

    DEFAULT_CSS = """
    Palette > Vertical { margin-top: 1; }
    Palette SearchIcon { display: none; }
    Palette #--input { border: none; height: 3; padding: 1 0 1 2; background: $surface; }
    Palette CommandInput, Palette CommandInput:focus { height: 1; border: none; padding: 0; }
    """

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False

    @on(Input.Submitted)
    async def _settle(self) -> None:
        """Enter means what was typed, not the list of a letter before: let the running search end first."""
        searching = [worker for worker in self.workers if worker.node is self and not worker.is_finished]
        with suppress(WorkerFailed, WorkerCancelled):
            await self.workers.wait_for_complete(searching)


def open_palette(app: LockgrooveApp) -> None:
    """Open the palette over the present screen, unless it is open."""
    if not isinstance(app.screen, CommandPalette):
        app.push_screen(Palette(providers=[LockgrooveCommands], placeholder="An action, a screen, a record…"))
