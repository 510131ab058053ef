"""That a secret which is written fails the test: the sieve of the suite is itself tried."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

from services import log
from services.demo.discogs import grants, signatures
from services.demo.slskd.daemon import KEY
from services.demo.spotify.grants import CLIENT_SECRET
from tests import leaks


def report(**sections: str) -> pytest.TestReport:
    return pytest.TestReport(
        "test", ("file", 1, "test"), {}, "passed", None, "teardown", [*sections.items()], start=0.0, stop=0.0
    )


@pytest.mark.parametrize(
    "secret",
    [
        leaks.WORD + "x" * 27,
        leaks.WORD + "x" * 7,
        KEY,
        CLIENT_SECRET,
        "AQ-refresh-" + "x" * 64,
        "lg_" + "x" * 43,
        "gAAAA" + "x" * 80,
    ],
)
def test_a_secret_on_an_output_fails_the_test_and_is_not_repeated(secret: str) -> None:
    judged = report(**{"Captured stderr call": f"one\ntwo {secret} three\n"})
    leaks.judge(judged)
    assert judged.outcome == "failed"
    assert secret not in str(judged.longrepr) and "two <SECRET>" in str(judged.longrepr)


def test_an_output_without_one_passes_and_so_does_the_next_test() -> None:
    leaks.look_at(f"token={grants.letters(40)}", "the log")
    first, second = report(), report(**{"Captured stdout call": "two and three\n"})
    leaks.judge(first)
    leaks.judge(second)
    assert (first.outcome, second.outcome) == ("failed", "passed")


def test_what_a_process_said_that_was_read_is_looked_at_too() -> None:
    subprocess.run(
        [sys.executable, "-c", f"import sys; print('{grants.letters(40)}', file=sys.stderr)"], capture_output=True
    )
    judged = report()
    leaks.judge(judged)
    assert judged.outcome == "failed"


def test_a_line_of_the_log_is_looked_at_after_the_sieve() -> None:
    (handler,) = (each for each in logging.getLogger().handlers if isinstance(each.formatter, log._Scrubbing))  # pyright: ignore
    handler.format(logging.makeLogRecord({"msg": f"token={grants.letters(40)}"}))
    assert not leaks._leaks  # pyright: ignore[reportPrivateUsage]
    handler.format(logging.makeLogRecord({"msg": f"something by itself: {grants.letters(40)}"}))
    judged = report()
    leaks.judge(judged)
    assert judged.outcome == "failed"


def test_the_simulated_discogs_hands_out_tokens_that_are_known() -> None:
    for place in (grants, signatures):
        assert all(leaks.PLANTED.fullmatch(place.letters(count)) for count in (20, 32, 40))
