"""Views of the graph that are saved under a link and opened by whoever has it (discogsography-contract.md section 13)."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.errors import InvalidInput, LockgrooveError, NotFound
from services.settings import Settings
from storage import snapshots as views
from storage.engine import Storage
from storage.instants import from_seconds
from storage.values import SavedView, SnapshotNode, UserId

MOST_PER_USER = 50
"""Snapshots of one user that last at the same time."""
_TOKEN_BYTES = 12
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16}")
_PASTED = re.compile(rf"(?:\S*/snapshot/)?({_TOKEN.pattern})/?(?:[?#]\S*)?")
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A saved view and the token that opens it; ``created_at`` and ``expires_at`` are ISO 8601 UTC."""

    token: str
    nodes: tuple[SnapshotNode, ...]
    center: SnapshotNode
    created_at: str
    expires_at: str

    @property
    def path(self) -> str:
        """The link's path, relative to wherever people open links; no path of the API."""
        return f"/snapshot/{self.token}"


class TooManyNodes(InvalidInput):
    """A view has more nodes than ``SNAPSHOT_MAX_NODES`` allows."""

    def __init__(self, most: int) -> None:
        super().__init__("nodes", f"Too many nodes: maximum is {most}", "Fold some of the graph away, then save again.")


class TooManySnapshots(LockgrooveError):
    """The user has as many snapshots as anybody may. ``seconds`` are left until the next of them expires."""

    kind = "too_many_snapshots"

    def __init__(self, expires_at: str, seconds: float) -> None:
        super().__init__(
            f"You have {MOST_PER_USER} snapshots, which is as many as anybody may have at a time.",
            f"The oldest expires on {expires_at[:10]}; another one can be saved then.",
        )
        self.seconds = seconds


class Snapshots:
    """Saving views, and opening what anybody saved. The nodes are kept as they are given: no graph is looked at."""

    def __init__(self, storage: Storage, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self._storage = storage
        self._clock = clock

    async def save(self, user_id: UserId, nodes: Sequence[SnapshotNode], center: SnapshotNode) -> Snapshot:
        """Keep ``nodes`` around ``center``, which need not be one of them, for ``SNAPSHOT_TTL_DAYS``.

        Raises :class:`InvalidInput` for no nodes, :class:`TooManyNodes`, :class:`TooManySnapshots`.
        """
        if not nodes:
            raise InvalidInput("nodes", "There is nothing to save yet.", "Open the graph of an artist first.")
        if len(nodes) > self.settings.snapshot_max_nodes:
            raise TooManyNodes(self.settings.snapshot_max_nodes)
        seconds = self._clock()
        now, end = from_seconds(seconds), from_seconds(seconds + self.settings.snapshot_ttl_days * _DAY)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        view = SavedView(tuple(nodes), center, now, end)
        # One writer at a time: of two that save the fiftieth at once, one finds it there.
        async with self._storage.write() as conn:
            others = await views.expiries(conn, user_id, now=now)
            if len(others) >= MOST_PER_USER:
                raise TooManySnapshots(others[0], datetime.fromisoformat(others[0]).timestamp() - seconds)
            await views.put(conn, user_id, _hash_of(token), view)
        return _opened(token, view)

    async def open(self, token: str) -> Snapshot:
        """What was saved under ``token``, whoever did; looking does not make it last longer.

        Raises :class:`NotFound` for a token that is unknown, malformed or expired.
        """
        view = None
        if _TOKEN.fullmatch(token):
            async with self._storage.read() as conn:
                view = await views.get(conn, _hash_of(token), now=from_seconds(self._clock()))
        if view is None:
            raise NotFound(
                "There is no such snapshot.", f"They last {self.settings.snapshot_ttl_days} days; this one may be over."
            )
        return _opened(token, view)


def token_of(pasted: str) -> str:
    """The token in what somebody pasted: itself, ``/snapshot/TOKEN``, or any address that ends so.

    Raises :class:`InvalidInput` where there is none.
    """
    found = _PASTED.fullmatch(pasted.strip())
    if found is None:
        raise InvalidInput(
            "link", "That is no link to a snapshot.", "It ends in /snapshot/ and 16 letters or digits; paste it whole."
        )
    return found[1]


def _hash_of(token: str) -> str:
    """What is stored: a plain hash is enough, 96 random bits cannot be guessed from it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _opened(token: str, view: SavedView) -> Snapshot:
    return Snapshot(token, view.nodes, view.center, view.created_at, view.expires_at)
