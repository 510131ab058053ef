"""What the reading process is told to read, as the writing one writes it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from services.catalogue.dumps.files import Dump, DumpKind
from storage.address import Address


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be read: ``dumps``, and the kinds in ``carried`` out of the catalogue at the address ``live``."""

    dumps: tuple[Dump, ...]
    scratch: Path
    live: Address
    carried: tuple[DumpKind, ...] = ()

    def as_line(self) -> bytes:
        """The task as it is told."""
        return json.dumps(asdict(self), default=str).encode() + b"\n"

    @classmethod
    def of_line(cls, line: bytes) -> Task:
        """What :meth:`as_line` told."""
        told = json.loads(line)
        dumps = (Dump(DumpKind(each.pop("kind")), Path(each.pop("file")), **each) for each in told["dumps"])
        file, server = told["live"]["file"], told["live"]["server"]
        live = Address(Path(file) if file else None, server)
        return cls(tuple(dumps), Path(told["scratch"]), live, tuple(map(DumpKind, told["carried"])))
