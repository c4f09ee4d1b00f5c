"""JSON, JSON Lines and tables: good records are kept, each bad one is reported at its place."""

from __future__ import annotations

import json

import pytest

from retrieval.articles import Loaded, load_bytes
from retrieval.errors import EmptyFile, UnreadableFile
from retrieval.model import Failure
from tests.retrieval.articles import samples

GOOD = {"id": "a", "text": "Tin một."}


def load_lines(*records: object) -> Loaded:
    lines = (r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in records)
    return load_bytes("\n".join(lines).encode(), "tin.jsonl")


def reason_of(record: object) -> str:
    loaded = load_lines(GOOD | {"id": "first"}, record)
    assert [article.id for article in loaded.articles] == ["first"]
    (failure,) = loaded.failures
    assert failure.file == "tin.jsonl"
    return failure.reason


def test_a_json_file_holds_one_record_or_a_list() -> None:
    one = load_bytes(json.dumps(GOOD).encode(), "a.json")
    many = load_bytes(json.dumps([GOOD, GOOD | {"id": "b"}]).encode(), "a.json")
    assert [article.id for article in one.articles] == ["a"]
    assert [article.id for article in many.articles] == ["a", "b"]


@pytest.mark.parametrize("data", ["{", "[" * 100_000, '{"id": 1}{"id": 2}', "tin"])
def test_broken_json_is_unreadable(data: str) -> None:
    with pytest.raises(UnreadableFile, match=r"^a\.json: not valid JSON"):
        load_bytes(data.encode(), "a.json")


@pytest.mark.parametrize(("name", "data"), [("a.json", "[]"), ("a.jsonl", "\n \n")])
def test_a_file_without_records_is_empty(name: str, data: str) -> None:
    with pytest.raises(EmptyFile, match="holds no record"):
        load_bytes(data.encode(), name)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ("{", "line 2: not valid JSON"),
        (7, 'line 2: not a record; write {"id": …, "text": …}'),
        ({"text": "Tin."}, 'line 2: no "id"; give every record its own'),
        ({"id": " ", "text": "Tin."}, 'line 2: no "id"'),
        ({"id": "b"}, 'line 2: no "text"; give every record one'),
        ({"id": "b", "text": None}, 'line 2: no "text"'),
        ({"id": "b", "text": " \n"}, 'line 2: the "text" is blank'),
        (GOOD | {"id": "first"}, 'line 2: the id "first" was used before; make every id unique'),
        ('{"id": "b", "text": "\\ud83d"}', "line 2: holds half of a character (U+D83D); write"),
        ('{"id": "\\ud83d", "text": "Tin."}', "line 2: holds half of a character (U+D83D)"),
        (GOOD | {"published": "mai"}, 'line 2: "mai" is not a date; write it as YYYY-MM-DD'),
    ],
)
def test_a_bad_record_is_reported_at_its_line(record: object, reason: str) -> None:
    assert reason_of(record).startswith(reason)


def test_blank_lines_are_passed_over_and_counted() -> None:
    loaded = load_lines("", GOOD, "", "{")
    assert loaded.failures[0].reason.startswith("line 4: ")


def test_a_line_separator_within_a_string_is_no_end_of_line() -> None:
    assert load_lines(GOOD | {"text": "một\u2028hai"}).articles[0].text == "một\u2028hai"


def test_numbers_are_ids_too() -> None:
    assert load_lines(GOOD | {"id": 12}).articles[0].id == "12"


def test_what_a_record_leaves_open_is_read_from_its_text() -> None:
    page = samples.make_text().decode()
    article = load_lines({"id": "a", "text": page}).articles[0]
    assert (article.title, article.author) == (samples.TITLE, samples.AUTHOR)
    assert article.published == samples.PUBLISHED
    assert article.text == page


def test_what_a_record_says_wins_over_its_text() -> None:
    page = samples.make_text().decode()
    article = load_lines({"id": "a", "text": page, "author": "An", "published": "2020-01-02"})
    assert article.articles[0].author == "An"
    assert article.articles[0].published is not None
    assert article.articles[0].published.year == 2020


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_of_a_table_is_found(delimiter: str) -> None:
    article = load_bytes(samples.make_csv(delimiter), "a.csv").articles[0]
    assert (article.text, article.source) == (samples.BODY, samples.SOURCE)


def test_column_names_are_read_in_any_case_and_order() -> None:
    article = load_bytes(b'Text , ID\n"Tin, hai",7\n', "a.csv").articles[0]
    assert (article.id, article.text) == ("7", "Tin, hai")


def test_a_long_text_fits_in_a_table() -> None:
    text = "Tin dài. " * 40_000
    assert load_bytes(f"id,text\na,{text}\n".encode(), "a.csv").articles[0].text == text


@pytest.mark.parametrize("data", ["a,Tin\n", "id,title\na,Tin\n", "text\nTin\n", '"id'])
def test_a_table_without_its_header_is_unreadable(data: str) -> None:
    with pytest.raises(UnreadableFile, match='no header with "id" and "text"; name the columns'):
        load_bytes(data.encode(), "a.csv")


def test_a_row_with_too_many_fields_is_reported_not_cut_off() -> None:
    loaded = load_bytes("id,text\na,Tin, và nữa\nb,Tin\n".encode(), "a.csv")
    assert [article.id for article in loaded.articles] == ["b"]
    assert loaded.failures == (
        Failure("a.csv", "line 2: 3 fields under 2 names; put longer fields in quotes"),
    )


def test_rows_are_counted_in_lines_of_the_file() -> None:
    loaded = load_bytes('id,text\na,"một\nhai"\nb\n'.encode(), "a.csv")
    assert loaded.failures[0].reason.startswith('line 4: no "text"')


def test_a_quotation_mark_that_is_never_closed_ends_the_reading() -> None:
    loaded = load_bytes('id,text\na,Tin\nb,"không đóng\nc,Tin\n'.encode(), "a.csv")
    assert [article.id for article in loaded.articles] == ["a"]
    assert loaded.failures[0].reason.startswith("line 3: ")
    assert "the rest was not read" in loaded.failures[0].reason
