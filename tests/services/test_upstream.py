"""The HTTP stack against a real server on loopback: limits, tries, time-outs, bounds, errors, secrets."""

from __future__ import annotations

import asyncio
import email.utils
import itertools
import time
from collections.abc import AsyncGenerator, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import limits.aio.storage.memory
import pytest
import pytest_asyncio
import stamina
import structlog
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.errors import StorageError

from services import shared_counts
from services.demo.faults import Fault
from services.demo.invention import invent
from services.errors import (
    UpstreamError,
    UpstreamNotFound,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamTimeout,
)
from services.shared_counts import Window
from services.upstream import Clock, Limiter, Limiters, Manners, Priority, Timeouts, Upstream
from services.upstream.refusals import refusal, retry_after, said_by
from tests.upstreams.fixtures import RunningDiscogs, simulated

SECRET = "s3cr3t-t0ken"
MANNERS = Manners("Discogs", 60, 60, "discogs.com", "X-Discogs-Ratelimit", "X-Discogs-Ratelimit-Remaining")
HOME = "https://api.discogs.com"


class FakeTime:
    """A clock that jumps instead of waiting, and remembers its jumps."""

    def __init__(self) -> None:
        self.at = 1_000_000.0
        self.naps: list[float] = []

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)

    @property
    def clock(self) -> Clock:
        return Clock.by(self.now, self.sleep)


@pytest.fixture
def fake_time(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    fake = FakeTime()
    monkeypatch.setattr(limits.aio.storage.memory, "time", SimpleNamespace(time=fake.now))
    return fake


@pytest.fixture(autouse=True)
def no_back_off() -> Iterator[None]:
    """The waits between tries are stamina's; only their number is looked at here."""
    with stamina.set_testing(True, attempts=99, cap=True):
        yield


class _Token(httpx.Auth):
    def auth_flow(self, request: httpx.Request):
        request.headers["Authorization"] = f"Discogs token={SECRET}"
        yield request


@pytest_asyncio.fixture
async def own() -> AsyncGenerator[RunningDiscogs]:
    """A simulated Discogs that knows SECRET."""
    world = invent(20, seed=2)
    world.token = SECRET
    async with simulated(world) as upstream:
        yield upstream


def upstream(
    base: str, fake: FakeTime | None = None, *, timeouts: Timeouts | None = None, size_limit: int = 10_000_000
) -> Upstream:
    limiter = Limiter(MANNERS, base, SECRET, clock=fake.clock if fake else None)
    return Upstream(
        "Discogs",
        base,
        limiter=limiter,
        headers={"User-Agent": "LockgrooveTests/1.0"},
        authorise=_Token(),
        timeouts=timeouts,
        size_limit=size_limit,
        refused_hint="Make a new token.",
    )


# --- errors


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"message": "Release not found."}', "Release not found."),
        (
            b'{"detail": [{"msg": "bad", "loc": ["body", "value"], "type": "value_error"}], "message": "See detail."}',
            "See detail. body.value: bad",
        ),
        (b"<html><head><title>502 Bad Gateway</title></head><body>x</body></html>", "502 Bad Gateway"),
        (b"<p>Down &amp; out</p>", "Down & out"),
        (b"plain\x1b[31m words\n here", "plain [31m words here"),
        (b'"just text"', "just text"),
        (b"[1, 2]", ""),
        (b"", ""),
        (b'{"message": null}', ""),
        (b"\xff\xfe", "��"),
        (b"x" * 1000, "x" * 299 + "…"),
    ],
)
def test_what_the_service_said_is_found_in_every_kind_of_body(body: bytes, said: str) -> None:
    assert said_by(body) == said


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        (b"<title>502 Bad Gateway</title>", ": 502 Bad Gateway."),
        (b'{"message": "Slow down!"}', ": Slow down!"),
        (b"", "."),
    ],
)
def test_an_error_is_a_whole_sentence_whatever_the_service_said(body: bytes, ending: str) -> None:
    assert (
        refusal("Discogs", "list folders", 502, body).message
        == f"Discogs failed (502) when asked to list folders{ending}"
    )


