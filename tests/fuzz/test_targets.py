"""What is fuzzed holds for what it begins with, and every loader is fuzzed."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.articles import LOADERS
from tests.fuzz.__main__ import is_quick, together, told
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_pass(name: str) -> None:
    seeds = TARGETS[name].seeds()
    assert seeds
    for seed in seeds:
        assert len(seed) <= TARGETS[name].longest
        TARGETS[name].check(seed)


def test_every_loader_has_a_target() -> None:
    assert {LOADERS[name] for name in TARGETS if name in LOADERS} == set(LOADERS.values())


def test_what_a_run_tells_is_read_from_its_log() -> None:
    log = """#9 NEW cov: 7 ft: 9 corp: 1/1b
#12 DONE   cov: 41 ft: 1234 corp: 5/60b
Test unit written to /tmp/found/pdf-timeout-1
stat::number_of_executed_units: 12
stat::peak_rss_mb:              99"""
    run = told(".pdf", 70, log)
    assert (run.executions, run.edges, run.features, run.memory) == (12, 41, 1234, 99)
    assert run.outcome == "hangs: /tmp/found/pdf-timeout-1"
    assert run.slow == Path("/tmp/found/pdf-timeout-1")


def test_a_hang_that_takes_no_processor_time_is_none(tmp_path: Path) -> None:
    (tmp_path / "quick").write_bytes(b"page:1:7:3fa9c2d1")
    assert is_quick("callbacks", tmp_path / "quick")


def test_runs_after_each_other_add_up() -> None:
    first = told("text", 70, "#9 DONE cov: 7 ft: 9 corp: 1\nstat::number_of_executed_units: 12")
    second = told("text", 0, "#9 DONE cov: 6 ft: 10 corp: 1\nstat::number_of_executed_units: 3")
    run = together(first, second)
    assert (run.executions, run.edges, run.features, run.outcome) == (15, 7, 10, "well")
