"""``/api/activity``: what happened, newest first (harmony-contract.md section 9)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.rest.access import Caller, PersonalRoute
from services.rest.errors import faults
from services.rest.hints import details_over_rest
from services.rest.parts import RuntimePart
from services.rest.wire import LARGEST_ID, Words
from storage import activity as feed

router = APIRouter(tags=["activity"], route_class=PersonalRoute, responses=faults(401, 422, 500, 503))


class ActivityEntry(BaseModel):
    """One thing that happened."""

    timestamp: datetime
    type: str = Field(description="`sync`, `export`, `wantlist`, `catalogue`, `search`, `download` or `metadata`.")
    status: str
    details: dict[str, Any] | None = Field(default=None, description="Absent when there is nothing to add.")


@router.get("/api/activity", summary="What happened", response_model_exclude_none=True)
async def list_activity(
    caller: Caller,
    runtime: RuntimePart,
    limit: Annotated[int, Query(ge=1, le=200, description="At most so many.")] = 50,
    offset: Annotated[int, Query(ge=0, le=LARGEST_ID, description="Skip so many.")] = 0,
    type: Annotated[Words | None, Query(description="Only this type.")] = None,
) -> list[ActivityEntry]:
    """The feed as a bare array, newest first."""
    async with runtime.storage.read() as conn:
        entries = await feed.newest(conn, caller.id, limit, offset, type)
    return [
        ActivityEntry(
            timestamp=datetime.fromisoformat(entry.timestamp),
            type=entry.type,
            status=entry.status,
            details=details_over_rest(entry.details) if entry.details else None,
        )
        for entry in entries
    ]
