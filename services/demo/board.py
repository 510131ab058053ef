"""The faults of a simulated service that are on, and the routes with which they, and its log, are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

F = TypeVar("F", bound=StrEnum)


@dataclass(slots=True)
class Trouble(Generic[F]):
    """A fault that is on. It strikes ``times`` times (None: for ever), every ``every``-th matching request.

    Only requests whose ``METHOD /path`` contains ``match`` count; ``value`` is the fault's own figure.
    """

    fault: F
    times: int | None = None
    every: int = 1
    match: str = ""
    value: str = ""
    seen: int = 0


class Board(Generic[F]):
    """The faults of one simulated service. Those named at the start strike as often as a bad day would: every ``often``
    requests, always where that says nothing.
    """

    def __init__(self, kinds: type[F], names: Iterable[str] = (), often: Mapping[F, int] | None = None) -> None:
        self._on = {fault: Trouble(fault, every=(often or {}).get(fault, 1)) for fault in map(kinds, names)}

    def start(self, fault: F, *, times: int | None = None, every: int = 1, match: str = "", value: str = "") -> None:
        """Switch a fault on, in place of what was set for it before."""
        self._on[fault] = Trouble(fault, times, every, match, value)

    def stop(self, fault: F | None = None) -> None:
        """Switch a fault off, or all of them."""
        if fault is None:
            self._on.clear()
        else:
            self._on.pop(fault, None)

    def strikes(self, fault: F, method: str, path: str) -> Trouble[F] | None:
        """The trouble if ``fault`` hits this request."""
        trouble = self._on.get(fault)
        if trouble is None or trouble.match not in f"{method} {path}" or trouble.times == 0:
            return None
        trouble.seen += 1
        if trouble.seen % trouble.every:
            return None
        if trouble.times is not None:
            trouble.times -= 1
        return trouble

    def describe(self) -> list[dict[str, Any]]:
        """The faults that are on."""
        return [
            {"name": t.fault.value, "times": t.times, "every": t.every, "match": t.match, "value": t.value}
            for t in self._on.values()
        ]


def board_routes(kinds: type[StrEnum]) -> list[Route]:
    """``/_sim/faults`` and ``/_sim/log`` of a service whose faults are these: ``app.state.faults``, ``app.state.requests``."""

    async def faults(request: Request) -> Response:
        """GET what is on; POST ``{"name", "times"?, "match"?, "value"?, ...}``; DELETE ends all."""
        board = request.app.state.faults
        if request.method == "DELETE":
            board.stop()
        elif request.method == "POST":
            wanted = cast("dict[str, Any]", await request.json())
            name = wanted.pop("name", None)
            if name not in [*kinds]:
                return JSONResponse({"detail": f"Unknown fault; known are: {', '.join(kinds)}."}, 422)
            board.start(kinds(name), **{**wanted, "value": str(wanted.get("value", ""))})
        return JSONResponse(board.describe())

    return [
        Route("/_sim/faults", faults, methods=["GET", "POST", "DELETE"]),
        Route("/_sim/log", _log, methods=["GET", "DELETE"]),
    ]


async def _log(request: Request) -> Response:
    """The requests so far, oldest first. DELETE empties it."""
    entries: list[object] = request.app.state.requests
    if request.method == "DELETE":
        entries.clear()
    return JSONResponse(entries)
