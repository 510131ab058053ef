"""What is not as it must be is found, whatever it is, and what is sound is not complained of."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.catalogue import generation, growth, probes, verification
from storage.catalogue.database import Database
from storage.catalogue.kinds import Kind, Relation, key_of
from storage.catalogue.packed import Entries, pack, unpack
from storage.catalogue.verification import Step, Verified, verify
from storage.engine import Storage
from tests.storage.catalogue import naive

pytestmark = pytest.mark.usefixtures("short_parts")


@pytest.fixture
async def filled(storage: Storage) -> Storage:
    """A catalogue whose longest lists are cut, with relatives."""
    entries = naive.invented(60, seed=11)

    def fill(db: Database) -> None:
        growth.apply(db, entries)
        for relation in (Relation.GROUP, Relation.MEMBER):
            number = 1 if relation is Relation.GROUP else 2
            db.do("INSERT INTO kinship VALUES (?, ?, ?)", (key_of(Kind.ARTIST, number), int(relation), 3 - number))

    await storage.catalogue.write(fill)
    return storage


def look(storage: Storage, seconds: float | None = None) -> Verified:
    return verify(storage.catalogue.address, seconds=seconds)


def said(found: Verified) -> str:
    return "\n".join(f"{each.about}: {each.text}" for each in found.findings)


def turned_round(db: Database, key: int) -> None:
    """Give the first two releases of a node each other's place."""
    row = db.row("SELECT entries FROM part WHERE key = ? AND list = 0 AND number = 0", (key,))
    assert row is not None
    found = unpack(row[0])
    assert isinstance(found, Entries)
    ids, marks = list(found.ids), list(found.marks)
    ids[:2], marks[:2] = ids[1::-1], marks[1::-1]
    db.do("UPDATE part SET entries = ? WHERE key = ? AND list = 0 AND number = 0", (pack(Entries(ids, marks)), key))


def flip(file: Path, place: int) -> None:
    """Turn all bits of one byte of a file."""
    content = bytearray(file.read_bytes())
    content[place] ^= 0xFF
    file.write_bytes(content)


def longest(db: Database) -> int:
    """The genre with the longest list of releases."""
    row = db.row("SELECT key FROM part WHERE list = 0 GROUP BY key ORDER BY count(*) DESC, key LIMIT 1")
    assert row is not None
    return row[0]


async def test_a_sound_catalogue_has_no_findings(filled: Storage) -> None:
    found = look(filled)
    assert (said(found), found.is_sound, list(found.unfinished)) == ("", True, [])
    assert found.looked[Step.RELEASES] == 60
    assert found.looked[Step.NODES] > 40


async def test_an_empty_catalogue_is_sound(storage: Storage) -> None:
    assert look(storage).is_sound


