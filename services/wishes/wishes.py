"""What people want by its name: kept here, matched with what is here, and nothing sent anywhere before they say so."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, replace

from services.discogs.connect import Discogs
from services.discogs.query import SearchTerms
from services.discogs.wants import Wants
from services.errors import Conflict, InvalidInput, NotFound
from services.events import Events, WantsChanged
from services.jobs import Jobs
from services.wishes.candidates import SURE, Candidates, merged, state_of, weigh_discogs
from services.wishes.reading import Reading, decoded, read
from storage import wishes as rows
from storage.engine import Storage
from storage.values import Job, User, UserId, Want
from storage.values.wishes import Candidate, Fitting, NewWish, Wish, WishKind, WishQuery, WishState
from storage.wishes import key_of

WISHES = "wishes"
"""The name of the kind of job that looks what wishes may mean."""
SHOWN = 100
"""Lines that a preview looks at; of more, the rest is only read."""


@dataclass(frozen=True, slots=True)
class Previewed:
    """A line as it would be kept: what it may mean (None where that was not looked at), and whether it is there already."""

    wish: NewWish
    is_known: bool
    candidates: tuple[Candidate, ...] | None = None

    @property
    def state(self) -> WishState:
        return WishState.WAITING if self.candidates is None else state_of(self.candidates)


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of a text."""

    reading: Reading
    lines: tuple[Previewed, ...]

    @property
    def new(self) -> int:
        return sum(not each.is_known for each in self.lines)


@dataclass(frozen=True, slots=True)
class Kept:
    """How a list was taken: wishes that are new, those that were there, and the job that looks at them (None: nothing is new)."""

    reading: Reading
    added: int
    known: int
    job: Job | None


