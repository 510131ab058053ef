"""What a :class:`RecordQuery` asks of the search index, and how each engine's index is asked.

Every record carries its words and its facets as tokens in one blank-separated text. A query is a list of demands, all
of which must hold; a demand is a tuple of alternatives. A typed word is a prefix, a facet is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage.fold import facet, squeeze, words
from storage.values import SORTS, Record, RecordQuery

WORDS_POSTGRESQL = "array_to_tsvector(string_to_array(btrim(record.tokens), ' '))"
"""The expression that PostgreSQL's GIN index on the tokens is built over."""
_MOST_WORDS = 400
_NULLABLE = frozenset({"year_released", "label_key", "catalog_key", "size_key", "color_key", "folder_key"})


@dataclass(frozen=True, slots=True)
class Term:
    """A token to look for: ``prefix`` says that it may go on."""

    token: str
    prefix: bool = False


Demands = tuple[tuple[Term, ...], ...]


def demands(query: RecordQuery) -> Demands:
    """Everything ``query`` asks for; empty if it asks for all records."""
    typed = [(Term(word, prefix=True),) for word in dict.fromkeys(words(query.text))]
    wanted: dict[str, tuple[object, ...]] = {
        "s": query.sizes,
        "c": query.colors,
        "f": query.folders,
        "g": query.genres,
        "y": query.styles,
        "d": query.decades,
        "l": query.labels,
        "r": query.ratings,
        "h": () if query.shaped is None else (int(query.shaped),),
        "k": () if query.synced is None else (int(query.synced),),
        "x": () if query.removed else (0,),
    }
    facets = [tuple(Term(facet(kind, value)) for value in values) for kind, values in wanted.items() if values]
    return (*typed, *facets)


EVERYTHING: Demands = ((Term(facet("x", 0)), Term(facet("x", 1))),)
"""What every record has: its index is the quickest way to count them."""


def fts5(asked: Demands) -> str:
    """``asked`` as an FTS5 expression."""
    return " AND ".join("(" + " OR ".join(_fts5_term(term) for term in group) + ")" for group in asked)


def _fts5_term(term: Term) -> str:
    return f'"{term.token}"*' if term.prefix else f'"{term.token}"'


def tsquery(asked: Demands) -> str:
    """``asked`` as text to be cast to ``tsquery``."""
    return " & ".join("(" + " | ".join(_tsquery_term(term) for term in group) + ")" for group in asked)


def _tsquery_term(term: Term) -> str:
    return f"'{term.token}':*" if term.prefix else f"'{term.token}'"


def order_by(query: RecordQuery) -> str:
    """The ORDER BY of ``query`` on either engine: total, what is missing last in both directions."""
    direction = "DESC" if query.descending else "ASC"
    columns = (*SORTS[query.sort_by], "id")
    return ", ".join(f"record.{name} {direction}{' NULLS LAST' * (name in _NULLABLE)}" for name in columns)


def tokens(record: Record) -> str:
    """The token text of ``record``: each token has a blank before and after it."""
    texts = (record.artist_name, record.album_title, record.label_name, record.catalog_number, record.vinyl_color)
    found = [word for text in texts if text for word in words(text)]
    numbers = (squeeze(record.catalog_number), squeeze(record.upc_code), str(record.year_released or ""))
    found += [word for number in numbers for word in words(number)]
    return f" {' '.join(dict.fromkeys((*found[:_MOST_WORDS], *_facets(record))))} "


def _facets(record: Record) -> list[str]:
    single: dict[str, object | None] = {
        "s": record.record_size,
        "c": record.vinyl_color,
        "f": record.folder_name,
        "l": record.label_name,
        "d": None if record.year_released is None else record.year_released // 10 * 10,
        "r": record.rating,
        "h": int(record.is_shaped or record.is_picture_disc),
        "k": int(record.is_synced),
        "x": int(record.removed_at is not None),
    }
    found = [facet(kind, value) for kind, value in single.items() if value is not None]
    found += [facet("g", genre) for genre in record.genres]
    return found + [facet("y", style) for style in record.styles]
