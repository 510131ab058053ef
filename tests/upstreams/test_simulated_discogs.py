"""The simulated Discogs behaves as discogs-api.md says, and answers in the shapes that were recorded."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import pytest_asyncio

from services.demo.discogs.grants import CONSUMER_KEY, CONSUMER_SECRET
from services.demo.faults import Fault
from services.demo.invention import invent
from services.demo.servers import running, separate
from services.errors import Conflict
from tests.upstreams.fixtures import RunningDiscogs, simulated


@pytest_asyncio.fixture
async def http(discogs: RunningDiscogs) -> AsyncGenerator[httpx.AsyncClient]:
    """A plain HTTP client with the account's token."""
    async with connected(discogs) as client:
        yield client


def connected(discogs: RunningDiscogs, **headers: str) -> httpx.AsyncClient:
    known = {"User-Agent": "t/1", "Authorization": f"Discogs token={discogs.token}"}
    return httpx.AsyncClient(base_url=discogs.url, headers=known | headers, timeout=5)


def first_release(discogs: RunningDiscogs) -> int:
    return next(i.release_id for i in discogs.world.instances.values())


# --- shapes


def keys(document: Any, path: str = "") -> set[str]:
    """Every key in a document, with its place; entries of one list count together."""
    if isinstance(document, list):
        return set().union(*(keys(item, f"{path}[]") for item in document)) if document else set()
    if isinstance(document, dict):
        return set().union(*({f"{path}.{key}"} | keys(value, f"{path}.{key}") for key, value in document.items()))
    return set()


@pytest.mark.parametrize(
    ("name", "path", "missing", "extra"),
    [
        ("identity", "/oauth/identity", "", ""),
        ("collection_folders", "/users/{user}/collection/folders", "", ""),
        ("collection_fields", "/users/{user}/collection/fields", "", ""),
        ("collection_value", "/users/{user}/collection/value", "", ""),
        (
            "collection_folder_releases_2021", "/users/{user}/collection/folders/0/releases?per_page=100", "",
            ".releases[].notes .releases[].notes[].field_id .releases[].notes[].value",
        ),
        ("user_profile", "/users/{user}", "", ""),
        ("search_type_release", "/database/search?type=release&per_page=5", "", ".results[].formats[].text"),
        ("search_type_artist", "/database/search?type=artist", "", ""),
        ("search_type_label", "/database/search?type=label", "", ""),
        ("search_type_master", "/database/search?type=master&per_page=5", "", ""),
        ("marketplace_stats_1", "/marketplace/stats/{release}", "", ".blocked_from_sale"),
        (
            "release_5134861", "/releases/{release}",
            ".artists[].thumbnail_url .labels[].thumbnail_url .videos", ".companies[] .identifiers[] .styles .notes",
        ),
    ],
)  # fmt: skip
async def test_answers_have_the_keys_of_the_recorded_ones(
    fixtures: Path, discogs: RunningDiscogs, http: httpx.AsyncClient, name: str, path: str, missing: str, extra: str
) -> None:
    recorded = keys(json.loads((fixtures / f"discogs/api/{name}.json").read_text("utf-8")))
    release = next(
        p.id for p in discogs.world.catalogue.pressings.values()
        if p.summary["thumb"] and p.master_id and p.summary["year"] and p.barcodes and p.have % 40
        and all("descriptions" in f and "text" not in f for f in p.summary["formats"])
    )  # fmt: skip
    answer = await http.get(path.format(user=discogs.username, release=release))
    given = keys(answer.json())
    ours = {key for key in given - recorded if not key.startswith((".pagination.urls", *(extra.split() or ["-"])))}
    theirs = {key for key in recorded - given if not key.startswith((".pagination.urls", *(missing.split() or ["-"])))}
    optional = {".releases[].basic_information.formats[].text", ".results[].year"}
    assert (ours - optional, theirs - optional - {".identifiers[].description"}) == (set(), set())


async def test_an_add_answers_with_the_recorded_keys(
    fixtures: Path, discogs: RunningDiscogs, http: httpx.AsyncClient
) -> None:
    recorded = json.loads((fixtures / "discogs/api/collection_add_release_201_2026.json").read_text("utf-8"))
    answer = await http.post(f"/users/{discogs.username}/collection/folders/1/releases/{first_release(discogs)}")
    assert answer.status_code == 201 and set(answer.json()) == set(recorded)
    assert set(answer.json()["basic_information"]) == set(recorded["basic_information"])
    want = await http.put(f"/users/{discogs.username}/wants/{first_release(discogs)}")
    recorded = json.loads((fixtures / "discogs/api/want_put_201_2026.json").read_text("utf-8"))
    assert want.status_code == 201 and set(want.json()) == set(recorded)


