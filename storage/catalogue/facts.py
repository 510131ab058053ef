"""What is to be said of a single node (discogsography-contract.md section 10, G4)."""

from __future__ import annotations

from collections.abc import Iterable

from storage.catalogue import explore, kin, nodes, pressings
from storage.catalogue.database import Database
from storage.catalogue.kinds import TAGS, Kind, Relation
from storage.catalogue.nodes import Node, wire_name
from storage.catalogue.packed import length, unpack_ids
from storage.catalogue.tags import Tags
from storage.values import NodeFacts


def facts_of(db: Database, kind: Kind, text: str) -> NodeFacts | None:
    """The facts of the node with that number, else of that name; None if there is none. Lists are sorted."""
    if kind is Kind.RELEASE:
        release = pressings.called(db, text)
        return None if release is None else _of_release(db, release)
    node = nodes.by_number(db, kind, text) or nodes.by_name(db, kind, text)
    if node is None:
        return None
    if kind in TAGS:
        row = db.row("SELECT artists FROM node WHERE key = ?", (node.key,))
        return NodeFacts(node.wire, artist_count=length(row[0]) if row else 0)
    return _of_artist(db, node) if kind is Kind.ARTIST else NodeFacts(node.wire, release_count=_releases(db, node))


def _of_artist(db: Database, node: Node) -> NodeFacts:
    genres, styles = explore.weighted(db, node.key, Kind.GENRE, Kind.STYLE)
    return NodeFacts(
        node.wire,
        release_count=_releases(db, node),
        genres=tuple(sorted(name for name, _ in genres)),
        styles=tuple(sorted(name for name, _ in styles)),
        groups=_names(db, Kind.ARTIST, kin.related(db, node.key, Relation.GROUP)),
    )


def _releases(db: Database, node: Node) -> int:
    row = db.row("SELECT releases FROM node WHERE key = ?", (node.key,))
    return length(row[0]) if row else 0


def _of_release(db: Database, release: int) -> NodeFacts:
    row = db.row("SELECT title, year, master, artists, labels, tags FROM release WHERE id = ?", (release,))
    assert row is not None
    title, own, master, artists, labels, numbers = row
    tags = Tags(db)
    return NodeFacts(
        wire_name(Kind.RELEASE, release, title),
        year=pressings.years(db, [(release, own, master)])[release] or None,
        genres=tags.names(unpack_ids(numbers), Kind.GENRE),
        styles=tags.names(unpack_ids(numbers), Kind.STYLE),
        artists=_names(db, Kind.ARTIST, unpack_ids(artists)),
        labels=_names(db, Kind.LABEL, unpack_ids(labels)),
    )


def _names(db: Database, kind: Kind, numbers: Iterable[int]) -> tuple[str, ...]:
    return tuple(sorted(set(nodes.names(db, kind, numbers).values())))
