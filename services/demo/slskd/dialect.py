"""How slskd of a version speaks (slskd-api.md section 13)."""

from __future__ import annotations

from dataclasses import dataclass

VERSIONS = ("0.22.5", "0.23.2", "0.24.1", "0.25.1", "0.26.0")


@dataclass(frozen=True, slots=True)
class Dialect:
    """Of one version, such as "0.24.1"."""

    version: str

    @property
    def number(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.version.split(".")[:3])

    @property
    def directory_is_list(self) -> bool:
        return self.number >= (0, 22, 3)

    @property
    def limits(self) -> bool:
        """429 for a second POST of a search and a third of an enqueue; two searches run at once instead of ten."""
        return self.number >= (0, 24, 0)

    @property
    def searches_at_once(self) -> int:
        return 2 if self.limits else 10

    @property
    def enqueue_tells(self) -> bool:
        return self.number >= (0, 24, 0)

    @property
    def failed_are_names(self) -> bool:
        """From 0.26 on they are objects without members."""
        return self.number < (0, 26, 0)

    @property
    def checks_presence_first(self) -> bool:
        """Before 0.24 the record of a download was made before it was known that the user is offline."""
        return self.number >= (0, 24, 0)

    @property
    def remove_is_strict(self) -> bool:
        """Removing answered 404 for what is unknown and 500 for what still runs."""
        return self.number <= (0, 24, 0)

    @property
    def has_attempts(self) -> bool:
        return self.number >= (0, 25, 0)

    @property
    def has_state_description(self) -> bool:
        return (0, 24, 0) <= self.number < (0, 25, 0)

    @property
    def has_start_offset(self) -> bool:
        return self.number < (0, 26, 0)

    @property
    def batches(self) -> bool:
        return self.number >= (0, 26, 0)

    @property
    def attempts(self) -> int:
        """How often slskd itself tries a transfer."""
        return 3 if self.batches else 1
