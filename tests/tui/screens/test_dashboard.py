"""The dashboard: figures, charts, warnings and jobs, in every state."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from storage.errors import LockgrooveError
from storage.values import Count, Job, JobState, Progress, Statistics, UserId, YearAdded
from tests.tui.screens.conftest import HOSTILE, connected, fill, fill_hostile, opened, screen_text, until
from tui.bridge import Snapshot
from tui.screens.connect import ConnectDialog
from tui.widgets.bars import bar, bar_lines
from tui.widgets.charts import first_lines, further_lines
from tui.widgets.drift import drift_lines
from tui.widgets.figures import Due, Wanted, Worth, figure_lines, job_lines, wanted_lines, warning_lines

SOME = Statistics(
    1234, 1250, 12, 0, 800, 4.1, (Count("1970", 3),), (Count("Vinyl", 3),), (Count("[b]Odd[/b]", 1),), (), ()
)
TITLES = ("By decade", "By format", "By genre", "By style", "By label", "Added by year")
FAILED = Job(
    "1", UserId("u"), "sync", JobState.FAILED, {}, Progress(), {}, None, "Discogs did not answer.", 0, False, 1,
    None, None, None, "2026-11-20T10:00:00+00:00", "2026-11-20T10:00:00+00:00", "2026-11-20T10:01:00+00:00",
)  # fmt: skip


@pytest.mark.parametrize(
    ("snapshot", "removed", "said"),
    [
        (Snapshot(ready=True), 0, ["Discogs is not connected. Press c to connect it."]),
        (Snapshot(ready=True, connected=True, username="x"), 0, []),
        (Snapshot(ready=True, username="x", warning="Refused."), 0, ["Refused. Press c to connect anew."]),
        (Snapshot(ready=True, connected=True, username="x"), 1, ["1 record is gone from Discogs and kept here"]),
        (Snapshot(ready=True, connected=True, last_job=FAILED), 0, ["did not answer. Press J to read why, s to try"]),
        (Snapshot(failure=LockgrooveError("No disk.", "Make room.")), 0, []),  # stands in full below every page
        (Snapshot(), 0, []),
    ],
)
def test_every_warning_says_how_to_mend_it(snapshot: Snapshot, removed: int, said: list[str]) -> None:
    lines = [line.plain for line in warning_lines(snapshot, replace(SOME, removed=removed))]
    assert len(lines) == len(said)
    assert all(expected in line for expected, line in zip(said, lines, strict=True))


def test_figures_keep_their_lines_whether_the_worth_is_known_or_not() -> None:
    worth = Worth("€1.00", "€2,000.00", "€3,000.00", "2026-11-20T14:00:00+00:00")
    without, with_worth = figure_lines(SOME, Wanted(7, 2), None, 80), figure_lines(SOME, Wanted(7, 2), worth, 80)
    assert len(without) == len(with_worth)
    assert "1,234" in without[0].plain
    assert "€2,000.00" in with_worth[2].plain


def test_fulfilled_wants_are_told_with_the_keys_that_show_them() -> None:
    assert wanted_lines(Wanted(7, 0)) == []
    assert "You own 2 of your 7 wants already" in wanted_lines(Wanted(7, 2))[0].plain
    assert "3, then F shows" in wanted_lines(Wanted(7, 1))[0].plain


def test_a_bar_is_as_long_as_its_share() -> None:
    assert [len(bar(value, 10, 8)) for value in (0, 1, 5, 10)] == [0, 1, 4, 8]


def test_charts_fill_their_cells_exactly_whatever_a_label_holds() -> None:
    for foreign in HOSTILE:
        lines = bar_lines("By genre", [Count(foreign, 5), Count("b", 1)], 30, 3)
        assert [line.cell_length for line in lines[1:3]] == [30, 30]


def years(*genres: str) -> tuple[YearAdded, ...]:
    """Twelve years, in each of which four were added, three of each genre."""
    return tuple(YearAdded(2010 + n, 4, tuple(Count(genre, 3) for genre in genres)) for n in range(12))


@pytest.mark.parametrize("width", [40, 47, 78, 116, 196])
def test_the_years_fill_their_cells_exactly_whatever_a_genre_is_called(width: int) -> None:
    for foreign in HOSTILE:
        _, *lines = drift_lines(years(foreign, "Jazz", "Rock", "Pop", "Latin"), width, 20)
        assert {line.cell_length for line in lines} == {lines[0].cell_length}
        assert width - 5 < lines[0].cell_length <= width


def test_a_year_tells_how_many_came_and_which_part_the_leading_genres_had() -> None:
    found = (YearAdded(2019, 1200, ()), YearAdded(2020, 3, (Count("Jazz", 2), Count("Rock", 1))))
    _, first, second = (line.plain for line in drift_lines(found, 78, 20))
    assert first.split()[0] == "2019"
    assert "1,200" in first
    assert second.split()[-4:] == ["Jazz", "67%", "Rock", "33%"]


def test_of_more_years_than_have_room_the_last_ones_are_shown_saying_so() -> None:
    title, *lines = (line.plain for line in drift_lines(years("Jazz"), 47, 6))
    assert "the last 6 of 12 years" in title
    assert [line[:4] for line in lines] == ["2016", "2017", "2018", "2019", "2020", "2021"]


@pytest.mark.parametrize("width", [40, 78, 116, 196])
def test_no_chart_is_left_out_however_narrow_the_page(width: int) -> None:
    shown = [*first_lines(SOME, width, 5), *further_lines(SOME, width, 5)]
    text = "\n".join(line.plain for line in shown)
    assert {title: text.count(title) for title in TITLES} == dict.fromkeys(TITLES, 1)
    assert all(line.cell_length <= width for line in shown)


def test_an_empty_collection_says_what_to_do_instead_of_charts() -> None:
    empty = replace(SOME, records=0)
    assert "Press s" in " ".join(line.plain for line in first_lines(empty, 80, 5))


def test_jobs_say_what_ran_and_what_comes() -> None:
    due = [Due("sync", "2026-11-20T18:00:00+00:00")]
    lines = [line.plain for line in job_lines(Snapshot(ready=True, last_job=FAILED), due)]
    assert any("Sync failed" in line for line in lines)
    assert any("next 2026-11-20" in line for line in lines)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_counts_and_newest_records_are_shown(data_dir: Path, size: tuple[int, int]) -> None:
    await fill(data_dir)
    async with opened(data_dir, size) as (app, pilot):
        await pilot.press("1")
        await until(pilot, lambda: "Vökuró" in screen_text(app), "the newest records")
        assert "Vinyl" in screen_text(app)
        assert "Discogs is not connected" in screen_text(app)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ConnectDialog), "the dialog that mends it")


@pytest.mark.parametrize("size", [(120, 40), (200, 50)])
async def test_a_roomy_page_shows_every_chart_at_once(data_dir: Path, size: tuple[int, int]) -> None:
    decades = tuple((f"Artist {n}", "Title", 1950 + 10 * n, "Azure", f"AZ {n}", '12"') for n in range(8))
    await fill(data_dir, decades)
    async with opened(data_dir, size) as (app, pilot):
        await pilot.press("1")
        await until(pilot, lambda: all(title in screen_text(app) for title in TITLES), "every chart")
        assert "Last additions" in screen_text(app)
        await until(pilot, lambda: all(f"{ten}0s" in screen_text(app) for ten in "56789012"), "every decade's name")


async def test_a_small_page_scrolls_to_the_charts_it_has_no_room_for(data_dir: Path) -> None:
    await fill(data_dir)
    async with opened(data_dir) as (app, pilot):
        await pilot.press("1")
        await until(pilot, lambda: "By genre" in screen_text(app), "the first charts")
        await pilot.press("end")
        await until(pilot, lambda: "Added by year" in screen_text(app), "the last block")
        assert re.search(r"\d{4} .*4 +Jazz +100%", screen_text(app))
        assert "By label" in screen_text(app)


async def test_hostile_titles_neither_crash_nor_act(data_dir: Path) -> None:
    await fill_hostile(data_dir)
    async with opened(data_dir, (120, 40)) as (app, pilot):
        await pilot.press("1")
        await until(pilot, lambda: "[bold]Brackets[/]" in screen_text(app), "a title with brackets")


async def test_figures_follow_a_sync_and_discogs_says_the_worth(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(monkeypatch, 40), opened(data_dir) as (app, pilot):
        await pilot.press("1")
        await until(pilot, lambda: "No records yet" in screen_text(app), "the empty state")
        await pilot.press("s")
        await until(pilot, lambda: "By decade" in screen_text(app), "charts after the sync", 30)
        await until(pilot, lambda: "worth" in screen_text(app), "the worth", 30)
