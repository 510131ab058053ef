"""What Spotify says of the album of a kept track: what tells an album from the single of its name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0014"
down_revision = "library_0013"


def upgrade() -> None:
    for table in ("playlist_item", "saved_track"):
        op.add_column(table, sa.Column("album_type", sa.Text(), nullable=True))
        op.add_column(table, sa.Column("album_released", sa.Text(), nullable=True))
        op.add_column(table, sa.Column("album_tracks", sa.Integer(), nullable=True))
