"""Sending what a person chose to Discogs: where to, on which terms, what would be sent; then the report of it.

Every step is a dialog that leads one step back with Escape; nothing is sent before the last one was agreed to.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from services.errors import Conflict, NotConnected
from storage.errors import LockgrooveError
from storage.values import ExportTarget, ShelfRow
from tui.table.marks import Key
from tui.text import clean
from tui.words import number

if TYPE_CHECKING:
    from services.discogs.export import ExportRequest
    from services.runtime import Runtime
    from storage.values import Folder, Job
    from tui.app import LockgrooveApp

KIND = "export"
RUNNING = "An export is running already, here it is. Wait for its end or stop it; then start the other one."


@dataclass(frozen=True, slots=True)
class Selection:
    """What a person chose: records by their UUIDs or releases by their Discogs ids.

    ``name`` is the one thing that was chosen, empty for several. ``example`` is a release among them (its number, its
    name) whose suggested price is shown.
    """

    records: tuple[str, ...] = ()
    releases: tuple[int, ...] = ()
    name: str = ""
    example: tuple[int, str] | None = None

    def __len__(self) -> int:
        return len(self.records) + len(self.releases)


@dataclass(frozen=True, slots=True)
class Plan:
    """An export as it is meant, and where it goes on which terms in a sentence."""

    request: ExportRequest
    about: str


def of_records(rows: Sequence[ShelfRow], under_cursor: ShelfRow | None) -> Selection | str:
    """These records as a selection, or why none of them can be exported."""
    known = [row for row in rows if row.discogs_id is not None]
    if not rows:
        return "That is not in your library any more."
    if not known:
        what = f"{_name(rows[0])} has" if len(rows) == 1 else f"None of these {number(len(rows))} records has"
        return f"{what} no Discogs id, so Discogs cannot take it. Search (a) finds releases that it knows."
    beneath = under_cursor.pk if under_cursor is not None else None
    first = next((row for row in known if row.pk == beneath), known[0])
    example = (first.discogs_id, _name(first)) if first.discogs_id is not None else None
    return Selection(
        tuple(row.record_id for row in rows), name=_name(rows[0]) if len(rows) == 1 else "", example=example
    )


def of_releases(chosen: Sequence[tuple[int, str]], under_cursor: int | None) -> Selection:
    """Releases (number, name) as a selection."""
    example = next((each for each in chosen if each[0] == under_cursor), chosen[0])
    name = chosen[0][1] if len(chosen) == 1 else ""
    return Selection(releases=tuple(number for number, _ in chosen), name=name, example=example)


def _name(row: ShelfRow) -> str:
    return clean(f"{row.artist_name} – {row.album_title}")


def in_list_order(chosen: Sequence[Key], listed: Sequence[Key]) -> list[int]:
    """The chosen keys as they stand in the list, those that the filter hides behind them. Long lists: off the loop."""
    wanted = set(chosen)
    shown = [int(key) for key in listed if key in wanted]
    return shown + sorted(int(key) for key in wanted.difference(shown))


def is_too_much(app: LockgrooveApp, count: int) -> bool:
    """Say so where more is marked than one export takes."""
    from services.discogs.export.request import MOST_ITEMS

    if count <= MOST_ITEMS:
        return False
    said = (
        f"One export takes {number(MOST_ITEMS)} items at most, {number(count)} are marked. Filter the list, mark fewer."
    )
    app.notify(said, severity="warning", markup=False)
    return True


async def run(app: LockgrooveApp, selection: Selection) -> bool:
    """Ask everything an export needs and start it; True if it was. In a worker, for it waits for the dialogs."""
    from tui.screens.export_preview import PreviewDialog
    from tui.screens.export_target import TargetDialog

    if not await _is_possible(app):
        return False
    while (target := await app.push_screen_wait(TargetDialog(selection))) is not None:
        plan: Plan | None = None
        while (plan := await _planned(app, selection, target, plan)) is not None:
            request = await app.push_screen_wait(PreviewDialog(app.bridge, plan))
            if request is not None:
                return await started(app, lambda runtime, asked=request: runtime.exports.start(runtime.user.id, asked))
            if target is ExportTarget.WANTLIST:
                break
    return False


async def _is_possible(app: LockgrooveApp) -> bool:
    """Whether an export can be started now; else the way there is shown."""
    snapshot = app.bridge.snapshot
    running = next((job for job in snapshot.jobs if job.kind == KIND), None)
    if running is not None:
        app.notify(RUNNING, severity="warning", markup=False)
        app.show_export(running.id)
    elif snapshot.ready and not snapshot.connected:
        _connect(app, "An export needs Discogs: connect it first, then export again.")
    return running is None and snapshot.connected


async def _planned(app: LockgrooveApp, selection: Selection, target: ExportTarget, former: Plan | None) -> Plan | None:
    """The export with its terms, asked where there are any; ``former`` is what was said before. None to go back."""
    from services.discogs.export import ExportRequest
    from tui.screens.export_words import where

    chosen = ExportRequest(target, selection.releases, selection.records)
    match target:
        case ExportTarget.WANTLIST:
            return Plan(chosen, f"{where(target)}.")
        case ExportTarget.COLLECTION:
            from tui.screens.export_terms import CollectionTerms

            try:
                folders = await app.bridge.call(_folders)
            except LockgrooveError as error:
                app.say(error)
                return None
            return await app.push_screen_wait(CollectionTerms(chosen, folders, former))
        case ExportTarget.MARKETPLACE:
            from tui.screens.export_listing import OfferForm

            return await app.push_screen_wait(OfferForm(app.bridge, chosen, selection.example, former))


async def _folders(runtime: Runtime) -> Sequence[Folder]:
    from storage import copies

    async with runtime.storage.read() as conn:
        return await copies.folders(conn, runtime.user.id)


async def started(app: LockgrooveApp, start: Callable[[Runtime], Awaitable[Job]]) -> bool:
    """Start an export and show it, or the one that is running already; True if it was started."""
    try:
        job = await app.bridge.call(start)
    except NotConnected:
        _connect(app, "An export needs Discogs: connect it first, then export again.")
    except Conflict as error:
        running = [job for job in await app.bridge.call(lambda it: it.jobs.active(it.user.id)) if job.kind == KIND]
        if running:
            app.notify(RUNNING, severity="warning", markup=False)
            app.show_export(running[0].id)
        else:
            app.say(error)
    except LockgrooveError as error:
        app.say(error)
    else:
        app.show_export(job.id)
        return True
    return False


def _connect(app: LockgrooveApp, why: str) -> None:
    from tui.screens.connect import open_connect

    app.notify(why, markup=False)
    open_connect(app)


def show_last(app: LockgrooveApp) -> None:
    """Show the export that was started last."""
    app.run_worker(partial(_show_last, app), group="export", exclusive=True, exit_on_error=False)


async def _show_last(app: LockgrooveApp) -> None:
    try:
        recent = await app.bridge.call(lambda runtime: runtime.exports.recent(runtime.user.id, 1))
    except LockgrooveError as error:
        app.say(error)
        return
    if recent:
        app.show_export(recent[0].id)
    else:
        app.notify("Nothing was exported yet. X in the collection sends records to Discogs.", markup=False)
