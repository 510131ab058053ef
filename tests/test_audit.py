"""What CI makes of the findings of pip-audit."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

_spec = importlib.util.spec_from_file_location("audit", Path(__file__).parents[1] / ".ci" / "audit.py")
assert _spec and _spec.loader
audit: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(audit)

CLEAN = {"name": "good", "version": "1", "vulns": []}
SKIPPED = {"name": "unheard", "skip_reason": "not found"}
FOUND = {
    "name": "bad",
    "version": "2",
    "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["3"], "description": "…"}],
}


def test_a_known_vulnerability_fails_and_says_what_mends_it() -> None:
    lines, failed = audit.judge([CLEAN, FOUND])
    assert failed
    assert "VULNERABLE: bad 2: PYSEC-1; mended in 3" in lines


def test_what_the_index_does_not_know_is_told_and_never_called_clean() -> None:
    lines, failed = audit.judge([SKIPPED, SKIPPED, CLEAN])
    assert not failed
    assert lines == [
        "warning: the index tells nothing of 2 packages, so they were not audited",
        "1 packages without a known vulnerability",
    ]


@pytest.mark.parametrize("name", ["PYSEC-1", "CVE-1"])
def test_one_that_was_looked_at_and_accepted_is_told_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(audit, "ACCEPTED", {name: "it is in a part that is not used"})
    lines, failed = audit.judge([FOUND])
    assert not failed
    assert lines[0] == "accepted: bad 2: PYSEC-1, because it is in a part that is not used"


def test_without_an_index_nothing_fails_and_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "pip-audit"
    program.write_text("#!/bin/sh\necho 'could not reach the index' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert audit.main("requirements.txt") == 0
    assert "nothing was audited, the index does not answer (could not reach the index)" in capsys.readouterr().out
