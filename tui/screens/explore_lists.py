"""The lists of a node: which columns each has, and how the services are asked for its lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from storage.values.graph import Child, ChildPage, NodeName
from tui.screens.explore_walk import FORMATS, Step
from tui.table import graph
from tui.table.graph import Line
from tui.table.paged import Ask, Part
from tui.widgets.years import spark
from tui.words import number

if TYPE_CHECKING:
    from services.runtime import Runtime
    from storage.values.findings import Collaborator, Gap, LabelProfile, Path, PathLink, Similar
    from storage.values.sleeves import Sleeve
    from tui.table.columns import Column

SPARK_CELLS = 30
ALIKE = 50
"""Similar artists that are asked for."""


def columns_of(step: Step) -> Sequence[Column[Line]]:
    """The columns of the list that is shown."""
    match step.shown.key:
        case "releases" | "gaps":
            return graph.RELEASES
        case "aliases":
            return graph.KIN
        case "collaborators":
            return graph.TOGETHER
        case "similar":
            return graph.ALIKE
        case "profile":
            return graph.PROFILE
        case "links" | "saved":
            return graph.LINKS
        case "path":
            return graph.WAY
        case _:
            return graph.NEIGHBOURS


def ask_for(step: Step) -> Ask[Line]:
    """How to ask for the lines of the list that is shown, as it is shown now."""
    node = step.node
    match step.shown.key:
        case "links" if step.centre.sleeve is not None:
            return _known(sleeve_lines(step.centre.sleeve))
        case "saved":
            return _known([Line(n, each.name, each, note=each.kind) for n, each in enumerate(step.saved, 1)])
        case "collaborators":
            return lambda runtime, offset, limit: _collaborators(runtime, node, offset, limit)
        case "similar":
            return lambda runtime, offset, limit: _similar(runtime, node, offset, limit)
        case "profile":
            return lambda runtime, offset, limit: _profile(runtime, node, offset, limit)
        case "gaps":
            formats = (FORMATS[step.format],) if step.format else ()
            return lambda runtime, offset, limit: _gaps(runtime, node, formats, offset, limit)
        case "path" if step.goal is not None:
            goal = step.goal
            return lambda runtime, offset, limit: _path(runtime, node, goal, offset, limit)
        case category:
            return lambda runtime, offset, limit: _children(runtime, node, category, offset, limit)


def _known(lines: Sequence[Line]) -> Ask[Line]:
    async def cut(_: Runtime, offset: int, limit: int) -> Part[Line]:
        return Part(lines[offset : offset + limit], len(lines))

    return cut


async def _children(runtime: Runtime, node: NodeName, category: str, offset: int, limit: int) -> Part[Line]:
    page = await runtime.graph.expand(node.kind, node.name, category, limit=limit, offset=offset)
    if category == "releases":
        lines = [release_line(offset + n, child) for n, child in enumerate(page.children, 1)]
        return Part(await marked(runtime, lines), page.total)
    top = await _top(runtime, node, category, page, offset)
    lines = [
        Line(
            offset + n,
            child.node.name,
            child.node,
            count=child.release_count,
            share=(child.release_count or 0) / top if top else 0.0,
        )
        for n, child in enumerate(page.children, 1)
    ]
    return Part(lines, page.total)


async def _top(runtime: Runtime, node: NodeName, category: str, page: ChildPage, offset: int) -> int:
    """The largest number of releases in a list, which its first line has; 0 for the lists that go by name."""
    if category == "artists" and node.kind in ("genre", "style"):
        return 0
    if offset:
        page = await runtime.graph.expand(node.kind, node.name, category, limit=1)
    return page.children[0].release_count or 0 if page.children else 0


def release_line(pk: int, child: Child, *, note: str = "") -> Line:
    """A release as a line."""
    label = " · ".join(filter(None, (child.label, child.catno)))
    return Line(
        pk,
        child.node.name,
        child.node,
        year=child.year,
        artist=child.artist or "",
        label=label,
        format=child.format or "",
        note=note,
    )


async def marked(runtime: Runtime, lines: Sequence[Line]) -> list[Line]:
    """``lines`` with what is owned and what is wanted of them."""
    ids = [line.release_id for line in lines if line.release_id is not None]
    owned = await runtime.records.owned(runtime.user.id, ids)
    wanted = await runtime.wants.wanted(runtime.user.id, ids)
    if not owned and not wanted:
        return list(lines)
    return [replace(line, owned=line.release_id in owned, wanted=line.release_id in wanted) for line in lines]


async def _collaborators(runtime: Runtime, node: NodeName, offset: int, limit: int) -> Part[Line]:
    page = await runtime.graph.collaborators(node.id, limit=limit, offset=offset)
    note = "Everybody on the same records, most records first"
    if not page.complete:
        note += "; counted on a part of them, there are too many to look through all"
    lines = [together(offset + n, each) for n, each in enumerate(page.collaborators, 1)]
    return Part(lines, page.total, note)


def together(pk: int, found: Collaborator) -> Line:
    """Somebody an artist made records with: how many, from when to when, and how they lie over the years."""
    years = "–".join(dict.fromkeys(str(year) for year in (found.first_year, found.last_year) if year))
    curve = spark(found.by_year, SPARK_CELLS)
    return Line(pk, found.node.name, found.node, count=found.releases, label=years, note=curve)


async def _similar(runtime: Runtime, node: NodeName, offset: int, limit: int) -> Part[Line]:
    found = await runtime.graph.similar(node.id, limit=ALIKE)
    lines = [Line(n, each.node.name, each.node, note=reasons(each)) for n, each in enumerate(found, 1)]
    return Part(lines[offset : offset + limit], len(lines), "By shared labels, styles and people, the most alike first")


def reasons(found: Similar) -> str:
    """Why an artist is like another one, in a line: ``on Azure Room, with Otto Brandt, Modal``."""
    words = {"label": "on ", "artist": "with "}
    return ", ".join(f"{words.get(reason.node.kind, '')}{reason.node.name}" for reason in found.reasons)


async def _profile(runtime: Runtime, node: NodeName, offset: int, limit: int) -> Part[Line]:
    lines = profile_lines(await runtime.graph.label_profile(node.id))
    return Part(lines[offset : offset + limit], len(lines))


def profile_lines(profile: LabelProfile) -> list[Line]:
    """What a label puts out, under headings; genres, styles and related labels can be opened."""
    lines: list[Line] = []

    def add(title: str, node: NodeName | None = None, count: int | None = None, top: int = 0) -> None:
        share = count / top if count and top else 0.0
        lines.append(Line(len(lines) + 1, title, node, count=count, share=share))

    def chapter(title: str, counts: Iterable[tuple[str, int]], kind: str = "") -> None:
        known = list(counts)
        if known:
            lines.append(Line(len(lines) + 1, title, tone="heading"))
        top = max((count for _, count in known), default=0)
        for name, count in known:
            add(f"  {name}", NodeName(kind, name, name) if kind else None, count, top)

    if profile.parent is not None or profile.sublabels:
        lines.append(Line(1, "Labels around it", tone="heading"))
        if profile.parent is not None:
            add(f"  {profile.parent.name} (parent)", profile.parent)
        for each in profile.sublabels:
            add(f"  {each.name}", each)
    chapter("Genres", profile.genres, "genre")
    chapter("Styles", profile.styles, "style")
    chapter("Formats", profile.formats)
    chapter("Years", ((str(year), count) for year, count in profile.years))
    return lines


async def _gaps(runtime: Runtime, node: NodeName, formats: tuple[str, ...], offset: int, limit: int) -> Part[Line]:
    page = await runtime.graph.gaps(runtime.user.id, node.kind, node.id, formats=formats, limit=limit, offset=offset)
    said = [f"only {formats[0]}"] if formats else []
    said.append(f"{number(page.total)} missing, {number(page.owned)} owned")
    if not page.complete:
        said.append("looked for among a part of them")
    return Part([gap_line(offset + n, gap) for n, gap in enumerate(page.gaps, 1)], page.total, " · ".join(said))


def gap_line(pk: int, gap: Gap) -> Line:
    """Something that is missing; what is owned in another version is faint and has its sign."""
    tone = "faint" if gap.has_version else None
    return replace(release_line(pk, gap.release), wanted=gap.wanted, version=gap.has_version, tone=tone)


async def _path(runtime: Runtime, node: NodeName, goal: NodeName, offset: int, limit: int) -> Part[Line]:
    path = await runtime.graph.path(node.id, goal.id)
    lines = await marked(runtime, way_lines(path))
    return Part(lines[offset : offset + limit], len(lines), way_note(path))


def way_lines(path: Path) -> list[Line]:
    """The chain, artist and release in turn, one line each; nothing where there is none."""
    if not path.found:
        return []
    lines = [Line(1, path.start.name, path.start, tone="heading")]
    before = path.start
    for link in path.links:
        step = release_line(len(lines) + 1, link.release, note=_roles(before, link))
        lines.append(replace(step, title=f"  {step.title}"))
        lines.append(Line(len(lines) + 1, link.artist.name, link.artist, tone="heading"))
        before = link.artist
    return lines


def _roles(before: NodeName, link: PathLink) -> str:
    """How two artists are on a record: made by both, or who of them is only credited on it."""
    credited = [
        artist.name for artist, how in ((before, link.how), (link.artist, link.artist_how)) if how == "credited"
    ]
    return "both credited" if len(credited) == 2 else f"credited: {credited[0]}" if credited else "by both"


def way_note(path: Path) -> str:
    """How the search for a chain ended, in words."""
    if path.found:
        steps = len(path.links)
        return f"{path.goal.name}: {steps} record{'' if steps == 1 else 's'} apart"
    return {
        "depth": f"{path.goal.name} is further away than was looked.",
        "time": f"No way to {path.goal.name} was found in the time there was; asking again may.",
    }.get(path.ended, f"Nothing in the catalogue connects them with {path.goal.name}.")


def sleeve_lines(sleeve: Sleeve) -> list[Line]:
    """Everything a release leads to, each once: artists, label, master, genres, styles, and who else is on it."""
    kinds: tuple[tuple[str, Iterable[NodeName]], ...] = (
        ("artist", sleeve.artists),
        ("label", sleeve.labels),
        ("versions", (sleeve.master,) if sleeve.master is not None else ()),
        ("genre", sleeve.genres),
        ("style", sleeve.styles),
        ("also on it", (each for each in sleeve.credited if each not in sleeve.artists)),
    )
    found = [(called, node) for called, nodes in kinds for node in nodes]
    return [Line(n, node.name, node, note=called) for n, (called, node) in enumerate(found, 1)]
