"""Which schema is the live catalogue, where it is on a server.

As :mod:`storage.catalogue.generation` has it for files: an import fills a schema beside the live one, and in one transaction
that holds the catalogue's write lock the two change names. Names are looked up anew by every statement, so a question that
is under way meanwhile would go on in the new schema, with the eyes of its old snapshot; :func:`was_replaced` tells.
"""

from __future__ import annotations

import secrets

import psycopg

from storage.catalogue.database import PostgresqlDatabase
from storage.catalogue.door import SCHEMA
from storage.dialect import WRITER_LOCK, explained

_IMPORT = 3
"""The advisory lock of imports, beside those of writers (0 and 1) and migrations (2)."""
_PATIENCE = "2s"
"""How long the removal of a replaced schema waits for those who still read it; the next sweep tries again."""
_NAMED = f"^{SCHEMA}_[0-9a-f]{{8}}$"


def new() -> str:
    """The name of a generation to be built, or of one that was replaced."""
    return f"{SCHEMA}_{secrets.token_hex(4)}"


def make_live(database: PostgresqlDatabase, generation: str) -> None:
    """Let ``generation`` be the live one when the transaction commits, which holds the write lock of the present one."""
    database.do(f"ALTER SCHEMA {SCHEMA} RENAME TO {new()}")
    database.do(f"ALTER SCHEMA {generation} RENAME TO {SCHEMA}")


def live(database: PostgresqlDatabase) -> int | None:
    """What changes whenever another generation becomes live. Outside of transactions."""
    row = database.row(f"SELECT CAST(to_regnamespace('{SCHEMA}') AS oid)::bigint")
    return None if row is None else row[0]


def was_replaced(database: PostgresqlDatabase) -> bool:
    """Whether another generation became live since the snapshot of this transaction was taken.

    The snapshot still has the old name in its table of names, while the look-up that every statement does is up to date.
    """
    row = database.row(
        f"SELECT (SELECT oid FROM pg_namespace WHERE nspname = '{SCHEMA}') = CAST(to_regnamespace('{SCHEMA}') AS oid)"
    )
    return row is None or not row[0]


def leftovers(database: PostgresqlDatabase) -> list[str]:
    """Generations that are not live: replaced ones, and what an import left behind that was ended."""
    rows = database.rows("SELECT nspname FROM pg_namespace WHERE nspname ~ ? ORDER BY 1", (_NAMED,))
    return [name for (name,) in rows]


def sweep(database: PostgresqlDatabase) -> None:
    """Remove the leftovers that nobody uses any more; the next sweep finds the others. Raises :class:`StoreError`."""
    try:
        database.connection.rollback()
        for generation in leftovers(database):
            _discard(database, generation)
    except psycopg.OperationalError as error:
        raise explained(error) or error from error


def _discard(database: PostgresqlDatabase, generation: str) -> None:
    try:
        database.do("BEGIN")
        database.do(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
        database.do(f"DROP SCHEMA IF EXISTS {generation} CASCADE")
        database.do("COMMIT")
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
        database.do("ROLLBACK")


def try_alone(database: PostgresqlDatabase) -> bool:
    """Take the lock of imports for as long as the connection lives; False if another import has it."""
    database.do("SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout'")
    row = database.row("SELECT pg_try_advisory_lock(?, ?)", (WRITER_LOCK, _IMPORT))
    return row is not None and bool(row[0])
