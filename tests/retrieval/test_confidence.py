"""How much what an article lacks takes from the confidence."""

from pathlib import Path

import pytest

from retrieval import open_index, update_index
from retrieval.confidence import signals
from retrieval.engines import ENGINES
from retrieval.ranking import rank
from retrieval.terms import parse_question

VILLAGES = ("Yên Phúc", "Tân Đoàn", "Tri Lễ", "Bình Phúc")


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_missing_counts_by_its_rarity(engine: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name in VILLAGES:
        (corpus / f"{name}.txt").write_text(f"Chợ xã {name}\n\nChợ xã {name} họp ngày rằm.")
    update_index([corpus], tmp_path / "index")
    with open_index(tmp_path / "index", engine=engine) as index:
        snapshot = index.snapshot()

        def missing(question: str) -> float:
            query = parse_question(question, snapshot.engine.rarities)
            return signals(snapshot, query, rank(snapshot, query, 1))["missing"]

        assert missing("Chợ xã Tri Lễ họp ngày nào?") == 0.0
        lacking = missing("Dân số xã Tri Lễ là bao nhiêu?")  # one of three, none rarer
        assert 1 / 3 < lacking < 1.0
