"""What arrived in the downloads folder and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "library_0009"
down_revision = "library_0008"

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("state IN ('waiting', 'asked', 'importing')")


def upgrade() -> None:
    op.create_table(
        "arrival",
        sa.Column("id", Serial, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("state", Key, nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("marker", sa.Text(), nullable=False),
        sa.Column("autotag", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("quiet", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("files", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("size", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("imported", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("skipped", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("filed", sa.Text(), server_default="[]", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("output", sa.Text(), nullable=False),
        sa.Column("arrived_at", Key, nullable=False),
        sa.Column("changed_at", Key, nullable=False),
        sa.Column("begun_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_arrival_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_arrival"),
        sa.UniqueConstraint("marker", name="uq_arrival_marker"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_arrival_open", "arrival", ["user_id", "path"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index("ix_arrival_newest", "arrival", ["user_id", "state", "id"], unique=False)
    op.create_index("ix_arrival_path", "arrival", ["user_id", "path", "id"], unique=False)
