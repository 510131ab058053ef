"""Asking the Web API for one listener and reading its answers: what every group of calls shares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Self, TypeVar

from pydantic import BaseModel, ValidationError

from services.errors import UpstreamError, UpstreamRateLimited, UpstreamRefused
from services.spotify.answers import Answers, Key
from services.spotify.capabilities import Capabilities
from services.spotify.kinds import Kind
from services.spotify.models import Profile
from services.spotify.quota import Quota
from services.spotify.refusals import SERVICE, CapabilityClosed, ScopeMissing, pause
from services.spotify.tokens import AccessToken, Tokens
from services.upstream import Answer, Priority, Upstream
from storage.values import UserId

T = TypeVar("T", bound=BaseModel)

_WAIT_LIMIT = {Priority.INTERACTIVE: 3.0, Priority.BACKGROUND: 35.0}
"""Seconds in line: a person is told at once, background work waits out a short pause once (spotify-api.md 1.9)."""


@dataclass(frozen=True)
class Calls:
    """Calls of one priority for one listener; ``action`` says in words what is tried, for errors and the log."""

    user_id: UserId
    api: Upstream
    tokens: Tokens
    capabilities: Capabilities
    quota: Quota
    answers: Answers
    priority: Priority = Priority.BACKGROUND

    def at(self, priority: Priority) -> Self:
        """The same with another priority."""
        return replace(self, priority=priority)

    async def get(
        self,
        model: type[T],
        kind: Kind,
        path: str,
        action: str,
        params: Mapping[str, str | int] | None = None,
        *,
        good_for: float = 0.0,
    ) -> T:
        """Ask, and read the answer as ``model``; one that is not older than ``good_for`` seconds is good again.

        Who asks the same while somebody is asking gets the same answer (spotify-api.md 1.9).
        """
        key: Key = (self.user_id, path, tuple(sorted((params or {}).items())))
        async with self.answers.asking(key) as asking:
            answer = asking.kept(good_for)
            if answer is None:
                answer = asking.keep(
                    await self._ask(kind, "GET", path, action, params=params, headers=asking.condition)
                )
        return self.read(model, answer.json(), action)

    async def page(
        self,
        model: type[T],
        kind: Kind,
        path: str,
        action: str,
        params: Mapping[str, str | int],
        *,
        most: int | None = None,
        good_for: float = 0.0,
    ) -> T:
        """One page, as large as Spotify allows this app and at most ``most`` rows (spotify-api.md 1.8, "Invalid limit")."""
        allowed = await self.capabilities.page_size(kind)
        limit = min(allowed, most or allowed)
        try:
            return await self.get(model, kind, path, action, {**params, "limit": limit}, good_for=good_for)
        except UpstreamError as error:
            if error.code != "bad_request" or limit <= 10 or not _is_about_limit(error.message, action):
                raise
        await self.capabilities.smaller_pages(kind)
        return await self.get(model, kind, path, action, {**params, "limit": 10}, good_for=good_for)

    async def try_large(
        self, model: type[T], kind: Kind, path: str, action: str, params: Mapping[str, str | int]
    ) -> T | None:
        """A page of 50 of the catalogue, to learn whether there are such; None if there are not."""
        try:
            page = await self.get(model, kind, path, action, {**params, "limit": 50})
        except UpstreamError as error:
            if error.code != "bad_request":
                raise
            await self.capabilities.smaller_pages(kind)
            return None
        await self.capabilities.larger_pages()
        return page

    async def ask(self, kind: Kind, path: str, action: str, params: Mapping[str, str | int]) -> Answer:
        """Ask; the answer is not kept and may be of any shape."""
        return await self._ask(kind, "GET", path, action, params=params)

    async def send(
        self,
        kind: Kind,
        method: str,
        path: str,
        action: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: object = None,
        repeatable: bool | None = None,
    ) -> Answer:
        """Change something; a success may have any body, or none. See :meth:`Upstream.request` for ``repeatable``."""
        headers = {} if body is not None else {"Content-Length": "0"}
        self.answers.stale(self.user_id)
        answer = await self._ask(
            kind, method, path, action, params=params, body=body, headers=headers, parse=False, repeatable=repeatable
        )
        self.answers.stale(self.user_id)
        return answer

    def read(self, model: type[T], document: object, action: str) -> T:
        """The document as ``model``; an :class:`UpstreamError` where it has another shape."""
        try:
            if not isinstance(document, dict):
                raise TypeError
            return model.model_validate(document)
        except (ValidationError, TypeError) as error:
            raise UpstreamError(
                SERVICE,
                f"Spotify answered in a shape we do not know when asked to {action}.",
                "Try again later; if it stays, a newer version of Lockgroove may know it.",
                200,
            ) from error

    async def _ask(
        self,
        kind: Kind,
        method: str,
        path: str,
        action: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        parse: bool = True,
        repeatable: bool | None = None,
    ) -> Answer:
        await self.capabilities.check(kind, action)
        token = await self.tokens.access()
        missing = token.lacks(kind.scopes)
        if missing:
            raise ScopeMissing(" ".join(missing), action)

        async def once(token: AccessToken) -> Answer:
            return await self.api.request(
                method,
                path,
                params=params,
                json=body,
                headers={**(headers or {}), "Authorization": f"Bearer {token.secret}"},
                action=action,
                priority=self.priority,
                wait_limit=_WAIT_LIMIT[self.priority],
                permit=lambda: self.quota.permit(kind.name),
                parse=parse,
                repeatable=repeatable,
            )

        try:
            try:
                answer = await once(token)
            except UpstreamRefused as refused:
                if refused.code != "reauth_required":
                    raise
                answer = await once(await self.tokens.renewed(token))  # never for a 403 (spotify-api.md 1.8)
        except UpstreamError as error:
            meant = await self._meaning(kind, error, action)
            if meant is error:
                raise
            raise meant from error
        await self.capabilities.works(kind)
        return answer

    async def _meaning(self, kind: Kind, error: UpstreamError, action: str) -> UpstreamError:
        """What the error means for this kind of call; what it teaches is kept."""
        if isinstance(error, UpstreamRateLimited):
            if error.code is None:
                return pause(error.retry_at, "rate_limited")
            await self.quota.hold(error, kind.name)
            return error
        if isinstance(error, ScopeMissing):
            await self.capabilities.scope_missing(kind)
            return ScopeMissing(error.scope or " ".join(kind.scopes), action)
        is_closed = error.code == "not_accessible" and kind.closes
        if is_closed or (error.code == "not_found" and kind.name == "recommendations"):
            await self.capabilities.closed(kind, error.status or 0)
            return CapabilityClosed(kind.capability, action)
        if error.code in ("owner_not_premium", "user_not_allowlisted"):
            await self.capabilities.switched_off(error.code)
        return error


def _is_about_limit(message: str, action: str) -> bool:
    """Whether a 400 says that the page is too large, or says nothing (spotify-api.md 2.3)."""
    return "limit" in message.lower() or message.endswith(f"{action}.")


async def profile_with(api: Upstream, access_token: str, permit: Callable[[], Awaitable[None]]) -> Profile:
    """Whose access token this is, asked with it before it is anybody's."""
    answer = await api.request(
        "GET",
        "/me",
        headers={"Authorization": f"Bearer {access_token}"},
        action="say whose account this is",
        priority=Priority.INTERACTIVE,
        wait_limit=_WAIT_LIMIT[Priority.INTERACTIVE],
        permit=permit,
    )
    document = answer.json()
    return Profile.model_validate(document if isinstance(document, dict) else {})
