"""``lockgroove wishes``: what is wanted by its name. ``lockgroove watch``: artists whose new releases are told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tui.cli.options import AsJson, DataDir

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.runtime import Runtime
    from services.wishes.wishes import Kept, Preview
    from storage.values import Job
    from storage.values.wishes import WatchedArtist, Wish

wishes = typer.Typer(no_args_is_help=True, help="Keep lists of what you want by its name.", rich_markup_mode=None)
watch = typer.Typer(no_args_is_help=True, help="Watch artists for new releases.", rich_markup_mode=None)

_LARGEST = 2**63 - 1
_FAULTS = 20
"""Lines that say nothing which are told one by one."""
State = Literal["unsure", "found", "missing", "waiting", "wanted", "here"]
"""The values of :class:`storage.values.wishes.WishState`."""


@wishes.command("import")
def import_wishes(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", allow_dash=True, help="A list, a table or a playlist; - reads it in.")
    ],
    preview: Annotated[bool, typer.Option("--preview", help="Only show what each line would become.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Keep a list of what you want: lines of "Artist - Title", a table with a header, M3U, PLS or XSPF.

    Each line is matched with your records, files and wants and with the catalogue; nobody outside is asked. The same list
    again adds nothing. Ends with 3 if a line says nothing.
    """
    from tui.cli.exits import Exit
    from tui.cli.program import with_runtime

    raw, name = _read(file), "" if str(file) == "-" else file.name
    if preview:
        shown = with_runtime(data_dir, lambda runtime: _preview(runtime, raw, name))
        _show_preview(shown, as_json=as_json)
        faulty = len(shown.reading.faults)
    else:
        kept, job = with_runtime(data_dir, lambda runtime: _keep(runtime, raw, name), work=True)
        _show_kept(kept, job, as_json=as_json)
        faulty = len(kept.reading.faults)
    if faulty:
        raise typer.Exit(Exit.PARTIAL)


