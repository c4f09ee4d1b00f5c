"""How reports and measures are laid out."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot import tables
from retrieval.evaluation import Difference, Estimate, EvaluationRun, NoiseRun
from retrieval.evaluation.run import Latency
from retrieval.model import BuildReport, Failure, IndexStatus

REPORT = BuildReport(
    added=2,
    changed=0,
    removed=1,
    unchanged=12,
    failed=(Failure("scan.pdf", "no text layer; run OCR on it first"),),
    generation=4,
    articles=1234,
    passages=1,
    seconds=0.84,
)


def test_a_report_counts_files_and_gives_each_failure_its_reason() -> None:
    assert tables.report_text(REPORT) == (
        "added      2\n"
        "changed    0\n"
        "removed    1\n"
        "unchanged  12\n"
        "failed     1\n"
        "  scan.pdf: no text layer; run OCR on it first\n"
        "1,234 articles, 1 passage, generation 4, in 0.8 s\n"
    )


@given(st.text(), st.text())
def test_no_name_and_no_reason_does_more_than_show(name: str, reason: str) -> None:
    failed = (Failure(f"a\n\x1b[2J{name}", f"\u202e{reason}"),)
    text = tables.report_text(replace(REPORT, failed=failed))
    assert len(text.splitlines()) == 7
    assert not [c for c in text if unicodedata.category(c) == "Cc" and c != "\n"]
    assert "\u202e" not in text


def test_a_status_is_one_fact_a_line() -> None:
    status = IndexStatus(3, 50, "rank-bm25", 2, datetime(2024, 7, 12, 8, tzinfo=UTC), 12_345)
    lines = tables.status_text(status, "data/index").splitlines()
    assert [line.split()[0] for line in lines] == [
        *("index", "articles", "passages", "engine", "generation", "built", "size")
    ]
    assert lines[-1].endswith("12,345 bytes")


def noise_run(value: float | None) -> NoiseRun:
    names = [*tables.COMPARED["article"], *tables.COMPARED_ALWAYS]
    estimate = Estimate(value, value, value, 1190)
    return NoiseRun(dict.fromkeys(names, estimate), Latency(1.25, 3.5), ())


def test_one_noise_shows_every_measure_with_its_interval() -> None:
    text = tables.evaluation_text(EvaluationRun("x", "article", {"none": noise_run(0.8321)}))
    assert text.splitlines()[0].split() == ["noise:", "none", "%", "95%", "interval", "questions"]
    assert text.splitlines()[1].split() == ["quote@1", "83.2", "83.2", "to", "83.2", "1190"]
    assert text.splitlines()[-1] == "time: p50 1.2 ms, p95 3.5 ms"


def test_several_noises_are_one_line_each() -> None:
    run = EvaluationRun("x", "article", {"none": noise_run(0.9), "telex": noise_run(None)})
    lines = tables.evaluation_text(run).splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [
        ["none", "90.0", "90.0"],
        ["telex", "-", "-"],
    ]


def test_a_comparison_shows_the_change_and_how_sure_it_is() -> None:
    gain = Difference("quote@1", 0.83, 0.9, 0.07, 0.05, 0.09, 0.002, 1190)
    text = tables.comparison_text({"none": [gain]})
    assert text.splitlines()[1].split() == [
        *("quote@1", "83.0", "90.0", "+7.0", "+5.0", "to", "+9.0", "0.002")
    ]


def test_nothing_compared_is_nothing_said() -> None:
    assert tables.comparison_text({}) == ""
