"""The table on a screen: keys, mouse, marks, states, and that foreign text shifts nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.message import Message

from storage.values import ShelfRow
from tui.table import RECORD_COLUMNS, LetterBar, ListSource, RecordTable, Sorting, tone

Build = Callable[..., ShelfRow]


class Alphabetical(ListSource[ShelfRow]):
    """A list that knows its initials: ten rows each."""

    def letters(self) -> Sequence[tuple[str, int]]:
        return [("#", 0), ("B", 10), ("D", 20)]


class Desk(App[None]):
    """A table and nothing else; keeps what the table says."""

    def __init__(self, source: ListSource[ShelfRow], theme: str = "textual-dark") -> None:
        super().__init__()
        self.animation_level = "none"
        self.theme = theme
        self.heard: list[Message] = []
        self.table = RecordTable(
            source, RECORD_COLUMNS, empty="No records yet.\nPress c [to connect]", sorting=Sorting("artist"), tone=tone
        )
        self.bar = LetterBar()

    def compose(self) -> ComposeResult:
        yield self.bar
        yield self.table

    def on_mount(self) -> None:
        self.table.focus()

    def on_record_table_highlighted(self, event: RecordTable.Highlighted) -> None:
        self.heard.append(event)

    def on_record_table_selected(self, event: RecordTable.Selected) -> None:
        self.heard.append(event)

    def on_record_table_sort_requested(self, event: RecordTable.SortRequested) -> None:
        self.heard.append(event)

    def on_record_table_marks_changed(self, event: RecordTable.MarksChanged) -> None:
        self.heard.append(event)

    def on_letter_bar_picked(self, event: LetterBar.Picked) -> None:
        self.table.jump_to_letter(event.letter)

    def lines(self) -> list[str]:
        strips = [self.table.render_line(y) for y in range(self.table.size.height)]
        assert {strip.cell_length for strip in strips} == {self.table.size.width}
        assert {sum(part.cell_length for part in strip) for strip in strips} == {self.table.size.width}
        return [strip.text for strip in strips]

    def marks_heard(self) -> list[int]:
        return [event.count for event in self.heard if isinstance(event, RecordTable.MarksChanged)]


def key(row: ShelfRow) -> int:
    return row.pk


@pytest.fixture
def hundred(shelf_row: Build) -> Alphabetical:
    return Alphabetical(key, [shelf_row(pk) for pk in range(100)])


@pytest.mark.parametrize(
    ("keys", "cursor"),
    [
        ("down down j", 3),
        ("down down up k", 0),
        ("up", 0),
        ("G", 99),
        ("end down", 99),
        ("end home", 0),
        ("G g", 0),
        ("pagedown", 18),
        ("ctrl+d pageup", 0),
        ("ctrl+d ctrl+d ctrl+u", 18),
        ("l", 10),
        ("right right left", 10),
        ("right down left h", 0),
    ],
)
async def test_keys_move_the_cursor(keys: str, cursor: int, hundred: Alphabetical) -> None:
    desk = Desk(hundred)
    async with desk.run_test(size=(80, 21)) as pilot:
        await pilot.press(*keys.split())
        assert desk.table.cursor == cursor
        last = [event for event in desk.heard if isinstance(event, RecordTable.Highlighted)][-1]
        assert (last.position, last.key, last.row.pk) == (cursor, cursor, cursor)
        shown = [line for line in desk.lines() if line.startswith("▸")]
        assert len(shown) == 1
        assert f"Artist {cursor:04}" in shown[0]


async def test_the_header_stays_while_the_list_scrolls(hundred: Alphabetical) -> None:
    desk = Desk(hundred)
    async with desk.run_test(size=(80, 21)) as pilot:
        await pilot.press("end")
        lines = desk.lines()
        assert lines[0].split() == ["Artist▴", "Title", "Year", "Where", "Label", "Size"]
        assert "Artist 0099" in lines[-1]


async def test_at_the_edge_the_list_moves_by_a_third_of_the_page(hundred: Alphabetical) -> None:
    desk = Desk(hundred)
    async with desk.run_test(size=(80, 21)) as pilot:
        await pilot.press(*["down"] * 18)
        assert desk.table.top == 0
        await pilot.press("down")
        assert desk.table.top == 7
        await pilot.press("down", "down")
        assert desk.table.top == 7


async def test_moving_the_cursor_repaints_two_lines(hundred: Alphabetical) -> None:
    desk = Desk(hundred)
    async with desk.run_test(size=(80, 21)) as pilot:
        await pilot.press("down")
        before = {y: desk.table.render_line(y) for y in range(20)}
        await pilot.press("down")
        assert [y for y in range(20) if desk.table.render_line(y) is not before[y]] == [2, 3]


async def test_space_marks_and_goes_on_and_escape_clears(hundred: Alphabetical) -> None:
    desk = Desk(hundred)
    async with desk.run_test(size=(80, 21)) as pilot:
        await pilot.press("space", "down", "space")
        assert (desk.table.chosen(), desk.table.cursor) == ([0, 2], 3)
        assert [line[:2] for line in desk.lines()[1:5]] == [" ✓", "  ", " ✓", "▸ "]
        await pilot.press("escape")
        assert desk.table.chosen() == [3]
        assert desk.marks_heard() == [1, 2, 0]


async def test_v_marks_a_range_and_shift_extends_one(hundred: Alphabetical) -> None:
    desk = Desk(hundred)
    async with desk.run_test(size=(80, 21)) as pilot:
        await pilot.press("v", "down", "down")
        assert desk.table.marked_count == 3
        await pilot.press("v", "down", "down", "shift+down")
        assert sorted(desk.table.chosen()) == [0, 1, 2, 4, 5]
        await pilot.press("ctrl+a")
        assert desk.table.marked_count == 100


async def test_marks_and_the_cursor_stay_on_their_records_when_the_list_changes(shelf_row: Build) -> None:
    source = ListSource(key, [shelf_row(pk) for pk in range(100)])
    desk = Desk(source)
    async with desk.run_test(size=(80, 21)) as pilot:
        await pilot.press("space", "down", "down")
        source.replace([shelf_row(pk) for pk in reversed(range(100))])
        await pilot.pause()
        assert (desk.table.cursor_key, desk.table.cursor, desk.table.chosen()) == (3, 96, [0])
        source.replace([shelf_row(pk) for pk in range(50, 60)], anew=True)
        await pilot.pause()
        assert (desk.table.cursor_key, desk.table.chosen()) == (50, [0])
        assert "Artist 0050" in desk.lines()[1]


async def test_another_source_is_shown_from_its_top_without_marks(hundred: Alphabetical, shelf_row: Build) -> None:
    desk = Desk(hundred)
    async with desk.run_test(size=(80, 21)) as pilot:
        await pilot.press("end", "space")
        desk.table.source = ListSource(key, [shelf_row(pk) for pk in range(200, 203)])
        hundred.replace([])
        await pilot.pause()
        assert (desk.table.cursor_key, desk.table.count, desk.marks_heard()[-1]) == (200, 3, 0)
        assert [line[4:15] for line in desk.lines()[1:4]] == ["Artist 0200", "Artist 0201", "Artist 0202"]


async def test_a_list_that_shrinks_keeps_the_cursor_inside(shelf_row: Build) -> None:
    source = ListSource(key, [shelf_row(pk) for pk in range(100)])
    desk = Desk(source)
    async with desk.run_test(size=(80, 21)) as pilot:
        await pilot.press("end")
        source.replace([shelf_row(pk) for pk in range(5)])
        await pilot.pause()
        assert desk.table.cursor == 4
        assert "Artist 0000" in desk.lines()[1]


async def test_a_header_click_asks_for_that_order_and_a_row_click_moves_there(hundred: Alphabetical) -> None:
    desk = Desk(hundred)
    async with desk.run_test(size=(80, 21)) as pilot:
        await pilot.click(RecordTable, offset=(30, 0))
        await pilot.click(RecordTable, offset=(10, 5))
        assert [event.sort for event in desk.heard if isinstance(event, RecordTable.SortRequested)] == ["title"]
        assert desk.table.cursor == 4
        await pilot.click(RecordTable, offset=(10, 5), times=2)
        selected = [event for event in desk.heard if isinstance(event, RecordTable.Selected)]
        assert [event.key for event in selected] == [4]
        await pilot.click(RecordTable, offset=(1, 3))
        assert desk.table.chosen() == [2]


async def test_a_letter_leads_to_its_first_row_or_the_next_one_there_is(hundred: Alphabetical) -> None:
    desk = Desk(hundred)
    async with desk.run_test(size=(80, 21)) as pilot:
        for letter, cursor in (("b", 10), ("C", 20), ("z", 20), ("#", 0)):
            desk.table.jump_to_letter(letter)
            assert desk.table.cursor == cursor
        desk.bar.show([letter for letter, _ in hundred.letters()], "B")
        await pilot.pause()
        assert desk.bar.render_line(0).text.startswith(" # A[B]C D E")
        await pilot.click(LetterBar, offset=(9, 0))
        assert (desk.table.cursor, desk.table.letter) == (20, "D")


async def test_an_empty_list_says_so_and_takes_keys_without_harm(shelf_row: Build) -> None:
    source = ListSource[ShelfRow](key)
    desk = Desk(source)
    async with desk.run_test(size=(80, 21)) as pilot:
        await pilot.press("down", "end", "space", "v", "enter", "pagedown", "ctrl+a", "l")
        text = "\n".join(desk.lines())
        assert "No records yet." in text and "Press c [to connect]" in text
        assert desk.table.chosen() == []
        source.replace([shelf_row(1)])
        await pilot.pause()
        assert "Artist 0001" in desk.lines()[1]


async def test_what_an_empty_list_says_is_folded_to_its_width() -> None:
    desk = Desk(ListSource[ShelfRow](key))
    async with desk.run_test(size=(40, 21)) as pilot:
        desk.table.empty = "What you play is shown here once it is connected, and years of it come in at once."
        await pilot.pause()
        said = [line.strip() for line in desk.lines() if line.strip()]
        assert max(map(len, said)) <= 40
        assert "connected, and years of it come in" in " ".join(said) and said[-1].endswith("at once.")


async def test_hostile_text_shifts_nothing_on_the_screen(hostile: str, shelf_row: Build) -> None:
    source = ListSource(key, [shelf_row(pk, artist_name=hostile, album_title=hostile) for pk in range(3)])
    desk = Desk(source)
    async with desk.run_test(size=(80, 10)) as pilot:
        desk.table.empty = hostile
        for width in (80, 41, 120):
            await pilot.resize_terminal(width, 10)
            assert len(desk.lines()) == 9


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark"])
async def test_cursor_and_marks_show_without_colour(
    theme: str, hundred: Alphabetical, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    desk = Desk(hundred, theme)
    async with desk.run_test(size=(80, 21)) as pilot:
        await pilot.press("space")
        lines = desk.lines()
        assert lines[1].startswith(" ✓")
        assert lines[2].startswith("▸ ")


async def test_a_resize_keeps_the_cursor_in_sight(hundred: Alphabetical) -> None:
    desk = Desk(hundred)
    async with desk.run_test(size=(80, 40)) as pilot:
        await pilot.press(*["down"] * 30)
        await pilot.resize_terminal(60, 12)
        await pilot.pause()
        assert any(line.startswith("▸") and "Artist 0030" in line for line in desk.lines())


async def test_the_wheel_moves_the_list_and_not_the_cursor(hundred: Alphabetical) -> None:
    desk = Desk(hundred)
    async with desk.run_test(size=(80, 21)) as pilot:
        await pilot._post_mouse_events([events.MouseScrollDown], desk.table, (5, 5), 0)
        assert desk.table.cursor == 0
        assert desk.table.top > 0
        await pilot.press("down")
        assert any("Artist 0001" in line and line.startswith("▸") for line in desk.lines())


async def test_a_place_that_is_asked_for_before_the_list_is_there_is_taken_when_it_comes(shelf_row: Build) -> None:
    source = ListSource[ShelfRow](lambda row: row.pk)
    source.is_loading = True
    app = Desk(source)
    async with app.run_test() as pilot:
        app.table.place_on(7)
        source.is_loading = False
        source.replace([shelf_row(pk) for pk in range(1, 20)], anew=True)
        await pilot.pause()
        assert app.table.cursor_key == 7
