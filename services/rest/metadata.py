"""``/api/metadata``: bringing the library's knowledge up to date (harmony-contract.md section 4)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.metadata.metadata import MetadataState as Update
from services.metadata.metadata import Phase, told
from services.rest.access import Caller, Owner, PersonalRoute
from services.rest.errors import faults
from services.rest.parts import RuntimePart

router = APIRouter(prefix="/api/metadata", tags=["metadata"], route_class=PersonalRoute)


class MetadataState(BaseModel):
    """How an update is, or how the last one ended."""

    status: Literal["idle", "running", "stopping", "stopped", "completed", "error"]
    phase: Phase = Field(description="What it is at, or what came of it.")
    processed: int = Field(description="Phases that are through.")
    matching_queue: int = Field(description="What waited to be matched when that phase looked.")
    started_at: datetime | None
    completed_at: datetime | None = Field(description="When it ended, in whichever way.")
    error: str | None = Field(description="Why it failed.")


class MetadataAnswer(BaseModel):
    message: str
    state: MetadataState


@router.post("/update", status_code=202, summary="Bring the library up to date", responses=faults(401, 403, 409, 503))
async def update(caller: Owner, runtime: RuntimePart) -> MetadataAnswer:
    """Look at Plex, then match what has changed, as a job: `/api/metadata/status` tells how it goes, also after a restart.

    The owner's. 409 while one runs or stops; 503 where Plex is not set up.
    """
    return MetadataAnswer(message="Metadata update started", state=_state(await runtime.metadata.update(caller.id)))


@router.get("/status", summary="How the update is", responses=faults(401, 503))
async def status(caller: Caller, runtime: RuntimePart) -> MetadataState:
    """The running one, else how the last one ended; `idle` where there was none. Asks nobody."""
    return _state(await runtime.metadata.state(caller.id))


@router.post("/stop", status_code=202, summary="Stop the update", responses=faults(401, 403, 503))
async def stop(caller: Owner, runtime: RuntimePart) -> MetadataAnswer:
    """It stops within a second; what it read is kept. Where none runs the state stays as it is. The owner's."""
    return MetadataAnswer(message="Stop signal issued", state=_state(await runtime.metadata.stop(caller.id)))


def _state(state: Update) -> MetadataState:
    return MetadataState.model_validate(told(state))
