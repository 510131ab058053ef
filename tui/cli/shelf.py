"""``lockgroove shelf``: albums with the places where they are, the two lists that people ask for, and the refresh."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tui.cli.options import AsJson, DataDir

if TYPE_CHECKING:
    from services.runtime import Runtime
    from storage.values import Job, Problem, ShelfAlbum, ShelfCounts, SourceState

commands = typer.Typer(
    help="List albums with every place where they are: records, wantlist, files, Spotify, downloads, plays.",
    rich_markup_mode=None,
    invoke_without_command=True,
)

Sorting = Literal["artist", "title", "year", "plays", "added"]
"""The values of :class:`storage.values.ShelfSort`, spelt out as in :mod:`tui.cli.records`."""
_FALLING = ("added", "plays")
_HEADINGS = ("ARTIST", "TITLE", "YEAR", "OWNED", "WANTED", "FILES", "SPOTIFY", "COMING", "PLAYS", "ID")


def _either(name: str, about: str) -> typer.models.OptionInfo:
    return typer.Option(f"--{name}/--no-{name}", help=about)


@commands.callback()
def shelf(
    context: typer.Context,
    missing_files: Annotated[
        bool, typer.Option("--missing-files", help="What you own on vinyl and have no files of.")
    ] = False,
    not_owned: Annotated[
        bool, typer.Option("--not-owned", help="What you played three times or more, or have files of, and do not own.")
    ] = False,
    text: Annotated[
        str, typer.Option("--text", help="Words of artist or title, or years: 1979, 1970-1979, 1970s.")
    ] = "",
    owned: Annotated[bool | None, _either("owned", "As a record.")] = None,
    vinyl: Annotated[bool | None, _either("vinyl", "As a record on vinyl.")] = None,
    wanted: Annotated[bool | None, _either("wanted", "On the wantlist.")] = None,
    files: Annotated[bool | None, _either("files", "As files, in Plex or beets.")] = None,
    spotify: Annotated[bool | None, _either("spotify", "Saved, in a playlist, or chosen on Spotify.")] = None,
    coming: Annotated[bool | None, _either("coming", "On its way.")] = None,
    played: Annotated[bool | None, _either("played", "Ever played.")] = None,
    unsure: Annotated[bool, typer.Option("--unsure", help="With a place of which it is not sure.")] = False,
    year_from: Annotated[int | None, typer.Option("--from", min=0, max=9999, help="Of this year or later.")] = None,
    year_to: Annotated[int | None, typer.Option("--to", min=0, max=9999, help="Of this year or earlier.")] = None,
    format: Annotated[str, typer.Option("--format", help="A format as Discogs names it: Vinyl, CD, LP.")] = "",
    sort: Annotated[Sorting, typer.Option(help="The column to sort by.")] = "artist",
    reverse: Annotated[bool, typer.Option("--reverse", help="Turn the order round.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most this many.")] = 100,
    offset: Annotated[int, typer.Option(min=0, help="Skip so many.")] = 0,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List albums with every place where they are, as the last refresh found them."""
    if context.invoked_subcommand:
        return
    from storage.values import ShelfList, ShelfQuery, ShelfSort
    from tui.cli.output import document, note
    from tui.cli.program import with_runtime
    from tui.words import moment, number

    if missing_files and not_owned:
        raise typer.BadParameter("One of the two lists at a time.", param_hint="--not-owned")
    query = ShelfQuery(
        text=text,
        list=ShelfList.MISSING_FILES if missing_files else ShelfList.NOT_OWNED if not_owned else None,
        owned=owned,
        vinyl=vinyl,
        wanted=wanted,
        files=files,
        spotify=spotify,
        coming=coming,
        played=played,
        unsure=unsure or None,
        year_from=year_from,
        year_to=year_to,
        format=format,
        sort_by=ShelfSort(sort),
        descending=(sort in _FALLING) != reverse,
    )

    async def ask(runtime: Runtime) -> tuple[list[ShelfAlbum], int, list[SourceState]]:
        found, count = await runtime.shelf.page(runtime.user.id, query, limit=limit, offset=offset)
        return found, count, await runtime.shelf.sources(runtime.user.id)

    found, count, sources = with_runtime(data_dir, ask)
    if as_json:
        document({"albums": [wire(each) for each in found], "total": count})
        return
    _print(found)
    for each in sources:
        if each.failing_since:
            note(
                f"{each.source.value} cannot be read since {moment(each.failing_since)}; what was known of it is shown."
            )
    if not sources:
        note("Nothing was brought together yet: lockgroove shelf refresh does it.")
    elif not count:
        note("No album matches." if query.is_filtered else "There is nothing on the shelf.")
    elif len(found) < count:
        note(f"{number(len(found))} of {number(count)} albums.")
    else:
        note(f"{number(count)} albums." if count != 1 else "1 album.")


