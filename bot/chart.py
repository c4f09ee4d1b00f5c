"""The journal's days as a picture: three rows of small charts over the same days.

The picture has digits and colours only. Its words stand in the caption below it, which the
chat's own font renders, in any language; so no font with Vietnamese letters has to come along.

draw(days) -> b"\\x89PNG…"
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Final

from bot.journal import Day

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

# the colours of the squares and circles that the caption explains them by: 🟩 🟥 🔵 🟣 🟦 🟧
GREEN, RED, BLUE, PURPLE = "#43a047", "#e53935", "#1e88e5", "#8e24aa"
AZURE, ORANGE = "#5c9ded", "#fb8c00"
PAPER, INK, GRID = "#ffffff", "#5f6368", "#e4e6e8"

WIDTH: Final = 1000  # pixels
ROW: Final = 260
LEFT, RIGHT, TOP, BOTTOM = 90, 30, 30, 40  # margins of each row
TEXT: Final = 20
GRID_LINES: Final = 4
LABELS: Final = 8  # days that are written below a row

Series = tuple[str, Callable[[Day], float | None]]

# stacked upon each other, from below
QUESTIONS: Final[tuple[Series, ...]] = (
    (GREEN, lambda day: day.answered),
    (RED, lambda day: day.asked - day.answered),
)
VOTES: Final[tuple[Series, ...]] = ((AZURE, lambda day: day.up), (ORANGE, lambda day: day.down))
TIMES: Final[tuple[Series, ...]] = ((BLUE, lambda day: day.median), (PURPLE, lambda day: day.p95))


def draw(days: Sequence[Day]) -> bytes:
    """A PNG: questions a day, then the times in milliseconds, then the votes."""
    # imported here: most runs of the bot never draw
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (WIDTH, 3 * ROW), PAPER)
    pen = ImageDraw.Draw(image)
    pen.font = ImageFont.load_default(TEXT)
    _Row(pen, days, 0 * ROW, _most(days, QUESTIONS, sum)).bars(QUESTIONS)
    _Row(pen, days, 1 * ROW, _most(days, TIMES, max)).lines(TIMES)
    _Row(pen, days, 2 * ROW, _most(days, VOTES, sum)).bars(VOTES)
    png = BytesIO()
    image.save(png, "PNG", optimize=True)
    return png.getvalue()


def ceiling(value: float) -> int:
    """The least of 4, 8, 12, 20, 40, 80, … that is not less: quarters of it are round.

    >>> [ceiling(value) for value in (0, 5, 12, 99)]
    [4, 8, 12, 120]
    """
    power = 1
    while True:
        for step in (4, 8, 12, 20):
            if value <= step * power:
                return step * power
        power *= 10


class _Row:
    """One chart over all days, with its grid and scale."""

    def __init__(self, pen: ImageDraw, days: Sequence[Day], top: int, most: float) -> None:
        self._pen = pen
        self._days = days
        self._top, self._floor = top + TOP, top + ROW - BOTTOM
        self._ceiling = ceiling(most)
        self._slot = (WIDTH - LEFT - RIGHT) / len(days)
        self._grid()

    def bars(self, series: Sequence[Series]) -> None:
        """Each day a bar of the values, one upon the other."""
        half = min(self._slot * 0.4, 30)
        for number, day in enumerate(self._days):
            below = 0.0
            for colour, value_of in series:
                value = value_of(day) or 0
                if value:
                    corner = (self._x(number) - half, self._y(below + value))
                    opposite = (self._x(number) + half, self._y(below))
                    self._pen.rectangle((*corner, *opposite), fill=colour)
                below += value

    def lines(self, series: Sequence[Series]) -> None:
        """A line from day to day for each value, and a dot on each day."""
        for colour, value_of in series:
            points = [
                (self._x(number), self._y(value))
                for number, day in enumerate(self._days)
                if (value := value_of(day)) is not None
            ]
            if len(points) > 1:
                self._pen.line(points, fill=colour, width=4, joint="curve")
            for x, y in points:
                self._pen.ellipse((x - 5, y - 5, x + 5, y + 5), fill=colour)

    def _grid(self) -> None:
        for line in range(GRID_LINES + 1):
            value = self._ceiling * line // GRID_LINES
            y = self._y(value)
            self._pen.line((LEFT, y, WIDTH - RIGHT, y), fill=GRID, width=2)
            self._pen.text((LEFT - 12, y), f"{value}", fill=INK, anchor="rm")
        every = -(-len(self._days) // LABELS)
        # counted from the last day, so that today is always written
        for number in range(len(self._days) - 1, -1, -every):
            text = f"{self._days[number].day:%d/%m}"
            self._pen.text((self._x(number), self._floor + 8), text, fill=INK, anchor="mt")

    def _x(self, number: int) -> float:
        return LEFT + self._slot * (number + 0.5)

    def _y(self, value: float) -> float:
        return self._floor - (self._floor - self._top) * value / self._ceiling


def _most(
    days: Sequence[Day], series: Sequence[Series], together: Callable[[list[float]], float]
) -> float:
    return max(together([value_of(day) or 0 for _, value_of in series]) for day in days)
