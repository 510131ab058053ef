"""The whole library in one file, from a live store and back; the same format whichever engine it lives on.

A backup is a SQLite library with a manifest (when, which schema, how many rows in each table), so that it can be checked
before it is trusted. Everything here blocks: call it off the event loop.
"""

from __future__ import annotations

import glob
import json
import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.address import Address, parse_address
from storage.errors import StoreBusy, StoreCorrupt, StoreError
from storage.instants import instant
from storage.migrate import alone, check_revision, migrate, read_revision, unusable
from storage.schema import head
from storage.unfinished import put_in_place, unfinished


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: rows by table; ``made_at`` is None for a plain copy of a library."""

    file: Path
    schema: str
    made_at: str | None
    counts: dict[str, int]

    @property
    def records(self) -> int:
        return self.counts.get("record", 0)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place, and where the library that it replaced is kept (None: there was none)."""

    manifest: Manifest
    replaced: Path | None


def backup(library_url: str, target: Path) -> Manifest:
    """Copy the library into ``target`` as it is at one instant, while others use it; checked before it gets its name.

    A backup that is there already is replaced in one step, any other file is refused. Raises :class:`StoreError`.
    """
    address = parse_address(library_url)
    _refuse_stranger(target, address)
    with _beside(target) as made:
        if address.file is not None:
            _copy_file(address.file, made)
        else:
            _copy_from_server(address, made)
        _write_manifest(made)
        manifest = verify(made)
        put_in_place(made, target)
    return Manifest(target, manifest.schema, manifest.made_at, manifest.counts)


def verify(file: Path) -> Manifest:
    """Check a backup to the last page and count its rows.

    Raises :class:`StoreCorrupt` for what is damaged, incomplete or no library, :class:`StoreTooNew` for a newer version's.
    """
    if not file.is_file() or file.stat().st_size == 0:
        raise StoreError(f"{file} is not there, or empty.", "Name a file that `lockgroove backup` made.")
    with _opened(file, "ro") as connection:
        revision = read_revision(connection, file)
        check_revision(revision, "library")
        _check_pages(connection, file)
        counts = _counts(connection)
        manifest = _manifest(connection)
    if revision is None or (manifest is not None and manifest[1] != counts):
        raise StoreCorrupt(
            f"{file} does not hold the rows it was made with.", "Use another backup; nothing was changed."
        )
    return Manifest(file, revision, None if manifest is None else manifest[0], counts)


def restore(file: Path, library_url: str) -> Restored:
    """Put the backup in the place of the library, after :func:`verify`; the replaced library is kept.

    On SQLite it stays beside the new one as ``<name>.before-restore``; on PostgreSQL it is first backed up to
    ``<file>.before-restore``. Raises :class:`StoreBusy` while another program has the library open, and whatever
    :func:`verify` raises; then nothing was changed.
    """
    address = parse_address(library_url)
    if address.file is not None and file.exists() and address.file.exists() and file.samefile(address.file):
        raise StoreError(f"{file} is the library itself.", "Name a file that `lockgroove backup` made.")
    manifest = verify(file)
    if address.file is not None:
        return Restored(manifest, _restore_file(file, address.file))
    with _beside(file) as ready:
        _prepare(file, ready)
        replaced = _unused(file)
        migrate(address, "library")
        backup(library_url, replaced)
        _copy_to_server(ready, address)
    return Restored(manifest, replaced)


@contextmanager
def _opened(file: Path, mode: str) -> Generator[sqlite3.Connection]:
    try:
        # A copy in write-ahead mode without its log opens read-only only if nobody can be writing it.
        sealed = mode == "ro" and not _named(file, "-wal").exists()
        address = f"{file.resolve().as_uri()}?mode={mode}{'&immutable=1' * sealed}"
        with closing(sqlite3.connect(address, uri=True, timeout=15, isolation_level=None)) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        raise unusable(file, error) from error


