"""What a release leads to, and how much there is to wander in."""

from __future__ import annotations

from dataclasses import dataclass

from storage.values.graph import Child, NodeName


@dataclass(frozen=True, slots=True)
class Sleeve:
    """A release with everything it is linked to, each list by name. ``credited`` are the people on it that it is not by, the
    first few dozen of them.
    """

    release: Child
    country: str | None
    master: NodeName | None
    artists: tuple[NodeName, ...]
    labels: tuple[NodeName, ...]
    genres: tuple[NodeName, ...]
    styles: tuple[NodeName, ...]
    credited: tuple[NodeName, ...]


@dataclass(frozen=True, slots=True)
class Holdings:
    """How many artists, labels, masters and releases can be found in the catalogue by their names."""

    artists: int = 0
    labels: int = 0
    masters: int = 0
    releases: int = 0
