"""Matches as they are kept: two things of two sources, how sure it is that they are the same, and what a person said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from storage.values.ids import Document


class MatchKind(StrEnum):
    """What is matched."""

    ALBUM = "album"
    TRACK = "track"


class Decision(StrEnum):
    """Who decided that two are the same, or are not. What a person said stays, whatever is computed later."""

    AUTO = "auto"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"

    @property
    def is_a_persons(self) -> bool:
        return self is not Decision.AUTO


@dataclass(frozen=True, slots=True, order=True)
class Thing:
    """An album or a track by what its source knows it by."""

    source: str
    key: str


@dataclass(frozen=True, slots=True)
class NewMatch:
    """Two that were found to be the same; their order says nothing."""

    one: Thing
    other: Thing
    confidence: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Two that are the same, or that a person said are not. ``one`` sorts before ``other``. Instants are ISO 8601 UTC text."""

    kind: MatchKind
    one: Thing
    other: Thing
    confidence: float
    reason: str
    decision: Decision
    created_at: str
    changed_at: str
    decided_at: str | None

    def beside(self, thing: Thing) -> Thing:
        """The other one of the two."""
        return self.other if thing == self.one else self.one


@dataclass(frozen=True, slots=True)
class MatchResult:
    """What was answered to a question, or found by the worker. ``target_id`` is None where nothing fitted."""

    id: int
    source: str
    spotify_track_id: str
    target_id: str | None
    confidence: float
    reason: str
    created_at: str


class MatchJobState(StrEnum):
    """Where a waiting question stands (harmony-contract.md 17)."""

    QUEUED = "queued"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MatchJob:
    """A track and its candidates, waiting or looked at: ``payload`` is ``{type, spotify_track, candidates}``."""

    id: int
    payload: Document
    state: MatchJobState
    attempts: int
    last_error: str | None
