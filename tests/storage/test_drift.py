"""How a taste drifts: what was added year by year and the genres that led it, the same on both engines."""

from __future__ import annotations

from sqlalchemy import text

from storage import accounts, copies, drift, personal, records, statistics
from storage.engine import Storage
from storage.instants import instant
from storage.values import (
    Count,
    Format,
    InstanceId,
    NewCopy,
    NewRecord,
    RecordFacts,
    RecordPk,
    ReleaseId,
    User,
    UserId,
    YearAdded,
)

Added = tuple[int, str]
"""A copy by its instance id, and when it was added."""


async def own(storage: Storage, user_id: UserId, release: int, genres: tuple[str, ...], *added: Added) -> RecordPk:
    """A record of ``release`` with these copies."""
    async with storage.write() as conn:
        facts = RecordFacts("Artist", f"Title {release}", discogs_id=ReleaseId(release), genres=genres)
        (pk,) = await records.add_many(conn, user_id, [NewRecord(facts, is_synced=True)])
        held = [NewCopy(InstanceId(instance), pk, ReleaseId(release), 1, when) for instance, when in added]
        await copies.upsert_many(conn, user_id, held, seen_pass=None)
        await records.refresh_from_copies(conn, [pk])
    return pk


def in_year(year: int, month: int = 6) -> str:
    return f"{year}-{month:02}-15T12:00:00.000000+00:00"


async def copies_by_year(storage: Storage, user_id: UserId) -> list[YearAdded]:
    async with storage.read() as conn:
        return await drift.of_copies(conn, user_id)


async def test_the_years_come_in_their_order_each_with_its_leading_genres(storage: Storage, owner: User) -> None:
    await own(storage, owner.id, 1, ("Jazz", "Funk / Soul"), (10, in_year(2021)), (11, in_year(2019)))
    await own(storage, owner.id, 2, ("Jazz",), (12, in_year(2021)))
    await own(storage, owner.id, 3, ("Rock",), (13, in_year(2021)))
    assert await copies_by_year(storage, owner.id) == [
        YearAdded(2019, 1, (Count("Funk / Soul", 1), Count("Jazz", 1))),
        YearAdded(2021, 3, (Count("Jazz", 2), Count("Funk / Soul", 1), Count("Rock", 1))),
    ]


async def test_five_genres_lead_a_year_and_equal_ones_go_by_name(storage: Storage, owner: User) -> None:
    for place, genre in enumerate(("f", "E", "d", "C", "é", "b", "A")):
        await own(storage, owner.id, place + 1, (genre,), (place, in_year(2020)))
    (year,) = await copies_by_year(storage, owner.id)
    assert (year.added, [each.value for each in year.genres]) == (7, ["A", "C", "E", "b", "d"])


async def test_a_year_without_genres_counts_and_a_genre_named_twice_counts_once(storage: Storage, owner: User) -> None:
    await own(storage, owner.id, 1, (), (1, in_year(2018)))
    await own(storage, owner.id, 2, ("Jazz", "Jazz"), (2, in_year(2020)))
    assert await copies_by_year(storage, owner.id) == [
        YearAdded(2018, 1, ()),
        YearAdded(2020, 1, (Count("Jazz", 1),)),
    ]


async def test_the_year_is_that_of_utc(storage: Storage, owner: User) -> None:
    from datetime import datetime

    eve = instant(datetime.fromisoformat("2020-12-31T22:00:00-08:00"))
    await own(storage, owner.id, 1, (), (1, eve))
    assert [each.year for each in await copies_by_year(storage, owner.id)] == [2021]


async def test_what_is_gone_or_somebody_elses_was_not_added(storage: Storage, owner: User) -> None:
    async with storage.write() as conn:
        other = await accounts.register(conn, "else@example.org", "")
    assert other is not None
    assert await copies_by_year(storage, owner.id) == []
    await own(storage, other.id, 1, ("Jazz",), (1, in_year(2020)))
    await own(storage, owner.id, 1, ("Jazz",), (1, in_year(2020)), (2, in_year(2021)))
    async with storage.write() as conn:
        pk = await copies.mark_removed(conn, owner.id, InstanceId(1))
        assert pk is not None
        await records.refresh_from_copies(conn, [pk])
    assert await copies_by_year(storage, owner.id) == [YearAdded(2021, 1, (Count("Jazz", 1),))]


async def test_the_dashboard_counts_records_also_those_without_a_copy(storage: Storage, owner: User) -> None:
    await own(storage, owner.id, 1, ("Jazz",), (1, in_year(2019)), (2, in_year(2021)))
    made = in_year(2020)
    async with storage.write() as conn:
        facts = RecordFacts("Artist", "By hand", genres=("Rock",))
        await records.add_many(conn, owner.id, [NewRecord(facts, data_source="manual", created_at=made)])
    async with storage.read() as conn:
        found = await statistics.statistics(conn, owner.id)
    assert found.drift == (
        YearAdded(2020, 1, (Count("Rock", 1),)),
        YearAdded(2021, 1, (Count("Jazz", 1),)),
    )


async def test_formats_and_sizes_are_counted_together_in_copies(storage: Storage, owner: User) -> None:
    vinyl, disc = Format("Vinyl", 2, None, ("LP",)), Format("CD", 1, "Blue", ("Album",))
    releases = [
        RecordFacts("A", "LP", discogs_id=ReleaseId(1), formats=(vinyl,), record_size='12"'),
        RecordFacts("A", "Single", discogs_id=ReleaseId(2), formats=(Format("Vinyl"),), record_size='7"'),
        RecordFacts("A", "Box", discogs_id=ReleaseId(3), formats=(vinyl, vinyl, disc), record_size='12"'),
        RecordFacts("A", "Disc", discogs_id=ReleaseId(4), formats=(disc,), styles=("Modal", "Bop")),
        RecordFacts("A", "Unknown", discogs_id=ReleaseId(5), styles=("Bop",)),
    ]
    async with storage.write() as conn:
        pks = await records.add_many(conn, owner.id, [NewRecord(facts) for facts in releases])
        held = [
            NewCopy(InstanceId(number), pk, ReleaseId(number), 1, in_year(2020)) for number, pk in enumerate(pks, 1)
        ]
        held.append(NewCopy(InstanceId(90), pks[0], ReleaseId(1), 1, in_year(2021)))
        await copies.upsert_many(conn, owner.id, held, seen_pass=None)
        await records.refresh_from_copies(conn, pks)
    async with storage.read() as conn:
        found = await personal.figures(conn, owner.id)
    assert found.by_format == (Count("Vinyl", 4), Count('12"', 3), Count("CD", 2), Count('7"', 1))
    assert found.by_style == (Count("Bop", 2), Count("Modal", 1))
    assert [(each.year, each.added) for each in found.drift] == [(2020, 5), (2021, 1)]
    assert sum(each.added for each in found.drift) == found.total


async def test_counting_goes_through_the_records_in_the_tables_own_order(storage: Storage, owner: User) -> None:
    """Any other index would read all over the table; on PostgreSQL, nothing may be compiled for it."""
    async with storage.read() as conn:
        if storage.dialect != "sqlite":
            assert (await conn.execute(text("SHOW jit"))).scalar_one() == "off"
            return
        asked = "EXPLAIN QUERY PLAN SELECT genres, count(*) FROM record WHERE user_id = :user GROUP BY genres"
        steps = [str(row[-1]) for row in (await conn.execute(text(asked), {"user": owner.id})).all()]
    assert any("INDEX ix_record_of_user (user_id=?)" in step for step in steps), steps
