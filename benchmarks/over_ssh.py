"""The whole program over a real SSH login on loopback, at 80x24: bytes of keys, pages and a running sync, and a line that drops.

Run ``python -m benchmarks.over_ssh``. A private ``sshd`` with keys and configuration of its own listens on a high port of
127.0.0.1; the simulated services are another process that answers slowly, so that a sync lasts. Between client and server
stands a relay that holds every piece back for half the round trip: the kernel's own ``netem`` would slow everybody on the
machine. A login has no ``COLORTERM``, as OpenSSH passes none on, so the program draws in 256 colours.

Printed are the bytes that reach the client, for keys, for changes of the page, at rest and while a sync runs, how many
frames were whole screens, whether anything was cleared, and how long a key takes at each round trip. Then the client is killed in
the middle of a sync: without anybody else the next login goes on from the checkpoint, and beside ``lockgroove serve`` the
sync goes on with nobody logged in. Exit code 1 if a limit is exceeded or an item is lost.
"""

from __future__ import annotations

import asyncio
import getpass
import json
import os
import re
import select
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.bars import Bars
from benchmarks.terminal import ANSWERS, Terminal

PROGRAM = str(Path(sys.executable).with_name("lockgroove"))
RECORDS = 6_000
"""In the simulated collection: 60 pages of a sync, each of which takes a second."""
ROUND_TRIPS = (0.0, 0.1, 0.3)
"""Seconds: this house, another continent, a phone in a train."""
SIZE = (80, 24)
CELLS = SIZE[0] * SIZE[1]
WHOLE = 0.8
"""A frame that writes this part of all cells is a whole screen."""
SPELL = 10.0
"""Seconds for which a running sync is watched on each page."""
PAGES = {
    "Dashboard": b"1", "Collection": b"2", "Wantlist": b"3", "For sale": b"4", "Activity": b"7",
    "Settings": b"8", "Plays": b"9", "Artists": b"0", "Playlists": b"-", "Downloads": b"=", "Shelf": b"\\",
    "Plex": b"\x1b[18~", "beets": b"\x1b[19~", "Search": b"5", "Explore": b"6",
}  # fmt: skip
"""Every page by its key; last those in which digits are typed, until Escape leaves their line."""
ESCAPE, DOWN, PAGE_DOWN = b"\x1b", b"\x1b[B", b"\x1b[6~"
SEQUENCE = re.compile(rb"\x1b(?:\[[0-9;?<>=$ ]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|P.*?\x1b\\|.)", re.DOTALL)


@dataclass
class Answer:
    """What reached the client after something was done: seconds to the last byte, and the bytes."""

    seconds: float = 0.0
    data: bytes = b""

    @property
    def frames(self) -> list[bytes]:
        """What was drawn at once each time, between the marks of synchronized output."""
        return [part.partition(b"\x1b[?2026l")[0] for part in self.data.split(b"\x1b[?2026h")[1:]]

    @property
    def whole(self) -> int:
        """How many frames were whole screens."""
        return sum(len(SEQUENCE.sub(b"", frame).decode(errors="replace")) >= WHOLE * CELLS for frame in self.frames)

    @property
    def cleared(self) -> int:
        """How often the screen, or the rest of it, was cleared: what a person sees as flicker."""
        return len(re.findall(rb"\x1b\[[0-3]?J", self.data))


