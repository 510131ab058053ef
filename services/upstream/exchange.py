"""One question, one answer: sending requests to an outside service and getting a result or an explained error."""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import json
import ssl
import time
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Self, TypeAlias

import httpx
import stamina
import structlog
from pydantic_core import from_json

from services import measuring
from services.errors import UpstreamError, UpstreamRateLimited, UpstreamTimeout

from .limiter import Limiter, Priority
from .refusals import NotSent, NotTrusted, no_answer, refusal, retry_after
from .streaming import ServerEvent, server_events

log = structlog.get_logger(__name__)

_TRIES = 3
_HOPS = 3
"""Redirects followed, all on the host that was asked."""
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, between two pieces of an answer, and for one try in all."""

    connect: float = 5.0
    read: float = 30.0
    total: float = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A success. ``document`` is the parsed JSON, None where nothing was sent (204) or bytes were asked for."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    document: object = None

    def json(self) -> object:
        """The parsed JSON."""
        return self.document


Take: TypeAlias = Callable[[bytes], Awaitable[None]]
"""Is given a body piece by piece, in place of the body being kept."""
Explain: TypeAlias = Callable[[str, int, bytes, Mapping[str, str]], UpstreamError | None]
"""What an answer that is no success means, from what was tried, its status, body and headers; None: what it usually does."""


class _Unreadable(UpstreamError):
    """A success whose body is no JSON."""


class _TooOften(UpstreamRateLimited):
    """The service answered 429; the limiter now holds the line."""


class Upstream:
    """An outside service as its client sees it.

    ``authorise`` adds the credential to each request: to its headers only, so that no address, error or log line can
    hold it. ``refused_hint`` tells the person what to do when the credential is not accepted; ``explain`` knows the
    refusals that the service words in its own way.
    """

    def __init__(
        self,
        service: str,
        base_url: str,
        *,
        limiter: Limiter,
        headers: Mapping[str, str],
        authorise: httpx.Auth | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        timeouts: Timeouts | None = None,
        refused_hint: str = "",
        explain: Explain | None = None,
        size_limit: int = 10 * _MEGABYTE,
    ) -> None:
        self.service = service
        self.limiter = limiter
        self.size_limit = size_limit
        self._timeouts = timeouts or Timeouts()
        self._refused_hint = refused_hint
        self._explain = explain
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers=dict(headers),
            auth=authorise,
            transport=transport,
            timeout=httpx.Timeout(self._timeouts.read, connect=self._timeouts.connect),
            limits=httpx.Limits(max_connections=8),
            verify=_tls(),
            trust_env=not is_loopback(base_url),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def once_unused(self, tell: Callable[[httpx.AsyncClient], object]) -> None:
        """Tell of the connections, for closing them, once nobody holds this object any more."""
        weakref.finalize(self, tell, self._http).atexit = False

    async def request(
        self,
        method: str,
        path: str,
        *,
        action: str,
        params: Mapping[str, str | int] | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        permit: Callable[[], Awaitable[None]] | None = None,
        priority: Priority = Priority.BACKGROUND,
        repeatable: bool | None = None,
        wait_limit: float = 90.0,
        parse: bool = True,
        within: Timeouts | None = None,
        take: Take | None = None,
        size_limit: int | None = None,
    ) -> Answer:
        """Send a request and return its success; ``action`` is what is tried, in words ("read page 3 of ...").

        ``repeatable`` says whether doing it twice does no harm (by default: every method but POST). Repeatable calls
        are tried up to three times on a failure of the connection or the service; calls that the service has
        certainly not carried out (429, no connection) are tried again in any case. Without ``parse`` the body is
        left as bytes. ``headers`` are added to this request alone; one that asks "only if it changed" may be answered
        with 304. ``permit`` is awaited before each try, once its turn has come, and may refuse by raising. ``within`` and
        ``size_limit`` (bytes) hold for this request in place of the usual ones; ``take`` is given the body of a success.

        Raises :class:`UpstreamNotFound` (404), :class:`UpstreamRefused` (401, 403), :class:`UpstreamRateLimited`
        (would wait longer than ``wait_limit`` seconds, or still 429 at the third try), :class:`UpstreamTimeout`, and
        :class:`UpstreamError` for all else. Unless its ``status`` is 400 to 499, a call that is not repeatable may or
        may not have been carried out.
        """
        if repeatable is None:
            repeatable = method != "POST"
        within = within or self._timeouts
        request = self._http.build_request(
            method,
            path,
            params=params,
            json=json,
            data=form,
            headers=headers,
            timeout=httpx.Timeout(within.read, connect=within.connect),
        )
        receiving = _Receiving(within.total, size_limit or self.size_limit, take, parse and take is None)
        again = _Again(repeatable)
        async for attempt in stamina.retry_context(
            again, attempts=_TRIES, timeout=None, wait_initial=0.5, wait_max=10.0, wait_jitter=1.0
        ):
            with attempt:
                await self.limiter.turn(priority, wait_limit, action)
                if permit:
                    await permit()
                return await self._try(request, action, attempt.num, receiving)
        raise AssertionError("the loop returns or raises")

    def events(self, path: str, *, action: str, silence: float = 60.0) -> AsyncGenerator[ServerEvent]:
        """The server-sent events at ``path`` until the service ends them; see :func:`server_events`. Not tried again."""

        async def judge(response: httpx.Response, body: bytes) -> None:
            await self._judge(response, body, action, 1)

        return server_events(self._http, self.service, path, action=action, silence=silence, judge=judge)

    async def _try(self, request: httpx.Request, action: str, tries: int, receiving: _Receiving) -> Answer:
        started = time.perf_counter()
        status: int | None = None
        outcome = "given_up"
        try:
            async with asyncio.timeout(receiving.total):
                response, body = await self._send(request, action, receiving)
            status = response.status_code
            await self._judge(response, body, action, tries)
            is_empty = status in (204, 304) or (not body and request.method != "GET")
            is_read = receiving.parse and not is_empty
            answer = Answer(status, response.headers, body, self._read(body, action) if is_read else None)
            outcome = "ok"
            return answer
        except (TimeoutError, httpx.HTTPError) as error:
            failure = no_answer(self.service, action, self._http.base_url.host, error)
            outcome = failure.kind if isinstance(failure, UpstreamTimeout) else "no_answer"
            raise failure from error
        except UpstreamError as error:
            outcome = error.kind
            raise
        finally:
            seconds = time.perf_counter() - started
            measuring.upstream_answered(self.service, outcome, seconds)
            log.info(
                "upstream", service=self.service, action=action, status=status, ms=round(seconds * 1000), tries=tries
            )

    async def _send(self, request: httpx.Request, action: str, receiving: _Receiving) -> tuple[httpx.Response, bytes]:
        """The last answer after redirects, and its body."""
        for _ in range(_HOPS + 1):
            response = await self._http.send(request, stream=True)
            try:
                onward = response.next_request
                if onward is None:
                    return response, await self._body(response, action, receiving)
                if (onward.url.scheme, onward.url.netloc) != (request.url.scheme, request.url.netloc):
                    raise UpstreamError(
                        self.service,
                        f"{self.service} sent us to another host ({onward.url.host}) when asked to {action}; "
                        "that was not followed.",
                        "Check the address of the service in the settings.",
                        response.status_code,
                    )
                request = onward
            finally:
                await response.aclose()
        raise UpstreamError(
            self.service,
            f"{self.service} redirected more than {_HOPS} times when asked to {action}.",
            "Check the address of the service in the settings.",
        )

    async def _body(self, response: httpx.Response, action: str, receiving: _Receiving) -> bytes:
        """The body, read only as far as it is within bounds; empty where it was given away."""
        take, size_limit = receiving.take if response.is_success else None, receiving.size_limit
        pieces: list[bytes] = []
        size = 0
        async for piece in response.aiter_bytes():
            size += len(piece)
            if size > size_limit:
                raise UpstreamError(
                    self.service,
                    f"{self.service} sent more than {size_limit / _MEGABYTE:g} MB when asked to {action}; "
                    "the rest was not read.",
                    "This is no answer the service should give; check its address in the settings.",
                    response.status_code,
                )
            if take:
                await take(piece)
            else:
                pieces.append(piece)
        return b"".join(pieces)

    async def _judge(self, response: httpx.Response, body: bytes, action: str, tries: int) -> None:
        """Return if the answer is a success (or says that nothing changed); steer the limiter either way."""
        is_good = response.is_success or response.status_code == 304
        explained = (
            None
            if is_good or not self._explain
            else self._explain(action, response.status_code, body, response.headers)
        )
        if isinstance(explained, UpstreamRateLimited):
            raise explained
        if response.status_code == 429:
            now, told = self.limiter.clock.now(), response.headers
            self.limiter.refused(retry_after(told.get("Retry-After"), now, told.get("Date")), tries)
            raise _TooOften(
                self.service,
                f"{self.service} says that we ask too often (429); it was asked to {action}.",
                retry_at=self.limiter.free_from,
                hint="Nothing is lost: a running job goes on by itself; otherwise wait a minute and try again.",
            )
        await self.limiter.heed(response.headers, success=response.is_success)
        if not is_good:
            raise explained or refusal(self.service, action, response.status_code, body, self._refused_hint)

    def _read(self, body: bytes, action: str) -> object:
        try:
            return from_json(body)
        except ValueError:
            pass
        try:  # what is amiss may be single characters: bytes that are no UTF-8, or half of a pair
            loosely = json.loads(body.decode("utf-8", "replace"))
            return from_json(json.dumps(loosely, ensure_ascii=False).encode("utf-8", "replace"))
        except (ValueError, RecursionError) as error:
            raise _Unreadable(
                self.service,
                f"{self.service} answered something that cannot be read when asked to {action}.",
                f"The fault is on the side of {self.service}; try again in a few minutes.",
                200,
            ) from error


@dataclass(frozen=True, slots=True)
class _Receiving:
    """How an answer is received: seconds and bytes at most, who takes the body, and whether it is parsed."""

    total: float
    size_limit: int
    take: Take | None
    parse: bool


class _Again:
    """Whether a failed try is worth another: asked by stamina with the error, answers with a wait or yes or no."""

    def __init__(self, repeatable: bool) -> None:
        self._repeatable = repeatable
        self._unreadable = 0

    def __call__(self, error: Exception) -> bool | float:
        match error:
            case _TooOften():
                return 0.0
            case UpstreamRateLimited():
                return False
            case NotTrusted():
                return False
            case NotSent():
                return True
            case _Unreadable():
                self._unreadable += 1
                return self._repeatable and self._unreadable == 1
            case UpstreamTimeout():
                return self._repeatable
            case UpstreamError(status=None):
                return self._repeatable
            case UpstreamError(status=int(status)):
                return self._repeatable and status >= 500
            case _:
                return False


@functools.cache
def _tls() -> ssl.SSLContext:
    """One context for all clients: building it costs tens of milliseconds."""
    return httpx.create_ssl_context()


def is_loopback(url: str) -> bool:
    """Whether ``url`` is on this machine: a proxy of the environment is then not asked."""
    host = httpx.URL(url).host
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
