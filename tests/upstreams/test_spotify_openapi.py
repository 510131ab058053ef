"""The check of requests against Spotify's description finds what is wrong and lets pass what is right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.demo.spotify.world import BASE_62
from tests.upstreams.spotify_openapi import wrong_requests

ID = BASE_62[:22]


def wrong(fixtures: Path, method: str, path: str, query: str = "", body: Any = None) -> list[str]:
    entry = {"method": method, "path": f"/v1{path}", "query": query, "body": body, "content_type": "application/json"}
    return wrong_requests([entry], fixtures / "spotify" / "openapi-fixed.yml")


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", "/me", "", None),
        ("GET", "/me/tracks", "limit=50&offset=100", None),
        ("GET", "/me/following", f"type=artist&limit=50&after={ID}", None),
        ("GET", "/me/top/artists", "time_range=long_term&limit=50", None),
        ("GET", "/me/player/recently-played", "limit=50", None),
        ("GET", f"/artists/{ID}/albums", "include_groups=album%2Csingle&limit=10", None),
        ("GET", "/search", "q=artist%3Ax&type=track,album&limit=10", None),
        ("PUT", "/me/library", f"uris=spotify:track:{ID}", None),
        ("POST", f"/playlists/{ID}/items", "", {"uris": [f"spotify:track:{ID}"], "position": 0}),
        ("PUT", f"/playlists/{ID}/items", "", {"range_start": 1, "insert_before": 3, "range_length": 1}),
        ("DELETE", f"/playlists/{ID}/items", "", {"items": [{"uri": f"spotify:track:{ID}"}], "snapshot_id": "x"}),
        ("GET", f"/playlists/{ID}/items", "limit=50&additional_types=track,episode", None),
        ("GET", f"/audio-features/{ID}", "", None),
    ],
)
def test_what_the_description_allows_passes(fixtures: Path, method: str, path: str, query: str, body: Any) -> None:
    assert wrong(fixtures, method, path, query, body) == []


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "why"),
    [
        ("GET", "/me/tracks", "limit=51", None, "51 is greater"),
        ("GET", "/me/tracks", "limit=x", None, "limit"),
        ("GET", "/me/tracks", "page=2", None, "unknown parameters page"),
        ("GET", f"/artists/{ID}/albums", "limit=20", None, "20 is greater"),
        ("GET", "/search", "q=a&type=tracks", None, "tracks"),
        ("PUT", "/me/library", "", {"uris": []}, "uris"),
        ("PUT", "/me/library", f"uris=spotify:track:{ID}", {"uris": []}, "a body where none is read"),
        ("DELETE", f"/playlists/{ID}/items", "", {"tracks": [{"uri": "x"}]}, "items"),
        ("GET", f"/playlists/{ID}/tracks", "", None, "deprecated"),
        ("PUT", "/me/tracks", "", {"ids": [ID]}, "deprecated"),
        ("GET", "/me/trucks", "", None, "no such operation"),
        ("PATCH", "/me/tracks", "", None, "no such operation"),
    ],
)
def test_what_it_does_not_allow_is_found(
    fixtures: Path, method: str, path: str, query: str, body: Any, why: str
) -> None:
    found = wrong(fixtures, method, path, query, body)
    assert len(found) == 1 and why in found[0]
