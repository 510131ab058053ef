"""The record table's rows out of a real library: windows, stale answers, changes by others."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from storage import accounts, records
from storage.engine import Storage, open_storage
from storage.shelf import Shelf
from storage.values import NewRecord, RecordFacts, RecordQuery, SortBy, UserId
from tui.table.rows import Change
from tui.table.shelf import ShelfSource
from tui.table.source import PAGE, PAGES


class Library:
    """A library with numbered records and its shelf."""

    def __init__(self, storage: Storage, user_id: UserId, shelf: Shelf) -> None:
        self.storage, self.user_id, self.shelf = storage, user_id, shelf

    async def add(self, *names: str) -> None:
        facts = [NewRecord(RecordFacts(name, f"Title of {name}", label_name="Verve")) for name in names]
        async with self.storage.write() as conn:
            await records.add_many(conn, self.user_id, facts)

    def source(self, query: RecordQuery | None = None, patience: float = 1.0) -> ShelfSource:
        return ShelfSource(self.shelf, self.user_id, query, patience=patience)

    def busy(self, *, background: bool = False) -> Callable[[], None]:
        """Keep the shelf's thread busy until the returned function is called."""
        done = threading.Event()
        self.shelf.submit(lambda _: done.wait(30), background=background)
        return done.set


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    url = f"sqlite:///{tmp_path / 'library.db'}"
    async with open_storage(url, f"sqlite:///{tmp_path / 'catalogue.db'}") as storage:
        async with storage.write() as conn:
            owner = await accounts.ensure_owner(conn)
        shelf = Shelf.open(url)
        assert shelf is not None
        yield Library(storage, owner.id, shelf)
        shelf.close()


def settle(source: ShelfSource, until: Callable[[], bool]) -> Change:
    """Take answers as they arrive until ``until`` holds."""
    arrived = threading.Event()
    source.connect(arrived.set)
    change = source.settle()
    while not until():
        assert arrived.wait(10), "no answer came"
        arrived.clear()
        change |= source.settle()
    return change


def names(source: ShelfSource, *positions: int) -> list[str | None]:
    found = [source.row(position) for position in positions]
    return [None if row is None else row.artist_name for row in found]


def numbered(count: int) -> list[str]:
    return [f"Artist {number:05}" for number in range(count)]


async def test_every_row_is_reached_by_its_position(library: Library) -> None:
    await library.add(*numbered(1000))
    source = library.source()
    change = settle(source, lambda: source.is_whole)
    assert Change.ANEW in change
    assert source.count() == 1000
    assert names(source, 0, 127, 128, 999) == ["Artist 00000", "Artist 00127", "Artist 00128", "Artist 00999"]
    assert (source.row(-1), source.row(1000), source.key_at(1000)) == (None, None, None)
    assert [source.position_of(source.key_at(n) or 0) for n in (0, 500, 999)] == [0, 500, 999]
    assert source.position_of(10**12) is None
    assert len(set(source.keys())) == 1000


async def test_the_first_page_is_there_before_the_order_of_the_whole(library: Library) -> None:
    await library.add(*numbered(300))
    release = library.busy(background=True)
    source = library.source()
    settle(source, lambda: not source.is_loading)
    assert (source.count(), source.is_whole) == (PAGE, False)
    assert names(source, 5) == ["Artist 00005"]
    release()
    assert Change.ANEW not in settle(source, lambda: source.is_whole)
    assert source.count() == 300


async def test_a_page_that_is_late_is_drawn_when_it_comes(library: Library) -> None:
    await library.add(*numbered(300))
    source = library.source(patience=0.01)
    settle(source, lambda: source.is_whole)
    release = library.busy()
    assert names(source, 200) == [None]
    release()
    change = settle(source, lambda: source.row(200) is not None)
    assert Change.ROWS in change
    assert names(source, 200) == ["Artist 00200"]


