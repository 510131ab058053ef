"""No secret in anything that is written while the tests run: the test during which one is, fails.

Every secret of the test world is known by a word or by its shape (:data:`PLANTED`). Looked at are the finished lines of the log,
what a test and the processes it started wrote to standard output and standard error as far as nobody read it, and the standard
error of those that were read with ``communicate``. pytest's own record of log calls is left out: it stands before the sieve.
"""

from __future__ import annotations

import asyncio.subprocess
import logging
import re
import secrets
import string
import subprocess
from collections.abc import Generator, Iterable, Iterator
from typing import Any

import pytest

from services import log
from services.demo.discogs import grants, signatures

WORD = "PlantedSecret"
"""How the tokens of the simulated Discogs begin."""
PLANTED = re.compile(
    rf"""(?x) {WORD}[A-Za-z]+ | demo-token-not-a-secret | demo-app-secret-not-a-secret | DemoConsumerSecretNotASecretAbcd
    | demo-plex-token | demo-slskd-key-not-a-secret | A[QC]-(?:refresh|code)-[\w-]{{20,}} | BQ-access-[\w-]{{20,}}
    | correct\ horse\ battery\ staple | s3cr3t-t0ken | the-secret-of-a-scheduler-elsewhere
    | lg_[A-Za-z0-9_-]{{40,}} | eyJ[\w-]{{10,}}\.eyJ[\w-]{{10,}}\.[\w-]{{20,}} | gAAAA[\w-]{{60,}}"""
)
_leaks: list[str] = []
_handler: logging.Handler | None = None


def found(text: str) -> Iterable[str]:
    """The lines of ``text`` with a secret, which is not repeated."""
    return [PLANTED.sub("<SECRET>", line)[:400] for line in text.splitlines() if PLANTED.search(line)]


def look_at(text: str | bytes | None, where: str) -> None:
    """Remember what is found in ``text`` until the test that runs is judged."""
    if text:
        said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        _leaks.extend(f"{where}: {line}" for line in found(said))


def judge(report: pytest.TestReport) -> None:
    """Fail a test during which a secret was written."""
    for name, text in report.sections:
        if not name.startswith("Captured log"):
            look_at(text, name)
    if _leaks and report.outcome != "failed":
        report.outcome = "failed"
        report.longrepr = "\n".join(["A secret was written where anybody may read it:", *dict.fromkeys(_leaks)])
    if report.when == "teardown":
        _leaks.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Judge each report before anybody sees it."""
    report = yield
    judge(report)
    return report


@pytest.fixture(autouse=True, scope="session")
def _everything_written_is_looked_at() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    with pytest.MonkeyPatch.context() as patch:
        for place in (grants, signatures):
            patch.setattr(place, "letters", _letters)
        scrubbing: Any = log._Scrubbing  # pyright: ignore[reportPrivateUsage]
        _after(patch, scrubbing, "format", lambda line: look_at(line, "the log"))
        _after(patch, subprocess.Popen, "communicate", lambda said: look_at(said[1], "standard error"))
        really = asyncio.subprocess.Process.communicate

        async def communicate(process: Any, *given: Any) -> Any:
            said = await really(process, *given)
            look_at(said[1], "standard error")
            return said

        patch.setattr(asyncio.subprocess.Process, "communicate", communicate)
        yield


def _after(patch: pytest.MonkeyPatch, kind: Any, name: str, look: Any) -> None:
    really = getattr(kind, name)

    def looked_at(*given: Any, **named: Any) -> Any:
        result = really(*given, **named)
        look(result)
        return result

    patch.setattr(kind, name, looked_at)


@pytest.fixture(autouse=True)
def _the_log_is_open() -> None:  # pyright: ignore[reportUnusedFunction]
    """As the program opens it, whoever opened another one in the test before; without that structlog writes unsieved."""
    global _handler
    root = logging.getLogger()
    if _handler is None or _handler not in root.handlers:
        pytests = [each for each in root.handlers if type(each).__module__.startswith("_pytest")]
        root.handlers[:] = [each for each in root.handlers if each not in pytests]
        log.open_log("INFO", form="console")
        (_handler,) = root.handlers
        root.handlers.extend(pytests)


def _letters(count: int) -> str:
    """A token as Discogs makes them, that is known for one; a code that a person types is too short for it."""
    chosen = "".join(secrets.choice(string.ascii_letters) for _ in range(count))
    return f"{WORD}{chosen}"[:count] if count >= 20 else chosen
