"""The shelf's own statements, on both engines: what is news, who is worth comparing, what albums sum up, what was decided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage import accounts, records
from storage import shelf_albums as albums
from storage import shelf_albums_deciding as deciding
from storage import shelf_albums_decisions as decisions
from storage import shelf_albums_keeping as keeping
from storage import shelf_albums_sources as sources
from storage.engine import Storage
from storage.shelf_albums_keeping import Placed
from storage.values import (
    Decision,
    Format,
    NewHolding,
    NewRecord,
    RecordFacts,
    ReleaseId,
    ShelfList,
    ShelfQuery,
    ShelfSort,
    ShelfSource,
)

pytestmark = pytest.mark.asyncio


def holding(source: ShelfSource, key: str, **more: object) -> NewHolding:
    """An album "Low Tide" as a source has it."""
    made = NewHolding(
        source, key, "1", "Örbit Choir", "Low Tide", facts={"title": "Low Tide"}, signs=frozenset({5, -7})
    )
    return replace(made, **more)  # type: ignore[arg-type]


async def test_holdings_become_albums_that_sum_them_up(storage: Storage) -> None:
    async with storage.write() as conn:
        me = (await accounts.ensure_owner(conn)).id
        record = holding(ShelfSource.RECORDS, "r", formats=("Vinyl", "LP"), is_vinyl=True, added_at="2024")
        plays = holding(ShelfSource.PLAYS, "p", amount=4, year=1999, tracks=8, signs=frozenset({-7}))
        await keeping.keep(conn, me, ShelfSource.RECORDS, keeping.ready([record]))
        await keeping.keep(conn, me, ShelfSource.PLAYS, keeping.ready([plays]))
        one, other = await keeping.stale(conn, me, 10)
        assert await keeping.sharing(conn, [one.pk], 5) == {one.pk: {other.pk: 1}}
        made = await keeping.place(conn, me, [Placed(one.pk, -1, 1.0), Placed(other.pk, -1, 0.8, "title equal")])
        assert await keeping.count_stale(conn, me) == 0
    async with storage.read() as conn:
        (album,), count = await albums.page(conn, me, ShelfQuery(text="orb low", format="vinyl"), limit=5, offset=0)
        assert (album.pk, count) == (made[-1], 1)
        assert (album.records, album.vinyls, album.plays, album.year, album.tracks) == (1, 1, 4, 1999, 8)
        assert (album.formats, album.added_at, album.confidence) == (("Vinyl", "LP"), "2024", 0.8)
        for text, found in (
            ("1999", 1),
            ("low 1995-1999", 1),
            ("1990s", 1),
            ("1998", 0),
            ("2000-2010", 0),
            ("1980s low", 0),
        ):
            assert (await albums.page(conn, me, ShelfQuery(text=text), limit=5, offset=0))[1] == found, text
        for sort in ShelfSort:
            assert list(await albums.order(conn, me, ShelfQuery(sort_by=sort, descending=True))) == [album.pk]
        counts = await albums.counts(conn, me)
        assert (counts.albums, counts.vinyl, counts.missing_files, counts.not_owned, counts.unsure) == (1, 1, 1, 0, 1)
        assert (await albums.page(conn, me, ShelfQuery(list=ShelfList.NOT_OWNED), limit=5, offset=0))[1] == 0
    async with storage.write() as conn:
        kept = await keeping.keep(conn, me, ShelfSource.PLAYS, keeping.ready([replace(plays, amount=9, marker="2")]))
        assert (kept.added, kept.changed, await keeping.count_stale(conn, me)) == (0, 1, 0), "no fact changed"
        assert (await albums.some(conn, me, [album.pk]))[0].plays == 9
        await keeping.was_not_read(conn, me, ShelfSource.PLAYS, "away")
        first = (await albums.sources(conn, me))[0].failing_since
        await keeping.was_not_read(conn, me, ShelfSource.PLAYS, "still away")
        (state,) = await albums.sources(conn, me)
        assert first and (state.failing_since, state.error, state.holdings) == (first, "still away", 1)
        assert (await albums.places(conn, me, [album.pk]))[album.pk][1].missing_since == first
        assert await keeping.gone(conn, me, ShelfSource.RECORDS, ["r"]) == 1
        assert (await albums.some(conn, me, [album.pk]))[0].records == 0
        assert await keeping.gone(conn, me, ShelfSource.PLAYS, ["p"]) == 1
        assert await albums.some(conn, me, [album.pk]) == [], "an album without holdings is none"


async def test_a_decision_is_remembered_until_a_later_one(storage: Storage) -> None:
    async with storage.write() as conn:
        me = (await accounts.ensure_owner(conn)).id
        for source in (ShelfSource.RECORDS, ShelfSource.PLEX):
            await keeping.keep(conn, me, source, keeping.ready([holding(source, "7")]))
        one, other = await keeping.stale(conn, me, 10)
        album = (await keeping.place(conn, me, [Placed(one.pk, -1, 1.0), Placed(other.pk, -1, 0.95)]))[-1]
        plex, mine = ("plex", "7"), ("records", "7")
        assert await deciding.decide(conn, me, album, plex, Decision.CONFIRM, None) == other.pk
        assert await decisions.about(conn, me, [mine]) == [(plex, mine, True)]
        assert await deciding.decide(conn, me, album, plex, Decision.REJECT, None) == other.pk
        assert await decisions.about(conn, me, [plex]) == [(plex, mine, False)]
        assert await keeping.count_stale(conn, me) == 1, "what was rejected is matched again"
        apart = (await keeping.where_they_are(conn, [other.pk]))[other.pk] or 0
        assert apart != album and await deciding.decide(conn, me, album, plex, Decision.CONFIRM, None) is None
        before = await decisions.latest(conn, me)
        assert await deciding.decide(conn, me, apart, plex, Decision.JOIN, album) == other.pk
        assert await decisions.about(conn, me, [plex]) == [(plex, mine, True)]
        assert await decisions.latest(conn, me) > before and await albums.some(conn, me, [apart]) == []


@pytest.mark.parametrize("source", sources.LOCAL)
async def test_every_source_can_be_asked_for_its_news(storage: Storage, source: ShelfSource) -> None:
    async with storage.write() as conn:
        me = (await accounts.ensure_owner(conn)).id
        facts = RecordFacts("A", "B", discogs_id=ReleaseId(1), formats=(Format("Vinyl"),))
        await records.add_many(conn, me, [NewRecord(facts, record_id="r")])
        await keeping.keep(conn, me, source, keeping.ready([holding(source, "gone")]))
        expected = ["r"] if source is ShelfSource.RECORDS else []
        assert [row.key for row in await sources.changed(conn, me, source)] == expected
        assert await sources.count_changed(conn, me, source) == len(expected)
        assert await sources.vanished(conn, me, source) == ["gone"]
        assert await sources.changed(conn, me, source, after="r") == []
        assert await sources.credits_of(conn, me, ["x"]) == {}
