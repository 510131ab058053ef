"""People who come from addresses of their own, so that one's limits are not another's."""

from __future__ import annotations

import base64
import hmac
import ipaddress
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from services.runtime import Runtime

PASSWORD = "correct horse battery staple"
_numbers = itertools.count(int(ipaddress.ip_address("198.18.0.0")))


def new_address() -> str:
    """An address that nobody had before."""
    return str(ipaddress.ip_address(next(_numbers)))


def believe_proxies(runtime: Runtime) -> None:
    """From now on this machine is a proxy that may name the caller."""
    runtime.settings = runtime.settings.model_copy(update={"trusted_proxies": ("127.0.0.1",)})


@asynccontextmanager
async def crowd(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client each of whose requests comes from another address."""

    async def move(request: httpx.Request) -> None:
        request.headers.setdefault("X-Forwarded-For", new_address())

    async with httpx.AsyncClient(base_url=url, timeout=30, event_hooks={"request": [move]}) as client:
        yield client


async def member(runtime: Runtime, email: str) -> dict[str, str]:
    """A new account with a session; answers the headers that prove it."""
    assert await runtime.accounts.create(email, PASSWORD) is not None
    return await session(runtime, email)


async def session(runtime: Runtime, email: str) -> dict[str, str]:
    """One more session of that account."""
    return bearer((await runtime.accounts.login(email, PASSWORD)).access_token)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def encoded(part: object) -> str:
    """A part of a token: bytes as they are, anything else as JSON."""
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def signed(payload: object, key: str, header: object = None, digest: str = "sha256") -> str:
    """A token whose signature is right, whatever it says."""
    said = f"{encoded({'alg': 'HS256', 'typ': 'JWT'} if header is None else header)}.{encoded(payload)}"
    return f"{said}.{encoded(hmac.new(key.encode(), said.encode(), digest).digest())}"
