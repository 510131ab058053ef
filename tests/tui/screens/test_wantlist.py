"""The wantlist by keys, against the simulated Discogs: what one sees, and what Discogs has afterwards."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from services.demo.faults import Fault
from services.runtime import Runtime
from storage import records, wants
from storage.values import NewWant, RecordPk, ReleaseId
from tests.tui.screens.conftest import HOSTILE, connected, opened, screen_text, until
from tests.upstreams.fixtures import RunningDiscogs
from tui.app import LockgrooveApp
from tui.screens.want_form import WantForm
from tui.screens.wantlist import WantlistPage
from tui.widgets.field import Field

AT = "2026-01-01T00:00:00.000000+00:00"
KEPT = (
    NewWant(ReleaseId(1), "Blue Note Band", "Autumn Leaves", 1959, "Azure", notes="mono", rating=5, date_added=AT),
    NewWant(ReleaseId(2), "Björk & Co", "Vökuró", 1995, "Polar", "PO-77"),
    NewWant(ReleaseId(3), "Cabaret Élan", "Zebra", 2001, "Azure"),
)


def page(app: LockgrooveApp) -> WantlistPage:
    assert isinstance(app.page, WantlistPage)
    return app.page


def titles(app: LockgrooveApp) -> list[str]:
    source = page(app).source
    assert source is not None
    rows = [source.row(position) for position in range(source.count())]
    return [row.want.album_title for row in rows if row is not None]


def _letters(app: LockgrooveApp) -> list[tuple[str, int]]:
    source = page(app).source
    return [] if source is None else list(source.letters())


async def listed(app: LockgrooveApp, pilot: Pilot[int], holds: Callable[[int], bool], what: str) -> None:
    def settled() -> bool:
        source = page(app).source
        return source is not None and source.is_whole and not source.is_loading and holds(source.count())

    await until(pilot, settled, what)


async def kept(runtime: Runtime) -> None:
    async with runtime.storage.write() as conn:
        await wants.upsert_many(conn, runtime.user.id, KEPT, seen_at=AT)


@asynccontextmanager
async def synced(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int] = (100, 30)
) -> AsyncGenerator[tuple[LockgrooveApp, Pilot[int], RunningDiscogs]]:
    """The wantlist after a sync with a small Discogs."""
    async with connected(monkeypatch, records=12) as upstream, opened(data_dir, size) as (app, pilot):
        await pilot.press("3", "s")
        await until(pilot, lambda: app.bridge.snapshot.last_job and not app.bridge.snapshot.jobs, "the sync")
        count = len(upstream.world.wants)
        assert count > 3
        await listed(app, pilot, lambda shown: shown == count, "the wants of Discogs")
        yield app, pilot, upstream


async def test_an_unconnected_wantlist_says_how_to_connect(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await pilot.press("3")
        await until(pilot, lambda: "c connects it" in screen_text(app), "the way to connect")
        assert "c Connect" in screen_text(app)


async def test_a_connected_wantlist_that_was_never_fetched_says_so(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(monkeypatch, records=3), opened(data_dir) as (app, pilot):
        await pilot.press("3")
        await until(pilot, lambda: "was not fetched yet" in screen_text(app), "the way to fetch it")


async def test_an_empty_wantlist_says_how_to_want_something(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch, records=3) as upstream, opened(data_dir) as (app, pilot):
        upstream.world.wants.clear()
        await pilot.press("3", "s")
        await until(pilot, lambda: "Nothing wanted yet" in screen_text(app), "what to do next")


async def test_wants_are_sorted_filtered_and_found_by_letter(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await app.bridge.call(kept)
        await pilot.press("3")
        await listed(app, pilot, lambda count: count == 3, "three wants")
        assert titles(app)[0] == "Autumn Leaves"
        await pilot.press("o")
        await until(pilot, lambda: titles(app) == ["Vökuró", "Autumn Leaves", "Zebra"], "by artist")
        await until(pilot, lambda: _letters(app) == [("B", 0), ("C", 2)], "the alphabet")
        await pilot.press("apostrophe", "c")
        row = page(app).table.cursor_row
        assert row is not None
        assert row.want.album_title == "Zebra"
        await pilot.press("slash", *"vokuro")
        await listed(app, pilot, lambda count: count == 1, "the one want")
        assert titles(app) == ["Vökuró"]
        await pilot.press(*"x")
        await until(pilot, lambda: "No want matches" in screen_text(app), "the way out")
        await pilot.press("escape")
        await listed(app, pilot, lambda count: count == 3, "all again")
        assert page(app).query_one("#filter", Input).value == ""


async def test_notes_and_rating_are_changed_on_discogs(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with synced(data_dir, monkeypatch) as (app, pilot, upstream):
        await until(pilot, lambda: page(app).table.cursor_row, "the first want")
        row = page(app).table.cursor_row
        assert row is not None
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, WantForm) and app.screen.query(Field), "the form")
        app.screen.query_one("#field-notes", Field).fill("any [bold] pressing")
        app.screen.query_one("#field-rating", Field).fill("9")
        await pilot.press("f2")
        await until(pilot, lambda: "A rating is 1 to 5" in screen_text(app), "the verdict")
        app.screen.query_one("#field-rating", Field).fill("4")
        await pilot.press("f2")
        await until(pilot, lambda: app.screen is page(app), "the list")
        there = upstream.world.wants[row.want.release_id]
        assert (there.notes, there.rating) == ("any [bold] pressing", 4)

        def shown() -> bool:
            now = page(app).table.cursor_row
            return now is not None and now.pk == row.pk and now.want.rating == 4

        await until(pilot, shown, "the change in the list, the cursor still on it")


async def test_what_is_taken_off_is_gone_on_discogs_and_comes_back(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with synced(data_dir, monkeypatch) as (app, pilot, upstream):
        before = {number: (want.notes, want.rating) for number, want in upstream.world.wants.items()}
        await pilot.press("space", "space", "d")
        await until(pilot, lambda: "Take 2 off your wantlist?" in screen_text(app), "the question")
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is page(app), "the list")
        assert len(upstream.world.wants) == len(before)
        await pilot.press("d")
        await until(pilot, lambda: "Take 2 off your wantlist?" in screen_text(app), "the question again")
        await pilot.press("d")
        await until(pilot, lambda: len(upstream.world.wants) == len(before) - 2, "Discogs to know")
        await listed(app, pilot, lambda count: count == len(before) - 2, "the list without them")
        await until(pilot, lambda: "U puts them back" in screen_text(app), "word of it")
        await pilot.press("U")
        await listed(app, pilot, lambda count: count == len(before), "the list with them")
        assert {number: (want.notes, want.rating) for number, want in upstream.world.wants.items()} == before


async def test_what_is_owned_already_is_shown_and_taken_off_at_once(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with synced(data_dir, monkeypatch) as (app, pilot, upstream):
        owned = {copy.release_id for copy in upstream.world.instances.values()} & upstream.world.wants.keys()
        assert owned
        await pilot.press("F")
        await listed(app, pilot, lambda count: count == len(owned), "the fulfilled wants")
        assert "Only what you own already; D takes" in screen_text(app)
        assert "●" in screen_text(app)
        await pilot.press("D")
        await until(pilot, lambda: "off your wantlist?" in screen_text(app), "the question")
        await pilot.press("d")
        await until(pilot, lambda: not owned & upstream.world.wants.keys(), "Discogs to know")
        await until(pilot, lambda: "You own nothing of what you want" in screen_text(app), "the empty list")
        await pilot.press("escape")
        await listed(app, pilot, lambda count: count == len(upstream.world.wants), "the others")


async def test_what_was_wanted_once_is_shown_when_asked_for(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with synced(data_dir, monkeypatch) as (app, pilot, upstream):
        count = len(upstream.world.wants)
        await pilot.press("d")
        await until(pilot, lambda: "Take this off" in screen_text(app), "the question")
        await pilot.press("d")
        await listed(app, pilot, lambda shown: shown == count - 1, "one less")
        await pilot.press("f", "f")
        await until(pilot, lambda: "With what you wanted once" in screen_text(app), "the filter in words")
        await listed(app, pilot, lambda shown: shown == count, "the former one too")
        await until(pilot, lambda: "✗" in screen_text(app).split("wanted once, marked ✗")[1], "its sign")
        await pilot.press("escape")
        await listed(app, pilot, lambda shown: shown == count - 1, "what is wanted")


async def test_a_discogs_that_does_not_take_it_changes_nothing(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with synced(data_dir, monkeypatch) as (app, pilot, upstream):
        count = len(upstream.world.wants)
        upstream.fault(Fault.REVOKED_TOKEN)
        await pilot.press("d")
        await until(pilot, lambda: "Take this off" in screen_text(app), "the question")
        await pilot.press("d")
        await until(pilot, lambda: "1 failed" in screen_text(app), "what failed")
        upstream.mend()
        assert len(upstream.world.wants) == count
        await listed(app, pilot, lambda shown: shown == count, "the list as it was")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_hostile_titles_neither_crash_nor_shift_a_column(data_dir: Path, size: tuple[int, int]) -> None:
    rows = [NewWant(ReleaseId(n), text, text, None, text, text, notes=text) for n, text in enumerate(HOSTILE, 1)]

    async def hostile(runtime: Runtime) -> None:
        async with runtime.storage.write() as conn:
            await wants.upsert_many(conn, runtime.user.id, rows, seen_at=AT)

    async with opened(data_dir, size) as (app, pilot):
        await app.bridge.call(hostile)
        await pilot.press("3")
        await listed(app, pilot, lambda count: count == len(HOSTILE), "the wants")
        table = page(app).table
        for _ in HOSTILE:
            await pilot.press("down")
            for y in range(table.size.height):
                assert table.render_line(y).cell_length == table.size.width
        await pilot.press("enter", "escape", "e", "escape", "d", "escape")
        assert "\x1b" not in screen_text(app)


async def test_a_record_says_that_it_is_wanted_too(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with synced(data_dir, monkeypatch, (120, 40)) as (app, pilot, upstream):
        owned = {copy.release_id for copy in upstream.world.instances.values()} & upstream.world.wants.keys()
        record = await app.bridge.call(lambda runtime: _record(runtime, min(owned)))
        app.show_record(record)
        await until(pilot, lambda: "on your wantlist" in screen_text(app), "the line in the details")


async def _record(runtime: Runtime, release_id: int) -> RecordPk:
    async with runtime.storage.read() as conn:
        return (await records.by_discogs_ids(conn, runtime.user.id, [ReleaseId(release_id)]))[ReleaseId(release_id)].pk


async def test_the_link_of_a_want_is_sent_to_the_clipboard(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await app.bridge.call(kept)
        await pilot.press("3")
        await listed(app, pilot, lambda count: count == 3, "three wants")
        await pilot.press("y")
        await until(pilot, lambda: app.clipboard.endswith("/release/1"), "the address in the clipboard")