async def test_a_newer_question_supersedes_the_older(library: Library) -> None:
    await library.add("Miles Davis", "Mile End", "Nina Simone")
    source = library.source()
    settle(source, lambda: source.is_whole and names(source, 0) == ["Mile End"])
    release = library.busy()
    source.ask(RecordQuery(text="mil"))
    source.ask(RecordQuery(text="nina"))
    assert source.is_loading
    assert names(source, 0) == ["Mile End"]
    release()
    settle(source, lambda: not source.is_loading and source.is_whole)
    assert (source.count(), names(source, 0)) == (1, ["Nina Simone"])


async def test_sorting_the_other_way_shows_the_other_end_first(library: Library) -> None:
    await library.add(*numbered(300))
    source = library.source()
    settle(source, lambda: source.is_whole)
    kept = source.key_at(7)
    source.ask(RecordQuery(sort_by=SortBy.ARTIST, descending=True), keep=kept)
    settle(source, lambda: not source.is_loading and source.is_whole)
    assert names(source, 0, 299) == ["Artist 00299", "Artist 00000"]
    assert source.kept == kept
    assert source.position_of(kept or 0) == 292


async def test_what_somebody_else_adds_appears_and_rows_keep_their_identity(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.table.source.LOOK_AGAIN", 0.0)
    await library.add("Bill Evans", "Chet Baker")
    source = library.source()
    settle(source, lambda: source.is_whole and bool(source.letters()))
    chet = source.key_at(1)
    await library.add("Art Blakey")
    source.poll()
    change = settle(source, lambda: source.count() == 3)
    assert Change.ORDER in change and Change.ANEW not in change
    assert names(source, 0, 1, 2) == ["Art Blakey", "Bill Evans", "Chet Baker"]
    assert source.position_of(chet or 0) == 2
    settle(source, lambda: len(source.letters()) == 3)
    assert list(source.letters()) == [("A", 0), ("B", 1), ("C", 2)]


async def test_nothing_is_read_again_while_nothing_changed(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    await library.add("Bill Evans")
    source = library.source()
    settle(source, lambda: source.is_whole and bool(source.letters()))
    monkeypatch.setattr("tui.table.source.LOOK_AGAIN", 0.0)
    source._next_poll = 0.0  # pyright: ignore[reportPrivateUsage]
    row = source.row(0)
    source.poll()
    assert settle(source, lambda: not source._waiting) == Change.NOTHING  # pyright: ignore[reportPrivateUsage]
    assert source.row(0) is row


async def test_a_reload_shows_a_change_of_our_own_and_the_old_row_until_then(library: Library) -> None:
    await library.add("Bill Evans", "Chet Baker")
    source = library.source()
    settle(source, lambda: source.is_whole)
    row = source.row(0)
    assert row is not None
    async with library.storage.write() as conn:
        await records.change(conn, library.user_id, row.record_id, {"album_title": "Undercurrent"})
    release = library.busy(background=True)
    source.reload()
    assert source.row(0) is row
    release()
    change = settle(source, lambda: (found := source.row(0)) is not None and found.album_title == "Undercurrent")
    assert Change.ANEW not in change


async def test_only_the_last_pages_are_kept(library: Library) -> None:
    await library.add(*numbered(PAGE * (PAGES + 4)))
    source = library.source()
    settle(source, lambda: source.is_whole)
    for page in range(PAGES + 4):
        assert source.row(page * PAGE) is not None
    assert len(source._pages) == PAGES  # pyright: ignore[reportPrivateUsage]
    assert names(source, 0) == ["Artist 00000"]


async def test_an_empty_library_is_an_answer_too(library: Library) -> None:
    source = library.source()
    settle(source, lambda: source.is_whole)
    assert (source.count(), source.is_loading, source.row(0), list(source.letters())) == (0, False, None, [])


async def test_a_store_that_cannot_be_read_is_a_problem_told(library: Library) -> None:
    await library.add(*numbered(600))
    source = library.source()
    settle(source, lambda: source.is_whole)
    assert names(source, 0) == ["Artist 00000"]
    async with library.storage.write() as conn:
        await conn.exec_driver_sql("ALTER TABLE record RENAME TO gone")
    assert names(source, 500) == [None]
    assert Change.PROBLEM in settle(source, lambda: source.problem is not None)
    assert names(source, 0) == ["Artist 00000"]
