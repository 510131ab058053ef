"""Looking what wishes may mean, as a durable job: lists are long, and the program may end meanwhile."""

from __future__ import annotations

from services.errors import NotFound
from services.events import Events, WantsChanged
from services.jobs import JobResult, Work
from services.wishes.candidates import Candidates, merged, state_of
from services.wishes.wishes import WISHES
from storage import accounts, wishes
from storage.instants import instant
from storage.values import Document
from storage.values.wishes import Fitting, WishState

_PART = 20
"""Wishes that are stored together: at some milliseconds each, a good tenth of a second."""


class WishJob:
    """The kind of job that matches wishes which were not looked at yet; with ``{"again": true}`` all of them.

    What a person picked stays, as does what Discogs was asked for. The result counts the wishes by their states.
    """

    name = WISHES

    def __init__(self, candidates: Candidates, events: Events) -> None:
        self._candidates = candidates
        self._events = events

    async def run(self, work: Work) -> JobResult:
        """Wish after wish, from the checkpoint on."""
        user_id = work.job.user_id
        async with work.storage.read() as conn:
            user = await accounts.get(conn, user_id)
            counted = await wishes.counts(conn, user_id)
        if user is None:
            raise NotFound("The account of this job is gone.")
        begun: Document = work.checkpoint or {"since": instant(), "after": 0, "done": 0}
        again = begun["since"] if work.job.params.get("again") else None
        after, done = int(begun["after"]), int(begun["done"])
        total = sum(counted.values()) if again else counted[WishState.WAITING] + done
        await work.report(phase="reading", total=total)
        ground = await self._candidates.ground(user)
        await work.report(phase="matching", done=done, total=total)
        while True:
            async with work.storage.read() as conn:
                some = await wishes.to_match(conn, user_id, after=after, limit=_PART, before=again)
            if not some:
                break
            found = [(each, await self._candidates.of(ground, each)) for each in some]
            after, done = some[-1].pk, done + len(some)
            async with work.saving({**begun, "after": after, "done": done}) as conn:
                for each, offered in found:
                    kept = (old for old in each.candidates if old.source is Fitting.DISCOGS or old.name == each.choice)
                    candidates = merged((*offered, *kept), each.choice)
                    await wishes.matched(conn, user_id, each.pk, candidates, state_of(candidates, each.choice))
                await work.report(done=done, total=max(total, done), note=some[-1].text)
            self._events.publish(WantsChanged(user_id))
        async with work.storage.read() as conn:
            counted = await wishes.counts(conn, user_id)
        figures = {state.value: count for state, count in counted.items() if state is not WishState.WAITING}
        await work.report(note="", counts={"looked": done})
        return JobResult({"looked": done, **figures}, quiet=True)
