import json
from collections.abc import Callable
from pathlib import Path

import pytest

from retrieval.errors import EvaluationError
from retrieval.evaluation import (
    EvaluationRun,
    compare,
    evaluate,
    evaluate_file,
    load_run,
    losses,
    write_failures,
    write_report,
)
from retrieval.evaluation.noise import NOISES
from retrieval.evaluation.report import risk_coverage
from retrieval.evaluation.squad import Collection
from retrieval.model import Progress

from .builders import (
    HOW_LONG,
    MARKET_BOAT,
    MARKET_DAWN,
    POTTERY,
    WHERE,
    WHO,
    Script,
    abstained,
    answered,
    quote,
)


@pytest.fixture
def ask(collection: Collection) -> Script:
    """Right on who, second on how long, refuses where (wrongly)."""
    return Script(
        {
            WHO: answered(quote(collection, 0, MARKET_DAWN, mark="Lê Thị Hoa")),
            HOW_LONG: answered(
                quote(collection, 1, POTTERY), quote(collection, 0, MARKET_BOAT), confidence=0.7
            ),
            WHERE: abstained(quote(collection, 1, POTTERY)),
        }
    )


def test_the_measures_of_a_run(collection: Collection, ask: Script) -> None:
    run = evaluate(collection, ask)
    measured = {name: m.value for name, m in run.noises["none"].metrics.items()}
    assert measured["quote@1"] == pytest.approx(2 / 3)
    assert measured["quote@3"] == 1
    assert measured["mrr"] == pytest.approx(2.5 / 3)
    assert measured["highlight_precision"] == 1
    assert measured["highlight_coverage"] == pytest.approx(1 / 3)
    assert measured["refused_answerable"] == pytest.approx(1 / 3)
    assert measured["auroc"] is None
    assert run.violations == ()


def test_abstention_is_measured_where_articles_are_missing(
    collection: Collection, ask: Script
) -> None:
    parted = Script(
        {
            WHO: abstained(confidence=0.2),
            HOW_LONG: answered(quote(collection, 1, POTTERY), confidence=0.4),
            WHERE: answered(quote(collection, 1, POTTERY), confidence=0.3),
        }
    )
    run = evaluate(collection, ask, ask_parted=parted)
    measured = {name: m.value for name, m in run.noises["none"].metrics.items()}
    assert measured["quote@1"] == pytest.approx(2 / 3)
    assert measured["auroc"] == 0.5
    assert measured["refused_answerable"] == 0
    assert measured["answered_unanswerable"] == 0.5


def test_each_noise_asks_the_question_as_it_is_typed(collection: Collection) -> None:
    heard: list[str] = []

    def listen(question: str) -> object:
        heard.append(question)
        return answered(quote(collection, 0, MARKET_DAWN))

    run = evaluate(collection, listen, noises=["none", "uppercase"])  # type: ignore[arg-type]
    questions = [question.text for question in collection.questions]
    assert heard == questions + [question.upper() for question in questions]
    assert [o.asked for o in run.noises["uppercase"].outcomes] == heard[3:]


def test_progress_is_told_after_every_question(collection: Collection, ask: Script) -> None:
    told: list[Progress] = []
    evaluate(collection, ask, progress=told.append)
    assert told == [Progress(1, 3), Progress(2, 3), Progress(3, 3)]


def test_an_unknown_noise_is_named_with_those_there_are(
    collection: Collection, ask: Script
) -> None:
    with pytest.raises(EvaluationError, match="loud: no such noise; choose from none, no-dia"):
        evaluate(collection, ask, noises=["none", "loud"])


def test_a_quote_that_is_not_verbatim_is_told(collection: Collection, ask: Script) -> None:
    spoilt = quote(collection, 1, POTTERY)
    object.__setattr__(spoilt, "text", POTTERY.lower())
    ask = Script({**ask.answers, WHERE: answered(spoilt)})
    run = evaluate(collection, ask)
    assert run.violations == (
        f"question where (none): quote 1, article 1 0–{len(POTTERY)}: not the article's text",
    )


def test_failures_are_explained_and_successes_are_not(collection: Collection, ask: Script) -> None:
    run = evaluate(collection, ask, explain=lambda question, quote: [("a", 1.0), ("b", 2.0)])
    who, long, where = run.noises["none"].outcomes
    assert [quoted.terms for quoted in who.quotes] == [()]
    assert [quoted.terms for quoted in long.quotes] == [(("b", 2.0), ("a", 1.0))] * 2
    assert long.gold is not None
    assert long.gold.text == MARKET_BOAT
    assert where.faults != ()


def test_a_saved_run_is_read_as_it_was(collection: Collection, ask: Script, tmp_path: Path) -> None:
    run = evaluate(collection, ask, noises=["none", "none"])
    path = tmp_path / "run.json"
    path.write_text(run.to_json(), encoding="utf-8")
    assert load_run(path) == run
    assert json.loads(run.to_json())["noises"]["none"]["metrics"]["quote@3"]["value"] == 1


