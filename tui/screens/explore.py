"""Explore: wander from artist to label to release to style, see what is owned and what is missing, pass on what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import work

from storage.errors import LockgrooveError
from storage.values import RecordQuery
from storage.values.graph import NodeName
from tui.actions import bindings
from tui.screens.explore_moves import WanderingPage
from tui.screens.explore_walk import FORMATS, to_save
from tui.screens.explore_words import plain_name, web_path
from tui.tokens import STYLES

if TYPE_CHECKING:
    from services.catalogue.snapshots import Snapshot
    from services.runtime import Runtime

ACTIONS_OF_A_NODE = frozenset(
    {
        "forward",
        "view",
        "show",
        "want",
        "formats",
        "path",
        "collection",
        "search",
        "save",
        "pane",
        "read",
        "browse",
        "copy_link",
        "again",
    }
)
"""What needs something in the middle, and is not done while somebody picks."""


class ExplorePage(WanderingPage):
    """What is done with the graph: want, save, pass on, go elsewhere."""

    MODE = "explore"
    CSS_PATH: ClassVar[Any] = [STYLES / "explore.tcss"]
    BINDINGS: ClassVar[Any] = bindings("explore")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        here = self.walk.here
        if action == "pick":
            return not (self.is_picking and self.picker.line.has_focus)
        if action == "back":
            is_filtered = here is not None and here.is_filtered
            return self.is_picking or self.has_class("-reading") or self.walk.can_go_back or is_filtered
        if here is None or self.is_picking:
            return action not in ACTIONS_OF_A_NODE
        if action == "forward":
            return self.walk.can_go_forward
        if action == "show":
            return any(view.key == parameters[0] for view in here.views)
        if action == "path":
            return here.node.kind == "artist"
        if action == "formats":
            return here.shown.key == "gaps"
        if action == "want":
            return True if self.release_id is not None else None
        if action == "watch":
            return True if self._artist is not None else None
        if action in ("browse", "copy_link"):
            return True if self._web_path else None
        return True

    @property
    def target(self) -> NodeName | None:
        """What is acted on: the line under the cursor, else what stands in the middle."""
        here, line = self.walk.here, self.line
        if line is not None and line.node is not None:
            return line.node
        return None if here is None else here.node

    @property
    def _artist(self) -> NodeName | None:
        """The artist under the cursor, else the one in the middle."""
        here = self.walk.here
        nodes = (self.target, here.node if here is not None else None)
        return next((node for node in nodes if node is not None and node.kind == "artist"), None)

    @property
    def release_id(self) -> int | None:
        """The release under the cursor, else the one in the middle."""
        here, line = self.walk.here, self.line
        if line is not None and line.release_id is not None:
            return line.release_id
        return int(here.node.id) if here is not None and here.node.kind == "release" else None

    @property
    def _web_path(self) -> str:
        return web_path(self.target.kind, self.target.id) if self.target is not None else ""

    # -- how it is shown ------------------------------------------------------------------------------------------

    def action_formats(self) -> None:
        """What is missing in one format, then in the next."""
        if (here := self.walk.here) is not None:
            self.ask_formats((here.format + 1) % len(FORMATS))

    def action_pane(self) -> None:
        self.toggle_class("-pane-hidden")
        self.call_after_refresh(self._draw_pane)

    def action_read(self) -> None:
        if self.walk.here is not None:
            self.add_class("-reading")
            self.query_one("#explore-pane").focus()
            self.call_after_refresh(self._draw_pane)
            self.refresh_bindings()

    # -- elsewhere ------------------------------------------------------------------------------------------------

    def action_browse(self) -> None:
        if self._web_path:
            self.app.browse(self._web_path)

    def action_copy_link(self) -> None:
        if self._web_path:
            self.app.copy_link(self._web_path)

    @work(exclusive=True, group="elsewhere", exit_on_error=False)
    async def action_collection(self) -> None:
        """The record that is owned of a release, else what is owned of an artist, a label, a genre or a style."""
        from tui.screens.collection import CollectionPage
        from tui.screens.explore_reading import record_of

        node = self.target
        if node is None:
            return
        if node.kind == "release":
            pk = await self.bridge.call(lambda runtime: record_of(runtime, int(node.id)))
            if pk is None:
                self.app.notify("This release is not in your collection.", markup=False)
            else:
                self.app.show_record(pk)
            return
        self.app.go("collection")
        if isinstance(self.app.screen, CollectionPage):
            self.app.screen.show_only(owned_of(node))

    @work(exclusive=True, group="elsewhere", exit_on_error=False)
    async def action_search(self) -> None:
        """Look for the name in Search, where Discogs is asked too."""
        node = self.target
        if node is None:
            return
        await self.app.look_for(plain_name(node.name))

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_path(self) -> None:
        """Ask to whom, then show the way as a list of its own."""
        from tui.screens.explore_dialogs import PathDialog

        here = self.walk.here
        if here is None:
            return
        goal = await self.app.push_screen_wait(PathDialog(self.bridge, here.node))
        if goal is not None and here is self.walk.here:
            self.remember()
            here.goal, here.view = goal, "path"
            here.cursors.pop("path", None)
            self.show_list()

    # -- what is wanted -------------------------------------------------------------------------------------------

    @work(exclusive=True, group="want", exit_on_error=False)
    async def action_want(self) -> None:
        """The list shows it once the services say that the wantlist changed."""
        release_id = self.release_id
        if release_id is None:
            return
        self.say_position("putting it on your wantlist…")
        try:
            want = await self.bridge.call(lambda runtime: runtime.wants.add(runtime.user.id, release_id))
        except LockgrooveError as error:
            self.app.say(error)
            return
        finally:
            self.say_where()
        self.app.notify(f"{want.artist_name} – {want.album_title}: on your wantlist.", markup=False)

    @work(exclusive=True, group="want", exit_on_error=False)
    async def action_watch(self) -> None:
        """Tell when the artist has a new release, or no more."""
        from tui.screens.watching import turn

        node = self._artist
        if node is None:
            return
        name, number = plain_name(node.name), int(node.id)
        try:
            said = await self.bridge.call(lambda runtime: turn(runtime, name, discogs_id=number))
        except LockgrooveError as error:
            self.app.say(error)
            return
        self.app.notify(said, markup=False)

    # -- snapshots ------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="snapshot", exit_on_error=False)
    async def action_save(self) -> None:
        """Keep the way and what is on the screen; the link goes to the terminal's clipboard and is shown."""
        here = self.walk.here
        if here is None:
            return
        visible, walk = self.visible_nodes(), self.walk

        async def save(runtime: Runtime) -> Snapshot:
            from storage.values import SnapshotNode

            nodes = to_save(walk, visible, runtime.settings.snapshot_max_nodes)
            saved = [SnapshotNode(node.id, node.kind) for node in nodes]
            return await runtime.snapshots.save(runtime.user.id, saved, SnapshotNode(here.node.id, here.node.kind))

        try:
            snapshot = await self.bridge.call(save)
        except LockgrooveError as error:
            self.app.say(error)
            return
        link = f"{self.bridge.snapshot.address}/api{snapshot.path}" if self.bridge.snapshot.address else snapshot.token
        self.app.copy_to_clipboard(link)
        self.tell(f"Saved until {snapshot.expires_at[:10]}: {link}")
        self.app.notify("Its link was sent to the terminal's clipboard.", markup=False)

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def action_open_link(self) -> None:
        from tui.screens.explore_dialogs import LinkDialog

        opened = await self.app.push_screen_wait(LinkDialog(self.bridge))
        if opened is None:
            return
        steps, unknown = opened
        self.walk.begin(steps)
        self.show_step()
        if unknown:
            some = "One of its nodes is" if unknown == 1 else f"{unknown} of its nodes are"
            self.app.notify(f"{some} not in this catalogue.", severity="warning", markup=False)


def owned_of(node: NodeName) -> RecordQuery:
    """What of the collection belongs to a node."""
    match node.kind:
        case "genre":
            return RecordQuery(genres=(node.name,))
        case "style":
            return RecordQuery(styles=(node.name,))
        case "label":
            return RecordQuery(labels=(node.name,))
        case _:
            return RecordQuery(text=plain_name(node.name))
