"""The shape of the house: who may import whom, and who may read what."""

import ast
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Top to bottom, as data flows: a file imports only from rows above its own. `""` is the package
# itself, as in `from retrieval import open_index`; a folder is one row.
STAIRCASES = {
    "retrieval": (
        "model",
        "errors",
        "garbage",
        "text",
        "language",
        "keystrokes",
        "decoding",
        "articles",
        "passages",
        "workers",
        "reading",
        "engines",
        "spelling",
        "terms",
        "analysis",
        "database",
        "index",
        "writer",
        "building",
        "evidence",
        "ranking",
        "highlight",
        "confidence",
        "about",
        "rewording",
        "answering",
        "",
        "evaluation",
    ),
    "bot": (
        "settings",
        "logs",
        "vitals",
        "texts",
        "links",
        "shelf",
        "state",
        "preferences",
        "journal",
        "receipts",
        "archive",
        "backup",
        "likeness",
        "render",
        "chart",
        "terminal",
        "tables",
        "buttons",
        "questions",
        "manners",
        "incidents",
        "examples",
        "network",
        "pacing",
        "surroundings",
        "reloading",
        "desk",
        "inbox",
        "handlers",
        "admin",
        "library",
        "insights",
        "presses",
        "inline",
        "menus",
        "watching",
        "watchdog",
        "health",
        "app",
        "prompt",
        "cli",
        "__main__",
    ),
}
FACES = ("aiohttp", "bot", "pydantic_settings", "rich", "telegram", "typer")
LOADER_LIBRARIES = ("docx", "frontmatter", "pypdfium2", "trafilatura")

MODULES = sorted(
    path.relative_to(ROOT) for package in STAIRCASES for path in (ROOT / package).rglob("*.py")
)
STEPS = [path for path in MODULES if path.parts != (path.parts[0], "__init__.py")]


def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """The full dotted names that a file imports, wherever in it, deepest part first known."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def row(name: str, package: str) -> int:
    """The row of a dotted name in its package's staircase."""
    step = name.split(".")[1] if "." in name else ""
    rows = STAIRCASES[package]
    return rows.index(step) if step in rows else rows.index("")


def step(path: Path) -> str:
    """The row that a file stands on: `retrieval/articles/html.py` on `articles`."""
    return path.parts[1].removesuffix(".py")


@pytest.mark.parametrize("path", STEPS, ids=str)
def test_a_file_imports_only_from_above_it(path: Path) -> None:
    package = path.parts[0]
    own = step(path)
    assert own in STAIRCASES[package], f"{path}: give it a row in STAIRCASES"
    for name in imports(path):
        if name.split(".")[0] == package and name.split(".")[1:2] != [own]:
            assert row(name, package) < row(f"{package}.{own}", package), f"{path} imports {name}"


@pytest.mark.parametrize("package", STAIRCASES)
def test_every_row_of_the_staircase_stands(package: str) -> None:
    found = {step(path) for path in STEPS if path.parts[0] == package}
    assert found == {name for name in STAIRCASES[package] if name}


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.parts[0] == "retrieval"], ids=str
)
def test_the_library_knows_nothing_of_its_faces(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & set(FACES)


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_only_the_settings_read_the_environment(path: Path) -> None:
    if path == Path("bot/settings.py"):
        return
    names = (
        node.attr if isinstance(node, ast.Attribute) else node.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute | ast.alias)
    )
    assert not {"environ", "getenv"} & set(names)


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_only_loaders_import_the_libraries_that_read_formats(path: Path) -> None:
    if path.parts[1] == "articles":
        return
    assert not {name.split(".")[0] for name in imports(path)} & set(LOADER_LIBRARIES)


def test_a_question_never_meets_a_loader() -> None:
    """From `answering` down, no path of imports leads to the articles' formats or to building."""
    reached, waiting = set(), {"answering"}
    while waiting:
        current = waiting.pop()
        reached.add(current)
        files = [path for path in STEPS if path.parts[0] == "retrieval" and step(path) == current]
        names = chain.from_iterable(imports(path) for path in files)
        waiting |= {n.split(".")[1] for n in names if n.startswith("retrieval.")} - reached
    assert not reached & {"articles", "building", "decoding"}
