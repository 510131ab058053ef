"""What the Explore screen shows of values: the way, the lists, the years, the chain, without a screen."""

from __future__ import annotations

import pytest

from services.catalogue.centre import Centre
from storage.values import Category, Child, Count, NodeFacts, NodeName, SnapshotNode, Suggestion
from storage.values.findings import Collaborator, LabelProfile, Path, PathLink
from storage.values.sleeves import Holdings, Sleeve
from tests.tui.screens.conftest import HOSTILE
from tui.screens.explore import owned_of
from tui.screens.explore_lists import profile_lines, sleeve_lines, together, way_lines, way_note
from tui.screens.explore_reading import begin_lines, merged
from tui.screens.explore_walk import FORMATS, Step, Walk, restored, to_save
from tui.screens.explore_words import (
    emptiness,
    facts_lines,
    plain_name,
    position,
    start_lines,
    trail,
    trouble,
    web_path,
)
from tui.table.columns import lay_out, row_text
from tui.table.graph import ALIKE, KIN, LINKS, NEIGHBOURS, PROFILE, RELEASES, TOGETHER, WAY, Line
from tui.text import width
from tui.widgets.viewbar import View, fitting, said
from tui.widgets.years import peak, spans, spark, year_lines

LISTS = (RELEASES, NEIGHBOURS, KIN, TOGETHER, ALIKE, PROFILE, LINKS, WAY)


def artist(name: str, number: int = 1) -> NodeName:
    return NodeName("artist", str(number), name)


def step(name: str = "Lena Vargo", number: int = 1, *, releases: int = 6) -> Step:
    node = artist(name, number)
    categories = (Category("releases", "Releases", releases), Category("labels", "Labels", 1))
    return Step(Centre(node, categories, NodeFacts(node, release_count=releases), ((1959, 1), (1961, 2))))


def walked(*names: str) -> Walk:
    walk = Walk()
    for number, name in enumerate(names):
        walk.open(step(name, number))
    return walk


# -- the way ----------------------------------------------------------------------------------------------------------


def test_going_back_keeps_what_is_ahead_until_another_way_is_taken() -> None:
    walk = walked("A", "B", "C")
    assert walk.go(-1) and walk.go(-1) and not walk.go(-1)
    assert walk.here is not None and walk.here.node.name == "A"
    assert walk.go(1) and walk.can_go_forward
    walk.open(step("D", 9))
    assert [each.node.name for each in walk.steps] == ["A", "B", "D"]
    assert not walk.can_go_forward


def test_opening_what_stands_in_the_middle_is_no_step() -> None:
    walk = walked("A", "B")
    walk.open(step("B", 1))
    assert [each.node.name for each in walk.steps] == ["A", "B"]


def test_the_way_names_the_middle_whole_and_tells_what_is_left_out() -> None:
    walk = walked(*(f"Artist number {n}" for n in range(12)))
    line = trail(walk, 80).plain
    assert line.startswith(" … › ")
    assert line.endswith("Artist number 10 › Artist number 11  artist")
    walk.go(-1)
    assert trail(walk, 120).plain.endswith("Artist number 10  artist › Artist number 11")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("cells", [40, 80, 200])
def test_no_name_makes_the_way_longer_than_its_line(text: str, cells: int) -> None:
    walk = walked(*([text] * 4))
    walk.go(-1)
    line = trail(walk, cells)
    assert line.cell_length <= cells
    assert "\x1b" not in line.plain


def test_a_node_begins_with_its_first_list_that_holds_anything() -> None:
    assert step(releases=0).shown.key == "labels"
    assert step().shown.key == "releases"
    bare = Step(Centre(NodeName("genre", "Jazz", "Jazz"), (Category("releases", "Releases", 0),)))
    assert bare.shown.key == "releases"


def test_lists_go_round_with_the_extras_of_their_kind_behind_them() -> None:
    here = step()
    assert [view.key for view in here.views] == ["releases", "labels", "collaborators", "similar", "gaps"]
    here.turn(-1)
    assert here.shown.key == "gaps"
    here.turn(1)
    assert here.shown.key == "releases"
    here.goal = artist("Otto", 2)
    assert here.views[-1].key == "path"


def test_the_line_of_lists_drops_those_furthest_from_the_shown_one() -> None:
    views = [View(str(n), f"List {n}", 1000 * n) for n in range(8)]
    assert fitting(views, "0", 200) == views
    kept = fitting(views, "5", 40)
    assert views[5] in kept and len(kept) < 8
    assert sum(len(said(view)) + 2 for view in kept) <= 40


# -- snapshots --------------------------------------------------------------------------------------------------------


