"""``/api/sync``: start a sync and see how the last ones went (discogsography-contract.md section 11)."""

from __future__ import annotations

import math
import re
import time
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.discogs.want_pull import WANTLIST
from services.jobs import TooEarly
from services.log import scrub
from services.rest.access import Caller, PersonalRoute
from services.rest.errors import TooMany, faults
from services.rest.hints import over_rest
from services.rest.limits import limited
from services.rest.parts import RuntimePart
from services.runtime import Runtime
from storage.values import Job, JobState

COOLDOWN_SECONDS = 600.0
"""From the start of a sync to the next that the same user may order here."""
SHOWN = 10
"""Syncs whose state is told."""

_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
router = APIRouter(prefix="/api/sync", tags=["sync"], route_class=PersonalRoute)
State = Literal["running", "completed", "failed", "cancelled"]
_STATES: dict[JobState, State] = {
    JobState.DONE: "completed",
    JobState.PARTIAL: "completed",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "cancelled",
}


class Source(StrEnum):
    DISCOGS = "discogs"
    SPOTIFY = "spotify"
    PLEX = "plex"
    AUTOSYNC = "autosync"


class SyncOrder(BaseModel):
    """What to sync."""

    sources: Annotated[list[Source], Field(min_length=1)] | None = Field(
        default=None,
        description="Default: those that are set up; auto-sync among them unless AUTOSYNC_SCHEDULE is off. Before auto-sync the "
        "lists of Spotify are read in any case.",
    )


class SyncStarted(BaseModel):
    """The job that now runs, and (harmony-contract.md section 5) what became of each source."""

    sync_id: str
    status: Literal["started", "already_running"]
    message: str
    results: dict[str, str] = Field(description="By source: `started` or `already_running`.")
    errors: dict[str, str] | None = Field(
        default=None, description="By source, why it cannot succeed as things are; absent if all can."
    )


class Sync(BaseModel):
    sync_id: str
    sync_type: Literal["full"] = "full"
    status: State
    items_synced: int | None = Field(description="Copies and wants that are stored; null until it is completed.")
    error: str | None = Field(description="Why it failed.")
    started_at: str
    completed_at: str | None
    results: dict[str, str] = Field(
        description="By step (`discogs`, `playlists`, `library_scan`, `auto_sync`), `completed`; empty until all is over."
    )
    errors: dict[str, str] = Field(description="By step, why it did not come about.")


class Syncs(BaseModel):
    syncs: list[Sync]


@router.post(
    "",
    status_code=202,
    summary="Start a sync",
    response_model_exclude_none=True,
    responses=faults(401, 422, 429, 500, 503),
)
@limited("2/10 minutes")
async def start(caller: Caller, runtime: RuntimePart, order: SyncOrder | None = None) -> SyncStarted:
    """Both ways between the library and Discogs; from Spotify its playlists, saved tracks and followed artists; a look at Plex;
    auto-sync, which asks Soulseek for what Spotify has and nobody else (`/api/sync/plan` tells before what that is). All of it
    is one job; `/api/sync/status` tells how it goes. Plex and auto-sync are the owner's.

    Ten minutes must lie between two starts of one user; a sync that fails before it has asked Discogs does not count.
    One that was started elsewhere (the app, the command line, the schedule) is joined: `already_running`.
    """
    asked = (order and order.sources) or [Source(each) for each in await runtime.sources.usual(caller.id)]
    sources = list(dict.fromkeys(asked or [Source.DISCOGS]))  # which says what to do
    problems = {source: over_rest(await runtime.sources.problem(source, caller.id)) for source in sources}
    try:
        job, attached = await runtime.jobs.order(
            "sync", caller.id, {"sources": [str(source) for source in sources]}, cooldown_seconds=COOLDOWN_SECONDS
        )
    except TooEarly as error:
        wait = max(1, math.ceil(error.until - time.time()))
        hint = f"Try again in {wait} s."
        raise TooMany("cooldown", error.message, hint, retry_after=wait, extra={"status": "cooldown"}) from error
    became = "already_running" if attached else "started"
    return SyncStarted(
        sync_id=job.id,
        status=became,
        message="A sync is running already." if attached else "Sync triggered",
        results={source: became for source in sources if not problems[source]},
        errors={source: problems[source] for source in sources if problems[source]} or None,
    )


@router.get("/status", summary="How the last syncs went", responses=faults(401, 503))
async def status(caller: Caller, runtime: RuntimePart) -> Syncs:
    """The caller's ten newest, newest first, wherever they were started.

    One that could not read the wantlist has failed, whatever it did besides; single records that Discogs did not take are
    not told here.
    """
    recent = await runtime.jobs.recent(caller.id, SHOWN, kind="sync")
    return Syncs(syncs=[_sync(job, await _failure(runtime, job)) for job in recent])


async def _failure(runtime: Runtime, job: Job) -> str | None:
    if job.state is JobState.FAILED:
        return job.error or "The sync failed."
    if job.state is JobState.PARTIAL:
        problems = await runtime.jobs.problems(job.id)
        return next((f"{each.item}: {each.message}" for each in problems if each.item == WANTLIST), None)
    return None


def _sync(job: Job, failure: str | None) -> Sync:
    result = job.result or {}
    stored: dict[str, int] | None = result.get("stored")
    errors: dict[str, str] = result.get("errors") or {}
    return Sync(
        sync_id=job.id,
        status="failed" if failure else _STATES.get(job.state, "running"),
        items_synced=None if stored is None else sum(stored.values()),
        error=_told(failure) if failure else None,
        started_at=job.started_at or job.created_at,
        completed_at=job.finished_at,
        results=result.get("results") or {},
        errors={step: _told(error) for step, error in errors.items()},
    )


def _told(error: str) -> str:
    """``error`` without tokens and addresses: a signed address would let its reader in."""
    return _ADDRESS.sub("…", scrub(over_rest(error)))
