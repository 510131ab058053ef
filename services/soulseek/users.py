"""Other users: whether they are there, what they share (slskd-api.md section 7). They are asked for most of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from services.errors import InvalidInput, UpstreamError
from services.soulseek import reading
from services.soulseek.calls import BROWSE, Calls, segment
from services.soulseek.models import Json, Share, SharedDirectory, an_object, measure, number, objects, parted, text
from services.soulseek.refusals import SERVICE
from services.upstream import Timeouts

_PEER = Timeouts(connect=5, read=45, total=50)


@dataclass(frozen=True, slots=True)
class UserStatus:
    """``presence`` is "Online", "Away" or "Offline"; names nobody has are expected to be offline."""

    presence: str
    is_privileged: bool = False
    given: Json = field(default_factory=dict[str, Any], repr=False, compare=False)

    @property
    def is_online(self) -> bool:
        return self.presence in ("Online", "Away")


@dataclass(frozen=True, slots=True)
class UserInfo:
    """What a user says of themselves, and how busy their uploads are."""

    description: str
    has_free_slot: bool
    queue_length: int | None
    upload_slots: int | None
    given: Json = field(default_factory=dict[str, Any], repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class UserEndpoint:
    """Where a user's program can be reached."""

    address: str
    port: int | None
    given: Json = field(default_factory=dict[str, Any], repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class BrowseStatus:
    """How much of a share has come; bytes and percent."""

    size: int
    transferred: int
    percent: float
    given: Json = field(default_factory=dict[str, Any], repr=False, compare=False)


class Users:
    """Asks one slskd about other users."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def status(self, username: str) -> UserStatus:
        said = await self._ask(username, "status", "tell whether a user is there")
        return UserStatus(text(said.get("presence")), said.get("isPrivileged") is True, said)

    async def info(self, username: str) -> UserInfo:
        said = await self._ask(username, "info", "ask a user about themselves")
        return UserInfo(
            text(said.get("description")),
            said.get("hasFreeUploadSlot") is True,
            number(said.get("queueLength")),
            number(said.get("uploadSlots")),
            said,
        )

    async def endpoint(self, username: str) -> UserEndpoint:
        said = await self._ask(username, "endpoint", "tell where a user is")
        return UserEndpoint(text(said.get("address")), number(said.get("port")), said)

    async def browse_status(self, username: str) -> BrowseStatus:
        """Raises :class:`UpstreamNotFound` while no share of the user is being fetched."""
        said = await self._ask(username, "browse/status", "tell how much of a share has come")
        return BrowseStatus(
            number(said.get("size")) or 0,
            number(said.get("bytesTransferred")) or 0,
            measure(said.get("percentComplete")),
            said,
        )

    async def browse(self, username: str) -> Share:
        """All that a user shares, read while it comes; a very large share is cut (tens of megabytes, a minute)."""
        reader = reading.ShareReader()
        try:
            await self._calls.ask(
                "GET",
                f"/users/{segment(username)}/browse",
                "list what a user shares",
                within=BROWSE,
                repeatable=False,
                take=reader.take,
                size_limit=reading.LARGEST_SHARE,
            )
            await reader.finish()
        except reading.EnoughRead:
            pass
        return Share(username, tuple(reader.directories), reader.is_cut)

    async def directory(self, username: str, path: str) -> list[SharedDirectory]:
        """One remote folder with those below it; before 0.22.3 slskd answers with one object."""
        if not path.strip():
            raise InvalidInput("path", "There is no folder to look into.")
        answer = await self._calls.ask(
            "POST",
            f"/users/{segment(username)}/directory",
            "look into a folder of a user",
            json={"directory": path},
            within=_PEER,
        )
        said = answer.document
        given = objects(said) or [an_object(said)]
        return [SharedDirectory.of(each) for each in given if each]

    async def sizes(self, username: str, filenames: Iterable[str]) -> dict[str, int]:
        """See :meth:`SlskdClient.sizes`."""
        wanted = list(filenames)
        shared: dict[str, int] = {}
        for path in dict.fromkeys(parted(name)[0] for name in wanted):
            for folder in await self.directory(username, path):
                shared |= {file.filename: file.size for file in folder.files}
        if any(name not in shared for name in wanted):
            raise UpstreamError(
                SERVICE,
                "The user does not share that file.",
                "Search anew, or browse what the user shares.",
                200,
                code="not_shared",
            )
        return {name: shared[name] for name in wanted}

    async def _ask(self, username: str, what: str, action: str) -> Json:
        path = f"/users/{segment(username)}/{what}"
        return await self._calls.an_object(path, action, within=_PEER, repeatable=False)
