"""An empty catalogue in a file, and what imports dumps into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.catalogue.dumps.files import DumpKind, find
from services.catalogue.dumps.progress import Imported
from services.catalogue.dumps.service import import_now
from storage.address import Address
from storage.catalogue.door import Catalogue
from storage.migrate import migrate

Importer = Callable[..., Imported]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    address = Address(file=tmp_path / "data" / "catalogue.db")
    migrate(address, "catalogue")
    opened = Catalogue(address)
    yield opened
    opened.close()


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    """Where a test puts its dumps."""
    folder = tmp_path / "dumps"
    folder.mkdir()
    return folder


@pytest.fixture
def importing(catalogue: Catalogue) -> Importer:
    """Import what is in a folder, or a file; kinds where not all of it."""

    def run(path: Path, *only: DumpKind) -> Imported:
        return import_now(catalogue, find([path], only), lambda progress: None)

    return run
