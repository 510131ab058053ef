"""What a screen asks beside the list of wants, on both engines: the jump bar, and what is owned already."""

from __future__ import annotations

import pytest

from storage import copies, records, wants
from storage.engine import Storage
from storage.values import (
    InstanceId,
    NewCopy,
    NewRecord,
    NewWant,
    RecordFacts,
    ReleaseId,
    User,
    WantQuery,
    WantSort,
)

KEPT = (
    NewWant(ReleaseId(1), "The Abyss", "Zero", 1969, "Quay", rating=5, date_added="2020-01-01T00:00:00.000000+00:00"),
    NewWant(ReleaseId(2), "Älva", "99 Ways", 1971, "azure", rating=5, date_added="2020-02-01T00:00:00.000000+00:00"),
    NewWant(ReleaseId(3), "Band", "Zebra", 1975, None, rating=0, date_added="2021-02-01T00:00:00.000000+00:00"),
    NewWant(ReleaseId(4), "日本語", "Zen", None, "Azure", rating=0, date_added=None),
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (WantQuery(sort_by=WantSort.ARTIST, descending=False), [("A", 0), ("B", 2), ("…", 3)]),
        (WantQuery(sort_by=WantSort.ARTIST), [("…", 0), ("B", 1), ("A", 2)]),
        (WantQuery(sort_by=WantSort.TITLE, descending=False), [("#", 0), ("Z", 1)]),
        (WantQuery(sort_by=WantSort.YEAR), [("1970s", 0), ("1960s", 2), ("–", 3)]),
        (WantQuery(sort_by=WantSort.LABEL, descending=False), [("A", 0), ("Q", 2), ("–", 3)]),
        (WantQuery(sort_by=WantSort.RATING), [("5", 0), ("0", 2)]),
        (WantQuery(sort_by=WantSort.ADDED), [("2021", 0), ("2020", 1), ("–", 3)]),
        (WantQuery(text="ze", sort_by=WantSort.ARTIST, descending=False), [("A", 0), ("B", 1), ("…", 2)]),
    ],
)
async def test_each_initial_leads_to_its_first_want(
    storage: Storage, owner: User, query: WantQuery, expected: list[tuple[str, int]]
) -> None:
    async with storage.write() as conn:
        await wants.upsert_many(conn, owner.id, KEPT, seen_at="2026-01-01T00:00:00.000000+00:00")
        found = await wants.letters(conn, owner.id, query)
        count = await wants.count(conn, owner.id, query)
    assert found == expected
    assert all(position < count for _, position in found)


async def test_what_is_owned_is_what_makes_a_want_fulfilled(storage: Storage, owner: User) -> None:
    async with storage.write() as conn:
        await wants.upsert_many(conn, owner.id, KEPT, seen_at="2026-01-01T00:00:00.000000+00:00")
        rows = [NewRecord(RecordFacts("A", "B", discogs_id=ReleaseId(n))) for n in (1, 2, 99)]
        first, _, third = await records.add_many(conn, owner.id, rows)
        held = [
            NewCopy(InstanceId(pk), pk, ReleaseId(n), 1, KEPT[0].date_added or "")
            for pk, n in ((first, 1), (third, 99))
        ]
        await copies.upsert_many(conn, owner.id, held, seen_pass=None)
        await records.refresh_from_copies(conn, [first, third])
        fulfilled, _ = await wants.page(conn, owner.id, WantQuery(fulfilled=True), limit=None, offset=0)
        assert await wants.owned(conn, owner.id, [want.release_id for want in KEPT]) == {1}
        assert [want.release_id for want in fulfilled] == [1]
