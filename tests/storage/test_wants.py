"""The wantlist's queries on both engines: what is kept of a page, what a list shows, in which order."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from storage import copies, records, wants
from storage.engine import Storage
from storage.fold import words
from storage.instants import instant
from storage.values import (
    Format,
    InstanceId,
    NewCopy,
    NewRecord,
    NewWant,
    RecordFacts,
    ReleaseId,
    User,
    UserId,
    Want,
    WantChanges,
    WantQuery,
    WantSort,
)

LONG_AGO = "2001-01-01T00:00:00.000000+00:00"
HOSTILE = [
    "Sigur Rós", "The Beatles", "[b]Bold[/b]", "日本語 アルバム", "שלום", "Ⅷ ﬁne", "e\u0301clair", "!!!", "a\x00b", "\ud800",
    "%_'\"\\ --", "ẞtraße", "x" * 300, "",
]  # fmt: skip
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=8))
instants = st.sampled_from([None, LONG_AGO, "2020-05-05T05:05:05.000000+00:00", "2020-05-05T05:05:06.000000+00:00"])
some_wants = st.builds(
    NewWant,
    release_id=st.integers(1, 2**62).map(ReleaseId),
    artist_name=texts,
    album_title=texts,
    year_released=st.one_of(st.none(), st.integers(1990, 1993)),
    label_name=st.one_of(st.none(), texts),
    catalog_number=st.one_of(st.none(), texts),
    formats=st.lists(st.builds(Format, name=texts, text=st.none() | texts), max_size=2).map(tuple),
    genres=st.lists(texts, max_size=2).map(tuple),
    notes=texts,
    rating=st.integers(0, 5),
    date_added=instants,
)
lists = st.lists(some_wants, min_size=1, max_size=20, unique_by=lambda each: each.release_id)
QUICK = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def wanted(release_id: int, **facts: object) -> NewWant:
    return replace(NewWant(ReleaseId(release_id), "Björk", "Début"), **facts)  # pyright: ignore[reportArgumentType]


async def fill(storage: Storage, user_id: UserId, held: list[NewWant]) -> None:
    async with storage.write() as conn:
        await conn.execute(text("DELETE FROM want"))
        await wants.upsert_many(conn, user_id, held, seen_at=instant())


async def releases(storage: Storage, user_id: UserId, query: WantQuery) -> list[int]:
    async with storage.read() as conn:
        found, total = await wants.page(conn, user_id, query, limit=None, offset=0)
    assert total == len(found)
    return [each.release_id for each in found]


# --- what is kept


async def test_a_want_comes_out_as_it_went_in(storage: Storage, owner: User) -> None:
    told = NewWant(
        ReleaseId(2**40), "Björk", "Début", 1993, "One Little Indian", "TPLP 31",
        (Format("Vinyl", 2, "blue", ("LP", "Album")),), ("Electronic",), ("House",), "http://t", "http://c",
        "any\npressing", 4, LONG_AGO,
    )  # fmt: skip
    async with storage.write() as conn:
        kept = await wants.put(conn, owner.id, told)
    assert {name: getattr(kept, name) for name in NewWant.__slots__} == {
        name: getattr(told, name) for name in NewWant.__slots__
    }
    assert (kept.user_id, kept.removed_at) == (owner.id, None)


async def test_a_page_says_what_is_new_and_what_changed(storage: Storage, owner: User) -> None:
    async with storage.write() as conn:
        first = [wanted(1), wanted(2), wanted(2, notes="the last one counts")]
        assert await wants.upsert_many(conn, owner.id, first, seen_at=instant()) == WantChanges(2, 0)
        again = [wanted(1), wanted(2, notes="a note"), wanted(3)]
        assert await wants.upsert_many(conn, owner.id, again, seen_at=instant()) == WantChanges(1, 1)
        assert not await wants.upsert_many(conn, owner.id, again, seen_at=instant())
        notes = {each.release_id: each.notes for each in await wants.some(conn, owner.id, [1, 2, 3])}
    assert notes == {1: "", 2: "a note", 3: ""}


async def test_what_a_reading_did_not_see_is_marked_and_comes_back_when_seen(storage: Storage, owner: User) -> None:
    async with storage.write() as conn:
        await wants.upsert_many(conn, owner.id, [wanted(1), wanted(2)], seen_at=LONG_AGO)
        since = instant()
        await wants.upsert_many(conn, owner.id, [wanted(1)], seen_at=instant())
        assert await wants.count_seen(conn, owner.id, since) == 1
        assert await wants.mark_unseen_removed(conn, owner.id, since) == 1
        assert await wants.mark_unseen_removed(conn, owner.id, since) == 0
        gone = await wants.get(conn, owner.id, ReleaseId(2))
        assert gone is not None and gone.removed_at is not None
        assert await wants.upsert_many(conn, owner.id, [wanted(2)], seen_at=instant()) == WantChanges(0, 1)
        back = await wants.get(conn, owner.id, ReleaseId(2))
    assert back is not None and (back.removed_at, back.pk) == (None, gone.pk)


async def test_a_page_that_was_asked_for_earlier_does_not_undo_what_was_written_here(
    storage: Storage, owner: User
) -> None:
    async with storage.write() as conn:
        asked = instant(datetime.now(UTC) - timedelta(seconds=1))
        await wants.put(conn, owner.id, wanted(1, notes="new"))
        await wants.put(conn, owner.id, wanted(2))
        assert await wants.remove(conn, owner.id, ReleaseId(2))
        assert not await wants.remove(conn, owner.id, ReleaseId(2))
        page = [wanted(1, notes="old"), wanted(2)]
        assert not await wants.upsert_many(conn, owner.id, page, seen_at=asked)
        held = await wants.by_release_ids(conn, owner.id, [ReleaseId(1), ReleaseId(2)])
        assert held[ReleaseId(1)].notes == "new" and held[ReleaseId(2)].removed_at is not None
        assert await wants.mark_unseen_removed(conn, owner.id, asked) == 0, "what was just added is wanted"


async def test_everybody_has_a_wantlist_of_their_own(storage: Storage, owner: User) -> None:
    other = UserId("0c6f0000-0000-4000-8000-000000000002")
    async with storage.write() as conn:
        await conn.execute(text("INSERT INTO \"user\" (id, created_at) VALUES (:id, 'now')"), {"id": other})
        await wants.put(conn, owner.id, wanted(1, notes="mine"))
        theirs = await wants.put(conn, other, wanted(1, notes="theirs"))
        await wants.mark_unseen_removed(conn, owner.id, "9999")
        assert (await wants.order(conn, other, WantQuery())).tolist() == [theirs.pk]
        assert (await wants.order(conn, owner.id, WantQuery())).tolist() == []
        assert await wants.some(conn, owner.id, [theirs.pk]) == []
        assert not await wants.remove(conn, owner.id, ReleaseId(1))
        assert await wants.get(conn, other, ReleaseId(1)) == theirs


# --- what a list shows


@QUICK
@given(
    held=lists,
    typed=st.sampled_from(["", "", "s", "b", "1991"]),
    sort_by=st.sampled_from(WantSort),
    descending=st.booleans(),
    removed=st.booleans(),
    size=st.integers(1, 7),
)
async def test_walking_the_pages_meets_every_want_once_in_the_order_of_the_keys(
    storage: Storage,
    owner: User,
    held: list[NewWant],
    typed: str,
    sort_by: WantSort,
    descending: bool,
    removed: bool,
    size: int,
) -> None:
    await fill(storage, owner.id, held)
    async with storage.write() as conn:
        for each in held[::3]:
            await wants.remove(conn, owner.id, each.release_id)
    query = WantQuery(text=typed, removed=removed, sort_by=sort_by, descending=descending)
    walked: list[Want] = []
    async with storage.read() as conn:
        total = size
        while len(walked) < total:
            part, total = await wants.page(conn, owner.id, query, limit=size, offset=len(walked))
            assert part or not total
            walked += part
        keys = await wants.order(conn, owner.id, query)
        assert await wants.some(conn, owner.id, keys) == walked
        assert await wants.count(conn, owner.id, query) == total == len(walked)
    assert [each.pk for each in walked] == list(keys) and len(set(keys)) == len(keys)
    live = {each.release_id for each in held} - (set() if removed else {each.release_id for each in held[::3]})
    assert {each.release_id for each in walked} == {
        each.release_id for each in held if each.release_id in live and _finds(each, typed)
    }


def _finds(each: NewWant, typed: str) -> bool:
    """Whether a word of the want begins with what was typed, said another way than the query does."""
    facts = (each.artist_name, each.album_title, each.label_name, each.catalog_number, each.notes)
    tokens = [word for fact in facts if fact for word in words(fact)]
    tokens += ["".join(re.findall(r"[^\W_]+", " ".join(words(each.catalog_number or ""))))]
    return any(token.startswith(typed) for token in [*tokens, str(each.year_released or "")]) or not typed


@QUICK
@given(held=lists)
async def test_whoever_types_a_name_as_it_is_written_finds_it(
    storage: Storage, owner: User, held: list[NewWant]
) -> None:
    await fill(storage, owner.id, held)
    for each in held:
        typed = WantQuery(text=f"{each.album_title} {each.notes} {each.artist_name}")
        assert each.release_id in await releases(storage, owner.id, typed)


@pytest.mark.parametrize(
    ("typed", "finds"),
    [
        ("bjork", True), ("BJÖRK", True), ("björ", True), ("deb bj", True), ("ork", False), ("björk homogenic", False),
        ("tplp31", True), ("tplp 31", True), ("1993", True), ("one little", True), ("  ", True), ("blue vinyl", True),
        ("%", False), ("_", False), ("\\", False), ("björk " * 500, True),
    ],
)  # fmt: skip
async def test_every_typed_word_must_begin_a_word_of_the_want(
    storage: Storage, owner: User, typed: str, finds: bool
) -> None:
    debut = wanted(
        1, year_released=1993, label_name="One Little Indian", catalog_number="TPLP 31", notes="Blue vinyl, please"
    )
    await fill(storage, owner.id, [debut])
    assert bool(await releases(storage, owner.id, WantQuery(text=typed))) is finds


ORDERED = [
    wanted(1, artist_name="The Beatles", album_title="Help", year_released=1965, label_name="Parlophone", rating=1,
           date_added="2020-01-01T00:00:00.000000+00:00"),
    wanted(2, artist_name="Ärzte", album_title="Zu spät", year_released=None, label_name=None, rating=5,
           date_added="2022-01-01T00:00:00.000000+00:00"),
    wanted(3, artist_name="can", album_title="Ege Bamyasi", year_released=1972, label_name="United", rating=0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sort_by", "descending", "order"),
    [
        (WantSort.ADDED, True, [2, 1, 3]), (WantSort.ADDED, False, [1, 2, 3]),
        (WantSort.ARTIST, False, [2, 1, 3]), (WantSort.ARTIST, True, [3, 1, 2]),
        (WantSort.TITLE, False, [3, 1, 2]),
        (WantSort.YEAR, False, [1, 3, 2]), (WantSort.YEAR, True, [3, 1, 2]),
        (WantSort.LABEL, False, [1, 3, 2]), (WantSort.LABEL, True, [3, 1, 2]),
        (WantSort.RATING, True, [2, 1, 3]),
    ],
)  # fmt: skip
async def test_wants_are_sorted_as_a_person_expects_what_is_missing_last(
    storage: Storage, owner: User, sort_by: WantSort, descending: bool, order: list[int]
) -> None:
    await fill(storage, owner.id, ORDERED)
    assert await releases(storage, owner.id, WantQuery(sort_by=sort_by, descending=descending)) == order


async def test_a_want_is_fulfilled_while_a_copy_of_its_release_is_owned(storage: Storage, owner: User) -> None:
    await fill(storage, owner.id, [wanted(1), wanted(2), wanted(3)])
    async with storage.write() as conn:
        rows = [NewRecord(RecordFacts("A", "B", discogs_id=ReleaseId(n))) for n in (1, 2)]
        owned, without_copy = await records.add_many(conn, owner.id, rows)
        copy = NewCopy(InstanceId(7), owned, ReleaseId(1), 1, LONG_AGO)
        await copies.upsert_many(conn, owner.id, [copy], seen_pass=None)
        await records.refresh_from_copies(conn, [owned, without_copy])
    assert await releases(storage, owner.id, WantQuery(fulfilled=True)) == [1]
    assert sorted(await releases(storage, owner.id, WantQuery(fulfilled=False))) == [2, 3]
    async with storage.write() as conn:
        await copies.mark_removed(conn, owner.id, InstanceId(7))
        await records.refresh_from_copies(conn, [owned])
    assert await releases(storage, owner.id, WantQuery(fulfilled=True)) == []
