"""What the documents say of the program is what the program does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import typer

from tui.actions import ACTIONS
from tui.cli.commands import app
from tui.cli.exits import Exit

ROOT = Path(__file__).resolve().parents[3]
CLI = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
KEYS = {
    "=": "equals_sign",
    "\\": "backslash",
    "F3": "f3",
    "F6": "f6",
    "F7": "f7",
    "F8": "f8",
    "/": "slash",
    "'": "apostrophe",
    "?": "question_mark",
    "*": "asterisk",
    "→": "right",
    "]": "right_square_bracket",
    "-": "minus",
    "esc": "escape",
}


def commands(group: typer.Typer, prefix: str = "") -> Iterator[str]:
    """The full names of all commands."""
    for command in group.registered_commands:
        name = command.name or getattr(command.callback, "__name__", "")
        yield f"{prefix}{name}"
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        yield from commands(inner.typer_instance, f"{prefix}{inner.name} ")


def test_every_command_is_described() -> None:
    for command in commands(app):
        first, _, second = command.partition(" ")
        line = next((line for line in CLI.splitlines() if line.startswith("|") and f"`{first}" in line), "")
        assert f"`{command}" in line or (second and f"`{second}`" in line) or f"`{command} " in CLI, command


def test_every_exit_status_is_described() -> None:
    described = {int(number) for number in re.findall(r"^\| (\d+) \|", CLI, re.MULTILINE)}
    assert described == {int(status) for status in Exit}
    assert app.info.epilog
    assert described == {int(number) for number in re.findall(r"\d+", app.info.epilog)}


def test_the_keys_in_the_readme_exist() -> None:
    known = {key for action in ACTIONS for key in action.keys.split(",")}
    table = README[README.index("| key | does |") : README.index("## Without a screen")]
    keys = re.findall(r"`([^`]+)`", "\n".join(line.split("|")[1] for line in table.splitlines() if line.count("|") > 2))
    assert len(keys) > 15
    assert {KEYS.get(key, key) for key in keys} <= known
