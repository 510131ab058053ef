"""Starting a download that a person can name: a file of a user, or a track of Spotify to be looked for on Soulseek."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from storage.errors import LockgrooveError
from tui.bridge import Bridge
from tui.screens.form import Form
from tui.text import clean
from tui.widgets.field import Field

if TYPE_CHECKING:
    from services.runtime import Runtime

_TRACK = re.compile(
    r"(?:spotify:track:|(?:https?://)?open\.spotify\.com/(?:intl-[a-z-]+/)?track/)?([0-9A-Za-z]{22})(?:\?.*)?"
)


@dataclass(frozen=True, slots=True)
class Begin:
    """What to begin: a file of a user, or with ``sought`` a search on Soulseek for these words."""

    username: str = ""
    path: str = ""
    size: int | None = None
    sought: str = ""


def track_id(typed: str) -> str | None:
    """The id of the Spotify track that is meant by an id, a URI or a link; None for anything else."""
    found = _TRACK.fullmatch(typed.strip())
    return found[1] if found else None


class StartDownload(Form[Begin]):
    """A path with its user is fetched as it is; the id of a track becomes the words of a search."""

    TITLE = "Start a download"
    HINT = "Enter goes on, on the last line begins · F2 begins · Esc leaves it"

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge

    def body(self) -> Iterator[Widget]:
        said = "The whole path of a file as its user shares it, or the id or link of a Spotify track to look for."
        yield Static(Content.styled(said, "$muted"))
        yield Field("what", "File or track", placeholder="Music\\Artist\\Album\\01 Title.flac", check=self._check_what)
        yield Field("user", "User on Soulseek; not for a track", check=self._check_user)
        yield Field("size", "Bytes, if known; the user is asked otherwise", check=_check_size)

    def _typed(self, name: str) -> str:
        return next((field.value for field in self.query(Field) if field.field_name == name), "")

    def _check_what(self, typed: str) -> str | None:
        return None if typed else "A path, or the id or link of a Spotify track."

    def _check_user(self, typed: str) -> str | None:
        is_track = track_id(self._typed("what")) is not None
        return None if typed or is_track else "Whose file it is, as Soulseek calls the user."

    def save(self, typed: dict[str, str]) -> None:
        track = track_id(typed["what"])
        if track is not None and not typed["user"]:
            self.say("Asking Spotify what the track is…")
            self.run_worker(partial(self._look_up, track), group="track", exclusive=True, exit_on_error=False)
            return
        size = int(typed["size"].replace(",", "")) if typed["size"] else None
        self.dismiss(Begin(typed["user"], typed["what"], size))

    async def _look_up(self, track: str) -> None:
        try:
            sought = await self._bridge.call(lambda runtime: _named(runtime, track))
        except LockgrooveError as error:
            self.say(clean(f"{error.message} {error.hint}"), trouble=True)
            return
        self.dismiss(Begin(sought=sought))


def _check_size(typed: str) -> str | None:
    digits = typed.replace(",", "")
    return None if not digits or (digits.isascii() and digits.isdigit()) else "A whole number of bytes."


async def _named(runtime: Runtime, track_id: str) -> str:
    """Artist and title of a track of Spotify, as they are looked for; on the services' loop."""
    client = (await runtime.spotify.client(runtime.user.id)).interactive
    track = await client.track(track_id)
    return clean(" ".join(filter(None, (track.artists[0].name if track.artists else "", track.name))))
