"""Which address a request counts for (discogsography-contract.md section 4)."""

from __future__ import annotations

import pytest

from services.errors import InvalidInput
from services.places import locate
from services.proxies import address_of
from services.settings import load_settings

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


def test_proxies_are_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(locate()).trusted_proxies == ()
    monkeypatch.setenv("TRUSTED_PROXIES", " 10.0.0.2, 10.1.0.0/16 ,,fd00::/8")
    assert load_settings(locate()).trusted_proxies == ("10.0.0.2", "10.1.0.0/16", "fd00::/8")


@pytest.mark.parametrize("value", ["proxy.example.org", "10.0.0.0/33", "10.0.0.1/8", "*", "10.0.0.1:80"])
def test_what_is_no_network_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", f"10.0.0.2,{value}")
    with pytest.raises(InvalidInput, match=r"TRUSTED_PROXIES.*10\.0\.0\.0/8"):
        load_settings(locate())


def test_registration_is_open_unless_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(locate()).registration == "open"
    monkeypatch.setenv("REGISTRATION", "closed")
    assert load_settings(locate()).registration == "closed"
    monkeypatch.setenv("REGISTRATION", "perhaps")
    with pytest.raises(InvalidInput, match="REGISTRATION"):
        load_settings(locate())
