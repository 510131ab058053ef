"""One sign-in on Spotify with an ear for the browser; lives on the services' loop."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from services.errors import Conflict
from tui.cli.loopback import Loopback, listening, spotify_said

if TYPE_CHECKING:
    from services.runtime import Runtime
    from services.spotify.oauth import Authorisation
    from storage.values import Connection, UserId


@dataclass
class OpenSignIn:
    """A sign-in under way. ``port`` is where the browser is heard on this machine, None if it cannot be."""

    user_id: UserId
    begun: Authorisation
    port: int | None
    _ear: Loopback | None = None
    _held: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def heard(self, runtime: Runtime) -> Connection:
        """Wait for the browser, five minutes at most, and finish. Raises :class:`TimeoutError` if it does not come, and
        what :meth:`SpotifySignIns.finish` raises.
        """
        from services.spotify.oauth import LISTENING

        if self._ear is None:
            await asyncio.Event().wait()
            raise AssertionError("nothing is heard without an ear")
        async with asyncio.timeout(LISTENING):
            code = await self._ear.verifier()
        return await self.finish(runtime, code)

    async def finish(self, runtime: Runtime, code: str) -> Connection:
        """Connect with the code that was pasted. Raises what :meth:`SpotifySignIns.finish` does."""
        return await runtime.spotify_sign_ins.finish(self.user_id, self.begun.state, code)

    async def close(self, runtime: Runtime) -> None:
        """Listen no more, and end the sign-in if it was not finished."""
        runtime.spotify_sign_ins.abandon(self.user_id, self.begun.state)
        await self._held.aclose()


async def open_sign_in(runtime: Runtime) -> OpenSignIn:
    """Begin a sign-in of the acting user. Raises :class:`NotConnected` without a client id."""
    redirect = runtime.settings.spotify_redirect_uri
    async with AsyncExitStack() as held:
        ear = await _ear(held, redirect)
        begun = runtime.spotify_sign_ins.begin(runtime.user.id, ear.address if ear else None)
        if ear:
            ear.state = begun.state
        return OpenSignIn(runtime.user.id, begun, ear.port if ear else None, ear, held.pop_all())


async def _ear(held: AsyncExitStack, redirect: str) -> Loopback | None:
    """An ear where the settings say that the browser comes back: on that port, or on any if they name none. None where
    that is not this machine, or another program has the port: then the address can be pasted.
    """
    there = urlsplit(redirect)
    if there.scheme != "http" or there.hostname != "127.0.0.1":
        return None
    try:
        return await held.enter_async_context(listening(Loopback(spotify_said, there.path or "/"), there.port or 0))
    except Conflict:
        return None
