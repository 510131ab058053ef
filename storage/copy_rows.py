"""How a :class:`Copy` lies in its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from storage.documents import unpack, unpack_optional
from storage.tables import copy
from storage.values import Copy

COLUMNS = [
    copy.c.instance_id,
    copy.c.release_id,
    copy.c.folder_id,
    copy.c.rating,
    copy.c.fields,
    copy.c.date_added,
    copy.c.pending,
    copy.c.removed_at,
]
"""The columns that make a :class:`Copy`, in the order of its fields."""


def from_row(row: Sequence[Any]) -> Copy:
    """The copy in a row of :data:`COLUMNS`."""
    instance_id, release_id, folder_id, rating, fields, date_added, pending, removed_at = row
    return Copy(
        instance_id=instance_id,
        release_id=release_id,
        folder_id=folder_id,
        rating=rating,
        fields=unpack(fields),
        date_added=date_added,
        pending=unpack_optional(pending),
        removed_at=removed_at,
    )


def with_pending(held: Copy) -> Copy:
    """``held`` as the person sees it: with the local edits that its upstream does not know yet."""
    if not held.pending:
        return held
    return replace(
        held,
        rating=held.pending.get("rating", held.rating),
        folder_id=held.pending.get("folder_id", held.folder_id),
        fields=held.fields | held.pending.get("fields", {}),
    )
