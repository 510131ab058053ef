"""What travels: the texts, ids and shapes that requests may carry under every prefix."""

from __future__ import annotations

import re
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

LARGEST_ID = 2**63 - 1
"""What a 64-bit column holds; a larger number never reaches the database."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]{1,19}")


class CamelModel(BaseModel):
    """A shape whose names are camelCase on the wire; unknown names are ignored (harmony-contract.md 1.3)."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


def _storable(value: str) -> str:
    if _UNSTORABLE.search(value):
        raise PydanticCustomError("unstorable_text", "Input should have neither NUL nor half a surrogate pair")
    return value


def _filled(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank", "Input should have at least one character that is not a blank")
    return value


def _uuid(value: str) -> str:
    if not _UUID.fullmatch(value):
        raise PydanticCustomError("uuid", "Input should be a UUID")
    return str(UUID(value))


def _release_number(value: object) -> int:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST_ID:
        raise PydanticCustomError("release_id", "Input should be the number of a Discogs release")
    return value


Words = Annotated[str, AfterValidator(_storable)]
"""Text that every store can hold."""
FilledWords = Annotated[str, AfterValidator(_storable), AfterValidator(_filled), Field(min_length=1)]
"""Text that says something."""
RecordId = Annotated[str, AfterValidator(_uuid), WithJsonSchema({"type": "string", "format": "uuid"})]
"""A record's UUID, lower case."""
ReleaseNumber = Annotated[int, Field(strict=True, ge=1, le=LARGEST_ID)]
"""A Discogs release id as a JSON number."""
ReleaseText = Annotated[
    int,
    BeforeValidator(_release_number),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": "^[1-9][0-9]{0,17}$"},
                {"type": "integer", "minimum": 1, "maximum": LARGEST_ID},
            ]
        }
    ),
]
"""A Discogs release id as a record carries it (a string of digits), or as a number."""
