"""How far an import is, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from services.catalogue.dumps.files import Dump, DumpKind

REASONS_KEPT = 100
"""Skipped elements of which the reason is told; all are counted."""


class Phase(StrEnum):
    """What an import is at, in the order in which it happens."""

    READING = "reading"
    LINKING = "linking"
    SEARCH = "search"
    FINISHING = "finishing"


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` of ``total`` bytes of all files have been read; ``rate`` and ``records`` are per second of reading."""

    phase: Phase
    kind: DumpKind | None
    done: int
    total: int
    records: int
    skipped: int
    seconds: float
    rate: float = 0.0
    records_rate: float = 0.0

    @property
    def left(self) -> float | None:
        """Seconds of reading that are left, None before anything can be said."""
        return (self.total - self.done) / self.rate if self.rate else None


@dataclass(frozen=True, slots=True)
class Skipped:
    """An element that was left out: of which kind, its id as far as it can be told, and why."""

    kind: DumpKind
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """A finished import: records and skipped elements of each kind that was read, the first reasons, how long it took."""

    counts: Mapping[DumpKind, int]
    skipped: Mapping[DumpKind, int]
    reasons: Sequence[Skipped]
    seconds: float
    reading_seconds: float
    kept: int = 0
    """Releases met through the API that were put on top."""


Report = Callable[[Progress], None]


@dataclass(slots=True)
class Meter:
    """Counts what is read and tells it at most ten times a second."""

    dumps: Sequence[Dump]
    report: Report
    phase: Phase = Phase.READING
    started: float = field(default_factory=time.monotonic)
    read: dict[DumpKind, int] = field(default_factory=dict[DumpKind, int])
    skipped: dict[DumpKind, int] = field(default_factory=dict[DumpKind, int])
    reading_seconds: float = 0.0
    _at: int = 0
    _done: int = 0
    _told: float = 0.0
    _sizes: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self._sizes = tuple(dump.size for dump in self.dumps)

    def progress(self, at: int, done: int, read: int, skipped: int) -> None:
        """``done`` bytes of the ``at``-th dump have been read, with so many records."""
        kind = self.dumps[at].kind
        self._at, self._done = at, sum(self._sizes[:at]) + done
        self.read[kind], self.skipped[kind] = read, skipped
        self.tell()

    def enter(self, phase: Phase) -> None:
        """Another phase begins."""
        if self.phase is Phase.READING:
            self.reading_seconds = time.monotonic() - self.started
        self.phase = phase
        self.tell(now=True)

    def tell(self, *, now: bool = False) -> None:
        """Report where things stand, if it is time."""
        moment = time.monotonic()
        if not now and moment - self._told < 0.1:
            return
        self._told = moment
        seconds = moment - self.started
        reading = self.reading_seconds or seconds
        records = sum(self.read.values())
        self.report(
            Progress(
                self.phase,
                self.dumps[self._at].kind if self.phase is Phase.READING and self.dumps else None,
                self._done,
                sum(self._sizes),
                records,
                sum(self.skipped.values()),
                seconds,
                self._done / reading if reading else 0.0,
                records / reading if reading else 0.0,
            )
        )
