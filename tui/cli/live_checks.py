"""The doctor's checks of what runs: the library, where secrets go, the connections, and a daemon."""

from __future__ import annotations

import asyncio

import httpx
import keyring

from services.accounts.agreement import Agreement
from services.catalogue.upkeep import ImportState, standing_of
from services.errors import LockgrooveError, NotConnected, UpstreamError, UpstreamRateLimited
from services.places import Places
from services.runtime import Runtime, open_runtime
from services.settings import Settings
from storage.address import parse_address
from storage.backup import verify
from storage.values import ConnectionState
from tui.cli.catalogue_lines import amount
from tui.cli.checks import Finding, Level
from tui.daemons import DAEMONS, ask

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
            findings += await _keys(runtime)
            findings.append(await _catalogue(runtime))
            findings.append(await _discogs(runtime))
            findings.append(await _spotify(runtime))
            findings += [await _own(runtime, name) for name in DAEMONS]
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


async def _keys(runtime: Runtime) -> list[Finding]:
    """Whether the processes on one database server have the same keys."""
    if runtime.storage.dialect != "postgresql":
        return []
    found = await Agreement(runtime.storage, runtime.secrets).differences()
    if not found:
        return [Finding("Keys", Level.OK, "no other process on this database has other keys")]
    return [Finding("Keys", Level.FAIL, each.message, each.hint) for each in found]


async def _catalogue(runtime: Runtime) -> Finding:
    """What the catalogue holds, and from when its dumps are."""
    standing = await standing_of(runtime.storage)
    if standing.state is ImportState.LEFTOVER:
        mend = "It changed nothing. Import again, which removes what it left behind."
        return Finding("Catalogue", Level.WARN, "an import of dumps was ended before it was done", mend)
    releases = f"{standing.held.releases:,} releases"
    if not standing.sources:
        fill = f"{releases}, none from Discogs' dumps (lockgroove catalogue import fills it)"
        return Finding("Catalogue", Level.OK, fill)
    newest = max((source.date or "" for source in standing.sources), default="")
    told = f"{releases}, dumps{f' of {newest}' if newest else ''}, {amount(standing.size)}"
    return Finding(
        "Catalogue", Level.OK, told + (", an import is running" if standing.state is ImportState.RUNNING else "")
    )


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


async def _spotify(runtime: Runtime) -> Finding:
    """The connection, and what Spotify lets this app do: asked anew with a handful of questions (spotify-api.md 2.20)."""
    status = await runtime.spotify.status(runtime.user.id)
    if status.state == "unconfigured":
        return Finding("Spotify", Level.OK, "not set up (lockgroove connect spotify says how)")
    if not status.ready:
        level = Level.FAIL if status.state == "reauth_required" else Level.WARN
        return Finding("Spotify", level, "not connected", "Run lockgroove connect spotify.")
    try:
        status = await runtime.spotify.probe(runtime.user.id)
    except UpstreamRateLimited as paused:
        return Finding("Spotify", Level.WARN, paused.message, paused.hint)
    except (UpstreamError, NotConnected) as error:
        return Finding("Spotify", Level.FAIL, error.message, error.hint)
    said = f"connected as {status.username}"
    if status.closed:
        said += f"; Spotify keeps from this app: {', '.join(row.name.replace('_', ' ') for row in status.closed)}"
    return Finding("Spotify", Level.WARN if status.warning else Level.OK, said, status.warning or "")


async def _own(runtime: Runtime, name: str) -> Finding:
    """A program on one's own machines; one that was never set up is no trouble."""
    daemon, settings = DAEMONS[name], runtime.settings
    if daemon.needs and not any(settings.origin(each).value for each in daemon.needs):
        return Finding(daemon.title, Level.OK, f"not set up ({' and '.join(daemon.needs)} set it up)")
    verdict = await ask(runtime, name)
    if not verdict.well and not daemon.needs:
        return Finding(daemon.title, Level.OK, verdict.said, verdict.hint)
    return Finding(daemon.title, Level.OK if verdict.well else Level.FAIL, verdict.said, verdict.hint)


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
