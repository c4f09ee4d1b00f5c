"""The quotes that are chosen: whole where they can be, never too long, never twice the same."""

import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from retrieval import open_index, update_index
from retrieval.evidence import weigh
from retrieval.evidence.gathered import gather
from retrieval.evidence.signals import PASSAGE_SIGNALS, SENTENCE_SIGNALS, TOKEN_SIGNALS, Signals
from retrieval.index import Snapshot
from retrieval.passages import MAX_QUOTE
from retrieval.ranking import PASSAGES, rank
from retrieval.terms import parse_question
from retrieval.text import tokens
from tests.training.evidence import weighing

FILLER = "Trong buổi họp, các đại biểu trao đổi nhiều ý kiến về kế hoạch sản xuất của địa phương. "
LONG = (
    "Hợp tác xã do ông Lò Văn Pún lập, "
    + "cùng nhiều hộ dân trong bản góp vốn, " * 20
    + "đã vay vốn."
)
ARTICLES = {
    "one": "Chợ phiên\n\n" + FILLER * 3 + "Chợ phiên Mường Lò họp vào thứ bảy. " + FILLER * 3,
    "copy": "Chợ phiên\n\n" + FILLER * 3 + "Chợ phiên Mường Lò họp vào thứ bảy. " + FILLER * 3,
    "long": "Góp vốn\n\n" + LONG,
    "cut": (
        "Đua thuyền\n\nĐội thuyền bản Pắc Ma tập bơi suốt mùa nước lớn trên sông Đà, được các cụ "
        "già trong bản chỉ cho từng khúc sông có đá ngầm và từng chỗ nước xoáy phải tránh. Đội "
        "thuyền bản Pắc Ma thắng cuộc đua thuyền độc mộc, vượt qua mười hai đội của các bản ở hai "
        "bên bờ, được bà con đón ở bến bằng trống chiêng, được chủ tịch xã trao cờ lưu niệm trước "
        "đông đủ các già làng, và nhận một con trâu đực làm giải thưởng cho cả bản."
    ),
}


@contextmanager
def indexed(folder: Path, articles: Mapping[str, str]) -> Iterator[Snapshot]:
    (folder / "corpus").mkdir()
    for name, text in articles.items():
        (folder / f"corpus/{name}.txt").write_text(text, "utf-8")
    update_index([folder / "corpus"], folder / "index")
    with open_index(folder / "index") as index:
        yield index.snapshot()


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    with indexed(tmp_path_factory.mktemp("ranking"), ARTICLES) as opened:
        yield opened


