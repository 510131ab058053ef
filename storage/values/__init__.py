"""The values that queries take and return: frozen, free of SQLAlchemy.

Each is made when its name is first asked for: the first paint needs a handful, and making all costs 14 ms.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storage.values.accounts import ApiToken, Connection, Person, User
    from storage.values.copies import (
        CollectionField,
        Copy,
        CopyChanges,
        Folder,
        Intent,
        NewCopy,
        PendingCopy,
    )
    from storage.values.exchange import ExportItem, NewWant, Want, WantChanges, WantQuery, WantSort
    from storage.values.ids import Document, InstanceId, RecordPk, ReleaseId, UserId, WantPk
    from storage.values.jobs import Activity, Job, Problem, Progress
    from storage.values.personal import CollectionFigures, ListedRelease
    from storage.values.records import CatalogueRelease, Count, Format, NewRecord, Record, RecordFacts, Statistics
    from storage.values.shelf import SORTS, RecordQuery, ShelfRow, SortBy
    from storage.values.states import ConnectionState, ConnectMethod, ExportState, ExportTarget, IntentState, JobState

_MODULES = {
    "accounts": ("ApiToken", "Connection", "Person", "User"),
    "copies": ("CollectionField", "Copy", "CopyChanges", "Folder", "Intent", "NewCopy", "PendingCopy"),
    "exchange": ("ExportItem", "NewWant", "Want", "WantChanges", "WantQuery", "WantSort"),
    "ids": ("Document", "InstanceId", "RecordPk", "ReleaseId", "UserId", "WantPk"),
    "jobs": ("Activity", "Job", "Problem", "Progress"),
    "personal": ("CollectionFigures", "ListedRelease"),
    "records": ("CatalogueRelease", "Count", "Format", "NewRecord", "Record", "RecordFacts", "Statistics"),
    "states": ("ConnectMethod", "ConnectionState", "ExportState", "ExportTarget", "IntentState", "JobState"),
    "shelf": ("RecordQuery", "SORTS", "ShelfRow", "SortBy"),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "SORTS",
    "Activity",
    "ApiToken",
    "CatalogueRelease",
    "CollectionField",
    "CollectionFigures",
    "ConnectMethod",
    "Connection",
    "ConnectionState",
    "Copy",
    "CopyChanges",
    "Count",
    "Document",
    "ExportItem",
    "ExportState",
    "ExportTarget",
    "Folder",
    "Format",
    "InstanceId",
    "Intent",
    "IntentState",
    "Job",
    "JobState",
    "ListedRelease",
    "NewCopy",
    "NewRecord",
    "NewWant",
    "PendingCopy",
    "Person",
    "Problem",
    "Progress",
    "Record",
    "RecordFacts",
    "RecordPk",
    "RecordQuery",
    "ReleaseId",
    "ShelfRow",
    "SortBy",
    "Statistics",
    "User",
    "UserId",
    "Want",
    "WantChanges",
    "WantPk",
    "WantQuery",
    "WantSort",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"storage.values.{_HOME[name]}"), name)
    globals()[name] = value
    return value
