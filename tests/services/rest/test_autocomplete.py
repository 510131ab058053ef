"""``/api/autocomplete``: names as they are typed (discogsography-contract.md G1)."""

from __future__ import annotations

from typing import Any

import pytest

from storage.catalogue import growth
from storage.values import Credit, LabelLine, ReleaseEntry, ReleaseId
from tests.services.rest.visitors import believe_proxies, crowd

pytestmark = pytest.mark.asyncio(loop_scope="module")

ARTISTS = (
    "Davis Miles Trio",
    "Miles Davis Quintet",
    "Miles Davis",
    "Björk",
    "AC/DC",
    "!!!",
    "The The",
    "Smiles",
    "倖田來未",
)
LABELS = ("Funkhaus Nord", "R & S Records")
GENRES, STYLES = ("Jazz", "Funk / Soul"), ("Free Jazz", "Jazzdance", "Jazz-Rock", "acid jazz")


@pytest.fixture
async def filled(house) -> Any:
    """The house with a catalogue, in which everybody comes from an address of their own."""
    believe_proxies(house.runtime)
    entries = [
        ReleaseEntry(
            ReleaseId(number),
            f"Record {number}",
            name,
            artists=(Credit(number, name),),
            labels=tuple(LabelLine(100 + place, label) for place, label in enumerate(LABELS)),
            genres=GENRES,
            styles=STYLES,
        )
        for number, name in enumerate(ARTISTS, start=1)
    ]
    await house.runtime.storage.catalogue.write(lambda db: growth.apply(db, entries))
    return house


async def ask(house, q: str, **more: Any) -> list[dict[str, Any]]:
    async with crowd(house.bound.url) as client:
        answer = await client.get("/api/autocomplete", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


async def names(house, q: str, **more: Any) -> list[str]:
    return [each["name"] for each in await ask(house, q, **more)]


async def test_the_exact_name_comes_first_then_those_that_begin_so_then_the_rest(filled) -> None:
    assert await names(filled, "miles davis") == ["Miles Davis", "Miles Davis Quintet", "Davis Miles Trio"]


async def test_ids_are_digits_and_scores_positive_and_falling(filled) -> None:
    found = await ask(filled, "miles davis")
    assert [each["id"] for each in found] == ["3", "2", "1"]
    scores = [each["score"] for each in found]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0
    assert set(found[0]) == {"id", "name", "score"}


@pytest.mark.parametrize(
    ("q", "name"),
    [
        ("bjork", "Björk"),
        ("BJÖ", "Björk"),
        ("bjo\u0308rk", "Björk"),
        ("quint mil", "Miles Davis Quintet"),
        ("!!!", "!!!"),
        ("the the", "The The"),
        ("ac/d", "AC/DC"),
        ("倖田", "倖田來未"),
        ('"bjork"', "Björk"),
        ("bjork*", "Björk"),
        ("-bjork", "Björk"),
        ("(bjork)", "Björk"),
        ("bjork:\\", "Björk"),
        (" bjork ", "Björk"),
    ],
)
async def test_accents_case_order_and_signs_do_not_matter(filled, q: str, name: str) -> None:
    assert (await names(filled, q))[0] == name


@pytest.mark.parametrize(
    "q", ["  ", "...", "()", '""', "\\\\", "iles", "miles OR bjork", "miles NOT davis", "NEAR(miles davis)", "davisx"]
)
async def test_what_matches_nothing_is_an_empty_list(filled, q: str) -> None:
    assert await ask(filled, q) == []


async def test_labels_are_found_by_their_words(filled) -> None:
    assert await names(filled, "rec r", type="label") == ["R & S Records"]
    assert await names(filled, "nord", type="LABEL") == ["Funkhaus Nord"]


async def test_genres_and_styles_start_with_what_is_typed_and_come_by_name(filled) -> None:
    assert await ask(filled, "fUNK /", type="genre") == [{"id": "Funk / Soul", "name": "Funk / Soul", "score": 1.0}]
    assert await names(filled, "jazz", type="Style") == ["Jazz-Rock", "Jazzdance"]
    assert await names(filled, "soul", type="genre") == []
    assert await names(filled, "  ", type="style") == []


async def test_no_more_come_than_were_asked_for(filled) -> None:
    assert await names(filled, "miles", limit=1) == ["Miles Davis Quintet"]
    assert await names(filled, "ja", type="style", limit=1) == ["Jazz-Rock"]


@pytest.mark.parametrize("wrong", [{"q": "a"}, {}, {"q": "ab", "limit": 0}, {"q": "ab", "limit": 51}, {"q": "a\x00b"}])
async def test_what_is_out_of_bounds_is_422(filled, wrong: dict[str, Any]) -> None:
    async with crowd(filled.bound.url) as client:
        answer = await client.get("/api/autocomplete", params=wrong)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "query"


async def test_two_blanks_are_two_characters(filled) -> None:
    assert await ask(filled, "  ") == []


@pytest.mark.parametrize("kind", ["release", "master", "", "artists"])
async def test_another_type_is_400(filled, kind: str) -> None:
    async with crowd(filled.bound.url) as client:
        answer = await client.get("/api/autocomplete", params={"q": "miles", "type": kind})
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_input"


async def test_thirty_in_a_minute_pass_and_those_that_are_not_valid_do_not_count(house) -> None:
    async def status(q: str) -> int:
        return (await house.stranger.get("/api/autocomplete", params={"q": q})).status_code

    assert [await status("x") for _ in range(5)] == [422] * 5
    assert [await status("xy") for _ in range(31)] == [200] * 30 + [429]
    assert (await house.owner.get("/api/autocomplete", params={"q": "xy"})).status_code == 200
