"""Display text: whatever a title holds, it takes exactly the cells it was given."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.text import Align, clean, cut, fit, width

anything = st.text(st.characters(exclude_categories=()), max_size=80)
tricky = st.text(
    st.sampled_from(list("a [/]é\u0301\u200d\ufe0f\u200c❤🔥👨👩🏽🇩🇪日本각가ש\u202eم\x1b\n\t\x00\u00ad…1\u20e3\ud800")),
    max_size=40,
)

HOSTILE = {
    "brackets": "Selected Works [Deluxe] [/] [bold red]",
    "cjk": "坂本龍一 – 千のナイフ Thousand Knives Of Ryuichi Sakamoto",
    "joined emoji": "👨‍👩‍👧‍👦 Family ❤️‍🔥 Album 🏳️‍🌈 with 👍🏽",
    "flags": "🇩🇪🇫🇷🇯🇵 Europe '72 🇩",
    "right to left": "فيروز – أنا لحبيبي شלום",
    "bidi override": "safe\u202etxt.exe\u2066 hidden\u2069",
    "control": "bell\x07 \x1b[31mred\x1b[0m\r\nnew\tline\x9b2J",
    "combining": "Z\u0351\u0313\u0344\u0301\u0302\u0303\u0304algo e\u0301",
    "lone surrogate": "broken \ud83d half",
    "zero width": "a\u200bb\u200dc\ufeffd\u2060e",
    "long": "Ünë" * 170,
    "nothing": "",
}


@given(text=anything | tricky, cells=st.integers(0, 60), align=st.sampled_from(["left", "right", "center"]))
def test_fit_takes_exactly_the_cells_it_was_given(text: str, cells: int, align: Align) -> None:
    assert cell_len(fit(text, cells, align)) == cells


@given(left=anything | tricky, right=anything | tricky, cells=st.integers(1, 30))
def test_one_cell_text_never_changes_the_width_of_its_neighbour(left: str, right: str, cells: int) -> None:
    assert cell_len(fit(left, cells) + fit(right, cells)) == 2 * cells


@given(anything | tricky)
def test_clean_text_is_one_printable_line_and_stays_as_it_is(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    once.encode()
    assert not [c for c in once if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    assert not set(once) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u00ad")


@given(text=anything | tricky, cells=st.integers(1, 60))
def test_cut_never_gets_wider_and_leaves_what_fits_alone(text: str, cells: int) -> None:
    shown = cut(text, cells)
    assert width(shown) <= cells
    if width(text) <= cells:
        assert shown == clean(text)
    else:
        assert shown.endswith("…")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
@pytest.mark.parametrize("cells", [1, 2, 7, 20])
def test_hostile_text_keeps_the_width_of_its_cell(text: str, cells: int) -> None:
    assert cell_len(fit(text, cells)) == cells
    assert cell_len(fit(text, cells, "right")) == cells


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        *(("Kind Of Blue", 12), ("日本", 4), ("e\u0301", 1)),
        *(("👨‍👩‍👧", 2), ("❤️‍🔥", 2), ("🇩🇪", 2), ("👍🏽", 2), ("שלום", 4), ("a\x07b", 2)),
    ],
)
def test_width_counts_cells(text: str, cells: int) -> None:
    assert width(text) == cells


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Kind\nOf\r\tBlue", "Kind Of  Blue"),
        ("\x1b[31mred", "[31mred"),
        ("safe\u202etxt", "safetxt"),
        ("e\u0301", "é"),
        ("שלום עולם", "שלום עולם"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\u200db", "ab"),
        ("❤️ 👨‍👩‍👧", "❤ 👨‍👩‍👧"),
        ("half \ud83d", "half \ufffd"),
        ("[/] [bold]", "[/] [bold]"),
    ],
)
def test_clean_drops_what_breaks_a_line_and_nothing_else(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [
        ("Kind Of Blue", 6, "Kind …"),
        ("坂本龍一", 5, "坂本…"),
        ("坂本龍一", 4, "坂…"),
        ("🇩🇪🇫🇷", 3, "🇩🇪…"),
        ("🇩🇪🇫🇷", 2, "…"),
        ("x👨‍👩‍👧y", 3, "x…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_cut_falls_between_characters(text: str, cells: int, shown: str) -> None:
    assert cut(text, cells) == shown
