"""Opening the program for one command: settings, the runtime on its own loop, orderly ends on signals."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Coroutine, Generator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from services.places import Places
    from services.runtime import Runtime
    from services.settings import Settings

T = TypeVar("T")


def opened(data_dir: Path | None, *, chatty: bool = False) -> tuple[Settings, Places]:
    """The settings and places of this installation; the log is open then, as :func:`log_as` says."""
    from services.places import locate
    from services.settings import load_settings

    places = locate(data_dir)
    settings = load_settings(places)
    log_as(settings, chatty=chatty)
    return settings, places


def log_as(settings: Settings, *, chatty: bool = False) -> None:
    """Log to standard error: errors only, because a command tells the rest in words; or as ``LOG_LEVEL`` says where it
    was set, or the command is ``chatty``.
    """
    from services.log import open_log
    from services.settings import Source

    is_chosen = chatty or settings.origin("log_level").source is not Source.DEFAULT
    open_log(settings.log_level if is_chosen else "ERROR", secrets=settings.secret_values(), form=settings.log_format)


def with_runtime(data_dir: Path | None, ask: Callable[[Runtime], Awaitable[T]], *, work: bool = False) -> T:
    """Open the runtime, await ``ask`` and close the runtime in order, also on SIGTERM and SIGHUP.

    ``work`` also runs this process's job worker. Raises whatever ``ask`` raises.
    """
    settings, places = opened(data_dir)
    return _run(settings, places, ask, work=work)


def as_operator(data_dir: Path | None, ask: Callable[[Runtime], Awaitable[T]]) -> T:
    """Like :func:`with_runtime`, for what concerns all users: it works whomever ``LOCKGROOVE_USER`` names."""
    settings, places = opened(data_dir)
    return _run(settings.model_copy(update={"lockgroove_user": None}), places, ask, work=False)


def _run(settings: Settings, places: Places, ask: Callable[[Runtime], Awaitable[T]], *, work: bool) -> T:
    async def run() -> T:
        from services.runtime import open_runtime

        with ending_on(signal.SIGTERM, signal.SIGHUP):
            async with open_runtime(settings, places, work=work) as runtime:
                return await ask(runtime)

    return asyncio.run(run())


def until_told(work: Coroutine[object, object, None]) -> None:
    """Run ``work`` until it ends or SIGINT, SIGTERM or SIGHUP arrives, which is an orderly end."""

    async def run() -> None:
        with contextlib.suppress(Ended), ending_on(signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            await work

    asyncio.run(run())


class Ended(SystemExit):
    """A signal asked this process to end; its status is the shell's 128 + signal number."""


@contextlib.contextmanager
def ending_on(*signals: signal.Signals) -> Generator[None]:
    """Cancel the current task when one of ``signals`` arrives, so that everything open is closed in order.

    Raises :class:`Ended` once it has been.
    """
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()
    arrived: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        arrived.append(number)
        task.cancel()

    for number in signals:
        loop.add_signal_handler(number, end, number)
    try:
        yield
    except asyncio.CancelledError:
        if not arrived:
            raise
        task.uncancel()
        raise Ended(128 + arrived[0]) from None
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


@contextlib.contextmanager
def calling_on(number: signal.Signals, react: Callable[[], None]) -> Generator[None]:
    """Call ``react`` in the running loop whenever the signal arrives, instead of its usual effect."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(number, react)
    try:
        yield
    finally:
        loop.remove_signal_handler(number)
