"""What is printed of exports: what would happen, what became of each item, the recent ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.cli.output import document, line, note, table
from tui.text import clean
from tui.words import moment, number

if TYPE_CHECKING:
    from services.discogs.export import Export, Preview
    from services.runtime import Runtime

_PAGE = 1000


async def whole(runtime: Runtime, export_id: str) -> Export:
    """The export with all its items."""
    export = await runtime.exports.get(runtime.user.id, export_id, limit=_PAGE)
    results = list(export.results)
    while len(results) < export.total:
        page = await runtime.exports.get(runtime.user.id, export_id, offset=len(results), limit=_PAGE)
        if not page.results:
            break
        results += page.results
    return export.with_results(results)


def print_preview(preview: Preview, *, as_json: bool) -> None:
    """Each item with what would happen to it, and how many of each."""
    if as_json:
        items = [
            {"discogs_id": item.release_id, "record_id": item.record_id, "title": item.title, "skipped": item.skipped}
            for item in preview.items
        ]
        document(
            {"target": preview.target.value, "total": len(items), "sendable": len(preview.sendable), "items": items}
        )
        return
    for item in preview.items:
        line(f"{'send' if item.skipped is None else 'skip'}  {clean(item.title)}{_because(item.skipped)}")
    note(f"{number(len(preview.sendable))} would be sent, {number(len(preview.skipped))} skipped. Nothing was sent.")


def print_export(export: Export, *, as_json: bool) -> None:
    """The figures of an export, and every item that is not simply through, with the reason."""
    if as_json:
        document(wire(export))
        return
    verb = "taken back" if export.action == "undo" else "sent"
    figures = f"{number(export.sent)} {verb}, {number(export.skipped)} skipped, {number(export.failed)} failed"
    left = f", {number(export.pending)} left" if export.pending else ""
    line(f"{figures}{left}.  {export.id}")
    for result in export.results:
        if result.reason:
            note(f"{result.state}: {clean(result.title)}{_because(result.reason)}")
    if export.state == "failed":
        note(f"error: {export.job.error or 'The export failed; the log has the cause.'}")
    elif export.can_be_retried:
        note(f"What was not done is kept: lockgroove export discogs --retry {export.id}")


def print_list(exports: Sequence[Export], *, as_json: bool) -> None:
    """The recent exports, newest first."""
    if as_json:
        document({"exports": [wire(export, with_results=False) for export in exports]})
        return
    if not exports:
        note("Nothing was exported yet.")
        return
    table(
        ("EXPORT", "WHEN", "WHAT", "STATE", "SENT", "SKIPPED", "FAILED", "LEFT"),
        [
            (
                each.id,
                moment(each.job.created_at),
                f"{each.action} {each.target}",
                str(each.state),
                *(number(figure) for figure in (each.sent, each.skipped, each.failed, each.pending)),
            )
            for each in exports
        ],
    )


def wire(export: Export, *, with_results: bool = True) -> dict[str, object]:
    """The export under the names that the REST surface uses."""
    from services.rest.export_shapes import ExportAnswer

    return ExportAnswer.of(export, with_results=with_results).model_dump(mode="json", exclude_none=True)


def _because(reason: str | None) -> str:
    return f": {clean(reason)}" if reason else ""
