"""The log: structured lines on stderr, or in a file while the app owns the terminal; secrets never pass.

Call :func:`open_log` once per process. Modules take ``structlog.stdlib.get_logger(__name__)`` and log an event with
named values; lines of the libraries (uvicorn, alembic, httpx) come out in the same form.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import re
import sys
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path
from typing import Literal

import structlog

from services.log_marks import mark

HIDDEN = "[hidden]"
_QUOTE = r"""(?:\\*["'])"""
_COLOUR = r"(?:\x1b\[[\d;]*m)*"
_SAYS = rf"""(?: {_QUOTE}?{_COLOUR}\s*[:=]\s*{_COLOUR}(?:b?{_QUOTE})? | {_QUOTE}\s*,\s*b?{_QUOTE} )"""
"""What stands between a name and its value, as people, JSON (also within JSON), Python, lists of headers and a coloured
log write it."""
_NAMED = re.compile(
    rf"""(?ix)
    (?P<name> (?:authorization) {_SAYS} (?:bearer|basic|discogs|oauth)? \s*
            | (?:token|password|passwd|secret|api_?-?key|private_?key|consumer_key|encryption_key|signature|verifier
                      |session_?id) {_SAYS}
            | bearer\s+
            | [?&](?:code|key|sig|auth)= )
    (?P<value> [^\s"'&,;@}}\]\\\x1b]{{4,}} )"""
)
_COOKIE = re.compile(rf"""(?ix) (?P<name> \b(?:set-)?cookie {_SAYS} ) (?P<value> [^"'\n}}\]\\\x1b]{{4,}} )""")
"""To the end: the cookie that counts may be the second of several."""
_IN_ADDRESS = re.compile(r"""(?P<name>://)(?P<value>[^\s/@"']+)@""")
"""Whoever is named before the host, with a password or instead of one."""
_MAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+")
"""discogsography-contract.md section 15: never log addresses of people either."""
_SHAPED = re.compile(r"\blg_[\w-]{20,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}|\bgAAAA[\w-]{40,}={0,2}")
"""Our API tokens, JSON web tokens, Fernet ciphertext."""
_CHATTY = (
    "httpx",
    "httpcore",
    "watchfiles",
    "alembic",
    "aiosqlite",
    "asyncio",
    "oauthlib",
    "requests_oauthlib",
    "urllib3",
)
"""Libraries whose debugging lines nobody reads; oauthlib's hold what signs."""
MOST_PASSING = 500
"""Secrets that are good for minutes only and are remembered; of more the eldest is forgotten."""
_known: set[str] = set()
_passing: dict[str, None] = {}
_longest_first: list[str] | None = None


def hide(*secrets: str) -> None:
    """Never log these values again, whatever they are part of; under six characters they cannot be told from words.

    Never for what a stranger may choose: the log would leave out whatever that is.
    """
    global _longest_first
    for secret in secrets:
        if len(secret) >= 6:
            _known.update(_forms(secret))
    _longest_first = None


def hide_for_now(*secrets: str) -> None:
    """The same for secrets that are soon worth nothing and of which there may be any number."""
    global _longest_first
    for secret in secrets:
        if len(secret) >= 6:
            _passing.update(dict.fromkeys(_forms(secret)))
    for eldest in list(_passing)[:-MOST_PASSING]:
        _passing.pop(eldest, None)
    _longest_first = None


def _forms(secret: str) -> tuple[str, str]:
    return secret, json.dumps(secret)[1:-1]


def scrub(line: str) -> str:
    """``line`` without secrets: known values, values named like one, values shaped like one; and without e-mail addresses."""
    global _longest_first
    if _longest_first is None:
        _longest_first = sorted({*_known, *_passing}, key=len, reverse=True)
    for secret in _longest_first:
        line = line.replace(secret, HIDDEN)
    line = _SHAPED.sub(HIDDEN, line)
    line = _NAMED.sub(lambda found: found["name"] + HIDDEN, _COOKIE.sub(lambda found: found["name"] + HIDDEN, line))
    if "@" in line:
        line = _IN_ADDRESS.sub(lambda found: f"{found['name']}{HIDDEN}@", line)
        line = _MAIL.sub(HIDDEN, line)
    return line


class _Scrubbing(structlog.stdlib.ProcessorFormatter):
    """Scrubs the finished line, so that tracebacks and foreign messages pass through it too."""

    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))


def open_log(
    level: str = "INFO",
    *,
    file: Path | None = None,
    secrets: Iterable[str] = (),
    form: Literal["auto", "json", "console"] = "auto",
) -> None:
    """Log from ``level`` on, to ``file`` (mode 0600, kept under 10 MB with one predecessor) or to stderr.

    ``form`` is JSON, a line each, or for reading (``console``), where an emoji before the line shows its kind; ``auto``
    is for reading on a terminal and JSON everywhere else.
    """
    hide(*secrets)
    stream = sys.stderr
    for_reading = form == "console" or (form == "auto" and file is None and stream.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    colours = for_reading and file is None and stream.isatty()
    render: list[structlog.typing.Processor] = (
        [mark, structlog.dev.ConsoleRenderer(colors=colours)]
        if for_reading
        else [structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    handler = _private_file(file) if file else logging.StreamHandler(stream)
    handler.setFormatter(
        _Scrubbing(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    for former in root.handlers[:]:
        root.removeHandler(former)
        former.close()
    root.addHandler(handler)
    root.setLevel(level)
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))


class _PrivateFile(logging.handlers.RotatingFileHandler):
    def _open(self) -> TextIOWrapper:
        number = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(number, "a", encoding="utf-8")


def _private_file(file: Path) -> logging.Handler:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _PrivateFile(file, maxBytes=5_000_000, backupCount=1, encoding="utf-8")
