"""Addresses: what is in the way is said in words, and a socket is its owner's alone."""

from __future__ import annotations

import asyncio
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.errors import Conflict, InvalidInput
from services.rest.sockets import bind_port, bound_doors, bound_path


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: a socket's name has room for a hundred bytes."""
    with tempfile.TemporaryDirectory(prefix="lg") as name:
        yield Path(name)


def test_port_zero_takes_a_free_one() -> None:
    with bind_port("127.0.0.1", 0, "LOCKGROOVE_PORT") as listener:
        assert listener.getsockname()[1] > 0


def test_what_connects_is_answered_without_nagles_delay() -> None:
    with bind_port("127.0.0.1", 0, "LOCKGROOVE_PORT") as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.proto == socket.IPPROTO_TCP  # what asyncio looks at before it sets TCP_NODELAY


def test_a_port_in_use_is_refused_with_the_setting_that_mends_it() -> None:
    with bind_port("127.0.0.1", 0, "LOCKGROOVE_PORT") as listener:
        port = listener.getsockname()[1]
        with pytest.raises(Conflict) as refused:
            bind_port("127.0.0.1", port, "LOCKGROOVE_HEALTH_PORT")
    assert str(port) in refused.value.message
    assert "LOCKGROOVE_HEALTH_PORT" in refused.value.hint


def test_an_address_of_another_machine_is_refused_with_the_setting_that_mends_it() -> None:
    with pytest.raises(InvalidInput) as refused:
        bind_port("192.0.2.1", 0, "LOCKGROOVE_PORT")
    assert "LOCKGROOVE_HOST" in refused.value.hint


def test_a_socket_is_its_owners_alone(folder: Path) -> None:
    path = folder / "run" / "lockgroove.sock"
    with bound_path(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert [entry.name for entry in path.parent.iterdir()] == ["lockgroove.sock"]


def test_a_socket_nobody_listens_on_is_replaced(folder: Path) -> None:
    path = folder / "lockgroove.sock"
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(path))
    with bound_path(path), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_a_socket_somebody_listens_on_is_refused_and_left(folder: Path) -> None:
    path = folder / "lockgroove.sock"
    with bound_path(path), socket.socket(socket.AF_UNIX) as client:
        with pytest.raises(Conflict, match="already serves"), bound_path(path):
            pass
        client.connect(str(path))


def test_a_path_too_long_for_a_socket_is_refused_with_a_mend(folder: Path) -> None:
    with pytest.raises(InvalidInput) as refused, bound_path(folder / ("x" * 120) / "lockgroove.sock"):
        pass
    assert "XDG_RUNTIME_DIR" in refused.value.hint


def test_a_socket_goes_with_its_server(folder: Path) -> None:
    path = folder / "lockgroove.sock"
    with bound_path(path):
        assert path.exists()
    assert not path.exists()


def test_only_our_own_socket_is_removed(folder: Path) -> None:
    path = folder / "lockgroove.sock"
    with bound_path(path):
        path.unlink()
        path.write_text("somebody else's")
    assert path.read_text() == "somebody else's"


async def test_the_doors_hold_a_visitor_until_somebody_answers(folder: Path) -> None:
    with bound_doors("127.0.0.1", 0, folder / "owner.sock") as doors:
        knocked = asyncio.create_task(doors.knocked())
        await asyncio.sleep(0.05)
        assert not knocked.done()
        _, visitor = await asyncio.open_unix_connection(str(folder / "owner.sock"))
        await asyncio.wait_for(knocked, 30)
        visitor.close()
    assert not (folder / "owner.sock").exists()
