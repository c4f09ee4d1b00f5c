"""The threat model names a test in each of its rows, and each of those tests exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODEL = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", MODEL)))
ROWS = [line for line in MODEL.splitlines() if re.match(r"\| (?!---)", line)]


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_every_test_that_is_named_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert name in functions


def test_every_row_names_a_test() -> None:
    heads = [row for row in ROWS if row.startswith(("| Door |", "| Fault |"))]
    assert len(heads) == 2
    for row in ROWS:
        assert row in heads or re.search(r"::test_\w+` \|$", row), row
    assert len(ROWS) > 30


def test_every_command_that_is_named_is_there() -> None:
    for module in re.findall(r"python -m (tests\.\w+)", MODEL):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists()
