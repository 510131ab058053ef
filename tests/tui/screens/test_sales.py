"""What is for sale, by keys, against the simulated Discogs."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
from textual.pilot import Pilot

from services.demo.faults import Fault
from services.demo.listings import DRAFT, FOR_SALE, SOLD, Listing
from tests.tui.screens.conftest import HOSTILE, connected, opened, screen_text, until
from tests.upstreams.fixtures import RunningDiscogs
from tui.app import LockgrooveApp
from tui.screens.listing_form import ListingForm
from tui.screens.sales import SalesPage
from tui.widgets.field import Field
from tui.widgets.plainlist import PlainList

RECORDS = 12


def page(app: LockgrooveApp) -> SalesPage:
    assert isinstance(app.page, SalesPage)
    return app.page


def table(app: LockgrooveApp) -> PlainList[object]:
    return cast("PlainList[object]", page(app).query_one(PlainList))


def count(app: LockgrooveApp) -> int:
    return table(app).count


def stock(upstream: RunningDiscogs, *statuses: str, text: str = "nice copy") -> list[Listing]:
    """An inventory of exactly these, oldest first."""
    inventory = upstream.world.inventory
    for listing in inventory.of_status():
        inventory.remove(listing)
    # The simulated Discogs suggests no price where a multiple of forty people have a release.
    suggested = sorted(n for n, pressing in upstream.world.catalogue.pressings.items() if pressing.have % 40)
    made: list[Listing] = []
    for number, status in enumerate(statuses):
        release_id = suggested[number % len(suggested)]
        body = {
            "release_id": release_id,
            "condition": "Very Good Plus (VG+)",
            "price": 10 + number,
            "comments": text,
            "location": text,
        }
        listing = inventory.create(body, upstream.world.catalogue.pressings)
        listing.status = status
        made.append(listing)
    return made


@asynccontextmanager
async def selling(
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    *statuses: str,
    size: tuple[int, int] = (100, 30),
    text: str = "nice copy",
) -> AsyncGenerator[tuple[LockgrooveApp, Pilot[int], RunningDiscogs, list[Listing]]]:
    """The page over an inventory of listings with these states."""
    async with connected(monkeypatch, records=RECORDS) as upstream:
        made = stock(upstream, *statuses, text=text)
        async with opened(data_dir, size) as (app, pilot):
            await pilot.press("4")
            if statuses:
                await until(pilot, lambda: count(app) == len(statuses), "the listings")
            yield app, pilot, upstream, made


async def test_without_a_connection_it_says_how_to_connect(data_dir: Path) -> None:
    async with opened(data_dir) as (app, pilot):
        await pilot.press("4")
        await until(pilot, lambda: "c connects it" in screen_text(app), "the way to connect")


async def test_an_empty_inventory_says_what_selling_needs(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with selling(data_dir, monkeypatch) as (app, pilot, _, _):
        await until(pilot, lambda: "You offer nothing on Discogs" in screen_text(app), "the empty state")
        assert "seller settings" in screen_text(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_listings_are_shown_newest_first_and_by_status(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async with selling(data_dir, monkeypatch, SOLD, DRAFT, FOR_SALE, size=size) as (app, pilot, _, _):
        await until(pilot, lambda: "12.00 EUR" in screen_text(app), "the prices")
        shown = screen_text(app)
        assert shown.index("12.00 EUR") < shown.index("11.00 EUR") < shown.index("10.00 EUR")
        assert "VG+ / Not Graded" in shown
        assert "3 listings" in shown
        await pilot.press("f")
        await until(pilot, lambda: count(app) == 1 and "only “Draft”" in screen_text(app), "the drafts")
        await pilot.press("escape")
        await until(pilot, lambda: count(app) == 3, "all again")
        await pilot.press("o")
        await until(pilot, lambda: "by price, falling" in screen_text(app), "by price")


async def test_further_pages_come_when_the_end_is_near(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    states = (FOR_SALE,) * 70
    async with connected(monkeypatch, records=90) as upstream:
        stock(upstream, *states)
        async with opened(data_dir) as (app, pilot):
            await pilot.press("4")
            await until(pilot, lambda: count(app) == 50, "the first page")
            assert "50 shown, n for more" in screen_text(app)
            await pilot.press("end")
            await until(pilot, lambda: count(app) == 70, "the rest")
            assert upstream.asked("GET", "/inventory") == 2


async def test_a_listing_is_edited_with_the_suggested_price(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with selling(data_dir, monkeypatch, DRAFT) as (app, pilot, upstream, (made,)):
        mint = 0.95 * (1.1 + upstream.world.catalogue.pressings[made.release_id].have / 97)
        await pilot.press("e")
        await until(pilot, lambda: "Discogs suggests" in screen_text(app), "the suggestion")
        form = app.screen
        assert isinstance(form, ListingForm)
        form.query_one("#field-condition", Field).fill("mint")
        await until(pilot, lambda: "for Mint (M); F3 takes it" in screen_text(app), "that of the grade")
        form.query_one("#field-comments", Field).fill("with [obi]")
        form.query_one("#field-sleeve", Field).fill("nonsense")
        await pilot.press("f3", "f2")
        await until(pilot, lambda: "One of:" in screen_text(app), "the verdict on the sleeve")
        form.query_one("#field-sleeve", Field).fill("vg")
        await pilot.press("f2")
        await until(pilot, lambda: app.screen is page(app), "the list")
        assert (made.condition, made.sleeve_condition, made.status) == ("Mint (M)", "Very Good (VG)", DRAFT)
        assert made.comments == "with [obi]"
        assert abs(made.price - mint) <= 0.01
        assert made.location == "nice copy"
        await until(pilot, lambda: "M / VG" in screen_text(app), "the change in the list")


async def test_without_seller_settings_the_form_says_so(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with selling(data_dir, monkeypatch, DRAFT) as (app, pilot, upstream, _):
        upstream.fault(Fault.NO_SELLER_SETTINGS)
        await pilot.press("e")
        await until(pilot, lambda: "only to accounts with seller settings" in screen_text(app), "the reason")


async def test_a_draft_is_published_after_asking(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with selling(data_dir, monkeypatch, DRAFT) as (app, pilot, _, (made,)):
        await pilot.press("p")
        await until(pilot, lambda: "Put this up for sale?" in screen_text(app), "the question")
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is page(app), "the list")
        assert made.status == DRAFT
        await pilot.press("p")
        await until(pilot, lambda: "Put this up for sale?" in screen_text(app), "the question again")
        await pilot.press("p")
        await until(pilot, lambda: made.status == FOR_SALE, "Discogs to know")
        await until(pilot, lambda: "● For Sale" in screen_text(app), "the list to show it")


async def test_a_listing_is_deleted_after_asking(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with selling(data_dir, monkeypatch, DRAFT, FOR_SALE) as (app, pilot, upstream, made):
        await pilot.press("d")
        await until(pilot, lambda: "Delete this listing?" in screen_text(app), "the question")
        await pilot.press("d")
        await until(pilot, lambda: upstream.world.inventory.of_status() == made[:1], "Discogs to know")
        await until(pilot, lambda: count(app) == 1, "the list to show it")


@pytest.mark.parametrize("key", ["e", "d", "enter"])
async def test_what_is_sold_says_why_it_stays_as_it_is(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    async with selling(data_dir, monkeypatch, SOLD) as (app, pilot, _, _):
        await pilot.press(key)
        await until(pilot, lambda: "offer the record anew instead." in screen_text(app), "the reason")
        assert app.screen is page(app)


async def test_what_was_read_stays_while_discogs_is_away(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with selling(data_dir, monkeypatch, DRAFT, FOR_SALE) as (app, pilot, upstream, _):
        upstream.fault(Fault.REVOKED_TOKEN)
        await pilot.press("r")
        await until(pilot, lambda: "r tries again" in screen_text(app), "the trouble")
        assert count(app) == 2
        await until(pilot, lambda: not app.bridge.snapshot.connected, "word of the refusal")
        upstream.mend()
        upstream.world.inventory.remove(upstream.world.inventory.of_status()[0])
        await app.bridge.call(lambda runtime: runtime.discogs.test(runtime.user.id))
        await until(pilot, lambda: count(app) == 1, "the listings as soon as Discogs is there again")


@pytest.mark.parametrize("text", HOSTILE[:6])
async def test_hostile_comments_are_text(data_dir: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    async with selling(data_dir, monkeypatch, DRAFT, text=text) as (app, pilot, _, _):
        await pilot.press("down")
        for y in range(table(app).size.height):
            assert table(app).render_line(y).cell_length == table(app).size.width
        await pilot.press("e", "escape", "d", "escape")
        assert "\x1b" not in screen_text(app)
