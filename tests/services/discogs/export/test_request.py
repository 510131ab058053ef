"""What an export refuses before anything is stored, and what it says it would do."""

from __future__ import annotations

import time
from typing import Any

import pytest

from services.discogs.export import ExportRequest, ListingTerms, reasons
from services.discogs.export.request import MOST_ITEMS, Terms
from services.errors import InvalidInput
from services.records.entry import RecordEntry
from storage.values import ExportTarget
from tests.services.discogs.export.conftest import TERMS, Exporter

GOOD: dict[str, Any] = {"condition": "Mint (M)", "price": "10"}


@pytest.mark.parametrize(
    ("target", "how", "field"),
    [
        ("collection", {"discogs_ids": ()}, "discogs_ids"),
        ("collection", {"discogs_ids": (0,)}, "discogs_ids"),
        ("collection", {"discogs_ids": (2**63,)}, "discogs_ids"),
        ("collection", {"discogs_ids": tuple(range(1, MOST_ITEMS + 2))}, "discogs_ids"),
        ("collection", {"record_ids": ("17",)}, "record_ids"),
        ("collection", {"folder_id": 0}, "folder_id"),
        ("wantlist", {"folder_id": 1}, "folder_id"),
        ("wantlist", {"remove_from_wantlist": True}, "remove_from_wantlist"),
        ("wantlist", {"listing": TERMS}, "listing"),
        ("marketplace", {}, "listing"),
        ("marketplace", {"listing": {**GOOD, "condition": "mint"}}, "listing.condition"),
        ("marketplace", {"listing": {**GOOD, "condition": "Generic"}}, "listing.condition"),
        ("marketplace", {"listing": {**GOOD, "sleeve_condition": "Mint"}}, "listing.sleeve_condition"),
        ("marketplace", {"listing": {**GOOD, "status": "Sold"}}, "listing.status"),
        ("marketplace", {"listing": {**GOOD, "comments": "x" * 1001}}, "listing.comments"),
        ("marketplace", {"listing": {**GOOD, "price": "0"}}, "listing.price"),
        ("marketplace", {"listing": {**GOOD, "price": "-3"}}, "listing.price"),
        ("marketplace", {"listing": {**GOOD, "price": "1.001"}}, "listing.price"),
        ("marketplace", {"listing": {**GOOD, "price": "NaN"}}, "listing.price"),
        ("marketplace", {"listing": {**GOOD, "price": "1e9"}}, "listing.price"),
    ],
)
def test_what_cannot_be_exported_is_refused_by_the_name_of_its_field(
    target: str, how: dict[str, Any], field: str
) -> None:
    given = {"discogs_ids": (1,), **how}
    if isinstance(given.get("listing"), dict):
        given["listing"] = ListingTerms(**given["listing"])
    with pytest.raises(InvalidInput) as refused:
        ExportRequest(ExportTarget(target), **given).checked()
    assert refused.value.field == field


def test_terms_come_back_from_the_job_as_they_were() -> None:
    request = ExportRequest(ExportTarget.MARKETPLACE, (1,), listing=ListingTerms("Good (G)", "0.10", comments="ö"))
    terms = Terms.of(request.checked())
    assert Terms.read(terms.document()) == terms
    assert terms.listing is not None and terms.listing.status == "Draft"


async def test_a_preview_tells_what_would_be_sent_and_asks_nobody(exporter: Exporter) -> None:
    await exporter.synced()
    owned = next(iter(exporter.discogs.world.instances.values())).release_id
    fresh = exporter.unowned[0]
    acetate = await exporter.runtime.records.add(exporter.user, RecordEntry("Nobody", "Acetate"))
    before = len(exporter.discogs.requests)
    request = ExportRequest(
        ExportTarget.COLLECTION,
        (owned, fresh, fresh),
        (acetate.record_id, "6b8b4567-327b-43c6-a6b4-000000000000", (await exporter.record(owned)).record_id),
    )
    preview = await exporter.runtime.exports.preview(exporter.user, request)
    assert [(item.release_id, item.skipped) for item in preview.items] == [
        (None, reasons.NO_RELEASE), (None, reasons.NO_RECORD), (owned, reasons.IN_COLLECTION), (fresh, None),
    ]  # fmt: skip
    assert [item.release_id for item in preview.sendable] == [fresh]
    assert len(exporter.discogs.requests) == before
    assert await exporter.runtime.exports.recent(exporter.user) == []


async def test_a_preview_of_ten_thousand_is_quick(exporter: Exporter) -> None:
    request = ExportRequest(ExportTarget.COLLECTION, tuple(range(1, MOST_ITEMS + 1)))
    began = time.monotonic()
    preview = await exporter.runtime.exports.preview(exporter.user, request)
    assert len(preview.items) == MOST_ITEMS
    assert time.monotonic() - began < 10
