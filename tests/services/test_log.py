"""The log: what it looks like to a person and to a machine, and that no secret gets into it."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator

import pytest
import structlog
from structlog.contextvars import bound_contextvars

from services import log
from services.log import HIDDEN, open_log, scrub

SECRET = "zq81SunkenTreasure55"


@pytest.mark.parametrize(
    "line",
    [
        f"Authorization: Bearer {SECRET}",
        f"Authorization: Discogs token={SECRET}",
        f"authorization={SECRET}",
        f'{{"Authorization": "Basic {SECRET}"}}',
        json.dumps({"event": json.dumps({"authorization": f"Bearer {SECRET}"})}),
        f"[(b'authorization', b'Bearer {SECRET}'), (b'host', b'x')]",
        f"Cookie: theme=dark; session={SECRET}",
        f'{{"set-cookie": "theme=dark; sid={SECRET}"}}',
        f"[('cookie', 'theme=dark; sid={SECRET}')]",
        f"GET /x?oauth_token={SECRET}&page=1",
        f"GET /library?X-Plex-Token={SECRET}",
        f"GET /callback?code={SECRET}&state=1",
        f"GET /x?a=1&key={SECRET}",
        f'oauth_signature="{SECRET}", oauth_version=1',
        f"oauth_verifier={SECRET}",
        f"X-API-Key: {SECRET}",
        f"x-api-key = '{SECRET}'",
        f"{{'client_secret': '{SECRET}', 'grant_type': 'x'}}",
        f"CRON_SECRET={SECRET}",
        f"DISCOGS_CONSUMER_KEY={SECRET}",
        f"OAUTH_ENCRYPTION_KEY={SECRET}",
        f"password='{SECRET}'",
        f"passwd: {SECRET}",
        f"postgresql://me:{SECRET}@db/lg",
        f"redis://:{SECRET}@cache:6379/0",
        f"https://{SECRET}@example.org/dumps",
        f"session_id={SECRET}",
        f"mail to {SECRET}@example.org bounced",
    ],
    ids=lambda _: "line",
)
def test_a_value_that_is_named_like_a_secret_is_hidden_though_nobody_announced_it(line: str) -> None:
    scrubbed = scrub(line)
    assert SECRET not in scrubbed
    assert HIDDEN in scrubbed


@pytest.mark.parametrize(
    "line",
    [
        "upstream service=Discogs action=read page 3 of the collection status=200",
        "the access token, which nobody knows, has expired",
        "GET http://127.0.0.1:8004/api/records?sortBy=artist",
        "job ended kind=sync state=done problems=0",
        "Sleeve: The Secret Of Association (2xLP, RE)",
    ],
)
def test_what_is_no_secret_is_left_as_it_is(line: str) -> None:
    assert scrub(line) == line


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Opens the log on a stream that is a terminal or is not; then answers what was written."""
    root = logging.getLogger()
    former, level = root.handlers[:], root.level
    configured = structlog.get_config()
    root.handlers[:] = []

    class Stream(io.StringIO):
        terminal = False

        def isatty(self) -> bool:
            return self.terminal

    def opened(*, terminal: bool = False, **how: str) -> Stream:
        stream = Stream()
        stream.terminal = terminal
        monkeypatch.setattr(sys, "stderr", stream)
        open_log("INFO", **how)  # pyright: ignore[reportArgumentType]
        return stream

    yield opened  # pyright: ignore[reportReturnType]
    root.handlers[:] = former
    root.setLevel(level)
    structlog.configure(**configured)


def test_without_a_terminal_each_line_is_a_json_document_with_what_was_bound(written) -> None:
    stream = written()
    with bound_contextvars(request_id="abc"):
        structlog.stdlib.get_logger("services.jobs.worker").info("our job runs", kind="sync", token=SECRET)
        logging.getLogger("uvicorn.error").warning("Authorization: Bearer %s", SECRET)
    told = [
        *map(json.loads, stream.getvalue().splitlines())
    ]  # others may speak too, even under the same name, of jobs of theirs
    ours = next(each for each in told if each["event"] == "our job runs")
    foreign = next(each for each in told if each["event"].startswith("Authorization"))
    assert (ours["level"], ours["request_id"], ours["kind"]) == ("info", "abc", "sync"), told
    assert (foreign["logger"], foreign["request_id"]) == ("uvicorn.error", "abc")
    assert SECRET not in stream.getvalue()


@pytest.mark.parametrize(("terminal", "form"), [(True, "auto"), (False, "console"), (True, "console")])
def test_for_reading_a_line_is_told_by_an_emoji(written, terminal: bool, form: str) -> None:
    stream = written(terminal=terminal, form=form)
    told = structlog.stdlib.get_logger("services.upstream.exchange")
    told.info("upstream", service="Discogs", password=SECRET)
    told.warning("upstream")
    structlog.stdlib.get_logger("services.discogs.pull").info("collection_changed_while_reading")
    structlog.stdlib.get_logger("elsewhere").info("something")
    lines = stream.getvalue().splitlines()
    for line, emoji in zip(lines, ("🌐", "⚠️", "💿", "📝"), strict=True):
        assert emoji in line
    assert SECRET not in stream.getvalue()
    assert ("\x1b[" in stream.getvalue()) is terminal


def test_json_on_a_terminal_where_it_is_wanted(written) -> None:
    stream = written(terminal=True, form="json")
    structlog.stdlib.get_logger("x").info("something")
    assert json.loads(stream.getvalue())["event"] == "something"


def test_a_traceback_passes_through_the_same_sieve(written) -> None:
    stream = written()
    try:
        raise RuntimeError(f"refused: Authorization: Bearer {SECRET}")
    except RuntimeError:
        structlog.stdlib.get_logger("x").exception("broke")
    assert "Traceback" in stream.getvalue()
    assert SECRET not in stream.getvalue()


def test_what_is_announced_later_is_hidden_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_known", set())
    assert scrub("a plainword here") == "a plainword here"
    log.hide("plainword")
    assert scrub("a plainword here") == f"a {HIDDEN} here"
