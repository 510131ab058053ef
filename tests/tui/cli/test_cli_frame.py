"""What holds for every command: start-up, usage errors, where text goes, completion."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

from storage.values import SortBy
from tests.stopped import what_comes
from tui.cli.records import Sorting

HEAVY = ("sqlalchemy", "fastapi", "textual", "httpx", "structlog", "alembic", "asyncio", "rich.console")


def modules_after(*arguments: str) -> set[str]:
    """The modules that a run of the program with these arguments had loaded when it ended."""
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('\\n'.join(sys.modules), file=sys.stderr))\n"
        f"sys.argv = ['lockgroove', *{list(arguments)!r}]\n"
        "from tui.main import main\n"
        "sys.exit(main())\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    return set(ended.stderr.split())


def test_help_loads_nothing_heavy() -> None:
    loaded = modules_after("--help")
    assert "typer" in loaded
    assert not loaded.intersection({*HEAVY, "pydantic"})


@pytest.mark.parametrize("arguments", [["records", "--help"], ["sync", "--help"], ["no-such-command"]])
def test_the_commands_are_parsed_before_anything_heavy_is_loaded(arguments: list[str]) -> None:
    loaded = modules_after(*arguments)  # typer itself takes pydantic to read the values of options
    assert "typer" in loaded
    assert not loaded.intersection(HEAVY)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--data-dir", "somewhere"],
        ["--data-dir=somewhere"],
        ["--user", "a@b.c"],
        ["--user=a@b.c", "--data-dir", "x"],
    ],
)
def test_the_app_starts_without_the_command_line(arguments: list[str]) -> None:
    loaded = modules_after(*arguments)  # without a terminal it ends at once, before the app is built
    assert "tui.main" in loaded
    assert not loaded.intersection({"typer", "tui.cli.commands"})


@pytest.mark.parametrize(
    "arguments", [["--user"], ["--user", "a@b.c", "version"], ["--user", "--help"], ["--data-dir"]]
)
def test_anything_beyond_is_the_command_line(arguments: list[str]) -> None:
    assert "tui.cli.commands" in modules_after(*arguments)


def test_the_app_says_that_a_pipe_is_no_terminal(lockgroove: Any) -> None:
    ran = lockgroove()
    assert ran.status == 2
    assert ran.out == ""
    assert "needs a terminal" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["records"],
        ["records", "show"],
        ["records", "list", "--sort", "smell"],
        ["records", "list", "--rating", "6"],
        ["records", "list", "--limit", "0"],
        ["records", "add", "--artist", "Only Half"],
        ["records", "edit", "00000000-0000-0000-0000-000000000000"],
        ["sync", "tidal"],
        ["search"],
        ["search", "  "],
        ["serve", "--port", "70000"],
        ["config", "set", "no_such_setting", "1"],
        ["config", "set", "lockgroove_port", "many"],
        ["demo", "--fault", "no_such_fault", "--headless"],
        ["import", "csv"],
        ["backup"],
        ["token", "create"],
        ["connect", "discogs", "--status", "--disconnect"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_a_reason(lockgroove: Any, arguments: list[str]) -> None:
    ran = lockgroove(*arguments)
    assert (ran.status, ran.out if "Usage:" not in ran.out else "") == (2, "")
    assert ran.err.strip() or "Usage:" in ran.out
    assert "Traceback" not in ran.err


def test_version_as_text_and_as_json(lockgroove: Any) -> None:
    text, document = lockgroove("version"), lockgroove("version", "--json").json
    assert re.fullmatch(r"lockgroove \d+\.\d+\.\d+\S* \(Python 3\.\d+\.\d+\)\n", text.out)
    assert set(document) == {"version", "python", "platform"}
    assert document["version"] in text.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_printed(lockgroove: Any, shell: str) -> None:
    ran = lockgroove("--show-completion", shell)
    assert ran.status == 0
    assert "_LOCKGROOVE_COMPLETE" in ran.out


def test_the_shell_gets_the_commands_as_completions(lockgroove: Any) -> None:
    ran = lockgroove(_LOCKGROOVE_COMPLETE="complete_bash", COMP_WORDS="lockgroove re", COMP_CWORD="1")
    assert ran.status == 0
    assert set(ran.out.split()) == {"recommend", "records", "restore"}


def test_a_broken_setting_names_itself_and_the_mend(lockgroove: Any) -> None:
    ran = lockgroove("config", LOCKGROOVE_PORT="many")
    assert ran.status == 2
    assert ran.err.startswith("error: LOCKGROOVE_PORT cannot be used")
    assert "environment variable LOCKGROOVE_PORT" in ran.err


def test_config_masks_secrets_and_says_where_values_came_from(lockgroove: Any) -> None:
    secret = "abcdefghijklmnopqrstuvwxyz1234"
    lockgroove("config", "set", "lockgroove_port", "8123")
    ran = lockgroove("config", "--json", DISCOGS_TOKEN=secret)
    settings = {setting["name"]: setting for setting in ran.json}
    assert secret not in ran.out + ran.err
    assert settings["DISCOGS_TOKEN"]["value"] == "…1234"
    assert settings["DISCOGS_TOKEN"]["source"] == "environment"
    assert (settings["LOCKGROOVE_PORT"]["value"], settings["LOCKGROOVE_PORT"]["source"]) == ("8123", "file")
    assert settings["LOCKGROOVE_HEALTH_PORT"]["source"] == "default"


def test_a_secret_is_piped_in_and_never_stands_on_the_command_line(lockgroove: Any) -> None:
    secret = "abcdefghijklmnopqrstuvwxyz1234"
    refused = lockgroove("config", "set", "plex_token", secret)
    assert refused.status == 2 and "leave it out here" in refused.err and secret not in refused.err
    assert lockgroove("config", "set", "plex_token", typed=f"{secret}\n").out == "PLEX_TOKEN = …1234\n"
    settings = {setting["name"]: setting for setting in lockgroove("config", "--json").json}
    assert (settings["PLEX_TOKEN"]["value"], settings["PLEX_TOKEN"]["source"]) == ("…1234", "kept")
    lockgroove("config", "set", "plex_token", "")
    assert lockgroove("config", "set", "plex_token").status == 2


def test_config_is_a_table_without_control_sequences(lockgroove: Any) -> None:
    lines = lockgroove("config").out.splitlines()
    assert lines[0].split() == ["NAME", "VALUE", "FROM"]
    columns = {line.index(line.split()[-1]) for line in lines}
    assert len(columns) == 1, "the last column is aligned"
    assert "\x1b" not in "".join(lines)


def test_the_data_directory_counts_before_and_after_the_command(lockgroove: Any, tmp_path: Path) -> None:
    for place in ("before", "after", "inside"):
        (tmp_path / place).mkdir()
    lockgroove("--data-dir", str(tmp_path / "before"), "config", "set", "compact", "true")
    lockgroove("config", "--data-dir", str(tmp_path / "after"), "set", "compact", "true")
    lockgroove("config", "set", "compact", "true", "--data-dir", str(tmp_path / "inside"))
    for place in ("before", "after", "inside"):
        assert "compact = true" in (tmp_path / place / "lockgroove.toml").read_text()


def test_a_reader_that_has_seen_enough_is_no_error(lockgroove: Any, tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "lockgroove"
    ended = subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {program} openapi | head -c 1"], capture_output=True, timeout=60
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"{", b"")


def test_the_sort_columns_are_those_of_the_store() -> None:
    assert list(get_args(Sorting)) == [str(column) for column in SortBy]


def test_an_unforeseen_error_is_one_line_unless_debugging(lockgroove: Any, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    plain = lockgroove("openapi", "--output", str(tmp_path / "no" / "such" / "folder.json"))
    assert plain.status == 1
    assert plain.err.startswith("error: ")
    assert "Traceback" not in plain.err
    debugging = lockgroove("openapi", "--output", str(tmp_path / "no" / "such" / "folder.json"), LOG_LEVEL="DEBUG")
    assert debugging.status == 1
    assert "FileNotFoundError" in debugging.err


def test_a_table_on_a_terminal_fits_its_width(tmp_path: Path) -> None:
    program = str(Path(sys.executable).parent / "lockgroove")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "LOCKGROOVE_DATA_DIR": str(tmp_path), "COLUMNS": "60", "LINES": "24"}
    with subprocess.Popen([program, "config"], stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as running:
        os.close(theirs)
        text = b""
        try:
            while chunk := os.read(ours, 65536):
                text += chunk
        except OSError:  # the other end is closed
            os.close(ours)
    assert running.returncode == 0
    lines = text.decode().splitlines()
    assert len(lines) > 10
    assert max(map(len, lines)) <= 60


def test_a_terminal_that_is_not_utf_8_ends_nothing(lockgroove: Any) -> None:
    old = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    lockgroove("records", "add", "--artist", "Björk", "--title", "日本")
    assert "Bj?rk" in lockgroove("records", "list", **old).out
    (record,) = lockgroove("records", "list", "--json", **old).json["records"]
    assert (record["artistName"], record["albumTitle"]) == ("Björk", "日本")


def test_what_is_said_into_a_pipe_is_whole_if_the_program_is_stopped_amid_it() -> None:
    came = what_comes([sys.executable, "-m", "tui.main", "openapi"])
    assert len(came) > 1 << 17
    assert json.loads(came)["openapi"]
