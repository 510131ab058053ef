"""Whatever is sent as proof, the answer is 401 and never a failure of ours (discogsography-contract.md section 3)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.secrets import SESSION_KEY
from tests.services.rest.visitors import bearer, encoded, signed

# Control characters in a header are no HTTP: the server refuses them before anybody looks at a token.
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=300)
dotted = st.lists(st.text("abcXYZ019-_=+/ ", max_size=60), max_size=5).map(".".join)
three_parts = st.tuples(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=40))
inner = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
values = st.recursive(
    inner, lambda of: st.lists(of, max_size=3) | st.dictionaries(st.text(max_size=5), of, max_size=3), max_leaves=5
)
names = st.sampled_from(["sub", "email", "iat", "exp", "jti", "type", "nbf", "aud", "iss"])
often = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


visitor = httpx.Client(timeout=20, verify=False)


def status_of(house: Any, header: bytes) -> int:
    return visitor.get(f"{house.bound.url}/api/auth/me", headers=[(b"Authorization", header)]).status_code


@often
@given(texts | dotted | three_parts.map(lambda parts: ".".join(map(encoded, parts))))
def test_any_text_is_refused(house_next_door, garbage: str) -> None:
    assert status_of(house_next_door, f"Bearer {garbage}".strip().encode()) == 401
    assert status_of(house_next_door, garbage.strip().encode()) == 401


@often
@given(
    st.dictionaries(names, values), st.none() | st.dictionaries(st.sampled_from(["alg", "typ", "kid", "crit"]), values)
)
def test_any_claims_that_are_not_ours_are_refused_though_signed(house_next_door, claims, header) -> None:
    key = asyncio.run(house_next_door.runtime.secrets.obtain(SESSION_KEY, lambda: "k" * 64))
    proof = bearer(signed(claims, key, header))["Authorization"]
    assert status_of(house_next_door, proof.encode()) == 401
