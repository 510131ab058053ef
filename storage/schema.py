"""The schema revisions this version of the program knows, oldest first; the last is the one it works with.

Kept apart from the migrations so that opening an up-to-date store imports neither Alembic nor SQLAlchemy.
"""

from __future__ import annotations

from typing import Literal

Store = Literal["library", "catalogue"]

REVISIONS: dict[Store, tuple[str, ...]] = {
    "library": tuple(f"library_{number:04}" for number in range(1, 16)),
    "catalogue": tuple(f"catalogue_{number:04}" for number in range(1, 5)),
}


def head(store: Store) -> str:
    """The revision this version works with."""
    return REVISIONS[store][-1]
