"""The simulated Discogs as one ASGI application: routes inside, manners and moods at the gate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.demo.accounts import Accounts
from services.demo.catalogue import Document
from services.demo.collecting import neighbours
from services.demo.declined import Declined
from services.demo.faults import Faults
from services.demo.world import World

from . import collection, controls, database, images, market, oauth, users, wants
from .answers import declined
from .gate import Gate, RateLimit
from .grants import CONSUMER_KEY, CONSUMER_SECRET, Grants


class SimulatedDiscogs(Starlette):
    """Discogs with the account of ``world``, and ``others`` that share its catalogue (None: a few invented ones).

    ``rate_limit`` is the number of requests per ``rate_window`` seconds with a credential; without one it is 25/60 of
    it. None: no limit, and then no rate headers either. ``clock`` counts seconds, for the limit and for request tokens.
    """

    name = "simulated Discogs"
    consumer_key = CONSUMER_KEY
    consumer_secret = CONSUMER_SECRET

    def __init__(
        self,
        world: World,
        *,
        others: Iterable[World] | None = None,
        faults: Faults | None = None,
        rate_limit: int | None = 60,
        rate_window: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.world = world
        self.accounts = Accounts((world, *(neighbours(world) if others is None else others)))
        self.grants = Grants(clock)
        self.faults = faults or Faults()
        self.requests: list[Document] = []
        limit = RateLimit(rate_limit, rate_window, clock) if rate_limit else None
        super().__init__(
            routes=[
                Route("/", _hello),
                *oauth.ROUTES,
                *users.ROUTES,
                *collection.ROUTES,
                *wants.ROUTES,
                *market.ROUTES,
                *database.ROUTES,
                *images.ROUTES,
                *controls.ROUTES,
            ],
            middleware=[
                Middleware(
                    Gate,
                    accounts=self.accounts,
                    grants=self.grants,
                    faults=self.faults,
                    limit=limit,
                    requests=self.requests,
                )
            ],
            exception_handlers={Declined: _declined, HTTPException: _unknown},
        )
        self.state.accounts = self.accounts
        self.state.grants = self.grants
        self.state.faults = self.faults
        self.state.requests = self.requests


async def _hello(request: Request) -> Response:
    releases = len(request.app.state.accounts.catalogue.pressings)
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
