"""slskd's HTTP API as a row of methods (slskd-api.md), of every version from 0.22 to 0.26."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic_core import from_json

from services.soulseek.calls import Calls
from services.soulseek.enqueue import Enqueue
from services.soulseek.models import (
    DaemonOptions,
    Enqueued,
    Event,
    Json,
    SearchResult,
    ServerState,
    Share,
    SharedDirectory,
    Transfer,
    WantedFile,
    an_object,
    moment,
    objects,
    text,
)
from services.soulseek.searches import IsEnough, OnProgress, Searches
from services.soulseek.transfers import Transfers
from services.soulseek.users import BrowseStatus, UserEndpoint, UserInfo, Users, UserStatus
from services.soulseek.versions import Features

MOST_EVENTS = 1000
_EVENT_PAGE = 100


class SlskdClient:
    """One slskd, for the whole process. Every method raises the ``Upstream*`` errors of :mod:`services.errors`; their
    ``code`` is one of :mod:`services.soulseek.refusals`.

    A transfer is named by the user and its GUID, which changes when slskd starts anew and when a file is asked for again:
    keep user, remote path and size, and find the GUID by :func:`services.soulseek.transfers.newest` (slskd-api.md 5.1).
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._downloads = Transfers(calls, "downloads")
        self._uploads = Transfers(calls, "uploads")
        self._searches = Searches(calls)
        self._enqueue = Enqueue(calls, self._downloads)
        self._users = Users(calls)

    async def close(self) -> None:
        """Finish what was begun, and close the connections."""
        await self._searches.close()
        await self._calls.api.close()

    # --- the daemon

    async def version(self) -> str:
        """Its version, asked once per connection."""
        return (await self.features()).version

    async def features(self) -> Features:
        """What this version can do."""
        return await self._calls.features()

    async def server(self) -> ServerState:
        """Whether it is connected and logged in."""
        return ServerState.of(await self._calls.an_object("/server", "tell whether it is online"))

    async def options(self) -> DaemonOptions:
        """Its configuration, as far as it matters here."""
        return DaemonOptions.of(await self._calls.an_object("/options", "tell its options"))

    async def events(self, since: str | None = None, *, most: int = MOST_EVENTS) -> list[Event]:
        """What happened after the event with the id ``since``, oldest first; without it the newest page, so that its last one
        can be the next ``since``. None before 0.22. At most ``most``: what is older is left out.
        """
        if not (await self.features()).events:
            return []
        found: dict[str, Event] = {}
        for offset in range(0, most if since else _EVENT_PAGE, _EVENT_PAGE):
            params = {"offset": offset, "limit": _EVENT_PAGE}
            answer = await self._calls.ask("GET", "/events", "tell what happened", params=params)
            page = [_event(each) for each in objects(answer.document)]
            for event in page:
                if event.id == since:
                    return list(found.values())[::-1]
                found.setdefault(event.id, event)
            if len(page) < _EVENT_PAGE:
                break
        return list(found.values())[:most][::-1]

    # --- searches

    async def search(
        self,
        text: str,
        *,
        limit: int = 250,
        file_limit: int = 10_000,
        timeout: float = 15.0,
        longest: float | None = None,
        background: bool = False,
        on_progress: OnProgress | None = None,
        is_enough: IsEnough = lambda: False,
    ) -> SearchResult:
        """Search the network: the whole cycle. See :meth:`services.soulseek.searches.Searches.search`."""
        return await self._searches.search(
            text,
            limit=limit,
            file_limit=file_limit,
            timeout=timeout,
            longest=longest,
            background=background,
            on_progress=on_progress,
            is_enough=is_enough,
        )

    # --- downloads

    async def enqueue(self, username: str, files: Sequence[WantedFile], *, destination: str = "") -> Enqueued:
        """Ask for files of a user. What is under way already is not asked for again and counts as accepted.

        ``destination`` is a folder below slskd's downloads folder, from 0.26 on; older ones ignore it. May take a minute
        and a half. Raises with the code ``peer_offline``, ``not_logged_in`` and so on where nothing was taken, and
        ``enqueue_unknown`` where nobody knows: look at :meth:`downloads` before asking again.
        """
        return await self._enqueue.ask_for(username, files, destination)

    async def downloads(self, *, removed: bool = False) -> list[Transfer]:
        """All downloads, flat; with ``removed`` also those taken off the list."""
        return await self._downloads.all(removed=removed)

    async def downloads_of(self, username: str, *, removed: bool = False) -> list[Transfer]:
        """The downloads from one user."""
        return await self._downloads.of_user(username, removed=removed)

    async def download(self, username: str, transfer_id: str) -> Transfer:
        """One download. Raises :class:`UpstreamNotFound`."""
        return await self._downloads.one(username, transfer_id)

    async def cancel(self, username: str, transfer_id: str) -> Transfer | None:
        """Stop a download; returns only when slskd confirmed it. See
        :meth:`services.soulseek.transfers.Transfers.cancel`.
        """
        return await self._downloads.cancel(username, transfer_id)

    async def remove(self, username: str, transfer_id: str) -> None:
        """Take a download off slskd's list, cancelled first if need be; what is gone is gone."""
        await self._downloads.remove(username, transfer_id)

    async def clear_completed(self) -> int:
        """Take all downloads that have ended, failed ones too, off slskd's list; how many."""
        return await self._downloads.clear()

    async def position(self, username: str, transfer_id: str) -> int:
        """The place in the user's queue; the user is asked, so only on demand."""
        return await self._downloads.position(username, transfer_id)

    # --- uploads

    async def uploads(self, *, removed: bool = False) -> list[Transfer]:
        """What others fetch or fetched from here."""
        return await self._uploads.all(removed=removed)

    async def upload(self, transfer_id: str, username: str | None = None) -> Transfer:
        """One upload; without the user the whole list is asked for. Raises :class:`UpstreamNotFound`."""
        if username is None:
            return await self._uploads.with_id(transfer_id)
        return await self._uploads.one(username, transfer_id)

    async def cancel_upload(self, username: str, transfer_id: str) -> Transfer | None:
        """Stop an upload; as :meth:`cancel`."""
        return await self._uploads.cancel(username, transfer_id)

    async def clear_completed_uploads(self) -> int:
        """As :meth:`clear_completed`."""
        return await self._uploads.clear()

    # --- users

    async def user_status(self, username: str) -> UserStatus:
        """Whether a user is there."""
        return await self._users.status(username)

    async def user_info(self, username: str) -> UserInfo:
        """What a user says of themselves, and how busy they are."""
        return await self._users.info(username)

    async def user_endpoint(self, username: str) -> UserEndpoint:
        """The address and port of a user's program."""
        return await self._users.endpoint(username)

    async def browse(self, username: str) -> Share:
        """All that a user shares; up to a minute and many megabytes."""
        return await self._users.browse(username)

    async def browse_status(self, username: str) -> BrowseStatus:
        """How much of a share has come. Raises :class:`UpstreamNotFound` while none is being fetched."""
        return await self._users.browse_status(username)

    async def directory(self, username: str, path: str) -> list[SharedDirectory]:
        """A remote folder and those below it."""
        return await self._users.directory(username, path)

    async def sizes(self, username: str, filenames: Iterable[str]) -> dict[str, int]:
        """The exact sizes of remote files, in bytes: their folders are looked into. Raises with the code ``not_shared`` for
        one that the user does not share.
        """
        return await self._users.sizes(username, filenames)


def _event(said: Json) -> Event:
    data = said.get("data")
    try:
        read: object = from_json(data) if isinstance(data, str) else data
    except ValueError:
        read = {}
    return Event(text(said.get("id")), text(said.get("type")), moment(said.get("timestamp")), an_object(read))
