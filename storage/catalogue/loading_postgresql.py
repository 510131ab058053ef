"""Filling a new generation of the catalogue on a server: COPY into the tables of a schema beside the live one.

All in one transaction, so that nothing is left of an import that was ended but a schema of empty tables.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from storage.address import Address
from storage.catalogue import details
from storage.catalogue.database import PostgresqlDatabase
from storage.catalogue.door import SCHEMA, connect_server
from storage.catalogue.kinds import SEARCHABLE, Kind
from storage.catalogue.loading import Rows
from storage.catalogue.wording import Ranked
from storage.catalogue.words import EXACTLY
from storage.migrate import create_catalogue

_TYPES = {
    "release": "int8 text text int4 text text text text int8 bytea bytea bytea bytea text",
    "stray": "int8 int8 text text int4 text text text text int8 bytea bytea bytea bytea text",
    "detail": "int8 bytea",
    "master": "int8 text int4 int8",
    "node": "int8 int2 text bytea bytea bytea bytea bytea bytea",
    "part": "int8 int2 int4 bytea",
    "kinship": "int8 int2 int8",
    "number": "text int8",
    "ranking": "int2 int8 int8 text text",
}
_TITLES, _NAMES = "ix_release_title", "ix_node_name"
_LATE = {
    **{
        f"ix_ranking_{kind.word}": "ON ranking USING gin (array_to_tsvector(string_to_array(tokens, ' ')))"
        f" WHERE kind = {int(kind)}"
        for kind in SEARCHABLE
    },
}
"""Indexes that are built at the end, in one sweep."""
_SETTINGS = {
    "maintenance_work_mem": "128MB",
    "client_connection_check_interval": "1s",  # a statement of minutes ends soon after the process that wanted it
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}
"""Those that an older server does not know are left out."""
_LONGEST = 2600
"""Bytes of a value that an index can hold. Longer names are nonsense and cut, longer numbers left out."""
_BLOCKS = 32
"""Compressed details that go together."""
_LOOKS = 0.3
"""Seconds between two looks whether a long statement shall end."""


class ServerLoader:
    """A new generation that is being filled, as :class:`storage.catalogue.loading.Loader` is in a file.

    ``asked`` is called now and then, also from another thread, and raises what shall end the import. Raises
    :class:`psycopg.Error`.
    """

    def __init__(self, address: Address, generation: str, asked: Callable[[], None]) -> None:
        create_catalogue(address, generation)
        self.database: PostgresqlDatabase = connect_server(address, generation)
        self._run = self.database.connection
        self._asked = asked
        self._blocks: list[tuple[int, bytes]] = []
        self._last = 0
        self._strays = 0
        for name, value in _SETTINGS.items():
            self._run.execute("SELECT set_config(name, %s, false) FROM pg_settings WHERE name = %s", (value, name))
        self._run.execute("BEGIN")
        for index in (_TITLES, _NAMES, *_LATE):
            self._run.execute(f"DROP INDEX {index}".encode())
        self._run.execute("ALTER TABLE release DROP CONSTRAINT pk_release")
        self._run.execute(
            "CREATE TEMPORARY TABLE stray AS SELECT 0::int8 AS place, release.* FROM release WITH NO DATA"
        )

    def releases(self, columns: Sequence[Iterable[Any]]) -> None:
        """Columns of ``release``; a release that came before is replaced in the end: those out of their order wait aside."""
        ascending: list[tuple[Any, ...]] = []
        strays: list[tuple[Any, ...]] = []
        for row in zip(*columns, strict=True):
            kept = (row[0], short(row[1]), *row[2:])
            if row[0] > self._last:
                self._last = row[0]
                ascending.append(kept)
            else:
                self._strays += 1
                strays.append((self._strays, *kept))
        self._copy("release", ascending)
        if strays:
            self._copy("stray", strays)

    def details(self, first: int, records: bytes) -> None:
        """A row of ``detail``, by ascending ``first``."""
        self._blocks.append((first, records))
        if len(self._blocks) == _BLOCKS:
            self._flush()

    def revise_details(self, elements: Iterable[tuple[int, bytes]], compress: details.Compress) -> None:
        """Elements that came out of their order, or again."""
        self._flush()
        details.revise(self.database, elements, compress)

    def index_releases(self) -> None:
        """After the last of :meth:`releases`."""
        if self._strays:
            self._put_strays()
        self._execute("ALTER TABLE release ADD CONSTRAINT pk_release PRIMARY KEY (id)")
        self._execute(f"CREATE INDEX {_TITLES} ON release (title)")

    def masters(self, rows: Rows) -> None:
        """Rows of ``master``."""
        self._copy("master", rows)

    def index_nodes(self) -> None:
        """After the last of :meth:`nodes`."""
        self._execute(f"CREATE INDEX {_NAMES} ON node (kind, name)")

    def nodes(self, columns: Sequence[Iterable[Any]]) -> None:
        """Columns of ``node``."""
        keys, kinds, names, *lists = columns
        self._copy("node", zip(keys, kinds, map(short, names), *lists, strict=True))

    def parts(self, rows: Rows) -> None:
        """Rows of ``part``."""
        self._copy("part", rows)

    def kinships(self, rows: Rows) -> None:
        """Rows of ``kinship``; their values may be text."""
        self._copy("kinship", (tuple(map(int, row)) for row in rows))

    def numbers(self, rows: Rows) -> None:
        """Rows of ``number``; the second value may be text."""
        self._copy("number", ((spelt, int(release)) for spelt, release in rows if short(spelt) == spelt))

    def begin_words(self, apart: Path) -> None:
        """Before the first :meth:`words`; all details have come. All words come here, so nothing is made for others."""
        self._flush()

    def words(self, kind: Kind, found: Ranked) -> None:
        """What can be found, by ascending rank."""
        rows = zip(found.ranks, found.ids, found.tokens, found.names, strict=True)
        self._copy("ranking", ((int(kind), *row, name and short(name)) for *row, name in rows))

    def take_words(self, apart: Path, kinds: Iterable[Kind]) -> None:
        """Nothing came apart."""

    def end_words(self) -> None:
        """After the last :meth:`words`: note which could be mistyped."""
        self._execute(
            "INSERT INTO spelling SELECT left(word, 1), length(word), word, count(*) FROM"
            " (SELECT unnest(string_to_array(tokens, ' ')) AS word FROM ranking) AS found"
            f" WHERE length(word) > 2 AND left(word, 1) NOT IN ('{EXACTLY}', 'ð') AND word !~ '^[0-9]'"
            " GROUP BY word"
        )

    def copy_live(self, tables: Iterable[str]) -> None:
        """All rows of ``tables`` out of the live catalogue."""
        for table in tables:
            self._execute(f"INSERT INTO {table} SELECT * FROM {SCHEMA}.{table}")

    def source(self, row: tuple[Any, ...]) -> None:
        """A row of ``source``."""
        self._run.execute("INSERT INTO source VALUES (%s, %s, %s, %s, %s, %s, %s)", row)

    def count(self, table: str) -> int:
        """How many rows there are."""
        row = self.database.row(f"SELECT count(*) FROM {table}")
        return 0 if row is None else row[0]

    def index(self) -> None:
        """Build the other indexes and tell the planner what is there."""
        for name, definition in _LATE.items():
            self._execute(f"CREATE INDEX {name} {definition}")
        self._execute("ANALYZE release, node, ranking, number, spelling, kinship, part, master, detail")

    def finish(self) -> None:
        """Everything is committed."""
        self._execute("COMMIT")
        self.database.close()

    def close(self) -> None:
        """Give up; what was filled goes."""
        self.database.close()

    def _put_strays(self) -> None:
        """Put releases that came out of their order in place of what came before of them."""
        self._execute("DELETE FROM stray USING stray AS later WHERE later.id = stray.id AND later.place > stray.place")
        self._execute("DELETE FROM release USING stray WHERE stray.id = release.id")
        self._execute("ALTER TABLE stray DROP COLUMN place")
        self._execute("INSERT INTO release SELECT * FROM stray")

    def _flush(self) -> None:
        if self._blocks:
            self._copy("detail", self._blocks)
            self._blocks = []

    def _copy(self, table: str, rows: Rows) -> None:
        self._asked()
        with self._run.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)".encode()) as copy:
            copy.set_types(_TYPES[table].split())
            for row in rows:
                copy.write_row(row)

    def _execute(self, statement: str) -> None:
        with self._interruptible():
            self._run.execute(statement.encode())

    @contextmanager
    def _interruptible(self) -> Generator[None]:
        """Let ``asked`` end a long statement, which the server otherwise carries to its end."""
        over, raised = threading.Event(), list[BaseException]()

        def look() -> None:
            while not over.wait(_LOOKS):
                try:
                    self._asked()
                except BaseException as reason:  # noqa: BLE001 handed on to the thread that waits
                    raised.append(reason)
                    self._run.cancel_safe()
                    return

        watcher = threading.Thread(target=look, name="catalogue-import-watch", daemon=True)
        watcher.start()
        try:
            yield
        except psycopg.errors.QueryCanceled:
            if raised:
                raise raised[0] from None
            raise
        finally:
            over.set()
            watcher.join()


def short(name: str) -> str:
    """``name``, cut where an index could not hold it."""
    if len(name) * 4 <= _LONGEST:
        return name
    return name.encode()[:_LONGEST].decode(errors="ignore")
