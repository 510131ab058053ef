"""``lockgroove doctor``: look at everything the program stands on and say how to mend what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tui.cli.options import AsJson, DataDir

if TYPE_CHECKING:
    from tui.cli.checks import Finding


def doctor(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Check the installation, the library, the connections and this terminal. Ends with 1 if something fails."""
    from dataclasses import asdict

    from tui.cli.checks import Level
    from tui.cli.output import document, line

    findings = list(_findings(data_dir))
    failed = any(finding.level is Level.FAIL for finding in findings)
    if as_json:
        document({"ok": not failed, "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            line(f"{finding.level:<4}  {finding.name}: {finding.text}")
            if finding.mend:
                line(f"      {finding.mend}")
    raise typer.Exit(int(failed))


def _findings(data_dir: Path | None) -> Iterable[Finding]:
    import asyncio

    from services.errors import LockgrooveError
    from services.places import locate
    from services.settings import load_settings
    from tui.cli import checks
    from tui.cli.live_checks import live_checks
    from tui.cli.program import log_as
    from tui.cli.terminal import Terminal

    yield from checks.python()
    yield from checks.terminal(Terminal.here())
    try:
        places = locate(data_dir)
        yield from checks.places(places)
        yield from checks.disk(places)
        settings = load_settings(places)
    except LockgrooveError as error:
        yield checks.Finding("Settings", checks.Level.FAIL, error.message, error.hint)
        return
    log_as(settings)
    for name in settings.unknown:
        yield checks.Finding("Settings", checks.Level.WARN, f"{name} is not a setting of this version", "Remove it.")
    yield from asyncio.run(live_checks(settings, places))
