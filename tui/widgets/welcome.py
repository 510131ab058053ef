"""What a person meets before there is anything to show: three doors, each with its key, no dead end."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

DOORS: tuple[tuple[str, str, str], ...] = (
    ("c", "Connect Discogs", "Sign in or paste a token; your collection arrives while you watch."),
    ("i", "Import a file", "The CSV that Discogs lets you download, or a JSON export of Lockgroove."),
    ("x", "Look at the demo", "An invented collection on simulated services. No account, nothing is kept."),
)


class Welcome(Static):
    """The first screen of an empty library."""

    DEFAULT_CSS = """
    Welcome { width: 1fr; height: 1fr; content-align: center middle; display: none; }
    """

    def show(self, *, connected: bool) -> None:
        """The doors, in the order in which they make sense."""
        sync = ("s", "Sync", "You are connected: bring your Discogs collection here.")
        doors = (sync, DOORS[1]) if connected else DOORS
        lines = [Content.styled("Nothing on the shelf yet.", "bold"), Content("")]
        for key, title, about in doors:
            lines.append(Content.assemble((f" {key} ", "bold $footer-key-foreground"), (f" {title}", "bold")))
            lines.append(Content.styled(f"    {about}", "$muted"))
            lines.append(Content(""))
        lines.append(Content.styled("M enters a record by hand · ? shows every key", "$muted"))
        block = max(line.cell_length for line in lines)
        self.update(Content("\n").join(line.pad_right(block - line.cell_length) for line in lines))
