"""What people do with an invented catalogue: collect, want, and not be alone there."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from . import words
from .catalogue import Pressing
from .grades import GRADES, SLEEVE_GRADES
from .listings import DRAFT, EXPIRED, FOR_SALE, SOLD, VIOLATION
from .world import MEDIA, NOTES, SLEEVE, World

_NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
_YEARS_OF_COLLECTING = 15
_WANTS, _FULFILLED = 30, 6
"""Wants of releases that are not owned, and of such that are: bought, and not taken off the list."""
_SELLING = (FOR_SALE,) * 12 + (DRAFT,) * 6 + (SOLD,) * 3 + (EXPIRED,) * 2 + (VIOLATION,)
"""The states of what is, was or may be for sale."""
_NEIGHBOUR_RECORDS = 25


def collect(lots: random.Random, world: World, pressings: Sequence[Pressing], records: int) -> None:
    """Years of collecting: folders, copies (some twice), ratings, grades, notes."""
    folders = [1, *(world.add_folder(name) for name in words.FOLDERS)]
    owned = lots.sample(pressings, records)
    copies = owned + [lots.choice(owned) for _ in range(records // 25)]
    lots.shuffle(copies)
    span = timedelta(days=365 * _YEARS_OF_COLLECTING) / max(1, len(copies))
    added = _NOW - span * (len(copies) + 1)
    for pressing in copies:
        added += span * lots.uniform(0.2, 1.0)
        folder = lots.choices(folders, [50] + [10] * (len(folders) - 1))[0]
        instance = world.add(folder, pressing.id, added.replace(microsecond=0))
        if lots.random() < 0.6:
            instance.notes |= {MEDIA: lots.choice(GRADES[:5]), SLEEVE: lots.choice(GRADES[:6])}
        if lots.random() < 0.1:
            instance.notes[NOTES] = lots.choice(words.COPY_NOTES)
        if lots.random() < 0.4:
            world.rate(pressing.id, lots.randrange(1, 6))


def wish(world: World, seed: int) -> None:
    """A few dozen wants, some with notes and a rating; the oldest has no date, as happens on Discogs."""
    lots = random.Random(f"wants {seed} {world.user_id}")
    owned = sorted({instance.release_id for instance in world.instances.values()})
    missing = sorted(world.catalogue.pressings.keys() - owned)
    wanted = lots.sample(missing, min(_WANTS, len(missing))) + lots.sample(owned, min(_FULFILLED, len(owned)))
    lots.shuffle(wanted)
    for age, release_id in enumerate(wanted):
        added = _NOW - timedelta(days=11 * (len(wanted) - age), minutes=lots.randrange(1440))
        want = world.want(release_id, added if age else None)
        if lots.random() < 0.3:
            want.notes = lots.choice(words.WANT_NOTES)
        if lots.random() < 0.3:
            want.rating = lots.randrange(1, 6)


def offer(world: World, seed: int) -> None:
    """Two dozen listings (fewer in a small collection) in every state, posted over the last months."""
    lots = random.Random(f"listings {seed} {world.user_id}")
    owned = sorted({instance.release_id for instance in world.instances.values()})
    offered = lots.sample(owned, min(len(_SELLING), len(owned) // 2))
    for age, (release_id, status) in enumerate(zip(offered, _SELLING, strict=False)):
        wanted = {
            "release_id": release_id,
            "condition": lots.choice(GRADES[:5]),
            "sleeve_condition": lots.choice(SLEEVE_GRADES),
            "price": round(lots.uniform(2, 80), 2),
            "comments": lots.choice(("", *words.COPY_NOTES)),
            "location": f"Shelf {lots.randrange(1, 9)}",
            "external_id": f"crate-{age}" if lots.random() < 0.5 else "",
            "allow_offers": lots.random() < 0.5,
        }
        listing = world.inventory.create(wanted, world.catalogue.pressings)
        listing.status = status
        listing.posted = _NOW - timedelta(days=9 * (len(offered) - age), minutes=lots.randrange(1440))


def neighbours(world: World) -> list[World]:
    """The others in the Discogs of ``world``: one, who keeps the wantlist private and has nothing to sell."""
    digger = World(
        world.catalogue, username="second_digger", token="second-token-not-a-secret", number=2, currency="GBP"
    )
    digger.private.add("wants")
    digger.inventory.is_open = False
    pressings = list(world.catalogue.pressings.values())
    collect(random.Random("second_digger"), digger, pressings, min(_NEIGHBOUR_RECORDS, len(pressings)))
    wish(digger, 1)
    return [digger]
