"""What a kind of job is, and what it leaves behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from storage.values import Document

if TYPE_CHECKING:
    from services.jobs.work import Work


@dataclass(frozen=True, slots=True)
class JobResult:
    """How a job ended that came to its end. ``result`` is its summary; ``partial`` says that some items failed.

    A job that reported problems is partial in any case. ``quiet`` leaves it out of the feed: it ran by itself and found
    nothing worth telling. ``told`` is laid over its entry in the feed.
    """

    result: Document = field(default_factory=dict[str, object])
    partial: bool = False
    quiet: bool = False
    told: Document = field(default_factory=dict[str, object])


class JobKind(Protocol):
    """A kind of durable job, registered once by its name.

    ``run`` may be started again at any time with the last checkpoint in ``work.job.checkpoint``: whatever it stores
    goes through ``work.saving``. It ends by returning; a :class:`LockgrooveError` fails the job with its text, an
    :class:`UpstreamRateLimited` parks it until the service's limit has passed.
    """

    @property
    def name(self) -> str: ...

    async def run(self, work: Work) -> JobResult: ...


@dataclass(frozen=True, slots=True)
class Timing:
    """The rhythm of the jobs, in seconds.

    ``lease``: how long a silent owner keeps a job; ``renew``: how often a live one says so; ``poll``: how often a
    worker looks for work of other processes; ``progress``: the least time between two progress rows, and between two
    looks of a watcher; ``grace``: how long a job may take to stop; ``turn``: how long a job may run while others wait
    for its place. ``now`` is the wall clock that processes share, ``steady`` one that nobody sets.
    """

    lease: float = 30.0
    renew: float = 5.0
    poll: float = 1.0
    progress: float = 0.25
    grace: float = 5.0
    turn: float = 60.0
    now: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