@commands.command()
def refresh(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Read what is news in every source and match it. Joins a refresh that is already running."""
    from tui.cli.follow import exit_of
    from tui.cli.output import document, line, note
    from tui.cli.program import with_runtime
    from tui.text import clean
    from tui.words import number

    job, problems, counts = with_runtime(data_dir, _refresh, work=True)
    if as_json:
        from dataclasses import asdict

        told = [{"item": each.item, "message": each.message} for each in problems]
        document({"state": job.state.value, "result": job.result, "counts": asdict(counts), "problems": told})
        raise typer.Exit(exit_of(job))
    for each in problems:
        note(f"{clean(each.item)}: {clean(each.message)}")
    if job.error:
        note(clean(job.error))
    line(
        f"{number(counts.albums)} albums: {number(counts.owned)} owned, {number(counts.wanted)} wanted, "
        f"{number(counts.files)} as files, {number(counts.spotify)} on Spotify, {number(counts.coming)} on their way, "
        f"{number(counts.played)} played."
    )
    line(
        f"{number(counts.missing_files)} on vinyl without files, {number(counts.not_owned)} played or filed but not owned."
    )
    raise typer.Exit(exit_of(job))


async def _refresh(runtime: Runtime) -> tuple[Job, Sequence[Problem], ShelfCounts]:
    from tui.cli.follow import follow
    from tui.cli.output import note

    job, is_attached = await runtime.shelf.refresh(runtime.user.id)
    if is_attached:
        note("A refresh is already running; following it.")
    job = await follow(runtime, job, ours=not is_attached)
    return job, await runtime.jobs.problems(job.id), await runtime.shelf.counts(runtime.user.id)


def wire(each: ShelfAlbum) -> dict[str, object]:
    """An album as JSON, with its places; the names are those of ``GET /api/shelf``."""
    from dataclasses import asdict

    told = {name: value for name, value in asdict(each).items() if name != "pk"}
    places = [{name: value for name, value in place.items() if name != "is_vinyl"} for place in told.pop("places")]
    return {"id": each.pk, **told, "files": each.files, "places": places}


def _print(found: Sequence[ShelfAlbum]) -> None:
    from tui.cli.output import table
    from tui.text import clean

    if not found:
        return
    table(
        _HEADINGS,
        [
            (
                clean(each.artist),
                clean(each.title),
                str(each.year or ""),
                _owned(each),
                "yes" if each.wants else "",
                _files(each),
                "yes" if each.spotify else "",
                "yes" if each.coming else "",
                str(each.plays or ""),
                f"{each.pk}{'?' if each.is_unsure else ''}",
            )
            for each in found
        ],
    )


def _owned(each: ShelfAlbum) -> str:
    if not each.records:
        return ""
    return "vinyl" if each.vinyls else (each.formats[0] if each.formats else "yes")


def _files(each: ShelfAlbum) -> str:
    return "+".join(name for name, number in (("Plex", each.plex), ("beets", each.beets)) if number)
