"""Where the cover of the album of a kept track is, for albums of which nothing but tracks is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0015"
down_revision = "library_0014"


def upgrade() -> None:
    for table in ("playlist_item", "saved_track"):
        op.add_column(table, sa.Column("album_image", sa.Text(), nullable=True))
