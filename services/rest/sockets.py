"""The addresses that are served: bound before anything answers, so that what is in the way is said in words."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.errors import Conflict, InvalidInput

_BACKLOG = 512


@dataclass(frozen=True, slots=True)
class Doors:
    """Where REST is reached: a TCP port and, where ``path`` is given, the owner's socket. Both listen already."""

    port: socket.socket
    owners: socket.socket | None
    path: Path | None

    @property
    def url(self) -> str:
        """The address of the port."""
        return url_of(self.port)

    async def knocked(self) -> None:
        """Return once somebody has connected; they wait in line until they are let in."""
        loop = asyncio.get_running_loop()
        knock = asyncio.Event()
        listeners = [self.port] if self.owners is None else [self.port, self.owners]
        for listener in listeners:
            loop.add_reader(listener, knock.set)
        try:
            await knock.wait()
        finally:
            for listener in listeners:
                loop.remove_reader(listener)


@contextmanager
def bound_doors(host: str, port: int, path: Path | None = None) -> Generator[Doors]:
    """Bind the TCP port (0: any free one) and, if given, the owner's socket, until the context ends.

    Raises :class:`Conflict` or :class:`InvalidInput` naming the mend if an address cannot be had.
    """
    with closing(bind_port(host, port, "LOCKGROOVE_PORT")) as listener:
        if path is None:
            yield Doors(listener, None, None)
            return
        with bound_path(path) as owners:
            yield Doors(listener, owners, path)


def url_of(listener: socket.socket) -> str:
    """The address at which a TCP listener is reached."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def bind_port(host: str, port: int, setting: str) -> socket.socket:
    """A listening socket on ``host`` and ``port`` (0: any free one).

    Raises :class:`Conflict` if something else listens there and :class:`InvalidInput` if the address cannot be
    served; both name ``setting``, the setting that changes it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's delay (40 ms an answer) off only where the protocol is named.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise Conflict(
                f"Port {port} on {host} is already in use, perhaps by another Lockgroove.",
                f"Stop that program, or choose another port with {setting}.",
            ) from error
        if error.errno == errno.EACCES:
            reason, mend = "this user may not use it", f"Choose a port above 1023 with {setting}."
        else:
            reason, mend = error.strerror or str(error), "Set LOCKGROOVE_HOST to an address of this machine."
        raise InvalidInput(setting, f"Port {port} on {host} cannot be served: {reason}.", mend) from error
    return listener


@contextmanager
def bound_path(path: Path) -> Generator[socket.socket]:
    """A listening Unix socket at ``path`` that only this user may open, removed when the context ends.

    It is made under another name and moved into place with its mode set, so there is no instant at which somebody
    else could connect. A socket that nobody listens on any more is replaced.

    Raises :class:`Conflict` if another process serves there and :class:`InvalidInput` if the path cannot be used.
    """
    if _is_served(path):
        raise Conflict(
            f"Another Lockgroove already serves {path}.",
            "Stop it, or give this one a data directory of its own with --data-dir.",
        )
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made = path.with_name(f".{os.getpid()}.sock")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made.unlink(missing_ok=True)
        listener.bind(str(made))
        made.chmod(0o600)
        listener.listen(_BACKLOG)
        made.replace(path)
    except OSError as error:
        listener.close()
        made.unlink(missing_ok=True)
        raise InvalidInput(
            "XDG_RUNTIME_DIR",
            f"The socket {path} cannot be made: {error.strerror or error}.",
            "Set XDG_RUNTIME_DIR to a short path that is writable.",
        ) from error
    ours = path.stat().st_ino
    try:
        yield listener
    finally:
        listener.close()
        if path.exists() and path.stat().st_ino == ours:
            path.unlink()


def _is_served(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except OSError as error:
            # A path that is too long is refused when it is bound; a full backlog or a slow answer is somebody's.
            return isinstance(error, BlockingIOError | TimeoutError)
    return True
