"""What a screen shows of the node in its middle, in one question: categories, facts, years, and of a release its links."""

from __future__ import annotations

from dataclasses import dataclass

from services.catalogue.refusals import UnknownKind
from services.errors import NotFound
from storage.catalogue import explore, facts, holdings, nodes, sleeves, trends
from storage.catalogue.database import Database
from storage.catalogue.kinds import Kind
from storage.engine import Storage
from storage.values import Category, NodeFacts, NodeName
from storage.values.sleeves import Holdings, Sleeve

_KINDS = {kind.word: kind for kind in (*explore.CATEGORIES, Kind.RELEASE, Kind.MASTER)}


@dataclass(frozen=True, slots=True)
class Centre:
    """A node with all that surrounds it. ``categories`` and ``years`` are empty for releases and masters; ``sleeve`` is there
    for releases only, ``facts`` for everything but masters.
    """

    node: NodeName
    categories: tuple[Category, ...] = ()
    facts: NodeFacts | None = None
    years: tuple[tuple[int, int], ...] = ()
    sleeve: Sleeve | None = None


async def centre_of(storage: Storage, kind: str, text: str, *, number_first: bool = False) -> Centre:
    """The node of that name, else of that number; or the other way round where ``text`` is known to be a number.

    Raises :class:`UnknownKind`, and :class:`NotFound` where there is no such node (any more).
    """
    asked = _KINDS.get(kind)
    if asked is None:
        raise UnknownKind(_KINDS)
    found = await storage.catalogue.read(lambda db: _centre(db, asked, text, number_first=number_first))
    if found is None:
        raise NotFound(
            f"The catalogue has no such {kind} any more.", "It may be called otherwise by now; search for it by name."
        )
    return found


async def holdings_of(storage: Storage) -> Holdings:
    """How much there is to wander in."""
    return await storage.catalogue.read(holdings.count)


def _centre(db: Database, kind: Kind, text: str, *, number_first: bool) -> Centre | None:
    if kind is Kind.RELEASE:
        sleeve = sleeves.sleeve_of(db, text)
        return None if sleeve is None else Centre(sleeve.release.node, sleeve=sleeve)
    if kind is Kind.MASTER:
        master = sleeves.master_named(db, text)
        return None if master is None else Centre(master)
    node = nodes.by_number(db, kind, text) if number_first else None
    explored = explore.explore(db, kind, node.name if node is not None else text)
    if explored is None and not number_first:
        node = nodes.by_number(db, kind, text)
        explored = explore.explore(db, kind, node.name) if node is not None else None
    if explored is None:
        return None
    found = nodes.by_name(db, kind, explored.center.name)
    years = tuple(trends.years_of(db, found.key)) if found is not None else ()
    return Centre(explored.center, explored.categories, facts.facts_of(db, kind, explored.center.id), years)
