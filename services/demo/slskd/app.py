"""The simulated slskd as one ASGI application."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from services.demo.catalogue import Document

from . import controls, household, people, searching, transferring
from .asking import Declined, declined, unknown
from .daemon import KEY, Daemon
from .faults import SlskdFaults
from .gate import Gate
from .invention import leechers
from .network import Network


class SimulatedSlskd(Starlette):
    """slskd of ``version`` on ``network``; its folders lie below ``folder``, its API below ``url_base``.

    Its time goes ``speed`` times as fast as the real one; at 0 only :meth:`Daemon.advance` moves it.
    """

    name = "simulated slskd"
    key = KEY

    def __init__(
        self,
        network: Network,
        folder: Path,
        *,
        version: str = "0.26.0",
        speed: float = 1.0,
        faults: Iterable[str] = (),
        url_base: str = "",
    ) -> None:
        self.daemon = Daemon(network, folder, version=version, speed=speed)
        self.faults = SlskdFaults(faults)
        self.requests: list[Document] = []
        self.url_base = url_base.rstrip("/")
        super().__init__(
            routes=[
                *household.ROUTES,
                *searching.ROUTES,
                *transferring.ROUTES,
                *people.ROUTES,
                *controls.ROUTES,
            ],
            middleware=[
                Middleware(Gate, daemon=self.daemon, faults=self.faults, requests=self.requests, url_base=self.url_base)
            ],
            exception_handlers={Declined: declined, HTTPException: unknown},
        )
        self.daemon.engine.transfers += leechers(network, self.daemon.now)
        self.state.daemon = self.daemon
        self.state.faults = self.faults
        self.state.requests = self.requests
        self.state.beginning = 0
        self.state.enqueuing = 0
