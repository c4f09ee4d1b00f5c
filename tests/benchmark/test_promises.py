"""What was measured is held against what is promised, and what was not measured is left out."""

from typing import Any

from tests.benchmark.promises import promises
from tests.benchmark.report import markdown, table

OURS: dict[str, Any] = {"label": "ours", "search": 6.0, "answer": 8.0}


def test_a_promise_that_is_broken_is_told_so() -> None:
    rows = {"ours": OURS, "tantivy": {"label": "tantivy", "search": 1.0}}
    assert ["search beside tantivy on syllables", "6.00 ×", "≤ 3.00 ×", "NO"] in promises(rows)


def test_a_promise_that_is_kept_is_told_so() -> None:
    rows = {"ours": OURS, "tantivy": {"label": "tantivy", "search": 2.0}}
    assert ["search beside tantivy on syllables", "3.00 ×", "≤ 3.00 ×", "yes"] in promises(rows)


def test_what_was_left_out_is_no_promise() -> None:
    assert [line[0] for line in promises({"ours": OURS})] == [
        "promised",
        "three highlighted quotes, beyond the search",
    ]
    assert promises({"tantivy": {"label": "tantivy", "search": 2.0}}) == []


def test_memory_that_only_fills_its_caches_does_not_grow() -> None:
    memory = {"1": 100.0, "10": 200.0, "100": 205.0}
    lines = promises({"ours": OURS | {"memory_after": memory}})
    assert ["memory's growth over all questions", "5.00 MB", "≤ 10.00 MB", "yes"] in lines


def test_tables_have_a_column_for_each_figure() -> None:
    assert "| ours |" in table({"ours": OURS})
    assert markdown([["a", "b"], ["c", "1"]]).splitlines()[1] == "| --- | ---: |"
