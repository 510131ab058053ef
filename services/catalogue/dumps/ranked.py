"""What was ranked, as either process reads it to make the search index of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from storage.catalogue.kinds import Kind
from storage.catalogue.wording import Ranked
from storage.catalogue.words import name_tokens, release_tokens

APART = "words.db"
"""Where the reading process indexes words, if the catalogue is in a file: the writing one has as much to do."""
_TOGETHER = 2048


def found_by(kind: Kind, file: Path) -> Iterator[list[Ranked]]:
    """What a file of :func:`services.catalogue.dumps.ranks.rank` says, some thousand at a time; names those of artists and
    labels.
    """
    with file.open(encoding="utf-8", newline="\n") as lines:
        ranked = enumerate((found for found in _spelt(kind, lines) if found[1]), 1)
        while rows := [(rank, *found) for rank, found in islice(ranked, _TOGETHER)]:
            yield rows


def _spelt(kind: Kind, lines: Iterable[str]) -> Iterator[tuple[int, str, str | None]]:
    for line in lines:
        number, _, text = line.rstrip("\n").partition("\t")
        if kind is Kind.RELEASE:
            yield int(number), text, None
        elif kind is Kind.MASTER:
            title, _, artist = text.partition("\t")
            yield int(number), release_tokens(artist, title), None
        else:
            yield int(number), name_tokens(text), text
