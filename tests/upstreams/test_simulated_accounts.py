"""The wantlist of the simulated Discogs (discogs-api.md 4.5), and who may see whose things."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from services.demo.grades import GRADES
from tests.upstreams.fixtures import RunningDiscogs

# --- wants


async def test_the_demo_wants_are_dated_noted_and_some_are_owned_already(
    discogs: RunningDiscogs, http: httpx.AsyncClient
) -> None:
    wants = (await http.get(f"/users/{discogs.username}/wants?per_page=100")).json()["wants"]
    owned = {instance.release_id for instance in discogs.world.instances.values()}
    assert len(wants) == len({want["id"] for want in wants}) == 36
    assert len([want for want in wants if want["id"] in owned]) == 6
    assert any(want["notes"] for want in wants) and any(want["rating"] for want in wants)
    assert len([want for want in wants if "date_added" not in want]) == 1


async def test_a_want_is_put_changed_and_taken_off(discogs: RunningDiscogs, http: httpx.AsyncClient) -> None:
    release = next(n for n in discogs.world.catalogue.pressings if n not in discogs.world.wants)
    path = f"/users/{discogs.username}/wants/{release}"
    assert (await http.post(path, json={"rating": 3})).status_code == 404
    assert [(await http.put(path, json={"notes": "soon"})).status_code for _ in range(2)] == [201, 200]
    changed = (await http.post(path, json={"rating": 3})).json()
    assert (changed["rating"], changed["notes"]) == (3, "soon")
    assert (await http.post(path, json={"notes": ""})).json()["rating"] == 3
    assert [(await http.delete(path)).status_code for _ in range(2)] == [204, 204]
    unknown = await http.put(f"/users/{discogs.username}/wants/5")
    assert unknown.status_code == 404
    assert unknown.json() == {"message": "That release does not exist in the user's wantlist."}


@pytest.mark.parametrize("body", [{"rating": 6}, {"rating": -1}, {"rating": "5"}, {"notes": 5}, {"notes": None}])
async def test_a_want_that_is_not_right_is_422(discogs: RunningDiscogs, http: httpx.AsyncClient, body: Any) -> None:
    release = next(n for n in discogs.world.catalogue.pressings if n not in discogs.world.wants)
    path = f"/users/{discogs.username}/wants/{release}"
    assert (await http.put(path, json=body)).status_code == 422
    assert release not in discogs.world.wants


# --- whose things these are


async def test_accounts_share_the_catalogue_and_nothing_else(
    discogs: RunningDiscogs, http: httpx.AsyncClient, other: httpx.AsyncClient
) -> None:
    mine, theirs = discogs.world, discogs.account("second_digger")
    assert mine.catalogue is theirs.catalogue and mine.currency != theirs.currency
    assert not mine.instances.keys() & theirs.instances.keys()
    ids = [(await client.get("/oauth/identity")).json()["id"] for client in (http, other)]
    assert ids[0] != ids[1]
    for client, world in ((http, mine), (other, theirs)):
        listed = await client.get(f"/users/{world.username}/collection/folders/0/releases?per_page=100")
        assert {row["instance_id"] for row in listed.json()["releases"]} == world.instances.keys()
    value = [(await c.get(f"/users/{w.username}/collection/value")).json() for c, w in ((http, mine), (other, theirs))]
    assert value[0]["median"].startswith("€") and value[1]["median"].startswith("£")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/collection/folders/1/releases"), ("POST", "/collection/folders"), ("GET", "/collection/value"),
        ("POST", "/collection/folders/1/releases/{release}"), ("PUT", "/wants/{release}"), ("DELETE", "/wants/{release}"),
    ],
)  # fmt: skip
async def test_what_belongs_to_the_owner_is_403_for_others_and_401_for_nobody(
    discogs: RunningDiscogs, http: httpx.AsyncClient, nobody: httpx.AsyncClient, method: str, path: str
) -> None:
    digger = discogs.account("second_digger")
    before = (len(digger.instances), len(digger.wants), len(digger.folders))
    address = f"/users/second_digger{path.format(release=next(iter(digger.wants)))}"
    for client, status in ((http, 403), (nobody, 401)):
        assert (
            await client.request(method, address, json={"name": "x"} if method == "POST" else None)
        ).status_code == status
    assert (len(digger.instances), len(digger.wants), len(digger.folders)) == before


async def test_others_see_public_folders_fields_and_wants_only(
    discogs: RunningDiscogs, http: httpx.AsyncClient, other: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    base = f"/users/{discogs.username}"
    discogs.world.fields[2]["public"] = False
    copy = next(iter(discogs.world.instances.values()))
    copy.notes |= {1: GRADES[0], 3: "nobody's business"}
    counts = [len((await c.get(f"{base}/collection/folders")).json()["folders"]) for c in (http, other, nobody)]
    assert counts == [len(discogs.world.folders) + 1, 1, 1]
    fields = [len((await c.get(f"{base}/collection/fields")).json()["fields"]) for c in (http, other)]
    assert fields == [3, 2]
    seen = [
        {note["field_id"] for note in row["notes"]}
        for c in (http, other)
        for row in (await c.get(f"{base}/collection/releases/{copy.release_id}")).json()["releases"]
        if row["instance_id"] == copy.instance_id
    ]
    assert 3 in seen[0] and 3 not in seen[1] and 1 in seen[1]
    wants = [(await c.get(f"{base}/wants")).json()["wants"] for c in (http, other)]
    assert all("notes" in want for want in wants[0]) and not any("notes" in want for want in wants[1])


async def test_a_private_part_is_for_its_owner_alone(
    discogs: RunningDiscogs, http: httpx.AsyncClient, other: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    discogs.account("second_digger").private.add("collection")
    for path in ("/wants", "/collection/folders/0/releases", "/collection/folders", "/collection/fields"):
        codes = [(await c.get(f"/users/Second_Digger{path}")).status_code for c in (other, http, nobody)]
        assert codes == [200, 403, 401], path
    profiles = [(await c.get("/users/second_digger")).json() for c in (other, http)]
    assert "num_wantlist" in profiles[0] and not {"num_wantlist", "num_collection"} & set(profiles[1])
