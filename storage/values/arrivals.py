"""What arrived in the downloads folder, or was handed over to be filed, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ArrivalState(StrEnum):
    """Where an arrival stands. Everything but the first three is its end."""

    WAITING = "waiting"
    """Not whole yet: files are still coming, or have changed a moment ago."""
    ASKED = "asked"
    """Whole; a person decides."""
    IMPORTING = "importing"
    """beets files it, or will as soon as it is its turn (then nothing has ``begun_at``)."""
    IMPORTED = "imported"
    FAILED = "failed"
    IGNORED = "ignored"

    @property
    def is_open(self) -> bool:
        """Whether something is still to happen."""
        return self in OPEN


OPEN = (ArrivalState.WAITING, ArrivalState.ASKED, ArrivalState.IMPORTING)


class ArrivalOrigin(StrEnum):
    """How something came to be an arrival."""

    FOLDER = "folder"
    """It turned up in the downloads folder."""
    REQUEST = "request"
    """Somebody named it, on the screen or over REST."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One folder (or single file) of music.

    ``path`` is absolute. ``stamp`` stands for what was in it when it was found whole, so that the same files are never
    offered twice while a file that comes later is. ``marker`` is what beets writes on every track of this import.
    ``files`` are its audio files, ``size`` their bytes; ``imported`` and ``skipped`` are counted in tracks, ``filed`` are the
    folders of the library they went to. ``error`` says in words why it failed, or what a person should know; ``output`` is
    the end of what beets said.
    """

    id: int
    path: str
    origin: ArrivalOrigin
    state: ArrivalState
    stamp: str
    marker: str
    autotag: bool
    quiet: bool
    files: int
    size: int
    imported: int
    skipped: int
    filed: tuple[str, ...]
    error: str | None
    output: str
    arrived_at: str
    changed_at: str
    begun_at: str | None

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rstrip("/").rpartition("/")[2]
