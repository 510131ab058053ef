"""Asking a Plex Media Server and reading its answers: what every group of calls shares (plex-api.md 1, 2)."""

from __future__ import annotations

import platform
import socket
import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import quote

import httpx

from services.errors import InvalidInput
from services.plex.reading import Told, read
from services.plex.refusals import no_plex
from services.settings import VERSION
from services.upstream import Priority, Upstream

LIBRARY = "com.plexapp.plugins.library"
"""Who keeps the items, as calls that change their state must say."""
_WAIT_LIMIT = {Priority.INTERACTIVE: 5.0, Priority.BACKGROUND: 60.0}
Params = Mapping[str, str | int]


class Token(httpx.Auth):
    """Adds the token as a header: never to an address, which gets logged."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        request.headers["X-Plex-Token"] = self._token
        yield request


def introduction(installation: str) -> dict[str, str]:
    """The headers that say who asks; ``installation`` is what makes this one another than the next, for ever."""
    return {
        "Accept": "application/json",
        "X-Plex-Client-Identifier": str(uuid.uuid5(uuid.NAMESPACE_URL, f"lockgroove:{installation}")),
        "X-Plex-Product": "Lockgroove",
        "X-Plex-Version": VERSION,
        "X-Plex-Platform": _plain(platform.system()),
        "X-Plex-Device": _plain(platform.machine()),
        "X-Plex-Device-Name": _plain(socket.gethostname()),
    }


def _plain(said: str) -> str:
    return said.encode("ascii", "replace").decode() or "unknown"


@dataclass(frozen=True)
class Calls:
    """Calls of one priority; ``action`` says in words what is tried, for errors and the log."""

    api: Upstream
    priority: Priority = Priority.BACKGROUND

    def at(self, priority: Priority) -> Self:
        """The same with another priority."""
        return replace(self, priority=priority)

    async def get(
        self,
        path: str,
        action: str,
        params: Params | None = None,
        *,
        start: int | None = None,
        size: int | None = None,
    ) -> Told:
        """Ask; ``start`` and ``size`` choose a page, which the server may not heed."""
        headers = {} if start is None else {"X-Plex-Container-Start": str(start)}
        headers |= {} if size is None else {"X-Plex-Container-Size": str(size)}
        told = await self._ask("GET", path, action, params, headers, repeatable=True)
        if told.text:
            raise no_plex(action)
        return told

    async def container(
        self, path: str, action: str, params: Params | None = None, *, start: int | None = None, size: int | None = None
    ) -> Told:
        """:meth:`get` for whoever reads what is there: a success that says nothing is refused, so that nobody takes it for a
        library that has become empty.
        """
        told = await self.get(path, action, params, start=start, size=size)
        if not told.is_a_container:
            raise no_plex(action)
        return told

    async def send(
        self, method: str, path: str, action: str, params: Params | None = None, *, repeatable: bool = False
    ) -> Told:
        """Change something. What is changed stands in the query, the body is empty; the answer may be anything or nothing."""
        return await self._ask(method, path, action, params, {}, repeatable=repeatable)

    async def _ask(
        self,
        method: str,
        path: str,
        action: str,
        params: Params | None,
        headers: Mapping[str, str],
        *,
        repeatable: bool,
    ) -> Told:
        answer = await self.api.request(
            method,
            path + query(params),
            action=action,
            headers=headers,
            priority=self.priority,
            wait_limit=_WAIT_LIMIT[self.priority],
            repeatable=repeatable,
            parse=False,
        )
        told = await read(answer.content)
        if told is not None:
            return told
        if method != "GET" or path.startswith("/:/"):
            return Told({})  # a page for a browser, as some changes are answered
        raise no_plex(action)


def query(params: Params | None) -> str:
    """The query of an address; names too may have signs, and everything is escaped (plex-api.md 1, 4.1)."""
    parts = [f"{_escaped(name)}={_escaped(str(value))}" for name, value in (params or {}).items()]
    return f"?{'&'.join(parts)}" if parts else ""


def _escaped(said: str) -> str:
    return quote(said, safe="", errors="replace")


def number_of(given: str, field: str = "id") -> str:
    """The number in an id or a path (``42``, ``/library/metadata/42/children``). Raises :class:`InvalidInput`."""
    found = given.strip().removesuffix("/children").removesuffix("/items").rpartition("/")[2]
    if not (found.isascii() and found.isdigit() and len(found) < 20):
        raise InvalidInput(field, "That is no id of Plex.", "It is a number, the `ratingKey` of an item.")
    return found
