"""What an export puts on a wantlist, and that it never touches what was wanted before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.demo.faults import Fault
from services.discogs.export import reasons
from storage import wants
from storage.values import ExportState, ReleaseId, Want
from tests.services.discogs.export.conftest import Exporter, figures

WEEK = timedelta(days=7)


async def want(exporter: Exporter, release_id: int) -> Want | None:
    async with exporter.runtime.storage.read() as conn:
        return await wants.get(conn, exporter.user, ReleaseId(release_id))


def puts(exporter: Exporter) -> list[int]:
    return [int(r["path"].rsplit("/", 1)[1]) for r in exporter.discogs.requests if r["method"] == "PUT"]


def unwanted(exporter: Exporter, count: int) -> list[int]:
    world = exporter.discogs.world
    return [each for each in world.catalogue.pressings if each not in world.wants][:count]


async def test_releases_are_wanted_there_and_here(exporter: Exporter) -> None:
    first, second = unwanted(exporter, 2)
    export = await exporter.export("wantlist", first, second, first)
    assert figures(export) == ("done", 2, 0, 0, 0)
    assert puts(exporter) == [first, second]
    assert {first, second} <= set(exporter.discogs.world.wants)
    stored = await want(exporter, first)
    assert stored is not None and stored.removed_at is None
    assert stored.album_title == exporter.discogs.world.catalogue.pressings[first].summary["title"]


async def test_what_was_wanted_before_is_skipped_and_keeps_its_notes(exporter: Exporter) -> None:
    (release_id,) = unwanted(exporter, 1)
    before = exporter.discogs.world.want(release_id, datetime.now(UTC) - WEEK)
    before.notes, before.rating = "a clean copy", 4
    asked = await exporter.export("wantlist", release_id)
    known = await exporter.export("wantlist", release_id)
    for export in (asked, known):
        assert figures(export) == ("done", 0, 1, 0, 0)
        assert export.results[0].reason == reasons.ON_WANTLIST
    assert puts(exporter) == []
    stored = await want(exporter, release_id)
    assert stored is not None and (stored.notes, stored.rating) == ("a clean copy", 4)


async def test_a_want_exchanged_on_the_website_is_not_taken_for_ours(exporter: Exporter) -> None:
    """As many are wanted there as here, but others: the wantlist is not read again, the answer to the put tells."""
    old, new, own = unwanted(exporter, 3)
    for number in range(100):  # so that the first page is not all there is
        exporter.discogs.world.want(list(exporter.discogs.world.catalogue.pressings)[-number - 1], datetime.now(UTC))
    exporter.discogs.world.want(old, datetime.now(UTC) - WEEK)
    await exporter.export("wantlist", own)
    del exporter.discogs.world.wants[old]
    exporter.discogs.world.want(new, datetime.now(UTC) - WEEK)
    export = await exporter.export("wantlist", new)
    assert new in puts(exporter)
    assert figures(export) == ("done", 0, 1, 0, 0)


async def test_an_unknown_release_fails_and_says_why(exporter: Exporter) -> None:
    export = await exporter.export("wantlist", 999_999_999)
    assert figures(export) == ("partial", 0, 0, 1, 0)
    assert export.results[0].reason == "Discogs does not know this release"


@pytest.mark.parametrize(
    "fault", [Fault.TRUNCATED, Fault.DROP_CONNECTION, Fault.SERVER_ERROR, Fault.RATE_LIMIT, Fault.WANT_THEN_DROP]
)
async def test_a_put_without_an_answer_ends_as_one_want(exporter: Exporter, fault: Fault) -> None:
    releases = unwanted(exporter, 3)
    exporter.discogs.fault(fault, times=4, match="PUT", value="0.1")
    export = await exporter.export("wantlist", *releases)
    assert figures(export) == ("done", 3, 0, 0, 0)
    assert set(releases) <= set(exporter.discogs.world.wants)


async def test_undoing_takes_off_what_nobody_wrote_on(exporter: Exporter) -> None:
    untouched, noted, gone = unwanted(exporter, 3)
    export = await exporter.export("wantlist", untouched, noted, gone)
    exporter.discogs.world.wants[noted].notes = "any colour"
    del exporter.discogs.world.wants[gone]
    undone = await exporter.undo(export)
    assert [(result.state, result.reason) for result in undone.results] == [
        (ExportState.SENT, None), (ExportState.SKIPPED, reasons.CHANGED), (ExportState.SKIPPED, reasons.NOT_THERE),
    ]  # fmt: skip
    assert untouched not in exporter.discogs.world.wants and noted in exporter.discogs.world.wants
    held = await want(exporter, untouched)
    assert held is not None and held.removed_at is not None
