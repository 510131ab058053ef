"""One PostgreSQL database that is lent to test after test: making one anew costs the server a few hundred files.

What comes back is emptied, and given up where a test left more behind than rows: only what looks exactly like the
template is lent again, under another name, so that whoever still holds the old address meets nobody.
"""

from __future__ import annotations

import time
import uuid

import psycopg
from psycopg.sql import SQL, Identifier

Table = tuple[str, str]

_OURS = "ours AS (SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')"
_SHAPE = f"""
WITH {_OURS}, relation AS (SELECT c.* FROM pg_class c JOIN ours ON ours.oid = relnamespace)
SELECT md5(concat_ws('|',
    (SELECT string_agg(ours::text, ',' ORDER BY oid) FROM ours),
    (SELECT string_agg((oid, relname, relkind, relnatts, relchecks, relhastriggers, reloptions)::text, ','
        ORDER BY oid) FROM relation),
    (SELECT string_agg((attrelid, attnum, attname, atttypid, atttypmod, attnotnull)::text, ','
        ORDER BY attrelid, attnum) FROM pg_attribute WHERE attrelid IN (SELECT oid FROM relation)),
    (SELECT string_agg((c.oid, conname, convalidated)::text, ',' ORDER BY c.oid) FROM pg_constraint c
        JOIN ours ON ours.oid = connamespace),
    (SELECT string_agg((indexrelid, indisvalid)::text, ',' ORDER BY indexrelid) FROM pg_index
        WHERE indrelid IN (SELECT oid FROM relation)),
    (SELECT string_agg((oid, tgenabled)::text, ',' ORDER BY oid) FROM pg_trigger),
    (SELECT string_agg((p.oid, prosrc)::text, ',' ORDER BY p.oid) FROM pg_proc p JOIN ours ON ours.oid = pronamespace),
    (SELECT count(*) FROM pg_statistic WHERE starelid IN (SELECT oid FROM relation)),
    (SELECT count(*) FROM pg_largeobject_metadata)
))
"""
"""What the tables are, whatever is in them."""
_WRITTEN = f"""
WITH {_OURS} SELECT nspname, relname FROM pg_class c JOIN ours ON ours.oid = relnamespace
WHERE relkind = 'r' AND pg_relation_size(c.oid) > 0 ORDER BY 1, 2
"""
_UNCOUNTED = """
UPDATE pg_class SET reltuples = -1, relpages = 0, relallvisible = 0
WHERE relkind = 'r' AND pg_relation_size(oid) = 0 AND (reltuples, relpages) <> (-1, 0)
"""
_FROM_ONE = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences
WHERE last_value IS NOT NULL
"""
_ALONE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_SOMEBODY = "SELECT 1 FROM pg_stat_activity WHERE datname = %s"


class Lender:
    """Lends copies of ``template``, a database at ``server`` (an address without a name)."""

    def __init__(self, admin: psycopg.Connection, server: str, template: str) -> None:
        self._admin = admin
        self._server = server
        self._template = template
        self._idle: str | None = None
        self._shape = ""
        self._rows: dict[Table, list[str]] = {}

    def lend(self) -> str:
        """The name of a database as the template is."""
        name = f"lockgroove_test_{uuid.uuid4().hex[:12]}"
        if self._idle is not None:
            while self._admin.execute(_SOMEBODY, [self._idle]).fetchone():
                time.sleep(0.002)  # a rename would look again only after 100 ms
            self._admin.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(self._idle), Identifier(name)))
            self._idle = None
            return name
        self._admin.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(self._template)))
        # Nobody cuts this server's power: a commit need not wait for the disk.
        self._admin.execute(SQL("ALTER DATABASE {} SET synchronous_commit = off").format(Identifier(name)))
        if not self._shape:
            with self._inside(name) as connection:
                self._shape, self._rows = _shape(connection), _rows(connection)
        return name

    def take_back(self, name: str) -> None:
        """Empty it for the next one, or drop it."""
        try:
            with self._inside(name) as connection:
                connection.execute(_ALONE)
                same = _shape(connection) == self._shape
                if same:
                    self._empty(connection)
                    same = _rows(connection) == self._rows
        except psycopg.Error:
            same = False
        if same and self._idle is None:
            self._idle = name
        else:
            self._drop(name)

    def close(self) -> None:
        """Leave nothing on the server."""
        if self._idle is not None:
            self._drop(self._idle)

    def _drop(self, name: str) -> None:
        self._admin.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))

    def _inside(self, name: str) -> psycopg.Connection:
        return psycopg.connect(f"{self._server}/{name}", autocommit=True, options="-cjit=off")

    def _empty(self, connection: psycopg.Connection) -> None:
        """Empty the tables that were empty, file by file as short as they were, and begin to count anew.

        Not by TRUNCATE: that gives every table which refers to one of them, and each index, a new file.
        """
        tables = [Identifier(*table) for table in connection.execute(_WRITTEN) if table not in self._rows]
        if tables:
            connection.execute("SET session_replication_role = replica")  # no foreign key is followed
            for table in tables:
                connection.execute(SQL("DELETE FROM {}").format(table))
            connection.execute(SQL("VACUUM (TRUNCATE) {}").format(SQL(", ").join(tables)))
            connection.execute(_UNCOUNTED)
        connection.execute(_FROM_ONE)


def _shape(connection: psycopg.Connection) -> str:
    row = connection.execute(_SHAPE).fetchone()
    assert row is not None
    return row[0]


def _rows(connection: psycopg.Connection) -> dict[Table, list[str]]:
    """The rows of every table whose file is not empty."""
    return {
        table: sorted(row for (row,) in connection.execute(SQL("SELECT t::text FROM {} t").format(Identifier(*table))))
        for table in connection.execute(_WRITTEN).fetchall()
    }
