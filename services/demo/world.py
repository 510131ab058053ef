"""One collector's account in the simulated Discogs: folders, copies, ratings, custom fields, wants, listings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from storage.fold import sort_key

from .catalogue import Catalogue, Document
from .declined import FORBIDDEN, Declined
from .grades import GRADES
from .listings import Inventory

MEDIA, SLEEVE, NOTES = 1, 2, 3
FIELDS: tuple[Document, ...] = (
    {"id": MEDIA, "name": "Media", "type": "dropdown", "position": 1, "public": True, "options": [*GRADES]},
    {
        "id": SLEEVE,
        "name": "Sleeve",
        "type": "dropdown",
        "position": 2,
        "public": True,
        "options": ["Generic", "No Cover", *GRADES],
    },
    {"id": NOTES, "name": "Notes", "type": "textarea", "lines": 3, "position": 3, "public": True},
)
"""The custom fields of a new account (discogs-api.md 4.4)."""
ALL, UNCATEGORIZED = 0, 1
_SUMMER, _WINTER = timezone(timedelta(hours=-7)), timezone(timedelta(hours=-8))
_LONGEST_FOLDER_NAME = 50
_FIRST_USER = 7_700_001
_FIRST_INSTANCE = 2_200_000_000
_FIRST_FOLDER = 9_391_760
_FIRST_LISTING = 4_400_000_000
_APART = 50_000_000
"""How far the ids of one account's things are from those of the next."""


@dataclass(slots=True)
class Instance:
    """One copy in the collection."""

    instance_id: int
    release_id: int
    folder_id: int
    added: datetime
    notes: dict[int, str] = field(default_factory=dict[int, str])


@dataclass(slots=True)
class Want:
    """A release that is wanted; old ones have no date."""

    release_id: int
    added: datetime | None
    notes: str = ""
    rating: int = 0


