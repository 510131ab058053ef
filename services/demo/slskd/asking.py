"""What all answers of the simulated slskd begin with: the daemon, names in the path, the body, refusals."""

from __future__ import annotations

import json
import uuid
from typing import Any, cast
from urllib.parse import unquote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .daemon import Daemon
from .network import Peer

OFFLINE = "User {} appears to be offline"
NOT_LOGGED_IN = "The server connection must be connected and logged in to perform this operation (currently: {})"


class Declined(Exception):
    """An answer that is no success: a JSON string, or nothing at all."""

    def __init__(self, status: int, text: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.text = text

    def response(self) -> Response:
        return JSONResponse(self.text, self.status) if self.text else Response(status_code=self.status)


def daemon_of(request: Request) -> Daemon:
    return request.app.state.daemon


def name_in(request: Request, part: str = "username") -> str:
    """A part of the path, decoded once."""
    return unquote(request.path_params[part])


def guid_in(request: Request) -> str:
    """The id in the path; 400 if it is no GUID."""
    text = name_in(request, "id")
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise Declined(400, f"The value '{text}' is not valid.") from None


async def body_of(request: Request) -> Any:
    try:
        return json.loads(await request.body() or b"null")
    except ValueError:
        raise Declined(400, "The JSON value could not be read.") from None


async def object_in(request: Request) -> dict[str, Any]:
    """The body as an object, its names in any case."""
    found = await body_of(request)
    if not isinstance(found, dict):
        raise Declined(400, "The JSON value could not be converted to an object.")
    return {name[:1].lower() + name[1:]: value for name, value in cast("dict[str, Any]", found).items()}


def logged_in(daemon: Daemon, status: int = 500) -> None:
    if not daemon.is_logged_in:
        raise Declined(status, NOT_LOGGED_IN.format(daemon.state))


def online(daemon: Daemon, username: str, status: int = 404) -> Peer:
    """A peer who is there; else the refusal that says otherwise."""
    logged_in(daemon)
    peer = daemon.network.peers.get(username)
    if peer is None or not peer.is_online:
        raise Declined(status, OFFLINE.format(username))
    return peer


async def declined(request: Request, error: Exception) -> Response:
    assert isinstance(error, Declined)
    return error.response()


async def unknown(request: Request, error: Exception) -> Response:
    """A path or method that is not there: nothing in the body."""
    assert isinstance(error, HTTPException)
    return Response(status_code=error.status_code, headers=error.headers)
