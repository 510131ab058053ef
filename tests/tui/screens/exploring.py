"""An invented catalogue to wander in, and the Explore page over it: a label with its artists, someone further away, and one
whose names are hostile.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from storage import accounts, records
from storage.catalogue import growth
from storage.engine import open_storage
from storage.values import Credit, Format, LabelLine, NewRecord, RecordFacts, ReleaseEntry, ReleaseId
from tests.tui.screens.conftest import HOSTILE, opened, screen_text, until
from tui.app import LockgrooveApp
from tui.screens.explore import ExplorePage

LENA, OTTO, THE_DOCKERS, NADIA, FAR = (
    Credit(11, "Lena Vargo"),
    Credit(12, "Otto Brandt"),
    Credit(13, "The Dockers"),
    Credit(14, "Nadia Quell (2)"),
    Credit(15, "Farida Soun"),
)
AZURE, QUAY = LabelLine(21, "Azure Room", "AZ 100"), LabelLine(22, "Quay Records", "QUAY 7")
OWNED = (101, 103)
"""What a library has of it where nothing else is said."""
LONG = 600
"""Releases of the genre that has many."""


def entry(
    number: int,
    title: str,
    *by: Credit,
    credits: Sequence[Credit] = (),
    label: LabelLine = AZURE,
    year: int | None = 1999,
    formats: tuple[str, ...] = ("Vinyl", "LP"),
    genres: tuple[str, ...] = ("Jazz",),
    styles: tuple[str, ...] = ("Modal",),
    master: int | None = None,
) -> ReleaseEntry:
    """A release as the catalogue files it."""
    return ReleaseEntry(
        ReleaseId(number),
        title,
        ", ".join(each.name for each in by),
        year,
        "Norway",
        ", ".join(formats),
        master,
        by,
        tuple(credits),
        (LabelLine(label.id, label.name, f"{label.catno}-{number}"),),
        genres,
        styles,
        formats,
    )


def catalogue() -> list[ReleaseEntry]:
    """Lena on Azure Room, alone, with Otto and with Nadia; the Dockers on Quay with Otto; Farida with one of the Dockers'
    people only. Electronic is long."""
    known = [
        entry(101, "Slow Harbour", LENA, year=1959, master=900),
        entry(102, "Slow Harbour", LENA, year=1988, formats=("CD",), master=900),
        entry(103, "Lantern Songs", LENA, OTTO, year=1961),
        entry(104, "Night Ferry", LENA, credits=(NADIA,), year=1963, styles=("Modal", "Free Jazz")),
        entry(105, "Two Rivers", LENA, OTTO, year=1963, formats=("Vinyl", '7"')),
        entry(106, "Undated", LENA, year=None),
        entry(201, "Breakwater", THE_DOCKERS, OTTO, label=QUAY, year=1979, genres=("Rock",), styles=("Dub",)),
        entry(202, "Tideline", THE_DOCKERS, credits=(FAR,), label=QUAY, year=1981, genres=("Rock",), styles=("Dub",)),
        entry(203, "Soundings", FAR, label=QUAY, year=1990, genres=("Rock",), styles=("Dub",)),
    ]
    many = [
        entry(
            1000 + n,
            f"Signal {n:03}",
            Credit(1000 + n % 40, f"Voltage {n % 40:02}"),
            label=LabelLine(40 + n % 5, f"Relay {n % 5}", f"R{n % 5}"),
            year=1990 + n % 30,
            genres=("Electronic",),
            styles=("Techno",),
        )
        for n in range(LONG)
    ]
    return known + many


def hostile() -> list[ReleaseEntry]:
    """Foreign text of every awkward kind in every name."""
    artist = Credit(500, "Awkward")
    return [
        entry(
            5000 + n,
            text,
            artist,
            Credit(510 + n, text),
            credits=(Credit(530 + n, f"{text} too"),),
            label=LabelLine(550 + n, text, text),
            genres=("Jazz", text),
            styles=(text,),
            formats=(text,),
            year=1990 + n,
        )
        for n, text in enumerate(HOSTILE)
    ]


async def stock(data_dir: Path, entries: Sequence[ReleaseEntry], *owned: int) -> None:
    """Put ``entries`` into the catalogue, and records of the ``owned`` ones into the library."""
    data_dir.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240
    library, store = f"sqlite:///{data_dir / 'library.db'}", f"sqlite:///{data_dir / 'catalogue.db'}"
    async with open_storage(library, store) as storage:
        await storage.catalogue.write(lambda db: growth.apply(db, entries))
        async with storage.write() as conn:
            owner = await accounts.ensure_owner(conn)
            facts = [
                RecordFacts(
                    each.artist,
                    each.title,
                    each.year,
                    each.labels[0].name,
                    each.labels[0].catno,
                    each.id,
                    genres=each.genres,
                    styles=each.styles,
                    formats=(Format("Vinyl", 1, None, ("LP",)),),
                )
                for each in entries
                if each.id in owned
            ]
            await records.add_many(conn, owner.id, [NewRecord(fact, "manual") for fact in facts])


def page(app: LockgrooveApp) -> ExplorePage:
    assert isinstance(app.page, ExplorePage)
    return app.page


def trail(app: LockgrooveApp) -> str:
    """The line of the way; empty before the page stands."""
    shown = screen_text(app).split("\n")
    return shown[1].strip() if len(shown) > 1 else ""


def lines(app: LockgrooveApp) -> list[str]:
    """The titles of the list that is shown, as far as they are on the screen."""
    table = page(app).table
    rows = [table.source.row(place) for place in range(min(table.count, table.size.height - 1))]
    return [row.title.strip() for row in rows if row is not None]


@asynccontextmanager
async def wandering(
    data_dir: Path,
    *start: str,
    size: tuple[int, int] = (80, 24),
    entries: Sequence[ReleaseEntry] | None = None,
    owned: Sequence[int] = OWNED,
) -> AsyncGenerator[tuple[LockgrooveApp, Pilot[int]]]:
    """The page over the invented catalogue; with ``start`` that name is opened."""
    await stock(data_dir, catalogue() if entries is None else entries, *owned)
    async with opened(data_dir, size) as (app, pilot):
        await pilot.press("6")
        await until(pilot, lambda: "to wander in" in screen_text(app), "the places to begin")
        for name in start:
            await pick(app, pilot, name)
        yield app, pilot


async def pick(app: LockgrooveApp, pilot: Pilot[int], name: str) -> None:
    """Type ``name`` into the prompt and take the first of what it may mean."""
    await pilot.press(*name, "enter")
    await until(pilot, lambda: not page(app).is_picking, f"{name} to be opened")
    await settled(app, pilot)


async def settled(app: LockgrooveApp, pilot: Pilot[int]) -> None:
    """Until the list that is shown has its lines."""
    await until(pilot, lambda: not page(app).table.source.is_loading, "the list")
    await pilot.pause()
