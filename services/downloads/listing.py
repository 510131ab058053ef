"""slskd's list of downloads, as the queue looks things up in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from services.soulseek.models import Transfer
from storage.values.downloads import Download


class Listing:
    """One look at all of slskd's downloads."""

    def __init__(self, transfers: Iterable[Transfer]) -> None:
        self._of_id: dict[str, Transfer] = {}
        self._of_file: dict[tuple[str, str], list[Transfer]] = defaultdict(list)
        for transfer in transfers:
            self._of_id[transfer.id] = transfer
            self._of_file[transfer.username, transfer.filename].append(transfer)

    @property
    def is_busy(self) -> bool:
        """Whether anything in it is on its way."""
        return any(not each.is_terminal for each in self._of_id.values())

    def of_id(self, transfer_id: str | None) -> Transfer | None:
        """The transfer of that id."""
        return self._of_id.get(transfer_id) if transfer_id else None

    def of_file(self, row: Download) -> list[Transfer]:
        """What it lists of exactly this user, path and size; the latest first."""
        found = [
            each
            for each in self._of_file.get((row.username, row.filename), [])
            if row.size is None or each.size == row.size
        ]
        return sorted(found, key=lambda each: each.requested_at.timestamp() if each.requested_at else 0.0, reverse=True)

    def known(self, row: Download) -> str | None:
        """The id of what is listed under the name of ``row`` before slskd is told of it."""
        return next((each.id for each in self._of_file.get((row.username, row.filename), [])), None)

    def active(self, row: Download) -> Transfer | None:
        """What is on its way under the name of ``row``."""
        return next((each for each in self.of_file(row) if not each.is_terminal), None)

    def taken(self, row: Download, others: Collection[str] = (), *, since: str | None = None) -> Transfer | None:
        """What slskd made of ``row`` when it was told: under its name, not there before and not of another attempt; where
        removed ones are listed, ``since`` leaves out older ones (clocks may differ by a minute).
        """
        earliest = datetime.fromisoformat(since).timestamp() - 60 if since else 0.0
        fresh = (t for t in self.of_file(row) if t.id != row.known_transfer and t.id not in others)
        return next((t for t in fresh if not t.requested_at or t.requested_at.timestamp() >= earliest), None)
