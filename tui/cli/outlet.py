"""Where an export goes: standard output, or a file that is there whole or not at all."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TextIO

from services.runtime import Runtime
from tui.cli.output import leave_closed_pipe, note
from tui.cli.program import with_runtime

Write = Callable[[Runtime, TextIO], Awaitable[int]]
"""Writes to a text stream that was opened with ``newline=""`` and returns how many items."""


def written(file: Path | None, data_dir: Path | None, write: Write) -> None:
    """Let ``write`` fill ``file`` (standard output for None) and say how much that was."""
    count = _to_output(data_dir, write) if file is None else _to_file(file, data_dir, write)
    note(f"{count:,} exported{f' to {file}' if file else ''}.")


def _to_output(data_dir: Path | None, write: Write) -> int:
    target = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=False)
    try:
        count = with_runtime(data_dir, lambda runtime: write(runtime, target))
        target.flush()
    except BrokenPipeError:
        leave_closed_pipe()
        raise SystemExit(0) from None
    finally:
        target.detach()
    return count


def _to_file(file: Path, data_dir: Path | None, write: Write) -> int:
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="") as target:
            count = with_runtime(data_dir, lambda runtime: write(runtime, target))
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return count
