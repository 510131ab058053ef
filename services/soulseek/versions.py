"""What a slskd of some version can do and how it answers (slskd-api.md section 13)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_NUMBERS = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")
_USUAL: tuple[int, int, int] = (0, 24, 0)
"""What a fork that numbers itself otherwise is taken for: answers are read by their shape in any case."""


@dataclass(frozen=True, slots=True)
class Features:
    """Of one version; ``version`` is its own word for itself, empty if it has none."""

    version: str
    number: tuple[int, int, int]
    events: bool
    """0.22.0: a history of events, with the final place of a finished download."""
    enqueue_tells: bool
    """0.24.0: the answer to an enqueue says what was taken; before, only a listing shows it."""
    batches: bool
    """0.26.0: downloads in batches, with a destination."""
    retries: bool
    """0.26.0: it tries a failed transfer again by itself."""

    @classmethod
    def of(cls, version: str) -> Features:
        """By the version number; whatever follows the numbers (builds of forks) does not matter."""
        found = _NUMBERS.match(version.strip().removeprefix("v"))
        number: tuple[int, int, int] = (int(found[1]), int(found[2]), int(found[3] or 0)) if found else _USUAL
        return cls(
            version,
            number,
            events=number >= (0, 22, 0),
            enqueue_tells=number >= (0, 24, 0),
            batches=number >= (0, 26, 0),
            retries=number >= (0, 26, 0),
        )

    @property
    def without_batches(self) -> Features:
        """The same for a build that turned out not to have them."""
        return replace(self, batches=False)
