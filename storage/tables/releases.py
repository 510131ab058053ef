"""The catalogue: releases met through the API, and all of Discogs where its monthly dumps were imported.

Lists of neighbours are kept in the rows of their nodes, packed as :mod:`storage.catalogue.packed` says.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, Table, Text

from storage.tables.base import Key, Serial, catalogue

answer = Table(
    "answer",
    catalogue,
    Column("release_id", BigInteger, primary_key=True, autoincrement=False),
    Column("detail", LargeBinary, nullable=False),
    Column("fetched_at", Text, nullable=False),
)
"""Releases met through the API: the whole answer (zlib-compressed JSON) and when it was fetched."""

release = Table(
    "release",
    catalogue,
    Column("id", Serial, primary_key=True, autoincrement=False),
    Column("title", Key, nullable=False),
    Column("artist", Text, nullable=False),
    Column("year", Integer),
    Column("country", Text),
    Column("label", Text),
    Column("catno", Text),
    Column("format", Text),
    Column("master", BigInteger),
    Column("artists", LargeBinary),
    Column("labels", LargeBinary),
    Column("tags", LargeBinary),
    Column("credits", LargeBinary),
    Column("met_at", Text),
    Index("ix_release_title", "title"),
)
"""A release as lists show it, with its neighbours: artists it is by, labels it is on, genres, styles and formats, and
everybody else who is credited on it. ``artist`` is the line as printed, ``label`` and ``catno`` the first of each,
``format`` the formats in words. ``met_at`` is when the API last told it so, NULL where a dump did.
"""

detail = Table(
    "detail",
    catalogue,
    Column("first", Serial, primary_key=True, autoincrement=False),
    Column("records", LargeBinary, nullable=False),
)
"""What a dump says of releases beyond :data:`release`: their elements whole, many in a compressed row, by ascending id
from ``first`` on."""

node = Table(
    "node",
    catalogue,
    Column("key", Serial, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, nullable=False),
    Column("name", Key, nullable=False),
    Column("releases", LargeBinary),
    Column("artists", LargeBinary),
    Column("labels", LargeBinary),
    Column("tags", LargeBinary),
    Column("credits", LargeBinary),
    Column("years", LargeBinary),
    Index("ix_node_name", "kind", "name"),
)
"""An artist, label, master, genre, style or format. ``key`` is kind and number in one (:func:`storage.catalogue.kinds.key_of`).

``releases`` holds ids with years, newest first, unknown years last, then by id; ``artists``, ``labels`` and ``tags`` hold
ids with the number of releases that connect them, most first, then by id, except the artists of a genre or style,
which go by name; ``credits`` holds the releases on which an artist appears without being its main artist, by
id; ``years`` (years with numbers of releases, oldest first) is kept only where ``releases`` is cut into parts. Artists
and labels have genres, styles and formats among their ``tags``, genres and styles only each other; a master has
``releases`` alone, a format nothing but its name.
"""

part = Table(
    "part",
    catalogue,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("list", SmallInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("entries", LargeBinary, nullable=False),
)
"""A part of a long list: of which node, of which of its lists (:class:`storage.catalogue.lists.List`), the how many-th."""

master = Table(
    "master",
    catalogue,
    Column("id", Serial, primary_key=True, autoincrement=False),
    Column("artist", Text, nullable=False),
    Column("year", Integer),
    Column("main_release", BigInteger),
)
"""What is known of a master beyond its node, whose name is the title and whose releases are its versions."""

kinship = Table(
    "kinship",
    catalogue,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("relation", SmallInteger, primary_key=True, autoincrement=False),
    Column("other", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""Aliases, groups, members; parent and sublabels: ``other`` (a number) is ``relation`` to the node ``key``."""

ranking = Table(
    "ranking",
    catalogue,
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("rank", BigInteger, primary_key=True, autoincrement=False),
    Column("id", BigInteger, nullable=False),
    Column("tokens", Text),
    Column("name", Text),
    sqlite_with_rowid=False,
)
"""Everything that can be found by words, the most linked first (rank 1). On SQLite the words are in FTS5 tables whose
rowid is the rank; on PostgreSQL ``tokens`` has them, with an index over it. ``name`` is that of an artist or a label, once
more, so that the best known are read from one place; NULL for others, and where a version before this filled the table."""

number = Table(
    "number",
    catalogue,
    Column("spelt", Key, primary_key=True),
    Column("release_id", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""Catalogue numbers squeezed to letters and digits, and barcodes as ``=`` and their digits without leading zeros."""

spelling = Table(
    "spelling",
    catalogue,
    Column("initial", Key, primary_key=True),
    Column("length", SmallInteger, primary_key=True, autoincrement=False),
    Column("word", Key, primary_key=True),
    Column("uses", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""The words of all names and titles, where to look for what somebody mistyped."""

source = Table(
    "source",
    catalogue,
    Column("kind", Text, primary_key=True),
    Column("file", Text, nullable=False),
    Column("date", Text),
    Column("sha256", Text),
    Column("records", BigInteger, nullable=False),
    Column("skipped", BigInteger, nullable=False),
    Column("imported_at", Text, nullable=False),
)
"""The dumps that the catalogue was made from: ``kind`` is artists, labels, masters or releases."""
