"""Whether the requests that the program sent to Spotify are such as Spotify's own description of its API allows.

The description (``fixtures/spotify/openapi-fixed.yml``) has paths, parameters with their bounds, and bodies. Beyond it,
no request may have parameters or a body that the description does not know, and none may go where it says "deprecated",
except for what is named in ``ALLOWED``.
"""

from __future__ import annotations

import functools
import json
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from services.demo.catalogue import Document

ALLOWED = {
    ("GET", "/audio-features"): "closed since 2024, kept for apps that still have it",
    ("GET", "/audio-features/{id}"): "closed since 2024, kept for apps that still have it",
    ("GET", "/recommendations"): "closed since 2024, kept for apps that still have it",
}
"""Deprecated operations that are asked all the same, and why."""
_SERVER = "https://api.spotify.com/v1"


def wrong_requests(requests: Iterable[Document], description: Path) -> list[str]:
    """One line for every request in a simulator's log that the description does not allow."""
    asked = {
        json.dumps([r["method"], r["path"], r["query"], r["body"]]): r for r in requests if r["path"].startswith("/v1/")
    }
    return [
        f"{r['method']} {r['path']}?{r['query']}: {wrong}" for r in asked.values() if (wrong := _wrong(r, description))
    ]


def _wrong(asked: Document, description: Path) -> str:
    from openapi_core.exceptions import OpenAPIError
    from openapi_core.templating.paths.exceptions import PathError
    from openapi_core.testing import MockRequest

    api, document = _loaded(description)
    query = {name: ",".join(values) for name, values in parse_qs(asked["query"], keep_blank_values=True).items()}
    body = None if asked["body"] is None else json.dumps(asked["body"]).encode()
    request = MockRequest(
        "https://api.spotify.com",
        asked["method"].lower(),
        asked["path"],
        args=query,
        data=body,
        headers={"Authorization": "Bearer x"},
        content_type=asked["content_type"] or "application/json",
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            api.validate_request(request)
            path = _template(document, asked["path"].removeprefix("/v1"))
    except PathError as error:
        return f"there is no such operation ({error})"
    except OpenAPIError as error:
        reasons = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or ""]
        return f"{error} {' '.join(str(getattr(reason, 'message', reason)) for reason in reasons)}"
    return _beyond(document, asked["method"], path, query, sends=body is not None)


def _beyond(document: Document, method: str, path: str, query: Document, *, sends: bool) -> str:
    """What the description does not forbid, and is wrong all the same."""
    operation = document["paths"][path][method.lower()]
    if operation.get("deprecated") and (method, path) not in ALLOWED:
        return "this is deprecated"
    known = {parameter["name"] for parameter in map(_resolve(document), operation.get("parameters", []))}
    if strange := query.keys() - known:
        return f"unknown parameters {', '.join(sorted(strange))}"
    if sends and "requestBody" not in operation:
        return "a body where none is read"
    return ""


def _resolve(document: Document) -> Any:
    def resolve(parameter: Document) -> Document:
        found: Any = document
        if "$ref" not in parameter:
            return parameter
        for part in parameter["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return found

    return resolve


def _template(document: Document, path: str) -> str:
    """The path as the description writes it; literal parts go before parameters."""
    parts = path.split("/")
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
    import yaml
    from openapi_core import Config, OpenAPI

    document = yaml.load(description.read_text(), Loader=yaml.CSafeLoader)
    document["servers"] = [{"url": _SERVER}]
    return OpenAPI.from_dict(document, config=Config(spec_validator_cls=None)), document
