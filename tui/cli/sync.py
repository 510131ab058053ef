"""``lockgroove sync``: start a sync or join the running one, follow it to its end, tell what happened; or show what auto-sync
would look for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from tui.cli.options import AsJson, DataDir

if TYPE_CHECKING:
    from services.autosync.outlook import Outlook
    from services.runtime import Runtime
    from storage.values import Job, Problem

NAMES = ("discogs", "spotify", "plex", "autosync")


def sync(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[discogs|spotify|plex|autosync]...", help="What to bring in step; all that is set up if left out."
        ),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything again, not only what is new.")] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only show what auto-sync would look for on Soulseek, and why.")
    ] = False,
    retry_skipped: Annotated[
        bool, typer.Option("--retry-skipped", help="Let auto-sync look again for what failed too often.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="With --plan: how many tracks are shown.")] = 50,
    offset: Annotated[int, typer.Option("--offset", min=0, help="With --plan: how many are skipped.")] = 0,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Bring the library in step with all that is set up: the Discogs collection, both ways; playlists, saved tracks and followed
    artists of Spotify; a look at Plex; and auto-sync, which asks Soulseek for what Spotify has and neither Plex nor beets. With
    spotify alone: fetch what you played lately.

    Joins a sync that is already running, in whichever process. Ctrl-C cancels the sync that this command started; what
    was read until then is kept, and the next one goes on from there.
    """
    from tui.cli.exits import Exit
    from tui.cli.follow import exit_of
    from tui.cli.program import with_runtime

    asked = list(dict.fromkeys(names or ()))
    if unknown := [name for name in asked if name not in NAMES]:
        raise typer.BadParameter(f"{unknown[0]} cannot be synced; {', '.join(NAMES)} can.", param_hint="NAME")
    if retry_skipped:
        with_runtime(data_dir, _retry_skipped)
    if plan:
        outlook = with_runtime(data_dir, _plan)
        _show_plan(outlook, limit, offset, as_json=as_json)
        return
    if retry_skipped and not asked:
        return
    if asked == ["spotify"]:
        from tui.cli.history import show

        job, problems = with_runtime(data_dir, _fetch_plays, work=True)
        show(job, problems, as_json=as_json)
        raise typer.Exit(exit_of(job))
    done = with_runtime(data_dir, lambda runtime: _run(runtime, asked, full), work=True)
    if as_json:
        _document(done)
    else:
        _print(done)
    raise typer.Exit(Exit.NOT_CONNECTED if done.refused else exit_of(done.job))


class Done(NamedTuple):
    """How the sync ended. ``refused`` says that Discogs does not accept the credential any more."""

    job: Job
    problems: Sequence[Problem]
    refused: bool


async def _fetch_plays(runtime: Runtime) -> tuple[Job, Sequence[Problem]]:
    from services.spotify.plays import PLAYS
    from tui.cli.follow import follow
    from tui.cli.output import note

    await runtime.spotify.client(runtime.user.id)  # raises NotConnected, with what to do
    job, joined = await runtime.jobs.start(PLAYS, runtime.user.id, {})
    if joined:
        note("Plays are being fetched already; following that.")
    job = await follow(runtime, job, ours=not joined)
    return job, await runtime.jobs.problems(job.id)


async def _run(runtime: Runtime, names: Sequence[str], full: bool) -> Done:
    from services.errors import NotConnected
    from tui.cli.follow import follow
    from tui.cli.output import note

    user = runtime.user.id
    wanted = list(names) or await runtime.sources.usual(user)
    if not [name for name in wanted if name != "discogs"]:
        await runtime.discogs.client(user)  # raises NotConnected, with what to do
    for name in names:
        if name in ("plex", "autosync") and (problem := await runtime.sources.problem(name, user)):
            raise NotConnected(name, problem, "`lockgroove doctor` tells what is missing.")
    asked: dict[str, object] = {"full": full, **({"sources": list(names)} if names else {})}
    job, joined = await runtime.jobs.start("sync", user, asked)
    if joined:
        note("A sync is already running; following it.")
    job = await follow(runtime, job, ours=not joined)
    is_alone = not [name for name in wanted if name != "discogs"]
    refused = job.state == "failed" and is_alone and not (await runtime.discogs.status(user)).ready
    return Done(job, await runtime.jobs.problems(job.id), refused)


