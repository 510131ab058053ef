"""What an export offers for sale: one listing each, a draft unless asked otherwise, found again by its mark."""

from __future__ import annotations

import pytest

from services.demo.faults import Fault
from services.demo.listings import Listing
from services.discogs.export import ListingTerms, reasons
from storage.values import ExportState, JobState
from tests.services.discogs.export.conftest import Exporter, figures

LISTINGS = "/marketplace/listings"


def ours(exporter: Exporter, *releases: int) -> list[Listing]:
    """The listings of these releases that carry our mark."""
    every = exporter.discogs.world.inventory.of_status()
    return [each for each in every if each.release_id in releases and each.external_id.startswith("lockgroove:")]


async def test_releases_become_drafts_on_the_terms_given(exporter: Exporter) -> None:
    first, second = exporter.unowned[:2]
    terms = ListingTerms("Very Good (VG)", "12.50", "Generic", comments="plays ö")
    export = await exporter.export("marketplace", first, second, listing=terms)
    assert figures(export) == ("done", 2, 0, 0, 0)
    made = ours(exporter, first, second)
    assert {(each.release_id, each.condition, each.price, each.sleeve_condition, each.status, each.comments) for each in made} == {
        (each, "Very Good (VG)", 12.5, "Generic", "Draft", "plays ö") for each in (first, second)
    }  # fmt: skip
    assert len({each.external_id for each in made}) == 2


async def test_what_is_asked_to_be_for_sale_is(exporter: Exporter) -> None:
    (release_id,) = exporter.unowned[:1]
    await exporter.export("marketplace", release_id, listing=ListingTerms("Mint (M)", "1", status="For Sale"))
    assert [each.status for each in ours(exporter, release_id)] == ["For Sale"]


@pytest.mark.parametrize(
    "fault", [Fault.LIST_THEN_DROP, Fault.DROP_CONNECTION, Fault.SERVER_ERROR, Fault.TRUNCATED, Fault.RATE_LIMIT]
)
async def test_a_listing_without_an_answer_is_made_once(exporter: Exporter, fault: Fault) -> None:
    releases = exporter.unowned[:4]
    exporter.discogs.fault(fault, times=2, match=f"POST {LISTINGS}", value="0.1")
    export = await exporter.export("marketplace", *releases)
    assert figures(export) == ("done", 4, 0, 0, 0)
    assert sorted(each.release_id for each in ours(exporter, *releases)) == sorted(releases)


async def test_a_listing_that_could_not_be_looked_for_is_found_by_the_retry(exporter: Exporter) -> None:
    """Carried out, not answered, and the inventory cannot be read: the item stays open and is looked for later."""
    (release_id,) = exporter.unowned[:1]
    exporter.discogs.fault(Fault.LIST_THEN_DROP, times=1)
    exporter.discogs.fault(Fault.MAINTENANCE, match="GET /users")
    export = await exporter.export("marketplace", release_id)
    assert (export.state, export.pending) == (JobState.PARTIAL, 1)
    assert export.results[0].reason == reasons.NOT_KNOWN
    exporter.discogs.mend()
    again = await exporter.retry(export)
    assert figures(again) == ("done", 1, 0, 0, 0)
    assert len(ours(exporter, release_id)) == 1
    assert (await exporter.runtime.exports.get(exporter.user, export.id)).pending == 0


async def test_a_mark_is_found_behind_a_long_inventory(exporter: Exporter) -> None:
    releases = exporter.unowned[:1]
    world = exporter.discogs.world
    exporter.discogs.fault(Fault.LIST_THEN_DROP, times=1)
    exporter.discogs.fault(Fault.MAINTENANCE, match="GET /users")
    export = await exporter.export("marketplace", *releases)
    exporter.discogs.mend()
    other = {"release_id": releases[0], "condition": "Poor (P)", "price": 1.0, "status": "Draft"}
    for _ in range(250):
        world.inventory.create(other, world.catalogue.pressings)
    await exporter.retry(export)
    assert len(ours(exporter, *releases)) == 1


async def test_an_account_that_cannot_sell_is_told_what_to_do(exporter: Exporter) -> None:
    exporter.discogs.world.inventory.is_open = False
    export = await exporter.export("marketplace", exporter.unowned[0])
    assert figures(export) == ("partial", 0, 0, 1, 0)
    assert "seller settings" in (export.results[0].reason or "")
    many = await exporter.export("marketplace", *exporter.unowned[:8])
    assert (many.state, many.failed, many.pending) == (JobState.FAILED, 2, 6), "it does not ask eight times"
    exporter.discogs.world.inventory.is_open = True
    assert figures(await exporter.retry(many)) == ("done", 8, 0, 0, 0)


async def test_an_unknown_release_fails_and_says_why(exporter: Exporter) -> None:
    export = await exporter.export("marketplace", 999_999_999)
    assert export.results[0].reason == "Discogs does not know this release"


async def test_undoing_deletes_what_nobody_changed(exporter: Exporter) -> None:
    untouched, dearer, sold, gone = releases = exporter.unowned[:4]
    export = await exporter.export("marketplace", *releases)
    made = {each.release_id: each for each in ours(exporter, *releases)}
    made[dearer].price = 99.0
    made[sold].status = "Sold"
    exporter.discogs.world.inventory.remove(made[gone])
    undone = await exporter.undo(export)
    assert [(result.state, result.reason) for result in undone.results] == [
        (ExportState.SENT, None), (ExportState.SKIPPED, reasons.CHANGED),
        (ExportState.SKIPPED, reasons.SOLD), (ExportState.SKIPPED, reasons.NOT_THERE),
    ]  # fmt: skip
    assert {each.release_id for each in ours(exporter, *releases)} == {dearer, sold}
    assert untouched not in {each.release_id for each in ours(exporter, *releases)}
