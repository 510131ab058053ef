"""Asking slskd at once for a download that failed or was cancelled: a new row, or nothing at all (harmony-contract.md 7.5)."""

from __future__ import annotations

from services.downloads.cancelling import no_such_download, not_now
from services.downloads.sending import NAMELESS, Meaning, handed, meaning
from services.downloads.sizes import ask_sizes
from services.errors import InvalidInput, LockgrooveError, UpstreamError
from services.soulseek.client import SlskdClient
from services.soulseek.connect import Soulseek
from services.soulseek.models import WantedFile
from services.soulseek.refusals import SERVICE
from storage import downloads
from storage import downloads_keeping as keeping
from storage.engine import Storage
from storage.instants import instant
from storage.values.downloads import Download, DownloadState, Handover
from storage.values.ids import UserId


class NotRetryable(LockgrooveError):
    """What was asked for is not known well enough to ask again."""

    kind = "not_retryable"


class CancelFailed(UpstreamError):
    """slskd did not let go of the former transfer."""


class EnqueueFailed(UpstreamError):
    """slskd did not take the file."""


class Retrying:
    """Retries downloads while somebody waits. :meth:`Downloads.requeue` is the patient way."""

    def __init__(self, storage: Storage, soulseek: Soulseek) -> None:
        self._storage = storage
        self._soulseek = soulseek

    async def retry(self, user_id: UserId, download_id: int) -> Download:
        """The new row, which slskd has taken. The new row is written down before slskd is told, shown only once it has
        taken it, and goes again where it has not; after a crash between the two its list decides.

        Raises :class:`NotFound`, :class:`Conflict`, :class:`NotRetryable`, :class:`NotConnected`, :class:`CancelFailed` and
        :class:`EnqueueFailed`; with each nothing is stored.
        """
        async with self._storage.read() as conn:
            before = await downloads.get(conn, user_id, download_id)
        if before is None:
            raise no_such_download()
        if before.state not in (DownloadState.FAILED, DownloadState.CANCELLED):
            raise not_now("retried")
        check_request(before)
        client = await self._soulseek.client()
        await self._let_go(client, before)
        size = before.size
        if size is None:
            size = (await ask_sizes(client, before.username, [before.filename])).sizes.get(before.filename)
        known = await self._known(client, before)
        async with self._storage.write() as conn:
            intended = await downloads.follow(
                conn,
                before,
                before.source,
                automatic=False,
                attempt=1,
                alternatives=before.alternatives,
                handover=Handover.INTENDED,
                sent_at=instant(),
                known_transfer=known,
            )
        return await self._ask(client, intended, size)

    async def _let_go(self, client: SlskdClient, before: Download) -> None:
        """Cancel the former transfer, unless another attempt follows the same one by now. That slskd does not know it is as
        good (harmony-contract.md, A5).
        """
        if before.transfer_id is None:
            return
        async with self._storage.read() as conn:
            active = await keeping.active(conn)
        if any(row.transfer_id == before.transfer_id for row in active):
            return
        try:
            await client.cancel(before.username, before.transfer_id)
        except UpstreamError as error:
            raise CancelFailed(
                SERVICE, "Failed to cancel existing download via slskd", f"{error.message} {error.hint}".strip()
            ) from error

    async def _known(self, client: SlskdClient, before: Download) -> str | None:
        """What slskd lists under that name before it is asked."""
        try:
            listed = await client.downloads_of(before.username)
        except UpstreamError as error:
            raise _not_taken(error) from error
        return next((each.id for each in listed if each.filename == before.filename and each.is_terminal), None)

    async def _ask(self, client: SlskdClient, intended: Download, size: int | None) -> Download:
        try:
            answer = await client.enqueue(intended.username, [WantedFile(intended.filename, size or 0)])
        except (UpstreamError, InvalidInput) as error:
            if meaning(error) is not Meaning.UNKNOWN:  # else slskd's list decides what becomes of it
                await self._withdraw(intended)
            raise _not_taken(error) from error
        if not answer.accepted:
            await self._withdraw(intended)
            said = " ".join(answer.reasons.values())
            raise EnqueueFailed(SERVICE, "Failed to enqueue download via slskd", said or "slskd took nothing.")
        async with self._storage.write() as conn:
            shown = await downloads.reveal(conn, intended.id, **handed(intended, answer.accepted[0]))
            shown = shown or await downloads.get(conn, intended.user_id, intended.id)
        if shown is None:
            raise no_such_download()
        return shown

    async def _withdraw(self, intended: Download) -> None:
        async with self._storage.write() as conn:
            await downloads.withdraw(conn, intended.id)


def check_request(before: Download) -> None:
    """Raises :class:`NotRetryable` where the row does not say what to ask for."""
    if not before.username or not before.filename:
        raise NotRetryable("Download cannot be retried because original request data is missing")
    if before.filename == NAMELESS:
        raise NotRetryable("Download cannot be retried because its filename is unknown")


def _not_taken(error: LockgrooveError) -> EnqueueFailed:
    return EnqueueFailed(SERVICE, "Failed to enqueue download via slskd", f"{error.message} {error.hint}".strip())