async def _retry_skipped(runtime: Runtime) -> None:
    from tui.cli.output import note
    from tui.words import number

    found = await runtime.autosync.retry_skipped(runtime.user.id)
    note(f"Auto-sync looks again for {number(found)} track{'' if found == 1 else 's'} with its next run.")


async def _plan(runtime: Runtime) -> Outlook:
    return await runtime.autosync.plan(runtime.user.id)


def _show_plan(outlook: Outlook, limit: int, offset: int, *, as_json: bool) -> None:
    """The counts, and a page of what is missing with what is done about each."""
    from services.autosync.choosing import questions
    from tui.cli.output import document, line, note
    from tui.text import clean
    from tui.words import number

    to_ask = outlook.to_ask
    searches = questions(to_ask)
    counts = {
        "wanted": outlook.wanted,
        "leftOut": outlook.left_out,
        "held": outlook.held,
        "missing": len(outlook.missing),
        "toSearch": len(to_ask),
        "searches": len(searches),
        "underWay": sum(map(outlook.is_under_way, outlook.missing)),
        "skipped": len(outlook.skipped),
    }
    page = outlook.missing[offset : offset + limit]
    asked = {wish.key: question.text for question in searches for wish in question.wishes}
    if as_json:
        tracks = [
            {
                "title": each.title, "artist": each.artist, "album": each.album, "spotifyId": each.spotify_id,
                "priority": each.priority, "why": each.reason, "search": asked.get(each.key),
                "decision": _decision(outlook, each.key in asked, each.key),
            }
            for each in page
        ]  # fmt: skip
        document({**counts, "tracks": tracks})
        return
    held = " and ".join(f"{number(count)} in {name.capitalize()}" for name, count in outlook.held.items())
    note(
        f"{number(outlook.wanted)} tracks are wanted; {number(len(outlook.missing))} of them are missing "
        f"({held or 'nothing is held'}). {number(len(searches))} searches would ask for {number(len(to_ask))}."
    )
    for each in page:
        what = {"search": "", "under_way": "  (asked for already)", "skipped": "  (given up)"}
        decision = _decision(outlook, each.key in asked, each.key)
        line(clean(f"{each.artist} – {each.title}  [{each.reason}]{what[decision]}"))
    if offset + len(page) < len(outlook.missing):
        note(f"Shown: {number(offset + 1)} to {number(offset + len(page))}; --limit and --offset show others.")


def _decision(outlook: Outlook, is_asked: bool, key: str) -> str:
    if is_asked:
        return "search"
    known = outlook.known.get(key)
    return "skipped" if known is not None and known.is_skipped else "under_way"


def _document(done: Done) -> None:
    from tui.cli.output import document

    document(
        {
            "jobId": done.job.id,
            "state": str(done.job.state),
            **done.job.progress.counts,
            "error": done.job.error,
            "errors": [{"item": problem.item, "message": problem.message} for problem in done.problems],
        }
    )


def _print(done: Done) -> None:
    """The summary, and every record that failed with the reason."""
    from tui.cli.output import line, note
    from tui.text import clean
    from tui.words import job_outcome

    if done.job.state == "failed":
        note(f"error: {done.job.error or 'The sync failed; the log has the cause.'}")
    else:
        line(job_outcome(done.job))
    if done.job.state == "cancelled":
        note(f"Kept: {done.job.progress.counts.get('pulled', 0):,} records pulled. The next sync does the rest.")
    for problem in done.problems:
        note(f"failed: {clean(problem.item)}: {clean(problem.message)}")