async def test_addresses_and_pictures_point_back_to_the_simulated_service(
    discogs: RunningDiscogs, http: httpx.AsyncClient
) -> None:
    page = (await http.get(f"/users/{discogs.username}/collection/folders/0/releases?per_page=100")).text
    assert "api.discogs.com" not in page and "i.discogs.com" not in page and f"{discogs.url}/images/" in page
    picture = next(p.summary["thumb"] for p in discogs.world.catalogue.pressings.values() if p.summary["thumb"])
    path = picture.replace("https://i.discogs.com", "/images")
    one, two = [(await http.get(path)).content for _ in range(2)]
    assert one == two and one.startswith(b"\xff\xd8") and len(one) < 30_000


# --- manners


async def test_a_program_without_a_name_gets_an_empty_403(discogs: RunningDiscogs) -> None:
    async with connected(discogs, **{"User-Agent": ""}) as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.content) == (403, b"")


@pytest.mark.parametrize(
    ("header", "path", "status"),
    [
        (None, "/users/{user}/collection/folders/0/releases", 200), (None, "/users/{user}/collection/folders/1/releases", 401),
        (None, "/oauth/identity", 401), (None, "/database/search", 401), (None, "/releases/{release}", 200),
        ("Discogs token=wrong", "/releases/{release}", 401), ("Bearer x", "/oauth/identity", 401),
    ],
)  # fmt: skip
async def test_what_a_credential_is_needed_for(
    discogs: RunningDiscogs, header: str | None, path: str, status: int
) -> None:
    headers = {"User-Agent": "t/1"} | ({"Authorization": header} if header else {})
    async with httpx.AsyncClient(base_url=discogs.url, headers=headers) as client:
        answer = await client.get(path.format(user=discogs.username, release=first_release(discogs)))
    assert answer.status_code == status


@pytest.mark.parametrize(("known", "limit"), [(True, 12), (False, 5)])
async def test_the_limit_is_announced_and_then_held_without_retry_after(known: bool, limit: int) -> None:
    now = 100.0
    async with simulated(rate_limit=12, clock=lambda: now) as discogs:
        headers = {"User-Agent": "t/1"} | ({"Authorization": f"Discogs token={discogs.token}"} if known else {})
        async with httpx.AsyncClient(base_url=discogs.url, headers=headers) as client:
            answers = [await client.get("/") for _ in range(limit + 1)]
            assert [a.status_code for a in answers] == [200] * limit + [429]
            left = [int(a.headers["x-discogs-ratelimit-remaining"]) for a in answers]
            assert left == [*range(limit - 1, -1, -1), 0]
            assert answers[-1].headers["x-discogs-ratelimit"] == str(limit)
            assert answers[-1].json() == {"message": "You are making requests too quickly."}
            assert "retry-after" not in answers[-1].headers
            now += 60
            assert (await client.get("/")).status_code == 200


async def test_without_a_limit_there_are_no_rate_headers(http: httpx.AsyncClient) -> None:
    assert not [name for name in (await http.get("/")).headers if "ratelimit" in name]


# --- pages


@pytest.mark.parametrize(
    ("query", "page", "per_page", "pages", "neighbours"),
    [
        ("", 1, 50, 2, {"last", "next"}), ("?page=2", 2, 50, 2, {"first", "prev"}), ("?per_page=500", 1, 100, 1, set()),
        ("?page=2&per_page=10", 2, 10, 7, {"first", "prev", "last", "next"}), ("?page=x", 1, 50, 2, {"last", "next"}),
    ],
)  # fmt: skip
async def test_pages(
    discogs: RunningDiscogs,
    http: httpx.AsyncClient,
    query: str,
    page: int,
    per_page: int,
    pages: int,
    neighbours: set[str],
) -> None:
    answer = await http.get(f"/users/{discogs.username}/collection/folders/0/releases{query}")
    said = answer.json()["pagination"]
    assert (said["page"], said["per_page"], said["pages"], set(said["urls"])) == (page, per_page, pages, neighbours)
    assert said["items"] == len(discogs.world.instances) == 62 and "link" not in answer.headers
    if "next" in neighbours:
        assert (await http.get(said["urls"]["next"])).json()["pagination"]["page"] == page + 1


