"""Where a sync is, and what one sync leaves for the next: the job's checkpoint and the memory in its result."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from storage.values import Document

ALL_READ = 0
"""The page of a mark whose full pass has read every page and only has to be concluded."""


class Stage(StrEnum):
    """What a sync is doing. The wire's ``phase`` (records-contract.md 1) knows no wants: there they are pulled."""

    PULL = "pull"
    WANTS = "wants"
    PUSH = "push"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Memory:
    """What the next sync must know: when everything was last read (ISO 8601 UTC), and per folder by how much Discogs
    counts more copies than it lists (hidden and deleted releases; discogs-api.md 3, "Short pages exist"). The same of
    the wantlist.
    """

    full_at: str | None = None
    hidden: Mapping[int, int] = field(default_factory=dict[int, int])
    wants_full_at: str | None = None
    wants_hidden: int = 0

    @classmethod
    def read(cls, result: Mapping[str, Any] | None) -> Self:
        """The memory in the result of an earlier sync; an empty one where there is none."""
        kept: Mapping[str, Any] = (result or {}).get("memory") or {}
        hidden: Mapping[str, int] = kept.get("hidden") or {}
        return cls(
            kept.get("full_at"),
            {int(folder): int(count) for folder, count in hidden.items()},
            kept.get("wants_full_at"),
            int(kept.get("wants_hidden", 0)),
        )

    def document(self) -> Document:
        """As it is kept in a result."""
        return {
            "full_at": self.full_at,
            "hidden": {str(folder): count for folder, count in self.hidden.items()},
            "wants_full_at": self.wants_full_at,
            "wants_hidden": self.wants_hidden,
        }


@dataclass(frozen=True, slots=True)
class WantsMark:
    """Where the reading of the wantlist is: the next page (or :data:`ALL_READ`) of the pass that began at ``since``
    (None: none is under way).

    ``items`` is how many wants Discogs says there are, ``moved`` whether some were taken away while reading, ``short``
    by how many the pass before this one saw fewer; ``changed`` counts what is new, different or gone.
    """

    since: str | None = None
    page: int = 1
    passes: int = 0
    items: int = 0
    moved: bool = False
    short: int | None = None
    changed: int = 0

    def new_pass(self, since: str, short: int | None) -> Self:
        """At the first page of another pass."""
        return replace(self, since=since, page=1, passes=self.passes + 1, moved=False, short=short)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """The checkpoint of a sync, stored in one transaction with the page it describes.

    ``account`` is the name of the account that is read. ``page`` is the next page (or :data:`ALL_READ`) of the full pass
    ``pass_id`` (None: none is under way) that began at ``since``; ``items`` is how many copies Discogs says there are,
    ``moved`` whether copies were taken away while reading; ``record`` is the last record the push has dealt with.
    """

    account: str = ""
    stage: Stage = Stage.PULL
    pass_id: str | None = None
    since: str = ""
    page: int = 1
    passes: int = 0
    items: int = 0
    moved: bool = False
    record: int = 0
    pulled: int = 0
    pushed: int = 0
    skipped: int = 0
    edited: int = 0
    gone: int = 0
    wants: WantsMark = field(default_factory=WantsMark)
    memory: Memory = field(default_factory=Memory)

    @classmethod
    def read(cls, checkpoint: Mapping[str, Any]) -> Self | None:
        """The bookmark in a checkpoint; None in an empty one: the sync has only just begun."""
        if not checkpoint:
            return None
        kept: dict[str, Any] = {
            **checkpoint,
            "stage": Stage(checkpoint["stage"]),
            "wants": WantsMark(**checkpoint.get("wants", {})),
            "memory": Memory.read(checkpoint),
        }
        return cls(**kept)

    def document(self) -> Document:
        """As it is kept in a checkpoint."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        told = {"stage": self.stage.value, "wants": asdict(self.wants), "memory": self.memory.document()}
        return {**plain, **told}

    def new_pass(self, since: str) -> Self:
        """At the first page of another full pass."""
        return replace(self, pass_id=uuid.uuid4().hex, since=since, page=1, passes=self.passes + 1, moved=False)

    @property
    def counts(self) -> dict[str, int]:
        """The figures that progress shows (records-contract.md 1, SyncProgress), and those of the wantlist."""
        return {
            "pulled": self.pulled,
            "pushed": self.pushed,
            "skipped": self.skipped,
            "edited": self.edited,
            "gone": self.gone,
            "totalDiscogsItems": self.items,
            "wants": self.wants.items,
            "wantsChanged": self.wants.changed,
        }
