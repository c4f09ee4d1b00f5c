"""What is fuzzed holds for what it begins with, and every loader is fuzzed."""

from __future__ import annotations

import pytest

from retrieval.articles import LOADERS
from tests.fuzz.__main__ import told
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
