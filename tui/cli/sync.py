"""``lockgroove sync``: start a sync or join the running one, follow it to its end, tell what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from tui.cli.options import AsJson, DataDir

if TYPE_CHECKING:
    from services.runtime import Runtime
    from storage.values import Job, Problem


def sync(
    service: Annotated[str, typer.Argument(metavar="[discogs]", help="What to bring in step.")] = "discogs",
    full: Annotated[bool, typer.Option("--full", help="Read everything again, not only what is new.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Bring the library and the Discogs collection in step, both ways.

    Joins a sync that is already running, in whichever process. Ctrl-C cancels the sync that this command started; what
    was read until then is kept, and the next one goes on from there.
    """
    from tui.cli.exits import Exit
    from tui.cli.follow import exit_of
    from tui.cli.program import with_runtime

    if service != "discogs":
        raise typer.BadParameter("Only discogs can be synced.", param_hint="SERVICE")
    done = with_runtime(data_dir, lambda runtime: _run(runtime, full), work=True)
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


async def _run(runtime: Runtime, full: bool) -> Done:
    from tui.cli.follow import follow
    from tui.cli.output import note

    user = runtime.user.id
    await runtime.discogs.client(user)  # raises NotConnected, with what to do
    job, joined = await runtime.jobs.start("sync", user, {"sources": ["discogs"], "full": full})
    if joined:
        note("A sync is already running; following it.")
    job = await follow(runtime, job, ours=not joined)
    refused = job.state == "failed" and not (await runtime.discogs.status(user)).ready
    return Done(job, await runtime.jobs.problems(job.id), refused)


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
