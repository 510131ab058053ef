"""What ``/spotify`` takes and answers (harmony-contract.md section 10)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from services.rest.wire import Words


class CapabilityEntry(BaseModel):
    """A part of Spotify, and whether this app may use it."""

    state: Literal["available", "closed", "scope_missing", "unknown"]
    checked_at: str | None = Field(description="When that was found out, ISO 8601.")
    evidence: str = Field(description="The answer that showed it.")


class Status(BaseModel):
    """How the connection is; nothing here is asked of Spotify."""

    status: Literal["connected", "unauthenticated", "unconfigured", "reauth_required"]
    authenticated: bool
    artist_count: None = None
    album_count: None = None
    track_count: None = None
    last_scan: None = None
    username: str | None = None
    message: str | None = Field(default=None, description="What a person should know.")
    missing: list[str] = Field(description="The settings that would supply what lacks.")
    authorized_at: str | None = Field(description="When the sign-in was made.")
    expires_at: str | None = Field(description="When it ends: six months later, whatever is done.")
    scopes: list[str]
    capabilities: dict[str, CapabilityEntry]
    paused_until: str | None = Field(description="Until when Spotify is not asked at all.")
    paused_reason: str | None
    calls_today: dict[str, int] = Field(description="What was asked in the last 24 hours, by kind, for all users.")


class Things(BaseModel):
    items: list[dict[str, Any]] = Field(description="As Spotify tells them.")


class Saved(Things):
    total: int


class OneTrack(BaseModel):
    track: dict[str, Any]


class Features(BaseModel):
    audio_features: dict[str, Any]


class FeaturesOfMany(BaseModel):
    audio_features: list[dict[str, Any] | None]


class Me(BaseModel):
    profile: dict[str, Any]


class Recommendations(BaseModel):
    tracks: list[dict[str, Any]]
    seeds: list[dict[str, Any]]


class TrackIds(BaseModel):
    """Tracks of the library."""

    ids: list[Words] = Field(description="Ids of tracks; URIs and links are as good.")


class TracksSaved(BaseModel):
    status: Literal["tracks-saved"] = "tracks-saved"


class TracksRemoved(BaseModel):
    status: Literal["tracks-removed"] = "tracks-removed"
