"""What the command line writes for programs."""

from __future__ import annotations

import json

import pytest

from tui.cli.output import document


def test_a_document_says_the_same_and_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    title = "Blå \x9b31m\x1b]0;x\x07\x7f\x85 Tåg"
    document({"title": title})
    written = capsys.readouterr().out
    assert json.loads(written) == {"title": title}
    assert written.rstrip("\n").isprintable()
    assert "Blå" in written
