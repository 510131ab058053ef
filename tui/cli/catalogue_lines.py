"""What the catalogue stands at and whether it is sound, as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.catalogue.upkeep import ImportState, Standing
from storage.catalogue.probes import INDEX_SECONDS
from storage.catalogue.verification import Step
from tui.cli.output import fields, line, note, table
from tui.text import clean
from tui.words import moment, number, span

if TYPE_CHECKING:
    from storage.catalogue.probes import INDEX_SECONDS
from storage.catalogue.verification import Verified

STEPS = {
    Step.FILE: "Reading the file",
    Step.WORDS: "Checking the search indexes",
    Step.RANKS: "Counting",
    Step.NODES: "Looking at artists, labels, masters, genres and styles",
    Step.RELEASES: "Looking at releases",
    Step.REST: "Looking at relatives and details",
}
_STATES = {
    ImportState.NONE: "none runs",
    ImportState.RUNNING: "one is running",
    ImportState.LEFTOVER: "one was ended and left files behind, which the next one removes",
}


def amount(size: int) -> str:
    """Bytes in three figures: ``734 kB``, ``10.3 GB``."""
    value = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 999.5:
            return f"{value:.0f} {unit}" if value >= 99.95 or unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def print_standing(standing: Standing) -> None:
    """The dumps in a table, then what else there is to say."""
    if standing.sources:
        table(
            ("DUMP", "OF", "RECORDS", "LEFT OUT", "IMPORTED"),
            [
                (each.kind, each.date or "", number(each.records), number(each.skipped), moment(each.imported_at))
                for each in standing.sources
            ],
        )
        line()
    held = standing.held
    counts = (
        (held.artists, "artists"),
        (held.labels, "labels"),
        (held.masters, "masters"),
        (held.releases, "releases"),
    )
    each = standing.bytes_per_release
    fields(
        [
            ("Holds", ", ".join(f"{number(count)} {name}" for count, name in counts)),
            ("From the API", f"{number(standing.met)} releases"),
            ("Size", f"{amount(standing.size)}{f', {number(each)} bytes per release' if each else ''}"),
            ("Place", standing.place),
            ("Import", _STATES[standing.state]),
        ]
    )
    if not standing.sources:
        note("No dump was imported yet. Download a month from https://data.discogs.com, then:")
        note("lockgroove catalogue import FOLDER")


def standing_document(standing: Standing) -> dict[str, object]:
    """The same as JSON."""
    return {
        "dumps": [
            {
                "kind": each.kind,
                "file": each.file,
                "date": each.date,
                "sha256": each.sha256,
                "records": each.records,
                "skipped": each.skipped,
                "importedAt": each.imported_at,
            }
            for each in standing.sources
        ],
        "artists": standing.held.artists,
        "labels": standing.held.labels,
        "masters": standing.held.masters,
        "releases": standing.held.releases,
        "releasesFromApi": standing.met,
        "bytes": standing.size,
        "bytesPerRelease": standing.bytes_per_release,
        "place": standing.place,
        "import": standing.state.value,
    }


def print_verified(found: Verified) -> None:
    """The verdict, every finding, and what to do."""
    looked = ", ".join(f"{number(count)} {_LOOKED[name]}" for name, count in found.looked.items()) or "it is empty"
    if found.is_sound:
        line(f"The catalogue is sound; looked at in {span(found.seconds)}: {looked}.")
    else:
        line(f"The catalogue is not sound: {number(found.found)} findings in {span(found.seconds)}.")
    for each in found.findings:
        line(f"{clean(each.about)}: {clean(each.text)}")
    if found.found > len(found.findings):
        line(f"and {number(found.found - len(found.findings))} more")
    if steps := [STEPS[step].lower() for step in found.unfinished if step is not Step.WORDS]:
        note(f"There was not the time for all of it ({', '.join(steps)}); --seconds or --all gives more.")
    if Step.WORDS in found.unfinished:
        note(
            f"Not all words were looked at: {span(INDEX_SECONDS)} for each kind at most, as nobody else can write meanwhile."
        )
    if not found.is_sound:
        note("Import the dumps again: that builds the catalogue anew, and keeps what came through the API.")


_LOOKED = {
    Step.NODES.value: "artists, labels and others",
    Step.RELEASES.value: "releases",
    Step.REST.value: "other rows",
}


def verified_document(found: Verified) -> dict[str, object]:
    """The same as JSON."""
    return {
        "sound": found.is_sound,
        "found": found.found,
        "findings": [{"about": each.about, "message": each.text} for each in found.findings],
        "looked": {str(name): count for name, count in found.looked.items()},
        "unfinished": [step.value for step in found.unfinished],
        "seconds": round(found.seconds, 3),
    }
