"""What the reading process notes beside the new catalogue while it reads: who is called what, and what links what.

Names are lines of values between tabs; names and titles are tidy, so none has a tab. Links are numbers of 32 bits.
DuckDB makes the lists of them in the end.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from services.catalogue.dumps.others import Master, Named
from storage.catalogue.kinds import Kind, Relation

MENTIONED, TOLD = 0, 1 << 60
"""Where a name is from, somebody else's element or its own: what a later line is preferred by."""
_SMALL = 1 << 27


class Met:
    """Numbers that were met before, a byte for each up to the largest that Discogs will have for long."""

    def __init__(self) -> None:
        self._small = bytearray(1 << 16)
        self._large: set[int] = set()

    def __contains__(self, number: int) -> bool:
        return bool(self._small[number]) if number < len(self._small) else number in self._large

    def are_new(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which of ``numbers`` were not met before."""
        if len(numbers) and int(numbers.max()) >= len(self._small):
            return np.array([number not in self for number in numbers.tolist()])
        return np.frombuffer(self._small, np.bool_)[numbers] == 0

    def add(self, number: int) -> None:
        """Take note of a number."""
        if number >= _SMALL:
            self._large.add(number)
            return
        if number >= len(self._small):
            self._small += bytes(max(number + 1 - len(self._small), len(self._small) // 4))
        self._small[number] = 1


LINKS = {
    "release": ("place", "id", "year", "master", "main", "combination"),
    "artist": ("place", "id"),
    "credit": ("place", "id"),
    "label": ("place", "id"),
}
"""The files of links, and the numbers of a row in each. Releases go by their places, in the order in which they came."""


class Notes:
    """The files of lines: ``name``, ``kin``, ``master`` and ``combination`` (of tags), each with ``.tsv``; and of links."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, IO[str]] = {
            name: (folder / f"{name}.tsv").open("w", encoding="utf-8", newline="\n", buffering=1 << 18)
            for name in ("name", "kin", "master", "combination")
        }
        self._links: dict[str, IO[bytes]] = {
            name: (folder / f"{name}.links").open("wb", buffering=1 << 18) for name in LINKS
        }
        self._names = self._files["name"].write
        self._named = {kind: Met() for kind in Kind}
        self._lines = 0

    def are_new(self, kind: Kind, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """For which of ``numbers`` there is no name yet."""
        return self._named[kind].are_new(numbers)

    def is_new(self, kind: Kind, number: int) -> bool:
        """Whether there is no name for ``number`` yet."""
        return number not in self._named[kind]

    def name(self, kind: Kind, number: int, name: str, source: int = MENTIONED) -> None:
        """Note what a node is called; of several names the last that its own element tells is kept."""
        if name and number:
            self._named[kind].add(number)
            self._lines += 1
            self._names(f"{kind:d}\t{number}\t{source + self._lines}\t{name}\n")

    def told(self, kind: Kind, named: Named) -> None:
        """Note an artist or a label with its relatives."""
        self.name(kind, named.id, named.name, TOLD)
        for relative in named.relatives:
            if self.is_new(kind, relative.id):
                self.name(kind, relative.id, relative.name)
            self.kinship(kind, named.id, relative.relation, relative.id)

    def kinship(self, kind: Kind, number: int, relation: Relation, other: int) -> None:
        """Note that ``other`` is ``relation`` to ``number``."""
        self._files["kin"].write(
            f"{int(kind)}\t{number}\t{int(relation)}\t{other}\n{int(kind)}\t{other}\t{int(relation.inverse)}\t{number}\n"
        )

    def master(self, master: Master, source: int = TOLD) -> None:
        """Note a master."""
        self._named[Kind.MASTER].add(master.id)
        self._lines += 1
        self._files["master"].write(
            f"{master.id}\t{source + self._lines}\t{master.year or 0}\t{master.main_release or 0}"
            f"\t{master.title}\t{master.artist}\n"
        )

    def links(self, table: str, rows: npt.NDArray[np.int64]) -> None:
        """Note rows of numbers."""
        self._links[table].write(rows.astype("<u4").tobytes())

    def combination(self, number: int, words: list[int], formats: list[int]) -> None:
        """Note which genres and styles, and which formats are together on some releases."""
        self._files["combination"].write(f"{number}\t{words}\t{formats}\n")

    def close(self) -> None:
        """Everything is in the files after this."""
        for file in (*self._files.values(), *self._links.values()):
            file.close()
