"""A run as one self-contained HTML page: tables, and plots as inline SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from retrieval.evaluation.files import write_text
from retrieval.evaluation.metrics import RIGHT_F1, Outcome
from retrieval.evaluation.plots import Point, bar_plot, line_plot
from retrieval.evaluation.run import EvaluationRun, losses
from retrieval.evaluation.statistics import Difference, Estimate, statistics_of

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid #ddd }
th:first-child, td:first-child { text-align: left }
small { color: #666 }
figure { margin: 2rem 0 } svg { max-width: 100%; height: auto }
"""
_INTERVALS = "In brackets: 95% intervals by bootstrap over questions."


def write_report(
    run: EvaluationRun,
    path: Path,
    *,
    changes: Mapping[str, Sequence[Difference]] | None = None,
) -> None:
    """Write the run as an HTML page, with what changed since a baseline when given.

    >>> write_report(run, Path("report.html"), changes=compare(run, baseline))
    """
    title = escape(f"{run.file}: {', '.join(run.noises)}")
    body = "\n".join([*_tables(run, changes or {}), *_plots(run)])
    write_text(
        path,
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head>\n<body><h1>{title}</h1>\n{body}\n</body></html>\n",
    )


def risk_coverage(cases: Sequence[tuple[float, bool]]) -> list[Point]:
    """The share of wrong answers among the surest ones, against how many those are.

    Takes (confidence, right) pairs; equal confidences are one step, as a threshold cannot part
    them (El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification", 2010).

    >>> risk_coverage([(0.9, True), (0.5, False)])
    [(0.5, 0.0), (1.0, 0.5)]
    """
    ordered = sorted(cases, key=lambda case: -case[0])
    points, wrong = [], 0
    for answered, (confidence, right) in enumerate(ordered, 1):
        wrong += not right
        if answered == len(ordered) or ordered[answered][0] != confidence:
            points.append((answered / len(ordered), wrong / answered))
    return points


def _tables(run: EvaluationRun, changes: Mapping[str, Sequence[Difference]]) -> Iterator[str]:
    statistics = statistics_of(run.unit)
    yield "<h2>Measures</h2>"
    head = ["", *run.noises]
    rows = [
        [escape(statistic.title), *(_estimate(n.metrics[name]) for n in run.noises.values())]
        for name, statistic in statistics.items()
    ]
    rows.append(
        ["ms a question, p50 / p95"]
        + [f"{n.latency.p50:.1f} / {n.latency.p95:.1f}" for n in run.noises.values()]
    )
    yield _table(head, rows) + f"<p><small>{_INTERVALS}</small></p>"
    clean = next(iter(run.noises))
    compared: dict[str, Sequence[Difference]] = {
        f"{noise}, against {clean}": found for noise, found in losses(run).items()
    }
    compared |= {f"{noise}, against the baseline": found for noise, found in changes.items()}
    for heading, differences in compared.items():
        yield f"<h2>{escape(heading)}</h2>"
        rows = [[escape(statistics[d.metric].title), *_difference(d)] for d in differences]
        yield _table(["", "before", "after", "change", "p"], rows)
    if run.violations:
        yield "<h2>Broken promises</h2><ul>"
        yield from (f"<li>{escape(violation)}</li>" for violation in run.violations)
        yield "</ul>"


def _plots(run: EvaluationRun) -> Iterator[str]:
    outcomes = {noise: noise_run.outcomes for noise, noise_run in run.noises.items()}
    yield "<h2>Risk against coverage</h2>"
    for title, x, y, curve in _CURVES:
        plot = line_plot(title, x, y, {noise: curve(rows) for noise, rows in outcomes.items()})
        yield _figure(title, plot)
    yield "<h2>Right quotes</h2>"
    for noise, rows in outcomes.items():
        yield _figure(f"By what is asked for: {noise}", _hits(by_kind(rows)))
    yield _figure("By how the question was typed", _hits(outcomes))


def by_kind(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The answerable questions by the kind of answer they ask for, most frequent first."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.answers:
            groups.setdefault(outcome.kind, []).append(outcome)
    return dict(sorted(groups.items(), key=lambda group: -len(group[1])))


def _abstention_curve(outcomes: Sequence[Outcome]) -> list[Point]:
    decisions = [outcome.decision for outcome in outcomes]
    return risk_coverage([(d.confidence, d.answerable) for d in decisions])


def _answer_curve(outcomes: Sequence[Outcome]) -> list[Point]:
    decisions = [outcome.decision for outcome in outcomes]
    return risk_coverage([(d.confidence, d.right) for d in decisions])


def _highlight_curve(outcomes: Sequence[Outcome]) -> list[Point]:
    marked = [outcome for outcome in outcomes if outcome.highlight is not None]
    curve = risk_coverage([(o.confidence, o.f1 >= RIGHT_F1) for o in marked])
    return [(coverage * len(marked) / len(outcomes), risk) for coverage, risk in curve]


_CURVES = (
    (
        "Abstaining",
        "share of questions answered, the surest first",
        "share of these that the articles do not answer",
        _abstention_curve,
    ),
    (
        "Answering",
        "share of questions answered, the surest first",
        "share of these whose first quote does not hold the answer",
        _answer_curve,
    ),
    (
        "Highlighting",
        "share of questions with a highlight, the surest first",
        f"share of these highlights with F1 under {RIGHT_F1}",
        _highlight_curve,
    ),
)


def _hits(groups: Mapping[str, Sequence[Outcome]]) -> str:
    answerable = {name: [o for o in rows if o.answers] for name, rows in groups.items()}
    return bar_plot(
        "Right quotes",
        {
            f"{name} ({len(rows)})": {f"quote@{k}": _hit_rate(rows, k) for k in (1, 3, 5)}
            for name, rows in answerable.items()
            if rows
        },
    )


def _hit_rate(outcomes: Sequence[Outcome], k: int) -> float:
    return sum(o.rank is not None and o.rank <= k for o in outcomes) / len(outcomes)


def _figure(caption: str, svg: str) -> str:
    return f"<figure><figcaption>{escape(caption)}</figcaption>{svg}</figure>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "\n".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>\n{body}</table>"


def _estimate(estimate: Estimate) -> str:
    interval = f"<small>[{_percent(estimate.low)}, {_percent(estimate.high)}]</small>"
    return f"{_percent(estimate.value)} {interval}"


def _difference(difference: Difference) -> list[str]:
    interval = f"<small>[{_percent(difference.low)}, {_percent(difference.high)}]</small>"
    p = "–" if difference.p is None else f"{difference.p:.3f}"
    shares = [_percent(difference.before), _percent(difference.after)]
    return [*shares, f"{_percent(difference.change)} {interval}", p]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"
