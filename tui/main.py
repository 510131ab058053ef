"""The entry point: the app at once when there is nothing else to do, else the command line.

``lockgroove`` alone must paint quickly, so nothing of the command line (typer) is imported on that way.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path


def main() -> int:
    """Run the program with the arguments of the process; returns its exit status (docs/cli.md)."""
    arguments = sys.argv[1:]
    if _wants_app(arguments):
        return _open_app(_data_dir(arguments))
    from tui.cli.commands import run

    return run(arguments)


def _wants_app(arguments: list[str]) -> bool:
    if "_LOCKGROOVE_COMPLETE" in os.environ:
        return False  # a shell asks for completions; the words are in the environment
    match arguments:
        case []:
            return True
        case ["--data-dir", value]:
            return not value.startswith("-")
        case [value]:
            return value.startswith("--data-dir=")
        case _:
            return False


def _data_dir(arguments: list[str]) -> Path | None:
    value = arguments[-1].removeprefix("--data-dir=") if arguments else ""
    return Path(value).expanduser() if value else None


def _open_app(data_dir: Path | None) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print(
            "error: The app needs a terminal, and this is a pipe.\n"
            "Use a command instead (lockgroove --help), or lockgroove serve for the same without a screen.",
            file=sys.stderr,
        )
        return 2
    gc.disable()  # nothing of what the imports make is garbage; the app turns it on again once it has painted
    from tui.app import run

    try:
        return run(data_dir)
    except Exception as error:  # noqa: BLE001 - whatever happens becomes a sentence and a status
        from tui.cli.exits import explain

        return explain(error)


if __name__ == "__main__":
    sys.exit(main())
