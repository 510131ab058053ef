"""``lockgroove import spotify-history``: years of listening out of the data export of a Spotify account."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.options import AsJson, DataDir

if TYPE_CHECKING:
    from services.runtime import Runtime
    from storage.values import Job, Problem

Sources = Annotated[
    list[Path], typer.Argument(metavar="FILE...", exists=True, readable=True, help="Files, folders or zip archives.")
]


def import_history(
    files: Sources,
    skips: Annotated[bool, typer.Option("--skips", help="Keep what was skipped too, as time heard.")] = False,
    private: Annotated[bool, typer.Option("--private", help="Import private sessions too.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Import what Spotify's data export says you listened to.

    Takes the extended streaming history and the history of the last year, unpacked or as the archive. What is known already
    is left as it is, so importing again changes nothing. Ctrl-C stops it; what was stored stays, and importing again goes
    on. Ends with 3 if a file is damaged: nothing of that file is stored.
    """
    from tui.cli.exits import Exit
    from tui.cli.follow import exit_of
    from tui.cli.program import with_runtime

    async def run(runtime: Runtime) -> tuple[Job, Sequence[Problem]]:
        from services.spotify.history.job import HISTORY, check_paths
        from tui.cli.follow import follow
        from tui.cli.output import note

        asked = {"paths": check_paths(files), "skips": skips, "private": private}
        job, joined = await runtime.jobs.start(HISTORY, runtime.user.id, asked)
        if joined:
            note("An import of listening history is already running; following it.")
        job = await follow(runtime, job, ours=not joined)
        return job, await runtime.jobs.problems(job.id)

    job, problems = with_runtime(data_dir, run, work=True)
    show(job, problems, as_json=as_json)
    raise typer.Exit(Exit(exit_of(job)))


def show(job: Job, problems: Sequence[Problem], *, as_json: bool) -> None:
    """How a job about plays ended: its figures, and every file or part of it that failed."""
    from tui.cli.output import document, line, note
    from tui.text import clean
    from tui.words import job_outcome

    if as_json:
        document(
            {
                "jobId": job.id,
                "state": str(job.state),
                **job.progress.counts,
                "error": job.error,
                "errors": [{"item": each.item, "message": each.message} for each in problems],
            }
        )
        return
    if job.state == "failed":
        note(f"error: {job.error or 'It failed; the log has the cause.'}")
    else:
        line(job_outcome(job))
    for each in problems:
        note(f"failed: {clean(each.item)}: {clean(each.message)}")
