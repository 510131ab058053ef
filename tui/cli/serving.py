"""The runtime and its REST surface, open together: what ``serve`` and the headless demo run."""

from __future__ import annotations

import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from services.places import Places
from services.rest.access import Access
from services.rest.serve import Bound, open_health_port, open_surface
from services.runtime import Runtime, open_runtime
from services.settings import Settings


@asynccontextmanager
async def serving(
    settings: Settings, places: Places, *, host: str, port: int, health_port: int, proof: bool = True, work: bool = True
) -> AsyncGenerator[tuple[Runtime, Bound]]:
    """The runtime and its REST surface, open while the context lasts. Port 0 takes any free one.

    Raises :class:`Conflict` or :class:`InvalidInput` for an address that cannot be served.
    """
    access = Access(host=host, names=settings.lockgroove_allowed_hosts, origins=settings.cors_origins, proof=proof)
    async with (
        open_health_port(host, health_port) as health,
        open_runtime(settings, places, work=work) as runtime,
        open_surface(runtime, access, port=port, socket_path=places.socket, health_port=health) as bound,
    ):
        gc.freeze()  # what is here now stays to the end: to look through it for garbage would stop every request
        yield runtime, bound