class Login(Terminal):
    """The program at the other end of an SSH connection."""

    def __init__(self, command: list[str]) -> None:
        super().__init__(command, size=SIZE)
        self.seen = b""

    def gather(self, quiet: float, limit: float = 30.0) -> Answer:
        """Read until ``quiet`` seconds pass without a byte, or ``limit`` seconds are over."""
        begun, last, got = time.perf_counter(), time.perf_counter(), b""
        while (now := time.perf_counter()) - last < quiet and now - begun < limit:
            if select.select([self.fd], [], [], 0.01)[0]:
                try:
                    data = os.read(self.fd, 1 << 20)
                except OSError:
                    break
                if not data:
                    break
                last, got = time.perf_counter(), got + data
                for question, answer in ANSWERS.items():
                    if question in data:
                        os.write(self.fd, answer)
        self.seen = (self.seen + got)[-200_000:]
        return Answer(last - begun, got)

    def opened(self) -> Answer:
        """Read until the services are up, which the first line tells by the name of the account, and nothing follows."""
        begun, shown = time.perf_counter(), self.gather(0.5)
        while b"Discogs: " not in shown.data and time.perf_counter() - begun < 60:
            shown.data += self.gather(0.5, 1.0).data
        shown.data += self.gather(3.0, 8.0).data
        return Answer(time.perf_counter() - begun, shown.data)

    def do(self, key: bytes, quiet: float) -> Answer:
        """Press a key."""
        os.write(self.fd, key)
        return self.gather(quiet)

    def until(self, holds: Callable[[], object], what: str, seconds: float = 60.0) -> None:
        """Read until ``holds()``."""
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise RuntimeError(f"waited {seconds:.0f} s for {what}; last: {self.seen[-300:]!r}")
            self.gather(0.2, 0.3)

    def drop(self) -> None:
        """The line is gone: the client dies without a word."""
        self.close()


class Relay:
    """Takes connections and passes everything on, each piece held back for half a round trip."""

    def __init__(self, to: int) -> None:
        self.round_trip = 0.0
        self._to = to
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        async def serve() -> None:
            async with await asyncio.start_server(self._connected, sock=self._listener) as server:
                await server.serve_forever()

        self._loop.run_until_complete(serve())

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        await asyncio.gather(self._pass_on(reader, back), self._pass_on(there, writer))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        last = 0.0
        try:
            while data := await reader.read(1 << 16):
                last = max(last, loop.time() + self.round_trip / 2)
                loop.call_at(last, writer.write, data)
            await asyncio.sleep(self.round_trip / 2)
        except ConnectionError:
            pass
        finally:
            writer.close()


@dataclass
class Stage:
    """The SSH server, the relay before it, the simulated services, and the library."""

    folder: Path
    relay: Relay
    environment: dict[str, str]

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    def login(self) -> Login:
        """Log in and start the program."""
        variables = " ".join(f"{name}={shlex.quote(value)}" for name, value in self.environment.items())
        command = f"env {variables} {PROGRAM} --data-dir {self.data_dir}"
        options = {
            "IdentityFile": self.folder / "user",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "UserKnownHostsFile": self.folder / "known_hosts",
            "StrictHostKeyChecking": "no",
            "LogLevel": "ERROR",
        }
        named = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
        port = str(self.relay.port)
        return Login(["ssh", "-F", "none", "-tt", "-p", port, *named, f"{getpass.getuser()}@127.0.0.1", command])

    def progress(self) -> tuple[str, int]:
        """The state of the newest sync, and how many items it has stored."""
        try:
            found = self._newest()
        except sqlite3.OperationalError:  # there is no library yet
            return "", 0
        return (str(found[0]), int(json.loads(found[1]).get("done", 0))) if found else ("", 0)

    def _newest(self) -> tuple[str, str] | None:
        with sqlite3.connect(self.data_dir / "library.db", timeout=10) as connection:
            return connection.execute(
                "SELECT state, progress FROM job WHERE kind = 'sync' ORDER BY created_at DESC"
            ).fetchone()

    def records(self) -> tuple[int, int]:
        """How many copies the library holds, and how many of them are different."""
        with sqlite3.connect(self.data_dir / "library.db", timeout=10) as connection:
            return connection.execute("SELECT count(*), count(DISTINCT instance_id) FROM copy").fetchone()


