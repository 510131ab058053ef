"""``migrate sqlite-to-postgres`` as a person or a script runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

MOVE = ("migrate", "sqlite-to-postgres")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), "DATABASE_URL"),
        (("--to", "mysql://x/y"), "postgresql://"),
        (("--to", "postgresql://me:hidden-word@127.0.0.1:1/x"), "can be read by everybody"),
        (("--to", "postgresql://127.0.0.1:1/x?user=me&password=hidden-word"), "can be read by everybody"),
    ],
)
def test_a_target_that_is_missing_or_tells_a_password_is_refused(
    lockgroove: Any, arguments: tuple[str, ...], named: str
) -> None:
    ran = lockgroove(*MOVE, *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert named in ran.err
    assert "hidden-word" not in ran.err


@pytest.mark.postgres
def test_what_was_moved_is_told_and_the_program_goes_on_there(
    lockgroove: Any, postgres_url: str, tmp_path: Path
) -> None:
    lockgroove("records", "add", "--artist", "Björk", "--title", "Post")
    moved = lockgroove(*MOVE, "--json", DATABASE_URL=postgres_url)
    assert moved.status == 0, moved.err
    rows = {each["table"]: each["rows"] for each in moved.json["tables"] if each["store"] == "library"}
    assert (rows["record"], rows["user"]) == (1, 1)
    assert moved.json["secretsFile"] == str(tmp_path / "home" / "secrets.json")
    assert "Björk" in lockgroove("records", "list", DATABASE_URL=postgres_url).out
    again = lockgroove(*MOVE, DATABASE_URL=postgres_url)
    assert (again.status, again.out) == (1, "")
    assert "holds a library already" in again.err
