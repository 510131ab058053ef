"""Connecting, syncing and following the job, by keys against a simulated Discogs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services.errors import UpstreamRefused
from storage.errors import LockgrooveError
from storage.values import JobState, Problem, Progress
from tests.tui.screens.conftest import HOSTILE, connected, opened, screen_text, until
from tests.tui.screens.test_dashboard import FAILED
from tui.screens.activity_entry import problem_lines
from tui.screens.connect import ConnectDialog, check_token, refusal
from tui.screens.sync import JobScreen
from tui.widgets.jobsheet import job_sheet

RUNNING = replace(
    FAILED,
    state=JobState.RUNNING,
    error=None,
    finished_at=None,
    progress=Progress("pull", 1200, 5000, 40.0, None, "", {"pulled": 1200}),
)


@pytest.mark.parametrize(
    ("job", "said"),
    [
        (None, "No job has run yet"),
        (RUNNING, "1,200 of 5,000 (24 %)"),
        (RUNNING, "40 a second · 1 min 35 s left"),
        (replace(RUNNING, progress=replace(RUNNING.progress, waiting_until=112.0)), "rate limit, 12 s to go"),
        (replace(RUNNING, cancel_requested=True), "Stopping, keeping what is done."),
        (replace(RUNNING, state=JobState.QUEUED), "Waiting for its turn."),
        (FAILED, "Discogs did not answer."),
        (replace(RUNNING, progress=Progress("[red]odd[/]", 3)), "[red]odd[/]"),
    ],
)
def test_a_job_tells_the_truth(job: object, said: str) -> None:
    told = "\n".join(line.plain for line in job_sheet(job, 100.0, 80))  # pyright: ignore[reportArgumentType]
    assert said in told


def test_a_running_job_keeps_its_lines() -> None:
    states = [RUNNING, replace(RUNNING, cancel_requested=True), replace(RUNNING, progress=Progress())]
    assert {len(job_sheet(job, 0.0, 80)) for job in states} == {7}


def test_every_failed_item_is_listed_with_its_reason() -> None:
    lines = problem_lines([Problem(text, text) for text in HOSTILE], 60)
    assert sum("✗" in line.plain for line in lines) == len(HOSTILE)
    assert all(line.cell_length <= 60 for line in lines if "✗" not in line.plain)


@pytest.mark.parametrize(("token", "is_good"), [("abc123", True), ("two words", False), ("tök", False)])
def test_a_token_is_looked_at_before_anybody_is_asked(token: str, is_good: bool) -> None:
    assert (check_token(token) is None) is is_good


def test_a_refusal_says_what_to_do() -> None:
    assert "generate a new one" in refusal(UpstreamRefused("discogs", "No.", status=401))
    assert refusal(LockgrooveError("The name cannot be resolved.")).endswith("Press Enter to try again.")


async def test_a_sync_without_a_connection_asks_for_one_and_then_runs(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(monkeypatch, 20) as upstream:
        monkeypatch.delenv("DISCOGS_TOKEN")
        monkeypatch.delenv("DISCOGS_USERNAME", raising=False)
        async with opened(data_dir) as (app, pilot):
            await pilot.press("1", "s")
            await until(pilot, lambda: isinstance(app.screen, ConnectDialog), "the dialog")
            await pilot.press(*"wrong", "enter")
            await until(pilot, lambda: "does not accept this token" in screen_text(app), "the refusal")
            await pilot.press(*["backspace"] * 5, *upstream.token, "enter")
            await until(pilot, lambda: f"Connected as {upstream.username}" in screen_text(app), "the welcome")
            assert upstream.token not in screen_text(app)
            await pilot.press("enter")
            await until(pilot, lambda: app.bridge.snapshot.last_job is not None, "the sync")
            await until(pilot, lambda: "pulled" in screen_text(app), "its result", 30)


async def test_the_job_is_followed_and_left_again(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch, 120), opened(data_dir) as (app, pilot):
        await pilot.press("7", "s", "J")
        await until(pilot, lambda: isinstance(app.screen, JobScreen), "the job")
        await until(pilot, lambda: "120 pulled" in screen_text(app), "its figures", 30)
        await pilot.press("escape")
        await until(pilot, lambda: app.current_mode == "activity", "where we came from")
