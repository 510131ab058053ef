"""What one run of ``beet`` came to, and in what way it failed where it did (beets-cli.md sections 1 and 9)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.beets.refusals import BeetsFailed, Verdict

_BACKUP = "Created database backup at:"
"""How the lines begin that an upgrade of the library prints before everything else."""
_CONFIGURATION = "configuration error: "
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_NOTHING = re.compile(r"^error: No matching (items|objects|albums)", re.MULTILINE)
_SIGNS: tuple[tuple[str, Verdict], ...] = (
    ("database is locked", Verdict.LOCKED),
    ("readonly database", Verdict.READ_ONLY),
    ("stdin stream ended", Verdict.PROMPT),
    ("invalid query:", Verdict.BAD_QUERY),
    ("configuration error", Verdict.CONFIGURATION),
    ("no such file or directory", Verdict.MISSING_PATH),
    ("no such directory", Verdict.MISSING_PATH),
    ("Traceback (most recent call last)", Verdict.CRASH),
)
"""What stands on stderr, the most telling first: a locked library shows as a traceback too."""
_HINTS: dict[Verdict, str] = {
    Verdict.LOCKED: "Another program holds the beets library. Try again when it is done.",
    Verdict.READ_ONLY: "beets may not write its library file, or the folder it lies in.",
    Verdict.PROMPT: "beets wanted to ask something and nobody is there to answer. Run it in a terminal.",
    Verdict.CONFIGURATION: "`beet config -p` says where the configuration is.",
    Verdict.USAGE: "This needs beets 2.0 or later.",
    Verdict.CRASH: "The log has all that beets said.",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run that has ended. ``command`` is its first word, ``exit`` what it returned (negative: the signal)."""

    command: str
    exit: int
    stdout: str
    stderr: str
    verdict: Verdict

    @property
    def lines(self) -> list[str]:
        """The lines of stdout that say something."""
        return [line for line in self.stdout.split("\n") if line.strip()]

    @property
    def is_nothing(self) -> bool:
        """Whether it did nothing because nothing matched."""
        return self.verdict is Verdict.NOTHING_MATCHED

    @property
    def reason(self) -> str:
        """The last line of stderr, without what beets puts before it; where the configuration is wrong all of it."""
        said = [line.strip() for line in self.stderr.splitlines() if line.strip()]
        begun = next((n for n, line in enumerate(said) if line.startswith(_CONFIGURATION)), None)
        if self.verdict is Verdict.CONFIGURATION and begun is not None:
            return " ".join(said[begun:])
        last = said[-1] if said else ""
        return last.removeprefix("error: ") or f"Command 'beet {self.command}' failed"

    def failure(self) -> BeetsFailed:
        """The same as an error (harmony-contract.md section 16: what stderr said, or that the command failed)."""
        if self.verdict is Verdict.TIMEOUT:
            return BeetsFailed(self.verdict, "Command timed out", "Ask for less, or look whether its disk is there.")
        return BeetsFailed(self.verdict, self.reason, _HINTS.get(self.verdict, ""))

    def checked(self) -> Outcome:
        """This outcome, where it is good or nothing matched. Raises :class:`BeetsFailed`."""
        if self.verdict in (Verdict.OK, Verdict.NOTHING_MATCHED):
            return self
        raise self.failure()


def outcome(command: str, exit: int, stdout: bytes, stderr: bytes, verdict: Verdict | None = None) -> Outcome:
    """What a run with these bytes came to; ``verdict`` where it is known without looking."""
    said, told = _text(stdout), _text(stderr)
    return Outcome(command, exit, said, told, verdict or classify(exit, told))


def classify(exit: int, stderr: str) -> Verdict:
    """How a run ended that ended by itself."""
    if exit == 0:
        return Verdict.OK
    if _NOTHING.search(stderr):
        return Verdict.NOTHING_MATCHED
    for sign, verdict in _SIGNS:
        if sign in stderr:
            return verdict
    if exit == 2:
        return Verdict.USAGE
    return Verdict.CRASH if exit < 0 else Verdict.FAILED


def _text(said: bytes) -> str:
    """What was said, without colours (a plug-in may not know NO_COLOR) and without what only tells of an upgrade."""
    plain = _COLOUR.sub("", said.decode("utf-8", "replace")).replace("\r\n", "\n")
    if _BACKUP not in plain:
        return plain
    return "".join(line for line in plain.splitlines(keepends=True) if not line.startswith(_BACKUP))