DAMAGE: dict[str, tuple[Callable[[Database], object], str]] = {
    "a part that is gone": (
        lambda db: db.do("DELETE FROM part WHERE key = ? AND list = 0 AND number = 1", (longest(db),)),
        "parts where its directory names",
    ),
    "a part that is empty": (
        lambda db: db.do(
            "UPDATE part SET entries = ? WHERE key = ? AND list = 0 AND number = 1",
            (pack(Entries([4], [1999])), longest(db)),
        ),
        "entries where its directory says",
    ),
    "an order that is broken": (lambda db: turned_round(db, longest(db)), "is not in its order"),
    "a part that is noise": (
        lambda db: db.do(
            "UPDATE part SET entries = ? WHERE key = ? AND list = 0 AND number = 0", (b"XYZ", longest(db))
        ),
        "it holds what cannot be read",
    ),
    "parts of nobody": (
        lambda db: db.do("DELETE FROM node WHERE key = ?", (longest(db),)),
        "there are parts of its lists, but it is not there",
    ),
    "years that are not counted": (
        lambda db: db.do("UPDATE node SET years = NULL WHERE key = ?", (longest(db),)),
        "its releases by year are not what its list of releases says",
    ),
    "a release that is gone": (lambda db: db.do("DELETE FROM release WHERE id = 30"), "releases that are not there"),
    "a label that forgot its artists": (
        lambda db: db.do("UPDATE node SET artists = NULL WHERE key = ?", (key_of(Kind.LABEL, 1),)),
        "but does not say so itself",
    ),
    "an artist that forgot its releases": (
        lambda db: db.do("UPDATE node SET releases = NULL WHERE key = ?", (key_of(Kind.ARTIST, 1),)),
        "artist 1 does not list it",
    ),
    "an artist that forgot its credits": (
        lambda db: db.do("UPDATE node SET credits = NULL WHERE key = ?", (key_of(Kind.ARTIST, 1),)),
        "artist 1 is credited on it, but does not say so",
    ),
    "a rank that is missing": (
        lambda db: db.do("DELETE FROM ranking WHERE kind = 6 AND rank = 5"),
        "the ranks of releases: ",
    ),
    "a name that is not found": (
        lambda db: db.do("UPDATE node SET name = 'Somebody Else' WHERE key = ?", (key_of(Kind.ARTIST, 1),)),
        "it is not found by its name",
    ),
    "another name beside a rank": (
        lambda db: db.do("UPDATE ranking SET name = 'Somebody Else' WHERE kind = 0 AND id = 1"),
        "it is not found by its name",
    ),
    "a relative that forgot": (
        lambda db: db.do("DELETE FROM kinship WHERE key = ?", (key_of(Kind.ARTIST, 2),)),
        "but does not say so",
    ),
    "details that are noise": (
        lambda db: db.do("INSERT INTO detail VALUES (1, ?)", (b"noise",)),
        "the details from release 1 on: it holds what cannot be read",
    ),
    "a dump that is not there": (
        lambda db: db.do(
            "INSERT INTO source VALUES ('releases', 'releases.xml', NULL, NULL, 5000, 0, '2026-01-01T00:00:00Z')"
        ),
        "releases.xml had 5,000, but only 60 are there",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_damage_is_found(filled: Storage, damage: str) -> None:
    harm, expected = DAMAGE[damage]
    await filled.catalogue.write(harm)
    found = look(filled)
    assert not found.is_sound
    assert expected in said(found)


async def test_a_search_index_that_contradicts_itself_is_found(filled: Storage) -> None:
    file = filled.catalogue.address.file
    if file is None:
        pytest.skip("PostgreSQL keeps no index of its own making")

    longest_leaf = "SELECT id FROM release_words_data WHERE id > 10 ORDER BY length(block) DESC LIMIT 1"
    await filled.catalogue.write(lambda db: db.do(f"DELETE FROM release_words_data WHERE id = ({longest_leaf})"))
    assert "the search index of releases: it contradicts itself" in said(look(filled))


async def test_a_byte_that_flipped_in_the_file_is_found(filled: Storage) -> None:
    file = filled.catalogue.address.file
    if file is None:
        pytest.skip("a server looks after its own files")

    def gone(db: Database) -> int:
        row = db.row("SELECT rootpage FROM sqlite_master WHERE name = 'ix_node_name'")
        size = db.row("PRAGMA page_size")
        assert row is not None and size is not None
        return (row[0] - 1) * size[0]

    place = await filled.catalogue.read(gone)
    await filled.catalogue.write(lambda db: db.do("DELETE FROM kinship WHERE key = -1"))
    filled.catalogue.close()
    flip(generation.live(file), place)
    assert not look(filled).is_sound


async def test_findings_are_counted_also_when_they_are_too_many_to_tell(
    filled: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "FINDINGS_KEPT", 3)
    await filled.catalogue.write(lambda db: db.do("DELETE FROM ranking"))
    found = look(filled)
    assert len(found.findings) == 3
    assert found.found > 50


async def test_a_limit_of_time_is_kept_and_what_was_not_looked_at_is_named(filled: Storage) -> None:
    before = time.monotonic()
    found = look(filled, seconds=0.001)
    assert time.monotonic() - before < 5
    assert found.unfinished
    assert found.is_sound


async def test_a_search_index_that_takes_too_long_is_named(filled: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    if filled.catalogue.address.file is None:
        pytest.skip("a server looks after its own indexes")
    monkeypatch.setattr(probes, "INDEX_SECONDS", -1.0)
    monkeypatch.setattr(probes, "_STEPS", 1)
    found = look(filled, seconds=None)
    assert (said(found), list(found.unfinished)) == ("", [Step.WORDS])


async def test_a_large_catalogue_is_looked_at_here_and_there(filled: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("_SMALL", 20), ("_TOGETHER", 10), ("_PLACES", 4)):
        monkeypatch.setattr(verification, name, value)
    found = look(filled, seconds=60)
    assert (said(found), list(found.unfinished)) == ("", [])
    assert 0 < found.looked[Step.RELEASES] <= 40


async def test_it_ends_when_it_is_asked_to(filled: Storage) -> None:
    class Enough(Exception):
        pass

    def asked() -> None:
        raise Enough

    with pytest.raises(Enough):
        verify(filled.catalogue.address, seconds=None, asked=asked)
