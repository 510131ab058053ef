"""``/api/cron/sync-spotify`` over HTTP: who may call it and in which words it answers (records-contract.md section 3)."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECRET = "a secret of sixteen characters"
PATH = "/api/cron/sync-spotify"


async def with_secret(house, secret: str | None) -> None:
    settings = house.runtime.settings.model_copy(update={"cron_secret": SecretStr(secret) if secret else None})
    await house.runtime.use(settings)


async def test_without_a_secret_on_the_server_nobody_may_call_it(house) -> None:
    answer = await house.client.get(PATH)
    assert answer.status_code == 503
    assert answer.json()["success"] is False
    assert "CRON_SECRET" in answer.json()["error"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", ["Authorization", "x-vercel-cron-secret", "x-cron-secret"])
async def test_the_secret_lets_in_by_any_of_its_headers(house, method: str, name: str) -> None:
    await with_secret(house, SECRET)
    value = f"Bearer {SECRET}" if name == "Authorization" else SECRET
    answer = await house.stranger.request(method, PATH, headers={name: value})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert body.keys() == {"success", "duration_ms", "result"}
    assert body["result"] == {"totalUsers": 0, "successful": 0, "failed": 0, "playsSynced": 0, "errors": []}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": f"Basic {SECRET}"},
        {"Authorization": f"Bearer {SECRET}x"},
        {"Authorization": f"Bearer  {SECRET}"},
        {"x-vercel-cron-secret": SECRET.upper()},
        {"x-cron-secret": ""},
    ],
)
async def test_anything_else_is_refused_in_the_same_words(house, headers: dict[str, str]) -> None:
    await with_secret(house, SECRET)
    answer = await house.stranger.get(PATH, headers=headers, params={"token": SECRET})
    assert (answer.status_code, answer.json()) == (401, {"success": False, "error": "Unauthorized"})
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_token_of_the_owner_does_not_do_in_place_of_the_secret(house) -> None:
    await with_secret(house, SECRET)
    assert (await house.client.get(PATH)).status_code == 401
