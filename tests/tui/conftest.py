"""What every test of the app has in common."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import CSSLocation, Stylesheet


@pytest.fixture(autouse=True, scope="session")
def _styles_are_read_once() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    """The same styles with the same colours are the same rules for every app: each would read some hundreds anew."""
    really = Stylesheet._parse_rules  # pyright: ignore[reportPrivateUsage]
    known: dict[tuple[object, ...], list[RuleSet]] = {}

    def parse_rules(
        styles: Stylesheet,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        colours = frozenset(styles._variables.items())  # pyright: ignore[reportPrivateUsage]
        key = (css, read_from, is_default_rules, tie_breaker, scope, colours)
        if key not in known:
            known[key] = really(styles, css, read_from, is_default_rules, tie_breaker, scope)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_rules)
        yield
