"""What slskd tells of a transfer, as it is written down of the download (harmony-contract.md 8; slskd-api.md 5.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from services.downloads import reasons
from services.soulseek.models import Transfer
from services.soulseek.refusals import Again, Reason, reason
from storage.instants import from_seconds, instant
from storage.values.downloads import Download, DownloadState, Handover


@dataclass(frozen=True, slots=True)
class Told:
    """What is new of a download: columns to write, and the reason where it has failed for good, with what was said."""

    changes: Mapping[str, Any] = field(default_factory=dict[str, Any])
    failed: Reason | None = None
    said: str | None = None

    @property
    def is_news(self) -> bool:
        return bool(self.changes) or self.failed is not None


def told(row: Download, transfer: Transfer, *, attempts: int, back: float, now: float) -> Told:
    """What ``transfer`` says of ``row``. ``attempts`` are slskd's own per transfer, ``back`` the seconds it has after a restart.

    A failure is final when slskd shows it in two looks in a row or has made all its attempts; a restart of slskd is none as
    long as it may still go on.
    """
    if transfer.is_succeeded:
        return Told(_news(row, _completed(transfer, now)))
    if transfer.is_cancelled:
        return _cancelled(row, transfer, now)
    if transfer.is_terminal:
        return _failed(row, transfer, attempts, back, now)
    flows = "InProgress" in transfer.flags
    changes = _figures(row, transfer) | {
        "state": DownloadState.RUNNING if flows else DownloadState.QUEUED,
        "speed": round(transfer.average_speed) if flows else 0,
        "place": None if flows else transfer.place_in_queue,
        "started_at": _moment(transfer.started_at) or row.started_at,
        "doubted_at": None,
        "error_code": None if row.error_code != reasons.PATIENCE.code else row.error_code,
    }
    if changes["error_code"] is None:
        changes |= {"error": None, "hint": None}
    return Told(_news(row, changes))


def vanished(row: Download, *, now: float) -> Told:
    """What it means that slskd lists it no more, not even among what was removed: nothing yet, the second time a loss."""
    if row.doubted_at is None:
        return Told({"doubted_at": from_seconds(now)})
    return Told(failed=reasons.LOST)


def _completed(transfer: Transfer, now: float) -> dict[str, Any]:
    return {
        "state": DownloadState.COMPLETED,
        "handover": Handover.HANDED,
        "raw_state": transfer.state,
        "transfer_id": transfer.id,
        "size": transfer.size,
        "progress": 100.0,
        "bytes_transferred": transfer.size,
        "speed": 0,
        "place": None,
        "error_code": None,
        "error": None,
        "hint": None,
        "doubted_at": None,
        "started_at": _moment(transfer.started_at),
        "finished_at": _moment(transfer.ended_at) or from_seconds(now),
    }


def _cancelled(row: Download, transfer: Transfer, now: float) -> Told:
    said = (transfer.exception or "").lower()
    if row.error_code == reasons.PATIENCE.code:
        return Told(_figures(row, transfer), reasons.PATIENCE)
    if "acknowledge" in said or "timed out" in said:  # 0.26 and later take back what the user did not acknowledge
        return Told(_figures(row, transfer), reasons.UNACKNOWLEDGED, transfer.exception)
    changes = _figures(row, transfer) | {
        "state": DownloadState.CANCELLED,
        "speed": 0,
        "place": None,
        "error_code": "cancelled_there",
        "error": "It was cancelled in slskd.",
        "hint": "Retry it if that was not meant.",
        "finished_at": _moment(transfer.ended_at) or from_seconds(now),
    }
    return Told(changes)


def _failed(row: Download, transfer: Transfer, attempts: int, back: float, now: float) -> Told:
    why = reason(transfer.exception, transfer.flags)
    figures = _figures(row, transfer) | {"speed": 0, "place": None}
    since = datetime.fromisoformat(row.doubted_at).timestamp() if row.doubted_at else None
    if why.again is Again.ITSELF:
        if since is not None and now - since >= back:
            return Told(figures, reasons.NOT_BACK)
        waits = figures | {
            "state": DownloadState.QUEUED,
            "doubted_at": row.doubted_at or from_seconds(now),
            "error_code": why.code,
            "error": why.sentence,
            "hint": "Nothing is needed.",
        }
        return Told(_news(row, waits))
    comes_back = transfer.next_attempt_at is not None and transfer.next_attempt_at.timestamp() > now
    is_final = bool(transfer.flags & {"Rejected", "Aborted"}) or (
        transfer.attempts is not None and transfer.attempts >= attempts > 1
    )
    if not comes_back and (is_final or since is not None):
        return Told(figures, why, transfer.exception)
    return Told(_news(row, figures | {"doubted_at": row.doubted_at or from_seconds(now)}))


def _figures(row: Download, transfer: Transfer) -> dict[str, Any]:
    """What is told in every state. Progress never goes beyond 100, whatever was sent."""
    arrived = max(0, transfer.bytes_transferred)
    return {
        "handover": Handover.HANDED,
        "raw_state": transfer.state,
        "transfer_id": transfer.id,
        "size": transfer.size or row.size,
        "progress": round(max(0.0, transfer.progress), 1),
        "bytes_transferred": arrived,
    }


def _news(row: Download, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Those of ``changes`` that the row does not say already."""
    return {name: value for name, value in changes.items() if getattr(row, name) != value}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else instant(at.astimezone(UTC))
