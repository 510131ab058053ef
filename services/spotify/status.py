"""How a user's connection to Spotify is, as far as is known without asking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from services.spotify import grants
from services.spotify.quota import Budget
from services.spotify.refusals import reauth_required
from storage.values import (
    CapabilityRow,
    CapabilityState,
    Connection,
    ConnectionState,
    ConnectMethod,
    SpotifyAccess,
    SpotifyPause,
)


@dataclass(frozen=True, slots=True)
class SpotifyStatus:
    """How a user's connection to Spotify is, as far as is known without asking.

    ``state`` is ``connected``, ``unauthenticated``, ``unconfigured`` or ``reauth_required``; ``missing`` lists the settings
    that would supply what lacks; ``warning`` is what a person should know about it. The sign-in holds from
    ``authorized_at`` to ``expires_at`` (ISO 8601). While ``pause`` is there, Spotify is not asked at all.
    """

    state: str
    missing: tuple[str, ...] = ()
    username: str | None = None
    warning: str | None = None
    method: ConnectMethod | None = None
    connected_at: str | None = None
    checked_at: str | None = None
    authorized_at: str | None = None
    expires_at: str | None = None
    scopes: tuple[str, ...] = ()
    capabilities: tuple[CapabilityRow, ...] = ()
    pause: SpotifyPause | None = None
    budget: Budget | None = None

    @property
    def ready(self) -> bool:
        """Whether calls have a chance."""
        return self.state == "connected"

    @property
    def paused_until(self) -> float | None:
        """Unix seconds until which Spotify is not asked; None: it is."""
        return self.pause.blocked_until if self.pause else None

    @property
    def closed(self) -> tuple[CapabilityRow, ...]:
        """What Spotify does not let this app do; that pages are small is no matter to anybody."""
        closed = (row for row in self.capabilities if row.state is CapabilityState.CLOSED)
        return tuple(row for row in closed if "page_50" not in row.name)


def warning_of(access: SpotifyAccess | None, since: str, kept: Connection | None) -> str | None:
    """What a person should know: that the login has ended, or that it will within a month."""
    if access and access.is_dead:
        over = reauth_required()
        return f"{over.message} {over.hint}"
    if since and datetime.now(UTC) >= grants.later(since, grants.WARNED):
        ends = grants.later(since, grants.MONTHS)
        return (
            f"The sign-in on Spotify ends on {ends:%d %B %Y}, as every one does after six months. "
            "Sign in again before: `c` in the app, or `lockgroove connect spotify`."
        )
    return None if kept is None or kept.state is ConnectionState.CONNECTED else kept.message
