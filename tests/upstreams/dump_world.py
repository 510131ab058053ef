"""Real releases as one collection: the dump sample and the recorded API answers, in the shape of the API.

The dump differs from the API in the ways of discogs-api.md 9.2: no pictures, no community, attributes for elements.
"""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

from services.demo.catalogue import API, IMAGES, Catalogue, Document
from services.demo.world import MEDIA, UNCATEGORIZED, World

_FIRST_ADDED = datetime(2012, 3, 4, 18, 30, tzinfo=UTC)


def dump_releases(file: Path) -> list[Document]:
    """Every release of a dump file."""
    with gzip.open(file) as source:
        root = ElementTree.parse(source).getroot()
    return [_release(element) for element in root.findall("release")]


def recorded_releases(folder: Path) -> list[Document]:
    """The recorded answers of ``GET /releases/{id}``."""
    return [json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("release_*.json"))]


def dump_world(fixtures: Path) -> World:
    """All of them as the collection of one user: one copy each, every fiftieth twice, in four folders."""
    releases = {
        release["id"]: release for release in dump_releases(next((fixtures / "discogs/dumps").glob("*releases*")))
    }
    releases |= {release["id"]: release for release in recorded_releases(fixtures / "discogs/api")}
    world = World(Catalogue.of_releases(map(_with_pictures, releases.values())))
    folders = [UNCATEGORIZED, *(world.add_folder(name) for name in ('Techno [12"]', '7" singles', "CDs"))]
    added = _FIRST_ADDED
    for position, release_id in enumerate(sorted(releases)):
        for _ in range(2 if position % 50 == 0 else 1):
            added += timedelta(hours=7, minutes=position % 60)
            copy = world.add(folders[position % len(folders)], release_id, added)
            if position % 3 == 0:
                copy.notes[MEDIA] = "Near Mint (NM or M-)"
        if position % 4 == 0:
            world.rate(release_id, position % 5 + 1)
    return world


def _with_pictures(release: Document) -> Document:
    """The release with pictures of the simulated service in place of the recorded addresses, or of none."""
    large, small = (f"{IMAGES}/R-{release['id']}-{size}.jpeg" for size in (600, 150))
    picture = {"type": "primary", "uri": large, "resource_url": large, "uri150": small, "width": 600, "height": 600}
    return release | {"thumb": small, "images": [picture]}


def _release(element: ElementTree.Element) -> Document:
    number = int(element.attrib["id"])
    master = element.find("master_id")
    released = _text(element, "released")
    release: Document = {
        "id": number,
        "status": element.attrib["status"],
        "title": _text(element, "title"),
        "year": int(released[:4]) if re.match(r"\d{4}", released) else 0,
        "uri": f"https://www.discogs.com/release/{number}",
        "resource_url": f"{API}/releases/{number}",
        "artists": [_artist(artist) for artist in element.findall("artists/artist")],
        "labels": [_label(label) for label in element.findall("labels/label")],
        "series": [],
        "companies": [_company(company) for company in element.findall("companies/company")],
        "extraartists": [_artist(artist) for artist in element.findall("extraartists/artist")],
        "formats": [_format(entry) for entry in element.findall("formats/format")],
        "genres": [genre.text or "" for genre in element.findall("genres/genre")],
        "identifiers": [_identifier(entry) for entry in element.findall("identifiers/identifier")],
        "tracklist": [_track(track) for track in element.findall("tracklist/track")],
        "data_quality": _text(element, "data_quality"),
        "thumb": "",
        "community": {"have": 0, "want": 0, "rating": {"count": 0, "average": 0.0}},
        "num_for_sale": 0,
        "lowest_price": None,
    }
    optional = {
        "styles": [style.text or "" for style in element.findall("styles/style")],
        "country": _text(element, "country"),
        "released": released,
        "notes": _text(element, "notes"),
        "master_id": int(master.text or 0) if master is not None else 0,
    }
    return release | {key: value for key, value in optional.items() if value}


def _text(element: ElementTree.Element, name: str) -> str:
    return element.findtext(name) or ""


def _artist(element: ElementTree.Element) -> Document:
    credit = {name: _text(element, name) for name in ("name", "anv", "join", "role", "tracks")}
    number = int(_text(element, "id") or 0)
    return credit | {"id": number, "resource_url": f"{API}/artists/{number}"}


def _label(element: ElementTree.Element) -> Document:
    number = int(element.get("id") or 0)
    return {
        "name": element.get("name", ""),
        "catno": element.get("catno", ""),
        "entity_type": "1",
        "entity_type_name": "Label",
        "id": number,
        "resource_url": f"{API}/labels/{number}",
    }


def _company(element: ElementTree.Element) -> Document:
    names = ("name", "catno", "entity_type", "entity_type_name", "resource_url")
    return {name: _text(element, name) for name in names} | {"id": int(_text(element, "id") or 0)}


def _format(element: ElementTree.Element) -> Document:
    entry: Document = {"name": element.get("name", ""), "qty": element.get("qty", "1")}
    if element.get("text"):
        entry["text"] = element.get("text")
    descriptions = [description.text or "" for description in element.findall("descriptions/description")]
    return entry | ({"descriptions": descriptions} if descriptions else {})


def _identifier(element: ElementTree.Element) -> Document:
    return {name: element.get(name, "") for name in ("type", "value", "description") if element.get(name) is not None}


def _track(element: ElementTree.Element) -> Document:
    children = [_track(child) for child in element.findall("sub_tracks/track")]
    position = _text(element, "position")
    track: Document = {
        "position": position,
        "type_": "index" if children else "track" if position else "heading",
        "title": _text(element, "title"),
        "duration": _text(element, "duration"),
    }
    return track | ({"sub_tracks": children} if children else {})
