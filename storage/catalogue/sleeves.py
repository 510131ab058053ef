"""A release as somebody holds it: what is printed on it, and everything that it leads to."""

from __future__ import annotations

from collections.abc import Sequence

from storage.catalogue import nodes, pressings
from storage.catalogue.database import Database
from storage.catalogue.kinds import Kind, key_of
from storage.catalogue.nodes import wire_name
from storage.catalogue.packed import unpack_ids
from storage.catalogue.tags import Tags
from storage.values import Child, NodeName
from storage.values.sleeves import Sleeve

_CREDITED = 60
"""Names of people credited on a release that are shown at most; a compilation may have hundreds."""


def sleeve_of(db: Database, text: str) -> Sleeve | None:
    """The release of that number, else of exactly that title; None if there is none."""
    release = pressings.called(db, text)
    if release is None:
        return None
    row = db.row(
        "SELECT title, artist, year, country, label, catno, format, master, artists, labels, tags, credits"
        " FROM release WHERE id = ?",
        (release,),
    )
    assert row is not None
    title, artist, own, country, label, catno, form, master = row[:8]
    by, on, tagged, credited = (unpack_ids(blob) for blob in row[8:])
    year = pressings.years(db, [(release, own, master)])[release] or None
    child = Child(wire_name(Kind.RELEASE, release, title), year, None, artist, label, catno, form)
    tags = Tags(db)
    return Sleeve(
        child,
        country,
        _master(db, master),
        _named(db, Kind.ARTIST, by),
        _named(db, Kind.LABEL, on),
        tuple(wire_name(Kind.GENRE, 0, name) for name in tags.names(tagged, Kind.GENRE)),
        tuple(wire_name(Kind.STYLE, 0, name) for name in tags.names(tagged, Kind.STYLE)),
        _named(db, Kind.ARTIST, credited[:_CREDITED]),
    )


def _master(db: Database, number: int | None) -> NodeName | None:
    if not number:
        return None
    name = nodes.names(db, Kind.MASTER, [number]).get(number)
    return None if name is None else wire_name(Kind.MASTER, number, name)


def _named(db: Database, kind: Kind, numbers: Sequence[int]) -> tuple[NodeName, ...]:
    """These nodes with their names, by name; whoever has none is left out."""
    found = [wire_name(kind, number, name) for number, name in nodes.names(db, kind, numbers).items()]
    return tuple(sorted(found, key=lambda node: (node.name.casefold(), node.id)))


def master_named(db: Database, text: str) -> NodeName | None:
    """The master of that number; None if there is none."""
    number = nodes.number_in(text)
    if number is None:
        return None
    row = db.row("SELECT name FROM node WHERE key = ?", (key_of(Kind.MASTER, number),))
    return None if row is None else wire_name(Kind.MASTER, number, row[0])
