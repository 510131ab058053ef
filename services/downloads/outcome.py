"""Writing down how an attempt ended, together with the attempt that follows it: one transaction, so neither is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.downloads import reasons
from services.soulseek.refusals import Reason
from storage import downloads
from storage import downloads_keeping as keeping
from storage.instants import from_seconds
from storage.values.downloads import Download, DownloadState


async def fail(
    conn: AsyncConnection,
    row: Download,
    reason: Reason,
    *,
    attempts: int,
    now: float,
    said: str | None = None,
    figures: Mapping[str, Any] | None = None,
) -> Download | None:
    """The attempt ``row`` has failed for ``reason``; where something follows (another source, the same again later), its row
    is made too. The failed row then, None if it was over already.
    """
    step = reasons.next_step(row, reason, attempts)
    error = reasons.sentence(reason, said)
    changes: dict[str, Any] = dict(figures or {}) | {
        "state": DownloadState.FAILED,
        "error_code": reason.code,
        "error": error,
        "hint": _what_follows(row, step) if step else reasons.mend(reason),
        "speed": 0,
        "place": None,
        "next_attempt_at": None,
        "doubted_at": None,
        "finished_at": from_seconds(now),
    }
    failed = await keeping.change(conn, row.id, **changes)
    if failed is None or step is None:
        return failed
    at = from_seconds(now + step.wait) if step.wait else None
    explained: dict[str, Any] = {}
    if at:
        explained = {"error_code": reason.code, "error": error, "hint": "It is tried again by itself."}
    await downloads.follow(
        conn,
        row,
        step.source,
        automatic=True,
        attempt=row.attempt + 1,
        alternatives=step.left,
        next_attempt_at=at,
        **explained,
    )
    return failed


def _what_follows(row: Download, step: reasons.NextStep) -> str:
    if step.source.username != row.username or step.source.filename != row.filename:
        return f"It is fetched from {step.source.username} instead."
    minutes = max(1, round(step.wait / 60))
    return f"It is tried again in {minutes} min." if minutes < 120 else f"It is tried again in {minutes // 60} h."
