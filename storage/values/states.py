"""The states that jobs, writes and connections can be in."""

from __future__ import annotations

from enum import StrEnum


class JobState(StrEnum):
    """``waiting`` is parked until ``wake_at`` (a rate limit); ``partial`` is done with some items failed."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_active(self) -> bool:
        return self in (JobState.QUEUED, JobState.RUNNING, JobState.WAITING)


class IntentState(StrEnum):
    """The life of a write that must not be repeated."""

    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    FAILED = "failed"


class ConnectMethod(StrEnum):
    """How an outside account was connected."""

    TOKEN = "token"
    """With a personal access token."""
    OAUTH = "oauth"


class ExportTarget(StrEnum):
    """Where an export sends releases (records-contract.md 2)."""

    COLLECTION = "collection"
    WANTLIST = "wantlist"
    MARKETPLACE = "marketplace"


class ExportState(StrEnum):
    """The life of one item of an export. ``skipped`` needed nothing (it was there already)."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"


class ConnectionState(StrEnum):
    CONNECTED = "connected"
    REFUSED = "refused"
    """The service said that the credential is not valid (any more)."""
    UNREACHABLE = "unreachable"
