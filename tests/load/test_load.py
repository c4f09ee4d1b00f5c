"""A short run of many who ask at once: nothing is lost, and nothing is told to others."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from bot.app import build
from bot.desk import Desk
from bot.settings import Settings
from tests.benchmark.corpus import read_source
from tests.bot.running import FakeIndex
from tests.load.run import Plan, Run, run_load

TOKEN = "123456:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
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
    assert run.told == []


@pytest.mark.parametrize("form", [str, json.dumps, ascii, quote])
def test_what_an_output_tells_is_found_in_whatever_form_it_does(
    run: Run, form: Callable[[str], str]
) -> None:
    assert replace(run, outputs=(f"log: {form(run.questions[0])}",)).told == ["a question"]
    assert replace(run, outputs=(f"log: {form(run.token)}",)).told == ["the token"]


def test_nothing_that_the_bot_is_made_of_tells_the_token_by_its_repr(tmp_path: Path) -> None:
    settings = Settings(telegram_token=TOKEN, state=tmp_path / "bot.sqlite")
    desk = Desk(settings, FakeIndex())
    application = build(desk, TOKEN)
    known = (
        settings,
        desk,
        application,
        application.bot,
        application.bot.request,
        application.updater,
    )
    for each in known:
        assert TOKEN.partition(":")[2] not in f"{each!r} {each}"
    desk.preferences.close()
    desk.journal.close()
    desk.receipts.close()
