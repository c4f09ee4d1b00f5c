import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from retrieval.errors import EvaluationError
from retrieval.evaluation.squad import is_held_out, read_collection

from .builders import MARKET_BOAT, MARKET_DAWN, POTTERY, qa, squad, write


def test_an_entry_is_one_article_with_paragraphs_joined_by_blank_lines(squad_file: Path) -> None:
    collection = read_collection(squad_file)
    assert [a.text for a in collection.articles] == [f"{MARKET_DAWN}\n\n{MARKET_BOAT}", POTTERY]
    assert [a.title for a in collection.articles] == ["Chợ nổi", "Làng gốm"]


@pytest.mark.parametrize("unit", ["article", "paragraph"])
def test_right_answers_stand_where_they_are_said_to(squad_file: Path, unit: Any) -> None:
    collection = read_collection(squad_file, unit=unit)
    texts = {article.id: article.text for article in collection.articles}
    golds = [(q.article_id, gold) for q in collection.questions for gold in q.answers]
    assert [gold.text for _, gold in golds] == ["Lê Thị Hoa", "ba mươi phút", "sông Hồng"]
    assert all(gold.span.of(texts[article]) == gold.text for article, gold in golds)


def test_a_paragraph_can_be_an_article_of_its_own(squad_file: Path) -> None:
    collection = read_collection(squad_file, unit="paragraph")
    assert [a.text for a in collection.articles] == [MARKET_DAWN, MARKET_BOAT, POTTERY]
    assert [q.article_id for q in collection.questions] == ["0.0", "0.1", "1.0"]


def test_articles_are_held_out_by_title(squad_file: Path) -> None:
    assert is_held_out("Chợ nổi")
    assert not is_held_out("Làng gốm")
    assert read_collection(squad_file).held_out == {"0"}
    assert read_collection(squad_file, unit="paragraph").held_out == {"0.0", "0.1"}


def test_impossible_questions_have_no_answer_and_nothing_is_held_out(tmp_path: Path) -> None:
    value = squad()
    impossible = {"id": "no", "question": "Vé bao nhiêu?", "is_impossible": True, "answers": []}
    value["data"][0]["paragraphs"][0]["qas"].append(impossible)
    collection = read_collection(write(tmp_path / "two.json", value))
    assert [q.id for q in collection.questions if not q.answerable] == ["no"]
    assert not collection.held_out


def test_a_byte_order_mark_is_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "bom.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(squad()).encode())
    assert len(read_collection(path).questions) == 3


def test_questions_of_another_file_replace_those_with_their_ids(
    squad_file: Path, tmp_path: Path
) -> None:
    english = copy.deepcopy(squad())
    english["data"] = english["data"][1:]
    english["data"][0]["paragraphs"][0]["qas"][0]["question"] = "On which river is the village?"
    collection = read_collection(squad_file, questions=write(tmp_path / "en.json", english))
    assert [(q.id, q.text) for q in collection.questions] == [
        ("where", "On which river is the village?")
    ]
    assert collection.questions[0].answers[0].text == "sông Hồng"


def test_questions_without_counterpart_are_an_error(squad_file: Path, tmp_path: Path) -> None:
    other = {"data": [{"paragraphs": [{"qas": [{"id": "x", "question": "Who?"}]}]}]}
    path = write(tmp_path / "en.json", other)
    with pytest.raises(EvaluationError, match=r"en\.json: 1 of its 1 questions have no counter"):
        read_collection(squad_file, questions=path)


def test_a_sample_is_spread_over_the_questions(squad_file: Path) -> None:
    collection = read_collection(squad_file)
    assert [q.id for q in collection.sample(2).questions] == ["who", "long"]
    assert [q.id for q in collection.sample(1).questions] == ["who"]
    assert collection.sample(99) is collection


def _entry(value: Any) -> Any:
    return value["data"][0]


def _paragraph(value: Any) -> Any:
    return _entry(value)["paragraphs"][0]


def _qa(value: Any) -> Any:
    return _paragraph(value)["qas"][0]


MALFORMED: dict[str, tuple[Callable[[Any], object], str]] = {
    "no data": (lambda v: v.pop("data"), "data is missing"),
    "data no list": (lambda v: v.update(data={}), "data is not a list"),
    "entry no object": (lambda v: v["data"].insert(0, 3), r"data\[0\] is not an object"),
    "no paragraphs": (lambda v: _entry(v).pop("paragraphs"), r"data\[0\]\.paragraphs is missing"),
    "title no text": (lambda v: _entry(v).update(title=7), r"data\[0\]\.title is not a text"),
    "no context": (lambda v: _paragraph(v).pop("context"), r"paragraphs\[0\]\.context is missing"),
    "no id": (lambda v: _qa(v).pop("id"), r"qas\[0\]\.id is missing"),
    "empty question": (lambda v: _qa(v).update(question=" "), r"qas\[0\]\.question is empty"),
    "no answers": (lambda v: _qa(v).update(answers=[]), r"qas\[0\]\.answers is empty"),
    "misplaced": (
        lambda v: _qa(v)["answers"][0].update(answer_start=3),
        r"answers\[0\]\.answer_start 3 is not where 'Lê Thị Hoa' stands",
    ),
    "negative": (
        lambda v: _qa(v)["answers"][0].update(answer_start=-5),
        "answer_start -5 is not where .* stands",
    ),
    "boolean offset": (
        lambda v: _qa(v)["answers"][0].update(answer_start=True),
        "answer_start is not a whole number",
    ),
    "empty answer": (
        lambda v: _qa(v)["answers"][0].update(text="", answer_start=0),
        r"answers\[0\]\.text is empty",
    ),
    "same id": (
        lambda v: _paragraph(v)["qas"].append(qa("who", "Ai?", "Hoa", MARKET_DAWN)),
        "two questions have the id 'who'",
    ),
    "no questions": (lambda v: v.update(data=[]), "no question in it"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_file_is_named_with_the_place_and_what_to_do(case: str, tmp_path: Path) -> None:
    spoil, message = MALFORMED[case]
    value = squad()
    spoil(value)
    path = write(tmp_path / "bad.json", value)
    with pytest.raises(EvaluationError, match=rf"bad\.json: .*{message}; \w+"):
        read_collection(path)


@pytest.mark.parametrize(
    ("content", "cause"),
    [(b"{", "not JSON"), (b"\xff\xfe\x00", "not JSON"), (b"[" * 100_000, "not JSON")],
)
def test_what_is_not_json_is_said_to_be(content: bytes, cause: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(EvaluationError, match=cause):
        read_collection(path)


def test_a_missing_file_is_an_evaluation_error(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"none\.json: No such file"):
        read_collection(tmp_path / "none.json")
