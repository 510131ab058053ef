"""What is worth counting, said where it happens and kept by whoever listens; nobody does unless metrics are served.

Every label is one of a few: a service, the kind of a job, an outcome. Never a user, a path or a thing's name.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol


class Listener(Protocol):
    """Who keeps count. Called on the services' loop, so it must not block; times are seconds."""

    def upstream_answered(self, service: str, outcome: str, seconds: float) -> None:
        """One request to an outside service is over: ``ok``, or the kind of its error."""
        ...

    def upstream_waited(self, service: str, seconds: float) -> None:
        """A request has stood in line for a rate limit, often for no time at all."""
        ...

    def job_ran(self, kind: str, outcome: str, seconds: float) -> None:
        """A job has left this process: the state it ended in, ``waiting``, ``given_back`` or ``taken_over``."""
        ...


_listeners: list[Listener] = []


@contextmanager
def listening(listener: Listener) -> Generator[None]:
    """Tell ``listener`` while the context lasts."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def upstream_answered(service: str, outcome: str, seconds: float) -> None:
    """See :meth:`Listener.upstream_answered`."""
    for listener in _listeners:
        listener.upstream_answered(service, outcome, seconds)


def upstream_waited(service: str, seconds: float) -> None:
    """See :meth:`Listener.upstream_waited`."""
    for listener in _listeners:
        listener.upstream_waited(service, seconds)


def job_ran(kind: str, outcome: str, seconds: float) -> None:
    """See :meth:`Listener.job_ran`."""
    for listener in _listeners:
        listener.job_ran(kind, outcome, seconds)
