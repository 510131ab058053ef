"""Users who sign in on the simulated Discogs, for the tests of what comes of it."""

from __future__ import annotations

from services.runtime import Runtime
from storage import accounts
from storage.values import UserId
from tests.upstreams.browser import code_of

SECOND = "second_digger"
NO_TOKEN = {"DISCOGS_TOKEN": "", "DISCOGS_USERNAME": ""}


async def another_user(runtime: Runtime, email: str = "ana@example.org") -> UserId:
    async with runtime.storage.write() as conn:
        made = await accounts.register(conn, email, "not-a-hash")
    assert made is not None
    return made.id


async def signed_in(runtime: Runtime, user: UserId, account: str) -> None:
    begun = await runtime.oauth.begin(user)
    await runtime.oauth.finish(user, begun.state, await code_of(begun.url, account))
