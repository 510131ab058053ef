"""Reading one record for the pane beside the list: the library first, then the cover, then Discogs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textual.geometry import Size

from storage.errors import LockgrooveError
from storage.values import ShelfRow
from tui.screens.page import Page
from tui.widgets.cover import draw, wants_covers

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Image as Picture
    from rich.text import Text

    from services.records.detail import RecordDetail
    from services.runtime import Runtime
    from storage.values import ShelfAlbum
    from tui.widgets.detail import DetailPane

Fetch = Callable[["Runtime", str], Awaitable["Path | None"]]
"""Gets the file of a picture from its address; on the services' loop."""
COVER_CELLS = Size(34, 17)
COVER_PATIENCE = 0.15
"""Seconds that the former cover may stay while the new one is fetched."""


def read_detail(page: Page, pane: DetailPane, row: ShelfRow) -> None:
    """Show what the library holds of ``row``, and its cover; a newer row ends this one."""
    if not page.bridge.snapshot.ready:
        pane.show_row(row)
    page.run_worker(_library(page, pane, row), group="detail", exclusive=True, exit_on_error=False)


def read_release(page: Page, pane: DetailPane, row: ShelfRow) -> None:
    """Ask Discogs for the release if the library does not hold it yet, then show all of it."""
    if row.discogs_id is None or not page.bridge.snapshot.connected:
        return
    page.run_worker(_discogs(page, pane, row), group="release", exclusive=True, exit_on_error=False)


async def _library(page: Page, pane: DetailPane, row: ShelfRow) -> None:
    async def ask(runtime: Runtime) -> tuple[RecordDetail, bool, ShelfAlbum | None]:
        detail = await runtime.records.detail(runtime.user.id, row.record_id)
        return detail, await _is_wanted(runtime, row), await _album(runtime, row)

    try:
        detail, wanted, album = await page.bridge.call(ask)
    except LockgrooveError:
        pane.show_row(row)  # removed meanwhile, or the services are not up: what the list knows has to do
        return
    pane.show_detail(detail, wanted=wanted, album=album)
    await show_cover(page, pane, detail.record.cover_image_url or detail.record.thumbnail_url)


async def _is_wanted(runtime: Runtime, row: ShelfRow) -> bool:
    if row.discogs_id is None:
        return False
    return bool(await runtime.wants.wanted(runtime.user.id, [row.discogs_id]))


async def _album(runtime: Runtime, row: ShelfRow) -> ShelfAlbum | None:
    """The album of the shelf that the record is of, with its places; None where the shelf has not seen it."""
    if row.album_pk is None:
        return None
    try:
        return await runtime.shelf.get(runtime.user.id, row.album_pk)
    except LockgrooveError:
        return None  # it became part of another meanwhile; the list is read anew


async def _discogs(page: Page, pane: DetailPane, row: ShelfRow) -> None:
    async def ask(runtime: Runtime) -> tuple[RecordDetail, bool, ShelfAlbum | None] | None:
        before = await runtime.records.detail(runtime.user.id, row.record_id)
        if before.release is not None or row.discogs_id is None:
            return None
        await runtime.discogs.release(runtime.user.id, row.discogs_id)
        detail = await runtime.records.detail(runtime.user.id, row.record_id)
        return detail, await _is_wanted(runtime, row), await _album(runtime, row)

    try:
        found = await page.bridge.call(ask)
    except LockgrooveError as error:
        page.say_position(error.message)
        return
    if found is not None:
        pane.show_detail(found[0], wanted=found[1], album=found[2])


async def of_discogs(runtime: Runtime, url: str) -> Path | None:
    """The file of a cover on Discogs' servers; on the services' loop."""
    return await runtime.discogs.cover(runtime.user.id, url)


async def of_spotify(runtime: Runtime, url: str) -> Path | None:
    """The file of a picture on Spotify's servers; on the services' loop."""
    return await runtime.pictures.get(url)


async def show_cover(page: Page, pane: DetailPane, url: str | None, ask: Fetch = of_discogs) -> None:
    """Show the cover at ``url``, which ``ask`` fetches on the services' loop. The former one goes at once unless the new
    one is at hand: no flicker, no wrong cover."""
    picture = asyncio.ensure_future(_picture(page, pane, url, ask))
    try:
        done, _ = await asyncio.wait({picture}, timeout=COVER_PATIENCE)
        if not done:
            pane.show_cover(None)
        pane.show_cover(await picture, page.app.graphics)
    finally:
        picture.cancel()


async def _picture(page: Page, pane: DetailPane, url: str | None, ask: Fetch) -> Picture | Text | None:
    if not url or not wants_covers(page.app.quick.covers):
        return None
    try:
        file = await page.bridge.call(lambda runtime: ask(runtime, url))
        # A third of the pane at most: what one came to read is below the cover.
        lines = max(4, min(COVER_CELLS.height, pane.size.height // 3))
        room = Size(min(2 * lines, max(8, pane.content_size.width)), lines)
        return (
            await asyncio.to_thread(draw, file, room, graphics=page.app.graphics is not None)
            if file is not None
            else None
        )
    except (LockgrooveError, OSError, ValueError) as error:
        page.log.warning(f"no cover: {error}")
        return None
