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
    if (options := _options_of_app(arguments)) is not None:
        if user := options.get("--user"):
            os.environ["LOCKGROOVE_USER"] = user
        place = options.get("--data-dir")
        return _open_app(Path(place).expanduser() if place else None)
    from tui.cli.commands import run

    return run(arguments)


def _options_of_app(arguments: list[str]) -> dict[str, str] | None:
    """The options by name where there is nothing else, so that the app is meant; None where there is a command."""
    if "_LOCKGROOVE_COMPLETE" in os.environ:
        return None  # a shell asks for completions; the words are in the environment
    given: dict[str, str] = {}
    rest = iter(arguments)
    for argument in rest:
        name, equals, value = argument.partition("=")
        value = value if equals else next(rest, "-")
        if name not in ("--data-dir", "--user") or value.startswith("-"):
            return None
        given[name] = value
    return given


def _open_app(data_dir: Path | None) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print(
            "error: The app needs a terminal, and this is a pipe.\n"
            "Use a command instead (lockgroove --help), or lockgroove serve for the same without a screen.",
            file=sys.stderr,
        )
        return 2
    gc.disable()  # nothing of what the imports make is garbage; the app turns it on again once its services are up
    from tui.app import run

    try:
        return run(data_dir)
    except Exception as error:  # noqa: BLE001 - whatever happens becomes a sentence and a status
        from tui.cli.exits import explain

        return explain(error)


if __name__ == "__main__":
    sys.exit(main())
