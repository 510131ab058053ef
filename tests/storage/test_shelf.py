"""The shelf shows what the queries find, in the same order, on both engines and whichever way it takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from storage import accounts, people, records, shelf_sqlite
from storage.engine import Storage
from storage.shelf import Shelf
from storage.values import NewRecord, Record, RecordFacts, RecordQuery, ReleaseId, ShelfRow, SortBy, User, UserId

HOSTILE = [
    "Sigur Rós", "The Beatles", "ÆTHER", "[b]Bold[/b]", "日本語 アルバム", "שלום", "Ⅷ ﬁne", "e\u0301clair", "\u200b", "!!!",
    "🎵 Notes", "a\x00b", "\ud800", "ᏣᎳᎩ", "\U00011580\U00011581", "x" * 3000, "%_'\"\\ --", "ẞtraße", "İstanbul", "12\"", "",
]  # fmt: skip
QUICK = settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ALBUM = (
    "INSERT INTO shelf_album (id, user_id, artist, title, plex, spotify, artist_key, title_key, tokens)"
    " VALUES (:id, :user, 'A', 'T', :plex, :spotify, 'a', 't', '')"
)
HOLDING = (
    "INSERT INTO shelf_holding (user_id, source, key, ref, marker, artist, title, rank, artist_key, title_key, tokens, album_pk,"
    " reason) VALUES (:user, 'records', :key, :ref, '', 'A', 'T', 0, 'a', 't', '', :id, '')"
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12))
optional = st.one_of(st.none(), texts)
facts = st.builds(
    RecordFacts,
    artist_name=texts,
    album_title=texts,
    year_released=st.one_of(st.none(), st.integers(1, 2100)),
    label_name=optional,
    catalog_number=optional,
    genres=st.lists(st.sampled_from(["Rock", "Jazz", "Funk / Soul"]), max_size=2, unique=True).map(tuple),
    styles=st.lists(texts, max_size=2).map(tuple),
    record_size=st.sampled_from([None, '12"', '7"', '10"']),
    vinyl_color=optional,
    is_shaped=st.booleans(),
    is_picture_disc=st.booleans(),
    upc_code=optional,
)


@st.composite
def questions(draw: st.DrawFn, held: list[RecordFacts]) -> RecordQuery:
    """A query that has a chance to find something: its values are taken from the collection."""
    one = draw(st.sampled_from(held))
    words = draw(st.sampled_from(["", one.artist_name, one.album_title, one.artist_name[:2], one.label_name or ""]))
    chosen = draw(st.sets(st.sampled_from(["sizes", "colors", "genres", "styles", "labels", "decades"]), max_size=2))
    filters: dict[str, object] = {
        "sizes": (one.record_size,) if one.record_size else (),
        "colors": (one.vinyl_color,) if one.vinyl_color else (),
        "genres": (*one.genres, "Jazz"),
        "styles": one.styles,
        "labels": (one.label_name,) if one.label_name else (),
        "decades": ((one.year_released or 1980) // 10 * 10, 1990),
    }
    return RecordQuery(
        text=words,
        shaped=draw(st.sampled_from([None, None, True, False])),
        synced=draw(st.sampled_from([None, None, True])),
        removed=draw(st.booleans()),
        sort_by=draw(st.sampled_from(SortBy)),
        descending=draw(st.booleans()),
        **{name: filters[name] for name in chosen},  # pyright: ignore[reportArgumentType]
    )


@pytest.fixture
def shelf(storage: Storage, library_url: str) -> Iterator[Shelf]:
    opened = Shelf.open(library_url)
    assert opened is not None
    yield opened
    opened.close()


async def fill(storage: Storage, user_id: UserId, held: list[RecordFacts]) -> None:
    async with storage.write() as conn:
        await conn.execute(text("DELETE FROM record"))
        rows = [NewRecord(one, is_synced=place % 3 == 0) for place, one in enumerate(held)]
        pks = await records.add_many(conn, user_id, rows)
        for pk in pks[::4]:
            await records.mark_removed(conn, pk)


async def found(storage: Storage, user_id: UserId, query: RecordQuery, limit: int | None = None) -> list[Record]:
    async with storage.read() as conn:
        page, total = await records.page(conn, user_id, query, limit=limit, offset=0)
    assert limit is not None or total == len(page)
    return page


def shown(record: Record) -> ShelfRow:
    return ShelfRow(**{name: getattr(record, name) for name in ShelfRow.__slots__ if hasattr(record, name)})


@QUICK
@given(data=st.data(), held=st.lists(facts, min_size=1, max_size=25))
async def test_the_shelf_shows_what_the_query_finds(
    storage: Storage, owner: User, shelf: Shelf, data: st.DataObject, held: list[RecordFacts]
) -> None:
    await fill(storage, owner.id, held)
    for _ in range(4):
        query = data.draw(questions(held))
        expected = await found(storage, owner.id, query)
        keys = [record.pk for record in expected]
        first = shelf.submit(lambda reader, query=query: reader.first(owner.id, query, 10)).result()
        assert first == [shown(record) for record in expected[:10]]
        assert list(shelf.submit(lambda reader, query=query: reader.order(owner.id, query)).result()) == keys
        assert shelf.submit(lambda reader, query=query: reader.count(owner.id, query)).result() == len(keys)


@QUICK
@given(held=st.lists(facts, min_size=1, max_size=8))
async def test_whoever_types_a_name_as_it_is_written_finds_it(
    storage: Storage, owner: User, held: list[RecordFacts]
) -> None:
    await fill(storage, owner.id, held)
    for record in await found(storage, owner.id, RecordQuery()):
        typed = RecordQuery(text=f"{record.album_title} {record.artist_name}")
        assert record.pk in [each.pk for each in await found(storage, owner.id, typed)]


@pytest.mark.parametrize(
    ("typed", "finds"),
    [
        ("bjork", True), ("BJÖRK", True), ("björ", True), ("deb bj", True), ("ork", False), ("björk homogenic", False),
        ("tplp31", True), ("tplp 31", True), ("31", True), ("5016958010355", True), ("1993", True), ("one little", True),
        ("  ", True), ('"bjork" AND (', False), ("bjork* -debut", True),
    ],
)  # fmt: skip
async def test_every_typed_word_must_begin_a_word_of_the_record(
    storage: Storage, owner: User, typed: str, finds: bool
) -> None:
    debut = RecordFacts(
        "Björk", "Début", 1993, "One Little Indian", "TPLP 31", upc_code="5 016958 010355", discogs_id=ReleaseId(1)
    )
    await fill(storage, owner.id, [debut])
    assert bool(await found(storage, owner.id, RecordQuery(text=typed))) == finds


@pytest.mark.parametrize("sort_by", SortBy)
async def test_what_is_missing_comes_last_in_both_directions_and_ties_are_settled(
    storage: Storage, owner: User, shelf: Shelf, sort_by: SortBy
) -> None:
    full = RecordFacts("A", "B", 1980, "L", "C1", record_size='7"', vinyl_color="Red Vinyl")
    await fill(storage, owner.id, [full, RecordFacts("A", "B"), full, RecordFacts("A", "B")])
    orders = [
        list(shelf.submit(lambda reader, down=down: reader.order(owner.id, RecordQuery(sort_by=sort_by, descending=down))).result())
        for down in (False, True)
    ]  # fmt: skip
    if sort_by in (SortBy.YEAR, SortBy.LABEL, SortBy.CATALOG, SortBy.SIZE, SortBy.COLOR):
        assert set(orders[0][:2]) == set(orders[1][:2])
        assert orders[1] == orders[0][1::-1] + orders[0][:1:-1]
    else:
        assert orders[1] == orders[0][::-1]


async def test_sizes_are_sorted_by_inches_and_names_without_their_article(storage: Storage, owner: User) -> None:
    await fill(storage, owner.id, [RecordFacts(f"The {size}", "T", record_size=f'{size}"') for size in (12, 7, 10)])
    by_size = await found(storage, owner.id, RecordQuery(sort_by=SortBy.SIZE))
    assert [record.record_size for record in by_size] == ['7"', '10"', '12"']
    await fill(storage, owner.id, [RecordFacts(name, "T") for name in ("The Zombies", "Ärzte", "Beck", "(Smog)")])
    by_artist = await found(storage, owner.id, RecordQuery())
    assert [record.artist_name for record in by_artist] == ["Ärzte", "Beck", "(Smog)", "The Zombies"]


@pytest.mark.parametrize("known", [False, True], ids=["cold", "order known"])
@pytest.mark.parametrize(("few", "many"), [(1500, 0.04), (0, 0.0), (0, 1.0)], ids=["few", "many", "between"])
async def test_every_way_to_the_first_page_finds_the_same(
    storage: Storage, owner: User, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, few: int, many: float, known: bool
) -> None:
    monkeypatch.setattr(shelf_sqlite, "FEW", few)
    monkeypatch.setattr(shelf_sqlite, "MANY", many)
    held = [
        RecordFacts(f"Artist {n % 13}", f"T {n}", 1950 + n % 70 if n % 9 else None, f"Label {n % 5}", genres=("Rock",) * (n % 2))
        for n in range(400)
    ]  # fmt: skip
    await fill(storage, owner.id, held)
    asked = RecordQuery(text="artist 1", genres=("Rock",))
    for query in (asked, replace(asked, sort_by=SortBy.YEAR, descending=True), replace(asked, sort_by=SortBy.LABEL)):
        if known:
            everything = RecordQuery(sort_by=query.sort_by, descending=query.descending)
            shelf.submit(lambda reader, query=everything: reader.order(owner.id, query), background=True).result()
        first = shelf.submit(lambda reader, query=query: reader.first(owner.id, query, 30)).result()
        assert first == [shown(record) for record in await found(storage, owner.id, query, 30)]


async def test_hits_at_the_far_end_of_the_index_are_found_too(
    storage: Storage, owner: User, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_sqlite, "FEW", 0)
    monkeypatch.setattr(shelf_sqlite, "MANY", 0.0)
    monkeypatch.setattr(shelf_sqlite, "_PATIENCE", 0.0)
    monkeypatch.setattr(shelf_sqlite, "_STEPS", 10)
    await fill(storage, owner.id, [RecordFacts("Abba" if n < 300 else "Various", f"T{n}") for n in range(400)])
    query = RecordQuery(text="various")
    first = shelf.submit(lambda reader: reader.first(owner.id, query, 30)).result()
    assert first == [shown(record) for record in await found(storage, owner.id, query, 30)]


@pytest.mark.parametrize("patience", [1.0, 0.0], ids=["near", "far"])
async def test_records_are_found_by_where_else_they_live(
    storage: Storage, owner: User, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    monkeypatch.setattr(shelf_sqlite, "_PATIENCE", patience)
    monkeypatch.setattr(shelf_sqlite, "_STEPS", 10)
    await fill(storage, owner.id, [RecordFacts(f"Artist {n:03}", "T", 1960 + n % 9) for n in range(300)])
    held = await found(storage, owner.id, RecordQuery())
    async with storage.write() as conn:  # one in three in Plex, one in five on Spotify, the last not looked at yet
        for n, each in enumerate(held[:299]):
            album = {"id": n + 1, "user": owner.id, "plex": int(n % 3 == 0), "spotify": int(n % 5 == 0)}
            await conn.execute(text(ALBUM), album)
            await conn.execute(text(HOLDING), {"id": n + 1, "user": owner.id, "key": each.record_id, "ref": each.pk})

    def ask(query: RecordQuery) -> list[int]:
        keys = list(shelf.submit(lambda reader: reader.order(owner.id, query)).result())
        first = shelf.submit(lambda reader: reader.first(owner.id, query, 20)).result()
        assert [row.pk for row in first] == keys[:20]
        assert shelf.submit(lambda reader: reader.count(owner.id, query)).result() == len(keys)
        return keys

    for query in (
        RecordQuery(files=True), RecordQuery(files=False), RecordQuery(plex=True, spotify=False), RecordQuery(coming=True),
        RecordQuery(beets=False, spotify=True, sort_by=SortBy.YEAR, descending=True),
        RecordQuery(text="artist 1", files=False), RecordQuery(files=True, spotify=True),
    ):  # fmt: skip
        assert ask(query) == [record.pk for record in await found(storage, owner.id, query)]
    assert ask(RecordQuery(files=False)) == [each.pk for n, each in enumerate(held) if n % 3 or n == 299]
    assert ask(RecordQuery(plex=True, spotify=True)) == [each.pk for n, each in enumerate(held[:299]) if n % 15 == 0]
    row = shelf.submit(lambda reader: reader.rows([held[0].pk, held[299].pk])).result()
    assert [(each.album_pk, each.plex, each.spotify, each.beets) for each in row] == [(1, 1, 1, 0), (None, 0, 0, 0)]


async def test_an_order_read_before_a_change_is_not_used_after_it(
    storage: Storage, owner: User, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_sqlite, "FEW", 0)
    monkeypatch.setattr(shelf_sqlite, "MANY", 1.0)
    await fill(storage, owner.id, [RecordFacts(f"Artist {n:03}", "T") for n in range(200)])
    shelf.submit(lambda reader: reader.order(owner.id, RecordQuery()), background=True).result()
    last = (await found(storage, owner.id, RecordQuery(descending=True), 1))[0]
    async with storage.write() as conn:
        await records.change(conn, owner.id, last.record_id, {"artist_name": "Artist 000"})
        await records.add(conn, owner.id, RecordFacts("Artist", "T"), data_source="manual")
    query = RecordQuery(text="artist")
    first = shelf.submit(lambda reader: reader.first(owner.id, query, 5)).result()
    assert first == [shown(record) for record in await found(storage, owner.id, query, 5)]


async def test_another_users_records_are_not_shown(storage: Storage, owner: User, shelf: Shelf) -> None:
    other = UserId("00000000-0000-4000-8000-000000000000")
    await fill(storage, owner.id, [RecordFacts("Mine", "T")])
    async with storage.write() as conn:
        await conn.execute(text("INSERT INTO \"user\" (id, created_at) VALUES (:id, '2024')"), {"id": other})
        await records.add_many(conn, other, [NewRecord(RecordFacts("Mine too", "T"))])
    for query in (RecordQuery(), RecordQuery(text="mine")):
        assert shelf.submit(lambda reader, query=query: reader.count(owner.id, query)).result() == 1
        rows = shelf.submit(lambda reader, query=query: reader.first(owner.id, query, 9)).result()
        assert [row.artist_name for row in rows] == ["Mine"]


async def test_the_jump_bar_names_the_first_row_of_each_initial(storage: Storage, owner: User, shelf: Shelf) -> None:
    names = ["2 Live Crew", "Abba", "The Animals", "Élan", "Zappa", "日本", "@home"]
    await fill(
        storage, owner.id, [RecordFacts(n, "T", 1969 + p * 4, "L" if p % 2 else None) for p, n in enumerate(names)]
    )

    def letters(query: RecordQuery) -> list[tuple[str, int]]:
        return shelf.submit(lambda reader: reader.letters(owner.id, query)).result()

    assert letters(RecordQuery()) == [("#", 0), ("A", 2), ("E", 4), ("Z", 5), ("…", 6)]
    assert letters(RecordQuery(descending=True)) == [("…", 0), ("Z", 1), ("E", 2), ("A", 3), ("#", 5)]
    assert letters(RecordQuery(sort_by=SortBy.YEAR)) == [("1960s", 0), ("1970s", 1), ("1980s", 3), ("1990s", 6)]
    assert letters(RecordQuery(sort_by=SortBy.LABEL, descending=True)) == [("L", 0), ("–", 3)]
    assert letters(RecordQuery(text="a")) == [("A", 0)]


async def test_rows_come_in_the_order_asked_for_without_those_that_are_gone(
    storage: Storage, owner: User, shelf: Shelf
) -> None:
    await fill(storage, owner.id, [RecordFacts(f"A{n}", "T") for n in range(5)])
    keys = list(shelf.submit(lambda reader: reader.order(owner.id, RecordQuery())).result())
    rows = shelf.submit(lambda reader: reader.rows([keys[3], 10**9, keys[0], keys[4]])).result()
    assert [row.pk for row in rows] == [keys[3], keys[0], keys[4]]
    assert shelf.submit(lambda reader: reader.rows([])).result() == []


async def test_the_version_changes_with_every_commit_and_only_then(storage: Storage, owner: User, shelf: Shelf) -> None:
    before = shelf.submit(lambda reader: reader.version()).result()
    if storage.dialect == "sqlite":  # A PostgreSQL server has other users whose commits we cannot tell apart.
        assert shelf.submit(lambda reader: reader.version()).result() == before
    await fill(storage, owner.id, [RecordFacts("A", "B")])
    assert shelf.submit(lambda reader: reader.version()).result() != before


async def test_the_shelf_is_the_owner_s_or_the_user_s_it_was_opened_for(
    storage: Storage, library_url: str, owner: User, shelf: Shelf
) -> None:
    async with storage.write() as conn:
        ana = await accounts.register(conn, "ana@example.org", "x")
        ben = await accounts.register(conn, "ben@example.org", "x")
        assert ana is not None
        assert ben is not None
        await people.disable(conn, ben.id, sessions_since=0)
    whose = {}
    for email in (None, "ana@example.org", "ben@example.org", "nobody@example.org"):
        opened = Shelf.open(library_url, email)
        assert opened is not None
        whose[email] = opened.submit(lambda reader: reader.user()).result()
        opened.close()
    assert list(whose.values()) == [owner.id, ana.id, None, None]


def test_there_is_no_shelf_without_a_library(tmp_path: Path) -> None:
    assert Shelf.open(f"sqlite:///{tmp_path / 'none.db'}") is None
    (tmp_path / "garbage.db").write_bytes(b"garbage" * 1000)
    assert Shelf.open(f"sqlite:///{tmp_path / 'garbage.db'}") is None
    assert not (tmp_path / "none.db").exists()


async def test_there_is_no_shelf_for_a_library_of_another_version(storage: Storage, library_url: str) -> None:
    async with storage.write() as conn:
        await conn.execute(text("UPDATE alembic_version SET version_num = 'library_9999'"))
    assert Shelf.open(library_url) is None


def test_the_shelf_is_imported_without_sqlalchemy() -> None:
    import subprocess
    import sys

    code = "import sys, storage.shelf, storage.shelf_sqlite; sys.exit(any(m in sys.modules for m in ('sqlalchemy', 'psycopg')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0
