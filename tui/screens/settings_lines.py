"""The settings screen as one list of lines: what each is called, what it says now, where that comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from textual.binding import Binding

from storage.values import ConnectionState
from tui.actions import ACTIONS
from tui.daemons import DAEMONS
from tui.text import clean
from tui.words import JOB_TITLES, day, moment, way

if TYPE_CHECKING:
    from services.discogs.connect import ConnectionStatus
    from services.jobs.schedule import Upcoming
    from services.settings import Origin
    from services.spotify.connect import SpotifyStatus

SCHEDULES = {"sync": "SYNC_SCHEDULE", "plays": "SPOTIFY_SCHEDULE", "autosync": "AUTOSYNC_SCHEDULE"}
"""The setting that holds each job kind's cron expression."""
APPEARANCE = "Appearance"
DISCOGS, SPOTIFY = "connection discogs", "connection spotify"
"""The lines of the connections."""
DAEMON = "daemon "
"""How the keys of the lines about the programs on one's own machines begin."""


class Kind(Enum):
    """What a line is, and so what Enter does on it."""

    BLANK = auto()
    HEADING = auto()
    CONNECTION = auto()
    SETTING = auto()
    KEY = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list. ``setting`` is the setting behind it; ``about`` is read below the list."""

    key: str
    kind: Kind
    name: str = ""
    value: str = ""
    note: str = ""
    about: str = ""
    setting: Origin | None = None

    @property
    def is_reachable(self) -> bool:
        """Whether the cursor stops here."""
        return self.kind not in (Kind.BLANK, Kind.HEADING)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the services and the file say now. ``status`` is None while the services are not open, which they will never be
    where it ``is_closed``.
    """

    origins: tuple[Origin, ...]
    status: ConnectionStatus | None = None
    upcoming: tuple[Upcoming, ...] = ()
    is_closed: bool = False
    spotify: SpotifyStatus | None = None


def lines(facts: Facts, shown_key: Callable[[str], str]) -> list[Line]:
    """The whole list. ``shown_key`` says how a key is written for a person."""
    found = [*_section("Connections"), _connection(facts), _spotify(facts), *_daemons(facts)]
    found += [*_section("Schedules"), *_schedules(facts)]
    by_group: dict[str, list[Origin]] = {}
    for origin in facts.origins:
        by_group.setdefault(str(origin.group), []).append(origin)
    found += [*_section(APPEARANCE), *(_setting(each, each.name.capitalize()) for each in by_group.pop(APPEARANCE, []))]
    for group, origins in by_group.items():
        found += [*_section(f"Settings: {group}"), *(_setting(each) for each in origins)]
    return [*found, *_section("Keys"), *(_key(action.id, shown_key) for action in ACTIONS)][1:]


def _section(title: str) -> list[Line]:
    return [Line(f"blank {title}", Kind.BLANK), Line(f"heading {title}", Kind.HEADING, title)]


def _connection(facts: Facts) -> Line:
    status = facts.status
    about = "c connects (by signing in or with a token), t asks Discogs whether it works, D forgets the access."
    if status is None:
        return Line(
            DISCOGS,
            Kind.CONNECTION,
            "Discogs",
            "not known" if facts.is_closed else "opening the services…",
            about=about,
        )
    checked = f"checked {moment(status.checked_at)}" if status.checked_at else ""
    if status.ready:
        value = f"connected as {clean(status.username)}" if status.username else "connected"
        if how := way(status.method, status.connected_at):
            value += f", {how}"
        about = f"{value[0].upper()}{value[1:]}. {about}"
        if status.state is ConnectionState.UNREACHABLE:
            value += ", not reached last time"
    elif status.state is ConnectionState.REFUSED:
        value = f"! refused: c connects {clean(status.username or 'it')} again"
    elif status.username:
        value = "! cannot be used now"
    else:
        value = "not connected: c connects"
    said = f"{clean(status.warning)}  {about}" if status.warning and status.state else about
    return Line(DISCOGS, Kind.CONNECTION, "Discogs", value, checked, said)


