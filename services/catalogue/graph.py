"""The graph of all releases: what surrounds anything, and what can be found by following it further."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from services.catalogue.refusals import UnknownCategory, UnknownKind
from services.errors import Crowded, NotFound
from storage.catalogue import collaborators, explore, facts, gaps, nodes, paths, profiles, similar, trends
from storage.catalogue.database import Database
from storage.catalogue.kinds import Kind
from storage.catalogue.nodes import Node
from storage.engine import Storage
from storage.holdings import holdings
from storage.values import (
    ChildPage,
    CollaboratorPage,
    Explored,
    GapPage,
    LabelProfile,
    NodeFacts,
    Path,
    Similar,
    UserId,
)

T = TypeVar("T")
DEEPEST = 8
"""Releases that a chain may have."""
_KINDS = {kind.word: kind for kind in explore.CATEGORIES}
_DESCRIBED = {"artist": Kind.ARTIST, "release": Kind.RELEASE} | _KINDS
_GATHERED = {kind.word: kind for kind in (Kind.ARTIST, Kind.LABEL, Kind.MASTER)}
_WAITING = 8
"""Searches that may wait for the one that runs: each takes the interpreter for up to a second."""


class Graph:
    """Questions to the graph. Kinds and categories are taken in any letter case, names exactly as they are.

    All raise :class:`UnknownKind` for a kind of node that they cannot be asked of, and the store's errors.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def explore(self, kind: str, name: str) -> Explored:
        """The artist, label, genre or style of that name, with its categories. Raises :class:`NotFound`."""
        asked = _kind(kind, _KINDS)
        found = await self._storage.catalogue.read(lambda db: explore.explore(db, asked, name))
        if found is None:
            raise _unknown(asked)
        return found

    async def expand(self, kind: str, node: str, category: str, *, limit: int = 50, offset: int = 0) -> ChildPage:
        """A page of a category of the node of that name, else of that number; empty if there is none.

        Raises :class:`UnknownCategory` for a category that the kind does not have.
        """
        asked = _kind(kind, _KINDS)
        word = category.lower()
        if word not in explore.CATEGORIES[asked]:
            raise UnknownCategory(asked.word, category, explore.CATEGORIES[asked])

        def ask(db: Database) -> ChildPage:
            return explore.expand(db, asked, node, word, limit=limit, offset=offset)

        return await self._storage.catalogue.read(ask)

    async def node(self, kind: str, node: str) -> NodeFacts:
        """What is known of the node of that number, else of that name; releases have it too. Raises :class:`NotFound`."""
        asked = _kind(kind, _DESCRIBED)
        found = await self._storage.catalogue.read(lambda db: facts.facts_of(db, asked, node))
        if found is None:
            raise _unknown(asked)
        return found

    async def trends(self, kind: str, name: str) -> list[tuple[int, int]]:
        """Years with their numbers of releases, oldest first; nothing for a name that is not known."""
        asked = _kind(kind, _KINDS)

        def ask(db: Database) -> list[tuple[int, int]]:
            node = nodes.by_name(db, asked, name)
            return trends.years_of(db, node.key) if node else []

        return await self._storage.catalogue.read(ask)

    async def path(self, artist: str, other: str, *, depth: int = 6, seconds: float = 1.0) -> Path:
        """The shortest chain of at most ``depth`` releases from one artist to another; that there is none, or none that was
        found in ``seconds``, is an answer too.

        Here as below a node is named, else numbered. Raises :class:`NotFound`, and :class:`Crowded` where many search at
        once.
        """

        def ask(db: Database) -> Path:
            start, goal = _called(db, Kind.ARTIST, artist), _called(db, Kind.ARTIST, other)
            return paths.find(db, start, goal, depth=max(1, min(depth, DEEPEST)), seconds=seconds)

        return await self._one_by_one(ask)

    async def collaborators(self, artist: str, *, limit: int = 50, offset: int = 0) -> CollaboratorPage:
        """Everybody who is on releases of an artist, with the years. Raises like :meth:`path`."""

        def ask(db: Database) -> CollaboratorPage:
            return collaborators.collaborators(db, _called(db, Kind.ARTIST, artist), limit=limit, offset=offset)

        return await self._one_by_one(ask)

    async def similar(self, artist: str, *, limit: int = 20) -> list[Similar]:
        """Artists like an artist, with the reasons. Raises like :meth:`path`."""
        return await self._one_by_one(lambda db: similar.similar(db, _called(db, Kind.ARTIST, artist), limit=limit))

    async def label_profile(self, label: str) -> LabelProfile:
        """What a label puts out. Raises :class:`NotFound`."""
        return await self._storage.catalogue.read(lambda db: profiles.profile(db, _called(db, Kind.LABEL, label)))

    async def gaps(
        self, user_id: UserId, kind: str, node: str, *, formats: Sequence[str] = (), limit: int = 50, offset: int = 0
    ) -> GapPage:
        """What a user does not have of an artist, a label or a master (which is looked up by its number first, since a
        title may be one). With ``formats`` only what has all of these words. Raises :class:`NotFound`.
        """
        asked = _kind(kind, _GATHERED)
        async with self._storage.read() as conn:
            held = await holdings(conn, user_id)

        def ask(db: Database) -> GapPage:
            by_number = nodes.by_number(db, asked, node) if asked is Kind.MASTER else None
            found = by_number or _called(db, asked, node)
            return gaps.gaps(db, found, held.copies, held.wanted, formats=formats, limit=limit, offset=offset)

        return await self._storage.catalogue.read(ask)

    async def _one_by_one(self, ask: Callable[[Database], T]) -> T:
        """What takes long is not asked twice at a time, so that quick questions find a thread."""
        if self._waiting >= _WAITING:
            raise Crowded("Many search the graph at once.", "Try again in a few seconds.")
        self._waiting += 1
        try:
            async with self._turn:
                return await self._storage.catalogue.read(ask)
        finally:
            self._waiting -= 1


def _called(db: Database, kind: Kind, text: str) -> Node:
    node = nodes.called(db, kind, text)
    if node is None:
        raise _unknown(kind)
    return node


def _kind(word: str, allowed: dict[str, Kind]) -> Kind:
    kind = allowed.get(word.lower())
    if kind is None:
        raise UnknownKind(allowed)
    return kind


def _unknown(kind: Kind) -> NotFound:
    return NotFound(
        f"The catalogue knows no such {kind.word}.", "Names are matched exactly; search for it to see how it is spelt."
    )
