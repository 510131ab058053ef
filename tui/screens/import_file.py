"""Bringing in a file: the collection CSV of Discogs, or a JSON export of this program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from storage.errors import LockgrooveError
from tui.bridge import Bridge
from tui.screens.dialog import Dialog
from tui.text import clean
from tui.widgets.field import Field
from tui.words import number

if TYPE_CHECKING:
    from services.records.csv_file import Imported
    from services.runtime import Runtime

ABOUT = (
    "On discogs.com, open your collection, choose Export, wait for the file and download it (a .csv, or the .zip "
    "unpacked). Nothing is written before every line was checked; lines that cannot be used are listed.\n"
)
SHOWN = 8
"""How many bad lines the dialog lists."""


def _check(typed: str) -> str | None:
    if not typed:
        return "Type the path of the file."
    file = Path(typed).expanduser()
    if not file.is_file():
        return "There is no file at this path."
    return None if file.suffix.casefold() in (".csv", ".json") else "The file's name must end in .csv or .json."


class ImportDialog(Dialog[bool]):
    """True when records were imported."""

    HINT = "Enter import · Esc close"
    TITLE = "Import a collection"

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self.bridge = bridge
        self._done = False

    def body(self) -> Iterator[Widget]:
        yield Static(Content.styled(ABOUT, "$muted"))
        yield Field("path", "File", placeholder="~/Downloads/collection.csv", check=_check)
        yield Static(Content(""), id="import-report")

    def on_mount(self) -> None:
        self.query_one("#field-path", Field).take_focus()

    def action_close(self) -> None:
        self.dismiss(self._done)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        if self._done:
            self.dismiss(True)
            return
        field = self.query_one(Field)
        if trouble := field.trouble:
            field.say(trouble)
        else:
            self._bring_in(Path(field.value).expanduser())

    @work(exclusive=True, group="import", exit_on_error=False)
    async def _bring_in(self, file: Path) -> None:
        self.say(f"Reading {file.name}…")
        try:
            report = await self.bridge.call(lambda runtime: _import(runtime, file))
        except LockgrooveError as error:
            self.say(f"{error.message} {error.hint}", trouble=True)
            return
        bad = len(report.problems)
        lines = [f"{clean(problem.item)}: {clean(problem.message)}" for problem in report.problems[:SHOWN]]
        if bad > SHOWN:
            lines.append(f"and {number(bad - SHOWN)} more")
        self.query_one("#import-report", Static).update(Content("\n").join(Content(line) for line in lines))
        self._done = True
        left_out = f", {number(bad)} lines were not taken" if bad else ""
        self.say(
            f"{number(report.records)} records and {number(report.copies)} copies came in{left_out}. Enter closes."
        )


async def _import(runtime: Runtime, file: Path) -> Imported:
    bring = runtime.records.import_json if file.suffix.casefold() == ".json" else runtime.records.import_csv
    return await bring(runtime.user.id, file)
