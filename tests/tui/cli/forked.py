"""The command in a process of its own that need not import everything anew: forked from one that has (a second less)."""

from __future__ import annotations

import io
import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext
from pathlib import Path

from storage import migrate
from tests import new_stores

IMPORTED = ("tests.tui.cli.imported",)


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(IMPORTED))
    return context


CONTEXT = _context()


class Ended:
    """How the command ended: its status and what it wrote."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.returncode = status
        self.stdout = out
        self.stderr = err


def run(
    arguments: list[str], *, typed: str = "", environment: Mapping[str, str] | None = None, timeout: float = 60
) -> Ended:
    """Run ``lockgroove ARGUMENTS`` to its end, as :func:`subprocess.run` would; ``typed`` is its standard input.

    Raises :class:`TimeoutError` after ``timeout`` seconds.
    """
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder) / name for name in ("stdin", "stdout", "stderr")]
        for stream in streams:
            stream.write_text(typed if stream.name == "stdin" else "")
        process = CONTEXT.Process(
            target=_become,
            args=(
                arguments,
                dict(os.environ if environment is None else environment),
                str(Path.cwd()),
                streams,
                new_stores.folder,
            ),
        )
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutError(f"lockgroove {' '.join(arguments)}")
        from tests import leaks  # which the forked process, that imports this module too, must not pay for

        ended = Ended(process.exitcode, streams[1].read_text(), streams[2].read_text())
        leaks.look_at(ended.stderr, f"standard error of lockgroove {arguments[0] if arguments else ''}")
        return ended


def _become(
    arguments: list[str], environment: dict[str, str], folder: str, streams: list[Path], stores: Path | None
) -> None:
    """Be the command: its environment, its place, its streams. Runs in the forked process."""
    for number, (path, flags) in enumerate(zip(streams, (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY), strict=True)):
        descriptor = os.open(path, flags | os.O_APPEND if flags else flags)
        os.dup2(descriptor, number)
        os.close(descriptor)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    sys.stdin = open(0, encoding=encoding, closefd=False)  # noqa: SIM115
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), encoding=encoding, write_through=True)
    sys.stderr = io.TextIOWrapper(
        io.FileIO(2, "w", closefd=False), encoding=encoding, errors="backslashreplace", write_through=True
    )
    sys.argv = ["lockgroove", *arguments]
    from services.accounts import passwords
    from storage import dialect
    from tui.main import main

    dialect.BUSY_SECONDS = float(environment.get("TEST_BUSY_SECONDS", dialect.BUSY_SECONDS))

    if stores is not None:
        migrate._upgrade_file = new_stores.upgrade_in(stores)  # pyright: ignore[reportPrivateUsage]
    passwords.ITERATIONS = 1000

    try:
        status = main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)
