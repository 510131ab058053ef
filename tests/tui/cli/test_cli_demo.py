"""The headless demo and ``serve``, from their first line to the directory they leave behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

PROGRAM = str(Path(sys.executable).parent / "lockgroove")


@contextmanager
def program(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    ) as running:
        try:
            yield running
        finally:
            if running.poll() is None:
                running.kill()


def ready(running: subprocess.Popen[str]) -> dict[str, Any]:
    assert running.stdout is not None
    said: dict[str, Any] = json.loads(running.stdout.readline())
    return said


def announced(running: subprocess.Popen[str]) -> str:
    """The address that ``serve`` says it serves on; log lines may come before."""
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith("REST on "):
            return line.split()[2].rstrip(",")
    raise AssertionError("serve never said where")


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.by_hand)], ids=["SIGTERM", "SIGINT"]
)
def test_the_headless_demo_serves_syncs_and_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    inside = tmp_path / "demo"
    mine = {"DATABASE_URL": f"sqlite:///{tmp_path / 'mine.db'}", "DISCOGS_TOKEN": "mine", "LOCKGROOVE_PORT": "1"}
    with program("demo", "--headless", "--records", "120", "--data-dir", str(inside), **mine) as running:
        said = ready(running)
        assert set(said) == {"url", "health_url", "socket", "token", "upstreams"}
        assert list(inside.iterdir())
        with httpx.Client(base_url=said["url"], timeout=60) as client:
            assert client.get("/api/records").status_code == 401
            client.headers["Authorization"] = f"Bearer {said['token']}"
            assert client.get("/api/records/sync/status").json()["ready"] is True
            events = client.post("/api/records/sync").text.strip().splitlines()
            assert json.loads(events[-1].removeprefix("data:"))["phase"] == "done"
            assert client.get("/api/records").json()["count"] == 120
        owner = httpx.Client(transport=httpx.HTTPTransport(uds=said["socket"]), base_url="http://localhost")
        with owner as client:
            assert client.get("/api/records").json()["count"] == 120
        assert httpx.get(f"{said['health_url']}/health").status_code == 200
        assert httpx.get(said["upstreams"]["discogs"]).status_code == 200
        assert httpx.get(f"{said['upstreams']['spotify']}/_sim/listeners").json()[0]["plays"] == 3000
        running.send_signal(number)
        _, err = running.communicate(timeout=30)
    assert running.returncode == 0, err
    assert list(inside.iterdir()) == []
    assert not Path(said["socket"]).exists()
    assert not (tmp_path / "mine.db").exists(), "the person's own library was touched"
    with pytest.raises(httpx.ConnectError):
        httpx.get(said["upstreams"]["discogs"])


@pytest.mark.by_hand  # half a minute
def test_the_same_seed_invents_the_same_collection() -> None:
    titles = []
    for seed in ("7", "7", "8"):
        with program("demo", "--headless", "--records", "20", "--seed", seed) as running:
            said = ready(running)
            headers = {"Authorization": f"Bearer {said['token']}"}
            httpx.post(f"{said['url']}/api/records/sync", headers=headers, timeout=60)
            records = httpx.get(f"{said['url']}/api/records", headers=headers).json()["records"]
            titles.append(sorted(record["albumTitle"] for record in records))
            running.terminate()
            running.communicate(timeout=30)
    assert titles[0] == titles[1] != titles[2]


def test_a_fault_is_felt() -> None:
    with program("demo", "--headless", "--records", "5", "--fault", "revoked-token") as running:
        said = ready(running)
        headers = {"Authorization": f"Bearer {said['token']}"}
        events = httpx.post(f"{said['url']}/api/records/sync", headers=headers, timeout=60).text
        assert json.loads(events.strip().splitlines()[-1].removeprefix("data:"))["errors"]
        running.terminate()
        running.communicate(timeout=30)


def test_faults_can_be_listed(lockgroove: Any) -> None:
    ran = lockgroove("demo", "--fault", "list")
    assert ran.status == 0
    assert "rate-limit" in ran.out.splitlines()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda n: signal.Signals(n).name)
def test_serve_says_where_and_ends_in_order(tmp_path: Path, number: signal.Signals) -> None:
    with program("--data-dir", str(tmp_path), "serve", "--port", "0", "--health-port", "0") as running:
        url = announced(running)
        assert httpx.get(f"{url}/health").status_code == 200
        assert httpx.get(f"{url}/api/records").status_code == 401
        running.send_signal(number)
        out, _ = running.communicate(timeout=30)
    assert (running.returncode, out) == (0, "")
    assert not (tmp_path / "run" / "lockgroove.sock").exists()


def test_no_auth_is_loud_and_only_on_loopback(lockgroove: Any, tmp_path: Path) -> None:
    refused = lockgroove("serve", "--insecure-no-auth", "--host", "0.0.0.0", "--port", "0", "--health-port", "0")
    assert refused.status == 2
    assert "127.0.0.1" in refused.err
    arguments = ["serve", "--insecure-no-auth", "--port", "0", "--health-port", "0"]
    with program("--data-dir", str(tmp_path / "open"), *arguments) as running:
        url = announced(running)
        assert httpx.get(f"{url}/api/records").status_code == 200
        running.terminate()
        assert running.stderr is not None
        err = running.stderr.read()  # not communicate(), which misses what the reader above has taken ahead
        running.wait(30)
    assert "warning: --insecure-no-auth" in err


def test_a_port_in_use_is_said_with_the_mend(lockgroove: Any, tmp_path: Path) -> None:
    with program("--data-dir", str(tmp_path / "one"), "serve", "--port", "0", "--health-port", "0") as running:
        port = announced(running).rpartition(":")[2]
        ran = lockgroove("serve", "--port", port, "--health-port", "0")
        running.terminate()
        running.communicate(timeout=30)
    assert ran.status == 1
    assert "already in use" in ran.err


def test_the_doctor_sees_a_daemon(lockgroove: Any, tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    with program("--data-dir", home, "serve", "--port", "0", "--health-port", "0") as running:
        announced(running)
        findings = {finding["name"]: finding for finding in lockgroove("doctor", "--json").json["findings"]}
        running.terminate()
        running.communicate(timeout=30)
    assert findings["Daemon"]["text"].startswith("answers on")
