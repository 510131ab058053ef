"""A user's collection and wantlist: pages that lose and repeat nothing, figures counted in copies, on both engines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, text

from storage import accounts, copies, personal, records, wants
from storage.engine import Storage
from storage.instants import instant
from storage.values import (
    Count,
    InstanceId,
    ListedRelease,
    NewCopy,
    NewRecord,
    NewWant,
    RecordFacts,
    ReleaseId,
    User,
    UserId,
)

Walk = Callable[..., Awaitable[tuple[list[ListedRelease], int]]]
DAY = datetime(2024, 11, 3, 10, 12, tzinfo=timezone(timedelta(hours=-8)))


async def own(storage: Storage, user_id: UserId, owned: list[tuple[int, int, str]], **facts: Any) -> None:
    """Copies as (release, instance, date added), each release with the same facts."""
    async with storage.write() as conn:
        held = await records.by_discogs_ids(conn, user_id, [ReleaseId(release) for release, _, _ in owned])
        pks = {release: record.pk for release, record in held.items()}
        new = [
            ReleaseId(release) for release in dict.fromkeys(release for release, _, _ in owned) if release not in pks
        ]
        rows = [
            NewRecord(replace(RecordFacts("Artist", f"Title {release}", discogs_id=release), **facts), is_synced=True)
            for release in new
        ]
        pks |= dict(zip(new, await records.add_many(conn, user_id, rows), strict=True))
        stored = [
            NewCopy(InstanceId(instance), pks[ReleaseId(release)], ReleaseId(release), 1, added, rating=instance % 6)
            for release, instance, added in owned
        ]
        changes = await copies.upsert_many(conn, user_id, stored, seen_pass=None)
        await records.refresh_from_copies(conn, changes.records)


async def want(storage: Storage, user_id: UserId, wanted: list[tuple[int, str | None]], **facts: Any) -> None:
    rows = [
        NewWant(ReleaseId(release), "Artist", f"Title {release}", date_added=added, **facts)
        for release, added in wanted
    ]
    async with storage.write() as conn:
        await wants.upsert_many(conn, user_id, rows, seen_at=instant())


async def walk(storage: Storage, page: Walk, user_id: UserId, limit: int) -> list[ListedRelease]:
    """All pages, one after the other, each with the same total."""
    found: list[ListedRelease] = []
    async with storage.read() as conn:
        while True:
            rows, total = await page(conn, user_id, limit, len(found))
            assert len(rows) <= limit
            found += rows
            if not rows:
                assert len(found) == total
                return found


@pytest.fixture
async def other(storage: Storage, owner: User) -> User:
    """Somebody else, who has and wants the same."""
    async with storage.write() as conn:
        made = await accounts.register(conn, "else@example.org", "")
    assert made is not None
    return made


def moment(minutes: int, hours: int) -> str:
    """A moment as told at ``hours`` from UTC, as it is stored."""
    return instant((DAY + timedelta(minutes=minutes)).astimezone(timezone(timedelta(hours=hours))))


moments = st.builds(moment, st.integers(0, 3), st.integers(-11, 13))
thorough = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


@thorough
@given(
    owned=st.lists(st.tuples(st.integers(1, 6), st.integers(1, 2**40), moments), max_size=25, unique_by=lambda c: c[1]),
    gone=st.integers(0, 5),
    limit=st.integers(1, 30),
)
async def test_walking_the_collection_meets_every_copy_once_the_newest_first(
    storage: Storage, owner: User, owned: list[tuple[int, int, str]], gone: int, limit: int
) -> None:
    await _empty(storage)
    await own(storage, owner.id, owned)
    async with storage.write() as conn:
        for _, instance, _ in owned[:gone]:
            await copies.mark_removed(conn, owner.id, InstanceId(instance))
    found = await walk(storage, personal.collection, owner.id, limit)
    by_key = sorted(owned[gone:], key=lambda each: (each[0], each[1]))
    expected = sorted(by_key, key=lambda each: datetime.fromisoformat(each[2]), reverse=True)
    # reverse=True keeps the order of equal ones, so ties stay in the order of release and instance
    assert [(each.release_id, each.rating, each.date_added) for each in found] == [
        (release, instance % 6, added) for release, instance, added in expected
    ]


@thorough
@given(
    wanted=st.lists(
        st.tuples(st.integers(1, 2**40), st.none() | moments), max_size=25, unique_by=lambda wanted: wanted[0]
    ),
    gone=st.integers(0, 5),
    limit=st.integers(1, 30),
)
async def test_walking_the_wantlist_meets_every_want_once_the_undated_last(
    storage: Storage, owner: User, wanted: list[tuple[int, str | None]], gone: int, limit: int
) -> None:
    await _empty(storage)
    await want(storage, owner.id, wanted)
    async with storage.write() as conn:
        for release, _ in wanted[:gone]:
            await wants.remove(conn, owner.id, ReleaseId(release))
    found = await walk(storage, personal.wantlist, owner.id, limit)
    by_release = sorted(wanted[gone:])
    dated = sorted(((r, d) for r, d in by_release if d), key=lambda each: datetime.fromisoformat(each[1]), reverse=True)
    undated = [(release, None) for release, added in by_release if added is None]
    assert [(each.release_id, each.date_added) for each in found] == [*dated, *undated]


async def _empty(storage: Storage) -> None:
    """Every example begins with nothing: the store outlives it."""
    async with storage.write() as conn:
        for table in ("want", "copy", "record"):
            await conn.execute(text(f"DELETE FROM {table}"))


async def test_a_copy_is_told_with_the_facts_of_its_release_and_the_edits_made_here(
    storage: Storage, owner: User, other: User
) -> None:
    facts = {
        "artist_name": "Miles Davis", "album_title": "Kind Of Blue", "year_released": 1959, "label_name": "Columbia",
        "catalog_number": "CL 1355", "genres": ("Jazz",), "styles": ("Modal",),
    }  # fmt: skip
    await own(storage, owner.id, [(249504, 2**40 + 1, instant(DAY))], **facts)
    await own(storage, other.id, [(1, 7, instant(DAY))])
    async with storage.read() as conn:
        ((copy,), total) = await personal.collection(conn, owner.id, 50, 0)
    expected = ListedRelease(
        ReleaseId(249504), "Kind Of Blue", "Miles Davis", 1959, "Columbia", "CL 1355", ("Jazz",), ("Modal",),
        (2**40 + 1) % 6, "2024-11-03T18:12:00.000000+00:00", 1,
    )  # fmt: skip
    assert (copy, total) == (expected, 1)
    async with storage.write() as conn:
        await copies.set_pending(conn, owner.id, InstanceId(2**40 + 1), {"rating": 5, "folder_id": 7})
    async with storage.read() as conn:
        ((edited,), _) = await personal.collection(conn, owner.id, 50, 0)
    assert (edited.rating, edited.folder_id) == (5, 7)


async def test_figures_count_copies_and_name_the_twenty_largest(storage: Storage, owner: User, other: User) -> None:
    added = instant(DAY)
    jazz = {"genres": ("Jazz", "Funk / Soul"), "year_released": 1959, "label_name": "Columbia", "artist_name": "Miles"}
    await own(storage, owner.id, [(1, 5, added), (1, 11, added), (2, 12, added)], **jazz)
    await own(storage, owner.id, [(3, 13, added)], genres=("Jazz",), year_released=2001, label_name="blue note")
    await own(storage, owner.id, [(4, 14, added)], year_released=None, label_name=None)
    await own(storage, other.id, [(9, 90, added)], **jazz)
    for number in range(25):
        release = 100 + number
        await own(
            storage,
            owner.id,
            [(release, 1000 + 6 * number, added)],
            label_name=f"Label {number:02}",
            genres=(f"G{number:02}",),
        )
    async with storage.write() as conn:
        gone = await copies.mark_removed(conn, owner.id, InstanceId(12))
        assert gone is not None
        await records.refresh_from_copies(conn, [gone])
    async with storage.read() as conn:
        found = await personal.figures(conn, owner.id)
    assert found.total == 4 + 25
    assert found.by_genre[:3] == (Count("Jazz", 3), Count("Funk / Soul", 2), Count("G00", 1))
    assert found.by_label[:4] == (
        Count("Columbia", 2),
        Count("Label 00", 1),
        Count("Label 01", 1),
        Count("Label 02", 1),
    )
    assert (len(found.by_genre), len(found.by_label)) == (20, 20)
    assert found.by_decade == ((1950, 2), (2000, 1))
    assert (found.unique_artists, found.unique_labels) == (2, 27)
    assert found.average_rating == pytest.approx((5 + 5 + 1 + 2 + sum((1000 + 6 * n) % 6 for n in range(25))) / 29)


async def test_the_figures_of_nothing_are_nothing(storage: Storage, owner: User) -> None:
    async with storage.read() as conn:
        found = await personal.figures(conn, owner.id)
    assert (found.total, found.by_genre, found.by_decade, found.by_label) == (0, (), (), ())
    assert (found.unique_artists, found.unique_labels, found.average_rating) == (0, 0, None)


async def test_what_is_gone_or_somebody_elses_is_neither_owned_nor_wanted(
    storage: Storage, owner: User, other: User
) -> None:
    added = instant(DAY)
    await own(storage, owner.id, [(1, 1, added), (2, 2, added), (2**40, 3, added)])
    await own(storage, other.id, [(4, 4, added)])
    await want(storage, owner.id, [(5, None), (6, None), (1, None)])
    await want(storage, other.id, [(7, None)])
    async with storage.write() as conn:
        await copies.mark_removed(conn, owner.id, InstanceId(2))
        await wants.remove(conn, owner.id, ReleaseId(6))
    async with storage.read() as conn:
        held = await personal.held(conn, owner.id, [ReleaseId(n) for n in (1, 2, 2**40, 4, 5, 6, 7, 2**63 - 1)])
    assert held == ({1, 2**40}, {5, 1})


@pytest.mark.parametrize(
    ("page", "index"), [(personal.collection, "ix_copy_newest"), (personal.wantlist, "ix_want_newest")]
)
async def test_a_page_is_found_by_its_index(storage: Storage, owner: User, page: Walk, index: str) -> None:
    """However far back, and before the store has any statistics: the rows of other pages are not read."""
    if storage.dialect != "sqlite":
        pytest.skip("PostgreSQL takes another way while there is nothing to find")
    await own(storage, owner.id, [(1, 1, instant(DAY))])
    await want(storage, owner.id, [(1, instant(DAY)), (2, None)])
    asked: list[tuple[str, Any]] = []

    def note(_: Connection, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    async with storage.read() as conn:
        event.listen(conn.sync_connection, "before_cursor_execute", note)
        await page(conn, owner.id, 1, 0)
        pages = [(statement, parameters) for statement, parameters in asked if "LIMIT" in statement]
        assert pages
        for statement, parameters in pages:
            plan = (await conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)).all()
            steps = [str(row[-1]) for row in plan]
            assert any(f"INDEX {index} (user_id=?" in step for step in steps), steps
            assert all(index in step or "_id=? AND " in step or "rowid=?" in step for step in steps if "SEARCH" in step)
            assert not any(step.startswith("SCAN") and step != "SCAN page" for step in steps), steps
