from pathlib import Path

import pytest

from retrieval.evaluation.squad import Collection, read_collection

from .builders import squad, write


@pytest.fixture
def squad_file(tmp_path: Path) -> Path:
    return write(tmp_path / "small.json", squad())


@pytest.fixture
def collection(squad_file: Path) -> Collection:
    return read_collection(squad_file)
