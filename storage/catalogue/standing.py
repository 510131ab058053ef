"""What the catalogue stands at: which dumps it is made of, how large it is, what an import left beside it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from dataclasses import dataclass

from storage.address import Address
from storage.catalogue import generation
from storage.catalogue.database import Database
from storage.dialect import WRITER_LOCK

_ORDER = ("artists", "labels", "masters", "releases")
_SIZE = (
    "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = current_schema() AND c.relkind = 'r'"
)
_BESIDE = "^catalogue_[0-9a-f]{8}$"


@dataclass(frozen=True, slots=True)
class Source:
    """A dump that was imported: how many records it told, and how many elements were left out."""

    kind: str
    file: str
    date: str | None
    sha256: str | None
    records: int
    skipped: int
    imported_at: str


def sources(db: Database) -> list[Source]:
    """The dumps that the catalogue is made of, in the order of their kinds."""
    rows = db.rows("SELECT kind, file, date, sha256, records, skipped, imported_at FROM source")
    return sorted((Source(*row) for row in rows), key=lambda source: _ORDER.index(source.kind))


def met(db: Database) -> int:
    """Releases that were read through the API."""
    row = db.row("SELECT count(*) FROM answer")
    return 0 if row is None else row[0]


def place(address: Address) -> str:
    """Where the live catalogue is."""
    return "PostgreSQL, schema catalogue" if address.file is None else str(generation.live(address.file))


def size(db: Database, address: Address) -> int:
    """Bytes of the live catalogue on disk, its indexes and its log with it."""
    if address.file is None:
        row = db.row(_SIZE)
        return 0 if row is None else int(row[0])
    live = generation.live(address.file)
    files = (live, live.with_name(f"{live.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def leftovers(db: Database, address: Address) -> Sequence[str]:
    """What lies beside the live catalogue and is not in use by it: an import builds it, or left it behind."""
    if address.file is None:
        return [name for (name,) in db.rows("SELECT nspname FROM pg_namespace WHERE nspname ~ ?", (_BESIDE,))]
    folders = address.file.parent.glob(f"{address.file.stem}-????????{address.file.suffix}.scratch")
    return [path.name for path in (*generation.leftovers(address.file), *folders)]


def is_importing(db: Database, address: Address) -> bool:
    """Whether an import into this catalogue is running, in whichever process."""
    if address.file is None:
        held = "SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database WHERE locktype = 'advisory'"
        return db.row(f"{held} AND datname = current_database() AND classid = {WRITER_LOCK} AND objid = 3") is not None
    try:
        descriptor = os.open(address.file.with_name(f"{address.file.name}.import"), os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
