"""What ``/api/download...`` and the kept transfers of ``/soulseek`` take and answer (harmony-contract.md 7 and 12)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.rest.wire import LARGEST_ID, Words
from storage.values.downloads import Download, DownloadState

State = Literal["queued", "running", "completed", "failed", "cancelled"]
SoulseekState = Literal["queued", "downloading", "completed", "failed", "cancelled"]
Ids = Annotated[list[Annotated[int, Field(strict=True, ge=1, le=LARGEST_ID)]], Field(min_length=1, max_length=10_000)]


class Asked(BaseModel):
    """Files to be fetched from a user."""

    username: Words = Field(description="Who shares them.")
    files: list[dict[str, Any]] = Field(
        description="Each with `filename` (or `name`), the whole remote path, and `size` (or `filesize`, `file_size`) in bytes; "
        "without a size it is looked up in the user's share. Whatever else is in it is kept."
    )


class Entry(BaseModel):
    """One download."""

    id: int
    filename: str = Field(description="The remote path, verbatim.")
    status: State
    state: State = Field(description="The same.")
    progress: float = Field(description="Percent, 0 to 100.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Download) -> Entry:
        state = row.state.value
        return cls(
            id=row.id,
            filename=row.filename,
            status=state,
            state=state,
            progress=row.progress,
            created_at=datetime.fromisoformat(row.created_at),
            updated_at=datetime.fromisoformat(row.updated_at),
        )


class Entries(BaseModel):
    downloads: list[Entry]


class Queued(BaseModel):
    """What was queued, a row per file, in order."""

    status: Literal["queued"] = "queued"
    download_id: int = Field(description="The id of the first.")
    downloads: list[Entry]


class Cancelled(BaseModel):
    status: Literal["cancelled"] = "cancelled"
    download_id: int


class Retried(BaseModel):
    status: Literal["queued"] = "queued"
    download_id: int = Field(description="The id of the new row.")


class Detail(BaseModel):
    """One download with all that is known of it."""

    id: int
    username: str
    filename: str
    size: int | None = Field(description="Bytes; null until it is known.")
    folder: str | None = Field(description="The group that it belongs to: the album.")
    status: State
    slskd_state: str | None = Field(description="slskd's own words for it.")
    priority: int
    attempt: int = Field(description="Counts from 1 within what was asked for.")
    automatic: bool = Field(description="Whether the attempt was begun by itself.")
    retry_of: int | None = Field(description="The attempt before.")
    retried_as: int | None = Field(description="The attempt after.")
    progress: float
    bytes_transferred: int
    speed: int = Field(description="Bytes per second.")
    place: int | None = Field(description="The place in the user's queue, as last told.")
    seconds_left: float | None
    error_code: str | None = Field(description="Why it failed or waits: a short, stable name.")
    error: str | None = Field(description="The same in words.")
    hint: str | None = Field(description="What to do about it, or what follows by itself.")
    local_path: str | None = Field(description="Where the file lies on the machine of the library.")
    next_attempt_at: datetime | None = Field(description="Until when it waits before it is sent.")
    started_at: datetime | None
    finished_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Download) -> Detail:
        names = set(cls.model_fields) - {"status", "slskd_state"}
        return cls.model_validate(
            {name: getattr(row, name) for name in names} | {"status": row.state.value, "slskd_state": row.raw_state}
        )


class Counts(BaseModel):
    """How many there are in each state; `stuck` failed and nothing goes on from it; `speed` is bytes per second in all."""

    queued: int
    running: int
    completed: int
    failed: int
    cancelled: int
    stuck: int
    speed: int


class Details(BaseModel):
    """The queue, whole."""

    downloads: list[Detail]
    counts: Counts
    slskd_away_since: datetime | None = Field(description="Since when slskd does not answer; nothing fails meanwhile.")
    slskd_away_reason: str | None


class Chosen(BaseModel):
    """Which downloads."""

    ids: Ids | None = Field(default=None, description="Default: all that failed and from which nothing goes on.")


class Prioritised(BaseModel):
    ids: Ids
    priority: int = Field(strict=True, ge=-1000, le=1000, description="Higher is sent first; 0 is usual.")


class Requeued(BaseModel):
    downloads: list[Entry] = Field(description="The new rows.")


class Purged(BaseModel):
    purged: int


class Waiting(BaseModel):
    waiting: int = Field(description="How many of them still wait to be sent.")


class SoulseekItem(BaseModel):
    """One download under ``/soulseek``."""

    id: int
    filename: str
    state: SoulseekState
    progress: float


class SoulseekEntry(SoulseekItem):
    created_at: datetime
    updated_at: datetime


class SoulseekQueued(BaseModel):
    downloads: list[SoulseekItem]


class SoulseekTaken(BaseModel):
    status: Literal["queued"] = "queued"
    detail: SoulseekQueued


class SoulseekEntries(BaseModel):
    downloads: list[SoulseekEntry]


class SoulseekCancelled(BaseModel):
    cancelled: Literal[True] = True


class Position(BaseModel):
    position: int = Field(description="How many are served before.")


class Transferred(BaseModel):
    """A transfer as slskd tells it; further members of its own are passed on."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(description="slskd's GUID.")


def soulseek_state(state: DownloadState) -> SoulseekState:
    """The backend's word for what is under way (D4 of harmony-contract.md section 22)."""
    return "downloading" if state is DownloadState.RUNNING else state.value


def soulseek_item(row: Download) -> SoulseekItem:
    return SoulseekItem(id=row.id, filename=row.filename, state=soulseek_state(row.state), progress=row.progress)


def soulseek_entry(row: Download) -> SoulseekEntry:
    return SoulseekEntry(
        **soulseek_item(row).model_dump(),
        created_at=datetime.fromisoformat(row.created_at),
        updated_at=datetime.fromisoformat(row.updated_at),
    )
