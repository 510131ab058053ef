"""What the music graph is made of: a release with everybody and everything it links."""

from __future__ import annotations

from dataclasses import dataclass

from storage.values.ids import ReleaseId


@dataclass(frozen=True, slots=True)
class Credit:
    """An artist by number and name (with Discogs' suffix such as ``(2)``, which makes it unique)."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class LabelLine:
    """A label as a release names it; ``catno`` is empty where there is none."""

    id: int
    name: str
    catno: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseEntry:
    """A release as the catalogue files it.

    ``artist`` is the line as printed; ``artists`` those it is by, ``credits`` everybody else on it (tracks, extra artists),
    each without 0 and without repetition. ``year`` is its own, None if not known. ``formats`` are the words under which it
    is found (``Vinyl``, ``LP``), ``format`` the line that is shown. ``barcodes`` as typed. What is not ``whole`` says
    nothing of ``country``, ``credits`` and ``barcodes``: those known from elsewhere stay.
    """

    id: ReleaseId
    title: str
    artist: str
    year: int | None = None
    country: str | None = None
    format: str | None = None
    master_id: int | None = None
    artists: tuple[Credit, ...] = ()
    credits: tuple[Credit, ...] = ()
    labels: tuple[LabelLine, ...] = ()
    genres: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    barcodes: tuple[str, ...] = ()
    whole: bool = True


@dataclass(frozen=True, slots=True)
class NodeName:
    """A node as the wire has it: ``kind`` is ``artist``, ``label``, ``genre``, ``style``, ``release`` or ``master``; ``id`` the
    digits of its Discogs number, for genres and styles the name.
    """

    kind: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A node that a person may mean; the larger ``score`` the better, comparable within one answer only."""

    node: NodeName
    score: float


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of neighbours of a node and how many there are (discogsography-contract.md section 9)."""

    category: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Explored:
    """A node with its categories, in the order of the contract, those without neighbours included."""

    center: NodeName
    categories: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class Child:
    """A neighbour. ``year`` is set for releases where known; ``release_count`` is the number of releases that connect it with
    its parent, None for releases and aliases. ``artist``, ``label``, ``catno`` and ``format`` are set for releases only.
    """

    node: NodeName
    year: int | None = None
    release_count: int | None = None
    artist: str | None = None
    label: str | None = None
    catno: str | None = None
    format: str | None = None


@dataclass(frozen=True, slots=True)
class ChildPage:
    """A page of neighbours; ``total`` counts all pages."""

    children: tuple[Child, ...]
    total: int
    offset: int
    limit: int

    @property
    def has_more(self) -> bool:
        return self.offset + len(self.children) < self.total


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What is known of one node; lists are names, sorted. Counts are None and lists empty where a kind has none of them."""

    node: NodeName
    release_count: int | None = None
    artist_count: int | None = None
    year: int | None = None
    genres: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    artists: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
