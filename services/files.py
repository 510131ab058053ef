"""Files that are replaced whole or not at all, and that nobody else may read."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_file(file: Path, content: str) -> None:
    """Put ``content`` in the place of ``file`` in one step, mode 0600, on the disk before this returns."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(number, "w", encoding="utf-8") as draft:
            draft.write(content)
            draft.flush()
            os.fsync(draft.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