class Wishes:
    """Everybody's own; needs no account anywhere. Changes are told as :class:`WantsChanged`."""

    def __init__(
        self, storage: Storage, candidates: Candidates, jobs: Jobs, wants: Wants, discogs: Discogs, events: Events
    ) -> None:
        self.candidates = candidates
        self._storage = storage
        self._jobs = jobs
        self._wants = wants
        self._discogs = discogs
        self._events = events

    # -- lists --------------------------------------------------------------------------------------------------------

    async def page(
        self, user_id: UserId, query: WishQuery, *, limit: int = 50, offset: int = 0
    ) -> tuple[list[Wish], int]:
        """A page of what ``query`` asks for, what needs a person first, and how many there are in all."""
        async with self._storage.read() as conn:
            return await rows.page(conn, user_id, query, limit=limit, offset=offset)

    async def counts(self, user_id: UserId) -> dict[WishState, int]:
        """How many are in each state."""
        async with self._storage.read() as conn:
            return await rows.counts(conn, user_id)

    async def get(self, user_id: UserId, pk: int) -> Wish:
        """One wish. Raises :class:`NotFound`."""
        async with self._storage.read() as conn:
            found = await rows.get(conn, user_id, pk)
        if found is None:
            raise NotFound(f"There is no wish {pk}.", "Another program may have removed it; look at the list again.")
        return found

    # -- taking in ----------------------------------------------------------------------------------------------------

    async def read(self, text: str | bytes, name: str = "") -> Reading:
        """What a list says, whatever kind of text it is; nothing is kept. Raises :class:`InvalidInput`."""
        return await asyncio.to_thread(lambda: read(decoded(text) if isinstance(text, bytes) else text, name))

    async def preview(self, user: User, reading: Reading) -> Preview:
        """What each line would become; the first :data:`SHOWN` new ones are looked at."""
        async with self._storage.read() as conn:
            there = await rows.known(conn, user.id, reading.wishes)
        ground = await self.candidates.ground(user, tracks=_needs_tracks(reading))
        lines: list[Previewed] = []
        looked = 0
        for each in reading.wishes:
            is_known, found = key_of(each) in there, None
            if not is_known and looked < SHOWN:
                looked += 1
                found = await self.candidates.of(ground, each)
            lines.append(Previewed(each, is_known, found))
        return Preview(reading, tuple(lines))

    async def add(self, user: User, reading: Reading, origin: str = "") -> Kept:
        """Keep what a list says; what is there already stays as it is. A job looks what each may mean."""
        async with self._storage.write() as conn:
            added = await rows.add(conn, user.id, reading.wishes, origin)
        job = None
        if added:
            self._tell(user.id)
            job, _ = await self._jobs.start(WISHES, user.id)
        return Kept(reading, added, len(reading.wishes) - added, job)

    async def look_again(self, user: User) -> Job:
        """Look anew what every wish may mean; a job that runs already is what is returned."""
        job, _ = await self._jobs.start(WISHES, user.id, {"again": True})
        return job

    async def remove(self, user_id: UserId, pks: Collection[int]) -> int:
        """Forget these; how many there were. The wantlist on Discogs stays as it is."""
        async with self._storage.write() as conn:
            gone = await rows.remove(conn, user_id, pks)
        if gone:
            self._tell(user_id)
        return gone

    # -- deciding -----------------------------------------------------------------------------------------------------

    async def choose(self, user_id: UserId, pk: int, name: str | None) -> Wish:
        """It is this candidate (by its name), whatever is found later; None takes that back.

        Raises :class:`InvalidInput` for a candidate that it does not have.
        """
        wish = await self.get(user_id, pk)
        if name is not None and name not in {each.name for each in wish.candidates}:
            raise InvalidInput("choice", "That is none of what this wish may mean.", "Choose one of its candidates.")
        return await self._choose(user_id, wish, name)

    async def ask_discogs(self, user_id: UserId, pk: int) -> Wish:
        """Ask Discogs for one wish and keep what it finds beside the rest.

        Raises :class:`NotConnected` and the ``Upstream*`` errors.
        """
        wish = await self.get(user_id, pk)
        title = wish.album or wish.title
        found = await self._discogs.search(user_id, SearchTerms(artist=wish.artist, title=title, guessed=True))
        offered = await asyncio.to_thread(weigh_discogs, wish, found.results)
        candidates = merged((*wish.candidates, *offered), wish.choice)
        async with self._storage.write() as conn:
            await rows.matched(conn, user_id, pk, candidates, state_of(candidates, wish.choice))
        self._tell(user_id)
        return await self.get(user_id, pk)

    async def want(self, user_id: UserId, pk: int) -> Want:
        """Put what a wish means on the Discogs wantlist: what was picked, else what is sure.

        Raises :class:`Conflict` where that is not known, or owned; else what :meth:`Wants.add` does.
        """
        wish = await self.get(user_id, pk)
        picked = next((each for each in wish.candidates if each.name == wish.choice), None)
        meant = [picked] if picked else [each for each in wish.candidates if each.confidence >= SURE]
        if any(each.source is Fitting.RECORDS for each in meant):
            raise Conflict("You own it already.", "Pick another release if you want another pressing.")
        release_id = next((each.release_id for each in meant if each.release_id is not None), None)
        if release_id is None:
            raise Conflict(
                "It is not known which release is meant.", "Pick one of those it may be, or ask Discogs for it."
            )
        named = next(each for each in meant if each.release_id == release_id)
        wanted = await self._wants.add(user_id, release_id)
        chosen = replace(named, source=Fitting.WANTS, key=str(release_id))
        others = [each for each in wish.candidates if each.release_id != release_id]
        async with self._storage.write() as conn:
            await rows.matched(conn, user_id, pk, merged((chosen, *others), chosen.name), WishState.WANTED)
            await rows.choose(conn, user_id, pk, chosen.name, WishState.WANTED)
        self._tell(user_id)
        return wanted

    async def _choose(self, user_id: UserId, wish: Wish, name: str | None) -> Wish:
        async with self._storage.write() as conn:
            await rows.choose(conn, user_id, wish.pk, name, state_of(wish.candidates, name))
        self._tell(user_id)
        return await self.get(user_id, wish.pk)

    def _tell(self, user_id: UserId) -> None:
        self._events.publish(WantsChanged(user_id))


def _needs_tracks(reading: Reading) -> bool:
    return any(each.kind is not WishKind.ALBUM for each in reading.wishes)
