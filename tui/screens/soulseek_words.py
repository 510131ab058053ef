"""What the search of Soulseek says: how far it is, what it found, by which rules, and why there is nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.content import Content

from tui.actions import key_of
from tui.table.downloads import amount
from tui.table.soulseek import Found, FoundRow, clock, slot
from tui.text import clean, cut
from tui.words import number, span

if TYPE_CHECKING:
    from services.downloads.choice import Rules
    from services.soulseek.models import SearchProgress, SearchResult
    from storage.errors import LockgrooveError

LEAST = 3
"""Letters before anything is asked: Soulseek's users answer no shorter ones, and it counts every search against us."""
INVITATION = (
    "Type artist and album, or a title, then Enter: every word must be in the path.\n"
    "A word with - before it must not. One search takes about 20 seconds."
)
SHORT = f"At least {LEAST} letters, then Enter."
_SHOWN = 24
"""Cells of what is searched for, while it runs."""
SORTS = ("best", "speed", "queue", "size", "user")
"""The orders one key goes through: by the rules first."""
SORTED = {
    "best": "best first",
    "speed": "fastest first",
    "queue": "shortest queue first",
    "size": "largest first",
    "user": "by user",
}
_TRACK_NUMBER = re.compile(r"^\W*(?:\d{1,2}[-. ])?\d{1,3}[\s._)-]+")
_NOT_WORDS = re.compile(r"[^\w'&]+")


def sought(filename: str) -> str:
    """The words under which the same thing may be found at others: the folder's name and the title, without numbers."""
    parts = [part for part in filename.replace("/", "\\").split("\\") if part]
    title = _TRACK_NUMBER.sub("", parts[-1].rpartition(".")[0] or parts[-1]) if parts else ""
    folder = parts[-2] if len(parts) > 1 else ""
    words = [word for part in (folder, title) for word in _NOT_WORDS.split(part) if len(word) > 1]
    return " ".join(dict.fromkeys(word for word in words if not word.isdigit()))


def searching(text: str, progress: SearchProgress | None, seconds: float, *, is_enough: bool = False) -> str:
    """A running search in one line; ``is_enough`` is what has come."""
    text = cut(text, _SHOWN)
    if progress is None:
        return f"Asking slskd to search for “{text}” · {span(seconds)}"
    if is_enough:
        return f"Stopping “{text}”, to read what {counted(progress.responses, 'user')} answered · x gives it up"
    if "Queued" in progress.state:
        return f"Waiting for slskd's other searches · {span(seconds)} · x stops"
    return (
        f"Searching for “{text}” · {counted(progress.responses, 'user')} answered · {counted(progress.files, 'file')} · "
        f"{span(seconds)} · x stops"
    )


def counted(count: int, noun: str) -> str:
    """``1 file``, ``1,204 files``."""
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def ended(result: SearchResult, found: int, accepted: int, sort: str, tracks: int | None = None) -> str:
    """What a search came to, in one line; ``tracks`` is how many the album has that was looked for."""
    if not found:
        return f"“{result.text}”: nothing found"
    album = f" of {counted(tracks, 'track')}" if tracks else ""
    cut = ", there is more" if result.is_cut else ""
    where = f"{counted(found, 'folder')} of {counted(len(result.responses), 'user')}{cut}"
    return f"“{result.text}”{album} · {where} · {number(accepted)} fit the rules · {SORTED[sort]}"


def nothing(result: SearchResult) -> str:
    """Why there may be nothing."""
    if result.responses:
        return "What was found holds no music.\nTry other words."
    return (
        f"Nobody answered to “{result.text}”.\nFewer words find more: artist and album without anything in brackets. "
        "Soulseek holds some names of artists and titles back, and then says that there is nothing: try the album's name "
        "alone, or leave one word out."
    )


def trouble(error: LockgrooveError) -> str:
    """Why there was no answer, and what helps, on two lines."""
    said = {
        "not_logged_in": "slskd is there but not logged in to Soulseek.",
        "busy": "slskd is busy with other searches.",
    }.get(getattr(error, "code", None) or "", error.message)
    return f"{said}\n{error.hint}"


def rules_line(rules: Rules | None) -> str:
    """The rules in one line: what is preferred, what is left out."""
    if rules is None:
        return ""
    formats = ", ".join(each.upper() for each in rules.formats)
    only = " only" if rules.only_formats else " first"
    parts = (
        f"{formats}{only}" if formats else "any format",
        f"{rules.min_bit_rate} kbit/s at least" if rules.min_bit_rate > 1 else "",
        f"{rules.min_sample_rate / 1000:g} kHz at least" if rules.min_sample_rate else "",
        f"{rules.min_bit_depth} bit at least" if rules.min_bit_depth else "",
        "free slots only" if rules.free_slot_only else "",
        f"queues up to {number(rules.max_queue)}" if rules.max_queue is not None else "",
        "whole albums only" if rules.complete_only else "",
    )
    return f"Rules ({key_of('soulseek.rules')} changes them): {', '.join(filter(None, parts))}"


def about(row: FoundRow | None, width: int) -> list[Content]:
    """Three lines about what the cursor is on: where it is, how soon it comes, why it stands where it does."""
    if row is None:
        return [Content("")] * 3
    found, file = row.found, row.file
    path = file.filename if file is not None else found.folder.directory
    return [
        Content.styled(clean(path), "bold $accent").truncate(width, ellipsis=True),
        Content.assemble((clean(_busy(found)), "$foreground")).truncate(width, ellipsis=True),
        _why(found).truncate(width, ellipsis=True),
    ]


def _busy(found: Found) -> str:
    folder = found.folder
    length = clock(folder.length)
    parts = (
        f"{folder.username}: {slot(folder)}",
        f"{amount(folder.upload_speed)}/s" if folder.upload_speed else "",
        f"{counted(len(folder.audio), 'track')}{f', {length}' if length else ''}",
        amount(folder.size),
    )
    return " · ".join(filter(None, parts))


def _why(found: Found) -> Content:
    reasons = clean(", ".join(found.reasons)) or "no reason was given"
    if found.accepted:
        return Content.assemble((f"✓ {number(found.place)}. ", "$success"), (reasons, "$muted"))
    return Content.assemble(("✗ not taken: ", "$warning"), (reasons, "$muted"))
