"""From what a person chose to the items of an export, by what the library knows of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from services.discogs.export import reasons
from services.discogs.export.request import ExportRequest
from services.discogs.export.shapes import PreviewItem
from services.errors import InvalidInput, NotFound
from storage import copies, exports
from storage.exports import Candidate
from storage.values import ExportItem, ExportState, ExportTarget, Job, ReleaseId, UserId

MARK = "lockgroove:"
"""How the private comments of our listings begin; what follows is the item's own UUID."""
_CHUNK = 500
"""What is looked up at a time."""
_NAMED = 3
"""Titles that an error names; it only counts the others."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Chosen:
    """One thing that was chosen; ``is_missing`` says that it names a record that the user does not have."""

    candidate: Candidate
    is_missing: bool = False


async def chosen_parts(conn: AsyncConnection, user_id: UserId, asked: ExportRequest) -> AsyncGenerator[list[Chosen]]:
    """What was chosen in its order, each release once, a part at a time: records first, then releases."""
    seen: set[ReleaseId] = set()
    for ids in _parts(asked.record_ids):
        held = await exports.chosen_records(conn, user_id, ids)
        yield _unseen([_record(each, held.get(each)) for each in ids], seen)
    for numbers in _parts(asked.discogs_ids):
        known = await exports.chosen_releases(conn, user_id, numbers)
        found = [known.get(each) or Candidate(f"Release {each}", ReleaseId(each)) for each in numbers]
        yield _unseen([Chosen(each) for each in found], seen)


def previewed(chosen: Chosen, target: ExportTarget) -> PreviewItem:
    """What an export would do with it."""
    candidate = chosen.candidate
    skipped = reasons.NO_RECORD if chosen.is_missing else reasons.to_skip(candidate, target)
    return PreviewItem(candidate.title, candidate.release_id, candidate.record_id, skipped)


async def store_chosen(conn: AsyncConnection, user_id: UserId, job: Job, asked: ExportRequest) -> None:
    """Store what was chosen as the items of ``job``; what need not be sent is skipped from the start.

    Raises :class:`NotFound` for a record that the user does not have, :class:`InvalidInput` for records without a
    Discogs id.
    """
    position = 0
    without: list[str] = []
    async for part in chosen_parts(conn, user_id, asked):
        if any(chosen.is_missing for chosen in part):
            raise NotFound("One of these records is not in the library.", "It may have been removed; choose again.")
        without += [each.candidate.title for each in part if each.candidate.release_id is None]
        items: list[ExportItem] = []
        for chosen in part:
            if (release_id := chosen.candidate.release_id) is not None:
                position += 1
                items.append(_item(chosen.candidate, release_id, position, asked.target))
        await exports.add(conn, user_id, job.id, items)
    if without:
        more = f" and {len(without) - _NAMED:,} more" if len(without) > _NAMED else ""
        raise InvalidInput(
            "record_ids",
            f"Discogs cannot take what has no Discogs id: {', '.join(without[:_NAMED])}{more}.",
            "Leave that out, or find its release on Discogs first.",
        )


async def check_folder(conn: AsyncConnection, user_id: UserId, folder_id: int | None) -> None:
    """Raise :class:`InvalidInput` for a folder that is none of the user's, if theirs are known."""
    known = {folder.folder_id for folder in await copies.folders(conn, user_id)}
    if folder_id is not None and known and folder_id not in known:
        raise InvalidInput(
            "folder_id", "There is no such folder in your collection.", "If it is new, sync first; then try again."
        )


def _record(record_id: str, held: Candidate | None) -> Chosen:
    missing = Candidate(f"Record {record_id}", None, record_id)
    return Chosen(missing, is_missing=True) if held is None else Chosen(held)


def _unseen(part: Sequence[Chosen], seen: set[ReleaseId]) -> list[Chosen]:
    """``part`` without releases that were chosen before."""
    kept: list[Chosen] = []
    for chosen in part:
        release_id = chosen.candidate.release_id
        if release_id is None or release_id not in seen:
            kept.append(chosen)
        if release_id is not None:
            seen.add(release_id)
    return kept


def _item(candidate: Candidate, release_id: ReleaseId, position: int, target: ExportTarget) -> ExportItem:
    skipped = reasons.to_skip(candidate, target)
    return ExportItem(
        position=position,
        release_id=release_id,
        record_pk=candidate.record_pk,
        title=candidate.title,
        state=ExportState.PENDING if skipped is None else ExportState.SKIPPED,
        message=skipped,
        external_id=f"{MARK}{uuid4()}" if target is ExportTarget.MARKETPLACE else None,
    )


def _parts(items: Sequence[T]) -> list[Sequence[T]]:
    return [items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK)]
