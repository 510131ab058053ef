"""The OpenAPI document is true: it names what is served, and what is served keeps to it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.rest.app import openapi_document
from services.settings import VERSION

DOCUMENT = openapi_document()
CALLBACK = "/api/oauth/callback/discogs"
"""A page for a browser, whatever it has to say."""
NOT_THERE = (
    "/spotify", "/plex", "/soulseek", "/beets", "/api/arrivals", "/api/download", "/api/metadata", "/api/sync/plan",
)  # fmt: skip
CRON = "/api/cron/sync-spotify"
"""For schedulers elsewhere, with a secret and error bodies of its own (records-contract.md section 3)."""
OPERATIONS = [(method, path, item[method]) for path, item in DOCUMENT["paths"].items() for method in item]


def test_the_document_names_the_program_and_its_version() -> None:
    assert (DOCUMENT["info"]["title"], DOCUMENT["info"]["version"]) == ("Lockgroove", VERSION)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=lambda value: str(value)[:40])
def test_every_endpoint_is_described_with_a_model_for_every_answer(method: str, path: str, operation) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert all(parameter.get("description") for parameter in operation.get("parameters", []))
    assert "422" not in operation["responses"] or not path.startswith("/api/records")
    for status, answer in operation["responses"].items():
        if status == "304":
            continue  # it has no body
        media, content = next(iter(answer["content"].items()))
        assert all(each.get("schema") or each["itemSchema"] for each in answer["content"].values()), (path, status)
        if int(status) >= 400 and path not in (CALLBACK, CRON):
            assert (media, content["schema"]) == ("application/json", {"$ref": "#/components/schemas/Fault"})


def test_wherever_a_body_may_be_sent_too_large_and_too_slow_are_described() -> None:
    for _, path, operation in OPERATIONS:
        assert ({"408", "413"} <= set(operation["responses"])) is ("requestBody" in operation), path


def test_what_needs_proof_says_so() -> None:
    public = {(method, path) for method, path, operation in OPERATIONS if not operation.get("security")}
    login = ("post", "/api/auth/login")
    assert public == {
        ("get", "/"),
        ("get", "/health"),
        ("post", "/api/auth/register"),
        ("get", "/api/user/status"),
        ("get", "/api/snapshot/{token}"),
        ("get", "/api/autocomplete"),
        ("get", "/api/explore"),
        ("get", "/api/expand"),
        ("get", "/api/node/{node_id}"),
        ("get", "/api/trends"),
        ("get", "/api/explore/path"),
        ("get", "/api/explore/collaborators"),
        ("get", "/api/explore/similar"),
        ("get", "/api/explore/label"),
        ("get", CALLBACK),
        ("get", CRON),
        ("post", CRON),
        login,
    }
    for method, path, operation in OPERATIONS:
        proves = path == CRON or (method, path) == login  # with what is sent, not by a session
        assert ("401" in operation["responses"]) is ((method, path) not in public or proves)


def test_every_endpoint_of_the_mission_so_far_is_served(fixtures: Path, tmp_path: Path) -> None:
    check = fixtures.parent / "tools" / "surface-check"
    if not check.exists():
        pytest.skip("the surface's list is not on this machine")
    written = tmp_path / "openapi.json"
    written.write_text(json.dumps(DOCUMENT))
    done = subprocess.run(
        [
            sys.executable,
            str(check),
            str(written),
            *["records", "system", "activity", "auth", "oauth", "sync", "export", "snapshot", "graph", "cron"],
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def bad_values_are_rejected(ctx, response, case: Case) -> bool | None:
    """Unknown names in a query are ignored (discogsography-contract.md section 2), and of a name that is given twice the last
    counts, unless it may be; whatever else is bad is refused.
    """
    known = {parameter["name"]: parameter for parameter in case.operation.definition.raw.get("parameters", [])}
    query = case.query or {}
    if set(query) - set(known):
        return None
    if any(isinstance(value, list) and "array" not in str(known[name].get("schema")) for name, value in query.items()):
        return None
    return negative_data_rejection(ctx, response, case)


def nothing_goes_wrong_here(ctx, response, case: Case) -> bool | None:
    """Spotify, Plex, slskd and beets are not connected in these tests and no secret of a scheduler is set, which is told by
    a 503.
    """
    if response.status_code == 503 and (case.path.startswith(NOT_THERE) or case.path == CRON):
        return None
    return not_a_server_error(ctx, response, case)


CHECKS = [
    nothing_goes_wrong_here,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    bad_values_are_rejected,
]
STRANGERS_CHECKS = [check for check in CHECKS if check is not bad_values_are_rejected]
"""Whoever shows no proof is refused before what they sent is looked at."""
SLOWEST = 2.0
"""Seconds to the head of any answer."""
schema = schemathesis.openapi.from_dict(DOCUMENT)


def examples(number: int) -> settings:
    return settings(
        max_examples=number,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


@schema.include(path_regex="^/").parametrize()
@examples(8)
def test_whatever_is_sent_the_answer_is_a_documented_one(case: Case, house_next_door) -> None:
    headers = {"Authorization": f"Bearer {house_next_door.token}"}
    case.call_and_validate(base_url=house_next_door.bound.url, headers=headers, checks=CHECKS)


def nobody_waits_long(ctx, response, case: Case) -> None:
    """No answer takes two seconds to begin, whatever was asked; a busy machine is asked once more before that is believed."""
    if response.elapsed >= SLOWEST:
        asked = response.request
        proof = {name: value for name, value in asked.headers.items() if name == "Authorization"}
        again = case.call(base_url=asked.url[: asked.url.index("/", len("http://"))], headers=proof)
        assert again.elapsed < SLOWEST, f"{response.elapsed:.1f} s, then {again.elapsed:.1f} s"


@pytest.mark.by_hand
@pytest.mark.timeout(600)
@schema.include(path_regex="^/").parametrize()
@examples(100)
def test_however_much_is_sent_the_answer_is_a_documented_one(case: Case, house_next_door) -> None:
    headers = {"Authorization": f"Bearer {house_next_door.token}"}
    case.call_and_validate(base_url=house_next_door.bound.url, headers=headers, checks=[*CHECKS, nobody_waits_long])


@pytest.mark.by_hand
@pytest.mark.timeout(600)
@schema.include(path_regex="^/").parametrize()
@examples(50)
def test_however_much_a_stranger_sends_the_answer_is_a_documented_one(case: Case, house_next_door) -> None:
    case.call_and_validate(base_url=house_next_door.bound.url, checks=[*STRANGERS_CHECKS, nobody_waits_long])