def test_recorded_error_bodies_are_understood(fixtures) -> None:
    for file in sorted((fixtures / "discogs" / "api" / "errors").glob("*.json")):
        assert len(said_by(file.read_bytes())) > 10, file.name
    two_parts = said_by((fixtures / "discogs/api/errors/422_field_value_with_detail.json").read_bytes())
    assert "body.value: HTTP fetch failed" in two_parts


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0), ("0", None), ("-3", None), ("1.5", 1.5), (None, None), ("", None), ("soon", None), ("nan", None),
        ("inf", None), (email.utils.formatdate(1060, usegmt=True), 60.0), (email.utils.formatdate(10), None),
        ("1000000000", 172_800.0), ("1e300", 172_800.0), ("Fri, 31 Dec 9999 23:59:59 GMT", 172_800.0),
        ("Fri, 99 Nix 2020 23:59:59", None),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, now=1000.0) == seconds


def test_a_date_to_wait_for_is_counted_by_the_clock_that_wrote_it() -> None:
    sent, until = email.utils.formatdate(5000, usegmt=True), email.utils.formatdate(5030, usegmt=True)
    assert retry_after(until, now=90_000.0, sent=sent) == 30.0
    assert retry_after(until, now=5010.0, sent="yesterday") == 20.0


async def test_an_error_names_the_service_what_was_tried_and_the_mend(own: RunningDiscogs) -> None:
    async with upstream(own.url) as stack:
        with pytest.raises(UpstreamNotFound) as missing:
            await stack.request("GET", "/releases/1", action="read release 1")
        own.world.token = "another"
        with pytest.raises(UpstreamRefused) as refused:
            await stack.request("GET", "/oauth/identity", action="say who I am")
    assert missing.value.status == 404
    assert "Discogs" in missing.value.message and "read release 1" in missing.value.message
    assert "Release not found." in missing.value.message and missing.value.hint
    assert refused.value.status == 401 and refused.value.hint == "Make a new token."


async def test_a_host_that_is_not_there_is_named_and_tried_three_times(unused_tcp_port: int) -> None:
    async with upstream(f"http://127.0.0.1:{unused_tcp_port}") as stack:
        with structlog.testing.capture_logs() as lines, pytest.raises(UpstreamError) as failed:
            await stack.request("POST", "/x", action="add a record")
    assert failed.value.status is None and "127.0.0.1" in failed.value.message
    assert len([line for line in lines if line["event"] == "upstream"]) == 3, "not sent, so even a POST may go again"


# --- tries


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.HTML_502, Fault.DROP_CONNECTION, Fault.TRUNCATED])
async def test_a_read_survives_two_failures(own: RunningDiscogs, fault: Fault) -> None:
    own.fault(fault, times=2)
    async with upstream(own.url) as stack:
        answer = await stack.request("GET", "/oauth/identity", action="say who I am")
    assert answer.json() and len(own.requests) == 3


async def test_a_third_failure_is_reported_in_the_words_of_the_service(own: RunningDiscogs) -> None:
    own.fault(Fault.HTML_502)
    async with upstream(own.url) as stack:
        with pytest.raises(UpstreamError, match="502 Bad Gateway") as failed:
            await stack.request("GET", "/oauth/identity", action="say who I am")
    assert failed.value.status == 502 and len(own.requests) == 3


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.DROP_CONNECTION, Fault.ADD_THEN_DROP])
async def test_a_call_that_must_not_be_repeated_is_sent_once(own: RunningDiscogs, fault: Fault) -> None:
    own.fault(fault)
    release = next(iter(own.world.catalogue.pressings))
    before = len(own.world.copies(release))
    path = f"/users/{own.username}/collection/folders/1/releases/{release}"
    async with upstream(own.url) as stack:
        with pytest.raises(UpstreamError) as failed:
            await stack.request("POST", path, action="add")
    assert len(own.requests) == 1
    assert failed.value.status in (None, 500)
    assert len(own.world.copies(release)) - before == (1 if fault is Fault.ADD_THEN_DROP else 0)


