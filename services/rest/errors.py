"""The one translation of what went wrong into an answer: ``{"error", "message", "detail"}`` (design: where the
documents meet). Nothing a client sent is repeated, nothing internal is shown.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from services.beets.refusals import QueryRefused
from services.catalogue.refusals import UnknownCategory, UnknownKind
from services.discogs.oauth import ForeignSignIn, SignInFailed
from services.errors import (
    Conflict,
    Crowded,
    InvalidInput,
    LockgrooveError,
    NotConnected,
    NotFound,
    OwnersOnly,
    Refused,
    StoreBusy,
    StoreError,
    StoreFull,
    UpstreamError,
    UpstreamNotFound,
    UpstreamRateLimited,
    UpstreamTimeout,
)
from services.rest.hints import over_rest
from services.rest.routes import template
from services.spotify.refusals import CapabilityClosed, ScopeMissing
from storage.errors import AlreadyHeld

log = structlog.stdlib.get_logger(__name__)


class TooMany(LockgrooveError):
    """Too many requests, or one too early. ``error`` is the short name in the answer, ``retry_after`` in seconds;
    ``extra`` are further keys of the body that a contract names.
    """

    def __init__(
        self,
        error: str,
        message: str,
        hint: str = "",
        *,
        retry_after: float,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message, hint)
        self.kind = error
        self.headers = {"Retry-After": str(max(1, math.ceil(retry_after))), **(headers or {})}
        self.extra = extra


_STATUS: dict[type[LockgrooveError], int] = {
    InvalidInput: 422,
    UnknownKind: 400,
    UnknownCategory: 400,
    QueryRefused: 400,
    NotFound: 404,
    Conflict: 409,
    AlreadyHeld: 409,
    Refused: 401,
    SignInFailed: 400,
    ForeignSignIn: 403,
    OwnersOnly: 403,
    TooMany: 429,
    Crowded: 503,
    NotConnected: 503,
    UpstreamNotFound: 404,
    UpstreamTimeout: 504,
    UpstreamError: 502,
    StoreError: 503,
    LockgrooveError: 500,
}
_OF_CODES = {
    "reauth_required": 401,
    "scope_missing": 403,
    "not_accessible": 403,
    "listener_not_premium": 403,
    "rate_limited": 429,
    "bad_request": 400,
    "capability_closed": 501,
    "invalid_client": 503,
    "owner_not_premium": 503,
    "user_not_allowlisted": 503,
    "quota_exhausted": 503,
}
"""What a service's own refusal comes to (spotify-api.md 2.20)."""
_RECORDS_STATUS = {422: 400, 502: 500, 504: 500}
"""records-contract.md section 1: bad input is 400, a Discogs failure is 500. That Discogs has no such release is not a
failure of Discogs, so it stays 404."""
_CROWD_SECONDS = 5
"""When the crowd may have gone."""
_KINDS = {404: "not_found", 405: "method_not_allowed", 408: "too_slow", 413: "too_large"}
_OF_THE_STORE = "Try again in a minute; if it stays, whoever runs this finds the cause in the log."
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class FieldFault(BaseModel):
    """What is wrong with one field of a request."""

    type: str = Field(description="A short name of the fault, e.g. `missing`.")
    loc: list[str | int] = Field(description="Where: `body`, `query` or `path`, then field names and positions.")
    msg: str = Field(description="What is wrong, for a person.")


class Fault(BaseModel):
    """Why a request was not done."""

    model_config = ConfigDict(extra="allow")

    error: str = Field(description="A short, stable name of the fault, e.g. `not_found`.")
    message: str = Field(description="What happened, a sentence for a person.")
    detail: str | list[FieldFault] = Field(description="The message again, or for bad input one entry per field.")
    hint: str | None = Field(default=None, description="What to do about it; absent if there is nothing to add.")
    service: str | None = Field(default=None, description="The outside service that failed or is not connected.")


_DOCUMENTED = {
    400: "The input is not valid; `detail` lists each field.",
    401: "No valid proof of who asks; the same answer for a missing, malformed, unknown and revoked token.",
    403: "It belongs to another user, or to the owner alone.",
    404: "There is no such thing, or it is not yours.",
    408: "The body did not arrive within 30 seconds.",
    409: "The state of the thing does not allow this.",
    413: "The body is larger than 1 MB.",
    422: "The input is not valid; `detail` lists each field.",
    429: "Too many of these requests; `Retry-After` says in how many seconds the next may come.",
    500: "Discogs failed, or something unexpected happened.",
    501: "Spotify does not let this app do that.",
    502: "The outside service failed, could not be reached or answered nonsense.",
    503: "The store is busy, or an outside account that this needs is not connected.",
    504: "The outside service did not answer in time.",
}


