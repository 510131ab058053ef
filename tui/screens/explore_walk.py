"""The way through the graph: what stands in the middle, what stood there before, and which list of it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storage.values.graph import NodeName
from tui.widgets.viewbar import View

if TYPE_CHECKING:
    from services.catalogue.centre import Centre
    from storage.values.snapshots import SnapshotNode

LONGEST = 100
"""Steps that are remembered."""
FORMATS = ("", "Vinyl", "LP", '12"', '7"', "CD", "Cassette", "File")
"""The formats that one key goes through among what is missing; the first stands for all."""
EXTRAS: dict[str, tuple[tuple[str, str], ...]] = {
    "artist": (("collaborators", "Together"), ("similar", "Alike"), ("gaps", "Missing")),
    "label": (("profile", "Profile"), ("gaps", "Missing")),
    "master": (("gaps", "Missing"),),
}
"""What there is to see of a kind of node beyond its categories: key and title."""


@dataclass(slots=True)
class Step:
    """A node on the way, with everything that makes it look as it was left: ``view`` is the key of the list that is shown,
    ``cursors`` the line of each list that the cursor is on, ``format`` the place in :data:`FORMATS`. ``goal`` is where the
    path leads that was asked for, ``saved`` what else a snapshot holds that led here. ``owned`` and ``wanted`` are so of
    releases only.
    """

    centre: Centre
    view: str = ""
    cursors: dict[str, int] = field(default_factory=dict[str, int])
    format: int = 0
    goal: NodeName | None = None
    saved: tuple[NodeName, ...] = ()
    owned: bool = False
    wanted: bool = False

    def __post_init__(self) -> None:
        views = self.views
        self.view = self.view or next((view.key for view in views if view.count), views[0].key)

    @property
    def node(self) -> NodeName:
        return self.centre.node

    @property
    def views(self) -> tuple[View, ...]:
        """The lists there are, in the order in which they are gone through."""
        return views_of(self.centre, self.goal, self.saved)

    @property
    def shown(self) -> View:
        """The list that is shown."""
        views = self.views
        return next((view for view in views if view.key == self.view), views[0])

    @property
    def is_filtered(self) -> bool:
        """Whether only one format is shown of what is missing."""
        return self.shown.key == "gaps" and self.format > 0

    def turn(self, by: int) -> None:
        """Show the list ``by`` places further, round and round."""
        keys = [view.key for view in self.views]
        self.view = keys[(keys.index(self.shown.key) + by) % len(keys)]


def views_of(centre: Centre, goal: NodeName | None = None, saved: Sequence[NodeName] = ()) -> tuple[View, ...]:
    """Every list of a node: its categories, what a release leads to, and the rest."""
    found = [View(each.category, each.name, each.count) for each in centre.categories]
    if centre.sleeve is not None:
        found.append(View("links", "Leads to"))
    found += [View(key, title) for key, title in EXTRAS.get(centre.node.kind, ())]
    if goal is not None:
        found.append(View("path", "Path"))
    if saved:
        found.append(View("saved", "Snapshot", len(saved)))
    return tuple(found)


class Walk:
    """The steps in the order they were taken, and the one that is in the middle now."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._place = -1

    @property
    def steps(self) -> Sequence[Step]:
        return self._steps

    @property
    def place(self) -> int:
        """Where among the steps the middle is, -1 before the first."""
        return self._place

    @property
    def here(self) -> Step | None:
        """What is in the middle; None before anything was opened."""
        return self._steps[self._place] if self._steps else None

    @property
    def can_go_back(self) -> bool:
        return self._place > 0

    @property
    def can_go_forward(self) -> bool:
        return self._place < len(self._steps) - 1

    def open(self, step: Step) -> None:
        """Take a step from here; what was ahead is forgotten. The node that is in the middle already only looks anew."""
        if self.here is not None and self.here.node == step.node:
            self._steps[self._place] = step
            return
        del self._steps[self._place + 1 :]
        self._steps.append(step)
        del self._steps[:-LONGEST]
        self._place = len(self._steps) - 1

    def go(self, by: int) -> bool:
        """Go back (-1) or forward (1); whether there was anywhere to go."""
        if not 0 <= self._place + by < len(self._steps):
            return False
        self._place += by
        return True

    def begin(self, steps: Sequence[Step]) -> None:
        """Another way altogether, its last step in the middle."""
        self._steps = list(steps)[-LONGEST:]
        self._place = len(self._steps) - 1


def to_save(walk: Walk, visible: Sequence[NodeName], most: int) -> list[NodeName]:
    """What a snapshot holds: the way up to the middle, then the nodes on the screen; each once, at most ``most``."""
    trail = [step.node for step in walk.steps[: walk.place + 1]][-most:]
    return list(dict.fromkeys([*trail, *visible]))[:most]


def restored(nodes: Sequence[SnapshotNode], center: SnapshotNode) -> tuple[list[SnapshotNode], list[SnapshotNode]]:
    """The way and the rest of the nodes of a snapshot: up to its centre they were walked, where they hold it at all."""
    if center not in nodes:
        return [center], list(nodes)
    at = list(nodes).index(center)
    return list(nodes[: at + 1]), list(nodes[at + 1 :])
