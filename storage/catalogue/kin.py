"""Who belongs to whom: aliases, groups and members of artists, parents and sublabels of labels."""

from __future__ import annotations

from storage.catalogue.database import Database, marks
from storage.catalogue.kinds import Relation, parted

FAMILY = (Relation.ALIAS, Relation.GROUP, Relation.MEMBER)
"""What the category of aliases and members holds (discogsography-contract.md section 9)."""


def family(db: Database, key: int) -> list[int]:
    """Everybody who is an alias, a group or a member of an artist, each once and never itself, by number as text."""
    return sorted(related(db, key, *FAMILY), key=str)


def related(db: Database, key: int, *relations: Relation) -> set[int]:
    """Those who are one of ``relations`` to the node ``key``, without itself."""
    rows = db.rows(
        f"SELECT other FROM kinship WHERE key = ? AND relation IN ({marks(relations)})", (key, *map(int, relations))
    )
    return {other for (other,) in rows} - {parted(key)[1]}
