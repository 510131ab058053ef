"""Discogs' collection file: imported in one transaction, exported in the same format (discogs-api.md section 8)."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from sqlalchemy.ext.asyncio import AsyncConnection

from services.discogs.collection import FROM_CSV
from services.errors import InvalidInput
from services.records.csv_rows import COLUMNS, DEFAULT_FIELDS, PREFIX, UNCATEGORIZED, Row, Sheet, read_sheet
from storage import copies, file_copies, records
from storage.copy_rows import with_pending
from storage.engine import Storage
from storage.values import (
    CollectionField,
    Copy,
    Folder,
    Format,
    InstanceId,
    NewCopy,
    NewRecord,
    Problem,
    Record,
    RecordPk,
    RecordQuery,
    ReleaseId,
    SortBy,
    UserId,
)

WINDOW = 100
_NO_RELEASE = ReleaseId(0)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: new records, their copies, and by line what was not taken and why."""

    records: int
    copies: int
    problems: tuple[Problem, ...]


async def import_csv(storage: Storage, user_id: UserId, file: Path, *, web_base: str) -> Imported:
    """Import a collection file. Everything is checked before anything is stored; then all good rows are stored in one
    transaction. Releases that are held already are left as they are and reported.

    The records are not marked as synced: the next sync finds those that are in the Discogs collection there, and takes
    over their real copies. Raises :class:`InvalidInput` for a file that is no collection file.
    """
    sheet = await asyncio.to_thread(_read, file, web_base)
    async with storage.write() as conn:
        return await _store(conn, user_id, sheet)


def _read(file: Path, web_base: str) -> Sheet:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return read_sheet(lines, web_base)
    except OSError as error:
        raise InvalidInput(
            "file", f"{file} cannot be read: {error.strerror}.", "Check the name and the rights."
        ) from error


async def _store(conn: AsyncConnection, user_id: UserId, sheet: Sheet) -> Imported:
    ids = {row.facts.discogs_id for row in sheet.rows if row.facts.discogs_id is not None}
    held = await records.by_discogs_ids(conn, user_id, ids)
    problems, by_release = list(sheet.problems), dict[object, list[Row]]()
    for row in sheet.rows:
        if row.facts.discogs_id in held:
            problems.append(Problem(f"line {row.line}", "This release is in the library already."))
        else:
            by_release.setdefault(row.facts.discogs_id or row.identity, []).append(row)
    groups = list(by_release.values())
    new = [NewRecord(group[0].facts, FROM_CSV, created_at=_newest(group)) for group in groups]
    pks = await records.add_many(conn, user_id, new)
    stored = await _store_copies(conn, user_id, groups, pks)
    await records.refresh_from_copies(conn, pks)
    problems.sort(key=lambda problem: int(problem.item.removeprefix("line ")))
    return Imported(len(pks), stored, tuple(problems))


def _newest(group: Sequence[Row]) -> str | None:
    return max((row.date_added for row in group if row.date_added), default=None)


async def _store_copies(
    conn: AsyncConnection, user_id: UserId, groups: Sequence[Sequence[Row]], pks: Sequence[RecordPk]
) -> int:
    rows = [row for group in groups for row in group]
    folders = await _folders(conn, user_id, rows)
    fields = await _fields(conn, user_id, rows)
    number = await file_copies.next_number(conn, user_id)
    new: list[NewCopy] = []
    for group, pk in zip(groups, pks, strict=True):
        record = await _created(conn, pk) if not group[0].date_added else ""
        for row in group:
            new.append(
                NewCopy(
                    instance_id=InstanceId(number - len(new)),
                    record_pk=pk,
                    release_id=row.facts.discogs_id or _NO_RELEASE,
                    folder_id=folders[row.folder.casefold()],
                    date_added=row.date_added or record,
                    rating=row.rating,
                    fields={str(fields[name.casefold()]): value for name, value in row.fields.items()},
                )
            )
    await copies.upsert_many(conn, user_id, new, seen_pass=None)
    return len(new)


async def _created(conn: AsyncConnection, pk: RecordPk) -> str:
    record = await records.get_by_pk(conn, pk)
    assert record is not None
    return record.created_at


