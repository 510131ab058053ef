"""Who holds a lease: a process that others on the same machine can see alive or dead."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Owner:
    """A process, told apart from a later one of the same number by when it began.

    ``machine`` also names the process namespace: two containers on one host do not see each other's processes and
    must not take them for dead.
    """

    machine: str
    process: int
    began: str

    @classmethod
    def this_process(cls) -> Owner:
        return cls(_machine(), os.getpid(), _began(os.getpid()) or "")

    def __str__(self) -> str:
        return f"{self.machine}/{self.process}/{self.began}"

    def knows_dead(self, other: str) -> bool:
        """Whether the owner written as ``other`` is certainly gone, as far as this process can see."""
        machine, _, rest = other.rpartition("/")[0].rpartition("/")[0], "", other
        if machine != self.machine:
            return False
        number, began = rest.rsplit("/", 2)[1:]
        return not number.isdigit() or _began(int(number)) != began


def _machine() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = Path("/proc/self/ns/pid").readlink()
    except OSError:  # not Linux
        return socket.gethostname()
    return f"{socket.gethostname()}:{boot}:{namespace}"


def _began(process: int) -> str | None:
    """When a live process began, None for one that is not there. On Linux in ticks since the machine was started: as an
    instant it would change whenever the clock is set, and everybody would take everybody else for dead.
    """
    try:
        found = psutil.Process(process)
        if found.status() == psutil.STATUS_ZOMBIE:
            return None
        return _ticks(process) or f"{found.create_time():.2f}"
    except psutil.Error:
        return None


def _ticks(process: int) -> str | None:
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return told.rpartition(")")[2].split()[19]  # the name of the program, in brackets, may hold anything
