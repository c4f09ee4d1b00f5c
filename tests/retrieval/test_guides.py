"""Questions in other words than those of the passages: three weights are learned from them too."""

from collections.abc import Iterator

import pytest

from retrieval import Index
from tests.training.guides import Guide, guides_indexed

FLOORS = {
    ("illnesses", "plain"): (0.60, 0.84),
    ("illnesses", "lay"): (0.54, 0.76),
    ("medicines", "plain"): (0.78, 0.89),
    ("medicines", "lay"): (0.72, 0.87),
    ("rules", "plain"): (0.65, 0.85),
    ("rules", "lay"): (0.57, 0.77),
}
"""How often the first quote, and one of three, is of the guide that was asked about: a little
under what was measured."""

Guides = dict[str, tuple[list[Guide], Index]]


@pytest.fixture(scope="module")
def indexed_guides() -> Iterator[Guides]:
    with guides_indexed() as groups:
        yield {name: (guides, index) for name, guides, index in groups}


@pytest.mark.parametrize(("subjects", "kind"), FLOORS)
def test_the_right_guide_is_quoted(indexed_guides: Guides, subjects: str, kind: str) -> None:
    guides, index = indexed_guides[subjects]
    first = three = 0
    for guide in guides:
        quoted = [quote.source.article_id for quote in index.ask(guide.questions[kind]).quotes]
        first += guide.article.id in quoted[:1]
        three += guide.article.id in quoted
    low_first, low_three = FLOORS[subjects, kind]
    assert first / len(guides) >= low_first
    assert three / len(guides) >= low_three