@contextmanager
def ssh_server(folder: Path) -> Generator[int]:
    """An SSH server that lets this person in by a key made for it; its port."""
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    shutil.copy(folder / "user.pub", folder / "authorized_keys")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(
            mode=0o755, exist_ok=True
        )  # where a server of the system's administrator locks itself in
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder / 'host'}\nPidFile {folder / 'pid'}\n"
        f"AuthorizedKeysFile {folder / 'authorized_keys'}\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nPrintMotd no\nPrintLastLog no\n"
    )
    program = shutil.which("sshd") or "/usr/sbin/sshd"
    server = subprocess.Popen([program, "-D", "-f", folder / "sshd_config"], stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait()


@contextmanager
def simulated() -> Generator[dict[str, str]]:
    """The simulated services, slow and without a limit; the variables that lead there."""
    command = [sys.executable, "-m", "services.demo", "--records", str(RECORDS), "--rate-limit", "0", "--fault", "slow"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        said = json.loads(process.stdout.readline())
        yield {
            "DISCOGS_API_BASE": said["discogs"],
            "DISCOGS_TOKEN": said["token"],
            "DISCOGS_USERNAME": said["username"],
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "BEETS_COMMAND": "/no/beets/here",
            "LOCKGROOVE_PORT": "0",
        }
    finally:
        process.terminate()
        process.wait()


@contextmanager
def staged() -> Generator[Stage]:
    """All of it, in a folder that is thrown away."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lockgroove-ssh-")))
        folder.chmod(0o755)
        environment = stack.enter_context(simulated())
        port = stack.enter_context(ssh_server(folder))
        yield Stage(folder, Relay(port), environment)


def at_rest(login: Login, bars: Bars) -> None:
    """Ten seconds in which nothing happens."""
    login.do(b"2", 1.0)
    bars.show("at rest, bytes in 10 s", len(login.gather(10.0, 10.0).data), 0, "B")


def while_syncing(stage: Stage, login: Login, bars: Bars) -> None:
    """A sync, watched from the pages on which it shows most."""
    login.do(b"s", 1.0)
    login.until(lambda: stage.progress()[1] > 0, "the first items of the sync")
    for name, key, limit in (("Collection", b"2", 500), ("Dashboard", b"1", 1_000), ("Job", b"J", 1_000)):
        login.do(key, 1.0)
        before, begun = stage.progress()[1], time.monotonic()
        seen = login.gather(SPELL, SPELL)
        passed, items = time.monotonic() - begun, stage.progress()[1] - before
        sizes = [len(frame) for frame in seen.frames]
        note = f"{items} items, {len(sizes) / passed:.1f} updates a second of {median(sizes or [0]):.0f} B"
        bars.show(f"{name} while a sync runs, bytes a second", len(seen.data) / passed, limit, "B", note=note)
        bars.show(f"{name}, whole screens and clearings in {SPELL:.0f} s", seen.whole + seen.cleared, 0)
    login.do(ESCAPE, 0.5)


def keys(stage: Stage, login: Login, bars: Bars) -> None:
    """Keys in a list at each round trip."""
    for round_trip in ROUND_TRIPS:
        stage.relay.round_trip = round_trip
        quiet, at = 0.15 + 2 * round_trip, f"round trip {round_trip * 1000:.0f} ms: "
        login.do(b"2", 1.0)
        login.do(b"g", 0.5 + quiet)
        inside = [login.do(DOWN, quiet) for _ in range(10)]
        many = [login.do(DOWN, quiet) for _ in range(20)]
        pages = [login.do(PAGE_DOWN, quiet) for _ in range(8)]
        beyond = (median(answer.seconds for answer in inside) - round_trip) * 1000
        cleared = sum(answer.cleared for answer in (*inside, *many, *pages))
        bars.show(f"{at}cursor key, median", median(len(answer.data) for answer in inside), 1_500, "B")
        bars.show(f"{at}cursor key and the edge, mean", sum(len(a.data) for a in many) / len(many), 1_500, "B")
        bars.show(f"{at}page key, most", max(len(answer.data) for answer in pages), 10_000, "B")
        bars.show(f"{at}cursor key beyond the round trip, median", beyond, 100, "ms")
        bars.show(f"{at}screens cleared", cleared, 0)
    stage.relay.round_trip = 0.0


def switches(login: Login, bars: Bars) -> None:
    """Every page, visited a second time, and the dialogs of the whole program."""
    for key in PAGES.values():
        login.do(key, 0.8)
        login.do(ESCAPE, 0.5)
    for name, key in PAGES.items():
        seen = login.do(key, 1.0)
        note = f"{seen.whole} whole of {len(seen.frames)} frames, cleared {seen.cleared} times"
        bars.show(f"{name}, second visit", len(seen.data), 40_000, "B", note=note)
        login.do(ESCAPE, 0.5)
    for name, there in (("palette", b"\x10"), ("help", b"?"), ("theme", b"\x14")):
        login.do(b"2", 0.8)
        opened, closed = login.do(there, 1.0), login.do(ESCAPE, 1.0)
        bars.show(f"{name} opened", len(opened.data), 40_000, "B", note=f"{len(closed.data):,} B to close")


def dropped(stage: Stage, bars: Bars, *, daemon: bool) -> None:
    """Kill the client in the middle of a sync; where nobody else works, log in again. Nothing may be lost or stored twice."""
    subject = "dropped beside serve" if daemon else "dropped, nobody else at work"
    shutil.rmtree(stage.data_dir, ignore_errors=True)
    with ExitStack() as stack:
        if daemon:
            stack.enter_context(_serving(stage))
        login = stage.login()
        login.opened()
        login.do(b"s", 1.0)
        login.until(lambda: stage.progress()[1] >= RECORDS // 4, "a quarter of the sync")
        login.drop()
        (_, at_drop), begun = stage.progress(), time.monotonic()
        time.sleep(3.0)
        state, after = stage.progress()
        note = f"at {at_drop} items, 3 s later at {after}, the job {state}"
        bars.show(f"{subject}: processes left after 3 s", _processes(stage.data_dir), 0, note=note)
        if not daemon:
            login = stage.login()
            login.until(lambda: "Sync ·".encode() in login.seen, "the sync on the screen of the second login")
            told = f"at {stage.progress()[1]} items"
            bars.show("second login: seconds until it shows the sync", time.monotonic() - begun - 3, 30, "s", note=told)
        while stage.progress()[0] != "done" and time.monotonic() - begun < 240:
            time.sleep(0.1) if daemon else login.gather(0.2, 0.5)
        copies, different = stage.records()
        note = f"the job {stage.progress()[0]} {time.monotonic() - begun:.0f} s after the drop"
        bars.show(f"{subject}: copies in the end", different, RECORDS, at_least=True, note=note)
        bars.show(f"{subject}: copies stored twice", copies - different, 0)
        if not daemon:
            login.do(b"q", 1.0)
            login.drop()


@contextmanager
def _serving(stage: Stage) -> Generator[None]:
    """``lockgroove serve`` on the same library, as a daemon would run."""
    command = [PROGRAM, "serve", "--data-dir", str(stage.data_dir), "--port", "0"]
    process = subprocess.Popen(
        command, env={**os.environ, **stage.environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        time.sleep(5)
        yield
    finally:
        process.terminate()
        process.wait()


def _processes(data_dir: Path) -> int:
    """How many processes of the program there are on this library, besides ``serve``."""
    found = 0
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        found += (
            str(data_dir).encode() in words and b"serve" not in words and words[0].endswith((b"python", b"python3"))
        )
    return found


def main() -> int:
    """Everything in turn; 1 if anything was beyond its limit or lost."""
    bars = Bars("over SSH, 80x24")
    with staged() as stage:
        login = stage.login()
        shown = login.opened()
        note = f"{shown.whole} whole of {len(shown.frames)} frames"
        bars.show("login until everything stands", len(shown.data), 40_000, "B", note=note)
        at_rest(login, bars)
        while_syncing(stage, login, bars)
        login.until(lambda: stage.progress()[0] == "done", "the end of the sync", 240)
        keys(stage, login, bars)
        switches(login, bars)
        login.do(b"q", 1.0)
        login.drop()
        for daemon in (False, True):
            dropped(stage, bars, daemon=daemon)
    return bars.end()


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    sys.exit(main())
