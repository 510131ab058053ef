"""The marketplace of the simulated Discogs (discogs-api.md 4.6), and writes that are never heard of again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.demo.faults import Fault
from services.demo.grades import GRADES
from services.demo.listings import STATUSES
from tests.upstreams.fixtures import RunningDiscogs


def body_for(discogs: RunningDiscogs, **changes: Any) -> dict[str, Any]:
    """A listing that may be made."""
    release = next(iter(discogs.world.instances.values())).release_id
    return {"release_id": release, "condition": GRADES[1], "price": 12.5, "status": "Draft"} | changes


async def made(http: httpx.AsyncClient, discogs: RunningDiscogs, **changes: Any) -> str:
    """The path of a new listing."""
    answer = await http.post("/marketplace/listings", json=body_for(discogs, **changes))
    assert answer.status_code == 201, answer.text
    return f"/marketplace/listings/{answer.json()['listing_id']}"


# --- listings


async def test_a_listing_has_the_keys_of_the_recorded_one(
    fixtures: Path, discogs: RunningDiscogs, http: httpx.AsyncClient
) -> None:
    recorded = json.loads((fixtures / "discogs/api/listing_4330647531_draft_2026.json").read_text("utf-8"))
    shown = (await http.get(await made(http, discogs))).json()
    assert set(shown) == set(recorded)
    for part in ("price", "original_price", "seller"):
        assert set(shown[part]) == set(recorded[part]), part
    assert set(shown["release"]) == set(recorded["release"])
    created = await http.post("/marketplace/listings", json=body_for(discogs))
    assert set(created.json()) == {"listing_id", "resource_url"} and created.json()["listing_id"] > 2**32


async def test_listing_twice_makes_two_and_the_default_is_for_sale(
    discogs: RunningDiscogs, http: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    body = body_for(discogs)
    del body["status"]
    before = len(discogs.world.inventory)
    paths = [await made(http, discogs), *[(await http.post("/marketplace/listings", json=body)).json() for _ in "ab"]]
    assert len(discogs.world.inventory) == before + 3
    sold = paths[1]["resource_url"]
    assert (await nobody.get(sold)).json()["status"] == "For Sale"
    assert (await nobody.get(paths[0])).status_code == 404


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"release_id": 5}, "Invalid release_id: release not found."), ({"release_id": None}, "Invalid release_id"),
        ({"price": 0}, "Invalid price: expected float."), ({"price": "much"}, "Invalid price: expected float."),
        ({"price": True}, "Invalid price"), ({"condition": "Mint"}, "Invalid condition"), ({"condition": ""}, "Invalid condition"),
        ({"sleeve_condition": "Torn"}, "Invalid sleeve_condition"), ({"status": "Sold"}, "Invalid status"),
        ({"format_quantity": -1}, "Format quantity cannot be negative"), ({"format_quantity": 1.5}, "Invalid format_quantity"),
        ({"comments": 7}, "Invalid comments"), ({"allow_offers": "yes"}, "Invalid allow_offers"),
        ({"weight": "light"}, "Invalid weight"),
    ],
)  # fmt: skip
async def test_a_listing_that_is_not_right_is_422_and_nothing_is_made_or_changed(
    discogs: RunningDiscogs, http: httpx.AsyncClient, changes: dict[str, Any], message: str
) -> None:
    path = await made(http, discogs, location="Shelf 1")
    before, shown = len(discogs.world.inventory), (await http.get(path)).json()
    answer = await http.post("/marketplace/listings", json=body_for(discogs, **changes))
    assert answer.status_code == 422 and message in answer.json()["message"]
    if "release_id" not in changes:
        changed = await http.post(path, json=body_for(discogs, location="elsewhere", **changes))
        assert changed.status_code == 422 and message in changed.json()["message"]
    assert len(discogs.world.inventory) == before and (await http.get(path)).json() == shown


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"price": -20}, {"price": {"value": 20.0, "currency": "EUR"}}), ({"format_quantity": 0}, {"format_quantity": 1}),
        ({"format_quantity": 3}, {"format_quantity": 3}), ({"weight": 300}, {"weight": 300.0}),
        ({}, {"sleeve_condition": "Not Graded", "allow_offers": False, "comments": "", "external_id": "", "location": ""}),
        ({"sleeve_condition": "No Cover", "external_id": "a-1", "location": "Ä 2"}, {"external_id": "a-1", "location": "Ä 2"}),
    ],
)  # fmt: skip
async def test_what_becomes_of_what_is_sent(
    discogs: RunningDiscogs, http: httpx.AsyncClient, sent: dict[str, Any], shown: dict[str, Any]
) -> None:
    listing = (await http.get(await made(http, discogs, **sent))).json()
    assert {name: listing[name] for name in shown} == shown


async def test_an_edit_keeps_what_is_left_out_clears_what_is_empty_and_ignores_the_release(
    discogs: RunningDiscogs, http: httpx.AsyncClient
) -> None:
    path = await made(http, discogs, comments="clean", location="Shelf 1", weight=300, allow_offers=True)
    release = (await http.get(path)).json()["release"]["id"]
    changes = {"release_id": 5, "condition": GRADES[3], "price": 9, "status": "For Sale", "comments": "", "weight": 0}
    answer = await http.post(path, json=changes)
    assert (answer.status_code, answer.content) == (204, b"")
    listing = (await http.get(path)).json()
    assert (listing["release"]["id"], listing["condition"], listing["price"]["value"]) == (release, GRADES[3], 9)
    assert (listing["comments"], listing["location"], listing["allow_offers"]) == ("", "Shelf 1", True)
    assert listing["weight"] == 300
    await http.post(path, json=changes | {"weight": -1})
    listing = (await http.get(path)).json()
    assert listing["weight"] == listing["estimated_weight"]
    for required in ("condition", "price", "status"):
        left = {name: value for name, value in changes.items() if name != required}
        assert (await http.post(path, json=left)).status_code == 422


@pytest.mark.parametrize(
    ("status", "edited"),
    [("For Sale", 204), ("Draft", 204), ("Expired", 204), ("Sold", 403), ("Violation", 403)],
)
async def test_what_is_sold_can_only_be_deleted(
    discogs: RunningDiscogs, http: httpx.AsyncClient, status: str, edited: int
) -> None:
    listing = discogs.world.inventory.of_status(status)[0]
    path = f"/marketplace/listings/{listing.listing_id}"
    assert (await http.post(path, json=body_for(discogs))).status_code == edited
    assert [(await http.delete(path)).status_code for _ in range(2)] == [204, 404]
    assert (await http.get(path)).json() == {"message": "Item not found. It may have been deleted."}


@pytest.mark.parametrize(("status", "code"), [("For Sale", 403), ("Draft", 404)])
async def test_a_listing_of_somebody_else_cannot_be_touched(
    discogs: RunningDiscogs, other: httpx.AsyncClient, nobody: httpx.AsyncClient, status: str, code: int
) -> None:
    path = f"/marketplace/listings/{discogs.world.inventory.of_status(status)[0].listing_id}"
    for client, expected in ((other, code), (nobody, 401)):
        assert (await client.post(path, json=body_for(discogs))).status_code == expected
        assert (await client.delete(path)).status_code == expected


async def test_without_seller_settings_nothing_is_listed_or_suggested(
    discogs: RunningDiscogs, http: httpx.AsyncClient, other: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    release = body_for(discogs)["release_id"]
    for client, codes in ((other, (403, 404)), (nobody, (401, 401))):
        assert (await client.post("/marketplace/listings", json=body_for(discogs))).status_code == codes[0]
        assert (await client.get(f"/marketplace/price_suggestions/{release}")).status_code == codes[1]
    discogs.fault(Fault.NO_SELLER_SETTINGS)
    answer = await http.post("/marketplace/listings", json=body_for(discogs))
    assert answer.status_code == 403 and "seller settings" in answer.json()["message"]


# --- inventory


async def test_the_owner_sees_everything_others_what_is_for_sale(
    discogs: RunningDiscogs, http: httpx.AsyncClient, other: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    path = f"/users/{discogs.username}/inventory?per_page=100"
    own = (await http.get(path)).json()["listings"]
    assert {row["status"] for row in own} == set(STATUSES) and all("location" in row for row in own)
    posted = [row["posted"] for row in own]
    assert len(own) == len(discogs.world.inventory) and sorted(posted, reverse=True) == posted
    private = {"external_id", "location", "weight", "estimated_weight", "format_quantity", "quantity"}
    for client in (other, nobody):
        foreign = (await client.get(f"{path}&status=Draft")).json()["listings"]
        assert {row["status"] for row in foreign} == {"For Sale"} and not private & set(foreign[0])
    drafts = (await http.get(f"{path}&status=Draft")).json()["listings"]
    assert {row["status"] for row in drafts} == {"Draft"}
    assert (await http.get(f"{path}&status=Nonsense")).status_code == 422


@pytest.mark.parametrize("sort", ["listed", "price", "item", "artist", "label", "catno", "audio", "status", "location"])
async def test_an_inventory_is_sorted(discogs: RunningDiscogs, http: httpx.AsyncClient, sort: str) -> None:
    path = f"/users/{discogs.username}/inventory?per_page=100&sort={sort}"
    down, up = [
        [row["id"] for row in (await http.get(f"{path}&sort_order={o}")).json()["listings"]] for o in ("desc", "asc")
    ]
    assert down == up[::-1] and len(set(down)) == len(discogs.world.inventory)
    if sort == "price":
        prices = [row["price"]["value"] for row in (await http.get(f"{path}&sort_order=asc")).json()["listings"]]
        assert prices == sorted(prices)


async def test_others_cannot_sort_by_what_they_cannot_see_nor_page_beyond_a_hundred(
    discogs: RunningDiscogs, http: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    path = f"/users/{discogs.username}/inventory"
    assert [(await c.get(f"{path}?sort=location")).status_code for c in (http, nobody)] == [200, 422]
    assert [(await c.get(f"{path}?page=101")).status_code for c in (http, nobody)] == [404, 403]


# --- prices


async def test_suggestions_name_eight_grades_in_the_sellers_currency(
    fixtures: Path, discogs: RunningDiscogs, http: httpx.AsyncClient
) -> None:
    recorded = json.loads((fixtures / "discogs/api/price_suggestions_5134861_2026.json").read_text("utf-8"))
    known = next(p.id for p in discogs.world.catalogue.pressings.values() if p.have % 40)
    prices = (await http.get(f"/marketplace/price_suggestions/{known}")).json()
    assert list(prices) == list(recorded) and {price["currency"] for price in prices.values()} == {"EUR"}
    values = [price["value"] for price in prices.values()]
    assert values == sorted(values, reverse=True) and any(round(value, 2) != value for value in values)
    assert (await http.get("/marketplace/price_suggestions/5")).json() == {}


async def test_statistics_count_what_is_for_sale_in_the_currency_asked_for(
    discogs: RunningDiscogs, http: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    release = body_for(discogs)["release_id"]
    path = f"/marketplace/stats/{release}"
    before = (await http.get(path)).json()["num_for_sale"]
    await made(http, discogs, status="For Sale", price=0.92)
    await made(http, discogs)
    said = [(await client.get(path)).json() for client in (http, nobody)]
    assert [answer["lowest_price"] for answer in said] == [
        {"value": 0.92, "currency": "EUR"}, {"value": 1.0, "currency": "USD"},
    ]  # fmt: skip
    assert said[0]["num_for_sale"] == before + 1
    assert (await nobody.get(f"{path}?curr_abbr=GBP")).json()["lowest_price"]["value"] == 0.79
    assert (await nobody.get(f"{path}?curr_abbr=XXX")).status_code == 422
    nothing = (await nobody.get("/marketplace/stats/5")).json()
    assert (nothing["num_for_sale"], nothing["lowest_price"]) == (0, None)


async def test_the_fee_needs_any_credential(
    discogs: RunningDiscogs, http: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    assert (await http.get("/marketplace/fee/20.50/EUR")).json() == {"value": 1.84, "currency": "EUR"}
    assert (await nobody.get("/marketplace/fee/20.50")).status_code == 401
    app = {"Authorization": f"Discogs key={discogs.app.consumer_key}, secret={discogs.app.consumer_secret}"}
    assert (await nobody.get("/marketplace/fee/20.50", headers=app)).json()["currency"] == "USD"
    assert (await nobody.get("/oauth/identity", headers=app)).status_code == 401
    assert [r["credential"] for r in discogs.requests] == ["token", "none", "key", "key"]
    assert (await nobody.get("/marketplace/listings")).status_code == 405


# --- on the website


async def test_wants_and_listings_change_on_the_website(discogs: RunningDiscogs, http: httpx.AsyncClient) -> None:
    world = discogs.account("second_digger")
    release = next(n for n in world.catalogue.pressings if n not in world.wants)
    wanted = {"account": "second_digger", "release_id": release, "notes": "on the website"}
    assert release in (await http.post("/_sim/wants", json=wanted | {"do": "add"})).json()["wants"]
    assert world.wants[release].notes == "on the website" and release not in discogs.world.wants
    assert release not in (await http.post("/_sim/wants", json=wanted | {"do": "remove"})).json()["wants"]
    number = int((await made(http, discogs)).rsplit("/", 1)[1])
    await http.post("/_sim/listings", json={"listing_id": number, "status": "Sold"})
    assert (await http.get(f"/marketplace/listings/{number}")).json()["status"] == "Sold"
    for path, body in (("wants", wanted | {"do": "remove"}), ("listings", {"listing_id": 5, "status": "Sold"})):
        assert (await http.post(f"/_sim/{path}", json=body)).status_code == 422
    state = (await http.get("/_sim/state?account=second_digger")).json()
    assert (state["username"], state["wants"], state["listings"]) == ("second_digger", len(world.wants), 0)
    known = (await http.get("/_sim/accounts")).json()
    assert {entry["username"]: entry["token"] for entry in known} == {w.username: w.token for w in discogs.app.accounts}


# --- sent, and never heard of again


@pytest.mark.parametrize(
    ("fault", "method", "path"),
    [
        (Fault.LIST_THEN_DROP, "POST", "/marketplace/listings"),
        (Fault.WANT_THEN_DROP, "PUT", "/users/crate.digger_77/wants/{release}"),
        (Fault.ADD_THEN_DROP, "POST", "/users/crate.digger_77/collection/folders/1/releases/{release}"),
    ],
)
async def test_a_write_may_be_carried_out_without_an_answer(
    discogs: RunningDiscogs, http: httpx.AsyncClient, fault: Fault, method: str, path: str
) -> None:
    world = discogs.world
    release = next(n for n in world.catalogue.pressings if n not in world.wants and not world.copies(n))
    before = len(world.inventory) + len(world.wants) + len(world.instances)
    discogs.fault(fault, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        await http.request(method, path.format(release=release), json=body_for(discogs))
    assert len(world.inventory) + len(world.wants) + len(world.instances) == before + 1
    assert (await http.get("/oauth/identity")).status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [(Fault.SIGN_IN_FAILS, 500, "Internal"), (Fault.SIGN_IN_EMPTY, 200, "oauth_callback_confirmed=true")],
)
async def test_a_sign_in_may_fail_at_its_beginning(
    discogs: RunningDiscogs, nobody: httpx.AsyncClient, fault: Fault, status: int, text: str
) -> None:
    discogs.fault(fault, times=1)
    answers = [await nobody.get("/oauth/request_token") for _ in range(2)]
    assert (answers[0].status_code, text in answers[0].text) == (status, True)
    assert answers[1].status_code == 400 and "oauth_token=" not in answers[0].text


async def test_a_sign_in_may_hang_at_its_beginning(discogs: RunningDiscogs, nobody: httpx.AsyncClient) -> None:
    discogs.fault(Fault.SIGN_IN_HANGS, times=1)
    with pytest.raises(httpx.ReadTimeout):
        await nobody.get("/oauth/request_token", timeout=0.3)
    assert (await nobody.get("/oauth/authorize")).status_code == 400
