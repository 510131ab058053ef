"""What cannot be asked of the graph (discogsography-contract.md section 10: both are 400 over HTTP)."""

from __future__ import annotations

from collections.abc import Iterable

from services.errors import InvalidInput


class UnknownKind(InvalidInput):
    """A kind of node that this cannot be asked of."""

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__("type", f"That type is not possible here, only {_listed(allowed)}.")


class UnknownCategory(InvalidInput):
    """A category that a kind of node does not have."""

    def __init__(self, kind: str, category: str, allowed: Iterable[str]) -> None:
        super().__init__("category", f"There is no category “{category}” of {kind}s, only {_listed(allowed)}.")


def _listed(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
