"""The simulated Plex Media Server as one ASGI application."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from services.demo.catalogue import Document

from . import controls, library, lists, playback, server
from .answers import Refused
from .faults import PlexFaults
from .gate import Gate
from .world import PlexWorld


class SimulatedPlex(Starlette):
    """A Plex Media Server over ``world``, as its owner's token meets it."""

    name = "simulated Plex"

    def __init__(self, world: PlexWorld, *, faults: Iterable[str] = ()) -> None:
        self.world = world
        self.faults = PlexFaults(tuple(faults))
        self.requests: list[Document] = []
        super().__init__(
            routes=[*server.ROUTES, *library.ROUTES, *playback.ROUTES, *lists.ROUTES, *controls.ROUTES],
            middleware=[Middleware(Gate, world=world, faults=self.faults, requests=self.requests)],
            exception_handlers={Refused: _refused, HTTPException: _unknown},
        )
        self.state.world = world
        self.state.faults = self.faults
        self.state.requests = self.requests


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return error.response()


async def _unknown(request: Request, error: Exception) -> Response:
    """A path or a method that is not there."""
    assert isinstance(error, HTTPException)
    return Refused(error.status_code).response()
