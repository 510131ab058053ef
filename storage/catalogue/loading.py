"""Filling a new generation of the catalogue, row by row in the order of the tables.

The new file is nobody's catalogue until it is complete, and is thrown away if it never is. So it is written without a
journal, which would only write everything twice; it is on the disk whole before :meth:`Loader.finish` returns.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from storage.address import Address
from storage.catalogue import details
from storage.catalogue.database import SqliteDatabase
from storage.catalogue.kinds import Kind
from storage.catalogue.wording import Ranked, Wording, make_apart, statements_taking_over
from storage.migrate import migrate

PAGE = 8192
"""Bytes of a page: less of it is lost to margins than of SQLite's usual 4096, and a list fits more often; one of twice as many
takes longer to come from a cold disk."""
_CACHE_KIB = 8192
_LATE = {"release": "ix_release_title ON release (title)", "node": "ix_node_name ON node (kind, name)"}
"""Indexes that are built in one sweep when all rows of their tables are there."""
_STEPS = 100_000
_BOUND = "nullif(?, '')"
Rows = Iterable[tuple[Any, ...]]
Columns = Sequence[Iterable[Any]]


class Loader:
    """A new generation that is being filled. Blocking; lives in one thread.

    ``live`` is the generation it may take the place of. ``asked`` is called now and then, also during long statements, and
    raises what shall end them. Raises :class:`sqlite3.Error`.
    """

    def __init__(self, file: Path, live: Path, asked: Callable[[], None]) -> None:
        self.file = file
        self._live = live
        self._words = Wording(self._execute, self._many)
        with closing(sqlite3.connect(file)) as fresh:
            fresh.execute(f"PRAGMA page_size={PAGE}")
            fresh.execute("PRAGMA journal_mode=WAL")
        migrate(Address(file=file), "catalogue")
        file.with_name(f"{file.name}.lock").unlink(missing_ok=True)
        self.database = SqliteDatabase(file, reading=False)
        self._raised: BaseException | None = None
        self._asked = asked
        self._run = self.database.connection
        self._run.set_progress_handler(self._pause, _STEPS)
        # Sorts for the indexes go to files beyond the size of the cache, and do not grow with the catalogue.
        for pragma in ("main.journal_mode=OFF", "main.synchronous=OFF", "temp_store=FILE", f"cache_size=-{_CACHE_KIB}"):
            self._run.execute(f"PRAGMA {pragma}").fetchall()
        for index in _LATE.values():
            self._run.execute(f"DROP INDEX {index.split()[0]}")
        self._run.execute("BEGIN")

    def releases(self, columns: Columns) -> None:
        """Columns of ``release``; a release that came before is replaced."""
        *others, artists, labels, tags, credits, met_at = columns
        rows = zip(*others, *map(_bound, (artists, labels, tags, credits)), _bound(met_at), strict=True)
        self._many(
            f"INSERT OR REPLACE INTO release VALUES ({'?,' * 9} {_BOUND}, {_BOUND}, {_BOUND}, {_BOUND}, {_BOUND})", rows
        )

    def details(self, first: int, records: bytes) -> None:
        """A row of ``detail``, by ascending ``first``."""
        self._run.execute("INSERT INTO detail VALUES (?, ?)", (first, records))

    def revise_details(self, elements: Iterable[tuple[int, bytes]], compress: details.Compress) -> None:
        """Elements that came out of their order, or again."""
        details.revise(self.database, elements, compress)

    def index_releases(self) -> None:
        """After the last of :meth:`releases`."""
        self._execute(f"CREATE INDEX {_LATE['release']}")

    def masters(self, rows: Rows) -> None:
        """Rows of ``master``."""
        self._many("INSERT INTO master VALUES (?,?,?,?)", rows)

    def index_nodes(self) -> None:
        """After the last of :meth:`nodes`."""
        self._execute(f"CREATE INDEX {_LATE['node']}")

    def nodes(self, columns: Columns) -> None:
        """Columns of ``node``."""
        keys, kinds, names, *lists = columns
        bound = zip(keys, kinds, names, *map(_bound, lists), strict=True)
        self._many(f"INSERT INTO node VALUES (?, ?, ?, {', '.join([_BOUND] * len(lists))})", bound)

    def parts(self, rows: Rows) -> None:
        """Rows of ``part``."""
        self._many("INSERT INTO part VALUES (?,?,?,?)", rows)

    def kinships(self, rows: Rows) -> None:
        """Rows of ``kinship``, in order."""
        self._many("INSERT INTO kinship VALUES (?,?,?)", rows)

    def numbers(self, rows: Rows) -> None:
        """Rows of ``number``, in order."""
        self._many("INSERT INTO number VALUES (?,?)", rows)

    def begin_words(self, apart: Path) -> None:
        """Before the first :meth:`words`. Some kinds may come in the file ``apart``, which this makes."""
        make_apart(apart, self._run)

    def words(self, kind: Kind, found: Ranked) -> None:
        """What can be found of the kinds that do not come apart, one after the other, by ascending rank."""
        self._words.add(kind, found)

    def end_words(self) -> None:
        """After the last :meth:`words`."""
        self._words.end()

    def take_words(self, apart: Path, kinds: Iterable[Kind]) -> None:
        """The kinds that came apart, at the end."""
        with self._attached("apart", apart):
            for statement in statements_taking_over(kinds):
                self._execute(statement)

    def copy_live(self, tables: Iterable[str]) -> None:
        """All rows of ``tables`` out of the live catalogue."""
        with self._attached("live", self._live):
            for table in tables:
                self._execute(f"INSERT INTO main.{table} SELECT * FROM live.{table}")

    @contextmanager
    def _attached(self, name: str, file: Path) -> Generator[None]:
        """With another database beside this one, to be read."""
        self._run.execute("COMMIT")
        self._run.execute(f"ATTACH ? AS {name}", (f"{file.resolve().as_uri()}?mode=ro",))
        self._run.execute("BEGIN")
        yield
        self._run.execute("COMMIT")
        self._run.execute(f"DETACH {name}")
        self._run.execute("BEGIN")

    def source(self, row: tuple[Any, ...]) -> None:
        """A row of ``source``."""
        self._run.execute("INSERT INTO source VALUES (?,?,?,?,?,?,?)", row)

    def count(self, table: str) -> int:
        """How many rows there are."""
        row = self.database.row(f"SELECT count(*) FROM {table}")
        return 0 if row is None else row[0]

    def index(self) -> None:
        """Tell the planner what is there."""
        self._execute("ANALYZE")

    def finish(self) -> None:
        """Everything is on the disk, in a file as any process may open it."""
        self._run.set_progress_handler(None, 0)
        self._run.execute("COMMIT")
        self._run.execute("PRAGMA journal_mode=WAL").fetchall()
        self.database.close()
        descriptor = os.open(self.file, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Give up."""
        self.database.close()

    def _many(self, statement: str, rows: Rows) -> None:
        try:
            self._run.executemany(statement, rows)
        except sqlite3.OperationalError:
            self._reraise()
            raise

    def _execute(self, statement: str, values: tuple[Any, ...] = ()) -> None:
        try:
            self._run.execute(statement, values).fetchall()
        except sqlite3.OperationalError:
            self._reraise()
            raise

    def _pause(self) -> int:
        try:
            self._asked()
        except BaseException as raised:  # noqa: BLE001 SQLite's own code is in between: raised again behind it
            self._raised = raised
            return 1
        return 0

    def _reraise(self) -> None:
        if self._raised is not None:
            raised, self._raised = self._raised, None
            raise raised


def _bound(column: Iterable[bytes | str | None]) -> list[bytearray | str]:
    """Values as :data:`_BOUND` takes them: for ``bytes`` and None, Python looks for an adapter each time, which takes longer than
    anything else of a row."""
    return [bytearray(each) if isinstance(each, bytes) else each or "" for each in column]
