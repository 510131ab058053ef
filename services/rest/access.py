"""Who may come in: access tokens and API tokens over TCP, file permissions on the owner's socket (design: access).

Proof is decided at the route before the body is read or a parameter looked at, so that an anonymous request with
invalid parameters is refused as anonymous (discogsography-contract.md section 2).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from services.accounts.sessions import AccountGone
from services.errors import Conflict, InvalidInput, OwnersOnly, Refused
from services.rest.errors import answer_with
from services.runtime import Runtime
from storage.values import User

_OWNERS_DOOR = "lockgroove.owners_door"
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:/@\s]+)(?::\d{1,5})?")
_NO_PROOF = "This needs proof of who you are."
_NO_PROOF_HINT = (
    "Log in with `POST /api/auth/login`, or send “Authorization: Bearer” with a token of `lockgroove token create`."
)
_ME = "/api/auth/me"
"""The one place that tells whose account no longer exists (discogsography-contract.md section 6)."""
_LONGEST_TOKEN = 8192
"""Characters; the access token of the longest e-mail address has some 4,500."""


@dataclass(frozen=True, slots=True)
class Access:
    """The rules of one surface.

    ``host`` is the address that is served over TCP; ``names`` are further host names under which it is reached;
    ``origins`` are web pages that may call it (CORS, off when empty); without ``proof`` everybody is the owner.
    """

    host: str = "127.0.0.1"
    names: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    proof: bool = True

    def __post_init__(self) -> None:
        """Raises :class:`InvalidInput` where the rules would open the collection to strangers."""
        if not self.proof and not is_loopback(self.host):
            raise InvalidInput(
                "LOCKGROOVE_HOST",
                f"--insecure-no-auth is refused on {self.host}: everybody on the network would be the owner.",
                "Serve on 127.0.0.1, or leave --insecure-no-auth out and use a token.",
            )
        if "*" in self.origins:
            raise InvalidInput(
                "CORS_ORIGINS",
                "CORS_ORIGINS=* would let every web page read the collection.",
                "List the origins one by one, for example https://music.example.org.",
            )

    def knows(self, host_header: str | None) -> bool:
        """Whether a request with this ``Host`` header was meant for us and not sent by DNS rebinding.

        An address cannot be rebound, so any is good where we serve beyond loopback.
        """
        asked = _HOST.fullmatch((host_header or "").lower())
        if asked is None:
            return False
        name = asked[1].strip("[]").rstrip(".")
        if is_loopback(name) or name == self.host.lower() or name in self.names:
            return True
        return not is_loopback(self.host) and _address(name) is not None


class OwnersDoor:
    """Marks what comes through the owner's Unix socket. Wrapped around the app by that server alone, so no header
    and no other server can claim it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, _OWNERS_DOOR: True}, receive, send)


class HostCheck:
    """Refuses requests over TCP whose ``Host`` is not ours."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app = app
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _OWNERS_DOOR in scope or self.access.knows(Headers(scope=scope).get("host")):
            await self.app(scope, receive, send)
            return
        refusal = answer_with(
            400,
            "unknown_host",
            "The Host header names a machine that this is not.",
            hint="Use 127.0.0.1 or the address in LOCKGROOVE_HOST, or add this name to LOCKGROOVE_ALLOWED_HOSTS.",
        )
        await refusal(scope, receive, send)


class UncachedRoute(APIRoute):
    """A route whose answers no cache may keep."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answer_uncached(request: Request) -> Response:
            request.state.personal = True
            return await answer(request)

        return answer_uncached


class PersonalRoute(APIRoute):
    """A route that serves somebody's own data: proof first, then everything else; never kept by a cache."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def prove_and_answer(request: Request) -> Response:
            request.state.personal = True
            request.state.caller = await identify(request)
            return await answer(request)

        return prove_and_answer


async def identify(request: Request) -> User:
    """Who asks. Raises :class:`Refused`, the same for a missing, malformed, forged, unknown, expired or revoked token,
    and :class:`StoreError` if that cannot be looked up: nobody passes unlooked.
    """
    runtime: Runtime = request.app.state.runtime
    access: Access = request.app.state.access
    if request.scope.get(_OWNERS_DOOR):
        return runtime.owner
    if not access.proof:
        _refuse_foreign_page(request, access)
        return runtime.owner
    token = _bearer(request)
    try:
        user = await runtime.accounts.verify(token) if token else None
    except AccountGone:
        if request.url.path == _ME:
            raise
        user = None
    if user is None:
        raise Refused(_NO_PROOF, _NO_PROOF_HINT)
    return user


def is_loopback(host: str) -> bool:
    """Whether ``host`` names this machine only."""
    if host.lower() == "localhost" or host.lower().endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and address.is_loopback


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _bearer(request: Request) -> str | None:
    """The token of a well-formed ``Authorization`` header; two headers are as good as none."""
    headers = request.headers.getlist("authorization")
    if len(headers) != 1:
        return None
    scheme, _, token = headers[0].partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token.isascii() and len(token) <= _LONGEST_TOKEN else None


def _refuse_foreign_page(request: Request, access: Access) -> None:
    """Without proof a web page on another origin could act as the owner by a plain form POST; browsers say so."""
    origin = request.headers.get("origin")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    if origin is not None and origin != own and origin not in access.origins:
        raise Refused("A web page of another origin may not act as the owner.", "List it in CORS_ORIGINS.")


_scheme = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="The access token of a login, or a named API token made by `lockgroove token create`. Requests over the "
    "owner's Unix socket need none.",
)


async def _caller(
    request: Request, _documented: Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)]
) -> User:
    return request.state.caller


Caller = Annotated[User, Depends(_caller)]
"""The authenticated user of a :class:`PersonalRoute`."""


async def _owner(caller: Caller) -> User:
    if not caller.is_owner:
        raise OwnersOnly("Plex, Soulseek and beets belong to the owner of this installation.", "Its owner can do that.")
    return caller


Owner = Annotated[User, Depends(_owner)]
"""The authenticated owner of the installation. Raises :class:`OwnersOnly` for anybody else: one slskd, one Plex and one beets
library are the owner's files, and whoever registers must not come near them."""


async def _token(request: Request) -> str:
    came_openly = request.scope.get(_OWNERS_DOOR) or not request.app.state.access.proof
    token = None if came_openly else _bearer(request)
    if token is None:
        raise Conflict("You did not come in with a token.", "Send the access token of a login.")
    return token


TokenPart = Annotated[str, Depends(_token)]
"""The token that let the caller in. Raises :class:`Conflict` for a caller who needed none."""