@pytest.mark.parametrize("path", ["/users/{user}/collection/folders/0/releases?page=3", "/database/search?page=999"])
async def test_past_the_end_is_404(discogs: RunningDiscogs, http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path.format(user=discogs.username))).status_code == 404


@pytest.mark.parametrize("sort", ["added", "artist", "title", "label", "catno", "format", "rating", "year"])
async def test_every_sort_key_sorts_both_ways(discogs: RunningDiscogs, http: httpx.AsyncClient, sort: str) -> None:
    path = f"/users/{discogs.username}/collection/folders/0/releases?per_page=100&sort={sort}&sort_order="
    up, down = [[i["instance_id"] for i in (await http.get(path + o)).json()["releases"]] for o in ("asc", "desc")]
    assert up == down[::-1] and set(up) == set(discogs.world.instances)


async def test_an_unknown_sort_key_is_422(discogs: RunningDiscogs, http: httpx.AsyncClient) -> None:
    answer = await http.get(f"/users/{discogs.username}/collection/folders/0/releases?sort=colour")
    assert answer.status_code == 422


# --- the collection


async def test_folders_are_made_cut_renamed_and_only_dropped_empty(
    discogs: RunningDiscogs, http: httpx.AsyncClient
) -> None:
    base = f"/users/{discogs.username}/collection/folders"
    made = await http.post(base, json={"name": "x" * 57})
    assert made.status_code == 201 and len(made.json()["name"]) == 50
    folder = made.json()["id"]
    assert (await http.post(f"{base}/{folder}", json={"name": "Y"})).json()["name"] == "Y"
    release = first_release(discogs)
    copy = (await http.post(f"{base}/{folder}/releases/{release}")).json()["instance_id"]
    assert (await http.delete(f"{base}/{folder}")).status_code == 403
    gone = await http.delete(f"{base}/{folder}/releases/{release}/instances/{copy}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await http.delete(f"{base}/{folder}")).status_code == 204
    assert (await http.get(f"{base}/{folder}")).json() == {"message": "The requested folder does not exist."}
    assert (await http.post(f"{base}/1", json={"name": "Mine"})).status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("POST", "/folders/5/releases/{release}", None, 404, "The requested folder does not exist."),
        ("POST", "/folders/1/releases/5", None, 404, "Release not found."),
        ("POST", "/folders/{folder}/releases/{release}/instances/5", {"rating": 1}, 404, "collection item"),
        ("POST", "/folders/{folder}/releases/{release}/instances/{copy}", {"folder_id": 5}, 422, "Invalid folder_id"),
        ("POST", "/folders/{folder}/releases/{release}/instances/{copy}", {"rating": 9}, 422, "rating"),
        ("POST", "/folders/{folder}/releases/{release}/instances/{copy}/fields/9", {"value": "x"}, 422, "detail"),
        ("POST", "/folders/{folder}/releases/{release}/instances/{copy}/fields/1", {"value": "x"}, 422, "detail"),
        ("POST", "/folders/{folder}/releases/{release}/instances/5/fields/1", {"value": "x"}, 404, "Release not found in"),
    ],
)  # fmt: skip
async def test_wrong_calls_are_declined_in_the_recorded_words(
    discogs: RunningDiscogs, http: httpx.AsyncClient, method: str, path: str, body: object, status: int, message: str
) -> None:
    copy = next(iter(discogs.world.instances.values()))
    place = {"folder": copy.folder_id, "release": copy.release_id, "copy": copy.instance_id}
    before = len(discogs.world.instances)
    answer = await http.request(method, f"/users/{discogs.username}/collection{path.format(**place)}", json=body)
    assert answer.status_code == status and message in answer.json()["message"]
    assert ("detail" in answer.json()) is ("detail" in message)
    assert len(discogs.world.instances) == before