async def _folders(conn: AsyncConnection, user_id: UserId, rows: Sequence[Row]) -> dict[str, int]:
    """The folders by name; those nobody knows yet get numbers of our own until Discogs tells theirs."""
    known = await copies.folders(conn, user_id) or [Folder(1, UNCATEGORIZED, 0)]
    by_name = {folder.name.casefold(): folder.folder_id for folder in known}
    lowest = min(0, *(folder.folder_id for folder in known))
    for name in dict.fromkeys(row.folder for row in rows):
        if name.casefold() not in by_name:
            lowest -= 1
            by_name[name.casefold()] = lowest
            known.append(Folder(lowest, name, 0))
    await copies.replace_folders(conn, user_id, known)
    return by_name


async def _fields(conn: AsyncConnection, user_id: UserId, rows: Sequence[Row]) -> dict[str, int]:
    """The custom fields by their column's name; unknown ones are made as plain texts."""
    known = await copies.fields(conn, user_id)
    if not known:
        known = [CollectionField(n, name, "textarea", n) for n, name in enumerate(DEFAULT_FIELDS, 1)]
    by_column = {column_of(field).casefold(): field.field_id for field in known}
    for name in dict.fromkeys(name for row in rows for name in row.fields):
        if name.casefold() not in by_column:
            number = max(field.field_id for field in known) + 1
            by_column[name.casefold()] = number
            known.append(CollectionField(number, name, "textarea", number))
    await copies.replace_fields(conn, user_id, known)
    return by_column


def column_of(field: CollectionField) -> str:
    """The name of a custom field's column, without the prefix."""
    return DEFAULT_FIELDS.get(field.name, field.name)


async def export_csv(storage: Storage, user_id: UserId, target: TextIO) -> int:
    """Write the collection in Discogs' format, one line per copy, and return how many lines. ``target`` must be open
    with ``newline=""``. Copies that vanished from Discogs are left out; records without copies have one line.
    """
    async with storage.read() as conn:
        folders = {folder.folder_id: folder.name for folder in await copies.folders(conn, user_id)}
        fields = await copies.fields(conn, user_id)
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *(PREFIX + column_of(field) for field in fields)])
    lines = 0
    async with aclosing(every_record(storage, user_id)) as held:  # also when ``target`` is a pipe that broke
        async for record, own in held:
            active = [with_pending(copy) for copy in own if copy.removed_at is None]
            if record.removed_at:
                continue
            for copy in active or [None]:
                writer.writerow(_line(record, copy, folders, fields))
                lines += 1
    return lines


async def every_record(storage: Storage, user_id: UserId) -> AsyncGenerator[tuple[Record, list[Copy]]]:
    """All records with their copies, oldest first, a window at a time out of one snapshot."""
    async with storage.read() as conn:
        order = await records.order(conn, user_id, RecordQuery(sort_by=SortBy.CREATED))
        for start in range(0, len(order), WINDOW):
            pks = order[start : start + WINDOW]
            own = await copies.of_records(conn, pks)
            for record in await records.by_pks(conn, user_id, pks):
                yield record, own.get(record.pk, [])


def _line(
    record: Record, copy: Copy | None, folders: Mapping[int, str], fields: Sequence[CollectionField]
) -> list[str | int]:
    added = datetime.fromisoformat(copy.date_added if copy else record.created_at)
    rating = copy.rating if copy else record.rating
    return [
        record.catalog_number or "none",
        record.artist_name,
        record.album_title,
        record.label_name or "",
        " + ".join(_format(entry) for entry in record.formats),
        rating or "",
        record.year_released or 0,
        record.discogs_id or "",
        folders.get(copy.folder_id, UNCATEGORIZED) if copy else record.folder_name or UNCATEGORIZED,
        f"{added:%Y-%m-%d %H:%M:%S}",
        *((copy.fields if copy else {}).get(str(field.field_id), "") for field in fields),
    ]


def _format(entry: Format) -> str:
    """A format as the file abbreviates it: the disc's size stands for ``Vinyl``."""
    words = list(entry.descriptions)
    if entry.name == "Vinyl":
        head = next((word for word in words if word == "LP" or word.endswith('"')), "Vinyl")
        words = [word for word in words if word != head]
    else:
        head = entry.name
    return ", ".join([f"{entry.qty}x{head}" if entry.qty > 1 else head, *words])
