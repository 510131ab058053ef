"""Editing a listing of one's own: price, grades, comments and status, with the price Discogs suggests for the grade."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from services.discogs.market import ListingChanges
from services.discogs.market_models import Condition, ListingStatus, SleeveCondition
from services.errors import InvalidInput
from storage.errors import LockgrooveError
from tui.bridge import Bridge
from tui.offers import brief, grade, price
from tui.screens.form import Form
from tui.text import clean
from tui.widgets.field import Field
from tui.widgets.suggested import Suggested

if TYPE_CHECKING:
    from services.discogs.market_models import Listing


RECORD = tuple(condition.value for condition in Condition)
SLEEVE = tuple(condition.value for condition in SleeveCondition)
STATUS = (ListingStatus.DRAFT.value, ListingStatus.FOR_SALE.value)


def one_of(offered: tuple[str, ...]) -> Callable[[str], str | None]:
    """A verdict on what is typed for one of ``offered``."""

    def check(typed: str) -> str | None:
        return None if grade(typed, offered) else f"One of: {', '.join(map(brief, offered))}"

    return check


def check_price(typed: str) -> str | None:
    """What is wrong with a price, or None."""
    try:
        price(typed)
    except InvalidInput as error:
        return f"{error.message} {error.hint}"
    return None


class ListingForm(Form[bool]):
    """True once Discogs has the changes."""

    TITLE = "Edit a listing"
    HINT = "Enter next line · F2 save · F3 suggested price · Esc leave as it was"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f3", "take_suggestion", show=False)]

    def __init__(self, bridge: Bridge, listing: Listing) -> None:
        super().__init__()
        self.bridge = bridge
        self.listing = listing

    def body(self) -> Iterator[Widget]:
        listing = self.listing
        asked = listing.price
        yield Static(Content(clean(f"{listing.release.artist} – {listing.release.title}")), classes="copy-about")
        currency = f", {asked.currency}" if asked is not None and asked.currency else ""
        yield Field("price", f"Price{currency}", value=str(asked.cents) if asked else "", check=check_price)
        yield Suggested(self.bridge, listing.release.id)
        record, sleeve = listing.condition, listing.sleeve_condition
        yield Field("condition", "Record: M, NM, VG+, VG, G+, G, F or P", value=record, check=one_of(RECORD))
        yield Field(
            "sleeve", "Sleeve: as the record, or Generic, Not Graded, No Cover", value=sleeve, check=one_of(SLEEVE)
        )
        yield Field("comments", "Comments, for everybody to read", value=listing.comments)
        yield Field("status", "Status: Draft or For Sale", value=listing.status, check=one_of(STATUS))

    def on_mount(self) -> None:
        self._suggest()

    @on(Field.Changed, "#field-condition")
    def _suggest(self) -> None:
        self.query_one(Suggested).show(grade(self.query_one("#field-condition", Field).value, RECORD))

    def action_take_suggestion(self) -> None:
        if amount := self.query_one(Suggested).amount:
            self.query_one("#field-price", Field).fill(amount)

    @work(exclusive=True, group="save", exit_on_error=False)
    async def save(self, typed: dict[str, str]) -> None:
        self.say("Telling Discogs…")
        listing_id = self.listing.id
        wanted = ListingChanges(
            Condition(grade(typed["condition"], RECORD) or ""),
            SleeveCondition(grade(typed["sleeve"], SLEEVE) or ""),
            price(typed["price"]),
            ListingStatus(grade(typed["status"], STATUS) or ""),
            typed["comments"],
        )
        try:
            await self.bridge.call(lambda runtime: runtime.market.edit(runtime.user.id, listing_id, wanted))
        except LockgrooveError as error:
            self.say(f"{error.message} {error.hint}", trouble=True)
            return
        self.dismiss(True)
