"""The Discogs API as a row of methods that read like its documentation (discogs-api.md)."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Self

import httpx

from services.errors import InvalidInput, UpstreamError, UpstreamNotFound
from services.upstream import Limiter, Limiters, Manners, Priority, Timeouts, Upstream

from .artist_calls import ArtistCalls
from .calls import Calls, user_path
from .credentials import Access, PersonalToken
from .market_calls import MarketCalls
from .models import (
    AddedInstance,
    CollectionField,
    CollectionFolder,
    CollectionItem,
    CollectionPage,
    CollectionValue,
    FieldList,
    FolderList,
    Identity,
    Release,
    SearchPage,
)
from .wantlist_calls import WantlistCalls

API = "https://api.discogs.com"
_HEADERS = ("X-Discogs-Ratelimit", "X-Discogs-Ratelimit-Remaining")
WITH_CREDENTIAL = Manners("Discogs", 60, 60, "discogs.com", *_HEADERS)
WITHOUT_CREDENTIAL = Manners("Discogs", 25, 60, "discogs.com", *_HEADERS)
IMAGES = Manners("Discogs images", 1, 2, "discogs.com", first_wait=60.0)
"""One picture every two seconds, and a minute's pause after a 429 (discogs-api.md 10, "Images")."""
_LARGEST_IMAGE = 15_000_000


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What to search for (discogs-api.md 4.1); filters combine with AND. ``type`` is ``release`` by default."""

    q: str = ""
    artist: str = ""
    release_title: str = ""
    title: str = ""
    label: str = ""
    catno: str = ""
    barcode: str = ""
    format: str = ""
    genre: str = ""
    style: str = ""
    country: str = ""
    year: str = ""
    type: str = "release"
    page: int = 1
    per_page: int = 50


class DiscogsClient:
    """Discogs for one credential. Every method raises the ``Upstream*`` errors of :mod:`services.errors`.

    Calls are background work unless made through :attr:`interactive`.
    """

    def __init__(self, api: Upstream, images: Upstream, *, api_base: str = API) -> None:
        self._api = api
        self._images = images
        self._api_base = api_base
        self._calls = Calls(api)

    @classmethod
    def open(
        cls,
        access: Access | str | None,
        *,
        user_agent: str,
        limiters: Limiters,
        api_base: str = API,
        timeouts: Timeouts | None = None,
    ) -> Self:
        """A client for this credential or personal access token. Close it at the end.

        None: without one; 25 requests a minute and no pictures.
        """
        if not user_agent.strip():
            raise InvalidInput("DISCOGS_USER_AGENT", "Discogs does not answer programs without a name.")
        if isinstance(access, str):
            access = PersonalToken(access)
        manners = WITH_CREDENTIAL if access else WITHOUT_CREDENTIAL
        api = Upstream(
            "Discogs",
            api_base,
            limiter=limiters.of(manners, api_base, access.token if access else None),
            headers={"User-Agent": user_agent, "Accept": "application/vnd.discogs.v2.discogs+json"},
            authorise=access.authorise() if access else None,
            timeouts=timeouts,
            refused_hint=(access or PersonalToken).REFUSED,
        )
        images = Upstream(
            "Discogs images",
            api_base,
            limiter=limiters.of(IMAGES, api_base),
            headers={"User-Agent": user_agent},
            timeouts=timeouts,
            size_limit=_LARGEST_IMAGE,
        )
        return cls(api, images, api_base=api_base)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()
        await self._images.close()

    def once_unused(self, tell: Callable[[httpx.AsyncClient], object]) -> None:
        """Tell of the connections to close once nobody holds this client (or a copy of it) any more."""
        self._api.once_unused(tell)
        self._images.once_unused(tell)

    @property
    def interactive(self) -> Self:
        """The same client (and connections), whose calls go before background work."""
        other = copy.copy(self)
        other._calls = Calls(self._api, Priority.INTERACTIVE)
        return other

    @property
    def limiter(self) -> Limiter:
        """The line this client stands in; its ``waiting_until`` is shown as a wait."""
        return self._api.limiter

    @property
    def wantlist(self) -> WantlistCalls:
        """The calls for what a user wants."""
        return WantlistCalls(self._calls)

    @property
    def artists(self) -> ArtistCalls:
        """The calls for what artists released."""
        return ArtistCalls(self._calls)

    @property
    def market(self) -> MarketCalls:
        """The calls for what a user offers, and for prices."""
        return MarketCalls(self._calls)

    async def identity(self) -> Identity:
        """Who the credential belongs to."""
        return await self._calls.get(Identity, "/oauth/identity", "say whose credential this is")

    async def folders(self, username: str) -> list[CollectionFolder]:
        """The folders; number 0 is everything, number 1 is "Uncategorized"."""
        page = await self._calls.get(
            FolderList, f"{_collection(username)}/folders", "list the folders of the collection"
        )
        return list(page.folders)

    async def fields(self, username: str) -> list[CollectionField]:
        """The custom fields. Ids and names are the user's own: resolve them at run time."""
        page = await self._calls.get(FieldList, f"{_collection(username)}/fields", "list the fields of the collection")
        return list(page.definitions)

    async def collection_page(
        self,
        username: str,
        page: int,
        *,
        folder_id: int = 0,
        per_page: int = 100,
        sort: str = "added",
        sort_order: str = "asc",
    ) -> CollectionPage:
        """One page of copies. A page past the end raises :class:`UpstreamNotFound`."""
        return await self._calls.get(
            CollectionPage,
            f"{_collection(username)}/folders/{folder_id}/releases",
            f"read page {page} of the collection",
            {"page": page, "per_page": per_page, "sort": sort, "sort_order": sort_order},
        )

    async def instances(self, username: str, release_id: int) -> list[CollectionItem]:
        """All copies of a release, over all folders; empty if it is not owned."""
        path, action = f"{_collection(username)}/releases/{release_id}", f"find the copies of release {release_id}"
        found: list[CollectionItem] = []
        try:
            for number in itertools.count(1):
                page = await self._calls.get(CollectionPage, path, action, {"page": number, "per_page": 100})
                found.extend(page.releases)
                if number >= page.pagination.pages:
                    break
        except UpstreamNotFound:  # one way of saying that it is not owned
            pass
        return found

    async def add_to_collection(self, username: str, folder_id: int, release_id: int) -> AddedInstance:
        """Add one more copy. Never repeated by itself: every call makes a further copy (discogs-api.md 4.4).

        After an error whose ``status`` is not 400 to 499, look at :meth:`instances` before trying again.
        """
        action = f"add release {release_id} to the collection"
        path = f"{_collection(username)}/folders/{folder_id}/releases/{release_id}"
        return self._calls.read(AddedInstance, await self._calls.send("POST", path, action), action)

    async def edit_instance(
        self,
        username: str,
        folder_id: int,
        release_id: int,
        instance_id: int,
        *,
        rating: int | None = None,
        move_to: int | None = None,
    ) -> None:
        """Rate a copy (0 to 5, 0 takes the rating away), or move it; ``folder_id`` is where it is now."""
        changes = {"rating": rating, "folder_id": move_to}
        body = {name: value for name, value in changes.items() if value is not None}
        path = _instance(username, folder_id, release_id, instance_id)
        await self._calls.send(
            "POST", path, f"change copy {instance_id} of release {release_id}", body, repeatable=True
        )

    async def set_field(
        self, username: str, folder_id: int, release_id: int, instance_id: int, field_id: int, value: str
    ) -> None:
        """Write a custom field of a copy; a dropdown takes exactly one of its options."""
        path = f"{_instance(username, folder_id, release_id, instance_id)}/fields/{field_id}"
        action = f"write field {field_id} of copy {instance_id} of release {release_id}"
        await self._calls.send("POST", path, action, {"value": value}, repeatable=True)

    async def delete_instance(self, username: str, folder_id: int, release_id: int, instance_id: int) -> None:
        """Take a copy out of the collection for good (to empty a folder, move instead)."""
        path = _instance(username, folder_id, release_id, instance_id)
        await self._calls.send("DELETE", path, f"remove copy {instance_id} of release {release_id}")

    async def release(self, release_id: int) -> Release:
        """The full release."""
        return await self._calls.get(Release, f"/releases/{release_id}", f"read release {release_id}")

    async def search(self, query: SearchQuery) -> SearchPage:
        """One page of hits; at most 10,000 hits can be paged through."""
        params = {name: value for name, value in asdict(query).items() if value != ""}
        return await self._calls.get(SearchPage, "/database/search", "search", params)

    async def value(self, username: str) -> CollectionValue:
        """What the collection is worth, as Discogs prints it."""
        return await self._calls.get(CollectionValue, f"{_collection(username)}/value", "estimate the collection")

    async def image(self, url: str) -> bytes:
        """A picture from an address that Discogs gave. No credential is sent there.

        Raises :class:`UpstreamError` without asking if the address is not one of Discogs' (or of ``api_base``).
        """
        asked, base = httpx.URL(url), httpx.URL(self._api_base)
        is_beside_api = (asked.scheme, asked.netloc) == (base.scheme, base.netloc)
        if not is_beside_api and not (IMAGES.is_home(url) and asked.scheme == "https"):
            raise UpstreamError(
                "Discogs",
                f"The picture is not on a server of Discogs ({asked.host or 'no host'}).",
                "Refresh the release.",
            )
        answer = await self._images.request(
            "GET", url, action="send a picture", priority=self._calls.priority, wait_limit=30.0, parse=False
        )
        return answer.content


def _collection(username: str) -> str:
    return f"{user_path(username)}/collection"


def _instance(username: str, folder_id: int, release_id: int, instance_id: int) -> str:
    return f"{_collection(username)}/folders/{folder_id}/releases/{release_id}/instances/{instance_id}"
