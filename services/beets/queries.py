"""Queries as people type them, and which of them beets may be given (beets-cli.md sections 4 and 6.1).

A query is split as a shell splits words: ``"artist:Daft Punk"`` is one term, ``artist:Daft Punk`` two.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection

from services.beets.refusals import QueryRefused

LONGEST_QUERY = 2_000
MOST_TERMS = 50
LONGEST_FORMAT = 500
EMPTY = "Query must not be empty"
UNREADABLE = "Invalid query syntax"
_SPEC = re.compile(r"(?P<not>[-^]?)(?:(?P<field>[^\s:]+?)(?<!\\):)?(?P<pattern>.*)", re.DOTALL)
_CAREFUL = re.compile(r"(?P<field>[a-z_]+):(?P<exact>=~|=)?(?P<pattern>.+)", re.DOTALL)
_HOW = "Name a field and what it has to be, such as `album_id:12`, `artist:=Low` or `path:/music/Low`."


def terms(text: str) -> list[str]:
    """The terms of a query, none for a blank one. Raises :class:`QueryRefused`."""
    if "\0" in text or len(text) > LONGEST_QUERY:
        raise QueryRefused(UNREADABLE, f"At most {LONGEST_QUERY} characters, none of them NUL.")
    try:
        found = shlex.split(text)
    except ValueError:
        raise QueryRefused(UNREADABLE, "A quotation mark is not closed.") from None
    if len(found) > MOST_TERMS:
        raise QueryRefused(UNREADABLE, f"At most {MOST_TERMS} terms.")
    return [term for term in found if term.strip()]


def required(text: str) -> list[str]:
    """The terms of a query that must say something. Raises :class:`QueryRefused`."""
    found = terms(text)
    if not found:
        raise QueryRefused(EMPTY, _HOW)
    return found


def is_regex(term: str) -> bool:
    """Whether beets would read this term as a regular expression, which may never come back."""
    said = _SPEC.fullmatch(term)
    return said is not None and said["pattern"].startswith(":")


def without_regex(asked: list[str]) -> list[str]:
    """``asked``, unless a term is a regular expression: what changes files is not held up by one."""
    for term in asked:
        if is_regex(term):
            raise QueryRefused(f"Invalid query: {term!r} is a regular expression.", "Say what it contains instead.")
    return asked


def careful(asked: list[str], fields: Collection[str]) -> list[str]:
    """``asked``, if every term names a field of beets and something it has to be, for what cannot be undone.

    Neither negations nor regular expressions, alternatives or patterns that fit everything are let through, and no field
    that beets does not know: an empty pattern matches the whole library (beets-cli.md 3.6). Raises :class:`QueryRefused`.
    """
    if not asked:
        raise QueryRefused(EMPTY, _HOW)
    for term in asked:
        said = _CAREFUL.fullmatch(term)
        if said is None or (not said["exact"] and said["pattern"][0] in ":~#%"):
            raise QueryRefused(f"Invalid query: {term!r} is too loose for this.", _HOW)
        if said["field"] not in fields:
            raise QueryRefused(
                f"Invalid query: beets has no field {said['field']!r}.", "`GET /beets/fields` lists them."
            )
        if not any(letter.isalnum() for letter in said["pattern"]):
            raise QueryRefused(f"Invalid query: {term!r} would fit everything.", _HOW)
    return asked


def by_ids(ids: Collection[int]) -> list[str]:
    """The query for exactly these tracks (or albums)."""
    found: list[str] = []
    for id in ids:
        found += [",", f"id:={id:d}"] if found else [f"id:={id:d}"]
    return found


def checked_format(format: str) -> str:
    """A format of the caller's own. Raises :class:`QueryRefused`."""
    if "\0" in format or len(format) > LONGEST_FORMAT:
        raise QueryRefused("Invalid format", f"At most {LONGEST_FORMAT} characters, none of them NUL.")
    return format
