"""The simulated database: releases, masters, artists and labels in the exact shapes of the Discogs API."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from storage.fold import fold

Document = dict[str, Any]
"""A JSON object in the shape of the API."""

API = "https://api.discogs.com"
"""Addresses in the documents begin like the real ones; the server puts its own in their place."""
IMAGES = "https://i.discogs.com"
SPACER = "https://s.discogs.com/4fec5d48e5d7ca4d4007282bc56ce4c0a0b949ad/images/spacer.gif"


@dataclass(frozen=True, slots=True)
class Pressing:
    """A release as far as lists and searches need it; ``summary`` is its ``basic_information``."""

    summary: Document
    artists_sort: str
    country: str = ""
    barcodes: tuple[str, ...] = ()
    have: int = 0
    want: int = 0

    @property
    def id(self) -> int:
        return self.summary["id"]

    @property
    def master_id(self) -> int:
        return self.summary.get("master_id") or 0


@dataclass(frozen=True, slots=True)
class Name:
    """An artist or a label."""

    id: int
    name: str
    real_name: str = ""
    variations: tuple[str, ...] = ()


class Catalogue:
    """All releases of a world. ``expand`` makes the full release object from a pressing, when somebody asks."""

    def __init__(self, pressings: Iterable[Pressing], expand: Callable[[Pressing], Document]) -> None:
        self.pressings: dict[int, Pressing] = {pressing.id: pressing for pressing in pressings}
        self._expand = expand
        self.masters: dict[int, list[Pressing]] = defaultdict(list)
        self.artists: dict[int, Name] = {}
        self.labels: dict[int, Name] = {}
        self.by_artist: dict[int, list[Pressing]] = defaultdict(list)
        self.by_label: dict[int, list[Pressing]] = defaultdict(list)
        for pressing in self.pressings.values():
            self._file(pressing)

    @classmethod
    def of_releases(cls, releases: Iterable[Mapping[str, Any]]) -> Catalogue:
        """A catalogue of full release objects given from outside (recorded answers, a converted dump)."""
        known = {int(release["id"]): dict(release) for release in releases}
        return cls((pressing_of(release) for release in known.values()), lambda pressing: known[pressing.id])

    def _file(self, pressing: Pressing) -> None:
        if pressing.master_id:
            self.masters[pressing.master_id].append(pressing)
        for artist in pressing.summary["artists"]:
            self.artists.setdefault(artist["id"], Name(artist["id"], artist["name"]))
            self.by_artist[artist["id"]].append(pressing)
        for label in pressing.summary["labels"]:
            self.labels.setdefault(label["id"], Name(label["id"], label["name"]))
            self.by_label[label["id"]].append(pressing)

    def release(self, release_id: int) -> Document | None:
        """The full release object (discogs-api.md 5.1)."""
        pressing = self.pressings.get(release_id)
        return self._expand(pressing) if pressing else None

    def search(self, wanted: Mapping[str, str]) -> list[Pressing]:
        """Releases that match every filter (discogs-api.md 4.1), by id."""
        filters = {name: fold(value) for name, value in wanted.items() if value.strip()}
        return [pressing for pressing in self.pressings.values() if self._matches(pressing, filters)]

    def _matches(self, pressing: Pressing, filters: Mapping[str, str]) -> bool:
        texts = self._texts[pressing.id]
        return all(all(word in texts.get(name, "") for word in value.split()) for name, value in filters.items())

    @functools.cached_property
    def _texts(self) -> dict[int, dict[str, str]]:
        """What each filter looks at, folded."""
        return {pressing.id: _searched(pressing) for pressing in self.pressings.values()}


def _searched(pressing: Pressing) -> dict[str, str]:
    summary = pressing.summary
    labels = " ".join(label["name"] for label in summary["labels"])
    catnos = " ".join(f"{label['catno']} {label['catno'].replace(' ', '')}" for label in summary["labels"])
    formats = " ".join(" ".join((f["name"], *f.get("descriptions", ()))) for f in summary["formats"])
    barcodes = " ".join(f"{code} {''.join(filter(str.isdigit, code))}" for code in pressing.barcodes)
    artists = " ".join((pressing.artists_sort, *(f"{a['name']} {a['anv']}" for a in summary["artists"])))
    texts = {
        "artist": artists,
        "release_title": summary["title"],
        "title": f"{artists} - {summary['title']}",
        "label": labels,
        "catno": catnos,
        "barcode": barcodes,
        "format": formats,
        "country": pressing.country,
        "year": str(summary["year"] or ""),
        "genre": " ".join(summary.get("genres", ())),
        "style": " ".join(summary.get("styles", ())),
    }
    folded = {name: fold(text) for name, text in texts.items()}
    folded["q"] = " ".join(folded.values())
    return folded


def pressing_of(release: Mapping[str, Any]) -> Pressing:
    """What lists and searches need of a full release object."""
    images: list[Document] = release.get("images") or [{}]
    summary: Document = {
        "id": release["id"],
        "master_id": release.get("master_id") or 0,
        "master_url": f"{API}/masters/{release['master_id']}" if release.get("master_id") else None,
        "resource_url": f"{API}/releases/{release['id']}",
        "title": release["title"],
        "year": release.get("year") or 0,
        "formats": release.get("formats", []),
        "artists": release.get("artists", []),
        "labels": release.get("labels", []),
        "thumb": release.get("thumb", ""),
        "cover_image": images[0].get("uri") or SPACER,
        "genres": release.get("genres", []),
        "styles": release.get("styles", []),
    }
    community = release.get("community", {})
    return Pressing(
        summary,
        artists_sort=release.get("artists_sort") or ", ".join(a["name"] for a in summary["artists"]),
        country=release.get("country", ""),
        barcodes=tuple(i["value"] for i in release.get("identifiers", ()) if i["type"] == "Barcode"),
        have=community.get("have", 0),
        want=community.get("want", 0),
    )