def _spotify(facts: Facts) -> Line:
    about = "c connects by signing in, t asks Spotify what it lets this app do, D forgets the access."
    status = facts.spotify
    if status is None:
        return Line(
            SPOTIFY,
            Kind.CONNECTION,
            "Spotify",
            "not known" if facts.is_closed else "opening the services…",
            about=about,
        )
    from tui.screens.spotify_words import details, standing

    note = f"until {day(status.expires_at)}" if status.ready and status.expires_at else ""
    return Line(SPOTIFY, Kind.CONNECTION, "Spotify", standing(status), note, f"{details(status)}  {about}".strip())


def _daemons(facts: Facts) -> list[Line]:
    """Plex, slskd and beets: whether they are set up. How they are is asked with a key, for that takes a moment."""
    origins = {origin.name: origin for origin in facts.origins}
    found: list[Line] = []
    for name, daemon in DAEMONS.items():
        missing = [each for each in daemon.needs if each in origins and not origins[each].value]
        if missing:
            value = "not set up: c sets it up"
        elif daemon.needs:
            value = f"set up, at {clean(origins[daemon.needs[0]].value)}" if origins else ""
        else:
            value = f"the program {clean(origins['BEETS_COMMAND'].value)}" if origins else ""
        about = f"c sets {' and '.join(daemon.needs)}, t asks it how it is." if daemon.needs else "t asks it how it is."
        found.append(Line(f"{DAEMON}{name}", Kind.CONNECTION, daemon.title, value, about=about))
    return found


def daemon_of(key: object) -> str | None:
    """Which of :data:`tui.daemons.DAEMONS` a line is about."""
    return key.removeprefix(DAEMON) if isinstance(key, str) and key.startswith(DAEMON) else None


def _schedules(facts: Facts) -> list[Line]:
    origins = {origin.name: origin for origin in facts.origins}
    due = {upcoming.kind: upcoming for upcoming in facts.upcoming}
    found: list[Line] = []
    for kind, name in SCHEDULES.items():
        origin = origins.get(name)
        if origin is None:
            continue
        coming = due.get(kind)
        note = f"next {moment(coming.due_at)}" if coming else "" if origin.value else "never by itself"
        about = _about(origin)
        if coming and not coming.ready:
            note += ", once connected"
            about = f"It begins once it is connected. {about}"
        value = origin.value or "off"
        found.append(Line(f"schedule {kind}", Kind.SETTING, JOB_TITLES.get(kind, kind), value, note, about, origin))
    return found


def _setting(origin: Origin, name: str = "") -> Line:
    value = clean(origin.value) or "not set"
    return Line(
        f"setting {origin.name}", Kind.SETTING, name or origin.name, value, str(origin.source), _about(origin), origin
    )


def is_foreign(origin: Origin) -> bool:
    """Whether a setting is a secret that is not set from here."""
    from services.settings import KEPT

    return origin.secret and origin.name.lower() not in KEPT


def _about(origin: Origin) -> str:
    if origin.source == "environment":
        return f"{origin.description} The environment decides: change or unset {origin.name} there."
    if is_foreign(origin):
        return f"{origin.description} A secret is set in the environment, or in a file that {origin.name}_FILE names."
    if origin.choices:
        return f"{origin.description} Enter changes it: {', '.join(origin.choices)}."
    return f"{origin.description} Enter changes it."


def _key(action_id: str, shown_key: Callable[[str], str]) -> Line:
    action = next(action for action in ACTIONS if action.id == action_id)
    keys = shown_key(action.id)
    line = f'"{action.id}" = "{action.keys}"'
    about = f"{action.description}. To change it, write {line} with other keys under [keys] in lockgroove.toml."
    return Line(f"key {action.id}", Kind.KEY, action.label, keys, action.id, about)


def keys_of(keymap: dict[str, str], display: Callable[[Binding], str]) -> Callable[[str], str]:
    """A function that says which keys an action has now, the person's own before the built-in ones."""
    built_in = {action.id: action.keys for action in ACTIONS}

    def shown(action_id: str) -> str:
        keys = keymap.get(action_id) or built_in[action_id]
        return "  ".join(display(Binding(key.strip(), "")) for key in keys.split(","))

    return shown


def next_choice(choices: Sequence[str], current: str) -> str:
    """The choice after ``current``, the first after the last."""
    return choices[(choices.index(current) + 1) % len(choices)] if current in choices else choices[0]
