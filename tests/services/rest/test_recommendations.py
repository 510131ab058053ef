"""``/api/user/recommendations``: what to look for next, in the contract's shape, with the reasons (section 12, U3)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from services.errors import StoreBusy
from services.settings import load_settings
from storage import records, wants
from storage.catalogue import growth
from storage.catalogue.door import Catalogue
from storage.engine import Storage
from storage.values import Credit, LabelLine, NewRecord, NewWant, RecordFacts, ReleaseEntry, ReleaseId

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/api/user/recommendations"
LABELS = {"Columbia": 1866, "Impulse!": 5041}
MILES, COLTRANE = Credit(23755, "Miles Davis"), Credit(97545, "John Coltrane")


def release(number: int, *artists: Credit, label: str = "Columbia", master: int | None = None) -> ReleaseEntry:
    return ReleaseEntry(
        ReleaseId(number),
        f"Title {number}",
        " & ".join(each.name for each in artists),
        1950 + number,
        master_id=master,
        artists=artists,
        labels=(LabelLine(LABELS[label], label),),
        genres=("Jazz", "Funk / Soul"),
    )


KNOWN = (
    release(1, MILES),
    release(2, MILES),
    release(3, COLTRANE, label="Impulse!"),
    release(4, COLTRANE, master=9),
    release(5, MILES, COLTRANE, master=9),
    release(6, MILES),
    release(7, Credit(9, "Somebody Else"), label="Impulse!"),
    release(8, MILES),
)


async def settle(house, owned: Sequence[int], wanted: Sequence[int] = ()) -> None:
    """A catalogue of :data:`KNOWN`, a library that owns and wants some of it."""
    storage, user = house.runtime.storage, house.runtime.owner
    await storage.catalogue.write(lambda db: growth.apply(db, KNOWN))
    async with storage.write() as conn:
        rows = [RecordFacts("Artist", f"Title {each}", discogs_id=ReleaseId(each)) for each in owned]
        await records.add_many(conn, user.id, [NewRecord(facts, "manual") for facts in rows])
        for each in wanted:
            await wants.put(conn, user.id, NewWant(ReleaseId(each), "Artist", f"Title {each}"))


async def ask(house, **query: object) -> list[dict[str, object]]:
    answer = await house.client.get(PATH, params=query)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert set(body) == {"recommendations", "total"}
    assert body["total"] == len(body["recommendations"])
    return body["recommendations"]


async def test_releases_by_the_leading_artists_come_with_score_and_reasons(house) -> None:
    await settle(house, owned=[1, 2, 3], wanted=[8])
    found = await ask(house)
    assert [(each["id"], each["score"]) for each in found] == [("5", 3), ("6", 2), ("4", 1)]
    assert found[0] == {
        "id": "5",
        "title": "Title 5",
        "year": 1955,
        "artist": "Miles Davis & John Coltrane",
        "label": "Columbia",
        "genres": ["Funk / Soul", "Jazz"],
        "score": 3,
        "reasons": [
            {"kind": "artist", "id": "23755", "name": "Miles Davis", "count": 2},
            {"kind": "artist", "id": "97545", "name": "John Coltrane", "count": 1},
        ],
    }
    assert await ask(house) == found
    assert await ask(house, limit=2) == found[:2]


async def test_what_is_added_is_not_recommended_any_more(house) -> None:
    await settle(house, owned=[1, 2, 3], wanted=[8])
    await settle(house, owned=[5], wanted=[6])
    assert [each["id"] for each in await ask(house)] == ["4"]


async def test_the_mix_of_the_settings_counts_from_the_next_request_on(house) -> None:
    await settle(house, owned=[1, 2, 3])
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RECOMMEND_LABELS", "1")
        environment.setenv("RECOMMEND_ONE_PER_MASTER", "true")
        await house.runtime.use(load_settings(house.runtime.places))
    found = await ask(house)
    assert [(each["id"], each["score"]) for each in found] == [("5", 5), ("6", 4), ("8", 4), ("7", 1)]
    assert found[-1]["reasons"] == [{"kind": "label", "id": "5041", "name": "Impulse!", "count": 1}]


async def test_whoever_owns_nothing_is_recommended_nothing(house) -> None:
    await settle(house, owned=[])
    assert await ask(house) == []


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1.5"])
async def test_a_limit_out_of_range_is_refused(busy_house, limit: str) -> None:
    answer = await busy_house.client.get(PATH, params={"limit": limit})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", "limit"]
    stranger = await busy_house.stranger.get(PATH, params={"limit": limit})
    assert (stranger.status_code, stranger.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(("store", "door"), [(Storage, "read"), (Catalogue, "read")], ids=["library", "catalogue"])
async def test_a_store_that_is_not_ready_is_said(
    open_house, monkeypatch: pytest.MonkeyPatch, store: type, door: str
) -> None:
    async with open_house() as house:
        await settle(house, owned=[1])
        monkeypatch.setattr(store, door, store_is_busy)
        answer = await house.owner.get(PATH)
        assert answer.status_code == 503
        assert answer.json()["error"]


def store_is_busy(*_: object) -> object:
    raise StoreBusy("Another program kept the store locked.", "Try again.")
