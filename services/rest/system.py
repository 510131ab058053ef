"""What the program says about itself: ``/``, ``/health``, ``/status``, ``/api/system/stats``."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Literal

import psutil
import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from services.rest.access import Caller, PersonalRoute
from services.rest.errors import answer_with, faults
from services.rest.health import Health, HealthAnswer
from services.rest.parts import RuntimePart
from services.settings import VERSION

log = structlog.stdlib.get_logger(__name__)
_BORN = time.monotonic()

public = APIRouter(tags=["system"])
personal = APIRouter(tags=["system"], route_class=PersonalRoute, responses=faults(401))


class Welcome(BaseModel):
    status: Literal["ok"] = "ok"
    version: str = VERSION


class WorkerState(BaseModel):
    state: Literal["running", "idle", "unavailable"] = Field(
        description="`idle`: nothing to do, or nobody who does it; `unavailable`: what it needs is not set up."
    )
    queue_size: int | None = Field(default=None, description="What waits for its turn; absent where nothing queues.")


class Status(BaseModel):
    """harmony-contract.md section 3.1."""

    status: Literal["ok"] = "ok"
    version: str = VERSION
    uptime_seconds: float
    workers: dict[str, WorkerState]


class Processor(BaseModel):
    percent: float
    cores: int
    idle: float
    user: float
    system: float


class Memory(BaseModel):
    total: int
    available: int
    percent: float
    used: int
    free: int


class Disk(BaseModel):
    total: int
    used: int
    free: int
    percent: float


class Network(BaseModel):
    bytes_sent: int
    bytes_recv: int
    packets_sent: int
    packets_recv: int


class SystemStats(BaseModel):
    """Of the whole machine: bytes and percentages (harmony-contract.md section 3.2)."""

    cpu: Processor
    memory: Memory
    disk: Disk
    network: Network


def _health(request: Request) -> Health:
    return request.app.state.health


@public.get("/", summary="Whether anybody is here")
async def welcome() -> Welcome:
    """The program's version."""
    return Welcome()


@public.head("/health", include_in_schema=False)
@public.get("/health", summary="Whether it is ready", response_model_exclude_none=True)
async def health(part: Annotated[Health, Depends(_health)]) -> HealthAnswer:
    """Always 200; asks the database, never an outside service."""
    return await part.look()


@personal.get("/status", summary="What is at work", response_model_exclude_none=True)
async def status(caller: Caller, runtime: RuntimePart) -> Status:
    """Version, uptime in seconds and the state of the background work; asks no outside service."""
    active = await runtime.jobs.active(caller.id)
    working = sum(1 for job in active if job.lease_owner)
    queue = await runtime.downloads.worker_state()
    kinds = {job.kind for job in active}
    workers = {
        "jobs": WorkerState(state="running" if active else "idle", queue_size=len(active) - working),
        "soulseek_sync": WorkerState(
            state=queue.state if runtime.soulseek.is_configured else "unavailable", queue_size=queue.queue_size
        ),
        "plex_scan": WorkerState(state=runtime.plex.scans.worker_state()),
        "matching": WorkerState(state="running" if "matching" in kinds else "idle"),
        "playlist_sync": WorkerState(state="running" if kinds & {"sync", "spotify_library"} else "idle"),
    }
    return Status(uptime_seconds=round(time.monotonic() - _BORN, 2), workers=workers)


@personal.get("/api/system/stats", summary="How the machine is", response_model=SystemStats, responses=faults(500))
async def stats(_: Caller) -> SystemStats | JSONResponse:
    """CPU, memory, disk and network; CPU percentages are since the previous call. 500 where the machine does not say."""
    try:
        return await asyncio.to_thread(_measure)
    except (psutil.Error, OSError) as error:
        log.warning("the machine cannot be measured", reason=type(error).__name__)
        return answer_with(500, "unmeasured", "Failed to collect system statistics")


def _measure() -> SystemStats:
    times = psutil.cpu_times_percent()
    memory, disk, network = psutil.virtual_memory(), psutil.disk_usage("/"), psutil.net_io_counters()
    return SystemStats(
        cpu=Processor(
            percent=psutil.cpu_percent(),
            cores=psutil.cpu_count() or 1,
            idle=times.idle,
            user=times.user,
            system=times.system,
        ),
        memory=Memory(
            total=memory.total,
            available=memory.available,
            percent=memory.percent,
            used=memory.used,
            free=memory.free,
        ),
        disk=Disk(total=disk.total, used=disk.used, free=disk.free, percent=disk.percent),
        network=Network(
            bytes_sent=network.bytes_sent,
            bytes_recv=network.bytes_recv,
            packets_sent=network.packets_sent,
            packets_recv=network.packets_recv,
        ),
    )
