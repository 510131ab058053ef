"""Asking for files: both forms of it, and every way in which half of it fails (slskd-api.md 5.2, 5.3).

Nothing is asked for twice: what is under way already is taken as accepted, and an answer that did not come is followed by a
look at the list, never by a second request.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from uuid import uuid4

import structlog

from services.errors import InvalidInput, LockgrooveError, UpstreamError, UpstreamNotFound, UpstreamTimeout
from services.soulseek.calls import ENQUEUE, Calls, document_in, segment
from services.soulseek.models import Enqueued, Json, Transfer, TransferId, WantedFile, an_object, objects, text
from services.soulseek.refusals import SERVICE, is_missing
from services.soulseek.transfers import Transfers, newest
from services.upstream.refusals import NotSent

log = structlog.stdlib.get_logger(__name__)

AT_ONCE = 2
"""Requests in flight; at more slskd answers 429."""
_LOOKS = (0.0, 1.0, 3.0, 6.0)
"""Seconds before each look at the list after an answer that said nothing."""
_ACTION = "fetch files"


class Enqueue:
    """Asks one slskd for files of a user, one request per user at a time."""

    def __init__(self, calls: Calls, downloads: Transfers) -> None:
        self._calls = calls
        self._downloads = downloads
        self._in_flight = asyncio.Semaphore(AT_ONCE)
        self._of_user: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def ask_for(self, username: str, files: Sequence[WantedFile], destination: str = "") -> Enqueued:
        """See :meth:`SlskdClient.enqueue`."""
        segment(username)
        wanted = {file.filename: file for file in files}
        if not wanted or not all(wanted) or any(file.size < 0 for file in wanted.values()):
            raise InvalidInput("files", "There are no files to fetch, or one has no name or size.")
        async with self._of_user[username], self._in_flight:
            before = await self._downloads.of_user(username)
            active = {each.filename: each for each in before if not each.is_terminal and each.filename in wanted}
            missing = {name: file for name, file in wanted.items() if name not in active}
            if not missing:
                return Enqueued(tuple(active.values()))
            asked = await self._send(username, missing, frozenset(each.id for each in before), destination)
        return Enqueued((*active.values(), *asked.accepted), asked.failed, asked.reasons, asked.batch_id)

    async def _send(
        self, username: str, wanted: Mapping[str, WantedFile], known: frozenset[TransferId], destination: str
    ) -> Enqueued:
        if (await self._calls.features()).batches:
            asked = await self._as_batch(username, wanted, known, destination)
            if asked is not None:
                return asked
        return await self._as_list(username, wanted, known)

    # --- 0.26: a batch

    async def _as_batch(
        self, username: str, wanted: Mapping[str, WantedFile], known: frozenset[TransferId], destination: str
    ) -> Enqueued | None:
        """None where this slskd turned out not to have batches."""
        batch_id = str(uuid4())
        body: dict[str, object] = {"id": batch_id, "username": username, "files": _listed(wanted)}
        if destination:
            body["options"] = {"destination": destination}
        try:
            said = await self._post("/transfers/downloads/batches", body)
        except NotSent:
            raise
        except UpstreamError as error:
            if error.code == "batch_exists":
                said = await self._batch(batch_id)
            elif error.status in (405, 415) or is_missing(error) or _does_not_know(error):
                self._calls.has_no_batches()
                return None
            elif error.status is not None:
                raise
            else:
                with suppress(UpstreamError):
                    if (said := await self._batch(batch_id)) is not None:
                        return await self._sorted(username, wanted, known, said, batch_id)
                return await self._look_for(username, wanted, known, error)
        return await self._sorted(username, wanted, known, said or {}, batch_id)

    async def _batch(self, batch_id: str) -> Json | None:
        try:
            batch = await self._calls.an_object(f"/transfers/downloads/batches/{batch_id}", "look at a batch")
        except UpstreamNotFound:
            return None
        return {"batch": batch}

    # --- all versions: a list

    async def _as_list(self, username: str, wanted: Mapping[str, WantedFile], known: frozenset[TransferId]) -> Enqueued:
        try:
            said = await self._post(f"/transfers/downloads/{segment(username)}", _listed(wanted))
        except NotSent:
            raise
        except UpstreamError as error:
            if error.status is None:
                return await self._look_for(username, wanted, known, error)
            if error.status >= 500 and not (await self._calls.features()).enqueue_tells:
                await self._withdraw(username, wanted, known)
            raise
        return await self._sorted(username, wanted, known, said)

    async def _post(self, path: str, body: object) -> Json:
        """The object that the answer holds; before 0.24 it is empty."""
        answer = await self._calls.patiently(
            lambda: self._calls.ask("POST", path, _ACTION, json=body, within=ENQUEUE, parse=False)
        )
        return document_in(answer.content)

    # --- what became of it

    async def _sorted(
        self,
        username: str,
        wanted: Mapping[str, WantedFile],
        known: frozenset[TransferId],
        said: Json,
        batch_id: str | None = None,
    ) -> Enqueued:
        """What is in ``enqueued`` was taken; the rest failed (what stands in ``failed`` cannot be relied on), unless the list
        shows it under way.
        """
        batch = an_object(said.get("batch"))
        told = objects(batch.get("transfers") if batch else said.get("enqueued"))
        accepted = {each.filename: each for each in map(Transfer.of, told) if each.filename in wanted and each.id}
        reasons = {text(each.get("filename")): text(each.get("message")) for each in objects(said.get("failures"))}
        if len(accepted) < len(wanted):
            looks = 1 if told or reasons else len(_LOOKS) - 1
            accepted |= await self._look(username, wanted, known, accepted, looks, is_told=bool(said))
        failed = tuple(name for name in wanted if name not in accepted)
        reasons = {name: reasons[name] for name in failed if reasons.get(name)}
        return Enqueued(tuple(accepted.values()), failed, reasons, batch_id)

    async def _listed_of(
        self,
        username: str,
        wanted: Mapping[str, WantedFile],
        known: frozenset[TransferId],
        accepted: Mapping[str, Transfer],
    ) -> dict[str, Transfer]:
        """New transfers of wanted files that the list shows."""
        listed = await self._downloads.of_user(username)
        found = {name: newest(listed, name, but=known) for name in wanted if name not in accepted}
        return {name: each for name, each in found.items() if each is not None}

    async def _look(
        self,
        username: str,
        wanted: Mapping[str, WantedFile],
        known: frozenset[TransferId],
        accepted: Mapping[str, Transfer],
        times: int,
        *,
        is_told: bool,
    ) -> dict[str, Transfer]:
        """What the list shows of files that are not known to be accepted. A list that cannot be had says nothing: then it is
        unknown what became of the request, unless slskd has told (``is_told``).
        """
        found: dict[str, Transfer] = {}
        failure: UpstreamError | None = None
        for pause in _LOOKS[:times]:
            await self._calls.clock.sleep(pause)
            try:
                found |= await self._listed_of(username, wanted, known, {**accepted, **found})
                failure = None
            except UpstreamError as error:
                failure = error
            if len(accepted) + len(found) == len(wanted):
                break
        if failure and not found and not is_told:
            raise _unknown() from failure
        return found

    async def _look_for(
        self, username: str, wanted: Mapping[str, WantedFile], known: frozenset[TransferId], error: UpstreamError
    ) -> Enqueued:
        """After no answer: what the list shows was taken. Raises with the code ``enqueue_unknown`` if that is nothing."""
        found = await self._look(username, wanted, known, {}, len(_LOOKS), is_told=False)
        if not found:
            raise _unknown() from error
        failed = tuple(name for name in wanted if name not in found)
        return Enqueued(tuple(found.values()), failed, dict.fromkeys(failed, "slskd did not say whether it took it."))

    async def _withdraw(self, username: str, wanted: Mapping[str, WantedFile], known: frozenset[TransferId]) -> None:
        """Before 0.24 a refused request could leave records that wait for ever: take them back."""
        try:
            for transfer in (await self._listed_of(username, wanted, known, {})).values():
                await self._downloads.remove(username, transfer.id)
        except LockgrooveError as error:
            log.warning("refused_downloads_left_behind", error=error.message)


def _unknown() -> UpstreamTimeout:
    return UpstreamTimeout(
        SERVICE,
        "slskd did not say whether it took the files, and they are not on its list yet.",
        "They may still come: look at its list again before you ask once more.",
        code="enqueue_unknown",
    )


def _listed(wanted: Mapping[str, WantedFile]) -> list[dict[str, object]]:
    return [{"filename": file.filename, "size": file.size} for file in wanted.values()]


def _does_not_know(error: UpstreamError) -> bool:
    """Whether an older slskd took "batches" for a user and could not make a list of the object."""
    return error.status in (400, 500) and "could not be converted" in error.message.lower()
