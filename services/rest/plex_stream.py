"""Plex's notifications as server-sent events: one stream from Plex, however many read here (harmony-contract.md section 11)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import anyio

from services.errors import LockgrooveError
from services.plex.notifications import Notification, Notifications
from services.rest.sync_stream import CLOSING, HEARTBEAT, HEARTBEAT_SECONDS


async def follow(notifications: Notifications, closing: asyncio.Event) -> AsyncGenerator[bytes]:
    """Each notification as an event, until Plex or serving ends; a failure is told as an event of type ``error``."""
    told = notifications.listen()
    ended = asyncio.ensure_future(closing.wait())
    upcoming: asyncio.Future[Notification | None] = asyncio.ensure_future(anext(told, None))
    try:
        while True:
            done, _ = await asyncio.wait(
                {upcoming, ended}, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if upcoming in done:
                if (notification := upcoming.result()) is None:
                    return
                yield f"data: {notification.frame}\n\n".encode("utf-8", "replace")
                upcoming = asyncio.ensure_future(anext(told, None))
            elif ended in done:
                yield CLOSING + b"data: {}\n\n"
                return
            else:
                yield HEARTBEAT
    except LockgrooveError as error:
        yield f"event: error\ndata: {' '.join(error.message.split())}\n\n".encode("utf-8", "replace")
    finally:
        ended.cancel()
        upcoming.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.gather(ended, upcoming, return_exceptions=True)
            await told.aclose()
