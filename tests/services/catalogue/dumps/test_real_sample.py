"""A thousand real records of each kind."""

from __future__ import annotations

import gzip
from pathlib import Path

from lxml import etree

from services.catalogue.dumps.files import DumpKind
from services.catalogue.dumps.lifting import Lifted
from storage.catalogue import details, search
from storage.catalogue.door import Catalogue
from storage.catalogue.kinds import Kind, key_of
from tests.services.catalogue.dumps.conftest import Importer
from tests.services.catalogue.dumps.test_tolerance import filed
from tests.storage.catalogue import naive


def test_lifting_and_parsing_say_the_same_of_every_release(fixtures: Path) -> None:
    text = gzip.decompress(next((fixtures / "discogs/dumps").glob("*releases*")).read_bytes())
    text = text[text.find(b"<release ") : text.rfind(b"</releases>")].rstrip()
    assert Lifted(text).usual.tolist() == [True] * 1000
    assert filed(text) == filed(text.replace(b"<release ", b"<x/><release "))


async def test_the_sample_is_imported_whole(fixtures: Path, catalogue: Catalogue, importing: Importer) -> None:
    folder = fixtures / "discogs/dumps"
    found = importing(folder)
    assert found.counts == dict.fromkeys(DumpKind, 1000)
    assert not any(found.skipped.values())
    lists = await catalogue.read(naive.stored)
    names = dict(await catalogue.read(lambda db: db.rows("SELECT key, name FROM node")))
    assert names[key_of(Kind.ARTIST, 1)] == "The Persuader"
    assert names[key_of(Kind.LABEL, 5)] == "Svek"
    by, on = _counted(folder)
    assert {number: len(lists[key_of(Kind.ARTIST, number)]["releases"]) for number in by} == by
    assert {number: len(lists[key_of(Kind.LABEL, number)]["releases"]) for number in on} == on
    element = await catalogue.read(lambda db: details.element(db, 1))
    assert element is not None and etree.fromstring(element).findtext("tracklist/track[2]/title") == "Vasastaden"
    assert 1 in await catalogue.read(lambda db: search.with_number(db, "sk032", 10))


def _counted(folder: Path) -> tuple[dict[int, int], dict[int, int]]:
    """On how many releases every artist and every label is, the long way."""
    by: dict[int, int] = {}
    on: dict[int, int] = {}
    with gzip.open(next(folder.glob("*releases*"))) as dump:
        for release in etree.parse(dump).getroot():
            for number in {int(each.text or 0) for each in release.iterfind("artists/artist/id")} - {0}:
                by[number] = by.get(number, 0) + 1
            for number in {int(each.get("id") or 0) for each in release.iterfind("labels/label")} - {0}:
                on[number] = on.get(number, 0) + 1
    return by, on
