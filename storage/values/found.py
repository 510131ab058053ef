"""What a search of the catalogue finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Understood = Literal["words", "catalogue number", "barcode", "release", "master"]


@dataclass(frozen=True, slots=True)
class CatalogueHit:
    """Something found, as a line shows it. ``kind`` is ``artist``, ``label``, ``master`` or ``release``; ``title`` is the
    name of an artist or label; a master has nothing beyond ``artist`` and ``year``.
    """

    kind: str
    id: int
    title: str
    artist: str = ""
    year: int | None = None
    country: str | None = None
    label: str | None = None
    catno: str | None = None
    format: str | None = None
    master: int | None = None


@dataclass(frozen=True, slots=True)
class CatalogueHits:
    """An answer, kind by kind, each best first. ``understood`` is what the typed text was taken for; ``corrected`` what was
    searched for instead because nothing matches what was typed; ``more`` whether there is more than was asked for.
    """

    hits: tuple[CatalogueHit, ...] = ()
    understood: Understood = "words"
    corrected: str | None = None
    more: bool = False
