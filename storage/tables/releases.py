"""The catalogue: releases met through the API."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text

from storage.tables.base import catalogue

release = Table(
    "release",
    catalogue,
    Column("release_id", BigInteger, primary_key=True, autoincrement=False),
    Column("artist", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("year", Integer),
    Column("detail", LargeBinary, nullable=False),
    Column("fetched_at", Text, nullable=False),
)
"""Releases met through the API: the whole answer (zlib-compressed JSON) and when it was fetched."""
