"""The rules by which sources are chosen, as a form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.screens.form import Form
from tui.widgets.field import Field

if TYPE_CHECKING:
    from services.downloads.choice import Rules

_YES = ("y", "yes", "j", "ja", "1", "true")
_NO = ("n", "no", "nein", "0", "false", "")
_KHZ = 1000


class RulesDialog(Form["Rules"]):
    """Returns the rules as they were changed. They hold until the program ends; the settings have the lasting ones."""

    TITLE = "Which source is best"
    HINT = "Enter next, on the last line judges anew · F2 judges anew · Esc leaves it"

    def __init__(self, rules: Rules) -> None:
        super().__init__()
        self._rules = rules

    def body(self) -> Iterator[Widget]:
        rules = self._rules
        said = "What is not known of a file is accepted. AUTOSYNC_MIN_BITRATE and AUTOSYNC_PREFERRED_FORMATS keep it."
        yield Static(Content.styled(said, "$muted"))
        yield Field("formats", "Formats, the best first", value=", ".join(rules.formats), placeholder="flac, mp3")
        yield Field("only", "Only these formats (y or n)", value=_letter(rules.only_formats), check=_check_truth)
        yield Field("bit_rate", "Least bit rate, kbit/s", value=str(rules.min_bit_rate), check=_number(1, 10_000))
        yield Field("sample", "Least sample rate, kHz", value=_khz(rules.min_sample_rate), check=_check_khz)
        yield Field("depth", "Least bits of a sample", value=_or_none(rules.min_bit_depth), check=_number(8, 32))
        yield Field(
            "free", "Only users with a free slot (y or n)", value=_letter(rules.free_slot_only), check=_check_truth
        )
        yield Field("queue", "Longest queue without one", value=_or_none(rules.max_queue), check=_number(0, 1_000_000))
        yield Field("whole", "Only whole albums (y or n)", value=_letter(rules.complete_only), check=_check_truth)

    def save(self, typed: dict[str, str]) -> None:
        formats = (each.strip().lower().removeprefix(".") for each in typed["formats"].replace(" ", ",").split(","))
        self.dismiss(
            replace(
                self._rules,
                formats=tuple(dict.fromkeys(filter(None, formats))),
                only_formats=typed["only"].lower() in _YES,
                min_bit_rate=int(typed["bit_rate"] or 1),
                min_sample_rate=round(float(typed["sample"].replace(",", ".")) * _KHZ) if typed["sample"] else None,
                min_bit_depth=int(typed["depth"]) if typed["depth"] else None,
                free_slot_only=typed["free"].lower() in _YES,
                max_queue=int(typed["queue"]) if typed["queue"] else None,
                complete_only=typed["whole"].lower() in _YES,
            )
        )


def _letter(truth: bool) -> str:
    return "y" if truth else "n"


def _or_none(value: int | None) -> str:
    return "" if value is None else str(value)


def _khz(rate: int | None) -> str:
    return "" if rate is None else f"{rate / _KHZ:g}"


def _check_truth(typed: str) -> str | None:
    return None if typed.lower() in (*_YES, *_NO) else "y or n."


def _check_khz(typed: str) -> str | None:
    try:
        return None if not typed or 1 <= float(typed.replace(",", ".")) <= 1000 else "Kilohertz, such as 44.1."
    except ValueError:
        return "Kilohertz, such as 44.1."


def _number(least: int, most: int) -> Callable[[str], str | None]:
    def check(typed: str) -> str | None:
        if not typed or (typed.isascii() and typed.isdigit() and least <= int(typed) <= most):
            return None
        return f"A whole number from {least:,} to {most:,}, or nothing."

    return check
