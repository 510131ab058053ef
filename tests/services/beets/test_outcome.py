"""How a run of beets ended, told from what the real one was recorded to say (shared fixtures)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.beets.outcome import outcome
from services.beets.refusals import BeetsFailed, Verdict

RECORDED = [
    ("import-ok", Verdict.OK, ""),
    ("import-no-files", Verdict.OK, ""),
    ("import-missing-path", Verdict.MISSING_PATH, "no such file or directory: /srv/incoming/none"),
    ("list-bad-number", Verdict.BAD_QUERY, "invalid query: 'year:abc': 'abc' is not an int or a float"),
    ("list-bad-option", Verdict.USAGE, "beet list: error: no such option: -d"),
    ("locked-open", Verdict.LOCKED, "database file /srv/beets/library.db cannot not be opened: database is locked"),
    ("locked-write", Verdict.LOCKED, "sqlite3.OperationalError: database is locked"),
    ("remove-prompt", Verdict.PROMPT, "stdin stream ended while input required"),
    ("remove-no-match", Verdict.NOTHING_MATCHED, ""),
    ("write-no-match", Verdict.NOTHING_MATCHED, ""),
    ("move-no-match", Verdict.NOTHING_MATCHED, ""),
    ("update-no-match", Verdict.NOTHING_MATCHED, ""),
    ("update-library-dir-missing", Verdict.PROMPT, "stdin stream ended while input required"),
    ("unknown-command", Verdict.FAILED, ""),
]


def recorded(fixtures: Path, name: str) -> tuple[int, bytes, bytes]:
    """Exit code, stdout and stderr of a recorded run."""
    text = (fixtures / "beets" / f"{name}.txt").read_text()
    head, _, rest = text.partition("--- stdout\n")
    out, _, err = rest.partition("--- stderr\n")
    return int(re.search(r"# exit (\d+)", head)[1]), out.encode(), err.encode()  # type: ignore[index]


@pytest.mark.parametrize(("name", "verdict", "message"), RECORDED)
def test_what_the_real_one_said_is_understood(fixtures: Path, name: str, verdict: Verdict, message: str) -> None:
    ended = outcome("ls", *recorded(fixtures, name))
    assert ended.verdict is verdict
    if message:
        with pytest.raises(BeetsFailed, match=re.escape(message)) as raised:
            ended.checked()
        assert raised.value.message == message  # the last line of a traceback, nothing of the machine
    elif verdict in (Verdict.OK, Verdict.NOTHING_MATCHED):
        assert ended.checked() is ended


def test_what_an_upgrade_prints_is_nobodys_answer_and_colours_go(fixtures: Path) -> None:
    first = outcome("version", *recorded(fixtures, "version-first-run"))
    assert first.lines == ["beets version 2.14.1", "Python version 3.11.7", "no plugins loaded"]
    plain, coloured = (
        outcome("update", *recorded(fixtures, name)) for name in ("update-pretend", "update-pretend-color")
    )
    assert coloured.stdout == plain.stdout and "\x1b" not in coloured.stdout


def test_a_failure_without_a_word_names_the_command_and_a_signal_is_a_crash() -> None:
    assert outcome("stats", 1, b"", b"").failure().message == "Command 'beet stats' failed"
    assert outcome("stats", -9, b"", b"").verdict is Verdict.CRASH
    assert outcome("ls", -9, b"", b"", Verdict.TIMEOUT).failure().message == "Command timed out"
