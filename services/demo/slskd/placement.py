"""Where slskd puts what it fetches (slskd-api.md 8.1), on a Unix machine."""

from __future__ import annotations

import re
from pathlib import Path

from .dialect import Dialect

_ROOT = re.compile(r"[A-Za-z]:[\\/]|\\\\[^\\/]+[\\/]|@@[A-Za-z0-9]{5,}(?=[\\/])[\\/]?")


def finished(folder: Path, dialect: Dialect, filename: str, destination: str, ticks: int) -> Path:
    """The final place of a download; one that is taken gets the ticks of a clock behind its stem."""
    *parts, name = _parts(filename, dialect)
    parts = [part for part in re.split(r"[\\/]", destination) if part] if destination else parts[-1:]
    wanted = folder.joinpath(*map(_safe, parts), _safe(name))
    return wanted.with_name(f"{wanted.stem}_{ticks:018d}{wanted.suffix}") if wanted.exists() else wanted


def unfinished(folder: Path, dialect: Dialect, username: str, filename: str) -> Path:
    """Where it grows."""
    *parts, name = _parts(filename, dialect)
    parts = [username, *parts] if dialect.batches else parts[-1:]
    return folder.joinpath(*map(_safe, parts), _safe(name))


def _parts(filename: str, dialect: Dialect) -> list[str]:
    bare = _ROOT.sub("", filename, count=1) if dialect.batches and _ROOT.match(filename) else filename
    return [part for part in re.split(r"[\\/]", bare) if part] or ["_"]


def _safe(part: str) -> str:
    part = re.sub(r"[\0/\\]", "_", part)
    return "_" if part in (".", "..", "") else part
