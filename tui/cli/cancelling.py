"""Long work in a thread, that Ctrl-C and the signals of an end call off in order."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from typing import TypeVar

from tui.cli.program import ending_on

T = TypeVar("T")


class CalledOff(Exception):
    """The work shall end."""


async def in_thread(work: Callable[[Callable[[], None]], T]) -> T:
    """What ``work`` returns. It is given something to call now and then, which raises what ends it.

    Raises what ``work`` raises, and :class:`tui.cli.program.Ended` once it has ended because of Ctrl-C.
    """
    called_off = threading.Event()

    def asked() -> None:
        if called_off.is_set():
            raise CalledOff

    with ending_on(signal.SIGINT):
        running = asyncio.get_running_loop().run_in_executor(None, work, asked)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            called_off.set()
            await asyncio.wait([running])
            running.exception()
            raise
