"""Questions in other words than those of the passages: some weights are learned from them too."""

from collections.abc import Iterator

import pytest

from retrieval import Index
from tests.training.paragraphs import Paragraph, paragraphs_indexed

FLOORS = {
    ("illnesses", "plain"): (0.60, 0.84, 0.69),
    ("illnesses", "lay"): (0.54, 0.76, 0.35),
    ("medicines", "plain"): (0.81, 0.89, 0.73),
    ("medicines", "lay"): (0.73, 0.88, 0.58),
    ("rules", "plain"): (0.65, 0.85, 0.79),
    ("rules", "lay"): (0.58, 0.78, 0.32),
    ("reviews", "plain"): (0.47, 0.60, 0.49),
}
"""How often the first quote, and one of three, is of the paragraph that was asked about, and how
often it is said to answer: a little under what was measured."""

Paragraphs = dict[str, tuple[list[Paragraph], Index]]


@pytest.fixture(scope="module")
def indexed_paragraphs() -> Iterator[Paragraphs]:
    with paragraphs_indexed() as groups:
        yield {name: (paragraphs, index) for name, paragraphs, index in groups}


@pytest.mark.parametrize(("subjects", "kind"), FLOORS)
def test_the_right_paragraph_is_quoted(
    indexed_paragraphs: Paragraphs, subjects: str, kind: str
) -> None:
    paragraphs, index = indexed_paragraphs[subjects]
    first, three, answered = [], [], []
    for paragraph in paragraphs:
        for question in paragraph.questions[kind]:
            answer = index.ask(question)
            quoted = [quote.source.article_id for quote in answer.quotes]
            first.append(paragraph.article.id in quoted[:1])
            three.append(paragraph.article.id in quoted)
            answered.append(not answer.abstained)
    for found, low in zip((first, three, answered), FLOORS[subjects, kind], strict=True):
        assert sum(found) >= low * len(found)
