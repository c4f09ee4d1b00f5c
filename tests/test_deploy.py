"""The files for those who run the bot name settings, commands and metrics that there are."""

import re
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from bot.cli import app
from bot.settings import PREFIX, Settings
from bot.vitals import Vitals

ROOT = Path(__file__).parents[1]
FILES = ["docs/hoibao.service", "docs/compose.yaml", "docs/deploy.md", "Dockerfile", "README.md"]
COMMANDS = get_command(app).commands  # type: ignore[attr-defined]


def text_of(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES)
def test_every_setting_that_is_named_exists(file: str) -> None:
    named = re.findall(rf"\b{PREFIX}([A-Z_]+)", text_of(file))
    assert named
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_the_unit_runs_the_bot() -> None:
    unit = ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment]
    unit.read_string(text_of("docs/hoibao.service"))
    program, command = unit["Service"]["ExecStart"].split()
    assert program.endswith("/hoibao")
    assert command in COMMANDS


def test_what_compose_mounts_is_what_the_image_has() -> None:
    compose: dict[str, Any] = yaml.safe_load(text_of("docs/compose.yaml"))
    service = compose["services"]["hoibao"]
    places = [volume.split(":")[1] for volume in service["volumes"]]
    declared = re.search(r"^VOLUME (.*)$", text_of("Dockerfile"), re.MULTILINE)
    assert declared
    assert yaml.safe_load(declared[1]) == places
    assert (ROOT / "docs" / service["build"] / "Dockerfile").exists()


def test_every_metric_is_documented() -> None:
    registered = {
        metric.name + "_total" * (metric.type == "counter")
        for metric in Vitals().metrics.collect()
        if metric.name.startswith("hoibao_")
    }
    documented = set(re.findall(r"`(hoibao_\w+)", text_of("docs/deploy.md")))
    assert documented == registered


def test_every_field_of_health_is_documented() -> None:
    fields = {*Vitals().report(), "generation"}
    table = text_of("docs/deploy.md").split("| | |")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == fields
