"""The exact sizes of remote files that were named without one: slskd refuses a file whose size differs (slskd-api.md 5.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog

from services.downloads.reasons import NO_SIZE
from services.errors import UpstreamError
from services.soulseek.client import SlskdClient
from services.soulseek.models import parted
from services.soulseek.refusals import Reason, reason

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes by remote path, and why a file cannot be had. What is in neither could not be asked for."""

    sizes: dict[str, int] = field(default_factory=dict[str, int])
    refused: dict[str, Reason] = field(default_factory=dict[str, Reason])


async def ask_sizes(client: SlskdClient, username: str, filenames: Iterable[str]) -> Sizes:
    """Look into the folders of these files. Never raises for what slskd or the user says."""
    found = Sizes()
    folders: dict[str, list[str]] = {}
    for name in filenames:
        folders.setdefault(parted(name)[0], []).append(name)
    for folder, names in folders.items():
        if not folder:
            continue
        try:
            listed = await client.directory(username, folder)
        except UpstreamError as error:
            log.info("the sizes of files could not be asked for", error=error.message)
            if error.code == "peer_offline":
                found.refused.update(dict.fromkeys(names, reason(error.message)))
            continue
        known = {file.filename: file.size for each in listed for file in each.files}
        if known:
            found.sizes.update({name: known[name] for name in names if name in known})
            found.refused.update({name: NO_SIZE for name in names if name not in known})
    return found
