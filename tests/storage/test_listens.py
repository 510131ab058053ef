"""What several sources tell of one listen is one listen, and two listens stay two, in whatever order they come."""

from __future__ import annotations

import random

import pytest

from storage.listens import SLACK, Listen, Told, brought_together
from storage.play_names import listen_key, without_edition


def told(at: float, ms: int | None = None) -> Told:
    return Told(int(at * 1000), 1, ms)


def test_a_play_of_the_api_and_an_export_row_that_ends_with_it_are_one_listen():
    (listen,) = brought_together([told(1000.5)], [told(1000, 200_000)], [])
    assert (listen.api, listen.export) == (told(1000.5), told(1000, 200_000))


@pytest.mark.parametrize(
    ("played", "listens"),
    [
        (800, 1),  # at its start, as it once was told
        (800 - SLACK / 1000, 1),
        (800 - SLACK / 1000 - 1, 2),
        (1000 + SLACK / 1000, 1),
        (1000 + SLACK / 1000 + 1, 2),
    ],
)
def test_the_instant_of_the_api_may_lie_90_seconds_outside_of_the_listen(played: float, listens: int):
    assert len(brought_together([told(played)], [told(1000, 200_000)], [])) == listens


def test_repeats_in_an_export_stay_apart_and_each_takes_its_own_play():
    exported = [told(1000, 60_000), told(1060, 60_000), told(1120, 60_000)]
    listens = brought_together([told(1000.4), told(1060.4), told(1120.4)], exported, [])
    assert [(each.api and each.api.at, each.export and each.export.at) for each in listens] == [
        (1_000_400, 1_000_000),
        (1_060_400, 1_060_000),
        (1_120_400, 1_120_000),
    ]


def test_as_many_as_can_be_are_found_to_be_one_even_where_the_next_would_lie_closer():
    listens = brought_together([told(1160), told(1220)], [told(1100, 60_000), told(1160, 60_000)], [])
    assert len(listens) == 2


def test_a_single_play_is_found_in_the_closest_of_several_rows():
    listens = brought_together([told(1120)], [told(1060, 60_000), told(1120, 60_000)], [])
    assert next(each.export for each in listens if each.api) == told(1120, 60_000)


def test_account_data_to_the_minute_joins_what_is_told_to_the_second():
    listens = brought_together(
        [told(130.5)], [told(130, 100_000), told(330, 100_000)], [told(120, 100_000), told(300, 100_000)]
    )
    assert all(each.account is not None for each in listens)
    assert len(listens) == 2


def test_many_repeats_in_a_row_are_matched_too():
    exported = [told(60 * n, 60_000) for n in range(400)]
    listens = brought_together([told(60 * n + 0.3) for n in range(400)], exported, [])
    assert len(listens) == 400


def test_the_order_in_which_it_is_told_makes_no_difference():
    chance = random.Random(7)
    api = [told(at) for at in (100, 161, 162.5, 400, 5000)]
    exported = [told(at, 60_000) for at in (100, 160, 400, 460, 9000)]
    expected: list[Listen] | None = None
    for _ in range(10):
        chance.shuffle(api)
        chance.shuffle(exported)
        listens = brought_together(api, exported, [])
        expected = expected or listens
        assert listens == expected


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Kind of Blue (Legacy Edition)", "Kind of Blue"),
        ("Heroes - 2017 Remaster", "Heroes"),
        ("Low [Remastered 2011] (Deluxe)", "Low"),
        ("Rückspiegel (Live)", "Rückspiegel (Live)"),
        ("(Remastered)", "(Remastered)"),
    ],
)
def test_only_what_tells_editions_apart_is_taken_off_a_title(title: str, plain: str):
    assert without_edition(title) == plain


def test_one_recording_has_one_key_in_any_spelling():
    assert listen_key("The Beatles", "Café Lumière") == listen_key("beatles", "Cafe\u0301 LUMIÈRE")
    assert listen_key("A", "x") != listen_key("A", "x - 2016 Remaster")