@pytest.mark.parametrize("content", [b"", b"{}", b'{"file": "a"}', b"[1]"])
def test_what_is_no_saved_run_is_said_to_be(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(content)
    with pytest.raises(EvaluationError, match=r"run\.json: not a saved run .*; save one with"):
        load_run(path)


def test_a_missing_run_is_an_evaluation_error(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"run\.json: No such file"):
        load_run(tmp_path / "run.json")


def better(collection: Collection, ask: Script) -> EvaluationRun:
    long = answered(quote(collection, 0, MARKET_BOAT))
    return evaluate(collection, Script({**ask.answers, HOW_LONG: long}))


def test_what_changed_since_a_baseline(collection: Collection, ask: Script) -> None:
    changes = compare(better(collection, ask), evaluate(collection, ask))
    gained = {change.metric: change for change in changes["none"]}["quote@1"]
    assert gained.change == pytest.approx(1 / 3)
    assert gained.questions == 3


def test_what_a_noise_costs_is_measured_on_the_same_questions(
    collection: Collection, ask: Script
) -> None:
    shouted = {
        WHO.upper(): answered(),
        HOW_LONG.upper(): answered(),
        WHERE.upper(): ask.answers[WHERE],
    }
    run = evaluate(collection, Script({**ask.answers, **shouted}), noises=["none", "uppercase"])
    lost = {loss.metric: loss.change for loss in losses(run)["uppercase"]}
    assert lost["quote@1"] == pytest.approx(-1 / 3)
    assert lost["quote@3"] == pytest.approx(-2 / 3)
    assert losses(evaluate(collection, ask)) == {}


def test_runs_of_different_units_are_not_compared(collection: Collection, ask: Script) -> None:
    run = evaluate(collection, ask)
    other = EvaluationRun(run.file, "paragraph", run.noises)
    with pytest.raises(EvaluationError, match="unit is paragraph, this run's is article"):
        compare(run, other)


def test_runs_with_nothing_in_common_are_not_compared(collection: Collection, ask: Script) -> None:
    run = evaluate(collection, ask)
    with pytest.raises(EvaluationError, match="no question and noise in common"):
        compare(run, EvaluationRun(run.file, run.unit, {"telex": run.noises["none"]}))


def test_failures_are_written_for_a_person(
    collection: Collection, ask: Script, tmp_path: Path
) -> None:
    path = tmp_path / "failures.txt"
    assert write_failures(evaluate(collection, ask), path) == 2
    text = path.read_text(encoding="utf-8")
    assert "## none: the first quote does not hold the answer (1)" in text
    assert f"? {HOW_LONG}" in text
    assert "  answer: ba mươi phút" in text
    assert f"  gold [Chợ nổi] {MARKET_BOAT}\n      because: đi 1, thuyền 1, từ 1" in text
    assert f"  1 - 1.00 [Làng gốm] {POTTERY}\n      because: nothing in common" in text
    assert f"  2 + 1.00 [Chợ nổi] {MARKET_BOAT}" in text
    assert WHO not in text


def test_the_report_is_one_page_that_loads_nothing(
    collection: Collection, ask: Script, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    run = evaluate(collection, ask, noises=list(NOISES)[:1])
    write_report(run, path, changes=compare(run, run))
    page = path.read_text(encoding="utf-8")
    assert page.count("<svg") == 5
    assert "<script" not in page
    assert "src=" not in page
    assert "<h2>none, against the baseline</h2>" in page
    assert ">66.7 <small>[" in page


@pytest.mark.parametrize("write", [write_failures, write_report])
def test_a_file_that_cannot_be_written_is_named(
    write: Callable[[EvaluationRun, Path], object],
    collection: Collection,
    ask: Script,
    tmp_path: Path,
) -> None:
    with pytest.raises(EvaluationError, match=r"none/out: No such file .*; name a file that can"):
        write(evaluate(collection, ask), tmp_path / "none" / "out")


def test_risk_grows_with_coverage_and_ties_are_one_step() -> None:
    cases = [(0.9, True), (0.5, False), (0.5, True), (0.1, False)]
    assert risk_coverage(cases) == [(0.25, 0.0), (0.75, 1 / 3), (1.0, 0.5)]
    assert risk_coverage([]) == []


def test_a_file_is_indexed_and_asked_as_a_corpus_is(squad_file: Path) -> None:
    run = evaluate_file(squad_file, noises=["none", "no-diacritics"])
    assert run.violations == ()
    for noise in run.noises.values():
        assert noise.metrics["quote@1"].value == 1
        assert [outcome.decision.answerable for outcome in noise.outcomes] == [False, False, True]


def test_paragraphs_are_ranked_as_articles(squad_file: Path) -> None:
    run = evaluate_file(squad_file, unit="paragraph", limit=2)
    assert run.noises["none"].metrics["p@1"].value == 1
    assert len(run.noises["none"].outcomes) == 2


def test_without_articles_left_nothing_is_held_out(tmp_path: Path, squad_file: Path) -> None:
    value = json.loads(squad_file.read_bytes())
    value["data"] = value["data"][:1]
    path = tmp_path / "one.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    run = evaluate_file(path)
    assert all(outcome.decision.answerable for outcome in run.noises["none"].outcomes)
