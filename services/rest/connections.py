"""Connections that say nothing: uvicorn waits for a request for ever, and each that waits holds a file descriptor."""

from __future__ import annotations

import asyncio
from typing import cast

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 30.0
"""How long the head of a request may take to arrive."""
MOST = 500
"""Open connections of one door; a process often may have no more than 1,024 files open in all."""


class Connection(H11Protocol):
    """A connection whose requests must begin in time. Where there are too many, the one that has kept us waiting for
    longest makes room; if none does, the new one goes.
    """

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._expect()
        if len(self.connections) > MOST:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        """A part of a request: once its head is whole, the time of its body is watched elsewhere."""
        if self._is_idle():
            self._expect()
        super().data_received(data)
        if not self._is_idle():
            self._relax()

    def on_response_complete(self) -> None:
        """The connection may stay for another request, as long as there is room."""
        super().on_response_complete()
        if self._is_idle():
            self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits any more."""
        self._relax()
        super().connection_lost(exc)

    @property
    def waits_until(self) -> float:
        """When the patience with it ends, in the loop's time; infinite while it is served."""
        return float("inf") if self._late is None else self._late.when()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete  # pyright: ignore[reportUnnecessaryComparison]

    def _expect(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _relax(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        self._relax()
        self.transport.abort()

    def _make_room(self) -> None:
        others = [cast("Connection", each) for each in self.connections if each is not self]
        longest = min(others, key=lambda other: other.waits_until)
        # Who is sent away is counted until the loop's next turn, but waits no more, so that nobody is chosen twice.
        (longest if longest.waits_until < float("inf") else self)._give_up()
