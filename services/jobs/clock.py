"""Leases while the clock of the machine is set: those of the living must not look over."""

from __future__ import annotations

import time
from collections.abc import Callable

_SET = 1.0
"""Seconds by which the time of day and the steady one come apart only where somebody sets the clock."""


class Lapses:
    """By which instant a lease is over. After the clock was set forward that is, for ``grace`` seconds, the time that it
    would be without: whoever lives has renewed by then. ``now`` is the time of day, ``steady`` only goes forward.
    """

    def __init__(self, now: Callable[[], float], grace: float, steady: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._grace = grace
        self._steady = steady
        self._offset = now() - steady()
        self._ahead = 0.0
        self._until = 0.0

    def before(self) -> float:
        """Unix seconds; a lease that ran until then or earlier is over."""
        now, steady = self._now(), self._steady()
        moved = now - steady - self._offset
        if steady >= self._until:
            self._ahead = 0.0
        if abs(moved) > _SET:
            self._offset += moved
            self._ahead = max(0.0, self._ahead + moved)
            self._until = steady + self._grace
        return now - self._ahead
