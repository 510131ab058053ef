"""Users of the program who listen on the simulated Spotify."""

from __future__ import annotations

import secrets

from services.runtime import Runtime
from services.spotify.grants import Grant
from storage import accounts
from storage.instants import instant
from storage.values import ConnectMethod, UserId
from storage.values.plays import Play, PlayQuery
from tests.upstreams.fixtures_spotify import RunningSpotify


async def connected(program: Runtime, spotify: RunningSpotify, *listeners: str) -> list[UserId]:
    """A user for each of these accounts of the simulated Spotify, connected to it."""
    users: list[UserId] = []
    for listener in listeners:
        async with program.storage.write() as conn:
            user = await accounts.register(conn, f"{listener}@{secrets.token_hex(4)}.org", "no hash")
        assert user is not None
        grant = Grant(spotify.refresh_token(listener), "user-read-recently-played", instant(), spotify.app.client_id)
        await program.accounts.connections.connect(
            user.id, "spotify", listener, grant.stored, method=ConnectMethod.OAUTH, account_id=f"account-{listener}"
        )
        users.append(user.id)
    return users


async def played(program: Runtime, user_id: UserId) -> list[Play]:
    """Everything that is kept of what the user played, newest first."""
    return await program.plays.page(user_id, PlayQuery(), limit=1000)
