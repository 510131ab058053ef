"""The doctor's checks of what runs: the library, where secrets go, the connections, and a daemon."""

from __future__ import annotations

import asyncio

import httpx
import keyring

from services.errors import LockgrooveError
from services.places import Places
from services.runtime import Runtime, open_runtime
from services.settings import Settings
from storage.address import parse_address
from storage.backup import verify
from storage.values import ConnectionState
from tui.cli.checks import Finding, Level

_PATIENCE = 3.0
"""Seconds that a daemon may take to answer."""


async def live_checks(settings: Settings, places: Places) -> list[Finding]:
    """Everything that has to be opened to be checked."""
    findings = [await asyncio.to_thread(_secrets), await _daemon(places)]
    try:
        findings.append(await asyncio.to_thread(_integrity, settings))
        async with open_runtime(settings, places, work=False) as runtime:
            statistics = await runtime.records.statistics(runtime.user.id)
            findings.append(Finding("Library", Level.OK, f"{statistics.records:,} records"))
            findings.append(await _discogs(runtime))
    except LockgrooveError as error:
        findings.append(Finding("Library", Level.FAIL, error.message, error.hint))
    return findings


def _integrity(settings: Settings) -> Finding:
    """Every page of a SQLite library. Raises the store's errors for what is damaged or newer."""
    file = parse_address(settings.library_url).file
    if file is None:
        return Finding("Store", Level.OK, "PostgreSQL")
    if not file.exists():
        return Finding("Store", Level.OK, f"{file} (made just now)")
    return Finding("Store", Level.OK, f"{file}, sound, schema {verify(file).schema}")


async def _discogs(runtime: Runtime) -> Finding:
    """The connection as Discogs itself sees it; asked once."""
    status = await runtime.discogs.status(runtime.user.id)
    if status.missing and status.state is not ConnectionState.REFUSED:
        mend = status.warning if status.username and status.warning else "Run lockgroove connect discogs."
        return Finding("Discogs", Level.WARN, "not connected", mend)
    status = await runtime.discogs.test(runtime.user.id)
    if status.warning:
        return Finding("Discogs", Level.FAIL if not status.ready else Level.WARN, "does not answer", status.warning)
    return Finding("Discogs", Level.OK, f"connected as {status.username}")


def _secrets() -> Finding:
    backend = keyring.get_keyring()
    if backend.priority < 1:  # keyring's own line between recommended backends and none
        return Finding("Secrets", Level.OK, "kept in a file that only you can read (no keyring here)")
    return Finding("Secrets", Level.OK, f"kept in the system keyring ({backend.name})")


async def _daemon(places: Places) -> Finding:
    if not places.socket.exists():
        return Finding("Daemon", Level.OK, "none runs (lockgroove serve starts one)")
    transport = httpx.AsyncHTTPTransport(uds=str(places.socket))
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=_PATIENCE) as client:
            answer = await client.get("/health")
    except httpx.HTTPError as error:
        reason = f"{places.socket} does not answer ({type(error).__name__})"
        return Finding(
            "Daemon", Level.WARN, reason, "A daemon died there; the next lockgroove serve replaces the socket."
        )
    if answer.is_error:
        return Finding("Daemon", Level.WARN, f"answers {answer.status_code}", "Look at what lockgroove serve printed.")
    return Finding("Daemon", Level.OK, f"answers on {places.socket}")
