"""``/api/cron/sync-spotify``: the plays of all users, on behalf of a scheduler elsewhere (records-contract.md section 3)."""

from __future__ import annotations

import hmac
import time
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from services.errors import LockgrooveError
from services.rest.access import UncachedRoute
from services.rest.errors import told
from services.rest.parts import RuntimePart
from services.spotify.plays_run import AlreadyRunning, RunResult

router = APIRouter(prefix="/api/cron", tags=["cron"], route_class=UncachedRoute)
log = structlog.stdlib.get_logger(__name__)
NO_STORE = {"Cache-Control": "no-store"}
_SECRET_HEADERS = ("x-vercel-cron-secret", "x-cron-secret")


class CronError(BaseModel):
    """A user whose plays were not fetched."""

    userId: str
    error: str


class CronResult(BaseModel):
    """How a run went; ``successful`` and ``failed`` are ``totalUsers`` together."""

    totalUsers: int
    successful: int
    failed: int
    playsSynced: int = Field(description="Plays that are new here.")
    errors: list[CronError]


class CronDone(BaseModel):
    """The run is over; single users may have failed."""

    success: bool = True
    duration_ms: int
    result: CronResult


class CronFailed(BaseModel):
    """Nothing was run, or not to its end."""

    success: bool = False
    error: str


_RESPONSES: dict[int | str, dict[str, Any]] = {
    401: {"model": CronFailed, "description": "The secret is missing or wrong."},
    409: {"model": CronFailed, "description": "A run is under way already."},
    500: {"model": CronFailed, "description": "The run as a whole failed."},
    503: {"model": CronFailed, "description": "No CRON_SECRET is set, so nobody may call this."},
}


@router.get(
    "/sync-spotify",
    summary="Fetch the plays of all users",
    responses=_RESPONSES,
    response_model=CronDone,
    operation_id="sync_spotify",
)
@router.post(
    "/sync-spotify",
    summary="Fetch the plays of all users",
    responses=_RESPONSES,
    response_model=CronDone,
    operation_id="sync_spotify_by_post",
)
async def sync_spotify(
    request: Request,
    runtime: RuntimePart,
    authorization: Annotated[str | None, Header(description="`Bearer` and the CRON_SECRET.")] = None,
    x_vercel_cron_secret: Annotated[str | None, Header(description="The CRON_SECRET, instead.")] = None,
    x_cron_secret: Annotated[str | None, Header(description="The CRON_SECRET, instead.")] = None,
) -> JSONResponse:
    """Within 290 seconds, whoever was asked for longest ago first; whom the time does not suffice for is told and comes
    first the next time. One user's failure is told under `errors` and nobody else's.
    """
    del authorization, x_vercel_cron_secret, x_cron_secret  # documented here, read from the request as often as sent
    secret = runtime.settings.cron_secret
    if secret is None:
        return _failed(503, "No CRON_SECRET is set on this server, so plays are not fetched on request.")
    if not _knows(request, secret.get_secret_value()):
        return _failed(401, "Unauthorized")
    began = time.monotonic()
    try:
        result = await runtime.plays_run.run()
    except AlreadyRunning as error:
        return _failed(409, error.message)
    except LockgrooveError as error:
        log.warning("cron run failed", error=error.message)
        return _failed(500, told(error)[0])
    except Exception as error:  # the contract has its own shape for what nobody foresaw
        log.exception("cron run failed", error=type(error).__name__)
        return _failed(500, "Something unexpected happened; the log has the details.")
    done = CronDone(duration_ms=round((time.monotonic() - began) * 1000), result=_result(result))
    return JSONResponse(done.model_dump(), headers=NO_STORE)


def _knows(request: Request, secret: str) -> bool:
    """Whether the request carries the secret; every comparison takes as long as any other."""
    offered = [value for name in _SECRET_HEADERS for value in request.headers.getlist(name)]
    for value in request.headers.getlist("authorization"):
        scheme, _, token = value.partition(" ")
        if scheme.lower() == "bearer":
            offered.append(token)
    expected = secret.encode()
    # All are compared, so that the time it takes says nothing.
    return any([hmac.compare_digest(value.encode("utf-8", "surrogateescape"), expected) for value in offered])  # noqa: C419


def _result(run: RunResult) -> CronResult:
    errors = [CronError(userId=each.user_id, error=each.error) for each in run.failures]
    return CronResult(
        totalUsers=run.users,
        successful=run.successful,
        failed=len(errors),
        playsSynced=run.plays,
        errors=errors,
    )


def _failed(status: int, error: str) -> JSONResponse:
    return JSONResponse(CronFailed(error=error).model_dump(), status, headers=NO_STORE)
