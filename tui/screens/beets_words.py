"""What the page of beets says: its figures in a line, what an empty list means and which key leads on."""

from __future__ import annotations

from collections.abc import Sequence

from services.beets.models import Changed
from storage.values.arrivals import Arrival
from tui.screens.beets_reading import Arrived, BeetsState, came, standing
from tui.table.downloads import amount
from tui.text import clean
from tui.words import moment, number

_FIGURES = ("track", "album", "artist")
_WHAT_HAPPENS = {
    "off": "BEETS_AFTER_DOWNLOAD is off: nothing that arrives is looked at.",
    "ask": "An album that has arrived there is shown here, and you decide.",
    "automatic": "An album that has arrived there is imported by itself.",
}


def figures(state: BeetsState | None) -> str:
    """The library in a line."""
    if state is None:
        return "Asking beets…"
    if state.trouble:
        return state.trouble
    told = {name: state.stats[f"{name.capitalize()}s"] for name in _FIGURES if f"{name.capitalize()}s" in state.stats}
    parts = [counted(int(said), name) for name, said in told.items() if said.isdecimal()]
    size = next((value for name, value in state.stats.items() if name.endswith("otal size")), "")
    return " · ".join(part for part in (*parts, state.stats.get("Total time", ""), size) if part)


def emptiness(state: BeetsState | None, query: str, problem: str = "") -> str:
    """Why no track or album is listed, and what to press."""
    if problem:
        return f"{clean(problem)}\n/ changes what is looked for, Escape shows everything."
    if state is None:
        return "Asking beets…"
    if state.trouble:
        return f"{clean(state.trouble)}\nOn the settings page (8) BEETS_COMMAND and BEETSDIR say where it is."
    if query:
        return f"Nothing in the library matches “{clean(query)[:60]}”.\n/ changes it, Escape shows everything."
    return "The library of beets is empty.\na imports a folder of music into it."


def no_arrivals(arrived: Arrived | None) -> str:
    """Why nothing is listed that arrived."""
    if arrived is None:
        return "Looking at what arrived…"
    if not arrived.folder:
        return (
            "No downloads folder is known, so nothing can arrive.\n"
            "Set up slskd on the settings page (8), or name the folder in SLSKD_DOWNLOADS.\n"
            "a imports a folder of music by hand."
        )
    return f"Nothing has arrived in {clean(arrived.folder)}.\n{_WHAT_HAPPENS[arrived.after]}"


def summary(changed: Changed, verb: str) -> str:
    """What a change would do, in a line."""
    count = number(changed.count)
    lost = f" {number(changed.lost)} of them is forgotten: its file is gone." if changed.lost == 1 else ""
    if changed.lost > 1:
        lost = f" {number(changed.lost)} of them are forgotten: their files are gone."
    return f"{count} {'file' if changed.count == 1 else 'files'} {verb}.{lost}"


def about(arrival: Arrival) -> list[str]:
    """An arrival as lines, for its dialog."""
    amounts = f"{number(arrival.files)} files, {amount(arrival.size)}"
    lines = [f"{standing(arrival).capitalize()} · {amounts} · arrived {moment(arrival.arrived_at)}", arrival.path]
    if not arrival.state.is_open and arrival.begun_at:
        lines.append(f"{counted(arrival.imported, 'new track')}, {counted(arrival.skipped, 'file')} left out")
    if told := came(arrival):
        lines.append(told)
    return [clean(line) for line in lines]


def shortened(lines: Sequence[str], most: int = 2_000) -> list[str]:
    """``lines``, as many as anybody reads."""
    kept = [clean(line) for line in lines[:most]]
    return [*kept, f"… and {number(len(lines) - most)} more"] if len(lines) > most else kept


def counted(count: int, what: str) -> str:
    """``1 track``, ``2 tracks``."""
    return f"{number(count)} {what if count == 1 else what + 's'}"
