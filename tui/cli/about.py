"""``lockgroove version`` and ``lockgroove openapi``: what this program is and what it serves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tui.cli.options import AsJson, DataDir


def version(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show which version this is."""
    import platform
    from importlib.metadata import version as installed

    from tui.cli.output import document, line

    ours = installed("lockgroove")
    if as_json:
        document({"version": ours, "python": platform.python_version(), "platform": platform.platform()})
    else:
        line(f"lockgroove {ours} (Python {platform.python_version()})")


def openapi(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", dir_okay=False, help="Write it to this file.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Print the OpenAPI document of the REST surface."""
    import json

    from services.rest.app import openapi_document
    from tui.cli.output import line, note

    text = json.dumps(openapi_document(), indent=2, ensure_ascii=False)
    if output is None:
        line(text)
    else:
        output.write_text(text + "\n", encoding="utf-8")
        note(f"Written to {output}.")
