"""A program in a pseudo-terminal: presses keys, counts the bytes and milliseconds of the answer, waits for a text."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from pathlib import Path

COLUMNS, LINES = 120, 40
QUIET = 0.08
ANSWERS = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
    b"\x1b[c": b"\x1b[?62;22c",
}
"""What a terminal replies to what Textual asks of it: synchronized output yes, in-band resize no."""


class Terminal:
    """A program in a pseudo-terminal."""

    def __init__(
        self,
        command: list[str],
        environment: dict[str, str] | None = None,
        size: tuple[int, int] = (COLUMNS, LINES),
    ) -> None:
        self.began = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(
                TERM="xterm-256color", COLORTERM="truecolor", PYTHONDONTWRITEBYTECODE="", **(environment or {})
            )
            os.environ.pop("NO_COLOR", None)
            os.execvp(command[0], command)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def read(self, quiet: float, limit: float = 20.0) -> tuple[float, int]:
        """Read until ``quiet`` seconds pass without output: seconds to the last byte, and bytes."""
        begun = time.perf_counter()
        last, size = begun, 0
        while (now := time.perf_counter()) - last < quiet and now - begun < limit:
            if not select.select([self.fd], [], [], 0.005)[0]:
                continue
            data = os.read(self.fd, 1 << 20)
            last, size = time.perf_counter(), size + len(data)
            for question, answer in ANSWERS.items():
                if question in data:
                    os.write(self.fd, answer)
        return last - begun, size

    def wait_for(self, texts: tuple[bytes, ...], limit: float = 30.0) -> dict[bytes, float]:
        """Milliseconds from the start of the program until each of ``texts`` was written."""
        seen: dict[bytes, float] = {}
        tail = b""
        while len(seen) < len(texts) and time.perf_counter() - self.began < limit:
            if not select.select([self.fd], [], [], 0.002)[0]:
                continue
            data = os.read(self.fd, 1 << 20)
            for question, answer in ANSWERS.items():
                if question in data:
                    os.write(self.fd, answer)
            tail = tail[-4096:] + data
            for text in texts:
                if text not in seen and text in tail:
                    seen[text] = (time.perf_counter() - self.began) * 1000
        return seen

    def press(self, key: bytes) -> tuple[float, int, float]:
        """One key: milliseconds to the last byte, bytes, and milliseconds of processor time."""
        worked = self.worked()
        os.write(self.fd, key)
        seconds, size = self.read(QUIET)
        return seconds * 1000, size, self.worked() - worked

    def typed(self, key: bytes, quiet: float = 0.4) -> float:
        """One key that asks for other rows: milliseconds until they stand there (the first piece of over 3 KB)."""
        os.write(self.fd, key)
        begun = last = time.perf_counter()
        rows: float | None = None
        while time.perf_counter() - last < quiet:
            if select.select([self.fd], [], [], 0.002)[0]:
                size = len(os.read(self.fd, 1 << 20))
                last = time.perf_counter()
                if size > 3_000 and rows is None:
                    rows = last
        return ((rows or last) - begun) * 1000

    def worked(self) -> float:
        """Milliseconds of processor time that all threads have used: what a busy machine cannot blur."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e6

    def memory(self) -> float:
        """Resident megabytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) / 1024

    def close(self) -> None:
        """End the program."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)
