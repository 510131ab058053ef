"""Numbers that are SQLite's own row numbers: a row is found without an index between, which cost a place on the disk each.

Only where nothing is kept yet, as in the file that an import begins with: the queries are the same either way, and copying
a whole catalogue would take minutes that its next import saves.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "catalogue_0003"
down_revision = "catalogue_0002"

_KEYS = {"release": "id", "detail": "first", "node": "key", "master": "id"}


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    for name, key in _KEYS.items():
        if connection.execute(sa.text(f"SELECT 1 FROM {name} LIMIT 1")).first() is None:
            with op.batch_alter_table(name) as table:
                table.alter_column(key, existing_type=sa.BigInteger(), type_=sa.Integer(), existing_nullable=False)
