"""Reading one want for the pane beside the list: what is kept first, then the cover, then Discogs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.errors import LockgrooveError
from tui.screens.page import Page
from tui.screens.record_reading import show_cover
from tui.table.wants import WantRow
from tui.widgets.want_facts import want_lines

if TYPE_CHECKING:
    from services.discogs.models import Release
    from tui.widgets.detail import DetailPane


def read_want(page: Page, pane: DetailPane, row: WantRow) -> None:
    """Show what is kept of ``row``, and its cover; a newer row ends this one."""
    page.run_worker(_kept(page, pane, row), group="detail", exclusive=True, exit_on_error=False)


def read_release(page: Page, pane: DetailPane, row: WantRow) -> None:
    """Ask Discogs for the release if it is not kept yet, then show all of it."""
    if page.bridge.snapshot.connected:
        page.run_worker(_discogs(page, pane, row), group="release", exclusive=True, exit_on_error=False)


async def _kept(page: Page, pane: DetailPane, row: WantRow) -> None:
    release_id = row.want.release_id
    release = await page.bridge.call(lambda runtime: runtime.discogs.kept_release(release_id))
    _show(page, pane, row, release)
    await show_cover(page, pane, row.want.cover_image_url or row.want.thumbnail_url)


async def _discogs(page: Page, pane: DetailPane, row: WantRow) -> None:
    release_id = row.want.release_id
    try:
        if await page.bridge.call(lambda runtime: runtime.discogs.kept_release(release_id)) is not None:
            return
        release = await page.bridge.call(lambda runtime: runtime.discogs.release(runtime.user.id, release_id))
    except LockgrooveError as error:
        page.say_position(error.message)
        return
    _show(page, pane, row, release)


def _show(page: Page, pane: DetailPane, row: WantRow, release: Release | None) -> None:
    pane.show(want_lines(row, page.app.web_address(f"/release/{row.want.release_id}"), release))
