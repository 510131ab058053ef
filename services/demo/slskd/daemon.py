"""The simulated slskd itself: its clock, its log-in, its searches, transfers and history."""

from __future__ import annotations

import hashlib
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from services.demo.catalogue import Document

from .dialect import Dialect
from .engine import Engine
from .network import Network
from .records import Happening, Hit, Search, Transfer

KEY = "demo-slskd-key-not-a-secret"
_STEP = 0.25
_MOST_STEPS = 4000
"""Of one advance; a longer time goes by in larger steps."""
_LOGS_IN_AFTER = 1.0


@dataclass(eq=False)
class Batch:
    """Files that were asked for together (0.26)."""

    id: str
    username: str
    made: float
    options: Document
    search_id: str | None = None
    transfers: list[Transfer] = field(default_factory=list[Transfer])


class Daemon:
    """One slskd of ``version`` on ``network``, that keeps its files below ``folder``.

    Its time is :attr:`now`, in simulated Unix seconds. It goes by itself, ``speed`` times as fast as the real one; with a
    speed of 0 only :meth:`advance` moves it.
    """

    def __init__(self, network: Network, folder: Path, *, version: str = "0.26.0", speed: float = 1.0) -> None:
        self.network = network
        self.dialect = Dialect(version)
        self.now = time.time()
        self.speed = speed
        self.key = KEY
        self.downloads = folder / "downloads"
        self.incomplete = folder / "incomplete"
        self.downloads.mkdir(parents=True, exist_ok=True)
        self.incomplete.mkdir(parents=True, exist_ok=True)
        self.is_away = False
        """The process is down: nobody answers."""
        self.is_logged_in = True
        self.logs_in_at: float | None = None
        self.happenings: list[Happening] = []
        self.engine = Engine(network, self.dialect, self.downloads, self.incomplete, self.happenings.append)
        self.searches: dict[str, Search] = {}
        self.batches: dict[str, Batch] = {}
        self.browsing: dict[str, int] = {}
        """Bytes of the shares that are being sent, by user."""
        self._tokens = 0
        self._real = time.monotonic()

    # --- time

    def catch_up(self) -> None:
        """Let the time go by that has gone by outside."""
        real = time.monotonic()
        gone, self._real = real - self._real, real
        if self.speed > 0:
            self.advance(gone * self.speed)

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` of its time go by."""
        end = self.now + seconds
        step = max(_STEP, seconds / _MOST_STEPS)
        while self.now < end:
            part = min(step, end - self.now)
            self.now = end if end - self.now - part < 1e-6 else self.now + part
            self._step(part)

    def _step(self, seconds: float) -> None:
        if self.logs_in_at is not None and self.logs_in_at <= self.now:
            self.logs_in_at, self.is_logged_in = None, True
            self.engine.resume(self.now)
        if self.is_logged_in and not self.is_away:
            self.engine.step(self.now, seconds)
        self._search_on()

    # --- its own life

    def restart(self, away: bool = False) -> None:
        """It is shut down and comes up again, logged in a second later; ``away``: it stays down until :meth:`come_back`."""
        self.engine.shut_down(self.now)
        for search in self.searches.values():
            if not search.is_complete:
                search.end("TimedOut", self.now)
                search.is_lost = True
        self.is_logged_in, self.logs_in_at = False, None
        self.is_away = away
        if not away:
            self.come_back()

    def come_back(self) -> None:
        """The process is up; it logs in."""
        self.is_away, self.logs_in_at = False, self.now + _LOGS_IN_AFTER

    def log_out(self) -> None:
        """The connection to the network is lost, and stays so until :meth:`come_back`."""
        self.is_logged_in, self.logs_in_at = False, None

    @property
    def state(self) -> str:
        if self.is_logged_in:
            return "Connected, LoggedIn"
        return "Connected, LoggingIn" if self.logs_in_at is not None else "Disconnected"

    # --- searches

    def search(
        self, search_id: str, text: str, *, timeout: float, response_limit: int, file_limit: int, least_files: int = 1
    ) -> Search:
        """Begin one; ``timeout`` in seconds."""
        self._tokens += 1
        terms = text.lower().split()
        words = [word for word in terms if not word.startswith("-")]
        unwanted = [word[1:] for word in terms if word.startswith("-") and len(word) > 1]
        hits: list[Hit] = []
        for peer in self.network.peers.values():
            found = list(peer.found(words, unwanted)) if words and peer.is_online else []
            if len(found) >= max(1, least_files):
                late = int(hashlib.sha256(f"{peer.name} {text}".encode()).hexdigest()[:4], 16) % 30 / 10
                hits.append(Hit(peer, 0.3 + late, found))
        hits.sort(key=lambda hit: hit.after)
        search = Search(search_id, text, self._tokens, self.now, timeout, response_limit, file_limit, hits)
        self.searches[search_id] = search
        self._search_on()
        return search

    def _search_on(self) -> None:
        """Let searches hear and end, and begin those that wait."""
        going = [search for search in self.searches.values() if not search.is_complete]
        running = [search for search in going if search.runs_since is not None]
        for search in running:
            self._hear(search)
        running = [search for search in running if not search.is_complete]
        free = self.dialect.searches_at_once - len(running)
        for search in [search for search in going if search.runs_since is None][: max(0, free)]:
            search.runs_since = search.last = self.now
            search.state = "InProgress"

    def _hear(self, search: Search) -> None:
        began = search.runs_since or 0.0
        while search.hits and began + search.hits[0].after <= self.now:
            hit = search.hits.pop(0)
            search.heard.append(hit)
            search.last = max(search.last, began + hit.after)
            if len(search.heard) >= search.response_limit:
                search.end("ResponseLimitReached", self.now)
                return
            if sum(len(each.files) for each in search.heard) >= search.file_limit:
                search.end("FileLimitReached", self.now)
                return
        if self.now - search.last >= search.timeout:
            search.end("TimedOut", self.now)

    # --- batches

    def batch(self, batch_id: str | None, username: str, search_id: str | None, options: Document) -> Batch:
        batch = Batch(batch_id or str(uuid.uuid4()), username, self.now, options, search_id)
        self.batches[batch.id] = batch
        return batch
