"""What Prometheus is told on the health port: counters and times without a name, a path or a user in them.

A registry of its own per surface, and imported only where metrics are served: prometheus_client costs 12 ms.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector
from prometheus_client.exposition import choose_encoder

from services import measuring
from services.errors import LockgrooveError
from services.runtime import Runtime
from services.settings import VERSION
from storage import downloads, jobs

LAG_EVERY = 0.5
"""Seconds between two looks at how late the loop is."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ANSWERED = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_WAITED = (0.01, 0.1, 1.0, 5.0, 15.0, 30.0, 60.0, 120.0)
_RAN = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0)
_LATE = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)

log = structlog.stdlib.get_logger(__name__)


class Metrics:
    """What one process has counted since it serves, and what stands in the store at the moment of asking."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        here = self._registry = CollectorRegistry()
        ProcessCollector(registry=here)
        Info("lockgroove_build", "The program that answers.", registry=here).info({"version": VERSION})
        self._requests = Histogram(
            "lockgroove_http_request_seconds",
            "Requests answered, by the template of their route; of a stream the time until it ended.",
            ("method", "route", "status"),
            buckets=_ANSWERED,
            registry=here,
        )
        self._upstream = Histogram(
            "lockgroove_upstream_request_seconds",
            "Requests to outside services, each try for itself.",
            ("service", "outcome"),
            buckets=_ANSWERED,
            registry=here,
        )
        self._waits = Histogram(
            "lockgroove_upstream_wait_seconds",
            "How long requests stood in line for a service's rate limit.",
            ("service",),
            buckets=_WAITED,
            registry=here,
        )
        self._ran = Histogram(
            "lockgroove_job_seconds",
            "How long jobs ran in this process, by how that ended.",
            ("kind", "outcome"),
            buckets=_RAN,
            registry=here,
        )
        self._lag = Histogram(
            "lockgroove_event_loop_lag_seconds",
            f"How late the loop woke from a sleep of {LAG_EVERY} s.",
            (),
            buckets=_LATE,
            registry=here,
        )
        of_the_store = "In the database, so the same in every process that shares it."
        self._jobs = Gauge(
            "lockgroove_jobs", f"Jobs that are not over. {of_the_store}", ("kind", "state"), registry=here
        )
        self._downloads = Gauge(
            "lockgroove_downloads", f"Downloads in the queue. {of_the_store}", ("state",), registry=here
        )
        self._connections = Gauge(
            "lockgroove_db_connections_in_use",
            "Connections of the library's pool that are in use.",
            ("pool",),
            registry=here,
        )
        self._pool = Gauge(
            "lockgroove_db_connections_kept", "Connections that the pool keeps open.", ("pool",), registry=here
        )
        self._unread = Counter(
            "lockgroove_metrics_without_store", "Times that the figures of the store could not be read.", registry=here
        )

    def requested(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered. ``route`` is a template such as ``/api/records/{recordId}``."""
        self._requests.labels(method if method in _METHODS else "other", route, status).observe(seconds)

    def upstream_answered(self, service: str, outcome: str, seconds: float) -> None:
        """See :class:`services.measuring.Listener`."""
        self._upstream.labels(service, outcome).observe(seconds)

    def upstream_waited(self, service: str, seconds: float) -> None:
        """See :class:`services.measuring.Listener`."""
        self._waits.labels(service).observe(seconds)

    def job_ran(self, kind: str, outcome: str, seconds: float) -> None:
        """See :class:`services.measuring.Listener`."""
        self._ran.labels(kind, outcome).observe(seconds)

    async def text(self, accept: str = "") -> tuple[bytes, str]:
        """Everything in the format that ``accept`` prefers, and its media type.

        What cannot be read from the store is left out and counted; written off the loop, which a thousand lines would hold
        for some 20 ms.
        """
        try:
            async with asyncio.timeout(2.0):
                await self._read_store()
        except (LockgrooveError, TimeoutError) as error:
            self._unread.inc()
            log.warning("metrics_without_store", error=type(error).__name__)
        encode, media = choose_encoder(accept)
        return await asyncio.to_thread(encode, self._registry), media

    async def _read_store(self) -> None:
        self._jobs.clear()
        self._downloads.clear()
        storage = self._runtime.storage
        for pool, (in_use, kept) in storage.connections().items():
            self._connections.labels(pool).set(in_use)
            self._pool.labels(pool).set(kept)
        async with storage.read() as connection:
            active, queue = await jobs.active_counts(connection), await downloads.state_counts(connection)
        for (kind, state), number in active.items():
            self._jobs.labels(kind, state).set(number)
        for state, number in queue.items():
            self._downloads.labels(state).set(number)

    async def watch_the_loop(self) -> None:
        """Measure how late the loop is, until cancelled."""
        clock = asyncio.get_running_loop().time
        while True:
            due = clock() + LAG_EVERY
            await asyncio.sleep(LAG_EVERY)
            self._lag.observe(max(0.0, clock() - due))


@asynccontextmanager
async def counting(runtime: Runtime) -> AsyncGenerator[Metrics]:
    """Count while the context lasts."""
    metrics = Metrics(runtime)
    with measuring.listening(metrics):
        watching = asyncio.create_task(metrics.watch_the_loop(), name="loop lag")
        try:
            yield metrics
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
