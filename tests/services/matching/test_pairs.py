"""The labelled pairs: at a confidence of 0.9 nearly everything is right, and nearly nothing is missed."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.services.matching.pairs import Pair, load

PAIRS = load()
SURE, PRECISION, RECALL = 0.9, 0.99, 0.9


def measured(pairs: list[Pair], name: str) -> tuple[float, float]:
    """Precision and recall at :data:`SURE`; prints them with how right each tenth of confidence was."""
    tenths: dict[int, list[bool]] = defaultdict(list)
    right = sure = same = 0
    for pair in pairs:
        confidence = pair.verdict().confidence
        tenths[min(9, int(confidence * 10))].append(pair.same)
        same += pair.same
        sure += confidence >= SURE
        right += confidence >= SURE and pair.same
    print(f"\n{name}: {len(pairs)} pairs, {same} the same; precision {right / sure:.4f}, recall {right / same:.4f}")
    for tenth, labels in sorted(tenths.items()):
        print(f"  {tenth / 10:.1f}: {sum(labels)} of {len(labels)} the same")
    return right / sure, right / same


@pytest.mark.parametrize("kind", ["album", "track"])
@pytest.mark.parametrize("held_out", [False, True], ids=["tuned", "held out"])
def test_what_is_surely_the_same_is_and_little_is_missed(kind: str, held_out: bool) -> None:
    chosen = [pair for pair in PAIRS if pair.kind == kind and pair.is_held_out is held_out]
    precision, recall = measured(chosen, f"{kind}s, {'held out' if held_out else 'tuned'}")
    assert precision >= PRECISION
    assert recall >= RECALL


def test_pairs_that_were_written_when_every_rule_stood_fare_alike() -> None:
    precision, recall = measured(load("fresh_pairs.txt"), "fresh")
    assert precision >= PRECISION
    assert recall >= RECALL


def test_there_are_enough_pairs_of_every_kind() -> None:
    assert len(PAIRS) >= 400
    assert len(PAIRS) / 4 < sum(pair.is_held_out for pair in PAIRS) < len(PAIRS) / 2
    assert sum(not pair.same for pair in PAIRS) >= 150


def test_the_order_of_two_does_not_matter() -> None:
    for pair in PAIRS:
        turned = Pair(pair.kind, pair.same, pair.difficulty, pair.right, pair.left)
        assert turned.verdict().confidence == pair.verdict().confidence, pair
