"""What a user may want to look for next, with the reasons (discogsography-contract.md section 12, U3)."""

from __future__ import annotations

from services.errors import InvalidInput
from services.settings import Settings
from storage.catalogue import recommendations as catalogue
from storage.engine import Storage
from storage.holdings import holdings
from storage.values import UserId
from storage.values.recommendations import Mix, Recommended

MOST = 100
"""Releases recommended at most."""
USUAL = 20
"""Releases recommended where nobody says how many."""


class Recommendations:
    """Recommending from what the catalogue knows, by the mix that the settings say. The same until collection, wantlist,
    catalogue or settings change.
    """

    def __init__(self, storage: Storage, settings: Settings) -> None:
        self.settings = settings
        self._storage = storage

    @property
    def mix(self) -> Mix:
        """What counts how much."""
        settings = self.settings
        return Mix(
            settings.recommend_artists,
            settings.recommend_labels,
            settings.recommend_styles,
            settings.recommend_one_per_master,
        )

    async def best(self, user_id: UserId, *, limit: int = USUAL) -> Recommended:
        """At most ``limit`` (1 to 100) releases that the user neither owns nor wants, the best first.

        Raises :class:`InvalidInput` for another limit.
        """
        if not 1 <= limit <= MOST:
            raise InvalidInput("limit", "That many cannot be recommended.", f"Ask for 1 to {MOST}.")
        async with self._storage.read() as conn:
            held = await holdings(conn, user_id)
        mix = self.mix
        if not held.copies:
            return Recommended((), 0, 0)
        return await self._storage.catalogue.read(
            lambda db: catalogue.recommend(db, held.copies, held.wanted, mix, limit)
        )
