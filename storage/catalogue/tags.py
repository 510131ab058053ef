"""The words that releases share: genres, styles and formats, by number and by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from storage.catalogue.database import Database
from storage.catalogue.kinds import TAGS, Kind, key_of, parted

Tag = tuple[Kind, str]
"""A word and what it is: ``Blues`` the genre is not ``Blues`` the style."""


class Tags:
    """The words known in one state of the catalogue, a few hundred; read whole because everything is labelled with them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._tags: dict[int, Tag] = {}
        self._numbers: dict[Tag, int] = {}
        for key, name in db.rows("SELECT key, name FROM node WHERE kind IN (?, ?, ?)", tuple(map(int, TAGS))):
            kind, number = parted(key)
            self._tags[number] = (kind, name)
            self._numbers[kind, name] = number

    def __getitem__(self, number: int) -> Tag:
        return self._tags[number]

    def number(self, kind: Kind, name: str) -> int | None:
        """The number of a word, None if it is not known."""
        return self._numbers.get((kind, name))

    def kind(self, number: int) -> Kind:
        """What the word of that number is."""
        return self._tags[number][0]

    def names(self, numbers: Iterable[int], kind: Kind) -> tuple[str, ...]:
        """The words of one kind among ``numbers``, in order."""
        found = (self._tags[number] for number in numbers if number in self._tags)
        return tuple(sorted(name for each, name in found if each is kind))

    def numbers(self, kind: Kind, names: Sequence[str]) -> list[int]:
        """The numbers of words; those that are new are given one (the connection must be writing)."""
        return [self._numbers.get((kind, name)) or self._add(kind, name) for name in dict.fromkeys(names)]

    def _add(self, kind: Kind, name: str) -> int:
        number = max(self._tags, default=0) + 1
        self._db.do("INSERT INTO node (key, kind, name) VALUES (?, ?, ?)", (key_of(kind, number), int(kind), name))
        self._tags[number] = (kind, name)
        self._numbers[kind, name] = number
        return number
