"""Whether requests and answers are such as slskd's own description of its API (0.24) has them.

The description (``fixtures/slskd/slskd-openapi-0.24.json``) is older than some of what is asked and answered, and wrong in a few
places: :data:`BEYOND` and :func:`_mend` name them all. Beyond it, no request may have parameters or a body that the
description does not know.
"""

from __future__ import annotations

import functools
import json
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from services.demo.catalogue import Document

BEYOND = {
    "/transfers/downloads/batches": "batches came with 0.26",
}
"""Paths that the description does not have."""


def wrong_requests(requests: Iterable[Document], description: Path) -> list[str]:
    """One line for every request in a simulator's log that the description does not allow."""
    return list(dict.fromkeys(_tell(entry, wrong) for entry, wrong in _each(requests, description, _request)))


def wrong_answers(requests: Iterable[Document], description: Path) -> list[str]:
    """One line for every answer with success in the log that the description does not have."""
    answered = (
        entry
        for entry in requests
        if entry["status"] and entry["status"] < 300 and entry["answer"] and not entry["fault"]
    )
    return list(dict.fromkeys(_tell(entry, wrong) for entry, wrong in _each(answered, description, _answer)))


def _tell(entry: Document, wrong: str) -> str:
    return f"{entry['method']} {entry['path']} {entry['query']}: {wrong}"


def _each(entries: Iterable[Document], description: Path, look: Any) -> Iterable[tuple[Document, str]]:
    for entry in entries:
        if not any(part in entry["path"] for part in BEYOND):
            wrong = look(entry, description)
            if wrong:
                yield entry, wrong


def _request(entry: Document, description: Path) -> str:
    from openapi_core.exceptions import OpenAPIError
    from openapi_core.templating.paths.exceptions import PathError

    api, document = _loaded(description)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            api.validate_request(_asked(entry))
    except PathError as error:
        return f"there is no such operation ({error})"
    except OpenAPIError as error:
        return _put(error)
    operation = document["paths"][_template(document, entry)][entry["method"].lower()]
    if strange := entry["query"].keys() - {each["name"] for each in operation.get("parameters", [])}:
        return f"unknown parameters {', '.join(sorted(strange))}"
    if entry["body"] is not None and "requestBody" not in operation:
        return "a body where none is read"
    return ""


def _answer(entry: Document, description: Path) -> str:
    from openapi_core.exceptions import OpenAPIError
    from openapi_core.testing import MockResponse

    api, document = _loaded(description)
    operation = document["paths"][_template(document, entry)][entry["method"].lower()]
    described = operation["responses"].get(str(entry["status"]))
    if described is None:
        return f"status {entry['status']} is not described"
    if "content" not in described:
        return ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            response = MockResponse(entry["answer"].encode(), entry["status"], content_type="application/json")
            api.validate_response(_asked(entry), response)
    except OpenAPIError as error:
        return _put(error)
    return ""


def _asked(entry: Document) -> Any:
    from openapi_core.testing import MockRequest

    body = None if entry["body"] is None else json.dumps(entry["body"]).encode()
    return MockRequest(
        "http://slskd.invalid",
        entry["method"].lower(),
        entry["path"],
        args=entry["query"],
        data=body,
        content_type=entry["content_type"] or "application/json",
    )


def _put(error: Exception) -> str:
    reasons = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or ""]
    words = [f"{'.'.join(map(str, getattr(r, 'path', [])))} {getattr(r, 'message', r)}"[:200] for r in reasons]
    return f"{error} {' '.join(words)}"


def _template(document: Document, entry: Document) -> str:
    """The path as the description writes it; literal parts go before parameters."""
    parts = entry["path"].split("/")
    fitting = [
        known
        for known in document["paths"]
        if len(known.split("/")) == len(parts)
        and all(
            theirs in ("", ours) or theirs.startswith("{") for theirs, ours in zip(known.split("/"), parts, strict=True)
        )
    ]
    return min(fitting, key=lambda known: known.count("{"))


@functools.cache
def _loaded(description: Path) -> tuple[Any, Document]:
    """Read once: this takes a second."""
    from openapi_core import Config, OpenAPI

    document = json.loads(description.read_text())
    document["servers"] = [{"url": "http://slskd.invalid"}]
    _mend(document["components"]["schemas"])
    place = document["paths"]["/api/v0/transfers/downloads/{username}/{id}/position"]["get"]["responses"]["200"]
    place["content"]["application/json"]["schema"] = {"type": "integer"}  # 5.7
    return OpenAPI.from_dict(document, config=Config(spec_validator_cls=None)), document


def _mend(schemas: Document) -> None:
    """Where slskd-api.md knows better than the description."""
    for flags in ("Soulseek.SearchStates", "Soulseek.SoulseekClientStates", "Soulseek.TransferStates"):
        any_of_them = "|".join(schemas[flags].pop("enum"))
        schemas[flags]["pattern"] = f"^({any_of_them})(, ({any_of_them}))*$"  # section 1: flags are lists
    transfer = schemas["slskd.Transfers.Transfer"]
    for late in ("enqueuedAt", "requestedAt"):
        del transfer["properties"][late]["format"]  # 5.4: without a zone
    transfer["properties"] |= {
        "removed": {"type": "boolean"},
        "batchId": {"type": "string", "format": "uuid"},  # 0.25
        "attempts": {"type": "integer"},
        "nextAttemptAt": {"type": "string", "format": "date-time"},
    }
    schemas["slskd.Transfers.API.Transfer"] = transfer  # 5.4: the same object everywhere
    schemas["slskd.Options"]["properties"]["transfers"] = {}  # 0.26
    schemas["System.Net.IPAddress"] = {"type": "string"}  # section 7
