"""The least Textual app there is: what first paint and memory are compared with."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """One line of text."""

    ENABLE_COMMAND_PALETTE = False

    def compose(self) -> ComposeResult:
        yield Static("hello-marker")


if __name__ == "__main__":
    Bare().run()