def faults(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route for the error statuses it can answer with.

    That each is a :class:`Fault` is said once for all of them, in the finished document (:mod:`services.rest.app`): to have
    FastAPI make a thousand validators of it cost half of what a server takes to start.
    """
    return {status: {"description": _DOCUMENTED[status]} for status in statuses}


def answer_with(
    status: int,
    error: str,
    message: str,
    *,
    detail: Sequence[Mapping[str, object]] | None = None,
    hint: str = "",
    service: str = "",
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, object] | None = None,
) -> JSONResponse:
    """An error answer in the one shape; ``extra`` are further keys that a contract names."""
    body: dict[str, object] = {"error": error, "message": message, "detail": message if detail is None else detail}
    if hint:
        body["hint"] = hint
    if service:
        body["service"] = service
    body.update(extra or {})
    return JSONResponse(body, status, headers=headers)


def translate_errors(app: FastAPI) -> None:
    """Install the translation. What it does not know is left to :class:`services.rest.answers.Answers`."""
    app.add_exception_handler(LockgrooveError, _answer_known)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)


def status_of(error: LockgrooveError, path: str) -> int:
    """The HTTP status of ``error`` for a request to ``path``."""
    code = error.code if isinstance(error, UpstreamError | NotConnected) else None
    status = _OF_CODES.get(code or "") or next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
    return _RECORDS_STATUS.get(status, status) if _is_records(path) else status


def told(error: LockgrooveError) -> tuple[str, str]:
    """What a caller is told of ``error``: its message and its hint, without what only the log may know of the store."""
    if isinstance(error, StoreError):
        is_harmless = isinstance(error, StoreBusy | StoreFull)
        return error.message if is_harmless else "The library cannot be used just now.", _OF_THE_STORE
    return error.message, over_rest(error.hint)


def note(error: LockgrooveError, request: Request, status: int) -> None:
    """Keep what failed on our side in the log, whole."""
    if status >= 500:
        log.warning(
            "request_failed", route=template(request.scope), status=status, error=error.kind, message=error.message
        )


async def _answer_known(request: Request, error: Exception) -> Response:
    assert isinstance(error, LockgrooveError)
    path = request.url.path
    status = status_of(error, path)
    note(error, request, status)
    detail = None
    if isinstance(error, InvalidInput):
        place = "query" if request.method in ("GET", "DELETE") else "body"
        detail = [{"type": error.kind, "loc": [place, error.field], "msg": error.message}]
    message, hint = told(error)
    return answer_with(
        status,
        error.kind,
        message,
        detail=detail,
        hint=hint,
        service=error.service.capitalize() if isinstance(error, UpstreamError | NotConnected) else "",
        headers=_headers(error),
        extra=_extra(error),
    )


def _extra(error: LockgrooveError) -> Mapping[str, object] | None:
    """Further keys of the body."""
    if isinstance(error, CapabilityClosed):
        return {"code": error.code, "capability": error.capability, "since": error.since, "docs_hint": error.docs_hint}
    if isinstance(error, ScopeMissing):
        return {"code": error.code, "scope": error.scope}
    if isinstance(error, UpstreamError | NotConnected) and error.code:
        return {"code": error.code}
    return error.extra if isinstance(error, TooMany) else None


def _headers(error: LockgrooveError) -> dict[str, str]:
    if isinstance(error, TooMany):
        return error.headers
    if isinstance(error, Refused):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, UpstreamRateLimited):
        return {"Retry-After": str(max(1, math.ceil(error.retry_at - time.time())))}
    if isinstance(error, Crowded):
        return {"Retry-After": str(_CROWD_SECONDS)}
    return {}


async def _answer_invalid(request: Request, error: Exception) -> Response:
    """Bad input, field by field; pydantic's ``input`` and ``ctx`` would echo what was sent, so they are left out."""
    assert isinstance(error, RequestValidationError)
    detail = [{"type": e["type"], "loc": list(e["loc"]), "msg": _put(e)} for e in error.errors()]
    first = detail[0]
    named = (
        ".".join(str(part) for part in first["loc"][1:] or first["loc"]) if first["type"] != "json_invalid" else "body"
    )
    more = f" ({len(detail) - 1} more)" if len(detail) > 1 else ""
    status = 400 if _is_records(request.url.path) else 422
    return answer_with(status, "invalid_input", f"{named}: {first['msg']}{more}", detail=detail)


def _put(fault: Mapping[str, Any]) -> str:
    """pydantic's words, but where they speak of Python to somebody who forgot to say that the body is JSON."""
    if fault["type"] == "model_attributes_type":
        return "Input should be a JSON object, sent with Content-Type: application/json"
    if fault["type"] == "json_invalid":
        return "This is not JSON"
    return fault["msg"]


async def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = ", ".join(_methods_of(request))
        text = f"{request.method} is not possible here, only {allowed}."
        return answer_with(405, "method_not_allowed", text, headers={"Allow": allowed})
    if error.status_code == 400:  # a body that cannot be decoded at all
        detail = [{"type": "json_invalid", "loc": ["body"], "msg": "The body is not JSON in UTF-8."}]
        status = 400 if _is_records(request.url.path) else 422
        return answer_with(status, "invalid_input", "The body is not JSON in UTF-8.", detail=detail)
    text = "There is nothing at this path." if error.status_code == 404 else error.detail
    kind = _KINDS.get(error.status_code, "error")
    return answer_with(error.status_code, kind, text, headers=error.headers)


def _methods_of(request: Request) -> list[str]:
    """Every method the path takes: the router names only those of the first route it met."""
    app: FastAPI = request.app
    return [
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in app.routes)
    ]


def _is_records(path: str) -> bool:
    return path == "/api/records" or path.startswith("/api/records/")