QUESTIONS = (
    "Chợ phiên Mường Lò họp vào thứ mấy?",
    "Ai lập hợp tác xã?",
    "Các đại biểu trao đổi gì?",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_quotes_are_short_enough_and_begin_and_end_at_words(
    snapshot: Snapshot, question: str
) -> None:
    query = parse_question(question, snapshot.engine.rarities)
    for candidate in rank(snapshot, query, 5).candidates:
        text, span = candidate.stored.article.text, candidate.span
        assert 0 < len(span) <= MAX_QUOTE
        assert candidate.text == candidate.text.strip()
        assert span.start == 0 or text[span.start - 1].isspace()
        assert span.end == len(text) or not (
            text[span.end - 1].isalnum() and text[span.end].isalnum()
        )


def test_what_two_articles_say_alike_is_quoted_once(snapshot: Snapshot) -> None:
    query = parse_question(QUESTIONS[0], snapshot.engine.rarities)
    found = [one for one in rank(snapshot, query, 5).candidates if "thứ bảy" in one.text]
    assert len(found) == 1


def test_a_long_sentence_is_quoted_where_it_answers(snapshot: Snapshot) -> None:
    query = parse_question(QUESTIONS[1], snapshot.engine.rarities)
    assert "ông Lò Văn Pún lập" in rank(snapshot, query, 1).candidates[0].text


def test_what_a_cut_sentence_has_left_is_quoted_next(snapshot: Snapshot) -> None:
    query = parse_question("Đội thuyền bản Pắc Ma thắng cuộc đua nào?", snapshot.engine.rarities)
    first, *others = rank(snapshot, query, 3).candidates
    rest = [one for one in others if one.text.endswith("cho cả bản.")]
    assert not first.text.endswith(".")
    assert [one.span.start - 1 for one in rest] == [first.span.end]


def test_equal_questions_rank_equally(snapshot: Snapshot) -> None:
    query = parse_question(QUESTIONS[2], snapshot.engine.rarities)
    assert rank(snapshot, query, 5) == rank(snapshot, query, 5)


def test_probabilities_of_tokens_add_up_to_one(snapshot: Snapshot) -> None:
    query = parse_question(QUESTIONS[0], snapshot.engine.rarities)
    hits = snapshot.engine.search(query.terms, PASSAGES)
    evidence = weigh(snapshot, query, hits, snapshot.engine.idfs(query.terms))
    assert sum(one.mass.sum() for one in evidence) == pytest.approx(1)
    best = max(evidence, key=lambda one: one.mass.max())
    start = int(best.starts[best.mass.argmax()])
    assert "thứ bảy" in best.stored.article.text[start - 40 : start + 40]


def test_a_quote_tells_where_in_it_the_answer_may_begin(snapshot: Snapshot) -> None:
    query = parse_question(QUESTIONS[0], snapshot.engine.rarities)
    candidate = rank(snapshot, query, 1).candidates[0]
    starts, mass = candidate.begins
    assert [token.span.start for token in tokens(candidate.text)] == starts.tolist()
    assert candidate.probability == pytest.approx(float(mass.sum()), abs=0.01)
    begin = int(starts[mass.argmax()])
    assert "thứ bảy" in candidate.text[begin - 4 : begin + 7]


def test_without_weights_all_tokens_are_as_likely(snapshot: Snapshot) -> None:
    query = parse_question(QUESTIONS[0], snapshot.engine.rarities)
    hits = snapshot.engine.search(query.terms, PASSAGES)
    nothing = dict.fromkeys(PASSAGE_SIGNALS, 0.0)
    with weighing(np.zeros(len(SENTENCE_SIGNALS) + len(TOKEN_SIGNALS)), nothing):
        evidence = weigh(snapshot, query, hits, snapshot.engine.idfs(query.terms))
    masses = np.unique(np.concatenate([one.mass for one in evidence]).round(9))
    assert masses.tolist() == pytest.approx([masses[-1] / 4, masses[-1]], rel=1e-5)  # titles, text


def signals_of(snapshot: Snapshot, question: str) -> Signals:
    query = parse_question(question, snapshot.engine.rarities)
    hits = snapshot.engine.search(query.terms, PASSAGES)
    idfs = snapshot.engine.idfs(query.terms)
    return Signals(query, idfs, hits, gather(snapshot, hits))


def test_what_is_left_out_between_two_sentences_is_no_part_of_either(tmp_path: Path) -> None:
    lede = "Hợp tác xã Mường Lò vừa họp bàn việc vay vốn để mở rộng chợ phiên cho bà con"
    text = f"Góp vốn\n\n{lede}...\n\n{lede} trong vùng. Cuộc họp có ba trăm người."
    (tmp_path / "lede.txt").write_text(text, "utf-8")
    update_index([tmp_path], tmp_path / "index")
    with open_index(tmp_path / "index") as index:
        now = index.snapshot()
        query = parse_question("Hợp tác xã họp bàn việc gì?", now.engine.rarities)
        found = gather(now, now.engine.search(query.terms, PASSAGES))
    repeated = [zone.span for zone in found.sentences[0][0].article.zones if "lede" in zone.kind]
    assert len(repeated) == 1
    assert len(found.starts) > 20
    assert not [start for start in found.starts if repeated[0].start <= start < repeated[0].end]


def test_each_signal_is_measured_for_each_sentence_and_token(snapshot: Snapshot) -> None:
    signals = signals_of(snapshot, QUESTIONS[0])
    count = len(signals.cover)
    assert signals.sentences().keys() <= set(SENTENCE_SIGNALS)
    assert {len(column) for column in signals.sentences().values()} == {count}
    assert signals.passages().keys() <= set(PASSAGE_SIGNALS)
    assert signals.tokens().keys() <= set(TOKEN_SIGNALS)
    assert len({len(column) for column in signals.tokens().values()}) == 1
    assert signals.cover.min() >= 0
    assert signals.cover.max() <= 1
    assert signals.sentences()["passage_share"].max() == 1


def test_another_word_for_the_same_counts_as_the_word(snapshot: Snapshot) -> None:
    asked, other = (
        signals_of(snapshot, f"Ai {word} hợp tác xã?").sentences()["phrases"].max()
        for word in ("lập", "thành lập")
    )
    assert 0.5 < other < asked


ILLNESSES = {
    "soi": "Sởi khiến trẻ sốt cao, ho khan, chảy nước mũi, mắt đỏ rồi phát ban từ mặt xuống chân.",
    "soi-phong": "Muốn không mắc sởi, trẻ cần được tiêm đủ hai mũi vắc xin và rửa tay mỗi ngày.",
    "cum": "Cúm mùa do virus influenza gây ra; mùa này có lẽ ít ca bệnh hơn mọi năm.",
}


@pytest.fixture(scope="module")
def illnesses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    with indexed(tmp_path_factory.mktemp("illnesses"), ILLNESSES) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("Bệnh sởi có dấu hiệu gì?", "soi.txt"),  # whose words are in neither
        ("benh soi co dau hieu gi", "soi.txt"),
        ("Làm gì để phòng tránh sởi?", "soi-phong.txt"),
        ("Cúm mùa do đâu mà ra?", "cum.txt"),
    ],
)
def test_a_passage_counts_as_a_whole(illnesses: Snapshot, question: str, article: str) -> None:
    query = parse_question(question, illnesses.engine.rarities)
    assert rank(illnesses, query, 1).candidates[0].stored.article.id == article


