"""Which queries beets is given, and which never reach a command that cannot be undone (beets-cli.md 6.1)."""

from __future__ import annotations

import pytest

from services.beets import queries
from services.beets.refusals import QueryRefused

FIELDS = frozenset(("artist", "album_id", "id", "path", "title", "year", "my_field"))


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("artist:Daft Punk", ["artist:Daft", "Punk"]),
        ('"artist:Daft Punk"', ["artist:Daft Punk"]),
        ("  a   'b c' ", ["a", "b c"]),
        ("-f --delete $(rm) `x`; y", ["-f", "--delete", "$(rm)", "`x`;", "y"]),  # words like any, behind a --
        ("   ", []),
        ("'' \"  \"", []),
    ],
)
def test_a_query_is_split_as_a_shell_splits_words(text: str, terms: list[str]) -> None:
    assert queries.terms(text) == terms


@pytest.mark.parametrize("text", ['artist:"Daft', "it's", "a\0b", "x" * 2_001, "a " * 51])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused, match="Invalid query syntax"):
        queries.terms(text)


@pytest.mark.parametrize(
    "terms",
    [
        [],
        ["Beatles"],
        ["artist:"],
        ["artist:="],
        ["artist:=~"],
        ["artist:= "],
        ["::"],
        [":x"],
        ["artist::x"],
        ["artist::.*"],
        ["-artist:x"],
        ["^artist:x"],
        ["--artist:x"],
        [","],
        ["artist:x", ",", "title:y"],
        ["nosuch:x"],
        ["year:.."],
        ["path:/"],
        ["artist:~x"],
        ["Artist:x"],
        ["artist:x", "title:"],
        ["artist:x", "year+"],
    ],
)
def test_nothing_loose_reaches_remove(terms: list[str]) -> None:
    with pytest.raises(QueryRefused):
        queries.careful(terms, FIELDS)


@pytest.mark.parametrize(
    "term",
    ["artist:Low", "artist:=Low", "artist:=~low", "album_id:12", "id:1..3", "title:=#9", "path:/m/Low", "my_field:x"],
)
def test_what_names_a_field_and_what_it_has_to_be_does(term: str) -> None:
    assert queries.careful([term], FIELDS) == [term]


def test_ids_are_joined_by_or_and_regular_expressions_are_known() -> None:
    assert queries.by_ids([3, 7]) == ["id:=3", ",", "id:=7"]
    assert [term for term in ("a", "a:b", ":b", "a::b", "-a::b", "^:b", "a:=:b") if queries.is_regex(term)] == [
        ":b",
        "a::b",
        "-a::b",
        "^:b",
    ]
    with pytest.raises(QueryRefused):
        queries.without_regex(["title:x", "title::x"])
    with pytest.raises(QueryRefused, match="Invalid format"):
        queries.checked_format("$title" * 100)
