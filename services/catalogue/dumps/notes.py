"""What the reading process notes beside the new catalogue while it reads: who is called what, and what links what.

Lines of values between tabs, from which DuckDB makes the lists in the end. Names and titles are tidy, so none has a tab.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import IO

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

    def new(self, numbers: Iterable[int]) -> list[int]:
        """Those of ``numbers`` that were not met before."""
        small = self._small
        try:
            return [number for number in numbers if not small[number]]
        except IndexError:
            return [number for number in numbers if number not in self]

    def __contains__(self, number: int) -> bool:
        return bool(self._small[number]) if number < len(self._small) else number in self._large

    def add(self, number: int) -> None:
        """Take note of a number."""
        if number >= _SMALL:
            self._large.add(number)
            return
        if number >= len(self._small):
            self._small += bytes(max(number + 1 - len(self._small), len(self._small) // 4))
        self._small[number] = 1


class Notes:
    """The files of lines. ``name``, ``kin``, ``master`` and ``link``, each with ``.tsv``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, IO[str]] = {
            name: (folder / f"{name}.tsv").open("w", encoding="utf-8", newline="\n", buffering=1 << 18)
            for name in ("name", "kin", "master", "link")
        }
        self.links = self._files["link"]
        self._names = self._files["name"].write
        self._named = {kind: Met() for kind in Kind}
        self._lines = 0

    def unnamed(self, kind: Kind, numbers: Iterable[int]) -> list[int]:
        """Those of ``numbers`` for which there is no name yet."""
        return self._named[kind].new(numbers)

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
            if self.unnamed(kind, (relative.id,)):
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

    def close(self) -> None:
        """All lines are in the files after this."""
        for file in self._files.values():
            file.close()
