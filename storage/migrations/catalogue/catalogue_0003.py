"""Numbers that are SQLite's own row numbers: a row is found without an index between, which cost a place on the disk each.

Only where nothing is kept yet, as in the file that an import begins with: the queries are the same either way, and copying
a whole catalogue would take minutes that its next import saves.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "catalogue_0003"
down_revision = "catalogue_0002"

_KEYS = {"release": "id", "detail": "first", "node": '"key"', "master": "id"}
"""The key of each as it is written where the table is made."""


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    for name, key in _KEYS.items():
        if connection.execute(sa.text(f"SELECT 1 FROM {name} LIMIT 1")).first() is None:
            made = sa.text("SELECT sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL ORDER BY rowid")
            table, *indexes = connection.execute(made, {"name": name}).scalars()
            op.drop_table(name)
            for statement in (table.replace(f"{key} BIGINT", f"{key} INTEGER"), *indexes):
                op.execute(statement)
