"""Nodes and releases as the routes of the graph show them."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, Field

from storage import values


class Named(BaseModel):
    """A node."""

    id: str = Field(description="The digits of its Discogs id, for a genre or a style its name.")
    name: str = Field(description="Its name, for a release or a master its title.")
    type: str = Field(description="`artist`, `label`, `genre`, `style`, `release` or `master`.")

    @classmethod
    def of(cls, node: values.NodeName) -> Self:
        return cls(id=node.id, name=node.name, type=node.kind)


class Child(BaseModel):
    """A neighbour of a node; what does not apply to it is left out."""

    id: str = Field(description="The digits of its Discogs id, for a genre or a style its name.")
    name: str
    type: str
    year: int | None = Field(default=None, description="Of a release only; null if not known.")
    release_count: int = Field(default=0, description="The releases that connect it with the node; not of aliases.")

    @classmethod
    def of(cls, child: values.Child) -> Self:
        node = child.node
        if node.kind == "release":
            return cls(id=node.id, name=node.name, type=node.kind, year=child.year)
        if child.release_count is None:
            return cls(id=node.id, name=node.name, type=node.kind)
        return cls(id=node.id, name=node.name, type=node.kind, release_count=child.release_count)


class Pressing(BaseModel):
    """A release with what tells it from others."""

    id: str = Field(description="The digits of its Discogs id.")
    name: str = Field(description="Its title.")
    type: str = "release"
    artist: str = Field(description="As printed.")
    year: int | None
    label: str | None = Field(description="The first label.")
    catno: str | None = Field(description="Its number on that label.")
    format: str | None = Field(description="In words, such as `Vinyl, LP`.")

    @classmethod
    def of(cls, release: values.Child) -> Self:
        node = release.node
        return cls(
            id=node.id,
            name=node.name,
            artist=release.artist or "",
            year=release.year,
            label=release.label,
            catno=release.catno,
            format=release.format,
        )


class YearCount(BaseModel):
    year: int
    count: int = Field(description="Releases of that year.")


class TagCount(BaseModel):
    name: str
    count: int = Field(description="Releases that have it.")


def by_year(years: tuple[tuple[int, int], ...]) -> list[YearCount]:
    """Years with numbers of releases, in their order."""
    return [YearCount(year=year, count=count) for year, count in years]


def by_name(names: tuple[tuple[str, int], ...]) -> list[TagCount]:
    """Names with numbers of releases, in their order."""
    return [TagCount(name=name, count=count) for name, count in names]
