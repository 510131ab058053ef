"""``/settings``: what is kept by name, its history, and the choices of releases (harmony-contract.md 14, 15)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from services.settings import load_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHOICES = "/settings/artist-preferences"


async def stranger(house) -> httpx.AsyncClient:
    """Somebody else with an account, logged in; close it."""
    await house.stranger.post("/api/auth/register", json={"email": "else@example.org", "password": "long enough"})
    answer = await house.stranger.post("/api/auth/login", json={"email": "else@example.org", "password": "long enough"})
    token = answer.json()["access_token"]
    return httpx.AsyncClient(base_url=house.bound.url, headers={"Authorization": f"Bearer {token}"})


def choice(artist: str, release: str, selected: bool = True) -> dict[str, Any]:
    return {"artist_id": artist, "release_id": release, "selected": selected}


async def test_what_is_set_is_told_with_the_credential_keys_and_every_change_is_remembered(house) -> None:
    before = (await house.client.get("/settings")).json()
    assert before["settings"] == dict.fromkeys(
        [
            "SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET", "SPOTIFY_REDIRECT_URI", "PLEX_BASE_URL", "PLEX_TOKEN",
            "PLEX_LIBRARY", "SLSKD_URL", "SLSKD_API_KEY",
        ]
    )  # fmt: skip
    assert before["updated_at"].endswith("Z")
    for value in ("light", "dark", "dark", None):
        answer = await house.client.post("/settings", json={"key": "theme", "value": value})
        assert answer.status_code == 200 and answer.json()["settings"]["theme"] == value
    told = (await house.client.get("/settings/history")).json()["history"]
    assert [(each["key"], each["old_value"], each["new_value"]) for each in told] == [
        ("theme", "dark", None), ("theme", "dark", "dark"), ("theme", "light", "dark"), ("theme", None, "light"),
    ]  # fmt: skip
    assert all(each["changed_at"].endswith("Z") for each in told)


async def test_the_history_tells_the_fifty_newest_changes(house) -> None:
    for number in range(52):
        await house.client.post("/settings", json={"key": "n", "value": str(number)})
    told = (await house.client.get("/settings/history")).json()["history"]
    assert [each["new_value"] for each in told] == [str(number) for number in range(51, 1, -1)]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"key": "", "value": "x"}, 400), ({"key": "  ", "value": "x"}, 400), ({"key": "a"}, 422), ({"value": "x"}, 422),
        ({"key": "a", "value": 7}, 422), ([], 422), ({"key": "PLEX_BASE_URL", "value": "secret-token-1"}, 422),
    ],
)  # fmt: skip
async def test_what_cannot_be_set_is_refused_without_repeating_it(busy_house, body: Any, status: int) -> None:
    answer = await busy_house.client.post("/settings", json=body)
    assert answer.status_code == status
    assert "secret-token" not in answer.text
    if status == 400:
        assert answer.json()["detail"] == "Key must not be empty"


async def test_everybody_has_settings_of_their_own_and_the_programs_belong_to_the_owner(house) -> None:
    await house.client.post("/settings", json={"key": "theme", "value": "mine"})
    async with await stranger(house) as other:
        assert "theme" not in (await other.get("/settings")).json()["settings"]
        answer = await other.post("/settings", json={"key": "SPOTIFY_CLIENT_ID", "value": "x" * 32})
        assert answer.status_code == 403
        assert (await other.get("/settings/history")).json() == {"history": []}


async def test_a_spotify_key_goes_where_the_settings_are_kept_and_takes_effect_at_once(house) -> None:
    answer = await house.client.post("/settings", json={"key": "SPOTIFY_CLIENT_ID", "value": "a" * 32})
    assert answer.status_code == 200 and answer.json()["settings"]["SPOTIFY_CLIENT_ID"] == "a" * 32
    assert house.runtime.settings.spotify_client_id == "a" * 32
    told = (await house.client.get("/settings/history")).json()["history"]
    assert (told[0]["old_value"], told[0]["new_value"]) == (None, "a" * 32)
    async with await stranger(house) as other:
        assert (await other.get("/settings")).json()["settings"]["SPOTIFY_CLIENT_ID"] is None


async def test_a_secret_is_kept_apart_from_the_file_and_never_told(house) -> None:
    secret = "s3cr3t-" * 5
    answer = await house.client.post("/settings", json={"key": "PLEX_TOKEN", "value": secret})
    assert answer.status_code == 200 and "…" in answer.json()["settings"]["PLEX_TOKEN"]
    places = house.runtime.places
    for settings in (house.runtime.settings, load_settings(places)):
        assert settings.plex_token.get_secret_value() == secret
        assert settings.origin("PLEX_TOKEN").source == "kept"
    assert not places.config_file.exists() or secret not in places.config_file.read_text()
    gone = await house.client.post("/settings", json={"key": "PLEX_TOKEN", "value": None})
    assert gone.status_code == 200 and gone.json()["settings"]["PLEX_TOKEN"] is None
    assert house.runtime.settings.plex_token is load_settings(places).plex_token is None
    history = await house.client.get("/settings/history")
    assert len([each for each in history.json()["history"] if each["key"] == "PLEX_TOKEN"]) == 2
    assert secret not in history.text + answer.text


# -- choices of releases --------------------------------------------------------------------------------------------


async def test_choices_are_added_to_those_there_are_and_told_sorted(house) -> None:
    first = await house.client.post(CHOICES, json={"preferences": [choice("b", "1"), choice(" a ", "2 ", False)]})
    assert first.status_code == 200
    again = await house.client.post(
        CHOICES, json={"preferences": [choice("a", "1"), choice("b", "1", False), choice("b", "1")], "other": 1}
    )
    expected = {"preferences": [choice("a", "1"), choice("a", "2", False), choice("b", "1", False)]}
    assert again.json() == expected == (await house.client.get(CHOICES)).json()
    async with await stranger(house) as other:
        assert (await other.get(CHOICES)).json() == {"preferences": []}
    assert (await house.client.get("/settings/history")).json() == {"history": []}


@pytest.mark.parametrize("body", [{"preferences": []}, {}])
async def test_an_empty_list_forgets_every_choice(house, body: Any) -> None:
    await house.client.post(CHOICES, json={"preferences": [choice("a", "1")]})
    assert (await house.client.post(CHOICES, json=body)).json() == {"preferences": []}


async def test_a_blank_id_anywhere_stores_nothing(house) -> None:
    for body in ([choice("a", "1"), choice("b", "  ")], [choice("", "1"), choice("c", "1")]):
        answer = await house.client.post(CHOICES, json={"preferences": body})
        assert answer.status_code == 400
        assert answer.json()["detail"] == "artist_id and release_id must not be empty"
    assert (
        await house.client.post(CHOICES, json={"preferences": [{"artist_id": "a", "selected": True}]})
    ).status_code == 422
    assert (await house.client.get(CHOICES)).json() == {"preferences": []}