def test_a_snapshot_holds_the_way_up_to_the_middle_then_what_is_on_the_screen_each_once() -> None:
    walk = walked("A", "B", "C")
    walk.go(-1)
    nodes = to_save(walk, [artist("A", 0), artist("X", 7)], 100)
    assert [node.name for node in nodes] == ["A", "B", "X"]
    assert [node.name for node in to_save(walk, [artist("X", 7)], 1)] == ["B"]


def test_what_was_saved_up_to_the_centre_is_the_way_and_the_rest_a_list() -> None:
    a, b, c = (SnapshotNode(str(n), "artist") for n in range(3))
    assert restored([a, b, c], b) == ([a, b], [c])
    assert restored([a, c], b) == ([b], [a, c])


# -- picking ----------------------------------------------------------------------------------------------------------


def test_who_is_called_exactly_so_comes_first_then_the_best_of_each_kind() -> None:
    found = {
        "artist": [Suggestion(artist("Blue Room", 1), 9.0), Suggestion(artist("Bluebell", 2), 8.0)],
        "label": [Suggestion(NodeName("label", "3", "Blues & Co"), 2.0)],
        "style": [Suggestion(NodeName("style", "Blues", "Blues"), 1.0)],
    }
    assert [node.name for node in merged(found, " blúes ")] == ["Blues", "Blue Room", "Blues & Co", "Bluebell"]


def test_a_genre_comes_before_the_labels_that_are_called_like_it() -> None:
    found = {
        "label": [Suggestion(NodeName("label", str(n), "Electronic"), 9.0) for n in range(2)],
        "genre": [Suggestion(NodeName("genre", "Electronic", "Electronic"), 1.0)],
    }
    assert [node.kind for node in merged(found, "electronic")] == ["genre", "label", "label"]


def test_what_somebody_owns_most_of_is_where_they_may_begin() -> None:
    lines = begin_lines({"genre": [Count("Jazz", 12)], "label": [Count("", 3), Count("Azure", 2)]})
    assert [(line.title, line.format, line.note) for line in lines] == [
        ("Jazz", "genre", "you own 12"),
        ("Azure", "label", "you own 2"),
    ]


def test_an_empty_catalogue_says_how_it_is_filled_a_full_one_how_much_there_is() -> None:
    empty = "\n".join(line.plain for line in start_lines(Holdings(), ready=True))
    assert "lockgroove catalogue import DIR" in empty and "s syncs with Discogs" in empty
    assert "1,200 releases, 1 artist to wander in" in start_lines(Holdings(1, 0, 0, 1200), ready=True)[0].plain
    assert "Opening the library" in start_lines(None, ready=False)[0].plain


# -- years ------------------------------------------------------------------------------------------------------------


def test_years_share_a_bar_where_there_are_more_of_them_than_cells() -> None:
    years = [(1950 + n, n + 1) for n in range(70)]
    assert sum(spans(years, 30)) == sum(count for _, count in years)
    assert len(spans(years, 30)) <= 30
    assert spans([(1999, 4)], 30) == [4]
    assert spans([], 30) == []


def test_a_year_with_little_still_shows_and_one_without_does_not() -> None:
    assert spark([(1960, 1000), (1962, 1)], 10) == "█ ▁"
    lines = year_lines([(1960, 1000), (1962, 1)], 9, 3)
    assert [len(line.plain) for line in lines] == [9, 9, 9, 9]
    assert lines[2].plain == "██    ▁▁ "
    assert lines[3].plain == "1960 1962"
    assert peak([(1960, 1000), (1962, 1)]) == "most in 1960: 1,000"


@pytest.mark.parametrize("cells", [1, 4, 9, 36, 110])
def test_the_chart_never_leaves_its_cells(cells: int) -> None:
    for years in ([(1999, 1)], [(1900, 2), (2026, 9)], [(1900 + n, n) for n in range(1, 127)]):
        assert all(line.cell_length <= max(cells, 9) for line in year_lines(years, cells, 6))
    assert "No year" in year_lines([], cells, 6)[0].plain


# -- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("cells", [30, 78, 118, 198])
def test_hostile_names_shift_no_column(text: str, cells: int) -> None:
    line = Line(1, text, artist(text), count=7, share=0.5, year=1999, artist=text, label=text, format=text, note=text)
    for columns in LISTS:
        assert width(row_text(lay_out(columns, cells), line)) == cells


