"""What the two processes share out, and what one hears of the other."""

from __future__ import annotations

import io
import os
import random
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
import pytest

from services.catalogue.dumps import process
from services.catalogue.dumps.filing import Filing
from services.catalogue.dumps.notes import Notes
from services.catalogue.dumps.packing import in_order
from services.catalogue.dumps.ranked import found_by
from services.catalogue.dumps.room import Room, shared
from services.catalogue.dumps.wire import Message, Outlet, heard
from services.catalogue.dumps.writing import Releases
from services.errors import StoreError
from storage.address import Address
from storage.catalogue.kinds import Kind
from storage.catalogue.wording import APART, Ranked, Wording, fill_apart, make_apart, statements_taking_over
from storage.migrate import migrate
from tests.services.catalogue.dumps import dump_files
from tests.stopped import what_comes

NAMES = {
    Kind.RELEASE: ["björk debut =bjorkdebut", "abba gold 1992 =abbagold"],
    Kind.ARTIST: ["björk =björk", "abba =abba", "!!! =!!!"],
    Kind.LABEL: ["gold =gold", "svek =svek"],
    Kind.MASTER: ["debut björk =debut", "gold abba =gold"],
}


def catalogue(file: Path) -> sqlite3.Connection:
    migrate(Address(file=file), "catalogue")
    return sqlite3.connect(file, isolation_level=None, uri=True)


def found(kind: Kind) -> list[tuple[Kind, Ranked]]:
    """What can be found of a kind, in two pieces."""
    tokens = NAMES[kind]
    names = [each.split()[0] if kind in (Kind.ARTIST, Kind.LABEL) else None for each in tokens]
    return [
        (kind, Ranked(1, [7], tokens[:1], names[:1])),
        (kind, Ranked(2, [*range(8, 7 + len(tokens))], tokens[1:], names[1:])),
    ]


def contents(db: sqlite3.Connection) -> list[list[tuple[object, ...]]]:
    """Everything that words are found by."""
    tables = ["SELECT * FROM ranking ORDER BY 1, 2", "SELECT * FROM spelling ORDER BY 1, 2, 3"]
    for kind in NAMES:
        db.execute(f"CREATE VIRTUAL TABLE temp.each_{kind.word} USING fts5vocab(main, {kind.word}_words, instance)")
        tables.append(f"SELECT term, doc FROM temp.each_{kind.word} ORDER BY 1, 2")
    return [db.execute(table).fetchall() for table in tables]


@pytest.mark.parametrize("apart", [(), (Kind.LABEL,), (Kind.ARTIST, Kind.MASTER), APART])
def test_it_is_the_same_whichever_process_indexes_a_kind(tmp_path: Path, apart: tuple[Kind, ...]) -> None:
    made: list[list[list[tuple[object, ...]]]] = []
    for which in ((), apart):
        with closing(catalogue(tmp_path / f"{len(made)}.db")) as db:
            aside = tmp_path / f"{len(made)}.apart"
            make_apart(aside, db)
            assert fill_apart(aside, [pair for kind in which for pair in found(kind)]) == [*which]
            wording = Wording(db.execute, db.executemany)
            for kind in NAMES:
                for _, piece in found(kind) if kind not in which else ():
                    wording.add(kind, piece)
            wording.end()
            db.execute("ATTACH ? AS apart", (str(aside),))
            for statement in statements_taking_over(which):
                db.execute(statement)
            made.append(contents(db))
    assert made[0] == made[1]
    assert ("g", 4, "gold", 3) in made[0][1]
    assert len(made[0][0]) == sum(map(len, NAMES.values()))


def test_words_are_given_to_the_first_who_asks(tmp_path: Path) -> None:
    file = tmp_path / "ranked_artist.tsv"
    file.write_text("3\tBjörk\n4\t!!!\n", encoding="utf-8")
    (first,) = found_by(Kind.ARTIST, file)
    assert (first.ids, first.names) == ([3, 4], ["Björk", "!!!"])
    assert [*found_by(Kind.ARTIST, file)] == []


def test_a_message_that_makes_no_sense_ends_the_import() -> None:
    """Not even if the process that says it lives on does anybody wait for more."""
    pipe = io.BytesIO()
    outlet = Outlet(pipe)
    outlet.say("step")
    second = pipe.tell()
    outlet.say("step")
    pipe.seek(second + 12)
    pipe.write(b"\xff")
    pipe.seek(0)
    said: Queue[Message] = Queue()
    with pytest.raises(ValueError, match="marshal"):
        process._listen(pipe, said)  # pyright: ignore[reportPrivateUsage]
    reader = process.Reader(said, io.BytesIO())
    assert reader.next(wait=True) == ("step",)
    with pytest.raises(StoreError, match="could not be read to their end"):
        reader.next(wait=True)


def test_a_process_that_is_stopped_while_it_speaks_says_all_of_it() -> None:
    saying = (
        "from services.catalogue.dumps.wire import Outlet\n"
        "outlet = Outlet.of_process()\n"
        "print('an aside')\n"
        "outlet.say('nodes', 'x' * (1 << 21), last=bytes(range(256)) * (1 << 13))\n"
        "outlet.say('done')\n"
    )
    said = list(heard(io.BytesIO(what_comes([sys.executable, "-c", saying]))))
    assert said == [("nodes", "x" * (1 << 21), bytes(range(256)) * (1 << 13)), ("done",)]


@pytest.fixture
def rooms() -> Iterator[tuple[Room, Room]]:
    """Both ends of one: who puts something there, and who reads it."""
    hears, says = os.pipe()
    with shared() as descriptor:
        if descriptor is None:
            pytest.skip("this system has no memory with a descriptor")
        both = Room(descriptor, hears), Room(descriptor, says)
    yield both
    for each in (hears, says):
        with suppress(OSError):
            os.close(each)


