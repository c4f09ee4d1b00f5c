"""What the confidence is told by: what an article lacks, and what the first quote says."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval import open_index, update_index
from retrieval.confidence import signals
from retrieval.engines import ENGINES
from retrieval.index import Snapshot
from retrieval.ranking import rank
from retrieval.terms import parse_question

VILLAGES = ("Yên Phúc", "Tân Đoàn", "Tri Lễ", "Bình Phúc")


@pytest.fixture(params=ENGINES)
def snapshot(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Snapshot]:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name in VILLAGES:
        (corpus / f"{name}.txt").write_text(f"Chợ xã {name}\n\nChợ xã {name} họp ngày rằm.")
    update_index([corpus], tmp_path / "index")
    with open_index(tmp_path / "index", engine=request.param) as index:
        yield index.snapshot()


def values(snapshot: Snapshot, question: str) -> dict[str, float]:
    query = parse_question(question, snapshot.engine.rarities)
    return signals(snapshot, query, rank(snapshot, query, 1))


def test_what_is_missing_counts_by_its_rarity(snapshot: Snapshot) -> None:
    assert values(snapshot, "Chợ xã Tri Lễ họp ngày nào?")["missing"] == 0.0
    lacking = values(snapshot, "Dân số xã Tri Lễ là bao nhiêu?")["missing"]  # of three, none rarer
    assert 1 / 3 < lacking < 1.0


def test_what_the_quote_says_counts_beside_what_tells_one_passage_from_all(
    snapshot: Snapshot,
) -> None:
    assert snapshot.passages == len(VILLAGES)
    asked = parse_question("Tri Lễ", snapshot.engine.rarities)
    rarest = max(snapshot.engine.idfs(asked.terms))
    name = rarest / (1 + math.log(len(VILLAGES)))
    assert values(snapshot, "Dân số Tri Lễ?")["told"] == pytest.approx(name)
    assert values(snapshot, "Xã Tri Lễ họp chợ ngày nào?")["told"] > name


def test_how_likely_it_is_that_the_first_quote_has_the_answer_counts(snapshot: Snapshot) -> None:
    one, any_of_four = (
        values(snapshot, question)["likely"]
        for question in ("Chợ xã Tri Lễ họp ngày nào?", "Chợ xã họp ngày nào?")
    )
    assert one > 0 > any_of_four
