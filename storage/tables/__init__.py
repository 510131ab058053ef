"""The two stores as SQLAlchemy tables: the precious library and the rebuildable catalogue.

Instants are UTC text, ISO 8601 with microseconds and ``+00:00``: the same bytes on SQLite and PostgreSQL, ordered by
comparing them. Documents are JSON text. Sort keys are folded text compared byte by byte (collation ``C``), so both
engines put records in the same order.
"""

from storage.tables.base import Key, Serial, catalogue, library
from storage.tables.collection import collection_field, copy, folder, intent, record
from storage.tables.exchange import export_item, want
from storage.tables.people import api_token, app_config, connection, short_lived, user, user_value
from storage.tables.releases import release
from storage.tables.work import activity, job, job_problem, schedule

__all__ = [
    "Key",
    "Serial",
    "activity",
    "api_token",
    "app_config",
    "catalogue",
    "collection_field",
    "connection",
    "copy",
    "export_item",
    "folder",
    "intent",
    "job",
    "job_problem",
    "library",
    "record",
    "release",
    "schedule",
    "short_lived",
    "user",
    "user_value",
    "want",
]
