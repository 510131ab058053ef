"""Artists like an artist, with the reasons: the labels, the styles and the credited people that they share.

What is rare says more than what everybody has, so everything shared weighs the more the fewer releases have it. The
same catalogue always gives the same answer.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import nsmallest
from math import log2

from storage.catalogue import kin, nodes, pressings
from storage.catalogue.database import Database, marks
from storage.catalogue.kinds import Kind, key_of, parted
from storage.catalogue.lists import List, whole
from storage.catalogue.nodes import COLLECTIVE, NOT_ON_LABEL, Node, wire_name
from storage.catalogue.packed import Entries, length, unpack, unpack_ids
from storage.catalogue.tags import Tags
from storage.values import NodeName, Reason, Similar

PARTS = {Kind.LABEL: 0.4, Kind.STYLE: 0.35, Kind.ARTIST: 0.25}
"""How much of the score is for labels, styles and people in common."""
LEADING = 20
"""Labels, styles and people of an artist that count."""
LOOKED_AT = 500
"""An artist's own newest releases whose credits are read."""
FOLLOWED = 200
"""Artists of a label, and releases of a person, that are followed; the first in their lists."""
POOL = 400
"""Candidates whose styles are compared."""
REASONS = 6
_FEW = 3
"""Releases that are added before shares are taken, so that one single release does not make an artist all alike."""


@dataclass(frozen=True, slots=True)
class _Trait:
    """Something of the artist that others may share: the ``share`` of its releases that have it, and the ``weight`` that it
    has in the score where somebody shares it whole.
    """

    kind: Kind
    name: str
    share: float
    weight: float

    def shared_by(self, share: float) -> float:
        """What it adds to the score of somebody with this share."""
        return self.weight * min(1.0, share / self.share)


_Traits = dict[int, _Trait]
"""By the key of the node."""


@dataclass(slots=True)
class _Candidate:
    """On how many of its releases another artist has the traits, by their keys."""

    shared: dict[int, int] = field(default_factory=dict[int, int])
    releases: int = 0

    def weights(self, traits: _Traits) -> dict[int, float]:
        """What each shared trait adds to the score."""
        return {key: traits[key].shared_by(self.shared[key] / (self.releases + _FEW)) for key in sorted(self.shared)}


def similar(db: Database, artist: Node, *, limit: int) -> list[Similar]:
    """At most ``limit`` artists, the most alike first, then by number; never its own aliases, groups and members."""
    tags = Tags(db)
    labels, styles, people = _labels(db, artist), _styles(db, tags, artist.key), _people(db, artist)
    traits = labels | styles | people
    candidates: defaultdict[int, _Candidate] = defaultdict(_Candidate)
    _follow_labels(db, labels, candidates)
    _follow_people(db, people, candidates)
    for each in (artist.number, *COLLECTIVE, *kin.family(db, artist.key)):
        candidates.pop(each, None)
    _count_releases(db, candidates)
    pool = _best(candidates, traits, POOL)
    _compare_styles(db, styles, {number: candidates[number] for number in pool})
    best = _best({number: candidates[number] for number in pool}, traits, limit)
    return [_told(node, candidates[int(node.id)], traits) for node in nodes.wired(db, Kind.ARTIST, best)]


def _labels(db: Database, artist: Node) -> _Traits:
    row = db.row("SELECT releases, labels FROM node WHERE key = ?", (artist.key,))
    assert row is not None
    made = length(row[0])
    counts = _counts(whole(db, artist.key, List.LABELS, row[1], most=2 * LEADING))
    return _traits(db, Kind.LABEL, {key_of(Kind.LABEL, each): count for each, count in counts.items()}, made)


def _styles(db: Database, tags: Tags, key: int) -> _Traits:
    row = db.row("SELECT releases, tags FROM node WHERE key = ?", (key,))
    assert row is not None
    entries = unpack(row[1])
    assert isinstance(entries, Entries)
    counts = {
        key_of(Kind.STYLE, each): count for each, count in _counts(entries).items() if tags.kind(each) is Kind.STYLE
    }
    return _traits(db, Kind.STYLE, counts, length(row[0]))


