"""An export to the collection: into which folder, and whether what is owned then leaves the wantlist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from storage.values import Folder
from tui.screens.copy_form import matching
from tui.screens.export_words import collection_terms
from tui.screens.form import Form
from tui.text import clean
from tui.widgets.field import Field

if TYPE_CHECKING:
    from services.discogs.export import ExportRequest
    from tui.screens.export import Plan

ALL, UNCATEGORIZED = 0, 1
"""Discogs' own folders: the one that holds everything takes nothing, the other one is always there."""
YES_NO = ("yes", "no")
NAMED = 20
"""Folders that are listed by name at most."""


def _yes_or_no(typed: str) -> str | None:
    return None if matching(typed, YES_NO) else "Yes or no."


class CollectionTerms(Form["Plan"]):
    """Returns the export with its terms, None to go back. Names may be begun only."""

    TITLE = "Export to your collection"
    HINT = "Enter next line · F2 go on · Esc back · nothing is sent yet"

    def __init__(self, request: ExportRequest, folders: Sequence[Folder], former: Plan | None = None) -> None:
        super().__init__()
        self._request = former.request if former else request
        held = {each.folder_id: clean(each.name) for each in folders if each.folder_id != ALL}
        self._folders = held or {UNCATEGORIZED: "Uncategorized"}

    def body(self) -> Iterator[Widget]:
        names = tuple(self._folders.values())
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        said = f"Your folders: {', '.join(names[:NAMED])}{more}."
        yield Static(Content(f"What is in your collection already is not added a second time.\n\n{said}\n"))
        now = self._folders.get(self._request.folder_id or UNCATEGORIZED, names[0])
        yield Field("folder", "Folder", value=now, check=self._check_folder)
        wants = YES_NO[not self._request.remove_from_wantlist]
        label = "Take what you own then off your wantlist, yes or no"
        yield Field("wants", label, value=wants, check=_yes_or_no)

    def _check_folder(self, typed: str) -> str | None:
        names = tuple(self._folders.values())
        return None if matching(typed, names) else "That is none of your folders, or more than one begins so."

    def save(self, typed: dict[str, str]) -> None:
        from tui.screens.export import Plan

        name = matching(typed["folder"], tuple(self._folders.values()))
        folder_id, name = next((key, each) for key, each in self._folders.items() if each == name)
        leaves = matching(typed["wants"], YES_NO) == YES_NO[0]
        request = replace(self._request, folder_id=folder_id, remove_from_wantlist=leaves)
        self.dismiss(Plan(request, collection_terms(name, remove_from_wantlist=leaves)))
