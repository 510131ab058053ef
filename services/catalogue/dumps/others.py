"""What is filed of an artist, a label or a master, out of its element (discogs-api.md 9.2)."""

from __future__ import annotations

from dataclasses import dataclass

from services.catalogue.dumps.elements import Element, Malformed, element, tidy, whole_number
from services.catalogue.dumps.releases import artist_line, year_of
from storage.catalogue.kinds import Relation


@dataclass(frozen=True, slots=True)
class Relative:
    """Another artist or label that one's element names; ``name`` may be empty."""

    relation: Relation
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Named:
    """An artist or a label."""

    id: int
    name: str
    relatives: tuple[Relative, ...] = ()


@dataclass(frozen=True, slots=True)
class Master:
    """A master; ``main_release`` None where it is not told."""

    id: int
    title: str
    artist: str
    year: int | None
    main_release: int | None


def artist(raw: bytes) -> Named:
    """The artist in an element without its end tag. Raises :class:`Malformed`."""
    root = _root(raw, "artist")
    relatives = [
        *_relatives(root, "aliases/name", Relation.ALIAS),
        *_relatives(root, "groups/name", Relation.GROUP),
        *_relatives(root, "members/name", Relation.MEMBER),
    ]
    return _named(root, relatives)


def label(raw: bytes) -> Named:
    """The label in an element without its end tag. Raises :class:`Malformed`."""
    root = _root(raw, "label")
    return _named(
        root,
        [*_relatives(root, "parentLabel", Relation.PARENT), *_relatives(root, "sublabels/label", Relation.SUBLABEL)],
    )


def master(raw: bytes) -> Master:
    """The master in an element without its end tag. Raises :class:`Malformed`."""
    root = _root(raw, "master")
    number, title = whole_number(root.get("id") or root.findtext("id")), tidy(root.findtext("title"))
    if not number:
        raise Malformed("it has no id")
    by = [
        (tidy(each.findtext("name")), tidy(each.findtext("anv")), tidy(each.findtext("join")))
        for each in root.iterfind("artists/artist")
    ]
    if not title:
        raise Malformed("it has no title")
    year, main = year_of(root.findtext("year") or ""), whole_number(root.findtext("main_release"))
    return Master(number, title, artist_line(by), year, main or None)


def _root(raw: bytes, name: str) -> Element:
    start = min((at for at in (raw.find(f"<{name}>".encode()), raw.find(f"<{name} ".encode())) if at >= 0), default=-1)
    if start < 0:
        raise Malformed("it does not begin")
    return element(b"%b</%b>" % (raw[start:], name.encode()))


def _named(root: Element, relatives: list[Relative]) -> Named:
    number, name = whole_number(root.findtext("id") or root.get("id")), tidy(root.findtext("name"))
    if not number:
        raise Malformed("it has no id")
    if not name:
        raise Malformed("it has no name")
    return Named(number, name, tuple(each for each in relatives if each.id not in (0, number)))


def _relatives(root: Element, path: str, relation: Relation) -> list[Relative]:
    return [Relative(relation, whole_number(each.get("id")), tidy(each.text)) for each in root.iterfind(path)]
