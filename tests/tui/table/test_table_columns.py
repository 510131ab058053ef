"""Which columns a table shows, how wide, and what a record looks like in them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from storage.values import ShelfRow
from tui.table.columns import Column, Sorting, header_text, lay_out, row_text, slot_at
from tui.table.records import RECORD_COLUMNS, tone

Build = Callable[..., ShelfRow]


def column(key: str, width: int, **rest: object) -> Column[str]:
    return Column(key, key.title(), lambda row: row, width, **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cells", "keys"),
    [
        (78, "state artist title year places label size"),
        (118, "state artist title year places label catalog size color added"),
        (198, "state artist title year places label catalog size color copies rating folder added"),
        (20, "state"),
        (30, "state artist"),
    ],
)
def test_the_important_columns_stay_when_room_is_short(cells: int, keys: str) -> None:
    assert [slot.column.key for slot in lay_out(RECORD_COLUMNS, cells)] == keys.split()


@given(st.integers(1, 400))
def test_the_columns_fill_the_line_exactly_and_do_not_overlap(cells: int) -> None:
    slots = lay_out(RECORD_COLUMNS, cells)
    assert slots[-1].x + slots[-1].width == cells
    assert all(left.x + left.width + 1 == right.x for left, right in pairwise(slots))
    assert cell_len(header_text(slots, Sorting("artist"))) == cells


def test_spare_room_goes_to_columns_that_grow_and_the_rest_to_the_last() -> None:
    slots = lay_out([column("a", 5, grow=1, limit=8), column("b", 5, grow=1), column("c", 5)], 40)
    assert [slot.width for slot in slots] == [8, 25, 5]
    slots = lay_out([column("a", 5, grow=1, limit=8), column("b", 5)], 40)
    assert [slot.width for slot in slots] == [8, 31]


@pytest.mark.parametrize("cells", [20, 78, 118, 198])
def test_hostile_text_in_every_field_shifts_no_column(cells: int, hostile: str, shelf_row: Build) -> None:
    row = shelf_row(
        artist_name=hostile, album_title=hostile, label_name=hostile, catalog_number=hostile, record_size=hostile,
        vinyl_color=hostile, folder_name=hostile, date_added=hostile,
    )  # fmt: skip
    slots = lay_out(RECORD_COLUMNS, cells)
    text = row_text(slots, row)
    assert cell_len(text) == cells
    for slot in slots[1:]:
        before = row_text([other for other in slots if other.x < slot.x], row)
        assert cell_len(before) + 1 == slot.x


def test_the_sorted_column_says_so_and_in_which_direction() -> None:
    slots = lay_out([column("artist", 10, sort="artist"), column("year", 5, sort="year")], 16)
    assert header_text(slots, Sorting("artist")) == "Artist▴    Year "
    assert header_text(slots, Sorting("year", descending=True)) == "Artist     Year▾"
    assert header_text(slots, None) == "Artist     Year "


def test_a_click_finds_its_column() -> None:
    slots = lay_out([column("a", 5), column("b", 5)], 11)
    assert [getattr(slot_at(slots, x), "column", None) for x in (0, 5, 6, 10)] == [
        slots[0].column, slots[0].column, slots[1].column, slots[1].column,
    ]  # fmt: skip
    assert slot_at(slots, 30) is None
    assert slot_at(slots, -1) is None


@pytest.mark.parametrize(
    ("facts", "key", "text"),
    [
        ({"removed_at": "2024-01-01"}, "state", "✗"),
        ({"is_synced": False}, "state", "⇡"),
        ({"is_synced": False, "discogs_id": None}, "state", ""),
        ({}, "state", ""),
        ({"year_released": None}, "year", ""),
        ({"vinyl_color": "Clear", "is_shaped": True}, "color", "Clear, shaped"),
        ({"is_shaped": True, "is_picture_disc": True}, "color", "picture"),
        ({"rating": 4}, "rating", "****"),
        ({"copies": 3}, "copies", "3"),
        ({"copies": 1}, "copies", ""),
        ({}, "added", "2024-02-03"),
        ({"label_name": None}, "label", ""),
    ],
)
def test_a_record_reads_in_its_columns(facts: dict[str, object], key: str, text: str, shelf_row: Build) -> None:
    (found,) = [column for column in RECORD_COLUMNS if column.key == key]
    assert found.text(shelf_row(**facts)) == text


def test_a_removed_record_is_muted_and_carries_its_sign(shelf_row: Build) -> None:
    assert tone(shelf_row(removed_at="2024-01-01")) == "muted"
    assert tone(shelf_row()) is None
