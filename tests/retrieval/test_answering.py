"""From a question to an Answer, on small corpora of every awkward kind."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval import Index, open_index, update_index
from retrieval.errors import CorpusError, IndexMissing
from retrieval.model import Abstention
from retrieval.text import exact

RICE = """Nghề trồng lúa

Năm 2019 xã Đông Hà trồng 120 ha lúa. Ông Trần Văn Bình là chủ nhiệm hợp tác xã.
"""
TEA = """Nghề trồng chè

Xã Tân Cương có 1.300 hộ trồng chè. Bà Lê Thị Hoà mở xưởng sao chè năm 2015.
"""

Opened = Callable[..., Index]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    def build(**files: str) -> Index:
        corpus = tmp_path / "corpus"
        corpus.mkdir(exist_ok=True)
        for name, text in files.items():
            (corpus / f"{name}.txt").write_text(text, "utf-8")
        update_index([corpus], tmp_path / "index")
        return open_index(tmp_path / "index")

    return build


@pytest.mark.parametrize("files", [{"rice": RICE}, {"rice": RICE, "tea": TEA}])
def test_one_article_or_two_are_enough_to_answer_from(
    opened: Opened, files: dict[str, str]
) -> None:
    with opened(**files) as index:
        answer = index.ask("Ai là chủ nhiệm hợp tác xã Đông Hà?")
    assert not answer.abstained
    assert "Trần Văn Bình" in answer.quotes[0].text
    assert answer.quotes[0].source.article_id == "rice.txt"


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("là gì vậy?", Abstention.NO_TERMS),
        ("🙂🙃", Abstention.NO_TERMS),
        ("", Abstention.NO_TERMS),
        ("\x00", Abstention.NO_TERMS),
        ("quantum chromodynamics", Abstention.NO_MATCH),
    ],
)
def test_a_question_that_nothing_answers_says_why(
    opened: Opened, question: str, reason: Abstention
) -> None:
    with opened(rice=RICE) as index:
        assert index.ask(question).abstention is reason


def test_a_question_of_ten_thousand_characters_is_answered_like_its_beginning(
    opened: Opened,
) -> None:
    question = "Ai là chủ nhiệm hợp tác xã Đông Hà? "
    with opened(rice=RICE, tea=TEA) as index:
        answer = index.ask((question * 300)[:10_000])
    assert "Trần Văn Bình" in answer.quotes[0].text


def test_an_abstaining_answer_marks_nothing(opened: Opened) -> None:
    with opened(rice=RICE, tea=TEA) as index:
        answer = index.ask("Năm 2030 giá chè ở Luân Đôn do bà nào quyết định?")
    assert answer.abstained
    assert all(not quote.highlights for quote in answer.quotes)


def test_nothing_is_marked_for_somebody_that_the_article_does_not_name(opened: Opened) -> None:
    with opened(rice=RICE, tea=TEA) as index:
        asked, another = (
            index.ask(f"Ai là chủ nhiệm hợp tác xã {place}?") for place in ("Đông Hà", "Tam Kỳ")
        )
    assert asked.quotes[0].text == another.quotes[0].text
    assert asked.quotes[0].highlights
    assert not another.quotes[0].highlights
    assert another.confidence < asked.confidence


def test_what_is_asked_after_a_story_of_other_things_is_answered(opened: Opened) -> None:
    story = "Hôm trước trời mưa to nên tôi phải nghỉ lại quán nước bên đường, nghe mọi người kể đủ "
    story += (
        "thứ chuyện trên đời mà chẳng nhớ rõ được chuyện nào với chuyện nào cả. Bà bán quán hỏi "
    )
    story += "thăm con cháu, sức khỏe, giá vàng, vé số, rồi khoe bức tranh Tây Hồ mua tận Sài Gòn. "
    asked = "Ai là chủ nhiệm hợp tác xã Đông Hà?"
    with opened(rice=RICE, tea=TEA) as index:
        told, alone = (index.ask(text) for text in (f"{story}{asked} Cảm ơn nhiều.", asked))
    assert told.question.startswith(story)
    assert not told.abstained
    assert told.quotes == alone.quotes
    assert told.understood is None


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    with pytest.raises(CorpusError, match="there is no article in it"):
        update_index([tmp_path / "corpus"], tmp_path / "index")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="nowhere: no such file or folder"):
        update_index([tmp_path / "nowhere"], tmp_path / "index")


def test_a_missing_index_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="there is no index"):
        open_index(tmp_path / "index")


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("Ai viết bài này?", "Thanh Đàn"),
        ("who wrote this article?", "Thanh Đàn"),
        ("Bài báo đăng ngày nào?", "Thứ sáu,\u00a0 12/07/2024"),
        ("Tiêu đề bài này là gì?", "Đảng bộ xã Yên Phúc nâng cao sức chiến đấu"),
        ("tac gia bai bao Dang bo xa Yen Phuc nang cao suc chien dau", "Thanh Đàn"),
    ],
)
def test_what_is_asked_about_the_article_is_quoted_from_its_own_lines(
    opened: Opened, question: str, line: str
) -> None:
    article = Path(__file__).parents[2] / "data/articles/dang-bo-xa-yen-phuc.txt"
    with opened(yen_phuc=article.read_text("utf-8")) as index:
        answer = index.ask(question)
    assert not answer.abstained
    assert answer.quotes[0].text == line
    assert len(answer.quotes[0].highlights) == 1


def test_who_wrote_something_else_is_not_a_question_about_the_article(opened: Opened) -> None:
    with opened(rice=RICE) as index:
        assert index.ask("Ai viết Truyện Kiều?").abstained


def test_a_word_taken_for_another_is_told(opened: Opened) -> None:
    with opened(rice=RICE, tea=TEA) as index:
        answer = index.ask("Ai là chủ nhiêmj hợp tacs xã Đông Hà?")
        assert answer.understood is not None
        assert not answer.abstained
        assert index.ask("Ai là chủ nhiệm hợp tác xã?").understood is None


def test_the_terms_that_a_quote_scored_by_are_told(opened: Opened) -> None:
    with opened(rice=RICE, tea=TEA) as index:
        question = "Ai là chủ nhiệm hợp tác xã?"
        terms = dict(index.explain(question, index.ask(question).quotes[0]))
    assert terms[f"{exact('chủ')} {exact('nhiệm')}"] > 0


@pytest.fixture(scope="module")
def two_articles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("two")
    (folder / "corpus").mkdir()
    (folder / "corpus/rice.txt").write_text(RICE, "utf-8")
    (folder / "corpus/tea.txt").write_text(TEA, "utf-8")
    update_index([folder / "corpus"], folder / "index")
    with open_index(folder / "index") as index:
        yield index


@settings(max_examples=60, deadline=None)
@given(question=st.text(max_size=300))
def test_any_question_gets_verbatim_quotes(two_articles: Index, question: str) -> None:
    answer = two_articles.ask(question)
    for quote in answer.quotes:
        article = two_articles.article(quote.source.article_id)
        assert article is not None
        assert quote.text == quote.span.of(article.text)
        assert all(0 <= one.start < one.end <= len(quote.text) for one in quote.highlights)
    assert 0 <= answer.confidence <= 1
