"""What ``lockgroove doctor`` looks at; each check says what it found and, where something is wrong, the mend."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.terminal import Terminal

if TYPE_CHECKING:
    from services.places import Places

_LOW_DISK = 1_000_000_000
_NO_DISK = 50_000_000


class Level(StrEnum):
    """How bad a finding is; only ``fail`` makes the command fail."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report."""

    name: str
    level: Level
    text: str
    mend: str = ""


def python() -> Iterator[Finding]:
    """The interpreter and its SQLite."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", Level.OK, f"{version}, SQLite {sqlite3.sqlite_version}")


def places(found: Places) -> Iterator[Finding]:
    """The directories: there, writable, and nobody else's business."""
    for name, place in (("Data", found.data_dir), ("Cache", found.cache_dir), ("Runtime", found.runtime_dir)):
        yield _directory(name, place)
    file = found.config_file
    if not file.exists():
        yield Finding("Configuration", Level.OK, f"{file} (not written yet, defaults are used)")
    elif _others_may_read(file):
        yield Finding("Configuration", Level.WARN, f"{file} can be read by others", f"Run chmod 600 {file}.")
    else:
        yield Finding("Configuration", Level.OK, str(file))


def _directory(name: str, place: Path) -> Finding:
    if not os.access(place, os.W_OK | os.X_OK):
        return Finding(
            name, Level.FAIL, f"{place} cannot be written", "Make it writable, or choose another --data-dir."
        )
    if _others_may_read(place):
        return Finding(name, Level.WARN, f"{place} can be read by others", f"Run chmod 700 {place}.")
    return Finding(name, Level.OK, str(place))


def _others_may_read(place: Path) -> bool:
    return bool(stat.S_IMODE(place.stat().st_mode) & (stat.S_IRGRP | stat.S_IROTH))


def disk(found: Places) -> Iterator[Finding]:
    """Room for the library to grow."""
    free = shutil.disk_usage(found.data_dir).free
    text = f"{free / 1e9:.1f} GB free"
    if free < _NO_DISK:
        yield Finding("Disk", Level.FAIL, text, "Free some space; changes cannot be saved without.")
    elif free < _LOW_DISK:
        yield Finding("Disk", Level.WARN, text, "Free some space before importing anything large.")
    else:
        yield Finding("Disk", Level.OK, text)


def terminal(here: Terminal) -> Iterator[Finding]:
    """What the app can draw here."""
    if not here.is_interactive:
        yield Finding("Terminal", Level.OK, "none here (a pipe); commands work, the app needs a terminal")
        return
    if here.name in ("", "dumb"):
        yield Finding("Terminal", Level.FAIL, "TERM says it can do nothing", "Set TERM, for example to xterm-256color.")
    elif here.columns < 80 or here.rows < 24:
        size = f"{here.columns}x{here.rows}"
        yield Finding("Terminal", Level.WARN, f"{here.name}, {size}", "Make it at least 80x24; parts do not fit.")
    else:
        yield Finding("Terminal", Level.OK, f"{here.name}, {here.columns}x{here.rows}")
    yield _colors(here)
    if here.encoding not in ("UTF-8", "UTF8"):
        yield Finding("Characters", Level.WARN, here.encoding, "Set LANG to a UTF-8 locale, such as C.UTF-8.")
    where = [part for part in (here.multiplexer, "SSH" if here.over_ssh else "") if part]
    if where:
        yield Finding("Inside", Level.OK, ", ".join(where))


def _colors(here: Terminal) -> Finding:
    if here.no_color:
        return Finding("Colours", Level.OK, "off, because NO_COLOR is set")
    if here.colors >= 1 << 24:
        return Finding("Colours", Level.OK, "16 million")
    if here.colors >= 256:
        return Finding("Colours", Level.OK, "256 (COLORTERM=truecolor allows more where the terminal can)")
    return Finding("Colours", Level.WARN, str(here.colors), "Set TERM to a 256-colour kind, such as xterm-256color.")
