"""The names of artists and labels beside their ranks, where completing what is typed finds the best known together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "catalogue_0004"
down_revision = "catalogue_0003"


def upgrade() -> None:
    op.add_column("ranking", sa.Column("name", sa.Text(), nullable=True))
