"""How a listener's access to Spotify stands, and what an app may do there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class SpotifyAccess:
    """The tokens that a grant has come to, still encrypted (None: dropped). ``seed`` names the grant they descend from;
    ``expires_at`` (of the access token) and ``renewed_at`` are Unix seconds; ``is_dead``: only a new sign-in helps.
    """

    seed: str
    tokens: str | None
    scopes: str
    authorized_at: str
    expires_at: float
    renewed_at: float
    is_dead: bool = False


class CapabilityState(StrEnum):
    """What is known of a part of Spotify (spotify-api.md 2.20)."""

    AVAILABLE = "available"
    CLOSED = "closed"
    SCOPE_MISSING = "scope_missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CapabilityRow:
    """What an answer showed of one capability, and when; ``evidence`` is its status and the class of its message."""

    name: str
    state: CapabilityState
    checked_at: str
    evidence: str


@dataclass(frozen=True, slots=True)
class SpotifyPause:
    """Until when an app must keep still (Unix seconds), since when, why and after what kind of call."""

    blocked_until: float
    reason: str
    kind: str
    begun_at: str
