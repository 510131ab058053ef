"""Every outside service at its worst: each fault ends, for each of them, in an error that names the service, what was tried
and the mend, soon, without a secret in it. What a service needs longer for than a person waits is parked.
"""

from __future__ import annotations

import asyncio
import dataclasses
import email.utils
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import stamina
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.errors import UpstreamError, UpstreamRateLimited, UpstreamTimeout
from services.upstream import Timeouts, Upstream, exchange, limiter
from storage.instants import from_seconds

from . import hostile as bad
from .hostile import Behaviour, hostile, says
from .services import SECRET, SERVICES, TOKEN, program

ALL = frozenset(SERVICES)
LONGEST_NAP = 90.0
"""Seconds for which a call may wait in line, whatever the service says."""
LONGEST_PARK = 2 * 86_400.0


class Time:
    """The clock of the lines in front of the services: it goes on by itself, and jumps where somebody would wait."""

    def __init__(self) -> None:
        self.naps: list[float] = []

    def now(self) -> float:
        return time.time() + sum(self.naps)

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> Iterator[Time]:
    """Nobody waits; the waits are remembered."""
    clock, passing = limiter.Clock, Time()
    monkeypatch.setattr(limiter, "Clock", lambda: clock.by(passing.now, passing.sleep))
    with stamina.set_testing(True, attempts=99, cap=True):
        yield passing


@dataclasses.dataclass
class Ended:
    """How asking a service ended: the error (None: it answered), the tries it took and the seconds."""

    error: BaseException | None
    tries: int
    seconds: float

    @property
    def told(self) -> str:
        """Everything that a person, a log or a traceback can show of it."""
        error, parts = self.error, list[str]()
        while error is not None:
            parts += [str(error), repr(error), str(getattr(error, "hint", ""))]
            error = error.__cause__ or error.__context__
        return "\n".join(parts)


async def asked(
    folder: Path, patch: pytest.MonkeyPatch, *behaviours: Behaviour, tls: ssl.SSLContext | None = None
) -> dict[str, Ended]:
    """What becomes of a question to each service, all of which behave like that; nothing written has a secret in it.

    The accounts service gives one token first, with which Spotify is asked.
    """
    first = () if tls else (says(200, TOKEN),)
    ended: dict[str, Ended] = {}
    async with AsyncExitStack() as stack:
        lines = stack.enter_context(structlog.testing.capture_logs())
        servers = {
            name: await stack.enter_async_context(hostile(*(first if name == "accounts" else ()), *behaviours, tls=tls))
            for name in SERVICES
        }
        addresses = {name: server.url for name, server in servers.items()}
        runtime = await stack.enter_async_context(program(folder / "home", patch, addresses))
        for name, service in SERVICES.items():
            before = len(servers[name].asked)
            began, error = time.perf_counter(), None
            try:
                await service.ask(runtime)
            except Exception as raised:
                error = raised
            ended[name] = Ended(error, len(servers[name].asked) - before, time.perf_counter() - began)
    for name, each in ended.items():
        assert SECRET not in each.told, name
    assert not any(SECRET in repr(line) for line in lines)
    return ended


def explains(ended: dict[str, Ended], kind: type[UpstreamError] = UpstreamError) -> None:
    """Each is an error of that kind, with the name of the service, what was tried, and what to do."""
    for name, each in ended.items():
        assert isinstance(each.error, kind), (name, each.told)
        assert each.error.service.startswith(SERVICES[name].name) and each.error.service in each.error.message
        assert any(word in each.error.message for word in ("asked", "quiet", "reached", "lets it ask")), (
            each.error.message
        )
        assert each.error.hint.endswith((".", "32400.")) and len(each.error.message) < 400


