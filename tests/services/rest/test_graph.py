"""The graph over HTTP (discogsography-contract.md section 10)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio

from services.errors import StoreBusy
from storage.catalogue import growth
from storage.catalogue.door import Catalogue
from storage.catalogue.kinds import Kind, Relation, key_of
from storage.values import Credit, LabelLine, ReleaseEntry, ReleaseId
from tests.services.rest.visitors import member

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = (
    "Funk / Soul",
    "a'b\"c",
    "50%2F off %",
    "C++",
    "倖田來未",
    "?&#;",
    "..",
    "a//b/",
    "\\",
    "x" * 200,
    "Café Ünïcode",
)
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Graph:
    """A house with a few releases filed; ``get`` asks as a stranger."""

    house: Any

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.house.stranger.get(path, params=query)


def release(number: int, title: str, *by: Credit, **facts: Any) -> ReleaseEntry:
    return ReleaseEntry(ReleaseId(number), title, ", ".join(each.name for each in by), artists=by, **facts)


MILES, GIL, JOHN, PAUL = (
    Credit(23755, "Miles Davis"),
    Credit(31615, "Gil Evans"),
    Credit(97545, "John"),
    Credit(5, "Paul"),
)
COLUMBIA, BLUE = LabelLine(1866, "Columbia", "CL 1355"), LabelLine(281, "Blue Note", "BLP 1501")
FILED = [
    release(1, "Kind", MILES, year=1959, labels=(COLUMBIA,), genres=("Jazz",), styles=("Modal",), credits=(JOHN,),
            formats=("Vinyl", "LP"), format="Vinyl, LP", master_id=50),
    release(2, "Sketches", MILES, GIL, year=1960, labels=(COLUMBIA,), genres=("Jazz",), styles=("Modal", "Cool"),
            formats=("Vinyl",), format="Vinyl"),
    release(3, "Undated", MILES, labels=(BLUE,), genres=("Jazz", "Funk / Soul")),
    release(4, "Kind", MILES, year=1959, labels=(BLUE,), formats=("CD",), format="CD", master_id=50),
    release(5, "Trane", JOHN, year=1960, labels=(BLUE,), genres=("Jazz",), styles=("Modal",), credits=(PAUL,)),
    *(
        release(100 + number, name, Credit(1000 + number, name), labels=(LabelLine(2000 + number, name),), year=1990,
                genres=(name,), styles=(name,))
        for number, name in enumerate(HOSTILE)
    ),
]  # fmt: skip
KINSHIPS = [(23755, Relation.GROUP, 31615), (23755, Relation.ALIAS, 97545), (23755, Relation.ALIAS, 31615)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def graph(busy_house: Any) -> AsyncIterator[Graph]:
    catalogue: Catalogue = busy_house.runtime.storage.catalogue
    rows = [(key_of(Kind.ARTIST, one), int(relation), other) for one, relation, other in KINSHIPS]
    await catalogue.write(lambda db: growth.apply(db, FILED))
    await catalogue.write(lambda db: db.do_many("INSERT INTO kinship (key, relation, other) VALUES (?, ?, ?)", rows))
    yield Graph(busy_house)


async def test_exploring_answers_the_node_and_its_categories(graph: Graph) -> None:
    answer = await graph.get("/api/explore", name="Miles Davis", type="Artist")
    assert answer.status_code == 200
    assert answer.json() == {
        "center": {"id": "23755", "name": "Miles Davis", "type": "artist"},
        "categories": [
            {"id": "cat-releases", "name": "Releases", "category": "releases", "count": 4},
            {"id": "cat-labels", "name": "Labels", "category": "labels", "count": 2},
            {"id": "cat-aliases", "name": "Aliases & Members", "category": "aliases", "count": 2},
        ],
    }
    genre = (await graph.get("/api/explore", name="Jazz", type="genre")).json()
    assert genre["center"] == {"id": "Jazz", "name": "Jazz", "type": "genre"}
    assert [(each["id"], each["count"]) for each in genre["categories"]] == [
        ("cat-releases", 4),
        ("cat-artists", 3),
        ("cat-labels", 2),
        ("cat-styles", 2),
    ]


@pytest.mark.parametrize("name", ["Nobody", "miles davis", "Miles Davis ", "", " ", "23755"])
async def test_exploring_a_name_that_is_not_known_is_404(graph: Graph, name: str) -> None:
    answer = await graph.get("/api/explore", name=name)
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


@pytest.mark.parametrize(
    "path", ["/api/explore?name=x", "/api/expand?node_id=x&category=releases", "/api/trends?name=x"]
)
@pytest.mark.parametrize("kind", ["release", "master", "format", "user", "", " artist"])
async def test_a_type_that_cannot_be_explored_is_400(graph: Graph, path: str, kind: str) -> None:
    answer = await graph.house.stranger.get(f"{path}&type={quote(kind)}")
    said = answer.json()
    assert (answer.status_code, said["error"]) == (400, "invalid_input")
    assert said["detail"][0]["loc"] == ["query", "type"]
    for possible in ("artist", "genre", "label", "style"):
        assert possible in said["message"]


async def test_a_category_that_the_type_does_not_have_is_400_and_the_others_are_listed(graph: Graph) -> None:
    answer = await graph.get("/api/expand", node_id="Jazz", type="genre", category="Aliases")
    said = answer.json()
    assert (answer.status_code, said["error"]) == (400, "invalid_input")
    for word in ("Aliases", "releases", "artists", "labels", "styles"):
        assert word in said["message"]


@pytest.mark.parametrize(
    ("node", "kind", "category", "children"),
    [
        ("Miles Davis", "artist", "releases", [
            {"id": "2", "name": "Sketches", "type": "release", "year": 1960},
            {"id": "1", "name": "Kind", "type": "release", "year": 1959},
            {"id": "4", "name": "Kind", "type": "release", "year": 1959},
            {"id": "3", "name": "Undated", "type": "release", "year": None},
        ]),
        ("23755", "ARTIST", "LABELS", [
            {"id": "281", "name": "Blue Note", "type": "label", "release_count": 2},
            {"id": "1866", "name": "Columbia", "type": "label", "release_count": 2},
        ]),
        ("Miles Davis", "artist", "aliases", [
            {"id": "31615", "name": "Gil Evans", "type": "artist"},
            {"id": "97545", "name": "John", "type": "artist"},
        ]),
        ("Jazz", "genre", "artists", [
            {"id": "31615", "name": "Gil Evans", "type": "artist", "release_count": 1},
            {"id": "97545", "name": "John", "type": "artist", "release_count": 1},
            {"id": "23755", "name": "Miles Davis", "type": "artist", "release_count": 3},
        ]),
        ("Jazz", "genre", "styles", [
            {"id": "Modal", "name": "Modal", "type": "style", "release_count": 3},
            {"id": "Cool", "name": "Cool", "type": "style", "release_count": 1},
        ]),
        ("Blue Note", "label", "genres", [
            {"id": "Jazz", "name": "Jazz", "type": "genre", "release_count": 2},
            {"id": "Funk / Soul", "name": "Funk / Soul", "type": "genre", "release_count": 1},
        ]),
        ("Blue Note", "label", "artists", [
            {"id": "23755", "name": "Miles Davis", "type": "artist", "release_count": 2},
            {"id": "97545", "name": "John", "type": "artist", "release_count": 1},
        ]),
        ("Nobody", "artist", "releases", []),
    ],
)  # fmt: skip
async def test_expanding_answers_the_neighbours_in_their_order(
    graph: Graph, node: str, kind: str, category: str, children: list[dict[str, Any]]
) -> None:
    answer = await graph.get("/api/expand", node_id=node, type=kind, category=category)
    assert answer.status_code == 200
    assert answer.json() == {
        "children": children,
        "total": len(children),
        "offset": 0,
        "limit": 50,
        "has_more": False,
    }


async def test_pages_say_whether_more_follow(graph: Graph) -> None:
    async def page(offset: int) -> dict[str, Any]:
        asked = {"node_id": "Miles Davis", "type": "artist", "category": "releases", "limit": 3, "offset": offset}
        return (await graph.get("/api/expand", **asked)).json()

    first, last, beyond, furthest = [await page(offset) for offset in (0, 3, 4, LARGEST)]
    assert [each["id"] for each in first["children"]] + [each["id"] for each in last["children"]] == [
        "2",
        "1",
        "4",
        "3",
    ]
    assert [each["has_more"] for each in (first, last, beyond, furthest)] == [True, False, False, False]
    assert (beyond["children"], furthest["children"], furthest["total"]) == ([], [], 4)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/explore", "name"),
        ("/api/expand?type=artist&category=releases", "node_id"),
        ("/api/expand?node_id=x&category=releases", "type"),
        ("/api/expand?node_id=x&type=artist", "category"),
        *(
            (f"/api/expand?node_id=x&type=artist&category=releases&{name}={value}", name)
            for name, value in (
                ("limit", 0), ("limit", 201), ("limit", "x"), ("limit", "1.5"), ("offset", -1), ("offset", LARGEST + 1),
            )
        ),
        ("/api/explore?name=%00", "name"),
        ("/api/node/%00", "node_id"),
        ("/api/trends", "name"),
        ("/api/explore/path?from=x", "to"),
        ("/api/explore/path?from=x&to=y&depth=9", "depth"),
        (f"/api/explore/collaborators?name=x&offset={LARGEST + 1}", "offset"),
        ("/api/explore/similar", "name"),
        ("/api/explore/label", "name"),
    ],
)  # fmt: skip
async def test_what_is_missing_or_out_of_bounds_is_422(graph: Graph, path: str, field: str) -> None:
    answer = await graph.house.stranger.get(path)
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")
    assert answer.json()["detail"][0]["loc"][1] == field


@pytest.mark.parametrize(
    ("node", "kind", "facts"),
    [
        ("23755", "artist", {"id": "23755", "name": "Miles Davis", "genres": ["Funk / Soul", "Jazz"],
                             "styles": ["Cool", "Modal"], "release_count": 4, "groups": ["Gil Evans"]}),
        ("Kind", "release", {"id": "1", "name": "Kind", "year": 1959, "artists": ["Miles Davis"],
                             "labels": ["Columbia"], "genres": ["Jazz"], "styles": ["Modal"]}),
        ("3", "release", {"id": "3", "name": "Undated", "year": None, "artists": ["Miles Davis"],
                          "labels": ["Blue Note"], "genres": ["Funk / Soul", "Jazz"], "styles": []}),
        ("Blue Note", "label", {"id": "281", "name": "Blue Note", "release_count": 3}),
        ("Jazz", "genre", {"id": "Jazz", "name": "Jazz", "artist_count": 3}),
        ("Cool", "style", {"id": "Cool", "name": "Cool", "artist_count": 2}),
    ],
)  # fmt: skip
async def test_a_node_is_told_by_id_or_name(graph: Graph, node: str, kind: str, facts: dict[str, Any]) -> None:
    answer = await graph.get(f"/api/node/{quote(node, safe='')}", type=kind)
    assert answer.status_code == 200
    assert answer.json() == facts


async def test_a_node_that_is_not_known_is_404_and_of_no_type_400(graph: Graph) -> None:
    assert (await graph.get("/api/node/nobody")).status_code == 404
    assert (await graph.get("/api/node/")).status_code == 404
    assert (await graph.get(f"/api/node/{LARGEST}", type="release")).status_code == 404
    answer = await graph.get("/api/node/1", type="master")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_input")


async def test_trends_are_the_dated_releases_by_year(graph: Graph) -> None:
    answer = await graph.get("/api/trends", name="Miles Davis", type="ARTIST")
    assert answer.json() == {
        "name": "Miles Davis",
        "type": "artist",
        "data": [{"year": 1959, "count": 2}, {"year": 1960, "count": 1}],
    }
    unknown = await graph.get("/api/trends", name="Nobody")
    assert (unknown.status_code, unknown.json()) == (200, {"name": "Nobody", "type": "artist", "data": []})


@pytest.mark.parametrize("name", HOSTILE)
async def test_names_of_any_letters_work_everywhere(graph: Graph, name: str) -> None:
    for kind in ("artist", "label", "genre", "style"):
        explored = (await graph.get("/api/explore", name=name, type=kind)).json()
        assert explored["center"]["name"] == name, kind
        expanded = (await graph.get("/api/expand", node_id=name, type=kind, category="releases")).json()
        assert name in [each["name"] for each in expanded["children"]], kind
        trends = (await graph.get("/api/trends", name=name, type=kind)).json()
        assert trends["data"][-1]["year"] == 1990, kind
    for kind in ("artist", "label", "genre", "style", "release"):
        encoded = "%2E%2E" if name == ".." else quote(name, safe="")
        assert (await graph.get(f"/api/node/{encoded}", type=kind)).json()["name"] == name, kind
    assert (await graph.get("/api/explore/path", **{"from": name, "to": name})).json()["start"]["name"] == name
    assert (await graph.get("/api/explore/label", name=name)).json()["label"]["name"] == name


async def test_a_chain_tells_each_release_and_how_both_are_on_it(graph: Graph) -> None:
    answer = await graph.get("/api/explore/path", **{"from": "Gil Evans", "to": "5"})
    assert answer.status_code == 200
    found = answer.json()
    assert (found["found"], found["ended"]) == (True, "found")
    assert (found["start"]["name"], found["goal"]["name"]) == ("Gil Evans", "Paul")
    assert [
        (link["how"], link["release"]["name"], link["artist_how"], link["artist"]["name"]) for link in found["links"]
    ] == [
        ("by", "Sketches", "by", "Miles Davis"),
        ("by", "Kind", "credited", "John"),
        ("by", "Trane", "credited", "Paul"),
    ]
    assert found["links"][0]["release"] == {
        "id": "2",
        "name": "Sketches",
        "type": "release",
        "artist": "Miles Davis, Gil Evans",
        "year": 1960,
        "label": "Columbia",
        "catno": "CL 1355",
        "format": "Vinyl",
    }


async def test_that_there_is_no_chain_is_an_answer(graph: Graph) -> None:
    apart = (await graph.get("/api/explore/path", **{"from": "Gil Evans", "to": "C++"})).json()
    assert (apart["found"], apart["ended"], apart["links"]) == (False, "unconnected", [])
    short = (await graph.get("/api/explore/path", **{"from": "Gil Evans", "to": "Paul", "depth": 2})).json()
    assert (short["found"], short["ended"]) == (False, "depth")
    unknown = await graph.get("/api/explore/path", **{"from": "Gil Evans", "to": "Nobody"})
    assert (unknown.status_code, unknown.json()["error"]) == (404, "not_found")


async def test_collaborators_come_with_their_years(graph: Graph) -> None:
    found = (await graph.get("/api/explore/collaborators", name="Miles Davis", limit=1)).json()
    assert found == {
        "artist": {"id": "23755", "name": "Miles Davis", "type": "artist"},
        "collaborators": [
            {
                "id": "31615",
                "name": "Gil Evans",
                "release_count": 1,
                "first_year": 1960,
                "last_year": 1960,
                "years": [{"year": 1960, "count": 1}],
            }
        ],
        "total": 2,
        "offset": 0,
        "limit": 1,
        "has_more": True,
        "complete": True,
    }


async def test_the_furthest_page_is_empty(graph: Graph) -> None:
    found = (await graph.get("/api/explore/collaborators", name="Miles Davis", offset=LARGEST)).json()
    assert (found["collaborators"], found["total"], found["has_more"]) == ([], 2, False)
    asked = {"name": "Miles Davis", "offset": LARGEST}
    found = (await graph.house.client.get("/api/explore/gaps", params=asked)).json()
    assert (found["releases"], found["total"], found["has_more"]) == ([], 4, False)


async def test_similar_artists_come_with_their_reasons(graph: Graph) -> None:
    found = (await graph.get("/api/explore/similar", name="Gil Evans")).json()
    assert found["name"] == "Gil Evans"
    assert [each["name"] for each in found["similar"]] == ["Miles Davis"]
    reasons = found["similar"][0]["reasons"]
    assert {(each["type"], each["name"]) for each in reasons} == {
        ("label", "Columbia"),
        ("style", "Modal"),
        ("style", "Cool"),
    }
    assert abs(sum(each["weight"] for each in reasons) - found["similar"][0]["score"]) < 0.001


async def test_a_label_has_a_profile(graph: Graph) -> None:
    found = (await graph.get("/api/explore/label", name="Columbia")).json()
    assert found == {
        "label": {"id": "1866", "name": "Columbia", "type": "label"},
        "release_count": 2,
        "first_year": 1959,
        "last_year": 1960,
        "genres": [{"name": "Jazz", "count": 2}],
        "styles": [{"name": "Modal", "count": 2}, {"name": "Cool", "count": 1}],
        "formats": [{"name": "Vinyl", "count": 2}, {"name": "LP", "count": 1}],
        "years": [{"year": 1959, "count": 1}, {"year": 1960, "count": 1}],
        "parent": None,
        "sublabels": [],
    }


async def test_gaps_are_what_the_caller_lacks_and_nobody_else(graph: Graph) -> None:
    runtime = graph.house.runtime
    ana, ben = await member(runtime, "ana@example.org"), await member(runtime, "ben@example.org")
    added = {"artistName": "Miles Davis", "albumTitle": "Kind", "discogsId": "1"}
    made = await graph.house.stranger.post("/api/records", json=added, headers=ana)
    assert made.status_code == 201

    async def missing(who: dict[str, str], **query: Any) -> tuple[list[tuple[str, bool]], int]:
        asked = {"name": "Miles Davis", **query}
        answer = await graph.house.stranger.get("/api/explore/gaps", params=asked, headers=who)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        found = answer.json()
        assert found["total"] == len(found["releases"])
        return [(each["id"], each["has_version"]) for each in found["releases"]], found["owned"]

    assert await missing(ana) == ([("2", False), ("4", True), ("3", False)], 1)
    assert await missing(ben) == ([("2", False), ("1", False), ("4", False), ("3", False)], 0)
    assert await missing(ana, format=["vinyl"]) == ([("2", False)], 1)
    assert await missing(ben, format=["vinyl", "LP"]) == ([("1", False)], 0)
    assert await missing(ben, format=["Shellac"]) == ([], 0)
    assert await missing(ana, name="Blue Note", type="label") == ([("5", False), ("4", True), ("3", False)], 0)
    assert await missing(ana, name="50", type="master") == ([("4", True)], 1)


async def test_gaps_need_proof_and_know_their_types(graph: Graph) -> None:
    anonymous = await graph.get("/api/explore/gaps", type="nonsense")
    assert (anonymous.status_code, anonymous.json()["error"]) == (401, "unauthorized")
    of_genre = await graph.house.client.get("/api/explore/gaps", params={"name": "Jazz", "type": "genre"})
    assert (of_genre.status_code, of_genre.json()["error"]) == (400, "invalid_input")
    unknown = await graph.house.client.get("/api/explore/gaps", params={"name": "Nobody"})
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/api/explore?name=x",
        "/api/expand?node_id=x&type=artist&category=releases",
        "/api/node/x",
        "/api/trends?name=x",
        "/api/explore/path?from=x&to=y",
        "/api/explore/collaborators?name=x",
        "/api/explore/similar?name=x",
        "/api/explore/label?name=x",
    ],
)
async def test_a_catalogue_that_is_not_ready_is_said(graph: Graph, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    async def busy(_: Catalogue, __: object) -> None:
        raise StoreBusy("Another program kept the catalogue locked.", "Try again.")

    monkeypatch.setattr(Catalogue, "read", busy)
    answer = await graph.house.stranger.get(path)
    assert (answer.status_code, answer.json()["error"]) == (503, "store_busy")
