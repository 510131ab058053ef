"""What is recommended in words: why it is, and what is missing where there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.words import number

if TYPE_CHECKING:
    from storage.values.recommendations import Recommendation, Recommended

_LINKS = {"artist": "by", "label": "on", "style": "in"}


def because(found: Recommendation) -> str:
    """Why a release is recommended, from copies that are owned: ``12 by Miles Davis, 5 on Blue Note``."""
    return ", ".join(f"{number(each.count)} {_LINKS[each.kind]} {each.name}" for each in found.reasons)


def in_full(found: Recommendation) -> str:
    """The same in a sentence."""
    first, *others = (
        f"{number(each.count)} {'copy' if each.count == 1 else 'copies'} {_LINKS[each.kind]} {each.name}"
        for each in found.reasons
    )
    return "You have " + (f"{', '.join((first, *others[:-1]))} and {others[-1]}." if others else f"{first}.")


def missing(found: Recommended) -> tuple[str, str]:
    """What an empty list says, and what would fill it."""
    if not found.owned:
        return "Nothing to go by yet.", "Recommendations come from the records you own: sync with Discogs, or add some."
    if not found.known:
        return (
            "The catalogue knows none of your records yet.",
            "Sync with Discogs, or bring in its monthly dumps: lockgroove catalogue import.",
        )
    return (
        "The catalogue knows nothing else by the artists you have most of.",
        "The monthly dumps of Discogs have it all: lockgroove catalogue import. "
        "RECOMMEND_LABELS and RECOMMEND_STYLES in the settings look further.",
    )
