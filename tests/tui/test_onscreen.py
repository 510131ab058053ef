"""What stands on the terminal is not sent again, and what the terminal shows is the same as if it were."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from tui.onscreen import OnScreen

SIZE = Size(6, 3)
CONSOLE = Console(color_system=None)
LOOKS = (Style(), Style(bold=True))


def strip(text: str, look: Style = LOOKS[0]) -> Strip:
    return Strip([Segment(text, look)], len(text))


def whole(*lines: list[Strip]) -> LayoutUpdate:
    return LayoutUpdate(list(lines), Region(0, 0, SIZE.width, len(lines)))


def written(on: OnScreen, update: CompositorUpdate, screen: object = "a screen", size: Size = SIZE) -> str:
    changed = on.changed(screen, size, update, CONSOLE)
    return "" if changed is None else changed.render_segments(CONSOLE)


def test_the_same_again_sends_nothing_and_one_piece_only_that_piece() -> None:
    on, first = OnScreen(), whole([strip("ab"), strip("cdef")], [strip("ghijkl")])
    assert "ghijkl" in written(on, first)
    assert written(on, first) == ""
    changed = written(on, whole([strip("ab"), strip("CDEF")], [strip("ghijkl")]))
    assert "CDEF" in changed and "ab" not in changed and "ghijkl" not in changed


def test_of_a_piece_only_the_part_that_differs_is_sent() -> None:
    on = OnScreen()
    written(on, whole([Strip([Segment("● ", LOOKS[0]), Segment("at 12 of 99 ", LOOKS[1])])]))
    assert (
        written(on, whole([Strip([Segment("● ", LOOKS[0]), Segment("at 13 of 99 ", LOOKS[1])])]))
        == "\x1b[1;7H\x1b[1m3\x1b[0m"
    )
    assert written(on, whole([Strip([Segment("倖", LOOKS[0]), Segment("at 13 of 99 ", LOOKS[1])])])) == "\x1b[1;1H倖"


def test_a_change_of_style_alone_is_sent() -> None:
    on, coloured = OnScreen(), Console(color_system="truecolor")
    assert on.changed("a screen", SIZE, whole([strip("abcdef")]), coloured) is not None
    bold = on.changed("a screen", SIZE, whole([strip("abcdef", LOOKS[1])]), coloured)
    assert bold is not None and "abcdef" in bold.render_segments(coloured)


def test_another_screen_another_size_and_what_was_forgotten_are_sent_whole() -> None:
    on, update = OnScreen(), whole([strip("abcdef")])
    for again in ({}, {"screen": "another"}, {"screen": "another", "size": Size(9, 9)}):
        assert "abcdef" in written(on, update, **again)  # pyright: ignore
        assert written(on, update, **again) == ""  # pyright: ignore
    on.forget()
    assert "abcdef" in written(on, update)


Cuts = st.lists(st.integers(1, SIZE.width - 1), unique=True).map(lambda cuts: sorted({0, SIZE.width, *cuts}))
Texts = st.text("ab ", min_size=SIZE.width, max_size=SIZE.width)


@st.composite
def updates(draw: st.DrawFn) -> CompositorUpdate:
    """A whole screen, or pieces of some lines, cut anywhere."""
    lines = list[dict[int, Strip]]()
    ends = list[list[int]]()
    for _ in range(SIZE.height):
        cuts, text = draw(Cuts), draw(Texts)
        lines.append({start: strip(text[start:end]) for start, end in pairwise(cuts)})
        ends.append(cuts[1:])
    if draw(st.booleans()):
        return whole(*(list(line.values()) for line in lines))
    spans = [(y, *sorted(draw(st.tuples(st.integers(0, 6), st.integers(0, 6))))) for y in range(SIZE.height)]
    return ChopsUpdate(lines, [span for span in spans if span[1] < span[2]] or [(0, 0, 6)], ends)


def drawn(grid: list[list[str]], sequence: str) -> None:
    """Write a sequence onto a terminal that knows no more than moving the cursor."""
    for part in sequence.split("\x1b[")[1:]:
        place, text = part.split("H", 1)
        y, x = (int(number) - 1 for number in place.split(";"))
        for offset, character in enumerate(text.replace("\n", "")):
            grid[y][x + offset] = character


@given(st.lists(updates(), max_size=6))
def test_the_terminal_shows_what_it_would_if_everything_were_sent(sequence: list[CompositorUpdate]) -> None:
    on = OnScreen()
    plain, spared = ([["."] * SIZE.width for _ in range(SIZE.height)] for _ in range(2))
    for update in sequence:
        drawn(plain, update.render_segments(CONSOLE))
        drawn(spared, written(on, update))
        assert spared == plain
