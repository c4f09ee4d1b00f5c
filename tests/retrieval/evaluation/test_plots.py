from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.evaluation.plots import bar_plot, line_plot

SVG = "{http://www.w3.org/2000/svg}"


def test_a_line_runs_from_the_lower_left_to_the_upper_right() -> None:
    root = ElementTree.fromstring(line_plot("t", "x", "y", {"one": [(0.0, 0.0), (1.0, 1.0)]}))
    (line,) = root.iter(f"{SVG}polyline")
    first, last = (tuple(map(float, p.split(","))) for p in line.attrib["points"].split())
    assert first[0] < last[0]
    assert first[1] > last[1]


def test_a_bar_is_as_long_as_its_share() -> None:
    root = ElementTree.fromstring(bar_plot("t", {"person": {"quote@1": 0.5, "quote@3": 1.0}}))
    half, whole = [float(bar.attrib["width"]) for bar in root.iter(f"{SVG}rect")][:2]
    assert whole == pytest.approx(2 * half)
    assert {"50.0", "100.0", "person", "quote@3"} <= {t.text for t in root.iter(f"{SVG}text")}


def test_everything_lies_on_the_canvas() -> None:
    series = {f"series {n}": [(0.1 * n, 0.05 * n)] for n in range(10)}
    for plot in (
        line_plot("t", "x", "y", series),
        bar_plot("t", {"g": dict.fromkeys(series, 0.1)}),
    ):
        root = ElementTree.fromstring(plot)
        width, height = map(float, root.attrib["viewBox"].split()[2:])
        for text in root.iter(f"{SVG}text"):
            assert 0 <= float(text.attrib["x"]) <= width
            assert 0 <= float(text.attrib["y"]) <= height


@given(st.text(alphabet=st.characters(exclude_categories=["C"])))
def test_any_name_is_escaped(name: str) -> None:
    for plot in (line_plot(name, name, name, {name: []}), bar_plot(name, {name: {name: 1.0}})):
        texts = ["".join(text.itertext()) for text in ElementTree.fromstring(plot).iter()]
        assert name in texts
