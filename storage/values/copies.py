"""Copies in a collection, the folders and fields around them, and the writes that must not be repeated."""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.values.ids import Document, InstanceId, RecordPk, ReleaseId, UserId
from storage.values.states import IntentState


@dataclass(frozen=True, slots=True)
class Copy:
    """One physical copy of a release in a collection (a Discogs instance). ``fields`` is {field id: value}."""

    instance_id: InstanceId
    release_id: ReleaseId
    folder_id: int
    rating: int
    fields: dict[str, str]
    date_added: str
    pending: Document | None = None
    removed_at: str | None = None


@dataclass(frozen=True, slots=True)
class NewCopy:
    """A copy as an upstream (or a file) describes it now. ``date_added`` is ISO 8601 UTC text."""

    instance_id: InstanceId
    record_pk: RecordPk
    release_id: ReleaseId
    folder_id: int
    date_added: str
    rating: int = 0
    fields: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class CopyChanges:
    """What storing a page of copies changed; ``records`` are the records whose summary must be refreshed."""

    added: tuple[InstanceId, ...] = ()
    changed: tuple[InstanceId, ...] = ()
    unchanged: int = 0
    records: tuple[RecordPk, ...] = ()


@dataclass(frozen=True, slots=True)
class PendingCopy:
    """A copy with local edits that its upstream does not know yet, and the record it belongs to."""

    record_pk: RecordPk
    copy: Copy


@dataclass(frozen=True, slots=True)
class Folder:
    folder_id: int
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class CollectionField:
    """A custom field of a Discogs collection; ``kind`` is ``dropdown`` or ``textarea``, ``options`` the former's."""

    field_id: int
    name: str
    kind: str
    position: int = 0
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Intent:
    """A write to an upstream, recorded before it is sent."""

    id: str
    user_id: UserId
    kind: str
    release_id: ReleaseId
    record_pk: RecordPk | None = None
    folder_id: int | None = None
    known_instances: tuple[int, ...] = ()
    state: IntentState = IntentState.RECORDED
    instance_id: InstanceId | None = None
    message: str | None = None
    created_at: str = ""
