"""How much the catalogue holds, from the highest rank of each kind: counting its rows would take seconds."""

from __future__ import annotations

from storage.catalogue.database import Database
from storage.catalogue.kinds import Kind
from storage.values.sleeves import Holdings


def count(db: Database) -> Holdings:
    """What can be found by name. A thing that was renamed since the last import may count twice."""

    def highest(kind: Kind) -> int:
        row = db.row("SELECT max(rank) FROM ranking WHERE kind = ?", (int(kind),))
        return (row and row[0]) or 0

    return Holdings(highest(Kind.ARTIST), highest(Kind.LABEL), highest(Kind.MASTER), highest(Kind.RELEASE))