def test_what_a_passage_tells_of_a_question_is_measured(illnesses: Snapshot) -> None:
    signals = signals_of(illnesses, "Bệnh sởi có những dấu hiệu gì?").passages()
    assert signals.keys() == set(PASSAGE_SIGNALS) - {"wholes", "names"}
    assert sorted(np.expm1(signals["told_with"]).round().tolist()) == [0, 0, 4]
    assert 0 == signals["telling"].min() < signals["telling"].max() < 1


def test_a_passage_counts_for_the_words_that_are_no_syllables(illnesses: Snapshot) -> None:
    signals = signals_of(illnesses, "Cúm do influenza nào, sởi do morbillivirus nào?").passages()
    assert sorted(signals["wholes"].tolist()) == [0.0, 0.0, 0.5]


@pytest.mark.parametrize(
    ("names", "question", "signal"),
    [
        (("Paracetamol", "Amoxicillin"), "Nên giữ thuốc paracetamol ở đâu?", "wholes"),
        (("Xã Yên Phúc", "Xã Tân Hoà"), "Nên giữ thuốc của xã Yên Phúc ở đâu?", "names"),
        (("Xã Tân Hoà", "Xã Yên Phúc"), "Nên giữ thuốc của xã Tân Hòa ở đâu?", "names"),
    ],
)
def test_what_the_article_names_elsewhere_counts_for_each_of_its_passages(
    tmp_path: Path, names: tuple[str, str], question: str, signal: str
) -> None:
    storage = "Thuốc được giữ nơi khô ráo, dưới ba mươi độ."
    rest = "Người bệnh nên hỏi dược sĩ trước khi dùng. " * 40
    texts = {
        name: unicodedata.normalize("NFD", f"{name} có đủ thuốc.\n\n{rest}\n\n{storage}")
        for name in names
    }
    with indexed(tmp_path, texts) as snapshot:
        query = parse_question(question, snapshot.engine.rarities)
        best = rank(snapshot, query, 1).candidates[0]
        signals = signals_of(snapshot, question).passages()
    assert sorted(set(signals[signal].tolist())) == [0.0, 1.0]
    assert best.stored.article.id == f"{names[0]}.txt"


def test_what_the_question_word_goes_with_is_looked_for(snapshot: Snapshot) -> None:
    signals = signals_of(snapshot, "Chợ phiên nào họp vào thứ bảy?")
    found = signals.sentences()["asked_for"]
    assert found.max() == 1
    assert found.min() == 0


def test_a_sentence_without_a_time_offers_none(snapshot: Snapshot) -> None:
    signals = signals_of(snapshot, "Hợp tác xã vay vốn năm nào?")
    assert not signals.sentences()["offers_time"].any()