def test_a_chain_is_told_artist_by_artist_with_what_each_record_is() -> None:
    lena, otto, farida = artist("Lena", 1), artist("Otto", 2), artist("Farida", 3)
    first = Child(NodeName("release", "7", "Lantern Songs"), 1961)
    second = Child(NodeName("release", "8", "Tideline"), 1981)
    links = (PathLink(first, "by", otto, "by"), PathLink(second, "by", farida, "credited"))
    path = Path(lena, farida, links, "found")
    assert [(line.title, line.note) for line in way_lines(path)] == [
        ("Lena", ""),
        ("  Lantern Songs", "by both"),
        ("Otto", ""),
        ("  Tideline", "credited: Farida"),
        ("Farida", ""),
    ]
    assert way_note(path) == "Farida: 2 records apart"
    assert way_lines(Path(lena, farida, (), "depth")) == []
    assert "further away" in way_note(Path(lena, farida, (), "depth"))
    assert "in the time" in way_note(Path(lena, farida, (), "time"))
    assert "Nothing in the catalogue connects" in way_note(Path(lena, farida, (), "unconnected"))


def test_a_collaborator_has_years_where_any_are_known() -> None:
    known = together(1, Collaborator(artist("Otto"), 3, 1961, 1963, ((1961, 1), (1963, 2))))
    assert (known.label, known.note, known.count) == ("1961–1963", "▄ █", 3)
    assert together(1, Collaborator(artist("Otto"), 1, 1961, 1961, ((1961, 1),))).label == "1961"
    assert together(1, Collaborator(artist("Otto"), 1, None, None, ())).label == ""


def test_a_profile_leads_to_genres_and_related_labels_but_not_to_formats() -> None:
    parent = NodeName("label", "9", "Harbour Group")
    profile = LabelProfile(
        NodeName("label", "1", "Azure"), 4, 1959, 1988, (("Jazz", 4),), (), (("LP", 3),), ((1959, 4),), parent, ()
    )
    lines = profile_lines(profile)
    assert [line.title.strip() for line in lines if line.node is None] == [
        "Labels around it",
        "Genres",
        "Formats",
        "LP",
        "Years",
        "1959",
    ]
    assert [line.node for line in lines if line.node is not None] == [parent, NodeName("genre", "Jazz", "Jazz")]
    assert [line.pk for line in lines] == list(range(1, len(lines) + 1))


def test_a_release_leads_to_everybody_on_it_once() -> None:
    lena, otto = artist("Lena", 1), artist("Otto", 2)
    release = Child(NodeName("release", "7", "Lantern Songs"), 1961)
    master = NodeName("master", "900", "Lantern Songs")
    jazz = NodeName("genre", "Jazz", "Jazz")
    sleeve = Sleeve(release, "Norway", master, (lena,), (), (jazz,), (), (lena, otto))
    assert [(line.note, line.title) for line in sleeve_lines(sleeve)] == [
        ("artist", "Lena"),
        ("versions", "Lantern Songs"),
        ("genre", "Jazz"),
        ("also on it", "Otto"),
    ]


# -- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ("collaborators", "shares no release"),
        ("similar", "alike to Lena Vargo"),
        ("gaps", "You own everything"),
        ("path", "No way from Lena Vargo to Otto.\nP asks"),
        ("releases", "links nothing"),
    ],
)
def test_an_empty_list_says_why_and_what_to_do(view: str, said: str) -> None:
    here = step()
    here.view, here.goal = view, artist("Otto", 2)
    assert said in emptiness(here)
    here.view, here.format = "gaps", FORMATS.index("CD")
    assert "missing as CD. f shows the next format." in emptiness(here)


def test_what_could_not_be_read_names_the_key_that_asks_again() -> None:
    assert trouble(ValueError("x")) == "The list could not be read.\nu asks again."


def test_where_the_cursor_is_and_what_is_so_of_the_line() -> None:
    line = Line(3, "Slow Harbour", owned=True, wanted=True)
    assert position(line, 3, 1200, whole=True) == "● in your collection · w on your wantlist · 3 of 1,200"
    assert position(None, 1, 128, whole=False) == "1 of 128+"
    assert position(None, 0, 128, whole=True) == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_facts_are_text(text: str) -> None:
    here = step(text)
    here.owned = here.wanted = True
    shown = "\n".join(line.plain for line in facts_lines(here, "https://example.org/artist/1", 36))
    assert "\x1b" not in shown and "You own this release" in shown


def test_a_name_is_searched_without_its_number_and_genres_have_no_page() -> None:
    assert plain_name("Nadia Quell (2)") == "Nadia Quell"
    assert plain_name("Sunn O)))") == "Sunn O)))"
    assert plain_name("(2)") == "(2)"
    assert (web_path("artist", "7"), web_path("style", "Dub")) == ("/artist/7", "")
    assert owned_of(NodeName("style", "Dub", "Dub")).styles == ("Dub",)
    assert owned_of(artist("Nadia Quell (2)")).text == "Nadia Quell"
