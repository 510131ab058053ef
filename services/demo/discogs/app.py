"""The simulated Discogs as one ASGI application: routes inside, manners and moods at the gate."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.demo.catalogue import Document
from services.demo.faults import Faults
from services.demo.world import Declined, World

from . import collection, controls, database, images, users
from .answers import declined
from .gate import Gate, RateLimit


class SimulatedDiscogs(Starlette):
    """Discogs for one :class:`World`.

    ``rate_limit`` is the number of requests per ``rate_window`` seconds with a credential; without one it is 25/60 of
    it. None: no limit, and then no rate headers either.
    """

    def __init__(
        self,
        world: World,
        *,
        faults: Faults | None = None,
        rate_limit: int | None = 60,
        rate_window: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.world = world
        self.faults = faults or Faults()
        self.requests: list[Document] = []
        limit = RateLimit(rate_limit, rate_window, clock) if rate_limit else None
        super().__init__(
            routes=[
                Route("/", _hello),
                *users.ROUTES,
                *collection.ROUTES,
                *database.ROUTES,
                *images.ROUTES,
                *controls.ROUTES,
            ],
            middleware=[Middleware(Gate, world=world, faults=self.faults, limit=limit, requests=self.requests)],
            exception_handlers={Declined: _declined, HTTPException: _unknown},
        )
        self.state.world = world
        self.state.faults = self.faults
        self.state.requests = self.requests


async def _hello(request: Request) -> Response:
    releases = len(request.app.state.world.catalogue.pressings)
    return JSONResponse(
        {"hello": "Welcome to the simulated Discogs.", "api_version": "v2", "statistics": {"releases": releases}}
    )


async def _declined(request: Request, error: Exception) -> Response:
    assert isinstance(error, Declined)
    return declined(error)


async def _unknown(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = "The requested resource was not found." if error.status_code == 404 else error.detail
    return JSONResponse({"message": message}, error.status_code)
