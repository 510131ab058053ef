"""What was ranked, as either process reads it to make the search index of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from storage.catalogue.kinds import Kind
from storage.catalogue.wording import Ranked
from storage.catalogue.words import name_tokens, release_tokens

WORDS = "words.db"
"""Where the reading process indexes words, if the catalogue is in a file."""
_TOGETHER = 2048


def found_in(files: Iterable[tuple[Kind, Path]]) -> Iterator[tuple[Kind, Ranked]]:
    """What several files say, each of a kind."""
    return ((kind, found) for kind, file in files for found in found_by(kind, file))


def found_by(kind: Kind, file: Path) -> Iterator[Ranked]:
    """What a file of :func:`services.catalogue.dumps.ranks.rank` says, some thousand at a time; artists and labels have names.

    Only to the first of both processes that asks: who has time takes on the next kind.
    """
    try:
        file.with_suffix(".taken").touch(exist_ok=False)
    except FileExistsError:
        return
    first = 1
    with file.open(encoding="utf-8", newline="\n") as lines:
        while some := [line[:-1].split("\t", 1) for line in islice(lines, _TOGETHER)]:
            spelt, texts = zip(*some, strict=True)
            ids = [*map(int, spelt)]
            named = kind in (Kind.ARTIST, Kind.LABEL)
            tokens = texts if kind is Kind.RELEASE else [*map(name_tokens if named else _of_master, texts)]
            found = Ranked(first, ids, tokens, texts if named else [None] * len(ids))
            if not all(tokens):
                kept = [row for row in zip(*found[1:], strict=True) if row[1]]
                found = Ranked(first, *zip(*kept, strict=True)) if kept else Ranked(first, (), (), ())
            first += len(found.ids)
            yield found


def _of_master(text: str) -> str:
    title, _, artist = text.partition("\t")
    return release_tokens(artist, title)