def test_long_values_go_through_a_room_and_others_beside_them(rooms: tuple[Room, Room]) -> None:
    pipe, (mine, theirs) = io.BytesIO(), rooms
    outlet = Outlet(pipe, mine)
    texts = [bytes([each]) * length for each, length in enumerate((5, 1 << 21, 1 << 22, 70))]
    for text in texts:
        outlet.say("releases", last=text)
    outlet.say("done")
    assert pipe.tell() < (1 << 22) + 1000, "only what is longer than a place goes through the pipe"
    pipe.seek(0)
    said = [*heard(pipe, theirs)]
    assert [bytes(last) for _, last in said[:-1]] == texts and said[-1] == ("done",)
    assert [isinstance(last, memoryview) for _, last in said[:-1]] == [True, True, False, True]


def test_a_room_is_full_until_places_are_given_back(rooms: tuple[Room, Room]) -> None:
    mine, theirs = rooms
    texts = [bytes([each]) * 1000 for each in range(6)]
    places = [mine.put(text) for text in texts[:4]]
    assert mine.is_full() and sorted(places) == [0, 1, 2, 3]
    for place, text in zip(places, texts[:2], strict=False):
        assert theirs.at(place, 1000) == text
        theirs.give_back()
    assert not mine.is_full()
    assert [mine.put(text) for text in texts[4:]] == places[:2]
    assert mine.is_full()
    for place, text in zip((*places[2:], *places[:2]), texts[2:], strict=True):
        assert theirs.at(place, 1000) == text


def test_a_place_is_given_back_when_the_next_message_is_asked_for(rooms: tuple[Room, Room]) -> None:
    mine, theirs = rooms
    said: Queue[Message] = Queue()
    reader = process.Reader(said, io.BytesIO(), theirs)
    for text in (b"one", b"two", b"three", b"four"):
        said.put(("releases", theirs.at(mine.put(text), len(text))))
    for text in (b"one", b"two"):
        assert mine.is_full()
        message = reader.next(wait=True)
        assert message is not None and message[1] == text
    assert not mine.is_full()
    mine.put(b"five")
    assert mine.is_full(), "only what was read is given back"


def test_nobody_waits_for_room_that_nobody_gives_back(rooms: tuple[Room, Room]) -> None:
    mine, theirs = rooms
    for _ in range(4):
        mine.put(b"text")
    os.close(theirs.returned)
    with pytest.raises(BrokenPipeError):
        mine.put(b"text")


def test_places_given_back_to_nobody_are_no_mistake(rooms: tuple[Room, Room]) -> None:
    mine, theirs = rooms
    os.close(mine.returned)
    theirs.give_back()


def test_elements_are_kept_alike_whichever_process_packs_them(tmp_path: Path) -> None:
    """In order or not, and when the other process is behind now and then."""
    ids = [*range(1, 400), 350, *range(500, 700), 20, 21, *range(800, 1000)]
    pieces = [ids[start : start + 130] for start in range(0, len(ids), 130)]
    kept: list[tuple[list[tuple[int, bytes]], dict[int, bytes]]] = []
    for behind in (set[int](), {0, 1, 2, 3, 4, 5, 6}, {1, 4}):
        said: list[Any] = []
        outlet = Outlet(io.BytesIO())
        outlet.say = lambda *message, last=b"", said=said: said.append((*message, *([last] if last else [])))  # type: ignore[method-assign]
        outlet.is_held_up = lambda said=said, behind=behind: len(said) in behind  # type: ignore[method-assign]
        scratch = tmp_path / str(len(kept))
        scratch.mkdir()
        notes = Notes(scratch)
        filing = Filing(notes, outlet)
        for piece in pieces:
            filing.file("".join(map(dump_files.release, piece)).encode())
        notes.close()
        loader = Kept()
        releases = Releases(loader, io.StringIO())  # type: ignore[arg-type]
        for _, *told in said:
            releases.write(*told)
        releases.finish()
        packed = {at for at, (_, _, _, values, *_) in enumerate(said) if values}
        assert packed == behind - {3, 4}, "where any is out of order, all go as they are"
        kept.append((loader.rows, loader.strays))
    assert kept[0] == kept[1] == kept[2]
    assert {350, 20, 21} <= kept[0][1].keys()


class Kept:
    """A generation that only keeps elements."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, bytes]] = []
        self.strays: dict[int, bytes] = {}

    def releases(self, columns: Any) -> None:
        assert all(len([*column]) for column in columns)

    def details(self, first: int, records: bytes) -> None:
        self.rows.append((first, records))

    def revise_details(self, elements: Iterable[tuple[int, bytes]], _compress: object) -> None:
        self.strays.update(elements)


@pytest.mark.parametrize("widest", [1 << 8, 1 << 20, (1 << 32) - 1])
def test_entries_are_in_order_whether_they_fit_in_one_number_or_not(widest: int) -> None:
    drawn = random.Random(widest)
    rows = [
        (drawn.randrange(1 << 30), (drawn.randrange(widest) << 32) | drawn.randrange(1 << 32)) for _ in range(5000)
    ] + [(7, entry) for entry in (0, 1, (1 << 64) - 1)]
    node, entry = np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], np.uint64)
    nodes, entries = in_order(node, entry)
    assert [*zip(nodes.tolist(), entries.tolist(), strict=True)] == sorted(rows)
    few = in_order(node[:1], entry[:1])
    assert (few[0].tolist(), few[1].tolist()) == ([rows[0][0]], [rows[0][1]])
    assert not len(in_order(node[:0], entry[:0])[0])
