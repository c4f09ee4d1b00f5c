"""Nothing comes into the container that was not looked at: few packages, each pinned and named."""

from __future__ import annotations

import ast
import json
import re
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.supply import ALLOWED, LOCKS, ROOT, bill, closure, licence_of, read_lock, runtime

# by what they are imported as, where that is another name
MODULES = {
    "lxml-html-clean": "lxml_html_clean",
    "pillow": "PIL",
    "python-docx": "docx",
    "python-frontmatter": "frontmatter",
    "python-telegram-bot": "telegram",
}
NOT_IMPORTED = {"lxml-html-clean"}  # trafilatura does
RUNTIME = runtime()
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def direct() -> list[str]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"^dependencies = \[(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert listed
    return [Requirement(one).name for one in re.findall(r'^ *"(.+?)"', listed[1], re.MULTILINE)]


def imported() -> set[str]:
    files = chain((ROOT / "bot").rglob("*.py"), (ROOT / "retrieval").rglob("*.py"))
    nodes = chain.from_iterable(ast.walk(ast.parse(file.read_text("utf-8"))) for file in files)
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = (line.partition("==") for line in lines if not line.startswith("#"))
    return {canonicalize_name(name): version for name, _, version in found}


@pytest.mark.parametrize("name", direct())
def test_every_dependency_is_used(name: str) -> None:
    module = MODULES.get(name, name.replace("-", "_"))
    assert name in NOT_IMPORTED or module in imported()


@pytest.mark.parametrize("name", RUNTIME)
def test_every_licence_is_known_and_allows_what_is_done(name: str) -> None:
    licence = licence_of(RUNTIME[name])
    assert ALLOWED.search(licence), licence


def test_the_lock_has_what_the_bot_runs_on_as_it_was_tested() -> None:
    locked = dict(pin.split("==") for pin in read_lock("requirements.lock"))
    assert set(locked) == set(RUNTIME), "run `python -m tests.supply lock`"
    assert locked == {name: pins()[name] for name in locked}


def test_the_lock_of_the_build_has_what_builds_the_package() -> None:
    locked = dict(pin.split("==") for pin in read_lock("requirements-build.lock"))
    assert set(locked) == set(closure(["hatchling"])), "run `python -m tests.supply lock`"
    assert locked == {name: pins()[name] for name in locked}


@pytest.mark.parametrize("file", LOCKS)
def test_every_line_of_a_lock_has_hashes_and_no_address(file: str) -> None:
    locked = read_lock(file)
    assert locked
    for pin, hashes in locked.items():
        assert re.fullmatch(r"[a-z0-9-]+==[\w.]+", pin)
        assert hashes
        assert all(re.fullmatch(r"[0-9a-f]{64}", one) for one in hashes)
    assert "://" not in (ROOT / file).read_text(encoding="utf-8")


def test_the_container_installs_nothing_without_its_hash() -> None:
    installs = re.findall(r"pip (?:install|wheel) [^&\n]*", DOCKERFILE)
    assert installs
    for line in installs:
        assert "--require-hashes" in line or "--no-deps" in line, line
    assert {file for file in LOCKS if f"-r {file}" in DOCKERFILE} == set(LOCKS)
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["python:3.13-slim"] * 2


def test_the_bill_of_materials_names_every_package_with_licence_and_hashes() -> None:
    hashes = {pin.split("==")[0]: ones for pin, ones in read_lock("requirements.lock").items()}
    told = json.loads(bill(RUNTIME, hashes))
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.5")
    assert [one["name"] for one in told["components"]] == list(RUNTIME)
    for one in told["components"]:
        assert one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}"
        assert one["licenses"][0]["license"]["name"] != "unknown"
        assert one["hashes"]


def test_the_container_is_built_from_what_it_needs_and_nothing_else() -> None:
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    assert sources | {"data/articles"} == allowed
    assert all((ROOT / source).exists() for source in sources)
    assert not list(Path(ROOT / "data").glob("*.sqlite"))
