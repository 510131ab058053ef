"""What Search asks of each source; on the services' loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from storage.errors import LockgrooveError
from storage.values import ReleaseId
from tui.screens.search_words import UNDERSTOOD, Where
from tui.table.hits import Hit, hit, hit_known
from tui.table.outside import of_plex, of_spotify

if TYPE_CHECKING:
    from services.discogs import models
    from services.runtime import Runtime
    from storage.values.found import CatalogueHits

PATIENCE = 45.0
"""Seconds that Soulseek may take in all; the other sources are waited for as ``Everywhere`` does."""
SILENCE = 8.0
"""Seconds without a new answer after which a search of Soulseek ends."""
FOLDERS = 200
"""Folders of Soulseek that are shown; its own page shows all."""


async def in_catalogue(
    runtime: Runtime, typed: str, mine: list[ReleaseId], limit: int
) -> tuple[CatalogueHits, list[Hit]]:
    """What the catalogue has, ``mine`` first, with what is owned and wanted of it."""
    found = await runtime.search.find(typed, limit=limit, owned=mine)
    ids = [each.id for each in found.hits]
    owned = await runtime.records.owned(runtime.user.id, ids) if ids else set[int]()
    wanted = await runtime.wants.wanted(runtime.user.id, ids) if ids else set[int]()
    return found, [hit_known(each, owned=each.id in owned, wanted=each.id in wanted) for each in found.hits]


async def on_discogs(runtime: Runtime, typed: str, page: int) -> tuple[models.SearchPage, list[Hit], str]:
    """A page of releases with what is owned and wanted of it, and what the text was taken for."""
    from services.discogs.query import recognise

    terms = recognise(typed)
    found = await runtime.discogs.search(runtime.user.id, typed, page=page)
    ids = [result.id for result in found.results]
    owned = await runtime.records.owned(runtime.user.id, ids)
    wanted = await runtime.wants.wanted(runtime.user.id, ids)
    kind = next(name for name in UNDERSTOOD if getattr(terms, name) is not None)
    hits = [
        hit(result, owned=result.id in owned, wanted=result.id in wanted)
        for result in found.results
        if result.type == "release"
    ]
    return found, hits, kind


async def network(runtime: Runtime, where: Where, typed: str) -> Sequence[Any]:
    """What Spotify, Plex or Soulseek has, as lines of its list."""
    if where is Where.SOULSEEK:
        return await _on_soulseek(runtime, typed)
    found = await runtime.everywhere.one(runtime.user, where, typed)
    return of_spotify(found) if where is Where.SPOTIFY else of_plex(found)


async def _on_soulseek(runtime: Runtime, typed: str) -> Sequence[Any]:
    from services.errors import OwnersOnly
    from tui.screens.soulseek_reading import found_rows, rank

    if not runtime.user.is_owner:
        raise OwnersOnly("Soulseek belongs to the owner of this installation.", "Its owner can search there.")
    client = await runtime.soulseek.client()
    try:
        async with asyncio.timeout(PATIENCE):
            result = await client.search(typed, timeout=SILENCE)
    except TimeoutError:
        raise LockgrooveError("Soulseek did not answer in time.", "Ask again in a moment.") from None
    found = await rank(runtime, result, runtime.downloads.rules())
    return found_rows(found[:FOLDERS], ())
