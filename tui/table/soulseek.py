"""What Soulseek has as lines: album folders that unfold to their files, found by a search or in somebody's share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tui.table.columns import Column
from tui.table.downloads import amount
from tui.table.kept import length
from tui.table.marks import Key
from tui.table.rows import Change, ListSource
from tui.words import number

if TYPE_CHECKING:
    from services.downloads.choice import Choice
    from services.soulseek.models import RemoteFile, SharedDirectory
    from services.soulseek.quality import AlbumFolder

Row = TypeVar("Row")

CLOSED, OPEN = "+", "-"
"""Signs before a folder whose files are hidden, or shown."""
LOCKED = "×"
"""The sign of what cannot be had."""


@dataclass(frozen=True, slots=True)
class Found:
    """An album folder that a search found, with its judgement by the rules; ``place`` counts from 1, the best first."""

    place: int
    folder: AlbumFolder
    choice: Choice

    @property
    def accepted(self) -> bool:
        return self.choice.accepted

    @property
    def reasons(self) -> tuple[str, ...]:
        return self.choice.reasons

    @property
    def key(self) -> str:
        return f"{self.folder.username}\0{self.folder.directory}\0{self.folder.is_locked}"


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A line of the results: a folder, or with ``file`` one file of it."""

    found: Found
    file: RemoteFile | None = None
    is_open: bool = False

    @property
    def key(self) -> str:
        return self.found.key if self.file is None else f"{self.found.key}\0{self.file.filename}"


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A line of a share: a folder, or with ``file`` one file of it."""

    directory: SharedDirectory
    file: RemoteFile | None = None
    is_open: bool = False

    @property
    def key(self) -> str:
        return self.directory.name if self.file is None else self.file.filename


class FolderList(ListSource[Row]):
    """A long list in memory: what it takes is made ready in a thread, and a folder unfolds without a look at the others."""

    def take(self, rows: list[Row], keys: list[Key]) -> None:
        """Show ``rows``, whose keys are ``keys``, from the top."""
        self._rows, self._keys = rows, keys
        self._tell(Change.ORDER | Change.ANEW)

    def splice(self, position: int, count: int, rows: Sequence[Row]) -> None:
        """Put ``rows`` in the place of ``count`` ones from ``position`` on."""
        self._rows[position : position + count] = rows
        self._keys[position : position + count] = map(self._key, rows)
        self._tell(Change.ORDER)

    def _tell(self, change: Change) -> None:
        self._change |= change
        if self._arrived is not None:
            self._arrived()


def clock(seconds: float | None) -> str:
    """A length as ``4:05``; empty where it is not known."""
    return length(round(seconds * 1000)) if seconds else ""


def last_part(path: str) -> str:
    """The name of a remote folder or file, without what lies above it."""
    return path.replace("/", "\\").rstrip("\\").rpartition("\\")[2] or path


def above(path: str) -> str:
    """What lies above a remote folder."""
    return path.replace("/", "\\").rstrip("\\").rpartition("\\")[0]


# -- results --------------------------------------------------------------------------------------------------------


def found_sign(row: FoundRow) -> str:
    if row.file is not None:
        return LOCKED if row.file.is_locked else ""
    return LOCKED if row.found.folder.is_locked else OPEN if row.is_open else CLOSED


def found_name(row: FoundRow) -> str:
    """The name of a folder, or of a file below it."""
    return row.found.folder.name if row.file is None else f"  {row.file.name}"


def slot(folder: AlbumFolder) -> str:
    """How soon the user can send."""
    if folder.is_locked:
        return "locked"
    return "free now" if folder.has_free_slot else f"queue {number(folder.queue_length)}"


def _quality(row: FoundRow) -> str:
    from services.soulseek.quality import quality_of

    return row.found.folder.quality.label if row.file is None else quality_of(row.file).label


def _tracks(row: FoundRow) -> str:
    folder = row.found.folder
    if row.file is not None:
        return clock(row.file.length)
    audio = len(folder.audio)
    return number(audio) if audio == len(folder.files) else f"{number(audio)}+{number(len(folder.files) - audio)}"


def _size(row: FoundRow) -> str:
    return amount(row.found.folder.size if row.file is None else row.file.size)


def _of_folder(row: FoundRow, said: str) -> str:
    return said if row.file is None else ""


def _speed(row: FoundRow) -> str:
    speed = row.found.folder.upload_speed
    return _of_folder(row, f"{amount(speed)}/s" if speed else "")


def found_tone(row: FoundRow) -> str | None:
    """The look of a whole line: what the rules do not take is faint, and says why."""
    if not row.found.accepted or row.found.folder.is_locked:
        return "faint"
    return None if row.file is not None else "good" if row.found.folder.has_free_slot else None


FOUND_COLUMNS: tuple[Column[FoundRow], ...] = (
    Column("sign", "", found_sign, 1),
    Column("name", "Album folder", found_name, 27, grow=5, limit=70),
    Column("quality", "Quality", _quality, 12, grow=1, limit=17),
    Column("tracks", "Files", _tracks, 5, priority=1, align="right"),
    Column("size", "Size", _size, 8, priority=2, align="right"),
    Column("slot", "Slot", lambda row: _of_folder(row, slot(row.found.folder)), 9),
    Column("speed", "Speed", _speed, 9, priority=4, align="right"),
    Column("user", "User", lambda row: _of_folder(row, row.found.folder.username), 9, grow=1, limit=20, priority=3),
    Column("why", "Why", lambda row: _of_folder(row, ", ".join(row.found.reasons)), 20, grow=4, limit=90, priority=5),
)


# -- a share --------------------------------------------------------------------------------------------------------


def share_sign(row: ShareRow) -> str:
    if row.directory.is_locked or (row.file is not None and row.file.is_locked):
        return LOCKED
    return "" if row.file is not None else OPEN if row.is_open else CLOSED


def share_name(row: ShareRow) -> str:
    return last_part(row.directory.name) if row.file is None else f"  {row.file.name}"


def _share_quality(row: ShareRow) -> str:
    from services.soulseek.quality import folder_of, quality_of

    return folder_of(row.directory, "").quality.label if row.file is None else quality_of(row.file).label


def share_size(files: Sequence[RemoteFile]) -> int:
    return sum(file.size for file in files)


SHARE_COLUMNS: tuple[Column[ShareRow], ...] = (
    Column("sign", "", share_sign, 1),
    Column("name", "Folder", share_name, 22, grow=5, limit=70),
    Column("quality", "Quality", _share_quality, 12, grow=1, limit=17, priority=1),
    Column(
        "files",
        "Files",
        lambda row: number(len(row.directory.files)) if row.file is None else clock(row.file.length),
        6,
        priority=2,
        align="right",
    ),
    Column(
        "size",
        "Size",
        lambda row: amount(share_size(row.directory.files) if row.file is None else row.file.size),
        8,
        priority=2,
        align="right",
    ),
    Column(
        "above",
        "In",
        lambda row: above(row.directory.name) if row.file is None else "",
        18,
        grow=4,
        limit=80,
        priority=3,
    ),
)