@pytest.mark.parametrize(("times", "tries", "succeeds"), [(1, 2, True), (2, 2, False)])
@pytest.mark.parametrize("fault", [Fault.BAD_JSON, Fault.EMPTY_BODY])
async def test_an_unreadable_success_is_read_once_more(
    own: RunningDiscogs, fault: Fault, times: int, tries: int, succeeds: bool
) -> None:
    own.fault(fault, times=times)
    async with upstream(own.url) as stack:
        if succeeds:
            assert (await stack.request("GET", "/oauth/identity", action="say who I am")).json()
        else:
            with pytest.raises(UpstreamError, match="cannot be read"):
                await stack.request("GET", "/oauth/identity", action="say who I am")
    assert len(own.requests) == tries


async def test_a_refusal_is_not_tried_again(own: RunningDiscogs) -> None:
    own.fault(Fault.PRIVATE)
    async with upstream(own.url) as stack:
        with pytest.raises(UpstreamRefused):
            await stack.request("GET", f"/users/{own.username}/collection/folders", action="list folders")
    assert len(own.requests) == 1


# --- bounds


async def test_an_answer_beyond_the_bound_is_cut_off(own: RunningDiscogs) -> None:
    own.fault(Fault.OVERSIZED)
    async with upstream(own.url, size_limit=2_000_000) as stack:
        with pytest.raises(UpstreamError, match="more than 2 MB"):
            await stack.request("GET", "/oauth/identity", action="say who I am")
        own.mend()
        assert (await stack.request("GET", "/oauth/identity", action="say who I am")).json(), "usable afterwards"
    assert len(own.requests) == 2


@pytest.mark.parametrize("timeouts", [Timeouts(read=0.1), Timeouts(total=0.1)])
async def test_a_late_answer_is_a_timeout(own: RunningDiscogs, timeouts: Timeouts) -> None:
    own.fault(Fault.SLOW, value="0.6", match="/oauth")
    async with upstream(own.url, timeouts=timeouts) as stack:
        with pytest.raises(UpstreamTimeout, match="in time"):
            await stack.request("GET", "/oauth/identity", action="say who I am", repeatable=False)
    assert len(own.requests) == 1


async def test_a_redirect_to_another_host_is_not_followed(own: RunningDiscogs) -> None:
    own.fault(Fault.REDIRECT_AWAY)
    async with upstream(own.url) as stack:
        with pytest.raises(UpstreamError, match="another host") as failed:
            await stack.request("GET", "/oauth/identity", action="say who I am")
    assert failed.value.status == 302 and len(own.requests) == 1


# --- secrets


async def test_no_secret_gets_into_errors_or_logs(own: RunningDiscogs) -> None:
    faults = [Fault.SERVER_ERROR, Fault.DROP_CONNECTION, Fault.BAD_JSON, Fault.REVOKED_TOKEN, Fault.RATE_LIMIT]
    seen: list[str] = []
    with structlog.testing.capture_logs() as lines:
        for fault in faults:
            own.mend()
            own.fault(fault, value="1000" if fault is Fault.RATE_LIMIT else "")
            async with upstream(own.url) as stack:
                with pytest.raises(UpstreamError) as failed:
                    await stack.request("GET", "/oauth/identity", action="say who I am")
                error: BaseException | None = failed.value
                seen += [failed.value.message, failed.value.hint, repr(stack), repr(stack.limiter)]
                while error:
                    seen += [str(error), repr(error)]
                    error = error.__cause__ or error.__context__
    assert lines and not any(SECRET in text for text in [*seen, *map(repr, lines)])


async def test_every_try_leaves_a_line_in_the_log(own: RunningDiscogs) -> None:
    own.fault(Fault.SERVER_ERROR, times=1)
    with structlog.testing.capture_logs() as lines:
        async with upstream(own.url) as stack:
            await stack.request("GET", "/oauth/identity", action="say who I am")
    tries = [(line["service"], line["action"], line["status"]) for line in lines if line["event"] == "upstream"]
    assert tries == [("Discogs", "say who I am", 500), ("Discogs", "say who I am", 200)]
    assert all(line["ms"] >= 0 for line in lines if line["event"] == "upstream")


# --- 429


