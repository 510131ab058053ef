"""The second half of the reading process: from the notes to ranks and lists."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from services.catalogue.dumps import links, ranks
from services.catalogue.dumps.lists import Lists
from services.catalogue.dumps.wire import Outlet


def work_out(scratch: Path, void: Sequence[int], outlet: Outlet) -> None:
    """Tell the writing process what the notes in ``scratch`` come to: first what is found by words, then all nodes."""
    with links.opened(scratch) as db:
        links.load(db, scratch, void)
        for _ in links.link(db):
            outlet.say("step")
        for kind, file in ranks.rank(db, scratch):
            outlet.say("ranked", kind, str(ranks.spelt(kind, file)))
        outlet.say("numbers", str(ranks.numbers(db, scratch)))
        outlet.say("kinships", str(ranks.kinships(db, scratch)))
        db.execute("SET threads = 1")  # from here on the writing process is busy on the other core
        for _ in links.count(db):
            outlet.say("step")
        cursor = db.execute("SELECT id, coalesce(artist, ''), nullif(year, 0), nullif(main, 0) FROM master ORDER BY id")
        while rows := cursor.fetchmany(1 << 12):
            outlet.say("masters", rows)
        lists = Lists(db, lambda parts: outlet.say("parts", parts))
        for rows in lists.nodes():
            outlet.say("nodes", rows)
        outlet.say("done", *links.totals(db))
