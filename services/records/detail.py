"""Everything known about one record, for a pane that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.discogs.models import Release
from storage.values import CollectionField, Copy, Record


@dataclass(frozen=True, slots=True)
class RecordDetail:
    """A record, its copies with local edits applied, the names of folders and custom fields, and the release as
    Discogs last told it (None if it was never asked for).
    """

    record: Record
    copies: tuple[Copy, ...] = ()
    folders: Mapping[int, str] = field(default_factory=dict[int, str])
    fields: tuple[CollectionField, ...] = ()
    release: Release | None = None
