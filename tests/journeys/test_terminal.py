"""The real program in a pseudo-terminal: it paints, is silent at rest, and ends in order however it is told to."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).parent / "lockgroove")
ALTERNATE_SCREEN_OFF = b"\x1b[?1049l"


class Session:
    """A running ``lockgroove`` and everything it wrote."""

    def __init__(self, data_dir: Path) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", LOCKGROOVE_PORT="0")
            os.execv(PROGRAM, [PROGRAM, "--data-dir", str(data_dir)])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.written = b""

    def read(self, seconds: float) -> int:
        """Read until nothing came for ``seconds``; how many bytes that were."""
        before = len(self.written)
        while select.select([self.fd], [], [], seconds)[0]:
            try:
                self.written += os.read(self.fd, 65536)
            except OSError:
                break
        return len(self.written) - before

    def until(self, text: bytes, seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while text not in self.written:
            assert time.monotonic() < end, f"{text!r} was not written within {seconds} s"
            self.read(0.05)

    def end(self, seconds: float = 15.0) -> int:
        """The exit status once the program has ended."""
        end = time.monotonic() + seconds
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
            assert time.monotonic() < end, f"still running after {seconds} s"
            self.read(0.05)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    running = Session(tmp_path / "data")
    yield running
    if running.pid:
        os.kill(running.pid, signal.SIGKILL)
        os.waitpid(running.pid, 0)
    os.close(running.fd)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_app_in_order_and_gives_the_terminal_back(session: Session, number: signal.Signals) -> None:
    session.until(b"Import a file")
    os.kill(session.pid, number)
    assert session.end() == 0
    session.read(0.2)
    assert ALTERNATE_SCREEN_OFF in session.written


def test_q_leaves_and_nothing_is_written_at_rest(session: Session) -> None:
    session.until(b"Import a file")
    silent_by = time.monotonic() + 60  # a machine under load paints its last corner late; a ticking screen never rests
    while session.read(2.0):
        assert time.monotonic() < silent_by, "the screen never rests"
    os.write(session.fd, b"q")
    assert session.end() == 0
    session.read(0.2)
    assert ALTERNATE_SCREEN_OFF in session.written
