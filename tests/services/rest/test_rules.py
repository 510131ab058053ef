"""Rules of access that need no server: what a surface would open to strangers is refused when it is set up."""

from __future__ import annotations

import pytest

from services.errors import InvalidInput
from services.rest.access import Access


@pytest.mark.parametrize(
    ("host", "asked", "known"),
    [
        ("0.0.0.0", "192.168.1.5:8004", True),
        ("0.0.0.0", "evil.example", False),
        ("music.example.org", "music.example.org", True),
        ("music.example.org", "MUSIC.example.org.:8004", True),
        ("127.0.0.1", "192.168.1.5", False),
    ],
)
def test_beyond_loopback_an_address_or_the_configured_name_is_known(host: str, asked: str, known: bool) -> None:
    assert Access(host=host).knows(asked) is known


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "music.example.org"])
def test_without_auth_nothing_but_loopback_is_served(host: str) -> None:
    with pytest.raises(InvalidInput, match="--insecure-no-auth"):
        Access(host=host, proof=False)


def test_cors_for_everybody_is_refused() -> None:
    with pytest.raises(InvalidInput, match="CORS_ORIGINS"):
        Access(origins=("*",))
