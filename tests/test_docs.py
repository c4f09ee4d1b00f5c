"""The README tells the truth: every command, flag, setting and format, and the first answer."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from bot.cli import app
from bot.menus import COMMANDS as BOT_COMMANDS
from bot.questions import ASK
from bot.settings import PREFIX, Settings
from retrieval.articles import LOADERS
from retrieval.evaluation import NOISES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = get_command(app).commands  # type: ignore[attr-defined]
FLAGS = sorted(
    {
        (name, flag)
        for name, command in COMMANDS.items()
        for parameter in command.params
        for flag in parameter.opts
        if flag.startswith("-")
    }
)


REFERENCE = README[README.index("\n## Commands\n") : README.index("\n## Settings\n")]
FOR_ALL, *PARTS = re.split(r"^\*\*`hoibao (\w+)", REFERENCE, flags=re.MULTILINE)
SECTIONS = dict(zip(PARTS[::2], PARTS[1::2], strict=True))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert command in SECTIONS


@pytest.mark.parametrize(("command", "flag"), FLAGS)
def test_every_flag_is_documented_with_its_command(command: str, flag: str) -> None:
    assert re.search(rf"`{flag}\b", FOR_ALL + SECTIONS[command])


def test_no_flag_is_documented_that_does_not_exist() -> None:
    documented = set(re.findall(r"(?<=[`(\s])--[a-z]+", REFERENCE))
    assert documented == {flag for _, flag in FLAGS} | {"--help", "--version"}


@pytest.mark.parametrize("name", [ASK, *(command.name for command in BOT_COMMANDS)])
def test_every_command_of_the_bot_is_documented(name: str) -> None:
    table = README[README.index("| Command |") : README.index("\n## Commands\n")]
    assert f"`/{name}`" in table


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(re.findall(rf"^\| `{PREFIX}(\w+)` \| (.*?) \|", README, re.MULTILINE))
    assert set(rows) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, str | Path | int):
            default = str(field.default)
            shown = default.lower() if isinstance(field.default, bool) else default
            assert rows[name.upper()] == f"`{shown}`"


def test_every_file_format_is_documented() -> None:
    table = README[README.index("| Ending |") : README.index("UTF-8, UTF-16")]
    assert set(re.findall(r"`(\.\w+)`", table)) == set(LOADERS)


@pytest.mark.parametrize("kind", NOISES)
def test_every_noise_is_documented(kind: str) -> None:
    assert f"`{kind}`" in SECTIONS["eval"]


def test_the_first_answer_is_the_one_that_is_printed(tmp_path: Path) -> None:
    found = re.search(r"```console\n\$ hoibao (.*)\n([^`]*)```", README)
    assert found, "the README shows no first answer"
    arguments, documented = shlex.split(found[1]), found[2]
    run = subprocess.run(
        [sys.executable, "-m", "bot", *arguments, "--index", str(tmp_path / "index")],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert documented == run.stdout, "put what is printed now into the README"


def test_the_first_command_installs_and_asks_what_is_shown() -> None:
    first = re.search(r"```sh\n(.*) && \.venv/bin/(hoibao ask .*)\n```", README)
    assert first
    assert "pip install -q -c constraints.txt -e '.[dev]'" in first[1]
    assert f"```console\n$ {first[2]}\n" in README


@pytest.mark.parametrize("target", re.findall(r"\]\((?!https?:)([^)#]+)\)", README))
def test_every_link_within_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


def test_the_example_for_python_runs(tmp_path: Path) -> None:
    example = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert example
    code = example[1].replace("data/index", str(tmp_path / "index"))
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    assert "Vi Văn Dụng" in run.stdout
