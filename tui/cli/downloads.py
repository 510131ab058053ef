"""``lockgroove downloads``: list, start, cancel, retry and clear away what is fetched from Soulseek."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.options import AsJson, DataDir, Yes

if TYPE_CHECKING:
    from services.runtime import Runtime
    from storage.values.downloads import Download
    from tui.cli.several import Chore

commands = typer.Typer(
    no_args_is_help=True, help="List and change what is fetched from Soulseek.", rich_markup_mode=None
)

_LARGEST = 2**63 - 1
_ABOUT_ID = "The number of the download, as downloads list shows it."
Ids = Annotated[list[int], typer.Argument(metavar="ID", min=1, max=_LARGEST, help=_ABOUT_ID)]
SomeIds = Annotated[list[int] | None, typer.Argument(metavar="ID", min=1, max=_LARGEST, help=_ABOUT_ID)]
Failed = Annotated[bool, typer.Option("--failed", help="All that failed and from which nothing goes on.")]
Wait = Annotated[bool, typer.Option("--wait", help="Keep the queue here until these are over.")]


@commands.command("list")
def list_downloads(
    text: Annotated[
        list[str] | None, typer.Argument(metavar="TEXT", help="Words of the file, its folders or the user's name.")
    ] = None,
    failed: Failed = False,
    everything: Annotated[bool, typer.Option("--all", help="Also what is over, with earlier attempts.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many.")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List the queue: what moves first, then what comes next."""
    from storage.values.downloads import DownloadOrder, DownloadQuery, DownloadState
    from tui.cli.download_lines import print_downloads, wire
    from tui.cli.output import document, note
    from tui.cli.program import with_runtime
    from tui.text import clean
    from tui.words import moment, number

    query = DownloadQuery(
        states=() if everything or failed else (DownloadState.QUEUED, DownloadState.RUNNING),
        stuck=failed,
        text=" ".join(text or ()),
        order_by=DownloadOrder.NEWEST if everything else DownloadOrder.QUEUE,
    )

    async def ask(runtime: Runtime) -> tuple[list[Download], int, str | None, str | None]:
        rows = await runtime.downloads.page(runtime.user.id, query, limit=limit)
        count = len(await runtime.downloads.order(runtime.user.id, query))
        kept = await runtime.downloads.condition()
        return rows, count, kept.away_since, kept.away_reason

    rows, count, away_since, reason = with_runtime(data_dir, ask)
    if as_json:
        document({"downloads": [wire(row) for row in rows], "count": count})
        return
    print_downloads(rows)
    if away_since:
        note(f"slskd does not answer since {moment(away_since)}; nothing has failed. {clean(reason or '')}")
    if not count:
        note("No download matches." if text or failed or everything else "Nothing is on its way.")
    elif len(rows) < count:
        note(f"{number(len(rows))} of {number(count)} downloads.")
    else:
        note(f"{number(count)} downloads." if count != 1 else "1 download.")


@commands.command()
def add(
    peer: Annotated[str, typer.Argument(metavar="USER", help="Who shares the files.")],
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="The whole remote path, as a search shows it.")],
    priority: Annotated[int, typer.Option(min=-1000, max=1000, help="Higher is sent first.")] = 0,
    wait: Wait = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Fetch files from a user. They are queued, and slskd is asked by the app, by lockgroove serve, or here with --wait."""
    from storage.values.downloads import DownloadFile
    from tui.cli.download_lines import follow, only_the_owner, report
    from tui.cli.program import with_runtime

    async def put(runtime: Runtime) -> tuple[list[Download], bool]:
        only_the_owner(runtime)
        wanted = [DownloadFile(name, None, {"filename": name}) for name in dict.fromkeys(files)]
        rows = await runtime.downloads.add(runtime.user.id, peer, wanted, priority=priority, told=True)
        if wait:
            rows = await follow(runtime, rows)
        return rows, (await runtime.downloads.worker_state()).state == "running"

    rows, is_kept = with_runtime(data_dir, put, work=wait)
    report(rows, "Queued", as_json=as_json, is_kept=is_kept or wait)


@commands.command()
def cancel(ids: Ids, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Cancel downloads that are queued or running. slskd confirms it first."""
    from tui.cli.several import do_each

    async def stop(runtime: Runtime, download_id: int) -> Download:
        return await runtime.downloads.cancel(runtime.user.id, download_id)

    do_each(data_dir, ids, _chore("cancelling", "Cancelled", stop), as_json=as_json)


@commands.command()
def retry(ids: Ids, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Ask slskd at once for downloads that failed or were cancelled. What it does not take is left as it was."""
    from tui.cli.several import do_each

    async def again(runtime: Runtime, download_id: int) -> Download:
        return await runtime.downloads.retry(runtime.user.id, download_id)

    do_each(data_dir, ids, _chore("retrying", "Retried", again), as_json=as_json)


@commands.command()
def requeue(
    ids: SomeIds = None, failed: Failed = False, wait: Wait = False, as_json: AsJson = False, data_dir: DataDir = None
) -> None:
    """Queue downloads again that failed or were cancelled; slskd is asked in their turn."""
    from tui.cli.download_lines import follow, only_the_owner, report
    from tui.cli.program import with_runtime

    _named_or_failed(ids, failed, "downloads requeue")

    async def put(runtime: Runtime) -> tuple[list[Download], bool]:
        only_the_owner(runtime)
        rows = await runtime.downloads.requeue(runtime.user.id, ids or None)
        if wait:
            rows = await follow(runtime, rows)
        return rows, (await runtime.downloads.worker_state()).state == "running"

    rows, is_kept = with_runtime(data_dir, put, work=wait)
    report(rows, "Queued", as_json=as_json, is_kept=is_kept or wait)


@commands.command()
def purge(
    ids: SomeIds = None, failed: Failed = False, yes: Yes = False, as_json: AsJson = False, data_dir: DataDir = None
) -> None:
    """Take downloads that are over off the list. Files stay."""
    from tui.cli.ask import confirm
    from tui.cli.download_lines import only_the_owner
    from tui.cli.output import document, line
    from tui.cli.program import with_runtime
    from tui.words import number

    _named_or_failed(ids, failed, "downloads purge")
    if not yes:
        confirm("Take all that failed off the list?" if failed else f"Take {number(len(ids or ()))} off the list?")

    async def forget(runtime: Runtime) -> int:
        only_the_owner(runtime)
        return await runtime.downloads.purge(runtime.user.id, ids or None)

    gone = with_runtime(data_dir, forget)
    if as_json:
        document({"purged": gone})
    else:
        line(f"{number(gone)} taken off the list." if gone else "Nothing was taken off the list.")


def _named_or_failed(ids: list[int] | None, failed: bool, command: str) -> None:
    if bool(ids) == failed:
        raise typer.BadParameter("Give the numbers of downloads, or --failed.", param_hint=command)


def _chore(doing: str, done: str, act: Callable[[Runtime, int], Awaitable[Download]]) -> Chore[Download]:
    from tui.cli.download_lines import only_the_owner, said, wire
    from tui.cli.several import Chore

    async def as_owner(runtime: Runtime, download_id: int) -> Download:
        only_the_owner(runtime)
        return await act(runtime, download_id)

    return Chore(doing, as_owner, said(done), "downloads", wire)
