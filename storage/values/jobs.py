"""Durable jobs, how far they are, what went wrong with single items, and the feed. Needed for the first paint."""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.values.ids import Document, UserId
from storage.values.states import JobState


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is, as any process may show it.

    ``done`` and ``total`` count items (``total`` None while unknown); ``rate`` is items per second over the last
    minute; ``waiting_until`` is Unix seconds while an upstream's limit holds the job; ``counts`` are the job's own
    figures (``pulled``, ``pushed``, ``skipped``, ...).
    """

    phase: str = ""
    done: int = 0
    total: int | None = None
    rate: float = 0.0
    waiting_until: float | None = None
    note: str = ""
    counts: dict[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class Job:
    """A durable job as stored. ``error`` is why it failed; per-item problems are counted here and listed apart."""

    id: str
    user_id: UserId
    kind: str
    state: JobState
    params: Document
    progress: Progress
    checkpoint: Document
    result: Document | None
    error: str | None
    problem_count: int
    cancel_requested: bool
    fence: int
    lease_owner: str | None
    lease_until: float | None
    wake_at: str | None
    created_at: str
    started_at: str | None
    finished_at: str | None


@dataclass(frozen=True, slots=True)
class Problem:
    """One item that a job could not do, and why, in words for a person."""

    item: str
    message: str


@dataclass(frozen=True, slots=True)
class Activity:
    """One entry of the feed; types and states as harmony-contract.md section 9."""

    id: int
    timestamp: str
    type: str
    status: str
    details: Document
