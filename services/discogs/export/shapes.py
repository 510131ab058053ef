"""What the person sees of an export: before it starts, while it runs, and what became of each item."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from services.discogs.export import reasons
from storage.values import ExportItem, ExportState, ExportTarget, Job, JobState, ReleaseId


class Action(StrEnum):
    """What a job of kind ``export`` does with its items."""

    SEND = "send"
    UNDO = "undo"
    """Take back what an earlier one sent."""


@dataclass(frozen=True, slots=True)
class PreviewItem:
    """One thing that was chosen: ``skipped`` says why it would not be sent, None if it would.

    ``release_id`` is None for what Discogs does not know; ``record_id`` for what there is no record of.
    """

    title: str
    release_id: ReleaseId | None
    record_id: str | None
    skipped: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What an export would do, from what is known here; Discogs was not asked."""

    target: ExportTarget
    items: tuple[PreviewItem, ...]

    @property
    def sendable(self) -> tuple[PreviewItem, ...]:
        """What would be sent."""
        return tuple(item for item in self.items if item.skipped is None)

    @property
    def skipped(self) -> tuple[PreviewItem, ...]:
        """What would not, each with its reason."""
        return tuple(item for item in self.items if item.skipped is not None)

    @property
    def selectable(self) -> tuple[PreviewItem, ...]:
        """What an export takes: everything that Discogs knows."""
        return tuple(item for item in self.items if item.release_id is not None)


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What became of one item. ``reason`` says why it was skipped, failed or could not be taken back whole."""

    release_id: ReleaseId
    title: str
    state: ExportState
    reason: str | None = None
    can_be_undone: bool = False
    undone_at: str | None = None

    @classmethod
    def of(cls, item: ExportItem, action: Action, *, ended: bool) -> ExportResult:
        """The item as it stands in a job that has ended, or not."""
        reason = item.message
        if ended and item.state is ExportState.SENDING:
            is_added = action is Action.SEND and item.instance_id is not None
            reason = reasons.STILL_WANTED if is_added else reasons.NOT_KNOWN
        undoable = action is Action.SEND and item.state is ExportState.SENT and item.undone_at is None
        return cls(item.release_id, item.title, item.state, reason, undoable, item.undone_at)


@dataclass(frozen=True, slots=True)
class Export:
    """An export as it stands. ``total`` is ``sent`` + ``skipped`` + ``failed`` + ``pending``.

    ``retry_of`` and ``undo_of`` name the export this one goes on with or takes back, ``retried_as`` the one that went on
    with what this one did not get through.
    """

    job: Job
    action: Action
    target: ExportTarget
    sent: int
    skipped: int
    failed: int
    pending: int
    undoable: int
    results: tuple[ExportResult, ...] = ()
    retry_of: str | None = None
    undo_of: str | None = None
    retried_as: str | None = None

    @property
    def id(self) -> str:
        """What names it."""
        return self.job.id

    @property
    def state(self) -> JobState:
        """Where its job is."""
        return self.job.state

    @property
    def total(self) -> int:
        """How many items it has."""
        return self.sent + self.skipped + self.failed + self.pending

    def with_results(self, results: Iterable[ExportResult]) -> Export:
        """The export with what became of (some of) its items."""
        return replace(self, results=tuple(results))

    @property
    def can_be_retried(self) -> bool:
        """Whether anything is left that did not get through."""
        return not self.state.is_active and self.retried_as is None and self.failed + self.pending > 0
