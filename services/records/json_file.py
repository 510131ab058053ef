"""The whole collection as one JSON document: everything that is known, so that importing it back loses nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Literal, TextIO

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked
from sqlalchemy.ext.asyncio import AsyncConnection

from services.errors import InvalidInput
from services.records.csv_file import Imported, every_record
from storage import copies, file_copies, records
from storage.engine import Storage
from storage.instants import instant
from storage.values import (
    CollectionField,
    Copy,
    Folder,
    InstanceId,
    NewCopy,
    NewRecord,
    Problem,
    Record,
    RecordFacts,
    RecordPk,
    UserId,
)

VERSION = 1
_OURS = {"pk", "user_id", "copies"}
"""What of a record means nothing in another library, or is told by its copies."""


@checked(frozen=True)
class _Entry:
    """A record in the file with its copies."""

    record: Record
    copies: tuple[Copy, ...] = ()


@checked(frozen=True)
class _File:
    format: Literal["lockgroove"]
    version: Literal[1]
    folders: tuple[Folder, ...]
    fields: tuple[CollectionField, ...]
    records: tuple[_Entry, ...]


async def export_json(storage: Storage, user_id: UserId, target: TextIO) -> int:
    """Write all records, removed ones too, one per line, and return how many."""
    async with storage.read() as conn:
        folders = [asdict(folder) for folder in await copies.folders(conn, user_id)]
        definitions = [asdict(field) for field in await copies.fields(conn, user_id)]
    head = {
        "format": "lockgroove",
        "version": VERSION,
        "exported_at": instant(),
        "folders": folders,
        "fields": definitions,
    }
    target.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "records": [')
    count = 0
    async with aclosing(every_record(storage, user_id)) as held:  # also when ``target`` is a pipe that broke
        async for record, own in held:
            plain = {name: value for name, value in asdict(record).items() if name not in _OURS}
            entry = {"record": plain, "copies": [asdict(copy) for copy in own]}
            target.write((",\n" if count else "\n") + json.dumps(entry, ensure_ascii=False))
            count += 1
    target.write("\n]}\n")
    return count


async def import_json(storage: Storage, user_id: UserId, file: Path) -> Imported:
    """Import what :func:`export_json` wrote, in one transaction; records that are held already are reported.

    Raises :class:`InvalidInput` for any other file.
    """
    held = await asyncio.to_thread(_read, file)
    async with storage.write() as conn:
        await _store_definitions(conn, user_id, held)
        return await _store_records(conn, user_id, held.records)


def _read(file: Path) -> _File:
    try:
        return TypeAdapter(_File).validate_json(file.read_bytes())
    except OSError as error:
        raise InvalidInput(
            "file", f"{file} cannot be read: {error.strerror}.", "Check the name and the rights."
        ) from error
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = "".join(f"{step}." for step in first["loc"])[:-1] or "the file"
        raise InvalidInput(
            "file",
            f"This is no export of Lockgroove ({place}: {first['msg']}).",
            "Use a file of `lockgroove export json`.",
        ) from error


async def _store_definitions(conn: AsyncConnection, user_id: UserId, held: _File) -> None:
    folders = {folder.folder_id: folder for folder in (*held.folders, *await copies.folders(conn, user_id))}
    await copies.replace_folders(conn, user_id, list(folders.values()))
    definitions = {field.field_id: field for field in (*held.fields, *await copies.fields(conn, user_id))}
    await copies.replace_fields(conn, user_id, list(definitions.values()))


async def _store_records(conn: AsyncConnection, user_id: UserId, entries: Sequence[_Entry]) -> Imported:
    ids = {entry.record.discogs_id for entry in entries if entry.record.discogs_id is not None}
    releases = set(await records.by_discogs_ids(conn, user_id, ids))
    seen: set[object] = set()
    problems: list[Problem] = []
    new: list[_Entry] = []
    for position, entry in enumerate(entries, 1):
        record = entry.record
        twice = record.record_id in seen or (record.discogs_id is not None and record.discogs_id in seen)
        if twice or record.discogs_id in releases or await records.get(conn, user_id, record.record_id):
            problems.append(
                Problem(f"record {position}", f"{record.artist_name} – {record.album_title} is here already.")
            )
            continue
        seen |= {record.record_id, record.discogs_id}
        new.append(entry)
    pks = await records.add_many(conn, user_id, [_new(entry.record) for entry in new])
    stored = await _store_copies(conn, user_id, new, pks)
    await records.refresh_from_copies(conn, [pk for entry, pk in zip(new, pks, strict=True) if entry.copies])
    for entry, pk in zip(new, pks, strict=True):
        if entry.record.removed_at and not entry.copies:
            await records.mark_removed(conn, pk, entry.record.removed_at)
    return Imported(len(pks), stored, tuple(problems))


def _new(record: Record) -> NewRecord:
    facts: dict[str, Any] = {field.name: getattr(record, field.name) for field in fields(RecordFacts)}
    return NewRecord(
        RecordFacts(**facts),
        record.data_source,
        record.is_synced,
        record.notes,
        record.record_id or None,
        record.created_at or None,
        record.updated_at or None,
    )


async def _store_copies(
    conn: AsyncConnection, user_id: UserId, entries: Sequence[_Entry], pks: Sequence[RecordPk]
) -> int:
    number = await file_copies.next_number(conn, user_id)
    new: list[NewCopy] = []
    pending: dict[InstanceId, dict[str, Any]] = {}
    removed: dict[InstanceId, str] = {}
    for entry, pk in zip(entries, pks, strict=True):
        for copy in entry.copies:
            instance_id = copy.instance_id
            if instance_id < 0:
                instance_id, number = number, InstanceId(number - 1)
            new.append(
                NewCopy(instance_id, pk, copy.release_id, copy.folder_id, copy.date_added, copy.rating, copy.fields)
            )
            if copy.pending:
                pending[instance_id] = copy.pending
            if copy.removed_at:
                removed[instance_id] = copy.removed_at
    await copies.upsert_many(conn, user_id, new, seen_pass=None)
    for instance_id, edits in pending.items():
        await copies.set_pending(conn, user_id, instance_id, edits)
    await file_copies.mark_removed(conn, user_id, removed)
    return len(new)
