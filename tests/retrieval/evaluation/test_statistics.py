from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.evaluation.metrics import Outcome
from retrieval.evaluation.statistics import (
    PARAGRAPH_STATISTICS,
    STATISTICS,
    differences,
    estimate,
    statistics_of,
)

from .builders import outcome


def values(outcomes: list[Outcome]) -> dict[str, float | None]:
    found = estimate(outcomes, "paragraph", draws=10)
    return {name: measure.value for name, measure in found.items()}


def test_measures_by_hand() -> None:
    found = values(
        [
            outcome("a", rank=1, article=1, highlight="Hoa", f1=1.0, confidence=0.9),
            outcome("b", rank=2, article=1, highlight="x", f1=0.2, confidence=0.8),
            outcome("c", rank=4, article=3, abstained=True, confidence=0.3),
            outcome("d", rank=None, article=None, confidence=0.6),
            outcome("e", rank=None, article=None, answerable=False, confidence=0.7),
            outcome("f", rank=None, article=4, answerable=False, abstained=True, confidence=0.1),
        ]
    )
    expected = {
        "quote@1": 1 / 4,
        "quote@3": 2 / 4,
        "quote@5": 3 / 4,
        "mrr": (1 + 1 / 2 + 1 / 4) / 4,
        "place@1": 1 / 4,
        "highlight_precision": 1 / 2,
        "highlight_coverage": 2 / 6,
        "highlight_f1": 0.6,
        "auroc": (2 + 2 + 1 + 1) / 8,
        "refused_answerable": 1 / 4,
        "answered_unanswerable": 1 / 2,
        "p@1": 2 / 4,
        "recall@3": 3 / 4,
        "recall@5": 3 / 4,
        "recall@10": 3 / 4,
        "mrr@10": (1 + 1 + 1 / 3) / 4,
        "ndcg@10": (1 + 1 + 1 / 2) / 4,
    }
    assert found == pytest.approx(expected)
    assert found.keys() == (STATISTICS | PARAGRAPH_STATISTICS).keys()


def test_a_rank_past_the_depth_counts_nothing() -> None:
    found = values([outcome("a", rank=6, article=11)])
    assert [found[name] for name in ("quote@5", "mrr", "recall@10", "mrr@10", "ndcg@10")] == [0] * 5


def test_without_material_there_is_no_measure() -> None:
    found = estimate([outcome("a"), outcome("b")], "article")
    for name in ("highlight_precision", "highlight_f1", "auroc", "answered_unanswerable"):
        assert (found[name].value, found[name].low, found[name].high) == (None, None, None)
    assert found["highlight_precision"].questions == 0
    assert found["quote@1"].questions == 2


def auroc(positive: list[float], negative: list[float]) -> float | None:
    made = [outcome(f"p{n}", confidence=c) for n, c in enumerate(positive)]
    made += [outcome(f"n{n}", confidence=c, answerable=False) for n, c in enumerate(negative)]
    return values(made)["auroc"]


@pytest.mark.parametrize(
    ("positive", "negative", "area"),
    [
        ([0.9, 0.8], [0.2, 0.1], 1.0),
        ([0.1], [0.9], 0.0),
        ([0.5, 0.5], [0.5], 0.5),
        ([0.8, 0.5], [0.5, 0.2], 0.875),
        ([0.1, 0.4, 0.35, 0.8], [0.1, 0.3], 0.8125),
        ([0.0, 1.0], [0.0], 0.75),
    ],
)
def test_auroc_of_known_orders(positive: list[float], negative: list[float], area: float) -> None:
    assert auroc(positive, negative) == pytest.approx(area)


scores = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]), min_size=1, max_size=12)


@given(scores, scores)
def test_auroc_is_the_share_of_pairs_in_order(positive: list[float], negative: list[float]) -> None:
    wins = [(p > n) + (p == n) / 2 for p, n in product(positive, negative)]
    assert auroc(positive, negative) == pytest.approx(sum(wins) / len(wins))


def mixed(count: int, right: int) -> list[Outcome]:
    return [outcome(f"q{n}", rank=1 if n < right else 2) for n in range(count)]


def test_the_same_seed_gives_the_same_interval_and_another_does_not() -> None:
    one, again, other = (estimate(mixed(80, 50), "article", seed=s) for s in (1, 1, 2))
    assert one == again
    assert one["mrr"] != other["mrr"]


def test_an_interval_is_as_wide_as_theory_says() -> None:
    found = estimate(mixed(400, 300), "article", draws=4000)["quote@1"]
    half = 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert found.value == 0.75
    assert found.low == pytest.approx(0.75 - half, abs=0.006)
    assert found.high == pytest.approx(0.75 + half, abs=0.006)


def test_blocks_of_resamples_are_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = estimate(mixed(20, 10), "article", draws=50)
    monkeypatch.setattr("retrieval.evaluation.statistics._BLOCK", 7 * 20)
    assert estimate(mixed(20, 10), "article", draws=50) == whole


def test_a_run_does_not_differ_from_itself() -> None:
    run = mixed(30, 20)
    for difference in differences(run, run, "article"):
        assert difference.change in (0, None)
        assert difference.p in (1, None)


def test_a_plain_gain_is_significant_and_a_slight_one_is_not() -> None:
    before = mixed(200, 100)
    plain = {d.metric: d for d in differences(mixed(200, 140), before, "article")}["quote@1"]
    assert (plain.before, plain.after) == (0.5, 0.7)
    assert plain.p is not None
    assert plain.p < 0.01
    assert plain.low is not None
    assert plain.low > 0
    slight = {d.metric: d for d in differences(mixed(200, 101), before, "article")}["quote@1"]
    assert slight.p is not None
    assert slight.p > 0.05


def test_runs_are_paired_by_question_whatever_their_order() -> None:
    run = mixed(40, 20)
    gains = differences(run[10:], run[::-1], "article")
    assert all(gain.change in (0, None) for gain in gains)
    assert gains[0].questions == 30


def test_runs_without_common_questions_differ_in_nothing() -> None:
    assert differences([outcome("a")], [outcome("b")], "article") == []


def test_paragraph_measures_come_with_those_of_articles() -> None:
    assert statistics_of("article") == STATISTICS
    assert list(statistics_of("paragraph"))[:1] == ["p@1"]
