"""When the app has nothing more to do: what a picture waits for, instead of for a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import pytest
from textual.dom import DOMNode
from textual.pilot import Pilot
from textual.timer import Timer
from textual.worker import WorkerState

from storage.shelf import Shelf
from tui.app import LockgrooveApp
from tui.bridge import Bridge

ROUNDS = 3
"""How many times in a row nothing must be under way: an answer that has come wakes its worker a round later."""
SOON = 10.0
"""A timer that rings later than so many seconds is not waited for."""
PATIENCE = 60.0
"""Seconds after which the app is said to be never at rest."""
UNDER_WAY = (WorkerState.PENDING, WorkerState.RUNNING)


class Asked:
    """What the app asked the services and the library for, and has no answer to yet."""

    def __init__(self) -> None:
        self._waiting = set[Future[Any]]()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def following(self, submit: Callable[..., Future[Any]]) -> Callable[..., Future[Any]]:
        """``submit``, with its answers awaited."""

        def submitted(*args: Any, **more: Any) -> Future[Any]:
            answer = submit(*args, **more)
            self._waiting.add(answer)
            answer.add_done_callback(self._waiting.discard)
            return answer

        return submitted


@contextmanager
def followed() -> Iterator[Asked]:
    """Follow what every app asks for while the context lasts."""
    asked = Asked()
    with pytest.MonkeyPatch.context() as patch:
        for door in (Bridge, Shelf):
            patch.setattr(door, "submit", asked.following(door.submit))
        yield asked


async def at_rest(app: LockgrooveApp, pilot: Pilot[int], asked: Asked) -> None:
    """Until the app has drawn all it can: no worker runs, no answer is due, no timer is about to ring."""
    end, calm, busy = time.monotonic() + PATIENCE, 0, list[str]()
    while calm < ROUNDS:
        if time.monotonic() > end:
            raise AssertionError(f"never at rest: {', '.join(busy)}")
        await pilot.pause(0.005)
        busy = list(_doing(app, asked))
        calm = 0 if busy else calm + 1


def _doing(app: LockgrooveApp, asked: Asked) -> Iterator[str]:
    """What is under way, in words."""
    bridge = app.bridge
    if bridge._thread is None:
        return  # what waits for the services waits for ever
    for worker in app.workers:
        waits_for_dialog = app.screen is not app.page and worker.node in (app, app.page)
        if worker.state in UNDER_WAY and not waits_for_dialog:
            yield f"{worker.node} {worker.name}"
    yield from (f"{timer.name}" for timer in _timers(app) if _will_ring(timer))
    if asked:
        yield "an answer is due"
    if bridge._ringing:
        yield "a snapshot is not shown yet"


def _timers(app: LockgrooveApp) -> Iterator[Timer]:
    nodes: list[DOMNode] = [app]
    for screen in app.screen_stack:
        nodes += screen.walk_children(with_self=True)
    for node in nodes:
        yield from node._timers


def _will_ring(timer: Timer) -> bool:
    is_once = timer._repeat == 0 and timer._interval < SOON
    return is_once and timer._task is not None and not timer._task.done()