async def test_a_429_is_retried_after_the_time_the_service_asked_for(own: RunningDiscogs, fake_time: FakeTime) -> None:
    own.fault(Fault.RATE_LIMIT, times=1, value="17")
    async with upstream(own.url, fake_time) as stack:
        await stack.request("GET", "/oauth/identity", action="say who I am")
    assert fake_time.naps == [pytest.approx(17, abs=0.1)]


async def test_a_429_without_a_time_is_retried_after_waits_that_double(
    own: RunningDiscogs, fake_time: FakeTime
) -> None:
    own.fault(Fault.RATE_LIMIT)
    async with upstream(own.url, fake_time) as stack:
        with pytest.raises(UpstreamRateLimited) as limited:
            await stack.request("GET", "/oauth/identity", action="say who I am")
    assert len(own.requests) == 3
    first, second = fake_time.naps
    assert 5 <= first <= 6.3 and 10 <= second <= 12.6
    assert limited.value.retry_at > fake_time.now() and limited.value.status == 429


async def test_a_429_proves_that_nothing_happened_so_an_add_goes_again(
    own: RunningDiscogs, fake_time: FakeTime
) -> None:
    own.fault(Fault.RATE_LIMIT, times=1)
    release = next(iter(own.world.catalogue.pressings))
    before = len(own.world.copies(release))
    async with upstream(own.url, fake_time) as stack:
        path = f"/users/{own.username}/collection/folders/1/releases/{release}"
        assert (await stack.request("POST", path, action="add")).status == 201
    assert len(own.world.copies(release)) == before + 1


async def test_an_absurd_wait_parks_instead_of_sleeping(own: RunningDiscogs, fake_time: FakeTime) -> None:
    own.fault(Fault.RATE_LIMIT, value="86400")
    async with upstream(own.url, fake_time) as stack:
        with pytest.raises(UpstreamRateLimited) as limited:
            await stack.request("GET", "/oauth/identity", action="say who I am")
    assert limited.value.retry_at == pytest.approx(fake_time.at + 86400)
    assert fake_time.naps == [] and len(own.requests) == 1


# --- the line


async def turns(
    limiter: Limiter, count: int, priority: Priority = Priority.INTERACTIVE, wait_limit: float = 1e6
) -> None:
    for _ in range(count):
        await limiter.turn(priority, wait_limit, "read")


@pytest.mark.parametrize("limit", [60, 25])
async def test_no_window_of_a_minute_ever_holds_more_than_the_limit(fake_time: FakeTime, limit: int) -> None:
    limiter = Limiter(Manners("Discogs", limit, 60, "discogs.com"), HOME, clock=fake_time.clock)
    moments: list[float] = []
    for number in range(limit * 4):
        fake_time.at += (number % 7) * 0.11
        await limiter.turn(Priority.INTERACTIVE, 1e6, "read")
        moments.append(fake_time.at)
    fullest = max(sum(1 for m in moments if start <= m <= start + 60) for start in moments)
    assert limit * 0.9 <= fullest <= limit
    assert moments[-1] - moments[0] < 60 * 4.5


async def test_background_work_leaves_room_for_the_person(fake_time: FakeTime) -> None:
    limiter = Limiter(MANNERS, HOME, clock=fake_time.clock)
    for _ in range(58):
        await limiter.turn(Priority.BACKGROUND, 1e6, "sync")
        if fake_time.naps:
            break
    fake_time.naps.clear()
    await limiter.turn(Priority.INTERACTIVE, 0.5, "search")
    assert fake_time.naps == []


async def test_a_person_who_waits_goes_before_background_work_that_came_earlier() -> None:
    limiter = Limiter(Manners("Discogs", 3, 1, "discogs.com", margin=0), HOME)
    await turns(limiter, 3)
    served: list[str] = []

    async def ask(name: str, priority: Priority) -> None:
        await limiter.turn(priority, 30, name)
        served.append(name)

    async with asyncio.TaskGroup() as tasks:
        for name in ("sync 1", "sync 2"):
            tasks.create_task(ask(name, Priority.BACKGROUND))
        await asyncio.sleep(0)
        tasks.create_task(ask("search", Priority.INTERACTIVE))
    assert served == ["search", "sync 1", "sync 2"]


