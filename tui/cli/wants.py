"""``lockgroove wants``: list, add, edit, remove and restore what is on the wantlist."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tui.cli.options import AsJson, DataDir, Yes

if TYPE_CHECKING:
    from services.runtime import Runtime
    from tui.cli.several import Chore
    from tui.cli.want_lines import WantLine

commands = typer.Typer(no_args_is_help=True, help="List and change the wantlist on Discogs.", rich_markup_mode=None)

_LARGEST = 2**63 - 1
_FALLING = ("added", "rating")
"""These sorts begin with the newest and the best, the others with A and the oldest."""
_ABOUT_ID = "The number of the Discogs release, as wants list shows it."
Sorting = Literal["added", "artist", "title", "year", "label", "rating"]
"""The values of :class:`storage.values.WantSort`, spelt out as in :mod:`tui.cli.records`."""
Releases = Annotated[list[int], typer.Argument(metavar="ID", min=1, max=_LARGEST, help=_ABOUT_ID)]
Notes = Annotated[str | None, typer.Option("--notes", help="Your own notes; an empty text clears them.")]
Rating = Annotated[int | None, typer.Option("--rating", min=0, max=5, help="Stars; 0 is not rated.")]


@commands.command("list")
def list_wants(
    text: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXT", help="Words that must begin words of the release or of your notes."),
    ] = None,
    fulfilled: Annotated[bool, typer.Option("--fulfilled", help="Only releases that you own by now.")] = False,
    removed: Annotated[bool, typer.Option("--removed", help="Also what is not wanted any more.")] = False,
    sort: Annotated[Sorting, typer.Option(help="The column to sort by.")] = "added",
    reverse: Annotated[bool, typer.Option("--reverse", help="Turn the order round.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many.")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List the wantlist as the last sync left it, the newest first. Words need no accents."""
    from storage.values import WantQuery, WantSort
    from tui.cli.output import document, note
    from tui.cli.program import with_runtime
    from tui.cli.want_lines import print_wants, read, wire
    from tui.words import number

    query = WantQuery(
        text=" ".join(text or ()),
        fulfilled=True if fulfilled else None,
        removed=removed,
        sort_by=WantSort(sort),
        descending=(sort in _FALLING) != reverse,
    )
    lines, count = with_runtime(data_dir, lambda runtime: read(runtime, query, limit))
    if as_json:
        document({"wants": [wire(line) for line in lines], "count": count})
        return
    print_wants(lines)
    if not count:
        empty = "Nothing is wanted yet. Run lockgroove sync, or lockgroove wants add ID."
        note("No want matches." if query.is_filtered else empty)
    elif len(lines) < count:
        note(f"{number(len(lines))} of {number(count)} wants.")
    else:
        note(f"{number(count)} wants." if count != 1 else "1 want.")


@commands.command()
def add(
    releases: Releases, notes: Notes = None, rating: Rating = None, as_json: AsJson = False, data_dir: DataDir = None
) -> None:
    """Want releases. What is wanted already keeps its notes and rating where none are given."""
    from tui.cli.several import do_each
    from tui.cli.want_lines import lined

    async def put(runtime: Runtime, release_id: int) -> WantLine:
        wanted = await runtime.wants.add(runtime.user.id, release_id, notes or "", rating or 0)
        return await lined(runtime, wanted)

    do_each(data_dir, releases, _chore("adding", "Added", put), as_json=as_json)


@commands.command()
def edit(
    release: Annotated[int, typer.Argument(metavar="ID", min=1, max=_LARGEST, help=_ABOUT_ID)],
    notes: Notes = None,
    rating: Rating = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Change the notes or the rating of a want. What is not named stays."""
    from tui.cli.output import document, line
    from tui.cli.program import with_runtime
    from tui.cli.want_lines import lined, said, wire

    if notes is None and rating is None:
        raise typer.BadParameter("Give --notes or --rating.", param_hint="wants edit")

    async def change(runtime: Runtime) -> WantLine:
        changed = await runtime.wants.edit(runtime.user.id, release, notes=notes, rating=rating)
        return await lined(runtime, changed)

    edited = with_runtime(data_dir, change)
    if as_json:
        document(wire(edited))
    else:
        line(said("Changed")(edited))


@commands.command()
def remove(
    releases: Annotated[list[int] | None, typer.Argument(metavar="ID", min=1, max=_LARGEST, help=_ABOUT_ID)] = None,
    fulfilled: Annotated[bool, typer.Option("--fulfilled", help="All releases that you own by now.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Take releases off the wantlist. They are kept here: wants restore puts them back."""
    from tui.cli.output import document, note
    from tui.cli.program import with_runtime
    from tui.cli.several import do_each
    from tui.cli.want_lines import ask_to_remove, lined

    if bool(releases) == fulfilled:
        raise typer.BadParameter("Give the numbers of releases, or --fulfilled.", param_hint="wants remove")
    chosen = list(releases or ())
    if fulfilled or not yes:
        names = with_runtime(data_dir, lambda runtime: _names(runtime, chosen))
        chosen = list(names)
        if names and not yes:
            ask_to_remove(list(names.values()))
    if not chosen:
        note("You own nothing that you want.")
        if as_json:
            document({"wants": [], "errors": []})
        return

    async def take_off(runtime: Runtime, release_id: int) -> WantLine:
        return await lined(runtime, await runtime.wants.remove(runtime.user.id, release_id))

    do_each(data_dir, chosen, _chore("removing", "Removed", take_off), as_json=as_json)


@commands.command()
def restore(releases: Releases, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Put back, with their notes and ratings, releases that were taken off the wantlist, here or on Discogs."""
    from tui.cli.several import do_each
    from tui.cli.want_lines import lined

    async def put_back(runtime: Runtime, release_id: int) -> WantLine:
        return await lined(runtime, await runtime.wants.restore(runtime.user.id, release_id))

    do_each(data_dir, releases, _chore("restoring", "Restored", put_back), as_json=as_json)


def _chore(doing: str, done: str, act: Callable[[Runtime, int], Awaitable[WantLine]]) -> Chore[WantLine]:
    from tui.cli.several import Chore
    from tui.cli.want_lines import said, wire

    return Chore(doing, act, said(done), "wants", wire)


async def _names(runtime: Runtime, chosen: list[int]) -> dict[int, str]:
    """The titles of these releases, of all that are fulfilled without any. What is not wanted is only told so later,
    unless it is all that was asked for."""
    from services.errors import NotFound
    from storage.values import WantQuery
    from tui.cli.listing import title_of
    from tui.cli.want_lines import read

    if not chosen:
        fulfilled, _ = await read(runtime, WantQuery(fulfilled=True), None)
        return {each.want.release_id: title_of(each.want) for each in fulfilled}
    names: dict[int, str] = {}
    for release_id in chosen:
        try:
            names[release_id] = title_of(await runtime.wants.get(runtime.user.id, release_id))
        except NotFound:
            if len(chosen) == 1:
                raise
            names[release_id] = f"release {release_id}, which is not wanted"
    return names