async def test_wants_are_one_per_release_and_deleting_is_repeatable(
    discogs: RunningDiscogs, http: httpx.AsyncClient
) -> None:
    path = f"/users/{discogs.username}/wants"
    before = (await http.get(path)).json()["pagination"]["items"]
    for _ in range(2):
        assert (await http.put(f"{path}/{first_release(discogs)}", json={"notes": "soon"})).json()["notes"] == "soon"
    assert (await http.get(path)).json()["pagination"]["items"] == before + 1
    assert [(await http.delete(f"{path}/{first_release(discogs)}")).status_code for _ in range(2)] == [204, 204]
    assert (await http.put(f"{path}/5")).status_code == 404


@pytest.mark.parametrize("path", ["/releases/5", "/masters/5", "/artists/5", "/labels/5", "/users/nobody", "/nothing"])
async def test_what_does_not_exist_is_404_with_a_message(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert answer.status_code == 404 and answer.json()["message"]


async def test_masters_artists_and_labels_lead_to_their_releases(
    discogs: RunningDiscogs, http: httpx.AsyncClient
) -> None:
    catalogue = discogs.world.catalogue
    master, versions = next((m, v) for m, v in catalogue.masters.items() if len(v) > 1)
    assert (await http.get(f"/masters/{master}")).json()["main_release"] == versions[0].id
    listed = (await http.get(f"/masters/{master}/versions")).json()["versions"]
    assert [v["id"] for v in listed] == [v.id for v in versions]
    artist = versions[0].summary["artists"][0]["id"]
    assert (await http.get(f"/artists/{artist}")).json()["name"] == versions[0].summary["artists"][0]["name"]
    assert versions[0].id in [
        r["id"] for r in (await http.get(f"/artists/{artist}/releases?per_page=100")).json()["releases"]
    ]
    label = versions[0].summary["labels"][0]["id"]
    assert versions[0].id in [
        r["id"] for r in (await http.get(f"/labels/{label}/releases?per_page=100")).json()["releases"]
    ]


# --- faults and controls


@pytest.mark.parametrize("fault", list(Fault))
def test_every_fault_is_explained_in_the_program(fault: Fault) -> None:
    source = Path(sys.modules[Fault.__module__].__file__ or "").read_text("utf-8")
    after = source.split(f'= "{fault.value}"\n', 1)[1].lstrip()
    assert after.startswith('"""') and after[3].isupper()


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        (Fault.RATE_LIMIT, 429, "quickly"), (Fault.SERVER_ERROR, 500, "Query time"), (Fault.HTML_502, 502, "<html>"),
        (Fault.MAINTENANCE, 503, "<html>"), (Fault.BAD_JSON, 200, '{"pag'), (Fault.REVOKED_TOKEN, 401, "authenticate"),
        (Fault.REDIRECT_AWAY, 302, ""), (Fault.EMPTY_BODY, 200, ""),
    ],
)  # fmt: skip
async def test_faults_are_switched_on_counted_and_off_over_http(
    discogs: RunningDiscogs, http: httpx.AsyncClient, fault: Fault, status: int, body: str
) -> None:
    await http.post("/_sim/faults", json={"name": fault.value, "times": 2})
    answers = [await http.get("/oauth/identity") for _ in range(3)]
    assert [a.status_code for a in answers] == [status, status, 200]
    assert body in answers[0].text and (await http.delete("/_sim/faults")).json() == []


