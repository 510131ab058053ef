"""Downloads from Soulseek: one row per attempt to fetch one file from one user, and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from storage.values.ids import Document, UserId


class DownloadState(StrEnum):
    """The states of harmony-contract.md section 8. The last three are final: only a retry, a new row, goes on from them."""

    QUEUED = "queued"
    RUNNING = "running"
    """Bytes are flowing; shown as ``downloading`` under ``/soulseek``."""
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_active(self) -> bool:
        return self in (DownloadState.QUEUED, DownloadState.RUNNING)


class Handover(StrEnum):
    """How much slskd knows of an attempt. It is written down before slskd is told."""

    INTENDED = "intended"
    """A retry that slskd is being told of right now; no list shows it until slskd took it."""
    WAITING = "waiting"
    """slskd was not told yet."""
    SENDING = "sending"
    """slskd is being told; whether it took it is seen in its list."""
    HANDED = "handed"
    """slskd took it and gave it an id, which changes when slskd restarts."""


class DownloadOrder(StrEnum):
    """How downloads are listed."""

    NEWEST = "newest"
    QUEUE = "queue"
    """What moves first, then what will be sent first, then what is over, the latest first."""
    FILE = "file"
    """By the remote path, so that the files of a folder stand together."""
    USER = "user"
    SIZE = "size"
    """The largest first."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of somebody on Soulseek. ``filename`` is the whole remote path, verbatim; ``size`` in bytes, None if unknown."""

    username: str
    filename: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class DownloadFile:
    """A file to fetch. ``details`` is what it was asked for with, as it came; ``alternatives`` are the next best sources of
    the same thing, the best first, to which a failed attempt moves on.
    """

    filename: str
    size: int | None = None
    details: Document = field(default_factory=dict[str, object])
    alternatives: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Download:
    """One attempt to fetch one file.

    ``raw_state`` is slskd's own state text and ``transfer_id`` its GUID; ``known_transfer`` is the GUID that slskd listed for
    the same file before it was told. ``progress`` is 0 to 100, ``speed`` bytes per
    second, ``place`` the place in the remote queue as last told. ``attempt`` counts from 1 within what was asked for;
    ``retry_of`` and ``retried_as`` are the ids of the attempt before and after, ``automatic`` says who began this one.
    ``error_code``, ``error`` and ``hint`` explain a failure, or why a queued one waits until ``next_attempt_at``.
    ``folder`` is the group it belongs to (the album), ``local_path`` where the file is on this machine.
    """

    id: int
    user_id: UserId
    state: DownloadState
    handover: Handover
    raw_state: str | None
    username: str
    filename: str
    size: int | None
    folder: str | None
    priority: int
    attempt: int
    retry_of: int | None
    automatic: bool
    transfer_id: str | None
    known_transfer: str | None
    progress: float
    bytes_transferred: int
    speed: int
    place: int | None
    error_code: str | None
    error: str | None
    hint: str | None
    local_path: str | None
    located: str | None
    details: Document
    alternatives: tuple[Source, ...]
    next_attempt_at: str | None
    doubted_at: str | None
    sent_at: str | None
    handed_at: str | None
    started_at: str | None
    finished_at: str | None
    created_at: str
    updated_at: str
    retried_as: int | None = None

    @property
    def name(self) -> str:
        """The file's own name, without the remote folders."""
        return self.filename.replace("/", "\\").rstrip("\\").rpartition("\\")[2] or self.filename

    @property
    def source(self) -> Source:
        """Whose file it is."""
        return Source(self.username, self.filename, self.size)

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this speed; None where nothing moves or the size is not known."""
        if self.state is not DownloadState.RUNNING or not self.size or self.speed <= 0:
            return None
        return max(0, self.size - self.bytes_transferred) / self.speed

    @property
    def is_stuck(self) -> bool:
        """Whether it failed and nothing goes on from it: it waits for a person."""
        return self.state is DownloadState.FAILED and self.retried_as is None


@dataclass(frozen=True, slots=True)
class DownloadQuery:
    """Which downloads. ``states`` empty: all; ``stuck`` only what stays failed; ``latest`` only the last attempt of each
    file; ``text`` words of the path or the user name; ``folder`` and ``username`` exactly.
    """

    states: tuple[DownloadState, ...] = ()
    stuck: bool = False
    latest: bool = False
    text: str = ""
    username: str | None = None
    folder: str | None = None
    order_by: DownloadOrder = DownloadOrder.NEWEST


@dataclass(frozen=True, slots=True)
class DownloadCounts:
    """How many downloads are in each state; ``stuck`` are the failed ones from which nothing goes on. ``speed`` is what
    arrives in all, in bytes per second.
    """

    queued: int = 0
    running: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    stuck: int = 0
    speed: int = 0

    @property
    def active(self) -> int:
        return self.queued + self.running


@dataclass(frozen=True, slots=True)
class QueueKeeper:
    """The one row about who keeps the queue, and what slskd last said.

    ``lease_until`` is Unix seconds. ``away_since`` is since when slskd does not answer or is not logged in, ``away_reason``
    why, in words; both None while all is well. ``event_seen`` is the id of the newest event of slskd that was read.
    """

    lease_owner: str | None = None
    lease_until: float | None = None
    fence: int = 0
    polled_at: str | None = None
    away_since: str | None = None
    away_reason: str | None = None
    event_seen: str | None = None
