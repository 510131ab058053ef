"""Where a finished download lies: slskd's own rules, seen from this machine (slskd-api.md 8.1).

Remote names become parts of paths here, so each goes through :func:`part_of_path`, and nothing outside the downloads folder is
ever answered.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from services.soulseek.models import DaemonOptions, parted
from services.soulseek.versions import Features

_ROOT = re.compile(r"(?:[A-Za-z]:[\\/]|\\\\[^\\/]+[\\/]|@@[A-Za-z0-9]{5,}(?:[\\/]|$))")
"""Drive, host or the prefix of Soulseek Qt, which 0.26 takes off a remote path."""
_TOKEN = re.compile(r"\$\{(\w+)\}", re.ASCII)
_FORBIDDEN = re.compile(r'[\0/\\"<>|:*?\x01-\x1f]')
_MOST_LOOKED_AT = 200_000
"""Files looked at when one is searched for in the whole folder."""


@dataclass(frozen=True, slots=True)
class DownloadsFolder:
    """The downloads folder: ``daemon`` as slskd calls it, ``local`` as it is called on this machine."""

    daemon: str
    local: Path
    features: Features
    subdirectory: str = "${SOURCE_DIRECTORY}"

    @classmethod
    def of(cls, options: DaemonOptions, features: Features, local: str | None) -> DownloadsFolder:
        """By slskd's options; ``local`` is SLSKD_DOWNLOADS, None: the same path as slskd's."""
        return cls(options.downloads, Path(local or options.downloads), features, options.subdirectory)

    def here(self, daemon_path: str) -> Path | None:
        """A path of slskd's on this machine, None if it is not in its downloads folder."""
        flavour = PureWindowsPath if self._is_windows else PurePosixPath
        try:
            inside = flavour(daemon_path).relative_to(flavour(self.daemon))
        except ValueError:
            return None
        return None if ".." in inside.parts else self.local.joinpath(*inside.parts)

    def expected(self, filename: str, *, username: str = "", destination: str = "") -> Path | None:
        """Where a download of the remote ``filename`` should lie, None where slskd's pattern needs what is not known here.
        Never trust it without a look at the size: what was there before makes slskd choose another name.
        """
        folder, name = parted(filename)
        if destination:
            parts = destination.replace("\\", "/").split("/")
        elif self.features.batches:
            found = self._by_pattern(folder, username)
            if found is None:
                return None
            parts = found
        else:
            parts = [parted(folder)[1]]
        safe = [part_of_path(part, windows=self._is_windows) for part in (*parts, name) if part]
        return self.local.joinpath(*safe)

    def find(
        self, filename: str, size: int, *, username: str = "", destination: str = "", told: str = ""
    ) -> Path | None:
        """The local file of a finished download: where an event ``told`` (a path of slskd's), where it should be, beside
        that under the name slskd chose instead, else anywhere in the folder; always of the right size. It reads the
        disk: call it in a thread.
        """
        if told and (path := self.here(told)) and _has_size(path, size):
            return path
        expected = self.expected(filename, username=username, destination=destination)
        if expected and _has_size(expected, size):
            return expected
        name = Path(expected.name if expected else part_of_path(parted(filename)[1], windows=self._is_windows))
        renamed = re.compile(rf"{re.escape(name.stem)}_\d{{15,}}{re.escape(name.suffix)}")
        if expected and expected.parent.is_dir():
            beside = [each for each in expected.parent.iterdir() if renamed.fullmatch(each.name)]
            beside = [each for each in beside if _has_size(each, size)]
            if beside:
                return max(beside, key=lambda each: each.stat().st_mtime)
        fitting = (each for each in _below(self.local) if each.name == name.name or renamed.fullmatch(each.name))
        sized = [each for each in fitting if _has_size(each, size)]
        return max(sized, key=lambda each: each.stat().st_mtime, default=None)

    @property
    def _is_windows(self) -> bool:
        return bool(re.match(r"[A-Za-z]:[\\/]|\\\\", self.daemon))

    def _by_pattern(self, folder: str, username: str) -> list[str] | None:
        bare = _ROOT.sub("", folder, count=1) if _ROOT.match(folder) else folder
        path = [part for part in re.split(r"[\\/]", bare) if part]
        values = {
            "SOURCE_USERNAME": username or None,
            "SOURCE_PATH": "/".join(path),
            "SOURCE_DIRECTORY": path[-1] if path else "",
        }
        pattern = "" if self.subdirectory == "{}" else self.subdirectory
        tokens = {token.upper() for token in _TOKEN.findall(pattern)}
        if any(values.get(token) is None for token in tokens):
            return None
        filled = _TOKEN.sub(lambda found: values[found[1].upper()] or "", pattern)
        return [part for part in re.split(r"[\\/]", filled) if part]


def part_of_path(name: str, *, windows: bool = False) -> str:
    """A remote name as one part of a local path, as slskd makes it."""
    safe = _FORBIDDEN.sub("_", name) if windows else re.sub(r"[\0/\\]", "_", name)
    return "_" if safe in (".", "..", "") else safe


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.is_file() and path.stat().st_size == size
    except (OSError, ValueError):
        return False


def _below(folder: Path) -> Iterator[Path]:
    seen = 0
    for where, _, names in os.walk(folder):
        for name in names:
            seen += 1
            if seen > _MOST_LOOKED_AT:
                return
            yield Path(where, name)
