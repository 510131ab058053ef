"""What the dialogs of an export say of it: where to, on which terms, and what taking back leaves alone."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from storage.values import ExportTarget
from tui.text import clean
from tui.words import number, span

if TYPE_CHECKING:
    from services.discogs.export import Export, ListingTerms

TARGETS: tuple[tuple[ExportTarget, str, str, str], ...] = (
    (ExportTarget.COLLECTION, "c", "Collection", "add a copy of each to your Discogs collection"),
    (ExportTarget.WANTLIST, "w", "Wantlist", "put each on your Discogs wantlist"),
    (ExportTarget.MARKETPLACE, "m", "Marketplace", "offer each for sale, as a draft unless you say otherwise"),
)
"""(target, key, title, what happens there)."""
_LEFT_ALONE = {
    ExportTarget.COLLECTION: "Copies that were moved or described since then stay; your records here stay too.",
    ExportTarget.WANTLIST: "Wants that have notes or a rating by now stay.",
    ExportTarget.MARKETPLACE: "Listings that were changed, put up for sale or sold since then stay.",
}


def where(target: ExportTarget) -> str:
    """``To your Discogs collection``."""
    return {
        ExportTarget.COLLECTION: "To your Discogs collection",
        ExportTarget.WANTLIST: "To your Discogs wantlist",
        ExportTarget.MARKETPLACE: "To the marketplace",
    }[target]


def collection_terms(folder: str, *, remove_from_wantlist: bool) -> str:
    """Where copies go, in a sentence."""
    said = f"{where(ExportTarget.COLLECTION)}, folder “{clean(folder)}”."
    return f"{said} What you wanted leaves your wantlist." if remove_from_wantlist else said


def listing_terms(terms: ListingTerms) -> str:
    """How everything is offered, in a sentence."""
    said = (
        f"{where(ExportTarget.MARKETPLACE)}, each for {Decimal(terms.price):.2f}: record {terms.condition}, "
        f"sleeve {terms.sleeve_condition}."
    )
    if terms.status == "Draft":
        return f"{said} As drafts, which only you see."
    return f"{said} For sale at once: everybody can order them."


def figures(sendable: int, skipped: int) -> str:
    """What would happen, in numbers, and how long it takes at the pace an export keeps."""
    if not sendable:
        return "Nothing would be sent." if skipped else "Nothing was chosen."
    takes = f", about {span(sendable)} at one a second" if sendable > 1 else ""
    return f"{number(sendable)} will be sent, {number(skipped)} skipped{takes}."


def about_undo(export: Export) -> list[str]:
    """What taking back an export does, and what it cannot."""
    said = ["Removed on Discogs, one after the other; it can be stopped.", _LEFT_ALONE[export.target]]
    if export.job.params.get("remove_from_wantlist"):
        said.append("What left your wantlist for it is not put back.")
    return said
