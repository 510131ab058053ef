"""Artists: whom the listener follows, what they released, and which of it is wanted in step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on, work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from storage.errors import LockgrooveError
from storage.values.followed import ArtistPreference, ArtistQuery, ArtistSort, FollowedArtist
from tui.actions import bindings
from tui.bridge import Bridge
from tui.browser import SPOTIFY
from tui.screens.artists_words import RELEASE_COLUMNS, ReleaseLine, emptiness, heading, tone, unsaved
from tui.screens.record_reading import of_spotify, show_cover
from tui.screens.spotify_lists import SpotifyPage
from tui.table.kept import ARTIST_COLUMNS, artists_reading
from tui.table.rows import ListSource
from tui.table.view import RecordTable
from tui.tokens import STYLES
from tui.widgets.detail import DetailPane
from tui.widgets.plainlist import PlainList
from tui.words import number

if TYPE_CHECKING:
    from services.spotify.artists import Discography


class ArtistsPage(SpotifyPage[ArtistQuery, FollowedArtist]):
    """Releases are asked of Spotify for one artist at a time, when somebody opens it, and kept for a day.

    Choices are collected over all artists and saved together.
    """

    MODE = "artists"
    CSS_PATH: ClassVar[Any] = [STYLES / "spotify_lists.tcss", STYLES / "artists.tcss"]
    BINDINGS: ClassVar[Any] = bindings("artists")
    SORTS = tuple(ArtistSort)
    DESCENDING_FIRST = frozenset({ArtistSort.RELEASES, ArtistSort.NEWEST, ArtistSort.FOLLOWED})
    WHAT = "artists"

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge, ARTIST_COLUMNS, ArtistQuery(), artists_reading)
        self._artist: FollowedArtist | None = None
        self._found: Discography | None = None
        self._lines = ListSource[ReleaseLine](lambda line: line.pk)
        self._chosen: dict[tuple[str, tuple[str, ...]], bool] = {}
        """What was chosen and not saved, by artist and the ids of the release."""
        self._is_reading = False
        self._trouble = ""

    def beside(self) -> Iterator[Widget]:
        yield Static(Content(""), id="artist-title", classes="list-title")
        yield DetailPane(id="artist-picture")
        yield PlainList(self._lines, RELEASE_COLUMNS, tone=tone, empty="", id="artist-releases")

    @property
    def releases(self) -> PlainList[ReleaseLine]:
        """The releases of the artist that is shown."""
        return cast("PlainList[ReleaseLine]", self.query_one("#artist-releases", PlainList))

    # -- what is shown ------------------------------------------------------------------------------------------------

    def show_beside(self, row: FollowedArtist | None) -> None:
        before, self._artist = self._artist, row
        if row is None:
            self._found = None
            self._draw(anew=True)
        elif before is None or before.pk != row.pk:
            self._trouble = ""
            self._show_kept(row)

    @work(exclusive=True, group="releases", exit_on_error=False)
    async def _show_kept(self, artist: FollowedArtist) -> None:
        """What is kept of an artist's releases, and the picture; Spotify is not asked for releases."""
        self._is_reading = False
        try:
            self._found = await self.bridge.call(
                lambda runtime: runtime.artists.kept_discography(runtime.user.id, artist.artist_id)
            )
        except LockgrooveError as error:
            self._found, self._trouble = None, f"{error.message} {error.hint}"
        self._draw(anew=True)
        await show_cover(self, self.query_one("#artist-picture", DetailPane), artist.image_url, of_spotify)

    def _read(self, *, refresh: bool = False) -> None:
        if self._artist is not None:
            self._ask_spotify(self._artist, refresh)

    @work(exclusive=True, group="releases", exit_on_error=False)
    async def _ask_spotify(self, artist: FollowedArtist, refresh: bool) -> None:
        """The releases, at most a day old (or read now)."""
        self._is_reading, self._trouble = True, ""
        self.say_beside()
        try:
            self._found = await self.bridge.call(
                lambda runtime: runtime.artists.discography(runtime.user.id, artist.artist_id, refresh=refresh)
            )
            self._trouble = self._found.trouble
        except LockgrooveError as error:
            self._trouble = f"{error.message} {error.hint}"
        finally:
            self._is_reading = False
        if self._trouble and self._found is not None and self._found.editions:
            self.app.notify(self._trouble, severity="warning", markup=False)
        self._draw()

    def _draw(self, *, anew: bool = False) -> None:
        artist, found = self._artist, self._found
        editions = found.editions if found is not None and artist is not None else ()
        lines: list[ReleaseLine] = []
        for place, edition in enumerate(editions, 1):
            chosen = self._chosen.get((found.artist_id, edition.ids)) if found is not None else None
            selected = edition.selected if chosen is None else chosen
            lines.append(ReleaseLine(place, edition, selected, chosen is not None))
        self._lines.replace(lines, anew=anew)
        self.say_beside()

    def say_beside(self) -> None:
        """The lines around the releases, and what stands where there are none."""
        artist, found = self._artist, self._found
        title = heading(artist, found, reading=self._is_reading)
        self.query_one("#artist-title", Static).update(title, layout=False)
        self.releases.empty = emptiness(artist, found, self._trouble, reading=self._is_reading)
        self.say_where()

    def say_where(self) -> None:
        count = self._lines.count() if self.is_open else self.source.count() if self.source is not None else 0
        cursor = self.releases.cursor if self.is_open else self.table.cursor
        what = "releases" if self.is_open else self.WHAT
        where = f"{number(cursor + 1)} of {number(count)} {what}" if count else ""
        self.say_position(" · ".join(filter(None, (where, unsaved(len(self._chosen))))))
        self.refresh_bindings()

    @on(RecordTable.Highlighted, "#artist-releases")
    @on(RecordTable.Changed, "#artist-releases")
    def _release_moved(self) -> None:
        self.say_where()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted or not self.query("#artist-releases"):
            return True
        if action == "connect":
            return self.status is not None and not self.status.ready
        if action == "clear":
            return self.is_open or self.question.is_filtered or self.is_typing
        if action in ("open", "filter", "sort", "reverse") and (self.is_open or self.is_bare):
            return False
        if action in ("save", "discard"):
            return True if self._chosen else False if self.is_bare else None
        if action in ("choose", "read_anew", "watch") and self.is_bare:
            return False
        if action == "choose":
            return True if self._line is not None else None
        if action == "read_anew":
            return True if self._artist is not None and self.is_ready else None
        if action in ("open", "browse", "watch"):
            return True if self.row is not None else None
        return True

    @property
    def _line(self) -> ReleaseLine | None:
        return self.releases.cursor_row if self.is_open else None

    # -- moving about -------------------------------------------------------------------------------------------------

    @on(RecordTable.Selected, "#spotify-list")
    def action_open(self) -> None:
        """Show the releases of the artist under the cursor, asking Spotify if they are not here."""
        if self.row is None:
            return
        if self._artist is None or self._artist.pk != self.row.pk:
            self._found = None
        self._artist = self.row
        self.add_class("-open")
        self.releases.focus()
        self._read()

    def action_clear(self) -> None:
        """Out of the releases, then out of the filter of the artists."""
        if self.is_open:
            self.remove_class("-open")
            self.table.focus()
            self.say()
        else:
            self.clear()

    def action_read_anew(self) -> None:
        self._read(refresh=True)

    def action_browse(self) -> None:
        line = self._line
        if line is not None:
            self.app.browse(f"{SPOTIFY}/album/{line.edition.release.release_id}")
        elif self.row is not None:
            self.app.browse(f"{SPOTIFY}/artist/{self.row.artist_id}")

    @work(exclusive=True, group="watch", exit_on_error=False)
    async def action_watch(self) -> None:
        """Tell when the artist has a new release, or no more."""
        from tui.screens.watching import turn

        artist = self.row
        if artist is None:
            return
        try:
            said = await self.bridge.call(lambda runtime: turn(runtime, artist.name, spotify_id=artist.artist_id))
        except LockgrooveError as error:
            self.app.say(error)
            return
        self.app.notify(said, markup=False)

    # -- choosing -----------------------------------------------------------------------------------------------------

    @on(RecordTable.Selected, "#artist-releases")
    def action_choose(self) -> None:
        """Choose the release, or not any more; under every id it has. Twice is as before."""
        line, found = self._line, self._found
        if line is None or found is None:
            return
        key = (found.artist_id, line.edition.ids)
        if key in self._chosen:
            del self._chosen[key]
        else:
            self._chosen[key] = not line.edition.selected
        self._draw()
        if line.pk < self._lines.count():
            self.releases.action_move(1)

    def action_discard(self) -> None:
        self._chosen.clear()
        self._draw()

    @work(group="save", exit_on_error=False)
    async def action_save(self) -> None:
        await self._save()

    async def _save(self) -> bool:
        """Save everything that was chosen, of all artists; False where that failed, which is said."""
        chosen = dict(self._chosen)
        wanted = [
            ArtistPreference(artist_id, release_id, selected)
            for (artist_id, ids), selected in chosen.items()
            for release_id in ids
        ]
        if not wanted:
            return True
        try:
            await self.bridge.call(lambda runtime: runtime.preferences.save(runtime.user.id, wanted))
        except LockgrooveError as error:
            self.app.say(error)
            return False
        self._chosen = {key: value for key, value in self._chosen.items() if chosen.get(key) != value}
        self.app.notify(f"{number(len(chosen))} {'choice' if len(chosen) == 1 else 'choices'} saved.", markup=False)
        if self._artist is not None:
            self._show_kept(self._artist)
        return True

    def may_leave(self, go: Callable[[], object]) -> bool:
        """Whether the page may be left at once; else what was not saved is asked about first, then ``go``."""
        if self._chosen:
            self._leave(go)
        return not self._chosen

    @work(exclusive=True, group="dialog", exit_on_error=False)
    async def _leave(self, go: Callable[[], object]) -> None:
        from tui.screens.unsaved import Unsaved

        count = len(self._chosen)
        title = f"Save {number(count)} {'choice' if count == 1 else 'choices'}?"
        saves = await self.app.push_screen_wait(
            Unsaved(title, "What you chose of these artists' releases is not saved.")
        )
        if saves is None or (saves and not await self._save()):
            return
        self._chosen.clear()
        self._draw()
        go()
