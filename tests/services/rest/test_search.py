"""``POST /api/search``: one question to Spotify, Plex and Soulseek, one failing never hiding another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.settings import load_settings
from tests.services.rest.test_settings_routes import stranger
from tests.upstreams.fixtures_plex import simulated_plex
from tests.upstreams.fixtures_slskd import simulated_slskd
from tests.upstreams.fixtures_spotify import simulated_spotify

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def ask(client: Any, body: object, status: int = 200) -> Any:
    answer = await client.post("/api/search", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_every_source_answers_in_its_own_words_and_a_silent_one_is_named(
    house, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with simulated_spotify() as spotify, simulated_plex() as plex, simulated_slskd(tmp_path, speed=60) as slskd:
        settings, world = house.runtime.settings, house.discogs.world
        discogs = {
            "DISCOGS_API_BASE": settings.discogs_api_base,
            "DISCOGS_TOKEN": world.token,
            "DISCOGS_USERNAME": world.username,
        }
        for name, value in {**spotify.environment, **plex.environment, **slskd.environment, **discogs}.items():
            monkeypatch.setenv(name, value)
        await house.runtime.use(load_settings(house.runtime.places))
        track = plex.some("track")
        found = await ask(house.client, {"query": f" {track.title} ", "sources": "PLEX"})
        assert found["query"] == track.title and set(found) == {"query", "results"}
        entry = next(each for each in found["results"]["plex"] if each["id"] == str(track.key))
        assert (entry["title"], entry["source"], set(entry)) == (
            track.title, "plex", {"id", "title", "parentTitle", "source"}
        )  # fmt: skip
        found = await ask(house.client, {"query": "golden static", "sources": ["Soulseek", "spotify", "tape", 7]})
        assert set(found["results"]) == {"spotify", "soulseek"} and "errors" not in found
        assert {"tracks", "artists", "albums"} == set(found["results"]["spotify"])
        assert any("Golden Static" in each["files"][0]["filename"] for each in found["results"]["soulseek"]["results"])

        named = ["records", "catalogue", "discogs", "plex"]
        found = await ask(house.client, {"query": "golden", "sources": named})
        assert set(found["results"]) == set(named) and "errors" not in found
        assert set(found["results"]["records"]) == {"records", "count"}
        assert set(found["results"]["catalogue"]) == {"results", "more", "corrected"}
        (release,) = (await ask(house.client, {"query": f"r{house.unowned[0]}", "sources": "discogs"}))["results"][
            "discogs"
        ]["results"]
        assert release["discogsId"] == str(house.unowned[0]) and release["ownedAs"] is None

        plex.fault("server-error")
        found = await ask(house.client, {"query": "golden"})
        assert set(found["results"]) == {"spotify", "soulseek"} and set(found["errors"]) == {"plex"}
        assert plex.world.token not in str(found)

        async with await stranger(house) as other:
            theirs = await ask(other, {"query": "golden"})
            assert theirs["results"] == {} and set(theirs["errors"]) == {"spotify", "plex", "soulseek"}
        feed = (await house.client.get("/api/activity?type=search")).json()
    assert [(each["status"], each["details"]["sources"]) for each in feed] == [
        ("partial", ["plex", "soulseek", "spotify"]), ("completed", ["discogs"]),
        ("completed", ["catalogue", "discogs", "plex", "records"]), ("completed", ["soulseek", "spotify"]), ("completed", ["plex"]),
    ]  # fmt: skip
    assert set(feed[0]["details"]["errors"]) == {"plex"}


@pytest.mark.parametrize(("body", "status"), [({}, 400), ({"query": None}, 400), ({"query": "  "}, 400), ([], 422)])
async def test_no_question_is_refused_and_not_noted(busy_house, body: object, status: int) -> None:
    told = await ask(busy_house.client, body, status)
    assert status == 422 or told["detail"] == "Query is required"
    assert (await busy_house.client.get("/api/activity?type=search")).json() == []
