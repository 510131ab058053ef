"""Which address a request counts for (discogsography-contract.md section 4)."""

from __future__ import annotations

import pytest

from services.proxies import address_of

PROXIES = ("10.0.0.0/8", "2001:db8:1::/48")


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "counted"),
    [
        ("203.0.113.9", ["198.51.100.7"], (), "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.7"], PROXIES, "203.0.113.9"),
        ("10.0.0.2", ["198.51.100.7"], PROXIES, "198.51.100.7"),
        ("10.0.0.2", ["8.8.8.8, 198.51.100.7"], PROXIES, "198.51.100.7"),
        ("10.0.0.2", ["8.8.8.8, 198.51.100.7, 10.0.0.3"], PROXIES, "198.51.100.7"),
        ("10.0.0.2", ["198.51.100.7", "10.0.0.3"], PROXIES, "198.51.100.7"),
        ("10.0.0.2", ["10.0.0.4"], PROXIES, "10.0.0.4"),
        ("10.0.0.2", [], PROXIES, "10.0.0.2"),
        ("10.0.0.2", ["unknown"], PROXIES, "10.0.0.2"),
        ("10.0.0.2", ["198.51.100.7, unknown"], PROXIES, "10.0.0.2"),
        ("10.0.0.2", ["198.51.100.7:4711"], PROXIES, "198.51.100.7"),
        ("10.0.0.2", ["[2001:db8:2:3::4]:4711"], PROXIES, "2001:db8:2:3::/64"),
        ("2001:db8:1::7", ["198.51.100.7"], PROXIES, "198.51.100.7"),
        ("2001:db8:2:3:4:5:6:7", [], PROXIES, "2001:db8:2:3::/64"),
        ("::ffff:203.0.113.9", [], (), "203.0.113.9"),
        ("::ffff:10.0.0.2", ["198.51.100.7"], PROXIES, "198.51.100.7"),
    ],
)
def test_only_what_a_trusted_proxy_wrote_is_believed(
    peer: str, forwarded: list[str], trusted: tuple[str, ...], counted: str
) -> None:
    assert address_of(peer, forwarded, trusted) == counted
