"""Processes on one database are told when their keys are not the same."""

from __future__ import annotations

import pytest

from services.accounts.agreement import Difference, Keys

OURS = Keys("here", 1, "s", ("a", "b"))


@pytest.mark.parametrize(
    ("other", "names"),
    [
        (Keys("there", 2, "s", ("a",)), []),
        (Keys("there", 2, "t", ("a",)), ["JWT_SECRET_KEY"]),
        (Keys("there", 2, None, ()), []),
        (Keys("there", 2, "s", ("b", "a")), []),
        (Keys("there", 2, "s", ("c", "a")), ["OAUTH_ENCRYPTION_KEY"]),
        (Keys("there", 2, "t", ("c",)), ["JWT_SECRET_KEY", "OAUTH_ENCRYPTION_KEY"]),
    ],
)
def test_a_rotation_under_way_is_no_difference_and_another_key_is(other: Keys, names: list[str]) -> None:
    assert OURS.differs(other) == other.differs(OURS) == names


def test_a_difference_says_what_it_means_and_how_to_mend_it() -> None:
    found = Difference(Keys("there", 2, "t", ()), ("JWT_SECRET_KEY",))
    assert found.message.startswith("Process 2 on there shares this database and has other keys: who logs in")
    assert "JWT_SECRET_KEY in the environment of every process" in found.hint
