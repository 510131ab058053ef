"""Exporting by keys against the simulated Discogs: what one is asked and shown, and what Discogs has afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.values import ReleaseId
from tests.tui.screens.conftest import fill, opened, screen_text, until
from tests.tui.screens.exporting import UNKNOWN, staged
from tui.screens.collection import CollectionPage
from tui.screens.connect import ConnectDialog
from tui.screens.export_listing import OfferForm
from tui.screens.export_report import ExportPage
from tui.screens.export_target import TargetDialog
from tui.widgets.field import Field


async def test_marked_records_go_to_the_collection_after_a_look_at_what_will_be_sent(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(data_dir, monkeypatch) as on:
        await on.press("asterisk", "X")
        await on.sees("Export 5 items", "Collection", "Wantlist", "Marketplace")
        await on.press("c")
        await on.sees("Your folders: Uncategorized", "F2 go on")
        await on.press("f2")
        await on.sees("4 will be sent, 1 skipped", UNKNOWN, "skipped: it has no Discogs id", "folder “Uncategorized”")
        assert on.copies == []
        await on.press("enter")
        await on.sees("X or y sends")
        assert on.copies == []
        await on.press("X")
        await on.ended("4 sent, 0 skipped, 0 failed", "Export to your collection")
        assert sorted(on.copies) == sorted(on.releases)
        await on.press("escape")
        await on.sees("1 of 5")
        assert "marked" not in screen_text(on.app)


async def test_a_record_without_a_discogs_id_says_why_it_cannot_be_exported(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(data_dir, monkeypatch) as on:
        await on.press("end", "X")
        await on.sees("no Discogs", "cannot take it")
        assert isinstance(on.app.screen, CollectionPage)


async def test_a_range_is_marked_and_exported_in_the_order_of_the_list(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(data_dir, monkeypatch) as on:
        await on.press("O")
        await until(
            on.pilot,
            lambda: screen_text(on.app).index(UNKNOWN[:9]) < screen_text(on.app).index("Song 4"),
            "the other order",
        )
        await on.press("home", "down", "v", "down", "down")
        await on.sees("3 marked")
        await on.send("w")
        await on.ended("3 sent, 0 skipped, 0 failed")
        assert [want for want in on.discogs.world.wants if want in on.releases] == on.releases[3:0:-1]


async def test_folder_and_wants_are_chosen_for_the_collection(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged(data_dir, monkeypatch) as on:
        world = on.discogs.world
        await on.press("s")
        await until(
            on.pilot, lambda: on.app.bridge.snapshot.last_job and not on.app.bridge.snapshot.jobs, "the folders"
        )
        added = next(
            number for number in world.catalogue.pressings if number not in world.wants and not world.copies(number)
        )
        await on.app.bridge.call(lambda runtime: runtime.wants.add(runtime.user.id, added))
        assert added in world.wants
        await on.press("3")
        await on.sees("1 of")
        await on.press("X", "c")
        await on.sees("Seven Inches", "F2 go on")
        on.app.screen.query_one("#field-folder", Field).fill("nowhere")
        await on.press("f2")
        await on.sees("That is none of your folders")
        on.app.screen.query_one("#field-folder", Field).fill("seven")
        on.app.screen.query_one("#field-wants", Field).fill("y")
        await on.press("f2")
        await on.sees("folder “Seven Inches”. What you wanted leaves your wantlist.", "1 will be sent")
        await on.press("y")
        await on.ended("1 sent")
        assert added not in world.wants
        folder = next(number for number, name in world.folders.items() if "Seven" in str(name))
        assert [copy.folder_id for copy in world.copies(added)] == [folder]


async def test_terms_of_a_listing_are_judged_suggested_and_kept_on_the_way_back(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(data_dir, monkeypatch) as on:
        await on.press("X", "m")
        await until(on.pilot, lambda: isinstance(on.app.screen, OfferForm) and on.app.screen.query(Field), "the form")
        await on.press("f2")
        await on.sees("One of: M, NM, VG+")
        await on.press(*"nm")
        await on.sees("Discogs suggests")
        await on.press("f3")
        price = on.app.screen.query_one("#field-price", Field)
        await until(on.pilot, lambda: price.value, "the suggested price")
        suggested = price.value
        on.app.screen.query_one("#field-comments", Field).fill("plays [b]well[/b]")
        await on.press("f2")
        await on.sees(f"each for {suggested}: record Near Mint", "drafts", "1 will be sent")
        await on.press("escape")
        await until(
            on.pilot, lambda: isinstance(on.app.screen, OfferForm) and on.app.screen.query(Field), "the form again"
        )
        assert on.app.screen.query_one("#field-price", Field).value == suggested
        on.app.screen.query_one("#field-status", Field).fill("for")
        await on.press("f2")
        await on.sees("everybody")
        await on.press("escape")
        await until(
            on.pilot, lambda: isinstance(on.app.screen, OfferForm) and on.app.screen.query(Field), "the form again"
        )
        on.app.screen.query_one("#field-status", Field).fill("draft")
        await on.press("f2")
        await on.sees("drafts", "1 will be sent")
        await on.press("X")
        await on.ended("1 sent", "Export to the marketplace")
        made = [each for each in on.discogs.world.inventory.of_status() if each.external_id.startswith("lockgroove:")]
        assert [(each.release_id, each.status, each.condition, each.comments) for each in made] == [
            (on.releases[0], "Draft", "Near Mint (NM or M-)", "plays [b]well[/b]")
        ]
        assert f"{made[0].price:.2f}" == suggested


async def test_escape_leads_back_step_by_step_and_nothing_is_sent(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(data_dir, monkeypatch) as on:
        await on.press("X", "w")
        await on.sees("1 will be sent")
        await on.press("escape")
        await until(on.pilot, lambda: isinstance(on.app.screen, TargetDialog), "the target")
        await on.press("escape")
        await until(on.pilot, lambda: isinstance(on.app.screen, CollectionPage), "the list")
        assert on.discogs.asked("PUT") == 0


async def test_what_is_there_already_is_not_sent_and_where_nothing_is_left_nothing_starts(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(data_dir, monkeypatch) as on:
        await on.app.bridge.call(lambda runtime: runtime.wants.add(runtime.user.id, on.releases[0]))
        await on.press("X", "w")
        await on.sees("skipped: already on your wantlist", "Nothing would be sent.")
        await on.press("X")
        await on.sees("There is nothing to send. Esc goes back.")


async def test_without_a_connection_the_export_leads_to_it(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await until(pilot, lambda: "1 of 4" in screen_text(app), "the list")
        await pilot.press("X")
        await until(pilot, lambda: isinstance(app.screen, ConnectDialog), "the way to connect")


async def test_releases_marked_in_the_search_are_exported(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged(data_dir, monkeypatch) as on:
        before = len(on.discogs.world.wants)
        await on.press("5", *"vinyl", "enter")
        await on.sees("n for more")
        await on.press("space", "space")
        await on.sees("2 marked")
        await on.press("asterisk")
        await on.send("w")
        await on.ended("0 failed")
        assert len(on.discogs.world.wants) > before
        await on.press("escape")
        await until(on.pilot, lambda: on.app.current_mode == "search", "the search again")


async def test_wants_are_exported_to_the_collection(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged(data_dir, monkeypatch) as on:
        release_id = ReleaseId(on.releases[1])
        await on.app.bridge.call(lambda runtime: runtime.wants.add(runtime.user.id, release_id))
        await on.press("3")
        await on.sees("1 of 1")
        await on.send("c")
        await on.ended("1 sent")
        assert on.copies == [release_id]
        await on.press("escape")
        await until(on.pilot, lambda: on.app.current_mode == "wantlist", "the wantlist again")


async def test_more_than_one_export_takes_is_said_before_anything_is_read(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.discogs.export import request

    monkeypatch.setattr(request, "MOST_ITEMS", 3)
    async with staged(data_dir, monkeypatch) as on:
        await on.press("asterisk", "X")
        await on.sees("One export takes 3 items at most")


async def test_a_running_export_is_shown_in_place_of_a_second_one(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(data_dir, monkeypatch, pause=0.4) as on:
        await on.press("asterisk")
        await on.send("w")
        await on.sees("sending to Discogs")
        await on.press("escape")
        await until(on.pilot, lambda: on.app.current_mode == "collection", "the list")
        await on.sees("Export · sending to Discogs")
        await on.press("X")
        await on.sees("An export is running already")
        assert isinstance(on.app.page, ExportPage)
        await on.ended("4 sent")
