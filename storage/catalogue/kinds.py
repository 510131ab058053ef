"""The kinds of nodes of the music graph, and how a node is keyed in one table."""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    """What a node is. Genres, styles and formats are numbered by the catalogue itself, the others by Discogs."""

    ARTIST = 0
    LABEL = 1
    MASTER = 2
    GENRE = 3
    STYLE = 4
    FORMAT = 5
    RELEASE = 6
    """Not a node of the table: a release is ranked and found like one, but kept in a table of its own."""

    @property
    def word(self) -> str:
        """The kind as the wire has it: ``artist``, ``label`` ..."""
        return self.name.lower()


TAGS = (Kind.GENRE, Kind.STYLE, Kind.FORMAT)
"""The kinds that share one numbering, so that a release carries them as one list."""

SEARCHABLE = (Kind.ARTIST, Kind.LABEL, Kind.MASTER, Kind.RELEASE)
"""The kinds that are found by words."""


class Relation(IntEnum):
    """What the second of two artists or labels is to the first; both directions are kept."""

    ALIAS = 0
    GROUP = 1
    """A group that the first is a member of."""
    MEMBER = 2
    """A member of the first."""
    PARENT = 3
    """The label that the first belongs to."""
    SUBLABEL = 4

    @property
    def inverse(self) -> Relation:
        """What the first is to the second."""
        return _INVERSE[self]


_INVERSE = {
    Relation.ALIAS: Relation.ALIAS,
    Relation.GROUP: Relation.MEMBER,
    Relation.MEMBER: Relation.GROUP,
    Relation.PARENT: Relation.SUBLABEL,
    Relation.SUBLABEL: Relation.PARENT,
}


def key_of(kind: Kind, number: int) -> int:
    """The key of a node; :func:`parted` takes it apart."""
    return number << 3 | kind


def parted(key: int) -> tuple[Kind, int]:
    """Kind and number of the node with this key."""
    return Kind(key & 7), key >> 3
