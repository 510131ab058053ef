"""The line below a price that is being typed: what Discogs suggests for the grade."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content
from textual.widgets import Static

from services.discogs.market_models import Price
from storage.errors import LockgrooveError
from tui.bridge import Bridge
from tui.offers import money


def suggestion(prices: Mapping[str, Price] | None, condition: str | None, reason: str) -> str:
    """What Discogs would ask for a record in this condition, or why that is not known."""
    if prices is None:
        return reason or "Asking Discogs what it suggests…"
    price = prices.get(condition or "")
    if price is None:
        return "Discogs suggests no price for this condition." if condition else ""
    return f"Discogs suggests {money(price)} for {condition}; F3 takes it."


class Suggested(Static):
    """Asks Discogs once for a release (its number); :meth:`show` says which grade counts."""

    def __init__(self, bridge: Bridge, release_id: int, name: str = "") -> None:
        """``name`` is the release, where the price that is typed holds for others as well."""
        super().__init__(Content(""), classes="suggestion")
        self._bridge = bridge
        self._release_id = release_id
        self._name = name
        self._prices: Mapping[str, Price] | None = None
        self._reason = ""
        self._condition: str | None = None

    def on_mount(self) -> None:
        # A worker of the screen: what fails in it is told there.
        self.screen.run_worker(self._ask(), group="suggest", exclusive=True, exit_on_error=False)

    def show(self, condition: str | None) -> None:
        """Show the suggestion for this condition, None while none is typed."""
        self._condition = condition
        said = suggestion(self._prices, condition, self._reason)
        about = f"\nThat is for {self._name}; the price holds for all." if self._name and self.amount else ""
        self.update(Content.styled(f"{said}{about}", "$muted"))

    @property
    def amount(self) -> str:
        """The suggested price without its currency, empty where there is none."""
        price = (self._prices or {}).get(self._condition or "")
        return str(price.cents) if price is not None else ""

    async def _ask(self) -> None:
        release_id = self._release_id
        try:
            found = await self._bridge.call(lambda runtime: runtime.market.suggestions(runtime.user.id, release_id))
        except LockgrooveError as error:
            self._reason = f"No suggestion: {error.message}"
        else:
            self._reason = found.reason or ""
            if found.prices is not None:
                self._prices = {condition.value: price for condition, price in found.prices.items()}
        self.show(self._condition)
