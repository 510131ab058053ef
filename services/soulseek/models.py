"""What slskd tells: transfers, search results, users, shares, events (slskd-api.md 4 to 9).

Every value takes whatever is sent for it; unknown members are ignored, absent numbers stay None (an absent bit rate is not 0).
Names of users and files are the words of strangers: clean them before they reach a terminal, never use them as a path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NewType, TypeAlias

from services.soulseek.found import PeerResponse, RemoteFile, SearchProgress, SearchResult, Share, SharedDirectory
from services.soulseek.tolerance import (
    Json,
    an_object,
    flags,
    measure,
    moment,
    number,
    objects,
    parted,
    text,
)

__all__ = [
    "DaemonOptions",
    "Enqueued",
    "Event",
    "Json",
    "PeerResponse",
    "RemoteFile",
    "SearchProgress",
    "SearchResult",
    "ServerState",
    "Share",
    "SharedDirectory",
    "Standing",
    "Transfer",
    "TransferId",
    "WantedFile",
    "an_object",
    "flags",
    "measure",
    "moment",
    "number",
    "objects",
    "parted",
    "text",
]

TransferId = NewType("TransferId", str)
"""The GUID of a transfer. A retry and a restart of slskd give the same file a new one (slskd-api.md 5.1)."""
Standing: TypeAlias = Literal["queued", "running", "completed", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class WantedFile:
    """A file to be fetched: the remote path verbatim, and its exact size in bytes (another one ends in "Aborted")."""

    filename: str
    size: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """A download or upload as slskd keeps it. ``state`` is its raw text; speed in bytes per second; times are UTC."""

    id: TransferId
    username: str
    filename: str
    size: int
    state: str
    bytes_transferred: int = 0
    average_speed: float = 0.0
    place_in_queue: int | None = None
    exception: str | None = None
    requested_at: datetime | None = None
    enqueued_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    is_removed: bool = False
    is_upload: bool = False
    batch_id: str | None = None
    attempts: int | None = None
    next_attempt_at: datetime | None = None
    given: Json = field(default_factory=dict[str, Any], repr=False, compare=False)

    @classmethod
    def of(cls, said: Json) -> Transfer:
        return cls(
            TransferId(text(said.get("id"))),
            text(said.get("username")),
            text(said.get("filename")),
            number(said.get("size")) or 0,
            text(said.get("state")),
            number(said.get("bytesTransferred")) or 0,
            measure(said.get("averageSpeed")),
            number(said.get("placeInQueue")),
            text(said.get("exception")) or None,
            moment(said.get("requestedAt")),
            moment(said.get("enqueuedAt")),
            moment(said.get("startedAt")),
            moment(said.get("endedAt")),
            said.get("removed") is True,
            said.get("direction") == "Upload",
            text(said.get("batchId")) or None,
            number(said.get("attempts")),
            moment(said.get("nextAttemptAt")),
            said,
        )

    @property
    def flags(self) -> frozenset[str]:
        """The state taken apart: {"Completed", "Succeeded"}."""
        return flags(self.state)

    @property
    def is_terminal(self) -> bool:
        """Whether slskd is done with it. Between its own attempts (0.26) it may come back from a failure: see
        :attr:`may_come_back`.
        """
        return "Completed" in self.flags

    @property
    def is_succeeded(self) -> bool:
        return {"Completed", "Succeeded"} <= self.flags

    @property
    def is_failed(self) -> bool:
        """Ended, neither well nor by a cancel."""
        return self.is_terminal and not self.is_succeeded and not self.is_cancelled

    @property
    def is_cancelled(self) -> bool:
        return {"Completed", "Cancelled"} <= self.flags

    @property
    def is_running(self) -> bool:
        """Bytes flow, or the connection is being made."""
        return bool(self.flags & {"InProgress", "Initializing"})

    @property
    def is_queued(self) -> bool:
        return not self.is_terminal and not self.is_running

    @property
    def is_queued_remotely(self) -> bool:
        """Waits in the other user's queue: that may take days."""
        return "Remotely" in self.flags

    @property
    def is_queued_locally(self) -> bool:
        """Waits for a place of slskd's own, or for its next attempt."""
        return "Locally" in self.flags

    @property
    def standing(self) -> Standing:
        """The state in one of five words."""
        if self.is_succeeded:
            return "completed"
        if self.is_cancelled:
            return "cancelled"
        if self.is_terminal:
            return "failed"
        return "running" if self.is_running else "queued"

    @property
    def progress(self) -> float:
        """Percent of the bytes, 0 to 100."""
        if self.is_succeeded:
            return 100.0
        return min(100.0, 100.0 * self.bytes_transferred / self.size) if self.size else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At the average speed; None while nothing flows."""
        if not self.is_running or self.average_speed <= 0:
            return None
        return max(0.0, (self.size - self.bytes_transferred) / self.average_speed)

    def may_come_back(self, attempts: int) -> bool:
        """Whether slskd may itself try this failure again: it makes ``attempts`` (0.26; slskd-api.md 5.5)."""
        if not self.is_failed or self.flags & {"Rejected", "Aborted"} or self.attempts is None:
            return False
        return self.attempts < attempts


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What became of files that slskd was asked for. ``accepted`` includes those that were under way already; ``failed`` are
    remote paths, ``reasons`` what was said of them, where something was.
    """

    accepted: tuple[Transfer, ...]
    failed: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict[str, str])
    batch_id: str | None = None


@dataclass(frozen=True, slots=True)
class ServerState:
    """How slskd stands to the Soulseek network; usable when ``is_online``."""

    state: str
    is_online: bool
    address: str = ""

    @classmethod
    def of(cls, said: Json) -> ServerState:
        state = text(said.get("state"))
        return cls(state, {"Connected", "LoggedIn"} <= flags(state), text(said.get("address")))


@dataclass(frozen=True, slots=True)
class DaemonOptions:
    """What slskd's configuration says that matters here; folders are as slskd sees them. ``attempts`` are its own per
    transfer (before 0.26 it has one).
    """

    downloads: str
    incomplete: str
    attempts: int = 1
    subdirectory: str = "${SOURCE_DIRECTORY}"

    @classmethod
    def of(cls, said: Json) -> DaemonOptions:
        folders = an_object(said.get("directories"))
        download = an_object(an_object(said.get("transfers")).get("download"))
        destination = an_object(download.get("destination"))
        return cls(
            text(folders.get("downloads")),
            text(folders.get("incomplete")),
            number(an_object(download.get("retry")).get("attempts")) or 1,
            text(destination.get("subdirectory")) or "${SOURCE_DIRECTORY}",
        )


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, by slskd's own history. ``data`` is what it says of it, read (slskd-api.md 9)."""

    id: str
    type: str
    at: datetime | None
    data: Json

    @property
    def local_filename(self) -> str:
        """Where a finished download lies, as slskd sees it; empty for any other event."""
        return text(self.data.get("localFilename"))

    @property
    def remote_filename(self) -> str:
        return text(self.data.get("remoteFilename"))

    @property
    def transfer(self) -> Transfer | None:
        """The transfer a "DownloadFileComplete" tells of."""
        said = an_object(self.data.get("transfer"))
        return Transfer.of(said) if said else None
