"""The program ``beet`` as a process: started without a shell, bounded in time and size, one that writes at a time
(beets-cli.md section 9).
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from services.beets.outcome import Outcome, outcome
from services.beets.refusals import Verdict, not_installed
from services.errors import Crowded

log = structlog.stdlib.get_logger(__name__)

_PASSED_ON = (
    "PATH",
    "HOME",
    "TMPDIR",
    "TZ",
    "XDG_CONFIG_HOME",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
)
"""What beets gets of our environment: where it finds itself, its configuration and the network. Nothing else, so no
secret of ours."""
_FIXED = {"NO_COLOR": "1", "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", "LANG": "C.UTF-8"}
_LOOK = 0.02, 0.2
"""Seconds between two looks at a process that runs apart: the first, and the longest."""
_PIECE = 65_536
_DRAIN = 3.0
"""Seconds for what is left in the pipes of a process that was killed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much. Times are seconds; only tests change them.

    ``read`` and ``regex`` bound a question, ``write`` a change; ``patience`` is how long a change waits for another one to
    end; a locked library is asked ``tries`` times, ``pause`` apart; ``lock`` is how long beets itself waits for it when
    it writes. ``stdout`` and ``stderr`` are bytes.
    """

    read: float = 30.0
    regex: float = 10.0
    write: float = 300.0
    patience: float = 40.0
    tries: int = 3
    pause: float = 2.0
    lock: float = 30.0
    stdout: int = 32_000_000
    stderr: int = 256_000


class Program:
    """One beets: its command, its folder, and ``state``, a folder of ours for the lock and for what it says.

    Questions run beside each other, two at a time. Changes run one at a time over all processes: they hold a lock on a
    file of ours, and beets inherits it. A row in the database would be given up with us; this one is held by beets itself,
    so that after ``kill -9`` of this program nobody begins while an import is still copying.
    """

    def __init__(self, command: str, folder: str | None, state: Path, limits: Limits) -> None:
        self.command = command
        self.folder = folder
        self.limits = limits
        self._state = state
        self._reads = asyncio.Semaphore(2)
        self._turn = asyncio.Lock()

    def path(self) -> str:
        """Where the program is. Raises :class:`NotConnected` where it is not installed."""
        found = shutil.which(os.path.expanduser(self.command))  # noqa: PTH111  a name stays a name
        if found is None:
            raise not_installed(self.command)
        return str(Path(found).absolute())

    # -- questions ------------------------------------------------------------------------------------------------

    async def read(self, *arguments: str, seconds: float | None = None) -> Outcome:
        """Run a command that changes nothing; a library that is locked is tried again. It is killed when it takes longer
        than ``seconds``, when it says too much, and when whoever asked goes away.
        """
        program = await asyncio.to_thread(self.path)
        for left in reversed(range(self.limits.tries)):
            async with self._reads:
                found = await self._answer(program, arguments, seconds or self.limits.read)
            if found.verdict is not Verdict.LOCKED or not left:
                return self._noted(found)
            await asyncio.sleep(self.limits.pause)
        raise AssertionError("unreachable")

    async def _answer(self, program: str, arguments: tuple[str, ...], seconds: float) -> Outcome:
        process = await asyncio.create_subprocess_exec(
            program,
            *arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd="/",
            env=self._environment(),
            start_new_session=True,
        )
        assert process.stdout is not None and process.stderr is not None
        telling = asyncio.create_task(_errors(process.stderr, self.limits.stderr))
        try:
            async with asyncio.timeout(seconds):
                said, is_whole = await _bounded(process.stdout, self.limits.stdout)
                told, exit = (await telling, await process.wait()) if is_whole else (b"", 0)
        except TimeoutError:
            return outcome(_word(arguments), -signal.SIGKILL, b"", b"", Verdict.TIMEOUT)
        finally:
            telling.cancel()
            if process.returncode is None:
                _kill(process.pid, signal.SIGKILL)
                await asyncio.shield(_drained(process))
        if not is_whole:
            return outcome(_word(arguments), -signal.SIGKILL, b"", b"beets said too much", Verdict.TOO_LARGE)
        return await asyncio.to_thread(outcome, _word(arguments), exit, said, told)

    # -- changes --------------------------------------------------------------------------------------------------

    async def write(self, *arguments: str, name: str, seconds: float | None = None, tries: int = 0) -> Outcome:
        """Run a command that changes the library or files, when its turn has come.

        It runs in a session of its own and speaks into files, so that neither our end nor that of whoever asked stops
        it half-way; only when it takes longer than ``seconds`` it is asked to end. ``name`` (letters, digits, ``-``) is
        what its output is kept under until :meth:`forget`. A locked library is tried again, ``tries`` times in all.
        Raises :class:`Crowded` where no turn came.
        """
        program = await asyncio.to_thread(self.path)
        async with self.turn() as lock:
            for left in reversed(range(tries or self.limits.tries)):
                found = await self._apart(program, arguments, lock, name, seconds or self.limits.write)
                if found.verdict is not Verdict.LOCKED or not left:
                    return self._noted(found)
                await asyncio.sleep(self.limits.pause)
        raise AssertionError("unreachable")

    @asynccontextmanager
    async def turn(self, patience: float | None = None) -> AsyncGenerator[int]:
        """The right to change something, as a file descriptor that beets inherits. Waits ``patience`` seconds for
        whoever has it, in this process or another. Raises :class:`Crowded`.
        """
        patience = self.limits.patience if patience is None else patience
        deadline = time.monotonic() + patience
        async with _within(self._turn, patience):
            lock = await asyncio.to_thread(self._open_lock)
            try:
                while not _locked(lock):
                    if time.monotonic() >= deadline:
                        raise _busy()
                    await asyncio.sleep(_LOOK[1])
                yield lock
            finally:
                os.close(lock)

    async def is_writing(self) -> bool:
        """Whether somebody, in whichever process, has the right to change something."""
        if self._turn.locked():
            return True
        lock = await asyncio.to_thread(self._open_lock)
        try:
            return not _locked(lock)
        finally:
            os.close(lock)

    async def said(self, name: str, most: int = 64_000) -> str:
        """The end of what the command called ``name`` has said so far, also one that another process started."""
        return await asyncio.to_thread(_end_of, [self._spoken(name, "out"), self._spoken(name, "err")], most)

    async def forget(self, name: str) -> None:
        """Throw away what the command called ``name`` has said."""

        def remove() -> None:
            for stream in ("out", "err"):
                self._spoken(name, stream).unlink(missing_ok=True)

        await asyncio.to_thread(remove)

    def keep(self, name: str, text: str) -> Path:
        """A file of ours with this text in it."""
        file = self._state / name
        self._state.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists() or file.read_text() != text:
            fresh = file.with_suffix(f".{os.getpid()}")
            fresh.write_text(text)
            fresh.replace(file)
        return file

    def _spoken(self, name: str, stream: str) -> Path:
        return self._state / f"{name}.{stream}"

    def _open_lock(self) -> int:
        self._state.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(self._state / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    async def _apart(self, program: str, arguments: tuple[str, ...], lock: int, name: str, seconds: float) -> Outcome:
        out, err = self._spoken(name, "out"), self._spoken(name, "err")

        def start() -> subprocess.Popen[bytes]:
            with out.open("wb") as stdout, err.open("wb") as stderr:
                return subprocess.Popen(
                    [program, *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=stdout,
                    stderr=stderr,
                    cwd="/",
                    env=self._environment(),
                    start_new_session=True,
                    pass_fds=(lock,),
                )

        process = await asyncio.to_thread(start)
        pause, deadline, is_late = _LOOK[0], time.monotonic() + seconds, False
        while (exit := process.poll()) is None:
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LOOK[1])
            if time.monotonic() > deadline:
                _kill(process.pid, signal.SIGKILL if is_late else signal.SIGTERM)
                is_late, deadline = True, time.monotonic() + 10.0
        said = await asyncio.to_thread(_start_of, out, self.limits.stdout)
        spoke = (await asyncio.to_thread(_end_of, [err], self.limits.stderr)).encode()
        verdict = Verdict.TIMEOUT if is_late else None
        return await asyncio.to_thread(outcome, _word(arguments), exit, said, spoke, verdict)

    # -- what both share ------------------------------------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        passed |= {name.lower(): os.environ[name.lower()] for name in _PASSED_ON if name.lower() in os.environ}
        if self.folder:
            passed["BEETSDIR"] = str(Path(self.folder).expanduser().absolute())
        return passed | _FIXED

    def _noted(self, found: Outcome) -> Outcome:
        if found.verdict in (Verdict.OK, Verdict.NOTHING_MATCHED):
            log.debug("beets answered", command=found.command, exit=found.exit)
        else:
            said = found.stderr[-4000:]
            log.warning("beets failed", command=found.command, exit=found.exit, verdict=found.verdict, said=said)
        return found


async def _bounded(stream: asyncio.StreamReader, most: int) -> tuple[bytes, bool]:
    """What comes out of ``stream``, and whether that is all: no more than ``most`` bytes are held."""
    held = bytearray()
    while piece := await stream.read(_PIECE):
        held += piece
        if len(held) > most:
            return bytes(held[:most]), False
    return bytes(held), True


async def _errors(stream: asyncio.StreamReader, most: int) -> bytes:
    """The end of what comes out of ``stream``, at most ``most`` bytes: the last line is what tells."""
    held = bytearray()
    while piece := await stream.read(_PIECE):
        held = (held + piece)[-most:]
    return bytes(held)


async def _drained(process: asyncio.subprocess.Process) -> None:
    """Wait for a process that was killed: it counts as gone only once nothing is left in its pipes."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN):
            for stream in (process.stdout, process.stderr):
                while stream is not None and await stream.read(_PIECE):
                    pass
            await process.wait()


@asynccontextmanager
async def _within(turn: asyncio.Lock, seconds: float) -> AsyncGenerator[None]:
    """``turn``, if it comes within ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            await turn.acquire()
    except TimeoutError:
        raise _busy() from None
    try:
        yield
    finally:
        turn.release()


def _busy() -> Crowded:
    return Crowded("beets is busy: it imports or changes something.", "Try again when that is done.")


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _kill(pid: int, how: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, how)


def _word(arguments: tuple[str, ...]) -> str:
    """The command among the arguments: the first that is neither an option nor the value of one."""
    skip = False
    for each in arguments:
        if skip:
            skip = False
        elif each in ("-c", "-p"):
            skip = True
        elif not each.startswith("-"):
            return each
    return ""


def _start_of(file: Path, most: int) -> bytes:
    with file.open("rb") as stream:
        return stream.read(most)


def _end_of(files: list[Path], most: int) -> str:
    parts: list[str] = []
    for file in files:
        with suppress(OSError), file.open("rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - most))
            parts.append(stream.read(most).decode("utf-8", "replace"))
    return "".join(parts)