async def test_a_wait_is_shown_and_ends(fake_time: FakeTime) -> None:
    limiter = Limiter(MANNERS, HOME, clock=fake_time.clock)
    shown: list[float | None] = []
    forget = limiter.on_wait(shown.append)
    await turns(limiter, 59)
    assert shown == [pytest.approx(1_000_060, abs=0.1), None] and limiter.waiting_until is None
    forget()
    await turns(limiter, 100)
    assert len(shown) == 2


async def test_a_turn_beyond_the_wait_limit_is_refused_at_once_with_the_time(fake_time: FakeTime) -> None:
    limiter = Limiter(MANNERS, HOME, clock=fake_time.clock)
    await turns(limiter, 58)
    with pytest.raises(UpstreamRateLimited) as limited:
        await limiter.turn(Priority.INTERACTIVE, 5, "search")
    assert limited.value.retry_at == pytest.approx(1_000_060, abs=0.1)
    assert fake_time.naps == [] and limiter.waiting_until is None


async def test_leaving_the_line_lets_the_next_one_go() -> None:
    limiter = Limiter(Manners("Discogs", 1, 1, "discogs.com"), HOME)
    await limiter.turn(Priority.BACKGROUND, 9, "fill the window")
    first = asyncio.create_task(limiter.turn(Priority.BACKGROUND, 9, "first"))
    second = asyncio.create_task(limiter.turn(Priority.BACKGROUND, 9, "second"))
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.wait_for(second, 30)
    assert first.cancelled() and limiter.waiting_until is None


# --- what the headers say


def said(limit: int, remaining: int) -> dict[str, str]:
    return {MANNERS.limit_header: str(limit), MANNERS.remaining_header: str(remaining)}


async def test_little_left_by_another_program_holds_the_line_for_a_window(fake_time: FakeTime) -> None:
    limiter = Limiter(MANNERS, HOME, clock=fake_time.clock)
    await turns(limiter, 1)
    fake_time.at += 10
    await limiter.heed(said(60, 2), success=True)
    await turns(limiter, 1)
    assert fake_time.naps == [pytest.approx(50, abs=0.1)], "a minute after the oldest request of ours"


async def test_plenty_left_holds_nothing(fake_time: FakeTime) -> None:
    limiter = Limiter(MANNERS, HOME, clock=fake_time.clock)
    await turns(limiter, 1)
    await limiter.heed(said(60, 3), success=True)
    await turns(limiter, 1)
    assert fake_time.naps == []


async def test_the_limit_in_the_header_replaces_ours_both_ways(fake_time: FakeTime) -> None:
    limiter = Limiter(MANNERS, HOME, clock=fake_time.clock)
    await limiter.heed(said(240, 200), success=True)
    await turns(limiter, 200)
    assert fake_time.naps == []
    await limiter.heed(said(25, 20), success=True)
    await turns(limiter, 1)
    assert fake_time.naps == [pytest.approx(60, abs=0.1)], "what was already sent still counts"


@pytest.mark.parametrize(
    ("base", "status_ok", "waits"),
    [
        ("http://127.0.0.1:9", True, False),
        ("http://127.0.0.1:9", False, True),
        (HOME, True, True),
        ("https://discogs.com.example.org", True, False),
    ],
)
async def test_only_another_address_without_headers_has_no_limit(
    fake_time: FakeTime, base: str, status_ok: bool, waits: bool
) -> None:
    limiter = Limiter(MANNERS, base, clock=fake_time.clock)
    await turns(limiter, 1)
    await limiter.heed({}, success=status_ok)
    await turns(limiter, 100)
    assert bool(fake_time.naps) is waits


async def test_a_429_ends_the_freedom_of_a_service_that_named_no_limit(fake_time: FakeTime) -> None:
    limiter = Limiter(MANNERS, "http://127.0.0.1:9", clock=fake_time.clock)
    await limiter.heed({}, success=True)
    limiter.refused(None, 1)
    await turns(limiter, 100)
    assert len(fake_time.naps) >= 2


