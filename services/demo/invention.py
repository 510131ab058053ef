"""Inventing a world: artists, labels and releases that never were, the same for the same seed.

Drawing lots is all that costs time, so only what lists need is drawn for every release (a few tens of microseconds);
the full release object is drawn when somebody asks for it, from the seed and the release's id.
"""

from __future__ import annotations

import random

from . import words
from .catalogue import API, IMAGES, SPACER, Catalogue, Document, Name, Pressing
from .collecting import collect, offer, wish
from .world import World

_FIRST_RELEASE = 1_000_003
_SPARE = 60
"""Releases that nobody owns, so that there is something to find and add."""


def invent(records: int, seed: int = 1) -> World:
    """A world whose collection holds ``records`` releases (and a few of them twice or three times)."""
    lots = random.Random(f"lockgroove {seed}")
    artists = [_artist(lots, number) for number in range(max(8, records // 3))]
    labels = [_label(lots, number) for number in range(max(5, records // 12))]
    pressings: list[Pressing] = []
    number, total = _FIRST_RELEASE, records + max(_SPARE, records // 5)
    while len(pressings) < total:
        versions = lots.choices((1, 2, 3, 5), (60, 25, 10, 5))[0]
        master = 500_000 + number if versions > 1 or lots.random() < 0.5 else 0
        work = _work(lots, artists)
        for _ in range(min(versions, total - len(pressings))):
            number += lots.randrange(1, 90)
            pressings.append(_pressing(lots, number, master, work, labels))
    catalogue = Catalogue(pressings, lambda pressing: expand(pressing, seed))
    for artist in artists:
        catalogue.artists[artist.id] = artist
    world = World(catalogue)
    collect(lots, world, pressings, records)
    wish(world, seed)
    offer(world, seed)
    return world


# --- what is on the records


def _artist(lots: random.Random, number: int) -> Name:
    if number < len(words.HOSTILE_ARTISTS):
        name = words.HOSTILE_ARTISTS[number]
    else:
        name = lots.choice(words.ARTIST_SHAPES).format(
            adjective=lots.choice(words.ADJECTIVES), noun=lots.choice(words.NOUNS), first=lots.choice(words.FIRST_NAMES),
            last=lots.choice(words.LAST_NAMES), place=lots.choice(words.PLACES),
        )  # fmt: skip
    if lots.random() < 0.16:
        name = f"{name} ({lots.randrange(2, 9)})"
    variations = (name.upper(),) if lots.random() < 0.1 else ()
    return Name(20_000 + number * 7, name, variations=variations)


def _label(lots: random.Random, number: int) -> Name:
    name = f"{lots.choice(words.NOUNS)} {lots.choice(words.LABEL_ENDINGS)}"
    if lots.random() < 0.1:
        name = f"{name} ({lots.randrange(2, 5)})"
    return Name(9_000 + number * 3, name)


def _work(lots: random.Random, artists: list[Name]) -> Document:
    """What all pressings of one album share."""
    if lots.random() < 0.03:
        title = lots.choice(words.HOSTILE_TITLES)
    else:
        title = lots.choice(words.TITLE_SHAPES).format(
            adjective=lots.choice(words.ADJECTIVES), noun=lots.choice(words.NOUNS), other=lots.choice(words.NOUNS),
            place=lots.choice(words.PLACES), number=lots.randrange(2, 13),
        )  # fmt: skip
    credited = [lots.choice(artists) for _ in range(lots.choices((1, 2, 3), (88, 10, 2))[0])]
    joins = [lots.choice(words.JOINS) for _ in credited[1:]] + [""]
    genre = lots.choice(list(words.STYLES))
    return {
        "title": title,
        "artists": [_credit(lots, artist, join) for artist, join in zip(credited, joins, strict=True)],
        "genres": [genre] if lots.random() < 0.8 else list({genre: 1, lots.choice(list(words.STYLES)): 1}),
        "styles": lots.sample(words.STYLES[genre], lots.randrange(0, 3)),
        "year": lots.choices((0, lots.randrange(1955, 1980), lots.randrange(1980, 2025)), (4, 40, 56))[0],
    }


def _credit(lots: random.Random, artist: Name, join: str) -> Document:
    return {
        "name": artist.name,
        "anv": lots.choice(artist.variations) if artist.variations and lots.random() < 0.5 else "",
        "join": join,
        "role": "",
        "tracks": "",
        "id": artist.id,
        "resource_url": f"{API}/artists/{artist.id}",
    }


def _pressing(lots: random.Random, number: int, master: int, work: Document, labels: list[Name]) -> Pressing:
    label = lots.choice(labels)
    initials = "".join(word[0] for word in label.name.split() if word[0].isalpha()).upper()
    catno = "none" if lots.random() < 0.08 else f"{initials} {lots.randrange(1, 999):03d}"
    spellings = [catno, catno.replace(" ", "")] if catno != "none" and lots.random() < 0.05 else [catno]
    year = work["year"] and min(2026, work["year"] + lots.choices((0, lots.randrange(1, 40)), (70, 30))[0])
    has_picture = lots.random() < 0.95
    summary: Document = {
        "id": number,
        "master_id": master,
        "master_url": f"{API}/masters/{master}" if master else None,
        "resource_url": f"{API}/releases/{number}",
        "title": work["title"],
        "year": year,
        "formats": _formats(lots),
        "labels": [
            {
                "name": label.name,
                "catno": spelling,
                "entity_type": "1",
                "entity_type_name": "Label",
                "id": label.id,
                "resource_url": f"{API}/labels/{label.id}",
            }
            for spelling in spellings
        ],
        "artists": work["artists"],
        "genres": work["genres"],
        "styles": work["styles"],
        "thumb": f"{IMAGES}/R-{number}-150.jpeg" if has_picture else "",
        "cover_image": f"{IMAGES}/R-{number}-600.jpeg" if has_picture else SPACER,
    }
    names = "".join(f"{a['anv'] or a['name']}{_joined(a['join'])}" for a in work["artists"])
    barcodes = (_barcode(lots),) if lots.random() < 0.45 else ()
    return Pressing(
        summary,
        artists_sort=names,
        country=lots.choice(words.COUNTRIES),
        barcodes=barcodes,
        have=lots.randrange(1, 4000),
        want=lots.randrange(0, 900),
    )


def _joined(join: str) -> str:
    return "" if not join else ", " if join == "," else f" {join} "


def _formats(lots: random.Random) -> list[Document]:
    """One of the usual makes of a record, with what a contributor typed about its colour."""
    make = lots.choices(words.MAKES, [weight for weight, _ in words.MAKES])[0][1]
    formats: list[Document] = []
    for name, qty, descriptions in make:
        entry: Document = {"name": name, "qty": qty}
        if name == "Vinyl" and lots.random() < 0.35:
            entry["text"] = lots.choice(words.COLOUR_TEXTS)
        if descriptions:
            extra = lots.sample(words.EDITIONS, lots.choices((0, 1, 2), (60, 30, 10))[0])
            entry["descriptions"] = [*descriptions, *extra]
        formats.append(entry)
    return formats


def _barcode(lots: random.Random) -> str:
    """An EAN-13 with the right check digit, half of them with the blanks that are printed."""
    digits = [lots.randrange(10) for _ in range(12)]
    check = -sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10
    code = "".join(map(str, (*digits, check)))
    return f"{code[0]} {code[1:7]} {code[7:]}" if lots.random() < 0.5 else code


# --- the full release


def expand(pressing: Pressing, seed: int) -> Document:
    """The full release object of ``pressing`` (discogs-api.md 5.1)."""
    lots = random.Random(f"{seed} {pressing.id}")
    summary = pressing.summary
    year = summary["year"]
    release: Document = {key: value for key, value in summary.items() if key not in ("cover_image", "master_url")}
    release |= {
        "status": "Accepted",
        "uri": f"https://www.discogs.com/release/{pressing.id}",
        "artists_sort": pressing.artists_sort,
        "series": [],
        "companies": [_company(lots) for _ in range(lots.randrange(0, 3))],
        "format_quantity": sum(int(f["qty"]) for f in summary["formats"]),
        "data_quality": lots.choice(("Needs Vote", "Correct", "Complete and Correct")),
        "community": _community(lots, pressing),
        "date_added": "2008-03-01T09:12:33-08:00",
        "date_changed": "2024-07-19T02:40:01-07:00",
        "num_for_sale": pressing.have % 40,
        "lowest_price": round(lots.uniform(0.5, 60), 2) if pressing.have % 40 else None,
        "country": pressing.country,
        "notes": lots.choice(words.RELEASE_NOTES),
        "identifiers": _identifiers(lots, pressing),
        "videos": [],
        "tracklist": _tracklist(lots, summary),
        "extraartists": [],
        "images": _images(pressing),
        "estimated_weight": lots.randrange(60, 700),
        "blocked_from_sale": False,
    }
    if pressing.master_id:
        release["master_url"] = summary["master_url"]
    else:
        del release["master_id"]
    if year:
        month, day = lots.choice((("00", "00"), ("03", "00"), ("11", "15")))
        release["released"] = lots.choice((str(year), f"{year}-{month}-{day}"))
        release["released_formatted"] = str(year)
    return {key: value for key, value in release.items() if value not in ([], None) or key in _ALWAYS}


_ALWAYS = frozenset({"series", "companies", "extraartists", "lowest_price", "identifiers", "tracklist", "formats"})
"""Keys that stay when they are empty; all others are left out, as Discogs does."""


def _company(lots: random.Random) -> Document:
    number, (kind, kind_name) = lots.randrange(1, 400), lots.choice(words.COMPANY_KINDS)
    return {
        "name": f"{lots.choice(words.PLACES)} Works",
        "catno": "",
        "entity_type": kind,
        "entity_type_name": kind_name,
        "id": 800_000 + number,
        "resource_url": f"{API}/labels/{800_000 + number}",
    }


def _community(lots: random.Random, pressing: Pressing) -> Document:
    submitter = {"username": "invented", "resource_url": f"{API}/users/invented"}
    return {
        "have": pressing.have,
        "want": pressing.want,
        "rating": {"count": pressing.have // 5, "average": round(lots.uniform(2.5, 5), 2)},
        "submitter": submitter,
        "contributors": [submitter],
        "data_quality": "Correct",
        "status": "Accepted",
    }


def _identifiers(lots: random.Random, pressing: Pressing) -> list[Document]:
    found: list[Document] = [{"type": "Barcode", "value": code, "description": "Text"} for code in pressing.barcodes]
    catno = pressing.summary["labels"][0]["catno"]
    for side in "AB"[: lots.randrange(0, 3)]:
        found.append({"type": "Matrix / Runout", "value": f"{catno}-{side}1", "description": f"Side {side}"})
    return found


def _tracklist(lots: random.Random, summary: Document) -> list[Document]:
    count = 2 if any("Single" in f.get("descriptions", ()) for f in summary["formats"]) else lots.randrange(6, 14)
    return [
        {
            "position": f"{'AB'[place * 2 // count]}{place % ((count + 1) // 2) + 1}",
            "type_": "track",
            "title": f"{lots.choice(words.ADJECTIVES)} {lots.choice(words.NOUNS)}",
            "duration": f"{lots.randrange(1, 9)}:{lots.randrange(60):02d}" if lots.random() < 0.6 else "",
        }
        for place in range(count)
    ]


def _images(pressing: Pressing) -> list[Document]:
    if not pressing.summary["thumb"]:
        return []
    address = f"{IMAGES}/R-{pressing.id}-600.jpeg"
    return [
        {
            "type": "primary",
            "uri": address,
            "resource_url": address,
            "uri150": f"{IMAGES}/R-{pressing.id}-150.jpeg",
            "width": 600,
            "height": 600,
        }
    ]