FAILS = {
    "500": (says(500, {"message": "oops"}), 500),
    "500 in brackets": (says(500, b"[" * 60_000), 500),
    "502 from a gateway": (says(502, b"<html><title>502 Bad Gateway</title></html>"), 502),
    "503 for maintenance": (says(503, b"<html>Back soon</html>"), 503),
    "504 without a word": (says(504), 504),
    "a truncated body": (bad.truncated, None),
    "an endless body": (bad.oversized, 200),
    "a body that inflates": (bad.inflating, 200),
    "endless headers": (bad.headers_without_end, None),
    "half of a document": (says(200, b'{"items": ['), 200),
    "a web page": (says(200, b"<html>Welcome to the router</html>"), 200),
    "nothing": (says(200), 200),
    "null": (says(200, None), 200),
    "a number": (says(200, b"12"), 200),
    "brackets": (says(200, b"[" * 30_000 + b"]" * 30_000), 200),
    "a dropped connection": (bad.hangs_up, None),
    "a reset connection": (bad.resets, None),
    "another protocol": (bad.babbles, None),
    "a redirect away": (says(302, b"", {"Location": "http://192.0.2.1/elsewhere"}), 302),
}


@pytest.mark.parametrize("fault", FAILS)
async def test_a_failure_is_explained_and_asked_again_only_where_that_may_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, naps: Time, fault: str
) -> None:
    behaviour, status = FAILS[fault]
    ended = await asked(tmp_path, monkeypatch, behaviour)
    explains(ended)
    assert {name: getattr(each.error, "status", 0) for name, each in ended.items()} == dict.fromkeys(ALL, status)
    helps = status is None or status >= 500
    for name, each in ended.items():
        most = 1 if name == "accounts" else 3 if helps else 2  # a token is asked for by a POST
        assert each.tries == most if helps else 1 <= each.tries <= most, (name, each.tries)
    assert max(each.seconds for each in ended.values()) < 10
    assert not naps.naps


@pytest.mark.parametrize(
    "document",
    [
        [1, "two", {"a": None}],
        {"id": [], "username": {}, "display_name": 7, "access_token": 7, "MediaContainer": {"Directory": 4}},
        {"id": 10**30, "username": None, "access_token": None, "MediaContainer": {"Directory": [3, {"key": {}}]}},
    ],
)
async def test_wrong_types_are_an_error_or_left_out_and_never_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, naps: Time, document: object
) -> None:
    ended = await asked(tmp_path, monkeypatch, says(200, document))
    for each in ended.values():
        assert each.error is None or isinstance(each.error, UpstreamError), each.told
    assert ended["discogs"].error and ended["accounts"].error


async def test_single_characters_that_are_amiss_make_no_answer_unreadable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, naps: Time
) -> None:
    said = b'{"id": 1, "username": "d\xffg\\ud800er", "access_token": "x", "MediaContainer": {}, "directories": []}'
    ended = await asked(tmp_path, monkeypatch, says(200, said))
    assert {name: each.error for name, each in ended.items() if name not in ("plex", "slskd")} == dict.fromkeys(
        ("discogs", "spotify", "accounts")
    )


# --- 429


def _past(seconds: float) -> str:
    return email.utils.formatdate(time.time() - seconds, usegmt=True)


RETRY_AFTER = {
    "seconds": "7",
    "none": None,
    "a month of millennia": "1000000000",
    "more than a float": "9" * 400,
    "more than a date": "1e300",
    "the end of time": "Fri, 31 Dec 9999 23:59:59 GMT",
    "negative": "-5",
    "zero": "0",
    "a date in the past": _past(3600),
    "garbage": "when it is ready",
    "two values": "5, 7",
    "no number": "nan",
}


@pytest.mark.parametrize("value", RETRY_AFTER)
async def test_whatever_a_429_says_a_call_waits_a_minute_and_a_half_at_most_and_is_parked_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, naps: Time, value: str
) -> None:
    header = RETRY_AFTER[value]
    ended = await asked(tmp_path, monkeypatch, says(429, {}, {"Retry-After": header} if header else {}))
    explains(ended, UpstreamRateLimited)
    for name, each in ended.items():
        assert isinstance(each.error, UpstreamRateLimited) and each.tries <= 3
        wait = each.error.retry_at - naps.now()
        assert -sum(naps.naps) - 20 < wait <= LONGEST_PARK
        assert from_seconds(each.error.retry_at), "it can be stored as an instant"
        assert name == "slskd" or each.tries == 1 or naps.naps, "nobody is asked again without a pause"
    assert all(nap <= LONGEST_NAP for nap in naps.naps)


