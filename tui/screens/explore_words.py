"""What the Explore screen says, drawn from values alone, so that every state can be tested without a screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.style import Style

from storage.errors import LockgrooveError
from tui.actions import key_of
from tui.screens.explore_walk import FORMATS, Step, Walk
from tui.text import clean, cut, width
from tui.widgets.release_facts import LABEL_CELLS, heading, pair_lines
from tui.widgets.years import peak, year_lines
from tui.words import number

if TYPE_CHECKING:
    from storage.values.sleeves import Holdings
    from tui.table.graph import Line

ARROW = " › "
NAME_CELLS = 28
"""Cells of a name that is not in the middle, at most."""
CHART_LINES = 6
LEAVING = "Enter opens the first, ↓ goes into the list; Esc, then a page's key leaves."
LISTED = 6
"""Genres or styles of an artist that the pane names; the rest is counted."""


def trail(walk: Walk, cells: int) -> Content:
    """The way in one line of at most ``cells``: what is in the middle stands out with its kind; what lies ahead is faint."""
    here = walk.here
    if here is None:
        return Content.styled(" Explore", "bold $primary")
    kind = f"  {here.node.kind}"
    room = cells - 2 - width(kind)
    middle = cut(here.node.name, max(8, room))
    room -= width(middle)
    ahead = _ahead(walk, min(room // 3, 2 * NAME_CELLS)) if walk.can_go_forward else ""
    room -= width(ahead)
    before = ""
    for step in reversed(walk.steps[: walk.place]):
        name = cut(step.node.name, NAME_CELLS) + ARROW
        if width(before) + width(name) > room - 4:
            before = f"…{ARROW}{before}" if room >= 4 else before
            break
        before = name + before
    return Content.assemble(" ", (before, "$muted"), (middle, "bold $accent"), (kind, "$muted"), (ahead, "$faint"))


def _ahead(walk: Walk, room: int) -> str:
    """What lies ahead, as far as it has room."""
    said = ""
    for step in walk.steps[walk.place + 1 :]:
        name = ARROW + cut(step.node.name, NAME_CELLS)
        if width(said) + width(name) > room - len(ARROW) - 1:
            return said + ARROW + "…" if room >= 4 else said
        said += name
    return said


def facts_lines(step: Step, address: str, cells: int) -> list[Content]:
    """The pane beside the list: what is known of the node and its years. ``address`` is its page on Discogs, if any."""
    centre, node = step.centre, step.node
    facts, sleeve = centre.facts, centre.sleeve
    lines = [Content.styled(clean(node.name), "bold $accent")]
    if sleeve is not None:
        release = sleeve.release
        lines += [Content(clean(release.artist or "")), Content("")]
        lines += pair_lines(
            ("Year", str(release.year or "")),
            ("Country", sleeve.country or ""),
            ("Label", release.label or ""),
            ("Cat#", release.catno or ""),
            ("Format", release.format or ""),
            ("Genre", ", ".join(each.name for each in sleeve.genres)),
            ("Style", ", ".join(each.name for each in sleeve.styles)),
        )
    else:
        lines.append(Content.styled(node.kind.capitalize(), "$muted"))
    if facts is not None:
        pairs = (
            ("Groups", _some(facts.groups)),
            ("Genres", _some(facts.genres)),
            ("Styles", _some(facts.styles)),
            ("Years", f"{centre.years[0][0]} to {centre.years[-1][0]}" if len(centre.years) > 1 else ""),
        )
        lines += [Content(""), *pair_lines(*pairs)] if any(value for _, value in pairs) else []
    if address:
        # A real terminal link (OSC 8): it opens where the terminal is, not where the program runs.
        where = Content.styled(f"{node.kind[0]}{node.id}", Style(link=address))
        lines.append(Content.assemble((f"{'Discogs':<{LABEL_CELLS}}", "$muted"), where))
    if step.owned:
        lines += [Content(""), Content.styled("● You own this release.", "$success")]
    if step.wanted:
        lines += [Content(""), Content.styled("w It is on your wantlist.", "$secondary")]
    if centre.years:
        lines += [Content(""), Content.assemble(heading("By year"), (f"  {peak(centre.years)}", "$muted"))]
        lines += year_lines(centre.years, min(cells, 110), CHART_LINES)
    return lines


def _some(names: Sequence[str]) -> str:
    more = f" and {number(len(names) - LISTED)} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more


def emptiness(step: Step) -> str:
    """What an empty list says of the node in the middle, and which key leads on."""
    name = cut(step.node.name, 40)
    match step.shown.key:
        case "aliases":
            return f"Nobody is known to be {name} under another name, in a group with them, or a member."
        case "collaborators":
            return f"{name} shares no release with anybody."
        case "similar":
            return f"Nothing is known that would make anybody alike to {name}."
        case "gaps" if step.format:
            wanted = FORMATS[step.format]
            return f"Nothing of {name} is missing as {wanted}. {key_of('explore.formats')} shows the next format."
        case "gaps":
            return f"You own everything the catalogue has of {name}."
        case "path":
            other = cut(step.goal.name, 40) if step.goal is not None else ""
            return f"No way from {name} to {other}.\n{key_of('explore.path')} asks for another artist."
        case _:
            return f"The catalogue links nothing of this kind to {name}."


def trouble(error: Exception) -> str:
    """What a list says that could not be read."""
    said = f"{error.message} {error.hint}" if isinstance(error, LockgrooveError) else "The list could not be read."
    return f"{said}\n{key_of('explore.again')} asks again."


def position(line: Line | None, place: int, count: int, *, whole: bool) -> str:
    """Where the cursor is, and what is so of its line; ``whole`` is whether ``count`` is that of the whole list."""
    where = f"{number(place)} of {number(count)}{'' if whole else '+'}" if count and place else ""
    parts = (
        "● in your collection" if line is not None and line.owned else "",
        "○ another version in your collection" if line is not None and line.version else "",
        "w on your wantlist" if line is not None and line.wanted else "",
        where,
    )
    return " · ".join(filter(None, parts))


def start_lines(holdings: Holdings | None, *, ready: bool) -> list[Content]:
    """What stands above the places to begin: how much there is, or how to get it."""
    if not ready or holdings is None:
        return [Content.styled(" Opening the library…" if not ready else " Looking into the catalogue…", "$muted")]
    if not holdings.releases and not holdings.artists:
        return [
            Content.styled(" Nothing in the catalogue yet.", "bold"),
            Content.styled(f" Esc, then {key_of('app.sync')} syncs with Discogs: what you own comes here.", "$muted"),
            Content.styled(" lockgroove catalogue import DIR brings all of Discogs from its monthly dumps.", "$muted"),
        ]
    counts = (
        (holdings.releases, "release"),
        (holdings.masters, "master"),
        (holdings.artists, "artist"),
        (holdings.labels, "label"),
    )
    said = ", ".join(f"{number(count)} {name}{'' if count == 1 else 's'}" for count, name in counts if count)
    return [Content.styled(f" {said} to wander in.", "$muted"), Content.styled(f" {LEAVING}", "$faint")]


def web_path(kind: str, id: str) -> str:
    """The page of a node on Discogs; empty for genres and styles, which have none."""
    return f"/{kind}/{id}" if kind in ("artist", "label", "release", "master") else ""


def plain_name(name: str) -> str:
    """A name without the number that makes it unique on Discogs: ``Prince`` for ``Prince (2)``."""
    head, _, tail = name.rpartition(" (")
    return head if head and tail[:-1].isdigit() and tail.endswith(")") else name
