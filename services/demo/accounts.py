"""Everybody who has an account in one simulated Discogs; they share its catalogue and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .catalogue import Catalogue
from .world import World


class Accounts:
    """The accounts, the first of them first."""

    def __init__(self, worlds: Iterable[World]) -> None:
        self._worlds = list(worlds)

    def __iter__(self) -> Iterator[World]:
        return iter(self._worlds)

    @property
    def first(self) -> World:
        return self._worlds[0]

    @property
    def catalogue(self) -> Catalogue:
        return self.first.catalogue

    def named(self, username: str) -> World | None:
        """Whose name that is; capitals make no difference, as on Discogs."""
        return next((world for world in self._worlds if world.username.casefold() == username.casefold()), None)

    def with_token(self, token: str) -> World | None:
        """Whose personal access token that is."""
        return next((world for world in self._worlds if world.token == token), None)

    def add(self, world: World) -> None:
        """One more account, while the service runs."""
        self._worlds.append(world)
