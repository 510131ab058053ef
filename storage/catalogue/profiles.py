"""What a label puts out."""

from __future__ import annotations

from storage.catalogue import explore, kin, nodes, trends
from storage.catalogue.database import Database
from storage.catalogue.kinds import Kind, Relation
from storage.catalogue.nodes import Node
from storage.catalogue.packed import length
from storage.values import LabelProfile


def profile(db: Database, label: Node) -> LabelProfile:
    """The profile of a label; answered from its own lists, however many releases it has."""
    row = db.row("SELECT releases FROM node WHERE key = ?", (label.key,))
    years = trends.years_of(db, label.key)
    genres, styles, formats = explore.weighted(db, label.key, Kind.GENRE, Kind.STYLE, Kind.FORMAT)
    parents = kin.related(db, label.key, Relation.PARENT)
    sublabels = nodes.wired(db, Kind.LABEL, kin.related(db, label.key, Relation.SUBLABEL))
    return LabelProfile(
        label.wire,
        releases=length(row[0]) if row else 0,
        first_year=years[0][0] if years else None,
        last_year=years[-1][0] if years else None,
        genres=tuple(genres),
        styles=tuple(styles),
        formats=tuple(formats),
        years=tuple(years),
        parent=nodes.wired(db, Kind.LABEL, [min(parents)])[0] if parents else None,
        sublabels=tuple(sorted(sublabels, key=lambda each: (each.name, int(each.id)))),
    )
