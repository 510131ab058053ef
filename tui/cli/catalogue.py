"""``lockgroove catalogue``: all of Discogs on this machine, out of its monthly dumps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.options import AsJson, DataDir

if TYPE_CHECKING:
    from services.catalogue.dumps.files import Dump, DumpKind
    from services.catalogue.dumps.progress import Imported
    from services.catalogue.upkeep import Standing
    from services.runtime import Runtime
    from storage.catalogue.verification import Verified

commands = typer.Typer(
    no_args_is_help=True, help="All of Discogs on this machine, out of its monthly dumps.", rich_markup_mode=None
)
_SECONDS = 60


@commands.command("import")
def import_dumps(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE...|DIR", help="Dumps, or a folder with dumps.")],
    only: Annotated[
        str | None,
        typer.Option(metavar="KINDS", help="Only these: artists, labels, masters, releases.", show_default=False),
    ] = None,
    checksums: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The list of checksums of the month.", dir_okay=False, show_default=False),
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Import Discogs' monthly dumps (https://data.discogs.com): artists, labels, masters and releases, or some of them.

    The new catalogue is built beside the present one and takes its place when it is complete, in running programs too;
    whatever goes wrong before that changes nothing. What no dump tells anew stays, and what came through the API.
    """
    from tui.cli.catalogue_import import report
    from tui.cli.program import as_operator

    kinds = _kinds(only)
    done, standing = as_operator(data_dir, lambda runtime: _import(runtime, paths, kinds, checksums))
    report(done, standing, as_json=as_json)


@commands.command()
def status(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show what is in the catalogue, from which dumps, how large it is, and whether an import is running."""
    from services.catalogue.upkeep import standing_of
    from tui.cli.catalogue_lines import print_standing, standing_document
    from tui.cli.output import document
    from tui.cli.program import as_operator

    standing = as_operator(data_dir, lambda runtime: standing_of(runtime.storage))
    if as_json:
        document(standing_document(standing))
    else:
        print_standing(standing)


@commands.command()
def verify(
    seconds: Annotated[int, typer.Option(min=1, max=86400, help="Look for about so long.")] = _SECONDS,
    everything: Annotated[bool, typer.Option("--all", help="Look at everything, however long it takes.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Check that the catalogue is sound: the file, and that its lists, ranks and words agree. Ends with 1 if it is not.

    A large one is looked at here and there, elsewhere each time.
    """
    from tui.cli.catalogue_lines import print_verified, verified_document
    from tui.cli.exits import Exit
    from tui.cli.output import document
    from tui.cli.program import as_operator

    found = as_operator(data_dir, lambda runtime: _verify(runtime, None if everything else float(seconds)))
    if as_json:
        document(verified_document(found))
    else:
        print_verified(found)
    raise typer.Exit(Exit.DONE if found.is_sound else Exit.FAILED)


async def _import(
    runtime: Runtime, paths: list[Path], kinds: tuple[DumpKind, ...], checksums: Path | None
) -> tuple[Imported, Standing]:
    from services.catalogue.dumps.files import find
    from services.catalogue.upkeep import standing_of
    from tui.cli.catalogue_import import followed

    dumps: list[Dump] = find([path.expanduser() for path in paths], kinds, checksums)
    done = await followed(runtime, dumps)
    return done, await standing_of(runtime.storage)


async def _verify(runtime: Runtime, seconds: float | None) -> Verified:
    from storage.catalogue.verification import verify
    from tui.cli.cancelling import in_thread
    from tui.cli.catalogue_lines import STEPS
    from tui.cli.progress import ProgressLine
    from tui.words import number

    address = runtime.storage.catalogue.address
    with ProgressLine() as shown:
        return await in_thread(
            lambda asked: verify(
                address,
                seconds=seconds,
                report=lambda step, looked: shown.show(
                    f"{STEPS[step]} · {number(looked)} looked at" if looked else STEPS[step]
                ),
                asked=asked,
            )
        )


def _kinds(only: str | None) -> tuple[DumpKind, ...]:
    """What ``--only`` names."""
    if only is None:
        return ()
    from services.catalogue.dumps.files import DumpKind

    named = [each.strip().lower() for each in only.split(",") if each.strip()]
    if not named or not set(named) <= set(DumpKind):
        raise typer.BadParameter(f"Name some of {', '.join(DumpKind)}, with commas between.", param_hint="--only")
    return tuple(kind for kind in DumpKind if kind in named)
