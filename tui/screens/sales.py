"""For sale: what a person offers on Discogs, live, page by page. Nothing of it is kept here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on, work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from services.errors import NotConnected
from storage.errors import LockgrooveError
from tui.actions import bindings
from tui.bridge import Bridge, Snapshot
from tui.offers import grades, money
from tui.screens.page import Page
from tui.screens.sales_state import SORTS, STATUSES, Shown, emptiness, heading, unchangeable
from tui.table.columns import Sorting
from tui.table.listings import LISTING_COLUMNS, tone
from tui.table.rows import ListSource
from tui.table.view import RecordTable
from tui.text import clean
from tui.tokens import STYLES
from tui.widgets.plainlist import PlainList
from tui.words import number

if TYPE_CHECKING:
    from services.discogs.market_models import InventoryPage, Listing
    from services.runtime import Runtime

AHEAD = 10
"""Rows before the end of the list at which the next page is fetched."""


class SalesPage(Page):
    """The inventory, newest first. It is read when the page is first shown and whenever it is asked for."""

    MODE = "sales"
    CSS_PATH: ClassVar[Any] = [STYLES / "sales.tcss"]
    BINDINGS: ClassVar[Any] = bindings("sales")

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._source: ListSource[Listing] = ListSource(lambda listing: listing.id)
        self._shown = Shown()
        self._is_reading = False
        self._account: str | None = None

    def content(self) -> Iterator[Widget]:
        yield Static(Content(""), id="sales-title", classes="list-title")
        yield PlainList(self._source, LISTING_COLUMNS, tone=tone, empty="", id="sales")
        yield Static(Content(""), id="sales-about")

    @property
    def _list(self) -> PlainList[Listing]:
        return cast("PlainList[Listing]", self.query_one("#sales", PlainList))

    def on_mount(self) -> None:
        self._list.focus()

    def snapshot_changed(self, snapshot: Snapshot) -> None:
        before, now = self._account, (snapshot.username or "") if snapshot.connected else None
        self._account = now
        # A name that is only learnt ("" before) is the same account.
        if now is not None and now != before and before != "":
            self._ask(self._shown)
        elif now is None:
            self._say()

    # -- asking ---------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="inventory", exit_on_error=False)
    async def _read(self, asked: Shown, page: int = 1) -> None:
        """Read a page of what ``asked`` says; the first one replaces what is shown, the others follow it. Where Discogs
        does not answer, what was shown stays."""
        before = self._shown
        self._shown, self._is_reading = replace(asked, trouble=None), True
        self._say()
        try:
            found = await self.bridge.call(
                lambda runtime: runtime.market.inventory(
                    runtime.user.id,
                    page,
                    status=asked.status,
                    sort=asked.sort,
                    sort_order="desc" if asked.descending else "asc",
                )
            )
        except LockgrooveError as error:
            self._shown = replace(before if before.page else self._shown, trouble=error)
            self._list.sorting = Sorting(self._shown.sort, self._shown.descending)
        else:
            self._take(found, page)
        finally:
            self._is_reading = False
            self._say()

    def _take(self, found: InventoryPage, page: int) -> None:
        known = {} if page == 1 else {listing.id: listing for listing in self._source.rows()}
        known.update({listing.id: listing for listing in found.listings})
        self._shown = replace(
            self._shown,
            page=page,
            pages=found.pagination.pages,
            items=found.pagination.items,
            read_at=datetime.now().astimezone(),
        )
        self._source.replace(known.values(), anew=page == 1)

    def _ask(self, asked: Shown) -> None:
        """Show what ``asked`` says, from the first page."""
        self._list.sorting = Sorting(asked.sort, asked.descending)
        self._read(replace(asked, page=0))

    # -- what is shown --------------------------------------------------------------------------------------------

    def _say(self) -> None:
        snapshot, shown = self.bridge.snapshot, self._shown
        count = self._source.count()
        said = heading(shown, count, reading=self._is_reading)
        self.query_one("#sales-title", Static).update(said, layout=False)
        self._list.empty = emptiness(
            shown, ready=snapshot.ready, connected=snapshot.connected, reading=self._is_reading
        )
        if isinstance(shown.trouble, NotConnected):
            self._source.replace([], anew=True)
        self._say_where()

    def _say_where(self) -> None:
        count = self._source.count()
        self.say_position(f"{number(self._list.cursor + 1)} of {number(count)}" if count else "")
        self.refresh_bindings()

    @on(RecordTable.Highlighted)
    def _moved(self, event: RecordTable.Highlighted) -> None:
        self._about(event.row)
        self._say_where()
        if event.position >= self._source.count() - AHEAD and self._shown.trouble is None:
            self.action_more()

    def _about(self, listing: Listing | None) -> None:
        about = self.query_one("#sales-about", Static)
        if listing is None:
            about.update(Content(""), layout=False)
            return
        facts = " · ".join(
            filter(None, (listing.release.description or listing.release.title, listing.location, listing.external_id))
        )
        offers = "takes offers" if listing.allow_offers else ""
        terms = " · ".join(filter(None, (grades(listing), money(listing.price), offers, unchangeable(listing))))
        lines = [Content(clean(facts)), Content.styled(clean(terms), "$muted"), Content(clean(listing.comments))]
        room = max(10, self.size.width - 4)
        about.update(Content("\n").join(line.truncate(room, ellipsis=True) for line in lines), layout=False)

    # -- acting ---------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        listing = self._list.cursor_row if self.is_mounted and self.query("#sales") else None
        if action == "connect":
            return not self.bridge.snapshot.connected
        if action == "clear":
            return self._shown.status != STATUSES[0]
        if action == "more":
            return True if self._shown.has_more else None
        if action == "publish":
            return True if listing is not None and listing.status == "Draft" else None
        if action in ("edit", "delete", "browse", "copy_link"):
            return True if listing is not None else None
        if action in ("status", "sort", "reverse", "read_anew"):
            return True if self.bridge.snapshot.connected else None
        return True

    def action_connect(self) -> None:
        from tui.screens.connect import open_connect

        open_connect(self.app)

    def action_read_anew(self) -> None:
        self._ask(self._shown)

    def action_more(self) -> None:
        if self._shown.has_more and not self._is_reading:
            self._read(self._shown, self._shown.page + 1)

    def action_status(self) -> None:
        now = STATUSES.index(self._shown.status)
        self._ask(replace(self._shown, status=STATUSES[(now + 1) % len(STATUSES)]))

    def action_clear(self) -> None:
        self._ask(replace(self._shown, status=STATUSES[0]))

    def action_sort(self) -> None:
        keys = tuple(SORTS)
        self._sort(keys[(keys.index(self._shown.sort) + 1) % len(keys)])

    def action_reverse(self) -> None:
        self._ask(replace(self._shown, descending=not self._shown.descending))

    @on(RecordTable.SortRequested)
    def _header_clicked(self, event: RecordTable.SortRequested) -> None:
        if event.sort == self._shown.sort:
            self.action_reverse()
        else:
            self._sort(event.sort)

    def _sort(self, by: str) -> None:
        self._ask(replace(self._shown, sort=by, descending=by in ("listed", "price")))

    @on(RecordTable.Selected)
    def _chosen(self) -> None:
        self.action_edit()

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_edit(self) -> None:
        from tui.screens.listing_form import ListingForm

        listing = self._list.cursor_row
        if listing is None:
            return
        if why := unchangeable(listing):
            self.app.notify(why, markup=False)
            return
        if await self.app.push_screen_wait(ListingForm(self.bridge, listing)):
            self._ask(self._shown)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_publish(self) -> None:
        from tui.screens.confirm import Confirm

        listing = self._list.cursor_row
        if listing is None or listing.status != "Draft":
            return
        about = [*_named(listing), "", "Everybody on Discogs can order it from then on."]
        if await self.app.push_screen_wait(Confirm("Put this up for sale?", about, "puts it up", key="p")):
            await self._change(listing, "Put up for sale", lambda runtime: _publish(runtime, listing))

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_delete(self) -> None:
        from tui.screens.confirm import Confirm

        listing = self._list.cursor_row
        if listing is None:
            return
        if why := unchangeable(listing):
            self.app.notify(why, markup=False)
            return
        about = [*_named(listing), "", "It is deleted on Discogs for good. The record stays in your collection."]
        if await self.app.push_screen_wait(Confirm("Delete this listing?", about, "deletes it")):
            await self._change(listing, "Deleted", lambda runtime: runtime.market.remove(runtime.user.id, listing.id))

    async def _change(self, listing: Listing, done: str, change: Callable[[Runtime], Awaitable[object]]) -> None:
        try:
            await self.bridge.call(change)
        except LockgrooveError as error:
            self.app.say(error)
            return
        self.app.notify(f"{done}: {_named(listing)[0]}", markup=False)
        self._ask(self._shown)

    def action_browse(self) -> None:
        if (listing := self._list.cursor_row) is not None:
            self.app.browse(f"/sell/item/{listing.id}")

    def action_copy_link(self) -> None:
        if (listing := self._list.cursor_row) is not None:
            self.app.copy_link(f"/sell/item/{listing.id}")


async def _publish(runtime: Runtime, listing: Listing) -> None:
    from services.discogs.market import ListingChanges
    from services.discogs.market_models import ListingStatus

    await runtime.market.edit(runtime.user.id, listing.id, ListingChanges(status=ListingStatus.FOR_SALE))


def _named(listing: Listing) -> list[str]:
    """A listing in two lines of a question."""
    name = clean(f"{listing.release.artist} – {listing.release.title}")
    return [name, clean(" · ".join(filter(None, (grades(listing), money(listing.price), listing.status))))]
