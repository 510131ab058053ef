"""The wantlist as Discogs offers it (discogs-api.md 4.5): keyed by release, so every call may be repeated."""

from __future__ import annotations

import contextlib
from typing import Annotated, Any, cast

from pydantic import BeforeValidator

from services.errors import UpstreamNotFound
from services.tolerance import Text, as_list

from .calls import Calls, user_path
from .models import BasicInformation, Pagination, Said
from .tolerance import Instant, Whole


class WantItem(Said):
    """One want. ``id`` is the release, ``rating`` 0 means unrated; old wants have no ``date_added``, only the owner
    sees ``notes``.
    """

    id: int
    rating: Whole = 0
    notes: Text = ""
    date_added: Instant = ""
    basic_information: BasicInformation


def _with_release(value: object) -> list[Any]:
    """The items of a page that name a release; others are skipped (discogsography-contract.md section 11, The job)."""
    return [item for item in as_list(value) if not isinstance(item, dict) or cast(dict[str, Any], item).get("id")]


class WantPage(Said):
    pagination: Pagination
    wants: Annotated[tuple[WantItem, ...], BeforeValidator(_with_release)] = ()


class WantlistCalls:
    """The calls under ``/users/{username}/wants``; ``username`` is as Discogs spells it."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def page(self, username: str, number: int, per_page: int = 100) -> WantPage:
        """One page, in an order that Discogs does not document. A page past the end raises :class:`UpstreamNotFound`."""
        return await self._calls.get(
            WantPage,
            f"{user_path(username)}/wants",
            f"read page {number} of the wantlist",
            {"page": number, "per_page": per_page},
        )

    async def put(
        self, username: str, release_id: int, notes: str | None = None, rating: int | None = None
    ) -> WantItem:
        """Want a release; what is wanted already stays, with the notes and rating given.

        Raises :class:`UpstreamNotFound` for a release that Discogs does not have.
        """
        action = f"put release {release_id} on the wantlist"
        return await self._write("PUT", username, release_id, action, notes, rating)

    async def edit(
        self, username: str, release_id: int, notes: str | None = None, rating: int | None = None
    ) -> WantItem:
        """Change the notes or the rating (0 takes it away) of what is wanted; None leaves as it is."""
        action = f"change release {release_id} on the wantlist"
        return await self._write("POST", username, release_id, action, notes, rating)

    async def delete(self, username: str, release_id: int) -> None:
        """Take a release off the wantlist; that it is not on it is as good."""
        with contextlib.suppress(UpstreamNotFound):
            await self._calls.send("DELETE", _want(username, release_id), f"take release {release_id} off the wantlist")

    async def _write(
        self, method: str, username: str, release_id: int, action: str, notes: str | None, rating: int | None
    ) -> WantItem:
        changes = {"notes": notes, "rating": rating}
        body = {name: value for name, value in changes.items() if value is not None}
        answer = await self._calls.send(method, _want(username, release_id), action, body or None, repeatable=True)
        return self._calls.read(WantItem, answer, action)


def _want(username: str, release_id: int) -> str:
    return f"{user_path(username)}/wants/{release_id}"
