"""``shelf``: the refresh, the list with its filters, as text and as JSON."""

from __future__ import annotations

from typing import Any


def test_records_are_brought_together_and_listed(lockgroove: Any) -> None:
    empty = lockgroove("shelf")
    assert (empty.status, empty.out) == (0, "") and "lockgroove shelf refresh" in empty.err
    added = lockgroove("records", "add", "--artist", "Örbit Choir", "--title", "Low Tide\x1b[31m", "--year", "1999")
    assert added.status == 0, added.err
    done = lockgroove("shelf", "refresh")
    assert done.status == 0 and "1 albums: 1 owned" in done.out and "1 on vinyl without files" in done.out
    listed = lockgroove("shelf", "--missing-files", "--text", "orb")
    assert listed.status == 0 and "Örbit Choir" in listed.out and "vinyl" in listed.out and "\x1b" not in listed.out
    told = lockgroove("shelf", "--owned", "--no-files", "--json").json
    assert told["total"] == 1 and told["albums"][0]["places"][0]["source"] == "records"
    assert lockgroove("shelf", "--not-owned").err.startswith("No album matches.")
    assert lockgroove("shelf", "--not-owned", "--missing-files").status == 2
    again = lockgroove("shelf", "refresh", "--json").json
    assert again["state"] == "done" and again["result"]["matched"] == 0
