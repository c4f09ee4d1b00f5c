"""Line and bar plots of shares, as SVG text.

Drawn here because every axis runs from 0 to 100%, which leaves little for a plotting library to
do: matplotlib would add 40 MB, and pygal puts a finder into the import system that Python 3.11
warns about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

Point = tuple[float, float]

# Okabe and Ito's palette, told apart by colour-blind readers too
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999")
_WIDTH, _HEIGHT = 640, 300  # of the plotting area
_LEFT, _TOP = 60, 40
_LINE = 18  # height of a line of text
_BAR_ROW = 16


def line_plot(title: str, x: str, y: str, series: Mapping[str, Sequence[Point]]) -> str:
    """Points joined by lines, one line a series; both axes are shares, from 0 to 1.

    >>> line_plot("Risk", "coverage", "wrong", {"none": [(0.5, 0.0), (1.0, 0.2)]})[:4]
    '<svg'
    """
    lines = [
        f'<polyline fill="none" stroke="{_colour(number)}" stroke-width="2" points="'
        + " ".join(f"{_x(a):.1f},{_y(b):.1f}" for a, b in points)
        + '"/>'
        for number, points in enumerate(series.values())
    ]
    axes = [*_grid(_HEIGHT), *_rows(), _text(_LEFT + _WIDTH / 2, _TOP + _HEIGHT + 38, x)]
    axes.append(_text(_LEFT, _TOP - 8, y, anchor="start"))
    legend = _TOP + _HEIGHT + 38 + _LINE
    return _svg(title, [*axes, *lines, *_legend(series, legend)], legend + _LINE * len(series))


def bar_plot(title: str, groups: Mapping[str, Mapping[str, float]]) -> str:
    """Horizontal bars in groups, each bar a share from 0 to 1 with its value beside it.

    >>> bar_plot("Right", {"person": {"quote@1": 0.9}})[:4]
    '<svg'
    """
    bars, y = [], _TOP + _LINE
    for name, values in groups.items():
        bars.append(_text(_LEFT, y - 4, name, anchor="start"))
        for number, value in enumerate(values.values()):
            bars.append(
                f'<rect x="{_LEFT}" y="{y}" width="{_WIDTH * value:.1f}" height="{_BAR_ROW - 2}" '
                f'fill="{_colour(number)}"/>'
            )
            bars.append(_text(_x(value) + 4, y + 12, f"{100 * value:.1f}", anchor="start"))
            y += _BAR_ROW
        y += _LINE + 6
    labels = list(dict.fromkeys(label for values in groups.values() for label in values))
    grid = _grid(y - _TOP - _LINE)
    return _svg(title, [*grid, *bars, *_legend(labels, y + 14)], y + 14 + _LINE * len(labels))


def _svg(title: str, parts: Sequence[str], height: float) -> str:
    width = _LEFT + _WIDTH + 60
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" '
        f'font-family="sans-serif" font-size="13" role="img"><title>{escape(title)}</title>'
        f"{''.join(parts)}</svg>"
    )


def _grid(height: float) -> Iterator[str]:
    """Upright lines every 20%, with their labels under them."""
    for step in range(6):
        x = _x(step / 5)
        yield f'<path d="M{x:.1f} {_TOP}v{height:.1f}" stroke="#ddd"/>'
        yield _text(x, _TOP + height + 16, f"{20 * step}%")


def _rows() -> Iterator[str]:
    """Level lines every 20%, with their labels left of them."""
    for step in range(6):
        y = _y(step / 5)
        yield f'<path d="M{_LEFT} {y:.1f}h{_WIDTH}" stroke="#ddd"/>'
        yield _text(_LEFT - 6, y + 4, f"{20 * step}%", anchor="end")


def _legend(names: Mapping[str, object] | Sequence[str], top: float) -> Iterator[str]:
    for number, name in enumerate(names):
        y = top + _LINE * number
        place = f'x="{_LEFT}" y="{y - 10:.1f}" width="12" height="12"'
        yield f'<rect {place} fill="{_colour(number)}"/>'
        yield _text(_LEFT + 18, y, name, anchor="start")


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _x(share: float) -> float:
    return _LEFT + _WIDTH * share


def _y(share: float) -> float:
    return _TOP + _HEIGHT * (1 - share)


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]
