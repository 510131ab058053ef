"""The whole of Discogs: nodes with their lists, releases, search. What came through the API is kept as answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "catalogue_0002"
down_revision = "catalogue_0001"

Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_WORDS_SQLITE = tuple(
    f"""CREATE VIRTUAL TABLE {kind}_words USING fts5(tokens, content='', columnsize=0, detail=none,
    prefix='1 2 3 4 5 6', tokenize="ascii tokenchars '='")"""
    for kind in ("artist", "label", "master", "release")
)
_WORDS_POSTGRESQL = tuple(
    f"""CREATE INDEX ix_ranking_{kind} ON ranking USING gin (array_to_tsvector(string_to_array(tokens, ' ')))
    WHERE kind = {number}"""
    for kind, number in (("artist", 0), ("label", 1), ("master", 2), ("release", 6))
)


def _number(name: str, **also: object) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False, **also)  # pyright: ignore


def upgrade() -> None:
    op.rename_table("release", "answer")
    with op.batch_alter_table("answer") as answer:
        for name in ("artist", "title", "year"):
            answer.drop_column(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.text("ALTER INDEX pk_release RENAME TO pk_answer"))
    op.create_table(
        "release",
        _number("id"),
        sa.Column("title", Key, nullable=False),
        sa.Column("artist", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("catno", sa.Text(), nullable=True),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("master", sa.BigInteger(), nullable=True),
        sa.Column("artists", sa.LargeBinary(), nullable=True),
        sa.Column("labels", sa.LargeBinary(), nullable=True),
        sa.Column("tags", sa.LargeBinary(), nullable=True),
        sa.Column("credits", sa.LargeBinary(), nullable=True),
        sa.Column("met_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_release"),
    )
    op.create_index("ix_release_title", "release", ["title"])
    op.create_table(
        "detail",
        _number("first"),
        sa.Column("records", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("first", name="pk_detail"),
    )
    op.create_table(
        "node",
        _number("key"),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("name", Key, nullable=False),
        *(
            sa.Column(name, sa.LargeBinary(), nullable=True)
            for name in ("releases", "artists", "labels", "tags", "credits", "years")
        ),
        sa.PrimaryKeyConstraint("key", name="pk_node"),
    )
    op.create_index("ix_node_name", "node", ["kind", "name"])
    op.create_table(
        "part",
        _number("key"),
        sa.Column("list", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", "list", "number", name="pk_part"),
    )
    op.create_table(
        "master",
        _number("id"),
        sa.Column("artist", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("main_release", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_master"),
    )
    op.create_table(
        "kinship",
        _number("key"),
        sa.Column("relation", sa.SmallInteger(), autoincrement=False, nullable=False),
        _number("other"),
        sa.PrimaryKeyConstraint("key", "relation", "other", name="pk_kinship"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ranking",
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        _number("rank"),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("tokens", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "rank", name="pk_ranking"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "number",
        sa.Column("spelt", Key, nullable=False),
        _number("release_id"),
        sa.PrimaryKeyConstraint("spelt", "release_id", name="pk_number"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "spelling",
        sa.Column("initial", Key, nullable=False),
        sa.Column("length", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("word", Key, nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("initial", "length", "word", name="pk_spelling"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "source",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("date", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("skipped", sa.BigInteger(), nullable=False),
        sa.Column("imported_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_source"),
    )
    for statement in _WORDS_SQLITE if op.get_bind().dialect.name == "sqlite" else _WORDS_POSTGRESQL:
        op.execute(sa.text(statement))
