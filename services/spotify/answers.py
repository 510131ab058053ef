"""Answers that are good for another while: so that nothing is asked twice that Spotify said just now."""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias
from weakref import WeakValueDictionary

from services.upstream import Answer
from storage.values import UserId

MOST = 256
"""Answers that are kept."""
LARGEST = 200_000
"""Bytes of an answer that is worth keeping."""
_MAX_AGE = re.compile(r"\bmax-age=(\d{1,7})\b")

Key: TypeAlias = tuple[UserId, str, tuple[tuple[str, str | int], ...]]


@dataclass(slots=True)
class _Kept:
    answer: Answer
    at: float
    fresh_until: float
    is_stale: bool = False


class _Lock(asyncio.Lock):
    """A lock that can be held weakly."""


@dataclass(slots=True)
class Asking:
    """One question under way; nobody else asks the same meanwhile."""

    answers: Answers
    key: Key
    began: float
    condition: dict[str, str] = field(default_factory=dict[str, str])
    """What makes the request one for news only."""

    def kept(self, good_for: float) -> Answer | None:
        """The kept answer, if it came while this question waited, is not older than ``good_for`` seconds or is said to
        be fresh still; else the request can be made conditional.
        """
        kept = self.answers.find(self.key)
        if kept is None:
            return None
        now = self.answers.now()
        is_good = kept.at >= self.began or now < max(kept.fresh_until, kept.at + good_for)
        if is_good and not kept.is_stale:
            return kept.answer
        if etag := kept.answer.headers.get("ETag"):
            self.condition = {"If-None-Match": etag}
        return None

    def keep(self, answer: Answer) -> Answer:
        """Keep the answer; that nothing changed (304) is answered with what was kept."""
        kept = self.answers.find(self.key)
        if answer.status == 304 and kept is not None:
            answer = kept.answer
        self.answers.put(self.key, answer)
        return answer


class Answers:
    """The answers of this process, for all listeners."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.now = clock
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._locks: WeakValueDictionary[Key, _Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def asking(self, key: Key) -> AsyncGenerator[Asking]:
        """Wait until nobody else asks the same."""
        began = self.now()
        lock = self._locks.setdefault(key, _Lock())
        async with lock:
            yield Asking(self, key, began)

    def find(self, key: Key) -> _Kept | None:
        return self._kept.get(key)

    def put(self, key: Key, answer: Answer) -> None:
        """Keep an answer that just came."""
        self._kept.pop(key, None)
        if len(answer.content) > LARGEST:
            return
        now = self.now()
        said = answer.headers.get("Cache-Control", "")
        age = _MAX_AGE.search(said)
        lasts = float(age[1]) if age and "no-cache" not in said and "no-store" not in said else 0.0
        self._kept[key] = _Kept(answer, now, now + lasts)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def stale(self, user_id: UserId) -> None:
        """The listener changes something: what was answered is only good for asking whether it changed."""
        for (whose, *_), kept in self._kept.items():
            if whose == user_id:
                kept.is_stale = True

    def forget(self, user_id: UserId) -> None:
        """Forget what was answered to this listener."""
        for key in [key for key in self._kept if key[0] == user_id]:
            del self._kept[key]
