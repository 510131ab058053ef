"""Transfers as slskd has them: listed, looked at, cancelled, removed (slskd-api.md 5.4 to 6)."""

from __future__ import annotations

from collections.abc import Iterable

from services.errors import UpstreamError, UpstreamNotFound
from services.soulseek import reading
from services.soulseek.calls import POSITION, Calls, segment
from services.soulseek.models import Transfer, TransferId, number
from services.soulseek.refusals import SERVICE, is_missing, with_code

_UNTIL_STOPPED = (0.1, 0.2, 0.5, 1.0, 2.0, 2.0, 2.0, 2.0)
"""Seconds between looks at a transfer that was cancelled: cancelling ends some time after the answer."""


class Transfers:
    """The downloads, or the uploads, of one slskd."""

    def __init__(self, calls: Calls, kind: str) -> None:
        self._calls = calls
        self._kind = kind
        self._root = f"/transfers/{kind}"

    async def all(self, *, removed: bool = False) -> list[Transfer]:
        """Every one, flat; ``removed`` includes the hidden ones. Megabytes with a long history: ask rarely."""
        return await self._list(self._root, f"list the {self._kind}", removed=removed)

    async def of_user(self, username: str, *, removed: bool = False) -> list[Transfer]:
        """Those with one user; none where slskd knows of none (404)."""
        path = f"{self._root}/{segment(username)}"
        try:
            return await self._list(path, f"list the {self._kind} of a user", removed=removed)
        except UpstreamNotFound as error:
            if not is_missing(error):
                raise
            return []

    async def one(self, username: str, transfer_id: str) -> Transfer:
        """Raises :class:`UpstreamNotFound` where slskd does not know it (any more)."""
        path = self._of(username, transfer_id)
        return Transfer.of(await self._calls.an_object(path, f"look at one of the {self._kind}"))

    async def with_id(self, transfer_id: str) -> Transfer:
        """The same for who does not know the user: the whole list is asked for."""
        for transfer in await self.all(removed=True):
            if transfer.id == transfer_id:
                return transfer
        raise with_code(
            UpstreamNotFound(SERVICE, f"slskd has no such transfer among the {self._kind}.", status=404), "not_found"
        )

    async def position(self, username: str, transfer_id: str) -> int:
        """The place in the user's queue, who is asked for it each time: slow, so on demand only (slskd-api.md 5.7)."""
        path = f"{self._of(username, transfer_id)}/position"
        answer = await self._calls.ask("GET", path, "ask for a place in a queue", within=POSITION, repeatable=False)
        place = number(answer.document)
        if place is None:
            raise UpstreamError(SERVICE, "slskd told no place in the queue.", "Try again later.", answer.status)
        return place

    async def cancel(self, username: str, transfer_id: str) -> Transfer | None:
        """Stop a transfer. Returns once slskd has confirmed it and the transfer has ended (well, if it was quicker), with
        its last state; None where slskd does not know it (any more). Raises what kept it from being confirmed, with the
        code ``still_running`` where it went on all the same.
        """
        path = self._of(username, transfer_id)
        try:
            await self._calls.ask("DELETE", path, f"cancel one of the {self._kind}")
        except UpstreamNotFound as error:
            if is_missing(error):
                return None
            raise
        for pause in (*_UNTIL_STOPPED, None):
            try:
                transfer = await self.one(username, transfer_id)
            except UpstreamNotFound:
                return None
            if transfer.is_terminal:
                return transfer
            if pause is not None:
                await self._calls.clock.sleep(pause)
        raise UpstreamError(
            SERVICE,
            "slskd took the cancel, but the transfer goes on.",
            "Look again in a minute and cancel once more if it still runs.",
            204,
            code="still_running",
        )

    async def remove(self, username: str, transfer_id: str) -> None:
        """Take a transfer off slskd's list: cancelled first if it has not ended, as only what has ended can be removed. What
        slskd does not know is gone already; files stay.
        """
        path = self._of(username, transfer_id)
        try:
            is_over = (await self.one(username, transfer_id)).is_terminal
        except UpstreamNotFound:
            return
        if not is_over and await self.cancel(username, transfer_id) is None:
            return
        try:
            await self._calls.ask(
                "DELETE", path, f"remove one of the {self._kind}", params={"remove": "true"}, repeatable=False
            )
        except UpstreamNotFound as error:
            if not is_missing(error):
                raise

    async def clear(self) -> int:
        """Take everything that has ended off the list, failures too; how many there were."""
        ended = sum(transfer.is_terminal for transfer in await self.all())
        await self._calls.ask("DELETE", f"{self._root}/all/completed", f"clear the {self._kind} that have ended")
        return ended

    async def _list(self, path: str, action: str, *, removed: bool) -> list[Transfer]:
        params = {"includeRemoved": "true"} if removed else None
        answer = await self._calls.ask(
            "GET", path, action, params=params, parse=False, size_limit=reading.LARGEST_LISTING
        )
        return await reading.transfers(answer.content, action)

    def _of(self, username: str, transfer_id: str) -> str:
        return f"{self._root}/{segment(username)}/{segment(transfer_id, 'id')}"


def newest(
    transfers: Iterable[Transfer], filename: str, *, but: frozenset[TransferId] = frozenset()
) -> Transfer | None:
    """The transfer of a file that slskd speaks of now: the one that goes on, else the latest; none of ``but``."""
    found = [each for each in transfers if each.filename == filename and each.id not in but]
    going_on = [each for each in found if not each.is_terminal and not each.is_removed]
    dated = going_on or [each for each in found if not each.is_removed] or found
    return max(dated, key=lambda each: each.requested_at.timestamp() if each.requested_at else 0.0, default=None)
