"""Views of the graph that are saved to be passed on (discogsography-contract.md section 13)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SnapshotNode:
    """A node as whoever saved it named it: a number, or the name of a genre or style, and its type."""

    id: str
    type: str


@dataclass(frozen=True, slots=True)
class SavedView:
    """What a snapshot holds: nodes in their order, the one they surround, and from when until when it lasts (instants)."""

    nodes: tuple[SnapshotNode, ...]
    center: SnapshotNode
    created_at: str
    expires_at: str
