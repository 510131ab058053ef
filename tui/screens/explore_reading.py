"""What the Explore screen asks beyond the lists of a node: suggestions, places to begin, snapshots, the record owned."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from storage.errors import LockgrooveError
from storage.values.graph import NodeName
from tui.screens.explore_walk import Step, restored
from tui.table.graph import Line
from tui.words import number

if TYPE_CHECKING:
    from services.catalogue.centre import Centre
    from services.catalogue.snapshots import Snapshot
    from services.runtime import Runtime
    from storage.values import Count, RecordPk, Suggestion
    from storage.values.sleeves import Holdings

KINDS = ("artist", "label", "style", "genre")
"""The kinds that are suggested, in the order in which they come among equals."""
SUGGESTIONS = 20
PLACES = 6
"""Genres, styles and labels of the person's own that are offered to begin with, of each at most so many."""


async def suggest(runtime: Runtime, typed: str, kinds: Sequence[str]) -> list[Line]:
    """Whom or what ``typed`` may mean; on the services' loop."""
    asked = [runtime.search.autocomplete(typed, kind, SUGGESTIONS) for kind in kinds]
    found = dict(zip(kinds, await asyncio.gather(*asked), strict=True))
    nodes = merged(found, typed)[:SUGGESTIONS]
    return [Line(n, node.name, node, format=node.kind) for n, node in enumerate(nodes, 1)]


def merged(found: Mapping[str, Sequence[Suggestion]], typed: str) -> list[NodeName]:
    """Suggestions of several kinds in one list: who is called exactly so first, a genre or style before all, since it has far
    more; then the best of each kind in turn. Scores of different kinds say nothing about each other.
    """
    from storage.fold import fold

    exact = fold(typed.strip())
    ranked = [
        (_class(each.node.kind, is_exact=fold(each.node.name) == exact), place, turn, each.node)
        for turn, suggestions in enumerate(found.values())
        for place, each in enumerate(suggestions)
    ]
    return [node for *_, node in sorted(ranked, key=lambda each: each[:3])]


def _class(kind: str, *, is_exact: bool) -> int:
    return 2 if not is_exact else 0 if kind in ("genre", "style") else 1


async def places_to_begin(runtime: Runtime) -> tuple[Holdings, list[Line]]:
    """How much there is, and what the person owns most of; on the services' loop."""
    from services.catalogue.centre import holdings_of

    holdings = await holdings_of(runtime.storage)
    if not holdings.releases:
        return holdings, []
    statistics = await runtime.records.statistics(runtime.user.id)
    counts = {"genre": statistics.by_genre, "style": statistics.by_style, "label": statistics.by_label}
    return holdings, begin_lines(counts)


def begin_lines(counts: Mapping[str, Sequence[Count]]) -> list[Line]:
    """What somebody owns most of as lines to begin with, by kind."""
    return [
        Line(n, each.value, NodeName(kind, each.value, each.value), format=kind, note=f"you own {number(each.count)}")
        for n, (kind, each) in enumerate(
            ((kind, each) for kind, most in counts.items() for each in most[:PLACES] if each.value), 1
        )
    ]


async def look_at(runtime: Runtime, node: NodeName) -> Step:
    """A step to a node, with everything around it; on the services' loop. Genres and styles go by name, all others by number
    first.
    """
    from services.catalogue.centre import centre_of

    is_named = node.kind in ("genre", "style") or not node.id.isdigit()
    text = node.name if is_named else node.id
    return await _step(runtime, await centre_of(runtime.storage, node.kind, text, number_first=not is_named))


async def _step(runtime: Runtime, centre: Centre, saved: tuple[NodeName, ...] = ()) -> Step:
    """A step to what is found; of a release it says whether it is owned and wanted."""
    if centre.node.kind != "release":
        return Step(centre, saved=saved)
    ids = [int(centre.node.id)]
    owned = await runtime.records.owned(runtime.user.id, ids)
    wanted = await runtime.wants.wanted(runtime.user.id, ids)
    return Step(centre, saved=saved, owned=bool(owned), wanted=bool(wanted))


async def steps_of(runtime: Runtime, token: str) -> tuple[list[Step], int]:
    """The steps that a snapshot leads along, the last one its centre, and how many of its nodes this catalogue has not.

    Raises :class:`NotFound` for a token that is unknown or over, or a centre that is not in the catalogue.
    """
    from services.catalogue.centre import centre_of

    saved: Snapshot = await runtime.snapshots.open(token)
    walked, others = restored(saved.nodes, saved.center)

    async def found(kind: str, id: str) -> Centre | None:
        try:
            return await centre_of(runtime.storage, kind, id, number_first=True)
        except LockgrooveError:
            return None

    before = [await found(each.type, each.id) for each in walked[:-1]]
    beside = [await found(each.type, each.id) for each in others]
    centre = await centre_of(runtime.storage, saved.center.type, saved.center.id, number_first=True)
    steps = [Step(each) for each in before if each is not None]
    steps.append(await _step(runtime, centre, tuple(each.node for each in beside if each is not None)))
    return steps, sum(each is None for each in (*before, *beside))


async def record_of(runtime: Runtime, release_id: int) -> RecordPk | None:
    """The record that is owned of a release, None if there is none; on the services' loop."""
    from storage import records
    from storage.values import ReleaseId

    async with runtime.storage.read() as conn:
        held = await records.by_discogs_ids(conn, runtime.user.id, [ReleaseId(release_id)])
    return next((record.pk for record in held.values()), None)
