"""The one registry of what a person can do: keys, footer, palette, help and documentation come from it.

An action is bound where its scope lives: ``app`` on the application, every other scope on the screen of that name. The
``id`` is what the ``[keys]`` table of ``lockgroove.toml`` refers to. Keys are Textual names, several separated by commas.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding, BindingType


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. ``hint`` is its place in the footer (lower first), None keeps it to help and palette."""

    id: str
    keys: str
    name: str
    label: str
    description: str
    hint: int | None = None

    @property
    def scope(self) -> str:
        return self.id.partition(".")[0]


ACTIONS: tuple[Action, ...] = (
    Action("app.dashboard", "1", "go('dashboard')", "Dashboard", "Show counts, charts and what is running"),
    Action("app.collection", "2", "go('collection')", "Collection", "Show the records you own"),
    Action("app.wantlist", "3", "go('wantlist')", "Wantlist", "Show the releases you want"),
    Action("app.sales", "4", "go('sales')", "For sale", "Show what you offer on Discogs"),
    Action("app.search", "5", "go('search')", "Search", "Search your records and Discogs"),
    Action("app.activity", "6", "go('activity')", "Activity", "Show what happened"),
    Action("app.settings", "7", "go('settings')", "Settings", "Show connections, schedules, appearance and keys"),
    Action("app.sync", "s", "sync", "Sync", "Bring the collection and Discogs in step, both ways", 70),
    Action("app.job", "J", "job", "Job", "Show the running or last job in detail", 80),
    Action("app.export", "L", "last_export", "Last export", "Show the running or last export, item by item"),
    Action("app.help", "question_mark,f1", "help", "Help", "Show every key of this screen", 95),
    Action("app.palette", "ctrl+p,colon", "command_palette", "Palette", "Find an action, a screen or a record by name"),
    Action("app.theme", "ctrl+t", "theme", "Theme", "Choose a theme"),
    Action("app.quit", "q,ctrl+q", "leave", "Quit", "Leave the program; what runs goes on at the next start", 99),
    Action("table.mark", "space", "mark", "Mark", "Mark a row, for what is done to several at once", 25),
    Action("table.range", "v", "range", "Mark a range", "Mark a range: v at its first row, move, v at its last"),
    Action("table.mark_all", "asterisk,ctrl+a", "mark_all", "Mark all", "Mark everything the filter shows"),
    Action("collection.filter", "slash", "filter", "Filter", "Narrow the list by what you type", 10),
    Action("collection.facets", "f", "facets", "Facets", "Filter by size, colour, folder, genre and more", 12),
    Action("collection.add", "a", "add", "Add", "Find a release on Discogs and add it", 20),
    Action("collection.manual", "M", "manual", "Enter by hand", "Add a record that is not on Discogs"),
    Action("collection.edit", "e", "edit", "Edit", "Edit the record under the cursor", 22),
    Action(
        "collection.copy_edit", "E", "edit_copy", "Edit copy", "Rate, move or describe a copy; sent with the next sync"
    ),
    Action("collection.refresh", "u", "refresh_record", "Refresh", "Read the record anew from Discogs", 29),
    Action("collection.remove", "d", "remove", "Remove", "Remove from this library; Discogs is not touched", 26),
    Action(
        "collection.export", "X", "export", "Export", "Send to your Discogs collection, wantlist or the marketplace", 27
    ),
    Action("collection.sort", "o", "sort", "Sort", "Sort by the next column", 30),
    Action("collection.reverse", "O", "reverse", "Reverse", "Turn the sort direction around"),
    Action("collection.letter", "apostrophe", "letter", "Jump", "Jump to a letter of the sorted column", 34),
    Action("collection.undo", "U", "undo", "Undo", "Bring back what was just removed", 28),
    Action("collection.pane", "p", "pane", "Details", "Show or hide the details beside the list", 36),
    Action("collection.read", "r", "read", "Read", "Move into the details (Enter does so too); Escape returns"),
    Action("collection.browse", "b", "browse", "Browser", "Open the record's Discogs page in a browser"),
    Action(
        "collection.copy", "y", "copy_link", "Copy link", "Send the record's Discogs link to the terminal's clipboard"
    ),
    Action("collection.clear", "escape", "clear", "Back", "Leave the details, then clear the filter", 5),
    Action("collection.connect", "c", "connect_discogs", "Connect Discogs", "Connect Discogs: sign in or a token", 1),
    Action("collection.import", "i", "import_file", "Import", "Bring in a collection from a CSV or JSON file", 60),
    Action("collection.demo", "x", "demo", "Demo", "Look at an invented collection, nothing is kept", 3),
    Action("wantlist.filter", "slash", "filter", "Filter", "Narrow the list by what you type", 10),
    Action(
        "wantlist.show", "f", "show", "Show", "Show what you do not own yet, what you wanted once, then all again", 12
    ),
    Action("wantlist.fulfilled", "F", "fulfilled", "Owned", "Show only the wants you own already", 14),
    Action("wantlist.add", "a", "add", "Add", "Find a release on Discogs to put on the wantlist", 20),
    Action("wantlist.edit", "e", "edit", "Edit", "Edit notes and rating of the want under the cursor", 22),
    Action("wantlist.remove", "d", "remove", "Remove", "Take off the wantlist, on Discogs too", 26),
    Action(
        "wantlist.remove_owned", "D", "remove_owned", "Remove owned", "Take all you own already off the wantlist", 16
    ),
    Action("wantlist.undo", "U", "undo", "Undo", "Put back on the wantlist what was just taken off", 28),
    Action("wantlist.export", "X", "export", "Export", "Send to your Discogs collection or the marketplace", 27),
    Action("wantlist.sort", "o", "sort", "Sort", "Sort by the next column", 30),
    Action("wantlist.reverse", "O", "reverse", "Reverse", "Turn the sort direction around"),
    Action("wantlist.letter", "apostrophe", "letter", "Jump", "Jump to a letter of the sorted column", 34),
    Action("wantlist.pane", "p", "pane", "Details", "Show or hide the details beside the list", 36),
    Action("wantlist.read", "r", "read", "Read", "Move into the details (Enter does so too); Escape returns"),
    Action("wantlist.browse", "b", "browse", "Browser", "Open the release's Discogs page in a browser"),
    Action("wantlist.copy", "y", "copy_link", "Copy link", "Send the release's link to the terminal's clipboard"),
    Action("wantlist.clear", "escape", "clear", "Back", "Leave the details, then clear the filter", 5),
    Action("wantlist.connect", "c", "connect", "Connect", "Connect Discogs", 1),
    Action("sales.status", "f", "status", "Status", "Show one status, then the next", 10),
    Action("sales.edit", "e,enter", "edit", "Edit", "Edit price, conditions, comments and status", 20),
    Action("sales.publish", "p", "publish", "Publish", "Put a draft up for sale", 22),
    Action("sales.delete", "d", "delete", "Delete", "Delete the listing on Discogs", 24),
    Action("sales.sort", "o", "sort", "Sort", "Sort by the next column", 30),
    Action("sales.reverse", "O", "reverse", "Reverse", "Turn the sort direction around"),
    Action("sales.more", "n", "more", "More", "Fetch the next page from Discogs", 34),
    Action("sales.refresh", "r", "read_anew", "Refresh", "Read the listings anew from Discogs", 36),
    Action("sales.browse", "b", "browse", "Browser", "Open the listing's page in a browser"),
    Action("sales.copy", "y", "copy_link", "Copy link", "Send the listing's link to the terminal's clipboard"),
    Action("sales.clear", "escape", "clear", "All", "Show every status again", 5),
    Action("sales.connect", "c", "connect", "Connect", "Connect Discogs", 1),
    Action("search.focus", "slash", "focus_input", "Search", "Type what to look for", 10),
    Action("search.add", "a", "add", "Add", "Add the release under the cursor to the collection", 20),
    Action("search.want", "w", "want", "Want", "Put the release under the cursor on the wantlist", 22),
    Action(
        "search.export", "X", "export", "Export", "Send to your Discogs collection, wantlist or the marketplace", 24
    ),
    Action("search.browse", "b", "browse", "Browser", "Open the release's Discogs page in a browser", 30),
    Action("search.copy", "y", "copy_link", "Copy link", "Send the release's link to the terminal's clipboard", 32),
    Action("search.more", "n", "more", "More", "Fetch the next page from Discogs", 34),
    Action("search.back", "escape", "back", "Back", "Return to the line of search, then clear it", 8),
    Action("activity.filter", "f", "filter", "Filter", "Show one kind of activity, then the next", 10),
    Action("activity.read", "enter", "read", "Read", "Show an entry in full", 20),
    Action("activity.older", "o", "older", "Older", "Fetch older entries", 30),
    Action("activity.clear", "escape", "clear", "All kinds", "Show every kind again", 5),
    Action("dashboard.refresh", "r", "refresh_figures", "Refresh", "Count anew", 10),
    Action("dashboard.connect", "c", "connect", "Connect", "Connect Discogs: sign in or a token", 12),
    Action("job.cancel", "x", "cancel", "Stop", "Stop the running job; what is done is kept", 10),
    Action("job.close", "escape,q", "close", "Close", "Return to where you were; the job goes on", 12),
    Action("job.report", "enter", "report", "Items", "Show what became of each item of the export", 11),
    Action("export.connect", "c", "connect", "Connect", "Connect Discogs, to go on with the export", 1),
    Action("export.stop", "x", "stop", "Stop", "Stop between two items; what was sent stays sent", 10),
    Action("export.retry", "r", "retry", "Retry", "Send what failed and what was not reached", 12),
    Action("export.undo", "z", "undo", "Undo", "Take back what this export sent", 14),
    Action("export.show", "f", "show", "Show", "Show only what failed, what was skipped and so on", 20),
    Action("export.other", "o", "other", "Related", "Show the export that this one goes on with or takes back", 22),
    Action("export.browse", "b", "browse", "Browser", "Open the release's Discogs page in a browser", 30),
    Action("export.copy", "y", "copy_link", "Copy link", "Send the release's link to the terminal's clipboard"),
    Action("export.close", "escape,q", "close", "Close", "Return to where you were; a running export goes on", 24),
    Action("settings.connect", "c", "connect", "Connect", "Connect Discogs: sign in or a token", 10),
    Action("settings.test", "t", "test", "Test", "Ask Discogs whether the connection works", 12),
    Action("settings.disconnect", "D", "disconnect", "Disconnect", "Forget the access to Discogs", 14),
    Action("settings.edit", "enter,e", "edit", "Change", "Change the setting under the cursor", 20),
    Action("settings.theme", "T", "app.theme", "Theme", "Choose a theme with a live preview", 30),
)


def bindings(scope: str) -> list[BindingType]:
    """The bindings of one scope, for a class's ``BINDINGS``."""
    return [
        Binding(
            action.keys,
            action.name,
            action.label,
            show=action.hint is not None,
            id=action.id,
            tooltip=action.description,
            priority=action.id == "app.palette",
        )
        for action in ACTIONS
        if action.scope == scope
    ]


BY_ID = {action.id: action for action in ACTIONS}


def key_of(id: str) -> str:
    """The first key of an action, for a sentence that names it."""
    return BY_ID[id].keys.partition(",")[0]
