"""Try the installed program as a newcomer would: --help, the styles, and one sync of the demo's collection over REST."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

import styles

PROGRAM = str(Path(sys.executable).parent / "lockgroove")
RECORDS = 250


def check_styles() -> None:
    """The wheel brought the style sheets along."""
    found = [file.name for folder in styles.__path__ for file in Path(folder).glob("*.tcss")]
    assert "base.tcss" in found, f"the wheel has no styles: {found}"


def sync_the_demo() -> None:
    """Start the demo without a screen, sync, and count what arrived."""
    demo = subprocess.Popen(
        [PROGRAM, "demo", "--headless", "--records", str(RECORDS)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert demo.stdout is not None
        ready = json.loads(demo.stdout.readline())
        headers = {"Authorization": f"Bearer {ready['token']}"}
        with httpx.Client(base_url=ready["url"], headers=headers, timeout=120) as client:
            with client.stream("POST", "/api/records/sync") as stream:
                events = [json.loads(line[5:]) for line in stream.iter_lines() if line.startswith("data:")]
            assert events[-1]["phase"] == "done", events[-1]
            assert not events[-1]["errors"], events[-1]
            count = client.get("/api/records").json()["count"]
        assert count == RECORDS, count
        print(f"synced {count} records from the simulated Discogs")
    finally:
        demo.send_signal(signal.SIGTERM)
        status = demo.wait(30)
    assert status == 0, f"the demo ended with {status}"


if __name__ == "__main__":
    began = time.monotonic()
    text = subprocess.run([PROGRAM, "--help"], check=True, capture_output=True, text=True).stdout
    assert "sync" in text, text
    check_styles()
    sync_the_demo()
    print(f"the installed program works ({time.monotonic() - began:.1f} s)")
