"""An export as it runs and after it: what one sees of it, stops, retries, takes back, and finds again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from services.demo.faults import Fault
from services.discogs.export import Action, Export, ListingTerms, rounds
from services.runtime import Runtime
from storage import exports, jobs
from storage.values import ExportItem, ExportState, ExportTarget, Job, JobState, Progress, ReleaseId, UserId
from tests.tui.screens.conftest import HOSTILE, fill, opened, screen_text, until
from tests.tui.screens.exporting import staged
from tui.app import LockgrooveApp
from tui.screens.connect import ConnectDialog
from tui.screens.export_report import ExportPage
from tui.screens.export_words import about_undo, collection_terms, figures, listing_terms
from tui.screens.sync import JobScreen
from tui.table.results import ResultRow, ResultSource
from tui.widgets.exportsheet import export_lines, summary
from tui.widgets.plainlist import PlainList
from tui.words import job_outcome, job_title

JOB = Job(
    "1", UserId("u"), "export", JobState.DONE, {"action": "send", "target": "wantlist"},
    Progress("send", 16, 16, counts={"sent": 12, "skipped": 3, "failed": 1}), {}, None, None, 1, False, 1,
    None, None, None, "2026-11-20T10:00:00+00:00", "2026-11-20T10:00:00+00:00", "2026-11-20T10:01:00+00:00",
)  # fmt: skip
EXPORT = Export(JOB, Action.SEND, ExportTarget.WANTLIST, sent=12, skipped=3, failed=1, pending=0, undoable=12)
REFUSED = replace(JOB, state=JobState.FAILED, error="Discogs refuses the access (401). Connect it anew.")


def told(export: Export, job: Job, *, connected: bool = True) -> str:
    return "\n".join(line.plain for line in export_lines(export, job, 100.0, 100, connected=connected))


def test_an_ended_export_says_what_became_of_it_and_what_can_be_done() -> None:
    said = told(EXPORT, JOB)
    assert "Export to your wantlist" in said
    assert "12 sent, 3 skipped, 1 failed" in said
    assert "r tries to send what is left (1)." in said
    assert "z takes back the 12 that went through." in said
    assert job_outcome(JOB) == "Export: 12 sent, 3 skipped, 1 failed"


def test_a_refused_export_says_why_and_how_to_connect_again() -> None:
    export = replace(EXPORT, job=REFUSED, pending=5)
    said = told(export, REFUSED, connected=False)
    assert "12 sent, 3 skipped, 1 failed, 5 not reached" in said
    assert "Discogs refuses the access (401)." in said
    assert "Discogs is not connected: c connects it. r tries to send what is left (6)." in said


def test_an_undo_speaks_of_taking_back() -> None:
    job = replace(JOB, params={"action": "undo", "target": "wantlist"}, problem_count=0)
    assert job_title(job) == "Undo of an export to your wantlist"
    assert job_outcome(job) == "Undo of an export: 12 taken back, 3 skipped"
    assert summary(replace(EXPORT, job=job, failed=0)) == "12 taken back, 3 skipped, 0 failed"


def test_an_export_that_another_one_went_on_with_leads_there() -> None:
    assert "o shows it" in told(replace(EXPORT, retried_as="2"), JOB)


@pytest.mark.parametrize(
    ("job", "said"),
    [
        (replace(JOB, state=JobState.RUNNING), "16 of 16 (100 %)"),
        (replace(JOB, state=JobState.RUNNING, progress=Progress("send", 3, 60, 1.0)), "1.0 a second · 57 s left"),
        (
            replace(JOB, state=JobState.RUNNING, progress=Progress("send", 3, 60, 1.0, 112.0)),
            "Waiting for the rate limit, 12 s to go.",
        ),
        (replace(JOB, state=JobState.WAITING, wake_at="1970-01-01T00:02:10+00:00"), "Parked for the rate limit"),
        (replace(JOB, state=JobState.RUNNING, cancel_requested=True), "Stopping, keeping what is done."),
    ],
)
def test_a_running_export_tells_the_truth_in_lines_that_stay_where_they_are(job: Job, said: str) -> None:
    lines = export_lines(replace(EXPORT, job=job), job, 100.0, 100, connected=True)
    assert said in "\n".join(line.plain for line in lines)
    assert len(lines) == 5


def test_terms_are_told_in_sentences() -> None:
    terms = ListingTerms("Very Good (VG)", "12.5", "Generic")
    assert listing_terms(terms) == (
        "To the marketplace, each for 12.50: record Very Good (VG), sleeve Generic. As drafts, which only you see."
    )
    assert "everybody can order them" in listing_terms(replace(terms, status="For Sale"))
    assert collection_terms("[b]Odd[/b]", remove_from_wantlist=False) == (
        "To your Discogs collection, folder “[b]Odd[/b]”."
    )
    assert figures(300, 1200) == "300 will be sent, 1,200 skipped, about 5 min 00 s at one a second."
    assert figures(0, 2) == "Nothing would be sent."


def test_what_cannot_be_taken_back_is_said_before() -> None:
    assert "notes or a rating" in " ".join(about_undo(EXPORT))
    job = replace(JOB, params={**JOB.params, "remove_from_wantlist": True})
    said = about_undo(replace(EXPORT, job=job, target=ExportTarget.COLLECTION))
    assert "What left your wantlist for it is not put back." in said


async def test_failed_items_are_named_with_their_reason_and_sent_again(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(data_dir, monkeypatch) as on:
        lost = on.releases[1]
        pressing = on.discogs.world.catalogue.pressings.pop(lost)
        await on.press("asterisk")
        await on.send("w", agree="y")
        await on.ended("3 sent, 0 skipped, 1 failed", "failed: Discogs does not know this release")
        await on.press("f")
        await on.sees("what failed, 1", "Song 2")
        assert "Song 3" not in screen_text(on.app)
        await on.press("f")
        await on.sees("what went through, 3", "Song 3")
        await on.press("f")
        await on.sees("Items · 4")
        on.discogs.world.catalogue.pressings[lost] = pressing
        await on.press("r")
        await on.ended("1 sent, 0 skipped, 0 failed", "Song 2", "Items · 1")
        assert set(on.releases) <= on.discogs.world.wants.keys()
        await on.press("o")
        await on.sees("3 sent, 0 skipped, 1 failed", "o shows it")


async def test_what_an_export_sent_is_taken_back_when_agreed_and_only_then(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(data_dir, monkeypatch) as on:
        await on.press("asterisk")
        await on.send("c")
        await on.ended("4 sent")
        await on.press("z")
        await on.sees("Take back the 4 that this export sent?", "stay")
        await on.press("enter")
        await on.sees("z takes back the 4")
        assert len(on.copies) == 4
        on.discogs.world.instances[
            next(copy.instance_id for copy in on.discogs.world.copies(on.releases[0]))
        ].folder_id = 3
        await on.press("z")
        await on.sees("Take back the 4")
        await on.press("z")
        await on.ended("Undo of an export to your collection", "3 taken back, 1 skipped", "it was changed since")
        assert on.copies == [on.releases[0]]
        await on.press("o")
        await on.sees("Export to your collection", "taken back 20", "z takes back the 1 that")
        await on.press("escape", "7")
        await on.sees("Took an export back from Discogs: 3 taken back, 1 ", "Exported to Discogs: 4 sent")


async def test_a_running_export_is_left_found_again_stopped_and_gone_on_with(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(data_dir, monkeypatch, count=12, pause=0.6) as on:
        await on.press("asterisk")
        await on.send("w")
        await on.sees("Sending to Discogs", "of 12")
        await on.press("escape")
        await on.sees("Export · sending to Discogs")
        await on.press("J")
        await until(on.pilot, lambda: isinstance(on.app.screen, JobScreen), "the job")
        await on.sees("Export to your wantlist", " Items ")
        await on.press("enter")
        await until(on.pilot, lambda: isinstance(on.app.screen, ExportPage), "its items")
        await on.press("x")
        await on.ended("Stopped:", "not reached")
        assert len(set(on.releases) & on.discogs.world.wants.keys()) < 12
        monkeypatch.setattr(rounds, "SECONDS_BETWEEN_ITEMS", 0.0)
        await on.press("r")
        await on.ended("0 failed")
        assert set(on.releases) <= on.discogs.world.wants.keys()
        await on.press("escape")
        await until(on.pilot, lambda: on.app.current_mode == "collection", "where it was opened from")


async def test_a_refused_connection_ends_the_export_and_says_how_to_connect_again(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(data_dir, monkeypatch) as on:
        await on.press("asterisk")
        on.discogs.fault(Fault.REVOKED_TOKEN)
        await on.send("w")
        await on.ended("0 sent, 0 skipped, 0 failed, 4 not reached", "c connects it. r tries to send what is left (4)")
        on.discogs.mend()
        await on.press("c")
        await until(on.pilot, lambda: isinstance(on.app.screen, ConnectDialog), "the way to connect")


async def test_a_wait_for_the_limit_is_shown_as_one(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged(data_dir, monkeypatch) as on:
        on.discogs.fault(Fault.RATE_LIMIT, match="PUT", value="600")
        await on.press("asterisk")
        await on.send("w")
        await on.sees("for the rate limit")
        await on.press("x")
        await on.ended("Stopped:", "4 not reached")


async def test_an_account_that_may_not_sell_reads_why(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged(data_dir, monkeypatch) as on:
        on.discogs.fault(Fault.NO_SELLER_SETTINGS)
        await on.press("X", "m")
        await on.sees("Discogs suggests prices only", "F2 go on")
        await on.press(*"vg", "enter", "enter", *"9,99", "f2")
        await on.sees("each for 9.99", "1 will be sent")
        await on.press("X")
        await on.ended("1 failed", "does not let this account sell")


async def test_earlier_exports_are_found_in_the_feed_and_by_one_key(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(data_dir, monkeypatch) as on:
        await on.press("L")
        await on.sees("Nothing was exported yet.")
        await on.send("w")
        await on.ended("1 sent")
        await on.press("escape", "7")
        await on.sees("Exported to Discogs")
        await on.press("enter")
        await on.sees("Export to your wantlist", "1 sent, 0 skipped, 0 failed")
        await on.press("escape")
        await until(on.pilot, lambda: on.app.current_mode == "activity", "the feed again")
        await on.press("1", "ctrl+p")
        await on.press(*"last exp")
        await on.sees("app: last export")
        await on.press("enter")
        await on.sees("Export to your wantlist")


# -- long ones --------------------------------------------------------------------------------------------------------


async def stored(runtime: Runtime, titles: Sequence[str]) -> str:
    """An export that has ended: every hundredth item failed, the others were sent."""
    items = [
        ExportItem(
            n, ReleaseId(n), None, title, ExportState.SENT if n % 100 else ExportState.FAILED,
            None if n % 100 else title, None, None, None, None, None,
        )
        for n, title in enumerate(titles, 1)
    ]  # fmt: skip
    async with runtime.storage.write() as conn:
        params = {
            "action": "send",
            "target": "wantlist",
            "folder_id": 1,
            "listing": None,
            "remove_from_wantlist": False,
        }
        job, _ = await jobs.start(conn, "export", runtime.user.id, params)
        await exports.add(conn, runtime.user.id, job.id, items)
        await jobs.request_cancel(conn, runtime.user.id, job.id)
    return job.id


def items(app: LockgrooveApp) -> PlainList[ResultRow]:
    return cast("PlainList[ResultRow]", app.screen.query_one("#export-items", PlainList))


async def test_ten_thousand_items_are_read_by_windows(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged(data_dir, monkeypatch) as on:
        export_id = await on.app.bridge.call(lambda runtime: stored(runtime, [f"Title {n}" for n in range(1, 10_001)]))
        on.app.show_export(export_id)
        await on.sees("9,900 sent, 0 skipped, 100 failed", "Title 1 ")
        await on.press("end")
        await on.sees("Title 10000", "10,000 of 10,000")
        source = items(on.app).source
        assert isinstance(source, ResultSource)
        assert sum(source.row(position) is not None for position in range(2000, 4000, 500)) < 4
        await on.press("f")
        await on.sees("what failed, 100", "Title 100 ")
        await on.press("end")
        await on.sees("Title 10000", "100 of 100")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_hostile_titles_neither_crash_nor_shift_a_column(data_dir: Path, size: tuple[int, int]) -> None:
    await fill(data_dir)
    async with opened(data_dir, size) as (app, pilot):
        app.show_export(await app.bridge.call(lambda runtime: stored(runtime, HOSTILE * 20)))
        await until(pilot, lambda: f"of {len(HOSTILE) * 20}" in screen_text(app), "the items")
        table = items(app)
        for _ in HOSTILE:
            await pilot.press("down")
            for y in range(table.size.height):
                assert table.render_line(y).cell_length == table.size.width
        assert "\x1b" not in screen_text(app)
