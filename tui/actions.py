"""The one registry of what a person can do: keys, footer, palette, help and documentation come from it.

An action is bound where its scope lives: ``app`` on the application, every other scope on the screen of that name. The
``id`` is what the ``[keys]`` table of ``lockgroove.toml`` refers to. Keys are Textual names, several separated by commas.
"""

from __future__ import annotations

from typing import NamedTuple

from textual.binding import Binding, BindingType


class Action(NamedTuple):
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
    Action(
        "app.search", "5", "go('search')", "Search", "Search records, catalogue, Discogs, Spotify, Plex and Soulseek"
    ),
    Action("app.explore", "6", "go('explore')", "Explore", "Wander from artist to label to release to style"),
    Action("app.activity", "7", "go('activity')", "Activity", "Show what happened"),
    Action("app.settings", "8", "go('settings')", "Settings", "Show connections, schedules, appearance and keys"),
    Action("app.plays", "9", "go('plays')", "Plays", "Show what you listened to, and when"),
    Action("app.artists", "0", "go('artists')", "Artists", "Show the artists you follow and choose of their releases"),
    Action("app.playlists", "minus", "go('playlists')", "Playlists", "Show your playlists and change them"),
    Action("app.downloads", "equals_sign", "go('downloads')", "Downloads", "Show what is being fetched from Soulseek"),
    Action("app.shelf", "backslash,f4", "go('shelf')", "Shelf", "Show every album and where it lives; M: no files"),
    Action("app.plex", "f7", "go('plex')", "Plex", "Show what Plex holds and plays"),
    Action("app.beets", "f8", "go('beets')", "beets", "Ask your beets library, import files into it"),
    Action(
        "app.wishes", "f6", "wishes", "Wishes", "Show what you want by its name, and new releases of watched artists"
    ),
    Action("app.soulseek", "f3", "soulseek", "Soulseek", "Search Soulseek for albums and files"),
    Action("app.sync", "s", "sync", "Sync", "Bring the collection and Discogs in step, both ways", 70),
    Action("app.job", "J", "job", "Job", "Show the running or last job in detail", 80),
    Action("app.export", "L", "last_export", "Last export", "Show the running or last export, item by item"),
    Action("app.recommendations", "R", "recommendations", "For you", "Show what to look for next, and why"),
    Action("app.help", "question_mark,f1", "help", "Help", "Show every key of this screen", 95),
    Action("app.palette", "ctrl+p,colon", "command_palette", "Palette", "Find an action, a screen or a record by name"),
    Action("app.redraw", "ctrl+l", "redraw", "Redraw", "Write the screen anew, after something else wrote on it"),
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
    Action("collection.match", "m", "match", "Where", "Show where else it lives; confirm or reject a match"),
    Action("collection.soulseek", "S", "soulseek", "Soulseek", "Look for files of the record on Soulseek"),
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
    Action("search.next_view", "right,l", "view(1)", "Next source", "Show what the next source found", 12),
    Action("search.previous_view", "left,h", "view(-1)", "Previous source", "Show what the source before found"),
    Action("search.soulseek", "f3,S", "soulseek", "Soulseek", "Look on Soulseek for the hit, or for what is typed", 14),
    Action("search.on_discogs", "d", "on_discogs", "On Discogs", "Look for the hit under the cursor on Discogs", 16),
    Action("search.add", "a", "add", "Add", "Add the release under the cursor to the collection", 20),
    Action("search.explore", "o", "explore", "Explore", "See whom and what the release leads to", 21),
    Action("search.want", "w", "want", "Want", "Put the release under the cursor on the wantlist", 22),
    Action(
        "search.export", "X", "export", "Export", "Send to your Discogs collection, wantlist or the marketplace", 24
    ),
    Action("search.browse", "b", "browse", "Browser", "Open the page of the hit, on Discogs or Spotify", 30),
    Action("search.copy", "y", "copy_link", "Copy link", "Send the link of the hit to the terminal's clipboard", 32),
    Action("search.more", "n", "more", "More", "Fetch the next page from Discogs", 34),
    Action("search.back", "escape", "back", "Back", "Return to the line of search, then clear it", 8),
    Action("explore.pick", "slash", "pick", "Open", "Open an artist, a label, a genre or a style by name", 10),
    Action(
        "explore.back",
        "escape,backspace,left_square_bracket",
        "back",
        "Back",
        "Leave the details or the prompt, else go back to where you came from",
        5,
    ),
    Action(
        "explore.forward",
        "right_square_bracket",
        "forward",
        "Forward",
        "Go forward again to where you came back from",
        13,
    ),
    Action(
        "explore.next_view", "right,l", "view(1)", "Next list", "Show the next list of what stands in the middle", 12
    ),
    Action("explore.previous_view", "left,h", "view(-1)", "Previous list", "Show the list before"),
    Action("explore.want", "w", "want", "Want", "Put the release on the wantlist", 16),
    Action("explore.formats", "f", "formats", "Format", "Show what is missing in one format, then in the next", 11),
    Action(
        "explore.collaborators",
        "C",
        "show('collaborators')",
        "Together",
        "Show with whom the artist made records, and when",
        40,
    ),
    Action("explore.similar", "A", "show('similar')", "Alike", "Show similar artists, and why", 42),
    Action(
        "explore.profile", "F", "show('profile')", "Profile", "Show genres, styles, formats and years of the label", 40
    ),
    Action(
        "explore.gaps", "M", "show('gaps')", "Missing", "Show what you do not own of this artist, label or master", 44
    ),
    Action("explore.path", "P", "path", "Path", "Find the way from this artist to another over shared releases", 20),
    Action("explore.collection", "V", "collection", "Collection", "Show in the Collection what you own of it", 22),
    Action("explore.search", "N", "search", "Search", "Look for the name in Search", 26),
    Action("explore.watch", "W", "watch", "Watch", "Tell when the artist has a new release, or no more", 28),
    Action(
        "explore.save", "S", "save", "Snapshot", "Save what is on the screen under a link that can be passed on", 24
    ),
    Action("explore.link", "O", "open_link", "Open a link", "Open a snapshot by its link or token"),
    Action("explore.pane", "p", "pane", "Details", "Show or hide facts and years beside the list", 46),
    Action("explore.read", "r", "read", "Read", "Move into facts and years; Escape returns", 18),
    Action("explore.browse", "b", "browse", "Browser", "Open the page on Discogs in a browser"),
    Action("explore.copy", "y", "copy_link", "Copy link", "Send the Discogs link to the terminal's clipboard"),
    Action("explore.again", "u", "again", "Refresh", "Ask the catalogue anew"),
    Action("plays.next_view", "right,l", "view(1)", "Next view", "Show the plays in the next way", 12),
    Action("plays.previous_view", "left,h", "view(-1)", "Previous view", "Show the plays in the way before"),
    Action("plays.filter", "slash", "filter", "Filter", "Narrow to titles, artists and albums by what you type", 10),
    Action("plays.period", "f", "period", "Period", "Count the last 4 weeks, 6 months, the year, then all", 14),
    Action(
        "plays.missed", "M", "show('not_owned')", "Not owned", "Show albums played much that you have no record of", 16
    ),
    Action("plays.when", "W", "show('when')", "When", "Show hours, days and months of listening as bars", 18),
    Action("plays.search", "n,enter", "search", "Search", "Look for it in Search, where w wants a record of it", 20),
    Action("plays.fetch", "r", "fetch", "Look now", "Ask Spotify for new plays now", 22),
    Action("plays.reverse", "O", "reverse", "Reverse", "Turn the timeline around"),
    Action("plays.browse", "b", "browse", "Browser", "Open the track on Spotify in a browser"),
    Action("plays.clear", "escape", "clear", "All", "Show everything again", 5),
    Action("plays.connect", "c", "connect", "Connect", "Connect Spotify", 1),
    Action("active.show_all", "enter", "show_all", "Show all", "Show the whole queue of downloads", 8),
    Action("active.cancel", "x", "cancel", "Cancel", "Cancel the download under the cursor", 6),
    Action("active.retry", "r", "retry", "Retry", "Ask again for the download under the cursor", 7),
    Action("downloads.next_view", "f,right,l", "view(1)", "View", "Show active ones, failed, done, cancelled, all", 14),
    Action("downloads.previous_view", "left,h", "view(-1)", "Previous view", "Show the view before"),
    Action("downloads.filter", "slash", "filter", "Filter", "Narrow to words of the path or the user", 10),
    Action("downloads.start", "a", "start", "Start", "Start a download by user and file, or by a Spotify track", 12),
    Action("downloads.cancel", "x", "cancel", "Cancel", "Cancel what is marked, or the one under the cursor", 16),
    Action("downloads.retry", "r", "retry", "Retry", "Ask again; several are put back into the queue", 18),
    Action("downloads.forget", "d", "forget", "Off the list", "Take what is over off the list; files stay", 20),
    Action("downloads.others", "n", "others", "Other source", "Look for the same on Soulseek, at other users", 22),
    Action(
        "downloads.requeue_all", "A", "requeue_all", "Retry failed", "Put all that stay failed back into the queue", 24
    ),
    Action("downloads.forget_all", "D", "forget_all", "Forget failed", "Take all that stay failed off the list"),
    Action("downloads.sooner", "less_than_sign,ctrl+up", "sooner(1)", "Sooner", "Let it be sent before others", 26),
    Action("downloads.later", "greater_than_sign,ctrl+down", "sooner(-1)", "Later", "Let it be sent after others"),
    Action("downloads.place", "u", "place", "Place", "Ask for the place in the user's queue", 32),
    Action("downloads.sort", "o", "sort", "Sort", "Sort by queue, age, file, user or size", 30),
    Action("downloads.pane", "p", "pane", "Details", "Show or hide the details beside the list", 36),
    Action("downloads.read", "enter", "read", "Read", "Move into the details; Escape returns"),
    Action("downloads.copy", "y", "copy", "Copy", "Send the path to the terminal's clipboard"),
    Action("downloads.clear", "escape", "clear", "Back", "Leave the details, the filter, then show active ones", 5),
    Action("downloads.connect", "c", "connect", "Settings", "Open the settings, where slskd is set up", 1),
    Action("downloads.share", "B", "share", "User's share", "Look through everything that the user shares"),
    Action("soulseek.focus", "slash", "focus_input", "Search", "Type what to look for; Enter asks Soulseek", 10),
    Action("soulseek.stop", "x", "stop", "Stop", "Stop the search", 6),
    Action("soulseek.fetch", "a", "fetch", "Download", "Fetch the folder or file, or all that is marked", 12),
    Action("soulseek.unfold", "right,l", "fold(1)", "Files", "Show the files of the folder; Enter does so too", 14),
    Action("soulseek.fold", "left,h", "fold(-1)", "Fold", "Hide the files of the folder"),
    Action("soulseek.share", "B", "share", "User's share", "Look through everything that the user shares", 16),
    Action("soulseek.rules", "e", "rules", "Rules", "Change by which rules a source is the best", 18),
    Action("soulseek.accepted", "f", "only_accepted", "Fitting", "Show only what fits the rules, then all again", 20),
    Action("soulseek.sort", "o", "sort", "Sort", "Sort by the rules, speed, queue, size or user", 30),
    Action("soulseek.copy", "y", "copy", "Copy", "Send user and path to the terminal's clipboard"),
    Action("soulseek.connect", "c", "connect", "Settings", "Open the settings, where slskd is set up", 1),
    Action("soulseek.close", "escape", "close", "Back", "Return to where you were", 5),
    Action("share.filter", "slash", "filter", "Filter", "Narrow to words of a folder or a file", 10),
    Action("share.fetch", "a", "fetch", "Download", "Fetch the folder or file, or all that is marked", 12),
    Action("share.unfold", "right,l", "fold(1)", "Files", "Show the files of the folder; Enter does so too", 14),
    Action("share.fold", "left,h", "fold(-1)", "Fold", "Hide the files of the folder"),
    Action("share.again", "r", "again", "Again", "Ask the user for the list again", 30),
    Action("share.close", "escape", "close", "Back", "Show everything again, then return", 5),
    Action("beets.query", "slash", "filter", "Query", "Ask the library in the words of beets", 10),
    Action("beets.next_view", "right,l", "view(1)", "View", "Show tracks, albums, what arrived", 12),
    Action("beets.previous_view", "left,h", "view(-1)", "Previous view", "Show the view before"),
    Action("beets.arrivals", "v", "show('arrivals')", "Arrivals", "Show what arrived to be filed"),
    Action(
        "beets.import_arrival",
        "i",
        "import_arrival",
        "File it",
        "Let beets file what arrived, or all that is marked",
        6,
    ),
    Action("beets.ignore", "x", "ignore", "Leave it", "Leave what arrived, or all that is marked, where it is", 8),
    Action("beets.detail", "enter", "detail", "Output", "Show how an import stands and what beets says"),
    Action("beets.import", "a", "import_folder", "Import", "Choose a folder and import it into the library", 14),
    Action("beets.update", "u", "update", "Update", "Read tags of files anew; first what would change", 16),
    Action("beets.write", "w", "write", "Write", "Write tags into the files found; first what would change", 18),
    Action("beets.move", "m", "move", "Move", "Move the files found to where their tags say; first what would", 20),
    Action("beets.remove", "d", "remove", "Remove", "Remove what the query finds from the library; files stay", 22),
    Action("beets.refresh", "r", "refresh", "Refresh", "Ask beets again", 30),
    Action("beets.clear", "escape", "clear", "All", "Show everything again", 5),
    Action("plex.next_view", "right,l", "view(1)", "Next list", "Show the next list: artists, albums and so on", 12),
    Action("plex.previous_view", "left,h", "view(-1)", "Previous list", "Show the list before"),
    Action("plex.open", "enter", "open", "Open", "Go into an artist, an album or a playlist; read about a track", 14),
    Action("plex.filter", "slash", "filter", "Filter", "Narrow artists, albums or tracks by what you type", 10),
    Action("plex.rate", "e", "rate", "Rate", "Rate the artist, album or track, 0 to 10", 20),
    Action("plex.played", "m", "played", "Played", "Mark as played; an album with all its tracks", 22),
    Action("plex.unplayed", "M", "unplayed", "Not played", "Mark as not played"),
    Action("plex.sort", "o", "sort", "Sort", "Sort by the next column", 30),
    Action("plex.reverse", "O", "reverse", "Reverse", "Turn the sort direction around"),
    Action("plex.pane", "p", "pane", "Details", "Show or hide the details beside the list", 36),
    Action("plex.scan", "u", "scan", "Scan", "Let Plex scan the folders of its music", 32),
    Action("plex.again", "r", "again", "Refresh", "Ask Plex anew", 34),
    Action("plex.back", "escape,backspace", "back", "Back", "Leave the details, the filter, the album, the artist", 5),
    Action("plex.settings", "c", "settings", "Settings", "Set address and token of Plex on the Settings page", 1),
    Action("wishes.next_view", "right,l", "view(1)", "Next view", "Show wishes, new releases, watched artists", 12),
    Action("wishes.previous_view", "left,h", "view(-1)", "Previous view", "Show the view before"),
    Action(
        "wishes.paste", "a", "paste", "Add a list", "Paste lines of artist and title, and see what becomes of them", 6
    ),
    Action("wishes.filter", "slash", "filter", "Filter", "Narrow wishes by what you type", 10),
    Action("wishes.state", "f", "state", "State", "Show the wishes of one state, then of the next", 14),
    Action("wishes.choose", "enter", "choose", "Choose", "See what a wish may mean, and pick which it is", 16),
    Action("wishes.want", "w", "want", "Want", "Put it on the Discogs wantlist", 18),
    Action("wishes.soulseek", "S", "soulseek", "Soulseek", "Look for it on Soulseek", 20),
    Action("wishes.search", "n", "search", "Search", "Look for it in Search", 22),
    Action(
        "wishes.remove", "d", "remove", "Remove", "Forget the wish, ignore the release, watch the artist no more", 24
    ),
    Action("wishes.again", "r", "again", "Look again", "Look anew what the wishes mean; ask for new releases", 30),
    Action("wishes.browse", "b", "browse", "Browser", "Open its page on Discogs or Spotify"),
    Action("wishes.close", "escape", "close", "Back", "Show everything again, then return", 5),
    Action("shelf.soulseek", "S", "soulseek", "Soulseek", "Look for the album on Soulseek, whole folders first", 7),
    Action("shelf.search", "n", "search", "Search", "Look for it in Search, where w wants a record of it", 8),
    Action("shelf.filter", "slash", "filter", "Filter", "Narrow to artists and albums by what you type", 10),
    Action("shelf.next_view", "right,l", "view(1)", "View", "Show the next view of the shelf", 12),
    Action("shelf.previous_view", "left,h", "view(-1)", "Previous view", "Show the view before"),
    Action("shelf.missing", "M", "show('no-files')", "No files", "Show what you own on vinyl and have no files of", 13),
    Action("shelf.not_owned", "N", "show('not-owned')", "Not owned", "Show what is played or filed and not owned", 14),
    Action("shelf.narrow", "f", "narrow", "Where", "Narrow to albums that are in a place, or are not", 16),
    Action("shelf.match", "m", "match", "Match", "Show why its places are one album; confirm or reject one", 18),
    Action("shelf.join", "t", "join", "Join", "Take this album for the same as another, where J is pressed again"),
    Action("shelf.record", "V", "record", "Collection", "Show the record in the Collection", 22),
    Action("shelf.refresh", "u", "refresh", "Refresh", "Bring the shelf together anew from all sources", 20),
    Action("shelf.sort", "o", "sort", "Sort", "Sort by the next column", 30),
    Action("shelf.reverse", "O", "reverse", "Reverse", "Turn the sort direction around"),
    Action("shelf.pane", "p", "pane", "Details", "Show or hide the details beside the list", 36),
    Action("shelf.read", "r", "read", "Read", "Move into the details (Enter does so too); Escape returns"),
    Action("shelf.clear", "escape", "clear", "Back", "Leave the details, the filter, the view", 5),
    Action("activity.filter", "f,right,l", "filter(1)", "Kind", "Show one kind of activity, then the next", 10),
    Action("activity.previous", "left,h", "filter(-1)", "Previous kind", "Show the kind of activity before"),
    Action("activity.read", "enter", "read", "Read", "Show an entry in full", 20),
    Action("activity.older", "o", "older", "Older", "Fetch older entries", 30),
    Action("activity.clear", "escape", "clear", "All kinds", "Show every kind again", 5),
    Action("dashboard.refresh", "r", "refresh_figures", "Refresh", "Count anew", 10),
    Action("dashboard.connect", "c", "connect", "Connect", "Connect Discogs: sign in or a token", 12),
    Action(
        "dashboard.recommendations", "R", "app.recommendations", "For you", "Show what to look for next, and why", 14
    ),
    Action("recommendations.want", "w", "want", "Want", "Put the release under the cursor on the wantlist", 10),
    Action("recommendations.explore", "o", "explore", "Explore", "See whom and what the release leads to (Enter)", 12),
    Action("recommendations.add", "a", "add", "Add", "Add the release under the cursor to the collection", 20),
    Action("recommendations.refresh", "r", "refresh", "Refresh", "Look through the catalogue anew", 30),
    Action("recommendations.browse", "b", "browse", "Browser", "Open the release's Discogs page in a browser", 32),
    Action(
        "recommendations.copy", "y", "copy_link", "Copy link", "Send the release's link to the terminal's clipboard"
    ),
    Action("recommendations.close", "escape,q", "close", "Close", "Return to where you were", 5),
    Action("artists.filter", "slash", "filter", "Filter", "Narrow to artists by what you type", 10),
    Action("artists.open", "right,l,enter", "open", "Releases", "Show the releases of the artist", 12),
    Action(
        "artists.toggle", "space", "choose", "Sync this", "Choose the release under the cursor, or not any more", 14
    ),
    Action("artists.save", "S,f2", "save", "Save", "Save what you chose, of all artists together", 16),
    Action("artists.discard", "z", "discard", "Discard", "Forget what you chose since it was last saved", 18),
    Action("artists.sort", "o", "sort", "Sort", "Sort by the next column", 30),
    Action("artists.reverse", "O", "reverse", "Reverse", "Turn the sort direction around"),
    Action("artists.refresh", "r", "read_anew", "Refresh", "Read the artist's releases anew from Spotify", 32),
    Action("artists.library", "u", "read_library", "Read all", "Read followed artists and playlists from Spotify", 34),
    Action("artists.watch", "W", "watch", "Watch", "Tell when the artist has a new release, or no more", 36),
    Action("artists.browse", "b", "browse", "Browser", "Open the artist or the release on Spotify"),
    Action("artists.clear", "escape", "clear", "Back", "Leave the releases, then clear the filter", 5),
    Action("artists.connect", "c", "connect", "Connect", "Connect Spotify", 1),
    Action(
        "playlists.filter",
        "slash",
        "filter",
        "Filter",
        "Narrow the list, or what is in a playlist, by what you type",
        10,
    ),
    Action("playlists.open", "right,l,enter", "open", "Open", "Go into the playlist under the cursor", 12),
    Action("playlists.add", "a", "add", "Add", "Add tracks, found on Spotify or by their links", 20),
    Action("playlists.remove", "d", "remove", "Remove", "Remove what is marked, every occurrence of it", 22),
    Action("playlists.up", "less_than_sign,ctrl+up", "move_by(-1)", "Up", "Move the item up by one", 24),
    Action("playlists.down", "greater_than_sign,ctrl+down", "move_by(1)", "Down", "Move the item down by one", 25),
    Action("playlists.place", "m", "move_to", "Move to", "Move the item to a place by its number", 26),
    Action("playlists.sort", "o", "sort", "Sort", "Sort by the next column", 30),
    Action("playlists.reverse", "O", "reverse", "Reverse", "Turn the sort direction around"),
    Action("playlists.refresh", "r", "read_anew", "Refresh", "Read the playlist anew from Spotify", 32),
    Action(
        "playlists.library", "u", "read_library", "Read all", "Read playlists and followed artists from Spotify", 34
    ),
    Action("playlists.browse", "b", "browse", "Browser", "Open it on Spotify in a browser"),
    Action("playlists.copy", "y", "copy_link", "Copy link", "Send the playlist's link to the terminal's clipboard"),
    Action("playlists.clear", "escape", "clear", "Back", "Leave the playlist, then clear the filter", 5),
    Action("playlists.connect", "c", "connect", "Connect", "Connect Spotify", 1),
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
    Action("settings.connect", "c", "connect", "Connect", "Connect the account of this line, Discogs elsewhere", 10),
    Action("settings.test", "t", "test", "Test", "Ask the service of this line whether the connection works", 12),
    Action("settings.disconnect", "D", "disconnect", "Disconnect", "Forget the access of this line", 14),
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


SIGNS = {"minus": "-", "equals_sign": "=", "backslash": "\\", "slash": "/", "apostrophe": "'"}
"""Keys that Textual calls otherwise than they look."""


def key_of(id: str, *, shown: bool = False) -> str:
    """The first key of an action, for a sentence that names it; ``shown``: as it stands on the keyboard."""
    key = BY_ID[id].keys.partition(",")[0]
    return SIGNS.get(key, key.upper() if len(key) == 2 and key.startswith("f") else key) if shown else key
