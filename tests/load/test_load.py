"""A short run of many who ask at once: nothing is lost, and nothing is told to others."""

from pathlib import Path

import pytest

from tests.benchmark.corpus import read_source
from tests.load.run import Plan, Run, run_load

ARTICLES = Path(__file__).parents[2] / "data" / "articles"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    plan = Plan(users=30, seconds=4, passages=300, pause=2)
    return run_load(read_source(ARTICLES), tmp_path_factory.mktemp("load"), plan)


def test_every_question_is_answered_while_the_articles_are_reloaded(run: Run) -> None:
    assert len(run.answers) == run.asked > 10
    assert run.faults == []


def test_no_output_tells_a_question_or_the_token(run: Run) -> None:
    assert len(run.questions) > 3
    assert all(len(output) > 10 for output in run.outputs)
    for output in (*run.outputs, repr(run.refusals)):
        assert run.token not in output
        assert not [question for question in run.questions if question in output]
