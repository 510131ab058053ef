"""The same done to several items, one after another: one that fails is told with its reason, the others go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import typer

from services.errors import LockgrooveError, UpstreamRateLimited
from tui.cli.exits import Exit, is_unconnected
from tui.cli.output import document, line, note
from tui.cli.program import with_runtime
from tui.cli.progress import ProgressLine
from tui.text import clean
from tui.words import number

if TYPE_CHECKING:
    from services.runtime import Runtime

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Chore(Generic[T]):
    """What is done to each item, by its number: ``doing`` names it in the progress, ``say`` and ``wire`` are what was
    done as a line and as JSON, under ``key``.
    """

    doing: str
    act: Callable[[Runtime, int], Awaitable[T]]
    say: Callable[[T], str]
    key: str
    wire: Callable[[T], object]


@dataclass(slots=True)
class _Outcome(Generic[T]):
    done: list[T] = field(default_factory=list[T])
    failed: list[tuple[int, LockgrooveError]] = field(default_factory=list[tuple[int, LockgrooveError]])

    @property
    def is_one_error(self) -> bool:
        """Whether a single reason is all that there is to tell."""
        return not self.done and len(self.failed) == 1


def do_each(data_dir: Path | None, items: Sequence[int], chore: Chore[T], *, as_json: bool) -> None:
    """Do the chore for every item and tell what became of each, also when Ctrl-C ends it half-way.

    What no further item would survive (no connection, a refused credential, a long wait for the limit) ends it early.
    Raises the reason if nothing was done and there is only that one; ends the command with 3 if some items failed, with
    1 if all did.
    """
    wanted = list(dict.fromkeys(items))
    outcome: _Outcome[T] = _Outcome()
    try:
        with_runtime(data_dir, lambda runtime: _work(runtime, wanted, chore, outcome))
    finally:
        _report(outcome, chore, len(wanted), as_json=as_json)
    if outcome.is_one_error:
        raise outcome.failed[0][1]
    if outcome.failed:
        raise typer.Exit(Exit.PARTIAL if outcome.done else Exit.FAILED)


async def _work(runtime: Runtime, items: Sequence[int], chore: Chore[T], outcome: _Outcome[T]) -> None:
    with ProgressLine() as shown:
        for position, each in enumerate(items, 1):
            if len(items) > 1:
                shown.show(f"{chore.doing} {number(position)} of {number(len(items))}")
            try:
                outcome.done.append(await chore.act(runtime, each))
            except LockgrooveError as error:
                outcome.failed.append((each, error))
                if _is_the_end(error):
                    return


def _is_the_end(error: LockgrooveError) -> bool:
    """Whether the same would befall every further item."""
    return is_unconnected(error) or isinstance(error, UpstreamRateLimited)


def _report(outcome: _Outcome[T], chore: Chore[T], wanted: int, *, as_json: bool) -> None:
    """Each item that was done as data, each that failed with its reason and what to do, and how many are left."""
    if not (outcome.done or outcome.failed) or outcome.is_one_error:
        return
    if as_json:
        errors = [{"item": str(each), "message": error.message} for each, error in outcome.failed]
        document({chore.key: [chore.wire(done) for done in outcome.done], "errors": errors})
    else:
        for done in outcome.done:
            line(chore.say(done))
    for each, error in outcome.failed:
        note(f"failed: {each}: {clean(error.message)}")
    for hint in dict.fromkeys(error.hint for _, error in outcome.failed if error.hint):
        note(clean(hint))
    if left := wanted - len(outcome.done) - len(outcome.failed):
        note(f"Stopped with {number(left)} of {number(wanted)} left.")
