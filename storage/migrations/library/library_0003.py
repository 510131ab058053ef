"""Indexes that answer a page of the collection or wantlist, newest first, however far back it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0003"
down_revision = "library_0002"

LIVE = sa.text("removed_at IS NULL")


def upgrade() -> None:
    newest = sa.text("date_added DESC")
    for name, table, key in (
        ("ix_copy_newest", "copy", ("release_id", "instance_id")),
        ("ix_want_newest", "want", ("release_id",)),
    ):
        op.create_index(name, table, ["user_id", newest, *key], unique=False, sqlite_where=LIVE, postgresql_where=LIVE)
