from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from PIL import Image

from bot.chart import AZURE, BLUE, GREEN, INK, ORANGE, PURPLE, RED, ceiling, draw
from bot.journal import Day


def some_days(count: int) -> list[Day]:
    return [
        Day(date(2024, 7, 1) + timedelta(n), 10 + n, 5, 3, 4, 2, 20.0, 90.0) for n in range(count)
    ]


def colours(png: bytes) -> dict[str, int]:
    image = Image.open(BytesIO(png)).convert("RGB")
    found = image.getcolors(image.width * image.height)
    return {"#{:02x}{:02x}{:02x}".format(*colour): count for count, colour in found}


@pytest.mark.parametrize("count", [1, 2, 30, 3650])
def test_every_series_is_seen(count: int) -> None:
    found = colours(draw(some_days(count)))
    assert {GREEN, RED, BLUE, PURPLE, AZURE, ORANGE, INK} <= set(found)


def test_a_bar_is_as_high_as_its_value() -> None:
    found = colours(draw([Day(date(2024, 7, 1), asked=12, answered=9)]))
    assert 2.7 < found[GREEN] / found[RED] < 3.3


def test_days_without_anything_are_drawn_as_nothing() -> None:
    found = colours(draw([Day(date(2024, 7, 1))]))
    assert not {GREEN, RED, BLUE, PURPLE, AZURE, ORANGE} & set(found)


@pytest.mark.parametrize("value", [0, 0.1, 4, 4.1, 21, 1999, 10**9])
def test_the_scale_reaches_every_value_in_four_round_steps(value: float) -> None:
    assert value <= ceiling(value)
    assert ceiling(value) % 4 == 0
