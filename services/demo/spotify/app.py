"""The simulated Spotify as one ASGI application: the Web API under ``/v1``, the accounts service beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from services.demo.catalogue import Document
from services.demo.discogs import images

from . import closed, controls, library, music, playlists, search, sign_in
from .faults import SpotifyFaults
from .gate import Budget, Gate
from .grants import CLIENT_ID, CLIENT_SECRET, Grants
from .refusals import NOT_FOUND, Refused, TokenRefused
from .world import SpotifyWorld


class SimulatedSpotify(Starlette):
    """Spotify over ``world``, as a development-mode app of 2026 meets it.

    ``rate`` is the number of calls of one client id per 30 seconds, ``quota`` per day (None: no limit). ``rotates``: a
    refresh brings a new refresh token. ``opened`` names what closed and is open for this app all the same:
    ``audio_features``, ``recommendations``, ``batch_get``, ``page_50``. ``clock`` counts seconds.
    """

    name = "simulated Spotify"
    client_id = CLIENT_ID
    client_secret = CLIENT_SECRET

    def __init__(
        self,
        world: SpotifyWorld,
        *,
        faults: Iterable[str] = (),
        rate: int | None = None,
        quota: int | None = None,
        rotates: bool = False,
        opened: Iterable[str] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.world = world
        self.grants = Grants(clock, rotates=rotates)
        self.faults = SpotifyFaults(tuple(faults), clock)
        self.budget = Budget(rate, quota, clock)
        self.requests: list[Document] = []
        super().__init__(
            routes=[
                *sign_in.ROUTES,
                *library.ROUTES,
                *playlists.ROUTES,
                *search.ROUTES,
                *music.ROUTES,
                *closed.ROUTES,
                *images.ROUTES,
                *controls.ROUTES,
            ],
            middleware=[
                Middleware(Gate, grants=self.grants, faults=self.faults, budget=self.budget, requests=self.requests)
            ],
            exception_handlers={Refused: _refused, TokenRefused: _refused, HTTPException: _unknown},
        )
        self.state.world = self.world
        self.state.grants = self.grants
        self.state.faults = self.faults
        self.state.budget = self.budget
        self.state.requests = self.requests
        self.state.open = set(opened)
        for user in world.listeners:
            self.grants.preset(user)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused | TokenRefused)
    return error.response()


async def _unknown(request: Request, error: Exception) -> Response:
    """A path or method that is not there. Of closed paths other methods may be open; those are closed."""
    assert isinstance(error, HTTPException)
    return Refused(error.status_code, NOT_FOUND if error.status_code == 404 else error.detail).response()
