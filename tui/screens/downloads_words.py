"""What the page of downloads says: one download in full, what stands in the way, what an empty list means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.content import Content

from storage.values.downloads import Download, DownloadCounts, DownloadOrder, DownloadQuery, DownloadState, QueueKeeper
from tui.actions import key_of
from tui.table.columns import Column
from tui.table.downloads import (
    DOWNLOAD_COLUMNS,
    ENDED_COLUMNS,
    FAILED_COLUMNS,
    GLYPHS,
    STATES,
    DownloadRow,
    amount,
    fetched,
    folder,
    standing,
)
from tui.text import clean
from tui.widgets.bars import progress_bar
from tui.widgets.facts import fact_lines
from tui.widgets.viewbar import View
from tui.words import moment, number, span

if TYPE_CHECKING:
    from services.soulseek.connect import SoulseekStatus

ACTIVE, FAILED, DONE, CANCELLED, ALL = "active", "failed", "done", "cancelled", "all"
_QUERIES = {
    ACTIVE: DownloadQuery(states=(DownloadState.QUEUED, DownloadState.RUNNING), order_by=DownloadOrder.QUEUE),
    FAILED: DownloadQuery(stuck=True),
    DONE: DownloadQuery(states=(DownloadState.COMPLETED,)),
    CANCELLED: DownloadQuery(states=(DownloadState.CANCELLED,)),
    ALL: DownloadQuery(),
}
ORDERS = {
    DownloadOrder.QUEUE: "in the order of the queue",
    DownloadOrder.NEWEST: "newest first",
    DownloadOrder.FILE: "by folder and file",
    DownloadOrder.USER: "by user",
    DownloadOrder.SIZE: "largest first",
}
"""The orders one key goes through, in words."""
TONES = {
    DownloadState.RUNNING: "$accent",
    DownloadState.COMPLETED: "$success",
    DownloadState.FAILED: "$error",
    DownloadState.CANCELLED: "$muted",
}
_BAR_LIMIT = 50


@dataclass(frozen=True, slots=True)
class Condition:
    """How the queue stands: what is in it, whether slskd is set up and there, what waits to be filed by beets."""

    counts: DownloadCounts = field(default_factory=DownloadCounts)
    keeper: QueueKeeper = field(default_factory=QueueKeeper)
    is_configured: bool = True
    soulseek: SoulseekStatus | None = None
    """What slskd said when it was last asked; None while nobody asked."""
    arrived: int = 0


def columns_of(view: str) -> tuple[Column[DownloadRow], ...]:
    """What a view shows of each download."""
    return {FAILED: FAILED_COLUMNS, DONE: ENDED_COLUMNS, CANCELLED: ENDED_COLUMNS}.get(view, DOWNLOAD_COLUMNS)


def query_of(view: str) -> DownloadQuery:
    """What a view asks for before anybody narrows it."""
    return _QUERIES[view]


def views(counts: DownloadCounts) -> tuple[View, ...]:
    """The lists that are shown in turn, with how long each is."""
    total = counts.active + counts.completed + counts.failed + counts.cancelled
    return (
        View(ACTIVE, "Active", counts.active),
        View(FAILED, "Failed", counts.stuck),
        View(DONE, "Done", counts.completed),
        View(CANCELLED, "Cancelled", counts.cancelled),
        View(ALL, "All", total),
    )


def notice(condition: Condition | None) -> tuple[str, bool]:
    """The line above the list, and whether it is a warning: what stands in the way, else what waits for the person."""
    if condition is None:
        return "", False
    if not condition.is_configured:
        return _not_set_up(condition), True
    keeper, said = condition.keeper, condition.soulseek
    if keeper.away_since:
        since = moment(keeper.away_since)[-5:]
        return f"slskd is away since {since}: {keeper.away_reason or 'no answer'} What waits goes on by itself.", True
    if said is not None and said.state == "disconnected":
        return f"{said.message} {said.hint}", True
    if condition.arrived:
        some = "folder has" if condition.arrived == 1 else "folders have"
        return f"{number(condition.arrived)} {some} arrived and can be filed: F8 shows them to beets.", False
    return "", False


def emptiness(condition: Condition | None, view: str, *, narrowed: bool) -> str:
    """What an empty list says, and which key leads on."""
    if condition is None:
        return ""
    if narrowed:
        return "Nothing here matches.\nf looks in the other views, Escape shows everything again."
    if not condition.is_configured:
        return (
            "Nothing can be fetched yet.\nc opens the settings; `lockgroove doctor` looks whether slskd answers.\n"
            "slskd is a program of its own that keeps the connection to Soulseek: github.com/slskd/slskd."
        )
    begin = f"{_key('app.soulseek')} searches Soulseek, {_key('downloads.start')} starts a download that you can name."
    stuck = condition.counts.stuck
    match view:
        case "active":
            failed = f"\n{number(stuck)} stay failed: right shows them." if stuck else ""
            return f"Nothing is being fetched.\n{begin}{failed}"
        case "failed":
            return "Nothing stays failed."
        case "done":
            return f"Nothing has arrived yet.\n{begin}"
        case "cancelled":
            return "Nothing was cancelled."
        case _:
            return f"Nothing was ever fetched.\n{begin}"


def where(condition: Condition | None, position: int, count: int, marked: int, order: str) -> str:
    """Where the cursor is, what is marked, what comes in altogether."""
    speed = condition.counts.speed if condition is not None else 0
    parts = (
        f"{amount(speed)}/s" if speed else "",
        f"{number(position + 1)} of {number(count)}" if count else "",
        f"{number(marked)} marked" if marked else "",
        ORDERS.get(DownloadOrder(order), "") if count else "",
    )
    return " · ".join(filter(None, parts))


def detail_lines(download: Download, width: int) -> list[Content]:
    """One download in full; always as many lines in the same places while it runs, so that little is repainted."""
    state = download.state
    lines = [
        *(part.rstrip() for part in Content.styled(clean(download.name), "bold $accent").wrap(width)),
        Content.styled(clean(folder(download)), "$muted"),
        Content(""),
        Content.assemble((f"{GLYPHS[state]} {STATES[state]}", f"bold {TONES.get(state, '$foreground')}")),
    ]
    if state is DownloadState.RUNNING or download.bytes_transferred:
        cells = max(4, min(_BAR_LIMIT, width - 7))
        lines.append(
            progress_bar(round(10 * download.progress), 1000, cells) + Content(f" {int(download.progress):3} %")
        )
    if state is DownloadState.QUEUED:
        lines += _folded(standing(download), width, "$foreground")
    if download.error and (state is DownloadState.FAILED or download.state is DownloadState.QUEUED):
        lines += [Content(""), *_folded(f"✗ {download.error}", width, "$error")]
        if download.hint:
            lines += _folded(download.hint, width, "$foreground")
    lines += [Content(""), *fact_lines(list(_facts(download)), width)]
    if download.alternatives:
        lines += [Content(""), Content.styled("Next sources", "bold $primary")]
        lines += [Content(clean(each.username)) for each in download.alternatives[:5]]
    return lines


def _facts(download: Download) -> Iterable[tuple[str, str]]:
    left = download.seconds_left
    facts = (
        ("From", download.username),
        ("Size", fetched(download)),
        ("Rate", f"{amount(download.speed)}/s" if download.speed and left is not None else ""),
        ("Time left", span(left) if left is not None else ""),
        ("Place", number(download.place) if download.place is not None and download.state.is_active else ""),
        ("Priority", str(download.priority) if download.priority else ""),
        ("Attempt", _attempt(download)),
        ("Again at", moment(download.next_attempt_at) if download.state.is_active else ""),
        ("Asked for", moment(download.created_at)),
        ("Begun", moment(download.started_at)),
        ("Ended", moment(download.finished_at)),
        ("slskd says", download.raw_state or ""),
        ("Lies at", download.local_path or ""),
        ("Path", download.filename),
    )
    return ((name, value) for name, value in facts if value)


def _attempt(download: Download) -> str:
    if download.attempt <= 1 and download.retry_of is None and download.retried_as is None:
        return ""
    how = " by itself" if download.automatic else ""
    after = f", then tried again as {download.retried_as}" if download.retried_as is not None else ""
    return f"{number(download.attempt)}{how}{after}"


def _folded(text: str, width: int, style: str) -> list[Content]:
    return [part.rstrip() for part in Content.styled(clean(text), style).wrap(max(10, width))]


def _not_set_up(condition: Condition) -> str:
    said = condition.soulseek
    return f"{said.message} {said.hint}" if said is not None and said.message else "Soulseek is not set up."


def _key(action: str) -> str:
    return {"f3": "F3"}.get(key_of(action), key_of(action))
