"""The durable job behind an export: sends its items, or takes back those of an earlier one."""

from __future__ import annotations

from services.discogs.connect import Discogs
from services.discogs.export.request import Terms
from services.discogs.export.rounds import Rounds
from services.discogs.export.sending import ToCollection, ToMarketplace, ToWantlist
from services.discogs.export.shapes import Action
from services.discogs.export.turn import Deed, Desk, Tally
from services.discogs.export.undoing import FromCollection, FromMarketplace, FromWantlist
from services.discogs.export.wanted import Wanted
from services.discogs.waits import waits_shown
from services.errors import Conflict, UpstreamError, UpstreamRateLimited
from services.events import Events
from services.jobs import JobResult, Work
from storage import exports
from storage.values import ExportState, ExportTarget, Job

KIND = "export"


class ExportJob:
    """The kind of job that exports; its items are rows (:mod:`storage.exports`) whose states say where it is.

    Parameters: ``{"action": "send"|"undo", "target", "folder_id", "listing", "remove_from_wantlist", "retry_of",
    "undo_of", "account"}``. An item that fails is a problem and the job goes on; it fails as a whole where the account or Discogs
    itself is the reason, and what was not sent stays pending for a retry.
    """

    name = KIND

    def __init__(self, discogs: Discogs, events: Events) -> None:
        self._discogs = discogs
        self._events = events

    async def run(self, work: Work) -> JobResult:
        """Deal with everything that is open, from where an interrupted run stopped."""
        client, username = await self._discogs.account(work.job.user_id)
        params = work.job.params
        await _keep_to_account(work, username)
        terms, undo_of = Terms.read(params), params.get("undo_of")
        tally = await _tally(work)
        desk = Desk(work, client, username, self._discogs.web_base, terms, undo_of, tally, self._events)
        await work.report(phase=Action(params["action"]), done=tally.done, total=tally.total, counts=tally.counts)
        async with self._discogs.watched(work.job.user_id), waits_shown(work, client.limiter):
            try:
                await Rounds(desk, _deed(desk)).go()
            except UpstreamRateLimited:
                raise
            except UpstreamError as error:
                error.hint = f"{error.hint} {_goes_on(work.job)}".strip()
                raise
        return JobResult(dict(tally.counts))


async def _keep_to_account(work: Work, username: str) -> None:
    """An export, its retries and its undo are of one Discogs account: elsewhere its items mean nothing.

    Raises :class:`Conflict` when another account is connected now than when it began.
    """
    began_with = work.job.checkpoint.get("account") or work.job.params.get("account") or username
    if began_with != username:
        raise Conflict(
            f"This export belongs to the Discogs account {began_with}, but {username} is connected.",
            f"Connect {began_with} again, then retry.",
        )
    async with work.saving({"account": username}):
        pass


async def _tally(work: Work) -> Tally:
    """How far the export is, by what is stored."""
    async with work.storage.read() as conn:
        states = (await exports.counts(conn, [work.job.id]))[work.job.id]
    ended = (states.get(each, 0) for each in (ExportState.SENT, ExportState.SKIPPED, ExportState.FAILED))
    return Tally(sum(states.values()), *ended)


def _deed(desk: Desk) -> Deed:
    """What is done with each item."""
    wanted = Wanted(desk.work, desk.client, desk.username)
    match desk.terms.target, desk.undo_of:
        case ExportTarget.COLLECTION, None:
            return ToCollection(desk, wanted)
        case ExportTarget.COLLECTION, _:
            return FromCollection(desk)
        case ExportTarget.WANTLIST, None:
            return ToWantlist(desk, wanted)
        case ExportTarget.WANTLIST, _:
            return FromWantlist(desk, wanted)
        case ExportTarget.MARKETPLACE, None:
            return ToMarketplace(desk)
        case ExportTarget.MARKETPLACE, _:
            return FromMarketplace(desk)


def _goes_on(job: Job) -> str:
    """What to do about what is left."""
    return f"What was not done is kept: `lockgroove export discogs --retry {job.id}` goes on with it."
