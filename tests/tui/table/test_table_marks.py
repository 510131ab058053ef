"""Marks live on records, ranges on positions until they are kept."""

from __future__ import annotations

from tui.table.letters import stops
from tui.table.marks import Marks


def test_a_mark_is_set_and_taken_away() -> None:
    marks = Marks()
    marks.toggle(7)
    marks.toggle("seven")
    assert 7 in marks and "seven" in marks and len(marks) == 2
    marks.toggle(7)
    assert sorted(map(str, marks)) == ["seven"]


def test_a_range_runs_either_way_and_is_kept_as_identities() -> None:
    keys = [10, 11, 12, 13, None]
    marks = Marks()
    marks.begin_range(3)
    assert list(marks.span(1)) == [1, 2, 3]
    assert len(marks) == 0
    marks.keep_range(1, keys.__getitem__)
    assert sorted(marks) == [11, 12, 13]
    assert marks.range_from is None and not marks.span(2)


def test_a_range_in_the_making_is_not_begun_again() -> None:
    marks = Marks()
    marks.begin_range(3)
    marks.begin_range(5)
    assert list(marks.span(4)) == [3, 4]


def test_clear_gives_up_the_range_first_then_the_marks() -> None:
    marks = Marks()
    marks.toggle(1)
    marks.begin_range(0)
    assert marks.clear() and len(marks) == 1
    assert marks.clear() and len(marks) == 0
    assert not marks.clear()


def test_an_alphabetical_list_shows_the_whole_alphabet_and_what_it_lacks() -> None:
    shown = stops(["#", "B", "M", "…"], 80)
    assert "".join(letter for letter, _ in shown) == "#ABCDEFGHIJKLMNOPQRSTUVWXYZ…"
    assert [letter for letter, is_present in shown if is_present] == ["#", "B", "M", "…"]
    assert [letter for letter, _ in stops(["M", "B", "#"], 80)][:2] == ["Z", "Y"]


def test_any_other_order_shows_the_groups_it_has() -> None:
    assert stops(["1970s", "1980s", "–"], 80) == [("1970s", True), ("1980s", True), ("–", True)]


def test_a_narrow_bar_leaves_letters_out_rather_than_running_over() -> None:
    shown = stops(["A", "B", "C"], 20)
    assert sum(len(letter) + 1 for letter, _ in shown) + 1 <= 20
    assert len(shown) > 5