@pytest.mark.parametrize("fault", [Fault.DROP_CONNECTION, Fault.TRUNCATED])
async def test_a_broken_connection_is_really_broken(
    discogs: RunningDiscogs, http: httpx.AsyncClient, fault: Fault
) -> None:
    discogs.fault(fault, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        await http.get("/oauth/identity")
    assert (await http.get("/oauth/identity")).status_code == 200


async def test_every_nth_matching_request_is_struck(discogs: RunningDiscogs, http: httpx.AsyncClient) -> None:
    discogs.fault(Fault.SERVER_ERROR, every=3, match="GET /oauth")
    answers = [(await http.get(path)).status_code for path in ["/oauth/identity", "/"] * 6]
    assert [number for number, status in enumerate(answers) if status == 500] == [4, 10]


async def test_an_unknown_fault_is_declined_with_the_known_ones(http: httpx.AsyncClient) -> None:
    answer = await http.post("/_sim/faults", json={"name": "gremlins"})
    assert answer.status_code == 422 and "html-502" in str(answer.json()["detail"])


async def test_the_collection_changes_on_the_website_and_the_log_tells_what_was_asked(
    discogs: RunningDiscogs, http: httpx.AsyncClient
) -> None:
    added = (await http.post("/_sim/collection", json={"do": "add"})).json()
    one = next(iter(discogs.world.instances))
    folder = list(discogs.world.folders)[-1]
    await http.post("/_sim/collection", json={"do": "rate", "instance_id": added["instance_id"], "rating": 5})
    await http.post("/_sim/collection", json={"do": "move", "instance_id": added["instance_id"], "folder_id": folder})
    await http.post("/_sim/collection", json={"do": "remove", "instance_id": one})
    held = {row[0]: row[1:] for row in (await http.get("/_sim/state")).json()["collection"]}
    assert held[added["instance_id"]] == [added["release_id"], folder, 5] and one not in held
    newest = await http.get(
        f"/users/{discogs.username}/collection/folders/0/releases?sort=added&sort_order=desc&per_page=1"
    )
    assert newest.json()["releases"][0]["instance_id"] == added["instance_id"]
    (asked,) = (await http.get("/_sim/log")).json()
    assert (asked["method"], asked["credential"], asked["status"]) == ("GET", "token", 200)
    assert discogs.token not in str(asked)


# --- worlds and servers


def test_the_same_seed_makes_the_same_world() -> None:
    one, two, other = invent(80, seed=5), invent(80, seed=5), invent(80, seed=6)
    assert [p.summary for p in one.catalogue.pressings.values()] == [
        p.summary for p in two.catalogue.pressings.values()
    ]
    assert list(one.instances) == list(two.instances)
    number = next(iter(one.catalogue.pressings))
    assert one.catalogue.release(number) == two.catalogue.release(number)
    assert list(one.catalogue.pressings) != list(other.catalogue.pressings)


@pytest.mark.parametrize("records", [0, 1, 60, 2000])
def test_a_world_has_as_many_records_as_asked_and_some_to_find(records: int) -> None:
    started = time.process_time()
    world = invent(records)
    owned = {i.release_id for i in world.instances.values()}
    assert len(owned) == records and len(world.catalogue.pressings) >= records + 60
    assert len(world.instances) == records + records // 25
    assert time.process_time() - started < 3


def test_a_large_world_has_everything_that_trips_programs_up() -> None:
    world = invent(3000)
    text = " ".join(p.summary["title"] + p.artists_sort for p in world.catalogue.pressings.values())
    for piece in ("[b]", "夜", "👩‍👩‍👧‍👦", "\x1b", "\u202e", "موسيقى", "\u0308"):
        assert piece in text, piece
    makes = {
        d for p in world.catalogue.pressings.values() for f in p.summary["formats"] for d in f.get("descriptions", ())
    }
    assert {'7"', '10"', "LP", "Shape", "Picture Disc"} <= makes
    assert any(p.summary["artists"][0]["anv"] for p in world.catalogue.pressings.values())


async def test_a_port_that_is_taken_is_named() -> None:
    async with simulated() as discogs:
        port = int(discogs.url.rsplit(":", 1)[1])
        with pytest.raises(Conflict, match=str(port)):
            async with running(discogs.app, port=port):
                pass


async def test_it_runs_as_a_program_of_its_own_and_ends_when_told() -> None:
    async with httpx.AsyncClient(headers={"User-Agent": "t/1"}, trust_env=False) as client:
        async with separate(["--records", "30", "--rate-limit", "0", "--fault", "maintenance"]) as services:
            discogs = services.discogs
            assert (await client.get(f"{discogs.url}/_sim/state")).json()["username"] == discogs.username
            assert (discogs.consumer_key, discogs.consumer_secret) == (CONSUMER_KEY, CONSUMER_SECRET)
            assert (await client.get(discogs.url)).status_code == 503
        with pytest.raises(httpx.ConnectError):
            await client.get(discogs.url)


async def test_it_ends_with_a_parent_that_is_killed() -> None:
    program = (
        "import asyncio, services.demo.servers as s\n"
        "async def main():\n"
        "    async with s.separate(['--records', '5']) as d: print(d.pid, flush=True); await asyncio.sleep(60)\n"
        "asyncio.run(main())"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    child = psutil.Process(int(await parent.stdout.readline()))
    parent.kill()
    await parent.wait()
    await asyncio.to_thread(child.wait, 10)
    assert not child.is_running()
