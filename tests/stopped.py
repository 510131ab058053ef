"""A program that is stopped while it waits for a pipe to take more, as by Ctrl-Z, a paused container or a laptop that sleeps."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence

_PIPE = 1 << 16


def what_comes(command: Sequence[str]) -> bytes:
    """What comes through a pipe of a program that is stopped amid it and goes on; it has more to say than a pipe holds."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as running:
        assert running.stdout is not None
        begun = os.read(running.stdout.fileno(), 1)
        for _ in range(3):
            time.sleep(0.1)  # it has filled the pipe by now, and waits
            running.send_signal(signal.SIGSTOP)
            time.sleep(0.05)
            running.send_signal(signal.SIGCONT)
            begun += os.read(running.stdout.fileno(), _PIPE // 2)
        return begun + running.stdout.read()
