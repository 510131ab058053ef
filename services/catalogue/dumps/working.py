"""The second half of the reading process: from the notes to ranks and lists."""

from __future__ import annotations

from pathlib import Path

from services.catalogue.dumps import counts, links, ranks
from services.catalogue.dumps.lists import Lists
from services.catalogue.dumps.ranges import ranges
from services.catalogue.dumps.ranked import WORDS, found_in
from services.catalogue.dumps.wire import Outlet
from storage.catalogue.wording import APART, fill_apart

_MASTERS = 1 << 17
"""Masters that are put in order together."""


def work_out(scratch: Path, outlet: Outlet) -> None:
    """Tell the writing process what the notes in ``scratch`` come to: first what is found by words, then all nodes."""
    with links.opened(scratch) as db:
        links.load(db, scratch)
        outlet.say("numbers", str(ranks.numbers(db, scratch)))
        outlet.say("kinships", str(ranks.kinships(db, scratch)))
        for _ in counts.link(db):
            outlet.say("step")
        ranked = ranks.rank(db, scratch)
        outlet.say("ranked", [(int(kind), str(file)) for kind, file in ranked.items()])
        for part in ranges(db, "master", "id", _MASTERS):
            told = "id, coalesce(artist, ''), nullif(year, 0), nullif(main, 0)"
            cursor = db.execute(f"SELECT {told} FROM master WHERE {part:id} ORDER BY id")
            while rows := cursor.fetchmany(1 << 12):
                outlet.say("masters", rows)
        db.execute("SET threads = 1")  # from here on the writing process is busy on the other core
        db.execute("SET preserve_insertion_order = true")  # and rows have the numbers that they were sorted for
        for _ in counts.count(db):
            outlet.say("step")
        db.execute(f"SET memory_limit = '{links.LISTING}'")
        lists = Lists(db, lambda parts: outlet.say("parts", parts))
        for columns in lists.nodes():
            outlet.say("nodes", columns)
        outlet.say("listed")
        totals = links.totals(db)
    # What the database held is free for the words.
    apart = scratch / WORDS
    if apart.exists():
        files = [(kind, file) for kind, file in reversed(ranked.items()) if kind in APART]
        outlet.say("apart", [*map(int, fill_apart(apart, found_in(files)))])
    outlet.say("done", *totals)
