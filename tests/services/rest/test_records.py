"""``/api/records``: every row of records-contract.md section 1."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.demo.faults import Fault
from services.rest.listing import listing
from storage import records as shelf
from storage.values import NewRecord, RecordFacts, RecordQuery, ReleaseId, SortBy

pytestmark = pytest.mark.asyncio(loop_scope="module")
CONTRACT = {
    "recordId", "artistName", "albumTitle", "yearReleased", "labelName", "catalogNumber", "discogsId", "discogsUri",
    "isSyncedWithDiscogs", "thumbnailUrl", "coverImageUrl", "genres", "styles", "upcCode", "recordSize", "vinylColor",
    "isShapedVinyl", "dataSource", "createdAt", "updatedAt",
}  # fmt: skip
OURS = {"isPictureDisc", "notes", "rating", "folder", "copies", "dateAdded", "removedAt"}
NOBODYS = "00000000-0000-4000-8000-000000000000"


async def add(client: httpx.AsyncClient, artist: str = "Nina Rook", title: str = "Low Tide", **more: object) -> Any:
    answer = await client.post("/api/records", json={"artistName": artist, "albumTitle": title, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()["record"]


def assert_fault(answer: httpx.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert isinstance(body["error"], str)
    assert isinstance(body["message"], str)
    assert isinstance(body["detail"], list) or body["detail"] == body["message"]
    return body


# --- add by hand


async def test_a_record_added_by_hand_comes_back_with_every_field(house) -> None:
    answer = await house.client.post(
        "/api/records",
        json={
            "artistName": "Nina Rook", "albumTitle": "Low Tide", "yearReleased": 1984, "labelName": "Gull",
            "catalogNumber": "GULL 001", "discogsId": "2147483999", "genres": ["Jazz"], "styles": ["Modal"],
            "upcCode": "0123456789012", "recordSize": '12"', "vinylColor": "Blue Vinyl", "isShapedVinyl": True,
            "notes": "from the flea market", "unknownField": 1,
        },
    )  # fmt: skip
    record = answer.json()["record"]
    assert answer.status_code == 201
    assert isinstance(answer.json()["message"], str)
    assert set(record) == CONTRACT | OURS
    assert record["artistName"] == "Nina Rook"
    assert record["yearReleased"] == 1984
    assert record["discogsId"] == "2147483999"
    assert record["recordSize"] == '12"'
    assert record["isShapedVinyl"] is True
    assert (record["dataSource"], record["isSyncedWithDiscogs"]) == ("manual", False)
    assert datetime.fromisoformat(record["createdAt"]).utcoffset() == timedelta(0)
    assert str(uuid.UUID(record["recordId"])) == record["recordId"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"albumTitle": "x"}, "artistName"),
        ({"artistName": "x"}, "albumTitle"),
        ({"artistName": "  ", "albumTitle": "x"}, "artistName"),
        ({"artistName": 7, "albumTitle": "x"}, "artistName"),
        ({"artistName": "SENT\0", "albumTitle": "x"}, "artistName"),
        ({"artistName": "SENT\ud800", "albumTitle": "x"}, "artistName"),
        ({"artistName": "a", "albumTitle": "x", "yearReleased": 0}, "yearReleased"),
        ({"artistName": "a", "albumTitle": "x", "yearReleased": 10000}, "yearReleased"),
        ({"artistName": "a", "albumTitle": "x", "yearReleased": "SENT"}, "yearReleased"),
        ({"artistName": "a", "albumTitle": "x", "yearReleased": True}, "yearReleased"),
        ({"artistName": "a", "albumTitle": "x", "isShapedVinyl": "SENT"}, "isShapedVinyl"),
        ({"artistName": "a", "albumTitle": "x", "genres": "SENT"}, "genres"),
        ({"artistName": "a", "albumTitle": "x", "styles": ["SENT\0"]}, "styles"),
        ({"artistName": "a", "albumTitle": "x", "discogsId": "SENT"}, "discogsId"),
        ({"artistName": "a", "albumTitle": "x", "discogsId": str(2**63)}, "discogsId"),
        ({"artistName": "a", "albumTitle": "x", "discogsId": 0}, "discogsId"),
        ({"artistName": "a", "albumTitle": "x", "coverImageUrl": "javascript:SENT"}, "coverImageUrl"),
        ({"artistName": "SENT" * 1000, "albumTitle": "x"}, "artistName"),
    ],
)
async def test_bad_input_is_400_naming_the_field_and_never_what_was_sent(busy_house, body: object, field: str) -> None:
    sent = json.dumps(body).encode()
    answer = await busy_house.client.post("/api/records", content=sent, headers={"Content-Type": "application/json"})
    detail = assert_fault(answer, 400)["detail"]
    assert any(field in entry["loc"] for entry in detail)
    assert all(set(entry) == {"type", "loc", "msg"} for entry in detail)
    assert "SENT" not in answer.text


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"\xff", b"null", b'{"artistName":' * 50_000])
async def test_a_body_that_is_no_record_is_400(busy_house, content: bytes) -> None:
    answer = await busy_house.client.post("/api/records", content=content, headers={"Content-Type": "application/json"})
    assert_fault(answer, 400)


async def test_a_json_text_without_its_content_type_is_400(busy_house) -> None:
    answer = await busy_house.client.post("/api/records", content=b'{"artistName": "a", "albumTitle": "b"}')
    assert_fault(answer, 400)


async def test_a_release_is_held_once(house) -> None:
    await add(house.client, discogsId="77")
    answer = await house.client.post("/api/records", json={"artistName": "a", "albumTitle": "b", "discogsId": 77})
    assert assert_fault(answer, 409)["error"] == "conflict"


# --- one record


async def test_a_record_is_found_by_its_id(house) -> None:
    record = await add(house.client)
    answer = await house.client.get(f"/api/records/{record['recordId'].upper()}")
    assert (answer.status_code, answer.json()) == (200, {"record": record})


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize(("record_id", "status"), [(NOBODYS, 404), ("7", 400), ("no-uuid", 400), ("%00", 400)])
async def test_an_id_is_400_if_it_is_no_uuid_and_404_if_it_is_nobodys(
    busy_house, method: str, record_id: str, status: int
) -> None:
    body = {"json": {"albumTitle": "x"}} if method == "PUT" else {}
    assert_fault(await busy_house.client.request(method, f"/api/records/{record_id}", **body), status)


async def test_an_edit_changes_only_what_was_sent_and_null_clears(house) -> None:
    record = await add(house.client, yearReleased=1984, labelName="Gull", genres=["Jazz"])
    changes = {"yearReleased": 1985, "labelName": None, "genres": None}
    answer = await house.client.put(f"/api/records/{record['recordId']}", json=changes)
    edited = answer.json()["record"]
    assert answer.status_code == 200
    assert isinstance(answer.json()["message"], str)
    assert (edited["yearReleased"], edited["labelName"], edited["genres"]) == (1985, None, [])
    same = set(record) - {"yearReleased", "labelName", "genres", "updatedAt"}
    assert {name: edited[name] for name in same} == {name: record[name] for name in same}


@pytest.mark.parametrize(
    "changes", [{"artistName": ""}, {"artistName": None}, {"yearReleased": -1}, {"isShapedVinyl": None}]
)
async def test_a_bad_edit_is_400_and_changes_nothing(busy_house, changes: dict[str, object]) -> None:
    record = await add(busy_house.client, yearReleased=1984)
    assert_fault(await busy_house.client.put(f"/api/records/{record['recordId']}", json=changes), 400)
    assert (await busy_house.client.get(f"/api/records/{record['recordId']}")).json()["record"] == record


async def test_a_removal_is_local_only(house) -> None:
    record = await add(house.client, discogsId=house.unowned[0])
    asked = len(house.discogs.requests)
    answer = await house.client.delete(f"/api/records/{record['recordId']}")
    assert (answer.status_code, list(answer.json())) == (200, ["message"])
    assert_fault(await house.client.get(f"/api/records/{record['recordId']}"), 404)
    assert len(house.discogs.requests) == asked


# --- the list


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def five(busy_house) -> AsyncIterator[None]:
    """Five records in a house that has no others while they are there."""
    owner = busy_house.runtime.owner.id
    for record in (await busy_house.runtime.records.page(owner, RecordQuery()))[0]:
        await busy_house.runtime.records.remove(owner, record.record_id)
    rows = [
        ("The Cranes", "Bulb", 1990, '12"', False),
        ("Äther", "Comet", 1970, '7"', True),
        ("Bellows", "Anvil", None, None, False),
        ("Dune", "Éclat", 2001, '12"', True),
        ("Zinc", "Dado", 1980, '10"', False),
    ]
    for artist, title, year, size, shaped in rows:
        await add(
            busy_house.client,
            artist,
            title,
            yearReleased=year,
            recordSize=size,
            isShapedVinyl=shaped,
            catalogNumber="C 1",
        )
    yield


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ("", "Dado Éclat Anvil Comet Bulb"),
        ("sortBy=createdAt&sortDir=asc", "Bulb Comet Anvil Éclat Dado"),
        ("sortBy=artist", "Comet Anvil Bulb Éclat Dado"),
        ("sortBy=artist&sortDir=desc", "Dado Éclat Bulb Anvil Comet"),
        ("sortBy=title", "Anvil Bulb Comet Dado Éclat"),
        ("sortBy=year", "Éclat Bulb Dado Comet Anvil"),
        ("sortBy=year&sortDir=asc", "Comet Dado Bulb Éclat Anvil"),
        ("sortDir=asc", "Bulb Comet Anvil Éclat Dado"),
        ('size=7"', "Comet"),
        ('size=7"&size=10"', "Dado Comet"),
        ("size=7", ""),
        ('size=12"&shaped=true', "Éclat"),
        ("shaped=false&sortBy=title", "Anvil Bulb Dado"),
        ("q=eclat", "Éclat"),
        ("unknown=1&sortBy=title", "Anvil Bulb Comet Dado Éclat"),
    ],
)
@pytest.mark.usefixtures("five")
async def test_the_list_is_sorted_and_filtered_as_asked(busy_house, asked: str, titles: str) -> None:
    answer = await busy_house.client.get(f"/api/records?{asked}")
    body = answer.json()
    assert answer.status_code == 200
    assert " ".join(record["albumTitle"] for record in body["records"]) == titles
    assert body["count"] == len(body["records"])


@pytest.mark.parametrize(
    ("asked", "titles"),
    [("limit=2", "Anvil Bulb"), ("limit=2&offset=3", "Dado Éclat"), ("offset=4", "Éclat"), ("offset=99", "")],
)
@pytest.mark.usefixtures("five")
async def test_a_page_says_how_many_match_in_all(busy_house, asked: str, titles: str) -> None:
    body = (await busy_house.client.get(f"/api/records?sortBy=title&{asked}")).json()
    assert (" ".join(record["albumTitle"] for record in body["records"]), body["count"]) == (titles, 5)


@pytest.mark.parametrize(
    "asked",
    ["sortBy=label", "sortBy=", "sortDir=up", "shaped=SENT", "limit=0", "limit=x", "offset=-1", f"offset={2**63}",
     "q=%00", "size=%00"],
)  # fmt: skip
async def test_a_list_that_cannot_be_is_400(busy_house, asked: str) -> None:
    answer = await busy_house.client.get(f"/api/records?{asked}")
    assert_fault(answer, 400)
    assert "SENT" not in answer.text


async def test_an_empty_list_is_whole(house) -> None:
    assert (await house.client.get("/api/records")).json() == {"records": [], "count": 0}


async def test_a_long_list_comes_whole_and_once(house) -> None:
    rows = [
        NewRecord(RecordFacts(f"Artist {n % 7}", f"Title {n}", discogs_id=ReleaseId(n + 1)), "csv") for n in range(1203)
    ]
    async with house.runtime.storage.write() as conn:
        await shelf.add_many(conn, house.runtime.owner.id, rows)
    body = (await house.client.get("/api/records?sortBy=artist")).json()
    assert body["count"] == 1203
    assert len({record["recordId"] for record in body["records"]}) == 1203
    some = (await house.client.get("/api/records?limit=700&offset=100&sortBy=artist")).json()
    assert [record["recordId"] for record in some["records"]] == [
        record["recordId"] for record in body["records"][100:800]
    ]
    assert some["count"] == 1203


async def test_a_long_list_is_that_of_one_instant(house) -> None:
    """Records that are added, renamed and removed while it is read neither repeat nor push out another."""
    rows = [NewRecord(RecordFacts("Artist", f"Title {n:04}"), "csv") for n in range(2000)]
    user = house.runtime.owner.id
    async with house.runtime.storage.write() as conn:
        pks = await shelf.add_many(conn, user, rows)
        first, last = await shelf.get_by_pk(conn, pks[0]), await shelf.get_by_pk(conn, pks[-1])
    pieces = await listing(house.runtime, user, RecordQuery(sort_by=SortBy.TITLE, descending=False), None, 0)
    sent = await anext(pieces)
    async with house.runtime.storage.write() as conn:
        await shelf.add(conn, user, RecordFacts("Artist", "AAA"), data_source="manual")
        await shelf.change(conn, user, first.record_id, {"album_title": "Title 1999a"})
        await shelf.remove(conn, user, last.record_id)
    sent += b"".join([piece async for piece in pieces])
    body = json.loads(sent)
    assert [record["albumTitle"] for record in body["records"]] == [f"Title {n:04}" for n in range(1999)]
    assert body["count"] == 1999


# --- Discogs


async def test_a_search_shows_at_most_ten_with_size_colour_and_shape(house) -> None:
    pressing = next(
        p for p in house.discogs.world.catalogue.pressings.values() if p.summary["labels"][0]["catno"] != "none"
    )
    answer = await house.client.get(
        "/api/records/search", params={"catalogNumber": pressing.summary["labels"][0]["catno"]}
    )
    body = answer.json()
    assert answer.status_code == 200
    assert 1 <= body["count"] == len(body["results"]) <= 10
    assert pressing.id in [int(result["discogsId"]) for result in body["results"]]
    assert all({"recordSize", "vinylColor", "isShapedVinyl"} <= set(result) for result in body["results"])


async def test_a_result_whose_detail_fails_is_returned_without_the_three(house) -> None:
    house.discogs.faults.start(Fault.SERVER_ERROR, match="/releases/")
    pressing = next(
        p for p in house.discogs.world.catalogue.pressings.values() if p.summary["labels"][0]["catno"] != "none"
    )
    body = (
        await house.client.get("/api/records/search", params={"catalogNumber": pressing.summary["labels"][0]["catno"]})
    ).json()
    assert body["count"] >= 1
    for result in body["results"]:
        assert not {"recordSize", "vinylColor", "isShapedVinyl"} & set(result)


@pytest.mark.parametrize(
    "asked",
    ["", "artist=a", "title=b", "catalogNumber=c&upc=0123456789012", "artist=a&title=b&upc=0123456789012",
     "catalogNumber=%20", "upc=12", "artist=a%00&title=b"],
)  # fmt: skip
async def test_a_search_by_none_or_several_ways_is_400_and_asks_nobody(busy_house, asked: str) -> None:
    asked_before = len(busy_house.discogs.requests)
    assert_fault(await busy_house.client.get(f"/api/records/search?{asked}"), 400)
    assert len(busy_house.discogs.requests) == asked_before


async def test_a_fetched_release_is_saved_and_added_on_discogs(house) -> None:
    release = house.unowned[0]
    answer = await house.client.post("/api/records/fetch-from-discogs", json={"releaseId": release})
    record = answer.json()["record"]
    assert answer.status_code == 201
    assert answer.json()["message"] == "Record fetched from Discogs and saved successfully"
    assert (record["discogsId"], record["dataSource"]) == (str(release), "discogs")
    assert record["isSyncedWithDiscogs"] is True
    assert release in [copy.release_id for copy in house.discogs.world.instances.values()]


async def test_a_failing_add_never_fails_the_fetch(house) -> None:
    house.discogs.faults.start(Fault.PRIVATE)
    answer = await house.client.post("/api/records/fetch-from-discogs", json={"releaseId": house.unowned[0]})
    assert answer.status_code == 201
    assert answer.json()["record"]["isSyncedWithDiscogs"] is False


async def test_without_a_credential_a_fetch_still_saves(open_house) -> None:
    async with open_house(connected=False) as house:
        answer = await house.client.post("/api/records/fetch-from-discogs", json={"releaseId": house.unowned[0]})
        assert answer.status_code == 201
        assert answer.json()["record"]["isSyncedWithDiscogs"] is False


@pytest.mark.parametrize("body", [{}, {"releaseId": None}, {"releaseId": "x"}, {"releaseId": 0}, {"releaseId": 2**63}])
async def test_a_fetch_of_nothing_is_400(busy_house, body: dict[str, object]) -> None:
    asked_before = len(busy_house.discogs.requests)
    assert_fault(await busy_house.client.post("/api/records/fetch-from-discogs", json=body), 400)
    assert len(busy_house.discogs.requests) == asked_before


async def test_an_update_overwrites_what_discogs_says_and_keeps_what_is_ours(house) -> None:
    release = house.unowned[0]
    record = await add(house.client, "Wrong", "Wrong", labelName="Wrong", notes="mine")
    order = {"recordId": record["recordId"], "discogsId": str(release)}
    answer = await house.client.post("/api/records/update-from-discogs", json=order)
    updated = answer.json()["record"]
    assert answer.status_code == 200
    assert answer.json()["message"] == "Record updated from Discogs successfully"
    assert updated["discogsId"] == str(release)
    assert "Wrong" not in (updated["artistName"], updated["albumTitle"], updated["labelName"])
    kept = ("recordId", "dataSource", "isSyncedWithDiscogs", "createdAt", "notes")
    assert [updated[name] for name in kept] == [record[name] for name in kept]


async def test_an_update_of_nobodys_record_is_404(busy_house) -> None:
    order = {"recordId": NOBODYS, "discogsId": str(busy_house.unowned[0])}
    assert_fault(await busy_house.client.post("/api/records/update-from-discogs", json=order), 404)


@pytest.mark.parametrize(
    "order", [{}, {"recordId": NOBODYS}, {"discogsId": "1"}, {"recordId": "x", "discogsId": "1"},
              {"recordId": NOBODYS, "discogsId": "SENT"}, {"recordId": NOBODYS, "discogsId": "9" * 30}],
)  # fmt: skip
async def test_an_update_without_record_or_release_is_400(busy_house, order: dict[str, object]) -> None:
    answer = await busy_house.client.post("/api/records/update-from-discogs", json=order)
    assert_fault(answer, 400)
    assert "SENT" not in answer.text


@pytest.mark.parametrize("way", ["fetch", "update"])
async def test_a_release_that_discogs_does_not_have_is_404(house, way: str) -> None:
    order: dict[str, object] = {"releaseId": 2}
    if way == "update":
        order = {"recordId": (await add(house.client))["recordId"], "discogsId": "2"}
    body = assert_fault(await house.client.post(f"/api/records/{way}-from-discogs", json=order), 404)
    assert body["error"] == "upstream_not_found"


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.BAD_JSON, Fault.REVOKED_TOKEN])
@pytest.mark.parametrize("way", ["search", "fetch", "update"])
async def test_a_failure_of_discogs_is_500_and_names_it(house, fault: Fault, way: str) -> None:
    record = await add(house.client)
    house.discogs.faults.start(fault)
    if way == "search":
        answer = await house.client.get("/api/records/search?catalogNumber=ABC%20123")
    elif way == "fetch":
        answer = await house.client.post("/api/records/fetch-from-discogs", json={"releaseId": house.unowned[0]})
    else:
        order = {"recordId": record["recordId"], "discogsId": house.unowned[0]}
        answer = await house.client.post("/api/records/update-from-discogs", json=order)
    body = assert_fault(answer, 500)
    assert body["error"].startswith("upstream")
    assert body["service"] == "Discogs"
    assert house.discogs.world.token not in answer.text


async def test_a_search_without_a_connection_is_503_and_says_what_to_do(open_house) -> None:
    async with open_house(connected=False) as house:
        body = assert_fault(await house.client.get("/api/records/search?catalogNumber=ABC%20123"), 503)
        assert body["error"] == "not_connected"
        assert "DISCOGS_TOKEN" in body["hint"]


async def test_the_sync_status_asks_nobody(busy_house) -> None:
    asked_before = len(busy_house.discogs.requests)
    answer = await busy_house.client.get("/api/records/sync/status")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "missing": []})
    assert len(busy_house.discogs.requests) == asked_before


async def test_the_sync_status_lists_what_is_missing(open_house) -> None:
    async with open_house(connected=False) as house:
        answer = await house.client.get("/api/records/sync/status")
        assert (answer.status_code, answer.json()) == (
            200,
            {"ready": False, "missing": ["DISCOGS_USERNAME", "DISCOGS_TOKEN"]},
        )