@wishes.command("list")
def list_wishes(
    text: Annotated[list[str] | None, typer.Argument(metavar="TEXT", help="Words that begin words of a wish.")] = None,
    state: Annotated[State | None, typer.Option("--state", help="Only those in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most this many.")] = 200,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List your wishes: first those for which somebody must pick what is meant."""
    from storage.values.wishes import WishQuery, WishState
    from tui.cli.output import document, note, table
    from tui.cli.program import with_runtime
    from tui.table.wished import STATES, means, percent
    from tui.words import number

    query = WishQuery(" ".join(text or ()), (WishState(state),) if state else ())
    found, total = with_runtime(data_dir, lambda runtime: runtime.wishes.page(runtime.user.id, query, limit=limit))
    if as_json:
        document({"wishes": [_wire(each) for each in found], "count": total})
        return
    if found:
        table(
            ("ARTIST", "TITLE", "YEAR", "STATE", "SURE", "TAKEN FOR", "ID"),
            [
                (
                    each.artist,
                    " / ".join(filter(None, (each.title, each.album))),
                    str(each.year or ""),
                    STATES[each.state],
                    percent(each.best),
                    means(each.best),
                    str(each.pk),
                )
                for each in found
            ],
        )
    if not total:
        note("No wish matches." if query.is_filtered else "Nothing is wished for yet: lockgroove wishes import FILE.")
    else:
        note(f"{number(len(found))} of {number(total)} wishes.")


@wishes.command("remove")
def remove_wishes(
    ids: Annotated[
        list[int], typer.Argument(metavar="ID", min=1, max=_LARGEST, help="The last column of wishes list.")
    ],
    data_dir: DataDir = None,
) -> None:
    """Forget wishes. Your wantlist on Discogs stays as it is."""
    from tui.cli.exits import Exit
    from tui.cli.output import line, note
    from tui.cli.program import with_runtime

    asked = list(dict.fromkeys(ids))
    gone = with_runtime(data_dir, lambda runtime: runtime.wishes.remove(runtime.user.id, asked))
    line(f"{gone} forgotten.")
    if gone < len(asked):
        note(f"{len(asked) - gone} of these are no wishes.")
        raise typer.Exit(Exit.PARTIAL if gone else Exit.FAILED)


@watch.command("add")
def add_artist(
    name: Annotated[
        list[str], typer.Argument(metavar="NAME", help="The artist, as the catalogue or Spotify names them.")
    ],
    discogs: Annotated[
        int | None, typer.Option("--discogs", min=1, max=_LARGEST, help="Their number on Discogs.")
    ] = None,
    spotify: Annotated[str | None, typer.Option("--spotify", help="Their id on Spotify.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Tell of new releases of an artist from now on. Looked for by the daemon or the app, at most once a day."""
    from tui.cli.output import line, note
    from tui.cli.program import with_runtime
    from tui.text import clean

    said = " ".join(name)
    artist, is_new = with_runtime(
        data_dir,
        lambda runtime: runtime.watched.add(runtime.user.id, said, discogs_id=discogs, spotify_id=spotify),
    )
    line(f"{'Watching' if is_new else 'Watched already:'} {clean(artist.name)}  {artist.pk}")
    if is_new:
        note("lockgroove serve or the app asks for them; what is out already is not told.")


@watch.command("list")
def list_artists(
    releases: Annotated[bool, typer.Option("--releases", help="The new releases instead of the artists.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List the artists you watch, or what they released since."""
    from dataclasses import asdict

    from tui.cli.output import document, note, table
    from tui.cli.program import with_runtime
    from tui.words import number

    if releases:
        found, total = with_runtime(data_dir, lambda runtime: runtime.watched.releases(runtime.user.id, limit=500))
        if as_json:
            document({"releases": [asdict(each) for each in found], "count": total})
            return
        if found:
            rows = [(each.artist, each.title, each.released, each.source, str(each.release_id or "")) for each in found]
            table(("ARTIST", "TITLE", "RELEASED", "TOLD BY", "RELEASE"), rows)
        note(f"{number(total)} new releases." if total else "No new release.")
        return
    artists = with_runtime(data_dir, lambda runtime: runtime.watched.artists(runtime.user.id))
    if as_json:
        document({"artists": [asdict(each) for each in artists], "count": len(artists)})
        return
    if artists:
        table(("ARTIST", "NEW", "DISCOGS", "SPOTIFY", "TROUBLE", "ID"), [_line_of(each) for each in artists])
    else:
        note("No artist is watched: lockgroove watch add NAME.")


@watch.command("remove")
def remove_artist(
    artist: Annotated[int, typer.Argument(metavar="ID", min=1, max=_LARGEST, help="The last column of watch list.")],
    data_dir: DataDir = None,
) -> None:
    """Watch an artist no more."""
    from tui.cli.output import line
    from tui.cli.program import with_runtime

    with_runtime(data_dir, lambda runtime: runtime.watched.remove(runtime.user.id, artist))
    line(f"{artist} is watched no more.")


def _read(file: Path) -> bytes:
    """The bytes of a file or of standard input, one more than are taken at most: what is larger is refused unread."""
    import sys

    from services.errors import InvalidInput
    from services.wishes.reading import MOST_BYTES

    if str(file) == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        with file.expanduser().open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise InvalidInput("file", f"{file.name} cannot be read: {error.strerror}.", "Look at its path.") from error


async def _preview(runtime: Runtime, raw: bytes, name: str) -> Preview:
    return await runtime.wishes.preview(runtime.user, await runtime.wishes.read(raw, name))


async def _keep(runtime: Runtime, raw: bytes, name: str) -> tuple[Kept, Job | None]:
    from tui.cli.follow import follow

    kept = await runtime.wishes.add(runtime.user, await runtime.wishes.read(raw, name), name)
    return kept, None if kept.job is None else await follow(runtime, kept.job, ours=True)


def _show_kept(kept: Kept, job: Job | None, *, as_json: bool) -> None:
    from tui.cli.output import document, line, note
    from tui.table.wished import STATES
    from tui.words import number

    reading = kept.reading
    figures = {str(state): (job.result or {}).get(state, 0) for state in STATES} if job else {}
    if as_json:
        faults = [{"line": each.line, "reason": each.reason} for each in reading.faults]
        told: dict[str, object] = {"added": kept.added, "known": kept.known, "twice": reading.twice, "faults": faults}
        document(told)
        return
    line(f"{number(kept.added)} new, {number(kept.known)} there already, {number(reading.twice)} said twice.")
    stands = [f"{number(count)} {STATES[state]}" for state in STATES if (count := figures.get(str(state)))]
    if stands:
        note(f"All your wishes: {', '.join(stands)}.")
    _tell_faults(kept)


def _show_preview(preview: Preview, *, as_json: bool) -> None:
    from tui.cli.output import document, line, note, table
    from tui.table.wished import STATES, means, percent
    from tui.words import number

    rows = [(each, each.candidates[0] if each.candidates else None) for each in preview.lines]
    if as_json:
        document(
            {
                "lines": [
                    {"line": each.wish.line, "artist": each.wish.artist, "title": each.wish.title, "state": each.state,
                     "known": each.is_known, "takenFor": means(best), "confidence": best.confidence if best else None}
                    for each, best in rows
                ],
                "faults": [{"line": each.line, "reason": each.reason} for each in preview.reading.faults],
            }
        )  # fmt: skip
        return
    if rows:
        table(
            ("LINE", "ARTIST", "TITLE", "STATE", "SURE", "TAKEN FOR"),
            [
                (
                    str(each.wish.line),
                    each.wish.artist,
                    each.wish.title,
                    "there already" if each.is_known else STATES[each.state],
                    percent(best),
                    means(best),
                )
                for each, best in rows
            ],
        )
    line(f"{number(preview.new)} would be kept.")
    note("Nothing was kept: this is a preview.")
    _tell_faults(preview)


def _tell_faults(told: Kept | Preview) -> None:
    """The lines that say nothing, by their numbers."""
    from tui.cli.output import note
    from tui.words import number

    faults = told.reading.faults
    for each in faults[:_FAULTS]:
        note(f"line {each.line}: {each.reason}")
    if len(faults) > _FAULTS:
        note(f"and {number(len(faults) - _FAULTS)} more lines that say nothing")


def _wire(each: Wish) -> dict[str, object]:
    """The wish under the names of ``/api/wishes``."""
    from services.rest.wishes import WishShape

    return WishShape.of(each).model_dump(mode="json")


def _line_of(each: WatchedArtist) -> Sequence[str]:
    return (
        each.name,
        str(each.new or ""),
        str(each.discogs_id or ""),
        each.spotify_id or "",
        each.trouble or "",
        str(each.pk),
    )