@contextmanager
def _beside(target: Path) -> Generator[Path]:
    """A private file beside ``target``, gone at the end whatever happened."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with unfinished(target) as made:
            yield made
    except OSError as error:
        raise StoreError(f"{target} cannot be written ({error.strerror}).", "Choose another place.") from error


def _named(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)


def _refuse_stranger(target: Path, address: Address) -> None:
    if not target.exists():
        return
    hint = "Choose another name; that file was not touched."
    if address.file is not None and address.file.exists() and target.samefile(address.file):
        raise StoreError(f"{target} is the library itself.", hint)
    try:
        with _opened(target, "ro") as connection:
            known = _manifest(connection) is not None
    except StoreError:
        known = False
    if not known:
        raise StoreError(f"{target} exists and is not a backup.", hint)


def _copy_file(library: Path, made: Path) -> None:
    if not library.is_file():
        raise StoreError(f"There is no library at {library}.", "Start Lockgroove once, then back it up.")
    with _opened(library, "rw") as source:
        source.execute("PRAGMA query_only=1")
        check_revision(read_revision(source, library), "library")
        with _opened(made, "rw") as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")


def _copy_from_server(address: Address, made: Path) -> None:
    from storage.transfer import copy_from_server

    migrate(Address(file=made), "library")
    copy_from_server(address, made)
    with _opened(made, "rw") as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _copy_to_server(file: Path, address: Address) -> None:
    from storage.transfer import copy_to_server

    copy_to_server(file, address)


def _write_manifest(made: Path) -> None:
    with _opened(made, "rw") as connection:
        manifest = {"made_at": instant(), "schema": head("library"), "counts": _counts(connection)}
        connection.execute("DROP TABLE IF EXISTS backup_manifest")
        connection.execute("CREATE TABLE backup_manifest (manifest TEXT NOT NULL)")
        connection.execute("INSERT INTO backup_manifest VALUES (?)", (json.dumps(manifest),))


def _manifest(connection: sqlite3.Connection) -> tuple[str, dict[str, int]] | None:
    """When the backup was made and how many rows it was made with; None for a plain copy of a library."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'backup_manifest'").fetchone():
        return None
    written = json.loads(connection.execute("SELECT manifest FROM backup_manifest").fetchone()[0])
    return written["made_at"], written["counts"]


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " AND name NOT LIKE 'record_fts%' AND name NOT IN ('alembic_version', 'backup_manifest') ORDER BY name"
    ).fetchall()
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in names}


def _check_pages(connection: sqlite3.Connection, file: Path) -> None:
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    dangling = connection.execute("PRAGMA foreign_key_check").fetchone()
    if found != "ok" or dangling is not None:
        raise StoreCorrupt(f"{file} is damaged ({found}).", "Use another backup; nothing was changed.")


def _prepare(file: Path, ready: Path) -> None:
    """Make ``ready`` a library of our schema from a checked backup."""
    with _opened(file, "ro") as source, _opened(ready, "rw") as target:
        source.backup(target)
        target.execute("DROP TABLE IF EXISTS backup_manifest")
    migrate(Address(file=ready), "library", ready.parent)
    with _opened(ready, "rw") as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _unused(file: Path) -> Path:
    names = (_named(file, f".before-restore{number}") for number in ("", *range(2, 1_000_000)))
    return next(name for name in names if not name.exists())


def _restore_file(file: Path, library: Path) -> Path | None:
    with _beside(library) as ready:
        _prepare(file, ready)
        with alone(library):
            if not library.exists():
                put_in_place(ready, library)
                return None
            _drop_second_names(library)
            with _locked(library):
                kept = _unused(library)
                os.link(library, kept)
                for log in ("-wal", "-shm"):
                    if _named(library, log).exists():  # Of a library that could not be opened: it goes with it.
                        _named(library, log).rename(_named(kept, log))
                put_in_place(ready, library)
            return kept


def _drop_second_names(library: Path) -> None:
    """What was to be the replaced library is still the library where a restore was killed right before it took the place."""
    for name in library.parent.glob(f"{glob.escape(library.name)}.before-restore*"):
        if name.samefile(library):
            name.unlink()


@contextmanager
def _locked(library: Path) -> Generator[None]:
    """Hold the library so that nobody else has it open; its write-ahead log is merged and gone.

    A library that is damaged beyond opening has nobody to protect it from: it is replaced as it lies.
    """
    with closing(sqlite3.connect(library, timeout=2, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise unusable(library, error) from error
            raise StoreBusy(
                "Another program has the library open; it was not replaced.",
                "Close Lockgroove (also `lockgroove serve`) everywhere, then restore again.",
            ) from error
        except sqlite3.DatabaseError:
            yield
        else:
            yield
            connection.execute("ROLLBACK")
