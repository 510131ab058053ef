"""``lockgroove backup`` and ``lockgroove restore``: the whole library in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.options import AsJson, DataDir, Yes

if TYPE_CHECKING:
    from storage.backup import Manifest

File = Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False)]


def backup(file: File, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Copy the library into one file, as it is at one instant, also while it is in use.

    The catalogue, which can be fetched again, and secrets in the keyring are not part of it.
    """
    from storage import backup as store
    from tui.cli.output import document, line
    from tui.cli.program import opened

    settings, _ = opened(data_dir)
    made = store.backup(settings.library_url, file)
    if as_json:
        document(_wire(made))
    else:
        line(f"Backed up to {file}; records: {made.records:,}.")


def restore(file: File, yes: Yes = False, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Put a backup in the place of the library, once it is found sound. What it replaces is kept."""
    from storage import backup as store
    from tui.cli.ask import confirm
    from tui.cli.output import document, line, note
    from tui.cli.program import opened

    settings, _ = opened(data_dir)
    found = store.verify(file)
    made_at = f" of {found.made_at}" if found.made_at else ""
    if not yes:
        confirm(f"Replace the library by the backup{made_at} (records: {found.records:,})?")
    restored = store.restore(file, settings.library_url)
    if as_json:
        document({**_wire(restored.manifest), "replaced": str(restored.replaced) if restored.replaced else None})
        return
    line(f"Restored {restored.manifest.records:,} records.")
    if restored.replaced:
        note(f"The library that was there is kept as {restored.replaced}.")


def _wire(manifest: Manifest) -> dict[str, object]:
    return {
        "file": str(manifest.file),
        "schema": manifest.schema,
        "madeAt": manifest.made_at,
        "records": manifest.records,
        "counts": manifest.counts,
    }