@pytest.mark.parametrize("headers", [{"X-Discogs-Ratelimit": "many"}, {"X-Discogs-Ratelimit": "0"}, {}])
async def test_nonsense_in_the_headers_changes_nothing(fake_time: FakeTime, headers: dict[str, str]) -> None:
    limiter = Limiter(MANNERS, HOME, clock=fake_time.clock)
    await limiter.heed(headers, success=True)
    await turns(limiter, 59)
    assert fake_time.naps == [pytest.approx(60, abs=0.1)]


@pytest.mark.parametrize("limit", [60, 25, 5])
async def test_against_a_service_that_counts_no_request_is_ever_refused(fake_time: FakeTime, limit: int) -> None:
    async with simulated(rate_limit=limit, clock=fake_time.now) as discogs:
        limiter = Limiter(MANNERS, discogs.url, clock=fake_time.clock)
        headers = {"User-Agent": "t/1", "Authorization": f"Discogs token={discogs.token}"}
        async with Upstream("Discogs", discogs.url, limiter=limiter, headers=headers) as stack:
            for number in range(limit * 2):
                await stack.request("GET", "/", action=f"ask {number}")
    assert [r["status"] for r in discogs.requests] == [200] * limit * 2
    assert fake_time.at - 1_000_000 < 150, "two windows, not one wait per request"


# --- one limiter per service and credential


def test_one_credential_has_one_line_and_its_name_is_no_secret() -> None:
    limiters = Limiters()
    one, same, other = (limiters.of(MANNERS, HOME, token) for token in (SECRET, SECRET, "another"))
    assert one is same and one is not other and limiters.of(MANNERS, HOME) is not one
    assert SECRET not in repr(vars(one))


@pytest.mark.redis
async def test_processes_that_share_redis_share_one_window() -> None:
    redis = pytest.importorskip("redis")
    try:
        redis.Redis(port=6379, socket_connect_timeout=0.5).ping()
    except redis.ConnectionError:
        pytest.skip("no Redis on 127.0.0.1:6379")
    manners = Manners(f"Discogs {time.time_ns()}", 4, 60, "discogs.com")
    here, there = (Limiters("redis://127.0.0.1:6379/0").of(manners, HOME, SECRET) for _ in range(2))
    for limiter in itertools.islice(itertools.cycle((here, there)), 3):
        await limiter.turn(Priority.INTERACTIVE, 1, "read")
    with pytest.raises(UpstreamRateLimited):
        await there.turn(Priority.INTERACTIVE, 1, "read")


async def test_without_its_redis_the_line_goes_on_alone_and_says_so(unused_tcp_port: int) -> None:
    limiter = Limiters(f"redis://127.0.0.1:{unused_tcp_port}/0").of(MANNERS, HOME, SECRET)
    with structlog.testing.capture_logs() as lines:
        await limiter.turn(Priority.INTERACTIVE, 1, "read")
    assert [line["event"] for line in lines] == ["limits_not_shared"]


class Moody(MemoryStorage):
    """Counters of others that fail while they are away."""

    is_away = False

    async def acquire_entry(self, *asked: Any, **how: Any) -> bool:
        if self.is_away:
            raise StorageError(ConnectionError("gone"))
        return await super().acquire_entry(*asked, **how)


async def test_the_shared_window_counts_again_once_its_redis_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    shared, budget = Moody(), parse("2/minute")
    here, there = (Window("Discogs", shared) for _ in range(2))
    assert await here.hit(budget, "k")
    shared.is_away = True
    monkeypatch.setattr(shared_counts, "PAUSE", 0.0)
    assert [await there.hit(budget, "k") for _ in range(3)] == [True, True, False], "alone meanwhile"
    shared.is_away = False
    assert [await there.hit(budget, "k"), await here.hit(budget, "k")] == [True, False], "together again"


async def test_a_redis_that_is_away_is_not_asked_before_each_call() -> None:
    shared = Moody()
    shared.is_away = True
    window = Window("Discogs", shared)
    with structlog.testing.capture_logs() as lines:
        assert [await window.hit(parse("9/minute"), "k") for _ in range(3)] == [True] * 3
    assert len(lines) == 1