class World:
    """The catalogue and one account. Every change makes :attr:`version` grow.

    Several worlds over one catalogue are the accounts of one simulated Discogs: ``number`` (from 1) keeps their ids
    apart. What is ``private`` nobody else may read.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        username: str = "crate.digger_77",
        token: str = "demo-token-not-a-secret",
        number: int = 1,
        currency: str = "EUR",
        fields: Iterable[Document] = FIELDS,
    ) -> None:
        self.catalogue = catalogue
        self.username = username
        self.token = token
        self.user_id = _FIRST_USER - 1 + number
        self.currency = currency
        self.private: set[str] = set()
        """``"collection"``, ``"wants"``, both or none."""
        self.fields = [dict(definition) for definition in fields]
        self.folders: dict[int, str] = {UNCATEGORIZED: "Uncategorized"}
        self.instances: dict[int, Instance] = {}
        self.ratings: dict[int, int] = {}
        self.wants: dict[int, Want] = {}
        self.inventory = Inventory(_FIRST_LISTING + (number - 1) * _APART)
        self.version = 0
        self._next_instance_id = _FIRST_INSTANCE + (number - 1) * _APART
        self._next_folder_id = _FIRST_FOLDER + (number - 1) * 100_000
        self._orders: dict[tuple[int, str, bool], tuple[int, list[Instance]]] = {}

    # --- folders

    def folder_count(self, folder_id: int) -> int:
        return sum(1 for i in self.instances.values() if folder_id in (ALL, i.folder_id))

    def folder(self, folder_id: int) -> str:
        if folder_id == ALL:
            return "All"
        if folder_id not in self.folders:
            raise Declined(404, "The requested folder does not exist.")
        return self.folders[folder_id]

    def add_folder(self, name: str) -> int:
        """A new folder; longer names are cut without a word, as Discogs does."""
        self._next_folder_id += 1
        self.folders[self._next_folder_id] = name[:_LONGEST_FOLDER_NAME]
        self.version += 1
        return self._next_folder_id

    def rename_folder(self, folder_id: int, name: str) -> None:
        self.folder(folder_id)
        if folder_id in (ALL, UNCATEGORIZED):
            raise Declined(403, FORBIDDEN)
        self.folders[folder_id] = name[:_LONGEST_FOLDER_NAME]
        self.version += 1

    def remove_folder(self, folder_id: int) -> None:
        self.folder(folder_id)
        if folder_id in (ALL, UNCATEGORIZED) or self.folder_count(folder_id):
            raise Declined(403, FORBIDDEN)
        del self.folders[folder_id]
        self.version += 1

    # --- copies

    def add(self, folder_id: int, release_id: int, added: datetime | None = None) -> Instance:
        """One more copy, whether the release is owned already or not. The folder is checked before the release."""
        self.folder(folder_id)
        if folder_id == ALL:
            raise Declined(422, "Invalid folder_id: folder does not exist.")
        if release_id not in self.catalogue.pressings:
            raise Declined(404, "Release not found.")
        self._next_instance_id += 3 + release_id % 7
        instance = Instance(self._next_instance_id, release_id, folder_id, added or self._now())
        self.instances[instance.instance_id] = instance
        self.version += 1
        return instance

    def instance(self, folder_id: int, release_id: int, instance_id: int) -> Instance:
        """A copy where it is now; the path must name its current folder."""
        found = self.instances.get(instance_id)
        if found is None or found.release_id != release_id or found.folder_id != folder_id:
            raise Declined(404, "The requested collection item does not exist in this user's collection.")
        return found

    def move(self, instance: Instance, folder_id: int) -> None:
        if folder_id not in self.folders:
            raise Declined(422, "Invalid folder_id: folder does not exist.")
        instance.folder_id = folder_id
        self.version += 1

    def rate(self, release_id: int, rating: int) -> None:
        """A rating belongs to the release: all its copies show it."""
        if not 0 <= rating <= 5:
            raise Declined(422, "Invalid rating: must be between 0 and 5.")
        self.ratings[release_id] = rating
        self.version += 1

    def write_field(self, instance: Instance, field_id: int, value: str) -> None:
        definition = next((d for d in self.fields if d["id"] == field_id), None)
        if definition is None:
            raise Declined(422, "HTTP fetch failed from 'collection': 404: Not Found", place=("path", "field_id"))
        if definition["type"] == "dropdown" and value not in definition["options"]:
            raise Declined(422, "HTTP fetch failed from 'collection': 400: Bad Request", place=("body", "value"))
        instance.notes[field_id] = value
        self.version += 1

    def remove(self, instance: Instance) -> None:
        del self.instances[instance.instance_id]
        self.version += 1

    def want(self, release_id: int, added: datetime | None) -> Want:
        """The want for a release; there is only ever one."""
        return self.wants.setdefault(release_id, Want(release_id, added))

    def copies(self, release_id: int) -> list[Instance]:
        return [i for i in self.instances.values() if i.release_id == release_id]

    def listing(self, folder_id: int, sort: str, *, descending: bool) -> list[Instance]:
        """The copies in a folder, in order; kept until something changes."""
        key = (folder_id, sort, descending)
        version, order = self._orders.get(key, (-1, []))
        if version != self.version:
            inside = [i for i in self.instances.values() if folder_id in (ALL, i.folder_id)]
            order = sorted(inside, key=lambda i: (self._sort_value(i, sort), i.instance_id), reverse=descending)
            self._orders[key] = (self.version, order)
        return order

    def _sort_value(self, instance: Instance, sort: str) -> object:
        pressing = self.catalogue.pressings[instance.release_id]
        labels = pressing.summary["labels"] or [{"name": "", "catno": ""}]
        match sort:
            case "added":
                return instance.added
            case "artist":
                return sort_key(pressing.artists_sort)
            case "title":
                return sort_key(pressing.summary["title"])
            case "year":
                return pressing.summary["year"]
            case "label":
                return sort_key(labels[0]["name"])
            case "catno":
                return labels[0]["catno"].casefold()
            case "format":
                return pressing.summary["formats"][0]["name"] if pressing.summary["formats"] else ""
            case "rating":
                return self.ratings.get(instance.release_id, 0)
            case _:
                raise Declined(422, f"Invalid sort key: {sort}")

    def _now(self) -> datetime:
        """Now, but later than every copy so far: the newest copy is always the last added."""
        newest = max((i.added for i in list(self.instances.values())[-1:]), default=datetime.min.replace(tzinfo=UTC))
        return max(datetime.now(UTC).replace(microsecond=0), newest + timedelta(seconds=1))


def pacific(instant: datetime) -> str:
    """An instant as Discogs writes it: to the second, with the Pacific offset (of the month; no time zone data needed)."""
    return instant.astimezone(_SUMMER if 3 < instant.month < 11 else _WINTER).isoformat(timespec="seconds")
