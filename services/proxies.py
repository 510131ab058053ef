"""Which address a request came from, where proxies stand before the program (discogsography-contract.md section 4)."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_HOST_BITS = 64
"""An IPv6 customer has at least this many bits of addresses, so they count as one."""


@functools.cache
def networks(written: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    """The networks of a setting; raises ``ValueError`` for what is neither a network nor an address."""
    return tuple(ip_network(each) for each in written)


def address_of(peer: str, forwarded: Sequence[str], trusted: tuple[str, ...]) -> str:
    """Whom a request from ``peer`` counts for: an IPv4 address, or the network of an IPv6 one.

    The entries of the ``X-Forwarded-For`` headers ``forwarded`` are believed from the right, as far as a ``trusted``
    proxy wrote them.
    """
    hops = [hop.strip() for header in forwarded for hop in header.split(",")]
    nearest = _parsed(peer)
    if nearest is None:
        return peer
    while hops and any(nearest in network for network in networks(trusted)):
        named = _parsed(_without_port(hops.pop()))
        if named is None:
            break
        nearest = named
    return str(nearest) if nearest.version == 4 else str(ip_network((nearest, _HOST_BITS), strict=False))


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if parsed.version == 6 else parsed


def _without_port(hop: str) -> str:
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
