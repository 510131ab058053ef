"""An export to the marketplace: on which terms everything in it is offered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from services.discogs.market_models import ListingStatus, SleeveCondition
from tui.bridge import Bridge
from tui.offers import grade, price
from tui.screens.export_words import listing_terms
from tui.screens.form import Form
from tui.screens.listing_form import RECORD, SLEEVE, STATUS, check_price, one_of
from tui.widgets.field import Field
from tui.widgets.suggested import Suggested

if TYPE_CHECKING:
    from services.discogs.export import ExportRequest, ListingTerms
    from tui.screens.export import Plan


class OfferForm(Form["Plan"]):
    """Returns the export with its terms, None to go back. ``example`` is the release whose suggested price is shown."""

    TITLE = "Export to the marketplace"
    HINT = "Enter next line · F2 go on · F3 take the suggested price · Esc back · nothing is sent yet"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f3", "take_suggestion", show=False)]

    def __init__(
        self,
        bridge: Bridge,
        request: ExportRequest,
        example: tuple[int, str] | None,
        former: Plan | None = None,
    ) -> None:
        super().__init__()
        self.bridge = bridge
        self._request = former.request if former else request
        self._example = example

    def body(self) -> Iterator[Widget]:
        count = len(self._request.discogs_ids) + len(self._request.record_ids)
        now = self._request.listing
        if count > 1:
            yield Static(Content(f"The same terms hold for all {count:,}.\n"))
        record, sleeve = (now.condition, now.sleeve_condition) if now else ("", SleeveCondition.NOT_GRADED.value)
        yield Field("condition", "Record: M, NM, VG+, VG, G+, G, F or P", value=record, check=one_of(RECORD))
        yield Field(
            "sleeve", "Sleeve: as the record, or Generic, Not Graded, No Cover", value=sleeve, check=one_of(SLEEVE)
        )
        amount = str(now.price) if now else ""
        yield Field("price", "Price, in your own currency", value=amount, check=check_price)
        if self._example is not None:
            release_id, name = self._example
            yield Suggested(self.bridge, release_id, name if count > 1 else "")
        status, comments = (now.status, now.comments) if now else (ListingStatus.DRAFT.value, "")
        yield Field("comments", "Comments, for everybody to read", value=comments)
        yield Field("status", "Status: Draft or For Sale", value=status, check=one_of(STATUS))

    def on_mount(self) -> None:
        self._suggest()

    @on(Field.Changed, "#field-condition")
    def _suggest(self) -> None:
        for line in self.query(Suggested):
            line.show(grade(self.query_one("#field-condition", Field).value, RECORD))

    def action_take_suggestion(self) -> None:
        for line in self.query(Suggested):
            if line.amount:
                self.query_one("#field-price", Field).fill(line.amount)

    def save(self, typed: dict[str, str]) -> None:
        from tui.screens.export import Plan

        terms = _terms(typed)
        self.dismiss(Plan(replace(self._request, listing=terms), listing_terms(terms)))


def _terms(typed: dict[str, str]) -> ListingTerms:
    """What was typed, as Discogs calls it; every line was found right."""
    from services.discogs.export import ListingTerms

    return ListingTerms(
        grade(typed["condition"], RECORD) or "",
        price(typed["price"]),
        grade(typed["sleeve"], SLEEVE) or "",
        grade(typed["status"], STATUS) or "",
        typed["comments"],
    ).checked()
