"""Which beets it is, what its own configuration says, and what is laid over that while this program is at work."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

from services.beets.models import BeetsConfiguration, BeetsVersion
from services.beets.program import Program
from services.beets.refusals import BeetsFailed
from services.errors import Crowded

_VERSION = re.compile(r"^beets version (\S+)", re.MULTILINE)
_PLUGINS = re.compile(r"^plugins: (.+)", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DIRECTORY = re.compile(r"^directory:[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_LIBRARY = re.compile(r"^library:[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_OWN_ORDER = re.compile(r"^sort_\w+:", re.MULTILINE)
_DUPLICATES = re.compile(r"^\s+duplicate_action:[ \t]*['\"]?(\w+)", re.MULTILINE)
_FIRST_RUN = 300.0
"""Seconds for the first command: after an upgrade it rewrites the library."""
_DECIDED = frozenset({"skip", "keep", "remove", "merge", "upgrade"})


class Configuration:
    """What is known of one beets; asked once, and again when its program was exchanged."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._stamp: tuple[str, int] | None = None
        self._version: BeetsVersion | None = None
        self._read: BeetsConfiguration | None = None
        self._asking = asyncio.Lock()

    async def version(self) -> BeetsVersion:
        """Which beets it is. Its first command runs alone, and what an upgrade says there is nobody's answer."""
        stamp = await asyncio.to_thread(self._stamped)
        async with self._asking:
            if self._version is None or stamp != self._stamp:
                self._version = await self._first()
                self._stamp, self._read = stamp, None
            return self._version

    async def read(self) -> BeetsConfiguration:
        """Where the music lies and what happens to duplicates, as the person's configuration has it."""
        await self.version()
        if self._read is None:
            said = (await self._program.read("config")).checked().stdout
            directory, library = _DIRECTORY.search(said), _LIBRARY.search(said)
            duplicates = _DUPLICATES.search(said)
            self._read = BeetsConfiguration(
                await self._path(directory[1] if directory else "~/Music"),
                await self._path(library[1] if library else "library.db"),
                duplicates[1] if duplicates and duplicates[1] in _DECIDED else "",
                bool(_OWN_ORDER.search(said)),
            )
        return self._read

    async def _path(self, said: str) -> Path:
        """A path as the configuration writes it; one that is not absolute lies beside the configuration."""
        plain = Path(said.strip("'\"")).expanduser()  # noqa: ASYNC240
        if not plain.is_absolute():
            if self._program.folder:
                beside = Path(self._program.folder).expanduser().absolute()  # noqa: ASYNC240
            else:
                said = (await self._program.read("config", "-p")).checked().stdout
                beside = Path(said.strip().split("\n")[0]).parent
            plain = beside / plain
        return Path(os.path.normpath(plain))  # noqa: ASYNC240

    async def overlay(self) -> Path:
        """A file that is laid over the person's configuration for whatever changes something (beets-cli.md section 2).

        One thread, because an import that is broken off then leaves two rows behind instead of a hundred; no questions;
        a longer wait for the library's lock. A decision about duplicates that the person made stands; without one a
        track that completes an album joins it, and one that is there already is left out.
        """
        version, known = await self.version(), await self.read()
        duplicates = known.duplicates or ("upgrade" if version.can_upgrade else "skip")
        text = (
            "threaded: no\n"
            f"timeout: {self._program.limits.lock}\n"
            "ui: {color: no}\n"
            "import: {resume: no, incremental: no, timid: no, delete: no, "
            f"duplicate_action: {duplicates}}}\n"
        )
        return await asyncio.to_thread(self._program.keep, "overlay.yaml", text)

    def _stamped(self) -> tuple[str, int]:
        program = self._program.path()
        return program, os.stat(program).st_mtime_ns  # noqa: PTH116

    async def _first(self) -> BeetsVersion:
        try:
            async with self._program.turn(patience=0.0):
                told = await self._program.read("version", seconds=_FIRST_RUN)
        except Crowded:  # somebody is at work with it, so it has had its first run
            told = await self._program.read("version")
        said = told.checked().stdout
        number, plugins = _VERSION.search(said), _PLUGINS.search(said)
        if number is None:
            raise BeetsFailed(told.verdict, "What BEETS_COMMAND names is not beets.", "It says nothing to `version`.")
        return BeetsVersion(
            number[1],
            tuple(int(part) for part in re.findall(r"\d+", number[1])[:3]),
            tuple(each for part in (plugins[1] if plugins else "").split(",") if _NAME.fullmatch(each := part.strip())),
        )