def _people(db: Database, artist: Node) -> _Traits:
    """Those who are credited on the artist's releases."""
    row = db.row("SELECT releases FROM node WHERE key = ?", (artist.key,))
    newest = whole(db, artist.key, List.RELEASES, row[0] if row else None, most=LOOKED_AT).ids
    counts: Counter[int] = Counter()
    for _, credits in pressings.rows_of(db, "credits", sorted(newest)):
        counts.update(unpack_ids(credits))
    for nobody in (artist.number, *COLLECTIVE):
        counts.pop(nobody, None)
    leading = nsmallest(2 * LEADING, counts.items(), key=lambda each: (-each[1], each[0]))
    return _traits(db, Kind.ARTIST, {key_of(Kind.ARTIST, each): count for each, count in leading}, len(newest))


def _traits(db: Database, kind: Kind, counts: Mapping[int, int], releases: int) -> _Traits:
    """The :data:`LEADING` traits of a kind, from the number of releases that have each; their weights are its part."""
    sizes = {key: each for key, each in _sizes(db, counts).items() if not each[0].startswith(NOT_ON_LABEL)}
    shares = {key: counts[key] / max(1, releases) for key in sizes}
    weights = {key: shares[key] / log2(2 + size) for key, (_, size) in sizes.items()}
    leading = nsmallest(LEADING, weights, key=lambda key: (-weights[key], key))
    together = sum(weights[key] for key in leading)
    return {key: _Trait(kind, sizes[key][0], shares[key], PARTS[kind] * weights[key] / together) for key in leading}


def _sizes(db: Database, keys: Iterable[int]) -> dict[int, tuple[str, int]]:
    """Names of nodes, and how many releases they are on."""
    wanted = sorted(keys)
    if not wanted:
        return {}
    db.ahead("node", wanted)
    statement = f"SELECT key, name, releases, credits FROM node WHERE key IN ({marks(wanted)})"
    return {key: (name, length(made) + length(credited)) for key, name, made, credited in db.rows(statement, wanted)}


def _counts(entries: Entries) -> dict[int, int]:
    return dict(zip(entries.ids, entries.marks, strict=True))


def _follow_labels(db: Database, labels: _Traits, candidates: defaultdict[int, _Candidate]) -> None:
    for key in sorted(labels):
        row = db.row("SELECT artists FROM node WHERE key = ?", (key,))
        entries = whole(db, key, List.ARTISTS, row[0] if row else None, most=FOLLOWED)
        for artist, count in zip(entries.ids, entries.marks, strict=True):
            candidates[artist].shared[key] = count


def _follow_people(db: Database, people: _Traits, candidates: defaultdict[int, _Candidate]) -> None:
    """To the makers of the releases on which the same people are credited."""
    for key in sorted(people):
        row = db.row("SELECT credits FROM node WHERE key = ?", (key,))
        credited = unpack_ids(row[0] if row else None)[:FOLLOWED]
        for _, makers in pressings.rows_of(db, "artists", credited):
            for artist in unpack_ids(makers):
                shared = candidates[artist].shared
                shared[key] = shared.get(key, 0) + 1


def _count_releases(db: Database, candidates: Mapping[int, _Candidate]) -> None:
    keys = sorted(key_of(Kind.ARTIST, number) for number in candidates)
    for start in range(0, len(keys), pressings.CHUNK):
        chunk = keys[start : start + pressings.CHUNK]
        db.ahead("node", chunk)
        for key, made in db.rows(f"SELECT key, releases FROM node WHERE key IN ({marks(chunk)})", chunk):
            candidates[parted(key)[1]].releases = length(made)


def _compare_styles(db: Database, styles: _Traits, pool: Mapping[int, _Candidate]) -> None:
    keys = sorted(key_of(Kind.ARTIST, number) for number in pool)
    db.ahead("node", keys)
    for key, tags in db.rows(f"SELECT key, tags FROM node WHERE key IN ({marks(keys)})", keys) if keys else ():
        entries = unpack(tags)
        assert isinstance(entries, Entries)
        for each, count in zip(entries.ids, entries.marks, strict=True):
            style = key_of(Kind.STYLE, each)
            if style in styles:
                pool[parted(key)[1]].shared[style] = count


def _best(candidates: Mapping[int, _Candidate], traits: _Traits, most: int) -> list[int]:
    scores = {number: sum(each.weights(traits).values()) for number, each in candidates.items()}
    return nsmallest(most, scores, key=lambda number: (-scores[number], number))


def _told(node: NodeName, candidate: _Candidate, traits: _Traits) -> Similar:
    weights = candidate.weights(traits)
    heaviest = nsmallest(REASONS, weights, key=lambda key: (-weights[key], key))
    reasons = tuple(Reason(wire_name(*parted(key), traits[key].name), round(weights[key], 4)) for key in heaviest)
    return Similar(node, round(sum(weights.values()), 4), reasons)