# --- time


@pytest.mark.parametrize("behaviour", [bad.drips, bad.silent], ids=["drips", "says nothing"])
async def test_whoever_drips_or_says_nothing_is_left_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, naps: Time, behaviour: Behaviour
) -> None:
    """With little patience; the patience of the program is looked at apart."""
    limits: list[Timeouts] = []
    really = Upstream.request

    def hurried(self: Upstream, *args: object, within: Timeouts | None = None, **kwargs: object) -> object:
        limits.append(within or self._timeouts)  # pyright: ignore[reportPrivateUsage]
        return really(self, *args, within=Timeouts(1.0, 0.3, 0.5), **kwargs)  # pyright: ignore

    monkeypatch.setattr(Upstream, "request", hurried)
    ended = await asked(tmp_path, monkeypatch, behaviour)
    explains(ended, UpstreamTimeout)
    assert all(limit.connect <= 5 and limit.read <= 30 and limit.total <= 60 for limit in limits)
    assert max(each.seconds for each in ended.values()) < 4


# --- who is it


async def test_a_name_that_nobody_knows_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, naps: Time
) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async with hostile(says(200, TOKEN)) as good:
        addresses = dict.fromkeys(SERVICES, "http://nowhere.invalid:8080") | {"accounts": good.url}
        async with program(tmp_path / "home", monkeypatch, addresses) as runtime:
            await SERVICES["accounts"].ask(runtime)
            await (await runtime.spotify.client(runtime.owner.id))._calls.tokens.access()  # pyright: ignore
            monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
            for name in ALL - {"accounts"}:
                with pytest.raises(UpstreamError, match=r"nowhere\.invalid .*no such name is known") as failed:
                    await SERVICES[name].ask(runtime)
                assert failed.value.service == SERVICES[name].name and failed.value.status is None


def certificate(folder: Path, *, name: str = "127.0.0.1", begun: int = -20, over: int = -10) -> tuple[Path, Path]:
    """A key and a certificate of its own issuing, good from and until so many days from now; both in one file, then alone."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "faults")])
    names: list[x509.GeneralName] = [
        x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name),
    ]
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now + timedelta(days=begun))
        .not_valid_after(now + timedelta(days=over))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir()
    written = made.public_bytes(serialization.Encoding.PEM)
    both, alone = folder / "both.pem", folder / "certificate.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    both.write_bytes(secret + written)
    alone.write_bytes(written)
    return both, alone


@pytest.mark.parametrize(
    ("how", "is_trusted", "told", "mend"),
    [
        ({}, True, "has expired", "must renew it"),
        ({"begun": 5, "over": 9}, True, "not valid yet", "clock of this machine"),
        ({"name": "192.0.2.7", "over": 9}, True, "for another name", "Check the address"),
        ({"over": 9}, False, "not one that this machine trusts", "issuer"),
    ],
)
async def test_a_certificate_that_proves_nothing_is_told_and_nothing_is_sent(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    naps: Time,
    how: dict[str, int],
    is_trusted: bool,
    told: str,
    mend: str,
) -> None:
    both, alone = certificate(tmp_path / "tls", **how)  # pyright: ignore[reportArgumentType]
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(both)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(alone))
    exchange._tls.cache_clear()  # pyright: ignore[reportPrivateUsage]
    try:
        ended = await asked(tmp_path, monkeypatch, says(200, TOKEN), tls=tls)
    finally:
        exchange._tls.cache_clear()  # pyright: ignore[reportPrivateUsage]
    explains(ended)
    for each in ended.values():
        assert isinstance(each.error, UpstreamError)
        assert told in each.error.message and mend in each.error.hint
        assert each.tries == 0 and "127.0.0.1" in each.error.message
