"""Downloads as lines: what each is, from whom, how far, and what it waits for, in words; read out of the library by windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from storage.values.downloads import Download, DownloadQuery, DownloadState, Handover
from tui.table.columns import Column
from tui.table.kept import KeptReading
from tui.table.source import WindowSource
from tui.widgets.bars import bar
from tui.words import moment, number, span

if TYPE_CHECKING:
    from services.runtime import Runtime
    from storage.shelf import Shelf
    from tui.bridge import Bridge

GLYPHS = {
    DownloadState.QUEUED: "·",
    DownloadState.RUNNING: "↓",
    DownloadState.COMPLETED: "✓",
    DownloadState.FAILED: "✗",
    DownloadState.CANCELLED: "–",
}
WAITS = "!"
"""The sign of one that is queued because something went wrong before."""
TONES = {DownloadState.RUNNING: "live", DownloadState.COMPLETED: "good", DownloadState.FAILED: "bad"}
STATES = {
    DownloadState.QUEUED: "queued",
    DownloadState.RUNNING: "downloading",
    DownloadState.COMPLETED: "done",
    DownloadState.FAILED: "failed",
    DownloadState.CANCELLED: "cancelled",
}
BAR_CELLS = 10
_SIZES = ("B", "KB", "MB", "GB", "TB")


@dataclass(frozen=True, slots=True)
class DownloadRow:
    """A download as a line of the table."""

    pk: int
    download: Download


def amount(size: float) -> str:
    """A number of bytes with three digits that matter: ``812 B``, ``45.6 MB``."""
    step = 0
    while size >= 999.5 and step < len(_SIZES) - 1:
        size, step = size / 1000, step + 1
    return f"{size:.1f} {_SIZES[step]}" if step and size < 99.95 else f"{size:.0f} {_SIZES[step]}"


def folder(download: Download) -> str:
    """The album folder of a download, without what lies above it."""
    path = (download.folder or download.filename.rpartition("\\")[0]).replace("/", "\\").rstrip("\\")
    return path.rpartition("\\")[2]


def fetched(download: Download) -> str:
    """How many bytes are here, of how many: ``12.3 of 45.6 MB``."""
    size = download.size
    if download.state is DownloadState.COMPLETED or not download.bytes_transferred:
        return amount(size) if size else ""
    if not size:
        return amount(download.bytes_transferred)
    here, whole = amount(download.bytes_transferred), amount(size)
    unit = whole.rpartition(" ")[2]
    return f"{here.removesuffix(' ' + unit)} of {whole}"


def progress(download: Download) -> str:
    """How far, as a bar of text and a percentage; nothing for what has not begun."""
    if not download.bytes_transferred and download.state not in (DownloadState.RUNNING, DownloadState.COMPLETED):
        return ""
    # Cut off rather than rounded: 100 % is said of what is whole.
    percent = 100 if download.state is DownloadState.COMPLETED else min(99, int(download.progress))
    full = bar(percent, 100, BAR_CELLS)
    return f"{full}{'─' * (BAR_CELLS - len(full))} {percent:3} %"


def waits_for(download: Download) -> str:
    """What a queued download waits for."""
    if download.handover in (Handover.WAITING, Handover.INTENDED):
        if download.next_attempt_at:
            return f"again at {moment(download.next_attempt_at)[-5:]}: {download.error or 'it failed before'}"
        return f"waits: {download.error}" if download.error else "waits for its turn"
    if download.handover is Handover.SENDING:
        return "asking the user"
    raw = download.raw_state or ""
    if download.place is not None:
        return f"place {number(download.place)} in the queue"
    return "waits in slskd" if "Locally" in raw or "Requested" in raw else "in the user's queue"


def standing(download: Download) -> str:
    """How a download is, in words: rate and time left, what it waits for, why it failed."""
    match download.state:
        case DownloadState.RUNNING:
            if not download.speed:
                return "connecting" if not download.bytes_transferred else "no bytes come in"
            left = download.seconds_left
            return f"{amount(download.speed)}/s" + (f", {span(left)} left" if left is not None else "")
        case DownloadState.QUEUED:
            return waits_for(download)
        case DownloadState.FAILED:
            why = download.error or "no reason was given"
            return f"tried again: {why}" if download.retried_as is not None else why
        case DownloadState.COMPLETED:
            return "done"
        case DownloadState.CANCELLED:
            return "cancelled"


def sign(row: DownloadRow) -> str:
    """The sign before a download; it says what the colour says."""
    download = row.download
    return WAITS if download.state is DownloadState.QUEUED and download.error else GLYPHS[download.state]


def tone(row: DownloadRow) -> str | None:
    """The look of a whole line; sign and words say the same."""
    download = row.download
    if download.state is DownloadState.QUEUED and download.error:
        return "warning"
    if download.state is DownloadState.CANCELLED or download.retried_as is not None:
        return "faint"
    return TONES.get(download.state)


_SIGN: Column[DownloadRow] = Column("sign", "", sign, 1)
_FILE: Column[DownloadRow] = Column("name", "File", lambda row: row.download.name, 16, grow=5, limit=60, sort="file")
_USER: Column[DownloadRow] = Column(
    "user", "From", lambda row: row.download.username, 10, grow=1, limit=20, priority=1, sort="user"
)
_SIZE: Column[DownloadRow] = Column(
    "size", "Size", lambda row: fetched(row.download), 16, priority=3, align="right", sort="size"
)
_FOLDER: Column[DownloadRow] = Column(
    "folder", "Album folder", lambda row: folder(row.download), 14, grow=4, limit=50, priority=2
)
_ENDED: Column[DownloadRow] = Column("ended", "Ended", lambda row: moment(row.download.finished_at), 16)

DOWNLOAD_COLUMNS: tuple[Column[DownloadRow], ...] = (
    _SIGN,
    _FILE,
    Column("progress", "Progress", lambda row: progress(row.download), BAR_CELLS + 6),
    Column("standing", "How it stands", lambda row: standing(row.download), 24, grow=4, limit=60),
    _USER,
    _SIZE,
    _FOLDER,
)
FAILED_COLUMNS: tuple[Column[DownloadRow], ...] = (
    _SIGN,
    _FILE,
    Column("why", "Why it failed", lambda row: standing(row.download), 30, grow=6, limit=90),
    _USER,
    replace(_SIZE, width=9, priority=4),
    _FOLDER,
)
ENDED_COLUMNS: tuple[Column[DownloadRow], ...] = (
    _SIGN,
    _FILE,
    _ENDED,
    replace(_SIZE, width=9),
    _USER,
    _FOLDER,
)


class DownloadSource(WindowSource[DownloadQuery, DownloadRow]):
    """The downloads of the acting user."""

    def __init__(self, bridge: Bridge, shelf: Shelf, query: DownloadQuery) -> None:
        super().__init__(KeptReading(bridge, shelf, _order, _some), query)


async def _order(runtime: Runtime, query: DownloadQuery) -> Sequence[int]:
    return await runtime.downloads.order(runtime.user.id, query)


async def _some(runtime: Runtime, _: DownloadQuery, keys: Sequence[int]) -> list[DownloadRow]:
    return [DownloadRow(each.id, each) for each in await runtime.downloads.some(runtime.user.id, keys)]
