"""Asking the Discogs API and reading its answers: what every group of calls shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from services.errors import UpstreamError
from services.upstream import Answer, Priority, Upstream

T = TypeVar("T", bound=BaseModel)


class Calls:
    """Calls of one priority over one connection; ``action`` says in words what is tried, for errors and the log."""

    def __init__(self, api: Upstream, priority: Priority = Priority.BACKGROUND) -> None:
        self._api = api
        self.priority = priority

    async def get(self, model: type[T], path: str, action: str, params: Mapping[str, str | int] | None = None) -> T:
        """Ask, and read the answer as ``model``."""
        answer = await self._api.request("GET", path, params=params, action=action, priority=self.priority)
        return self.read(model, answer, action)

    async def send(
        self, method: str, path: str, action: str, body: object = None, *, repeatable: bool | None = None
    ) -> Answer:
        """Change something; see :meth:`Upstream.request` for what ``repeatable`` means."""
        return await self._api.request(
            method, path, json=body, action=action, priority=self.priority, repeatable=repeatable
        )

    def read(self, model: type[T], answer: Answer, action: str) -> T:
        """The answer as ``model``; an :class:`UpstreamError` where it has another shape."""
        try:
            return model.model_validate(answer.json())
        except ValidationError as error:
            what = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
            raise UpstreamError(
                "Discogs",
                f"Discogs answered in a shape we do not know when asked to {action} ({what}).",
                "Try again later; if it stays, a newer version of Lockgroove may know it.",
                answer.status,
            ) from error


def user_path(username: str) -> str:
    """Where everything of a user lives; names may hold dots and underscores."""
    return f"/users/{quote(username, safe='')}"
