"""What the simulated slskd keeps of transfers, searches and events, and how it shows them."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from services.demo.catalogue import Document

from .dialect import Dialect
from .network import Folder, Peer, SharedFile


class Phase(StrEnum):
    """Where a transfer is."""

    LOCAL = "Queued, Locally"
    REQUESTED = "Requested"
    REMOTE = "Queued, Remotely"
    INITIALIZING = "Initializing"
    RUNNING = "InProgress"
    SUCCEEDED = "Completed, Succeeded"
    CANCELLED = "Completed, Cancelled"
    TIMED_OUT = "Completed, TimedOut"
    ERRORED = "Completed, Errored"
    REJECTED = "Completed, Rejected"
    ABORTED = "Completed, Aborted"

    @property
    def is_over(self) -> bool:
        return self.value.startswith("Completed")


@dataclass(eq=False)
class Transfer:
    """A download or an upload. Times are simulated Unix seconds; ``due`` is when its phase ends by itself."""

    username: str
    filename: str
    size: int
    requested: float
    direction: str = "Download"
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    phase: Phase = Phase.LOCAL
    due: float = 0.0
    place: int | None = None
    sent: float = 0.0
    speed: float = 0.0
    enqueued: float | None = None
    started: float | None = None
    ended: float | None = None
    exception: str | None = None
    removed: bool = False
    cancel_at: float | None = None
    batch_id: str | None = None
    destination: str = ""
    attempts: int = 1
    next_attempt: float | None = None
    moves_at: float | None = None
    """When a finished file is moved to its final place; until then it is not there."""

    def end(self, phase: Phase, now: float, exception: str | None = None) -> None:
        """It is over."""
        self.phase, self.ended, self.exception = phase, now, exception
        self.place = self.cancel_at = None

    def document(self, dialect: Dialect, now: float) -> Document:
        """As the API shows it."""
        elapsed = (self.ended or now) - self.started if self.started else None
        running = self.phase is Phase.RUNNING
        left = (self.size - self.sent) / self.speed if running and self.speed else None
        said: Document = {
            "id": self.id,
            "username": self.username,
            "direction": self.direction,
            "filename": self.filename,
            "size": self.size,
            "state": self.phase.value,
            "requestedAt": instant(self.requested, zone=""),
            "enqueuedAt": instant(self.enqueued, zone=""),
            "startedAt": instant(self.started),
            "endedAt": instant(self.ended),
            "bytesTransferred": int(self.sent),
            "averageSpeed": self.sent / elapsed if elapsed else 0.0,
            "placeInQueue": self.place,
            "exception": self.exception,
            "removed": self.removed,
            "bytesRemaining": self.size - int(self.sent),
            "elapsedTime": span(elapsed),
            "percentComplete": 100 * int(self.sent) / self.size if self.size else 0.0,
            "remainingTime": span(left),
        }
        if dialect.has_start_offset:
            said["startOffset"] = 0
        if dialect.has_state_description:
            said["stateDescription"] = self.phase.value
        if dialect.has_attempts:
            said |= {
                "batchId": self.batch_id,
                "attempts": self.attempts,
                "nextAttemptAt": instant(self.next_attempt),
            }
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Hit:
    """What one peer answers to a search, ``after`` so many seconds."""

    peer: Peer
    after: float
    files: list[tuple[Folder, SharedFile]]

    def document(self, token: int) -> Document:
        free = [found for found in self.files if not found[0].is_locked]
        locked = [found for found in self.files if found[0].is_locked]
        return {
            "fileCount": len(free),
            "files": [_found(*found) for found in free],
            "hasFreeUploadSlot": self.peer.has_free_slot,
            "lockedFileCount": len(locked),
            "lockedFiles": [_found(*found) for found in locked],
            "queueLength": self.peer.queue,
            "token": token,
            "uploadSpeed": self.peer.speed,
            "username": self.peer.name,
        }


@dataclass(eq=False)
class Search:
    """A search: ``hits`` are those to come, ``heard`` those that came. Seconds."""

    id: str
    text: str
    token: int
    began: float
    timeout: float
    response_limit: int
    file_limit: int
    hits: list[Hit]
    state: str = "Queued"
    runs_since: float | None = None
    last: float = 0.0
    ended: float | None = None
    heard: list[Hit] = field(default_factory=list[Hit])
    is_lost: bool = False
    """A restart took its results."""

    @property
    def is_complete(self) -> bool:
        return self.ended is not None

    def end(self, state: str, now: float) -> None:
        self.state, self.ended = f"Completed, {state}", now

    def responses(self) -> list[Document]:
        """Filed only when the search has ended (slskd-api.md section 4)."""
        return [hit.document(self.token) for hit in self.heard] if self.is_complete and not self.is_lost else []

    def document(self, *, with_responses: bool = False) -> Document:
        heard = [] if self.is_lost else self.heard
        files = [folder.is_locked for hit in heard for folder, _ in hit.files]
        said: Document = {
            "id": self.id,
            "searchText": self.text,
            "token": self.token,
            "state": self.state,
            "isComplete": self.is_complete,
            "startedAt": instant(self.began),
            "endedAt": instant(self.ended),
            "responseCount": len(heard),
            "fileCount": files.count(False),
            "lockedFileCount": files.count(True),
            "responses": self.responses() if with_responses else [],
        }
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Happening:
    """An event in the history; ``data`` is what its type says of it."""

    at: float
    type: str
    data: Document
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def document(self) -> Document:
        said = {"id": self.id, "timestamp": instant(self.at), "type": self.type, "version": 0, **self.data}
        return {"id": self.id, "timestamp": instant(self.at), "type": self.type, "data": json.dumps(said)}


def _found(folder: Folder, file: SharedFile) -> Document:
    """A file as a search shows it: the whole path, the extension often empty."""
    said: Document = {
        "bitDepth": file.bit_depth,
        "bitRate": file.bit_rate,
        "code": 1,
        "extension": "",
        "filename": f"{folder.path}\\{file.name}",
        "isVariableBitRate": file.is_variable,
        "length": file.length,
        "sampleRate": file.sample_rate,
        "size": file.size,
        "isLocked": False,
    }
    return {name: value for name, value in said.items() if value is not None}


def shared(folder: Folder) -> Document:
    """A folder as a share shows it: bare names, numbers twice (slskd-api.md section 7)."""
    return {"name": folder.path, "fileCount": len(folder.files), "files": [_bare(file) for file in folder.files]}


def _bare(file: SharedFile) -> Document:
    numbers = {
        "BitRate": file.bit_rate,
        "Length": file.length,
        "VariableBitRate": None if file.is_variable is None else int(file.is_variable),
        "SampleRate": file.sample_rate,
        "BitDepth": file.bit_depth,
    }
    attributes = [{"type": name, "value": value} for name, value in numbers.items() if value is not None]
    said: Document = {
        "attributeCount": len(attributes),
        "attributes": attributes,
        "bitDepth": file.bit_depth,
        "bitRate": file.bit_rate,
        "code": 1,
        "extension": file.extension,
        "filename": file.name,
        "isVariableBitRate": file.is_variable,
        "length": file.length,
        "sampleRate": file.sample_rate,
        "size": file.size,
    }
    return {name: value for name, value in said.items() if value is not None}


def instant(seconds: float | None, *, zone: str = "Z") -> str | None:
    """As .NET writes it: seven digits of a second."""
    if seconds is None:
        return None
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0" + zone


def span(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    whole, part = divmod(max(0.0, seconds), 1)
    hours, rest = divmod(int(whole), 3600)
    return f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}.{int(part * 10_000_000):07d}"
