"""A process of its own that needs the access to Spotify: prints what it was answered, or the code of the refusal."""

from __future__ import annotations

import asyncio

from services.errors import NotConnected, UpstreamError
from services.places import locate
from services.runtime import open_runtime
from services.settings import load_settings


async def _ask() -> None:
    places = locate()
    async with open_runtime(load_settings(places), places, work=False) as runtime:
        print("ready", flush=True)
        await asyncio.to_thread(input)
        try:
            client = await runtime.spotify.client(runtime.owner.id)
            print((await client.profile()).id)
        except (NotConnected, UpstreamError) as error:
            print(error.code)


if __name__ == "__main__":
    asyncio.run(_ask())
