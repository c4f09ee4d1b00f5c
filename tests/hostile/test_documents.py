"""Hostile files, small: each gives articles or a reason, soon, and costs its neighbours nothing."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from retrieval import is_stale, open_index, update_index
from retrieval.articles import LOADERS, load_bytes
from retrieval.errors import ArticleError, OversizedFile, UnreadableFile
from retrieval.model import BuildReport, Progress
from retrieval.reading import Look, look_at
from retrieval.workers import LIMITS, Limits
from tests.hostile.documents import BODY, DOCUMENTS, RUN, deflated, document
from tests.retrieval.articles.samples import SAMPLES, make_text

SIZE = 1 << 14
SHEEP = "Đàn cừu của ông Ba gặm cỏ trên đồi Mây."


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.txt").write_text(SHEEP, "utf-8")
    return folder


def updated(corpus: Path, limits: Limits = LIMITS) -> BuildReport:
    return update_index([corpus], corpus.parent / "index", limits=limits)


def answers(corpus: Path) -> bool:
    with open_index(corpus.parent / "index") as index:
        return any(quote.text == SHEEP for quote in index.ask("Đàn cừu ở đâu?").quotes)


def look_or_error(name: str) -> Look | ArticleError:
    try:
        return look_at(DOCUMENTS[name](SIZE), name, Limits(memory=256 << 20))
    except ArticleError as error:
        return error


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_hostile_file_gives_articles_or_a_reason(name: str) -> None:
    outcome = look_or_error(name)
    if isinstance(outcome, ArticleError):
        assert outcome.subject == name
        assert outcome.reason
    else:
        assert outcome.articles or outcome.failures


def test_every_format_has_hostile_files_and_a_bot_that_looks_at_good_ones() -> None:
    endings = {Path(name).suffix for name in DOCUMENTS}
    assert {LOADERS[ending] for ending in endings} == set(LOADERS.values())
    for ending, make in SAMPLES.items():
        assert look_at(make(), f"a{ending}").articles == 1


# --- limits, from outside


def test_a_file_that_takes_too_long_is_named_and_the_others_are_read(corpus: Path) -> None:
    (corpus / "slow.txt").write_bytes(DOCUMENTS["short-lines.txt"](1 << 20))
    report = updated(corpus, Limits(seconds=1.5))
    assert [(failure.file, failure.reason) for failure in report.failed] == [
        ("slow.txt", "takes more than 1.5 s to read; split it, or save it as plain text")
    ]
    assert (report.added, report.articles) == (1, 1)
    assert answers(corpus)


def test_a_file_whose_articles_take_too_long_together_keeps_those_that_were_in_time(
    corpus: Path,
) -> None:
    text = "Hợp tác xã họp bàn việc vay vốn để mở rộng chợ phiên. " * 1000
    lines = (json.dumps({"id": str(at), "text": f"{at} {text}"}) for at in range(300))
    (corpus / "many.jsonl").write_text("\n".join(lines), "utf-8")
    report = updated(corpus, Limits(whole=0, pace=0))
    (failure,) = report.failed
    assert failure.file == "many.jsonl"
    assert re.fullmatch(
        r"takes more than 0 s; \d+ of its articles are left out; split it", failure.reason
    )
    left = int(re.findall(r"\d+", failure.reason)[1])
    assert 0 < left < 300
    assert report.articles == 300 - left + 1
    assert answers(corpus)


def test_a_file_that_takes_too_much_memory_is_named_and_the_others_are_read(corpus: Path) -> None:
    (corpus / "large.docx").write_bytes(DOCUMENTS["bomb.docx"](24 << 20))
    report = updated(corpus, Limits(memory=128 << 20))
    (failure,) = report.failed
    assert failure.file == "large.docx"
    assert "memory" in failure.reason
    assert answers(corpus)


def test_a_file_that_crashes_its_reader_is_named_and_the_others_are_read(corpus: Path) -> None:
    """PDFium ends the process when it gets no more memory."""
    (corpus / "b.pdf").write_bytes(DOCUMENTS["own-forms.pdf"](0))
    report = updated(corpus, Limits(memory=128 << 20))
    (failure,) = report.failed
    assert failure.file == "b.pdf"
    assert "; split it, or save it as plain text" in failure.reason
    assert answers(corpus)


def test_a_file_that_failed_by_its_limits_is_read_again_once_it_changes(corpus: Path) -> None:
    slow = corpus / "slow.txt"
    slow.write_bytes(DOCUMENTS["short-lines.txt"](1 << 20))
    updated(corpus, Limits(seconds=1.5))
    assert not is_stale([corpus], corpus.parent / "index")
    slow.write_text("Bài đã được cắt ngắn.", "utf-8")
    report = updated(corpus)
    assert (report.articles, report.failed) == (2, ())


def test_an_article_that_cannot_be_analysed_is_named_and_its_neighbours_are_kept(
    corpus: Path,
) -> None:
    """A file of many articles is dealt out in pieces; one of them may be the bad one."""
    line = '{"id": "%s", "text": "%s"}\n'
    neighbours = "".join(line % (n, "xin chào " * 9000) for n in range(6))
    (corpus / "b.jsonl").write_text(line % ("slow", "a\\n" * 400_000) + neighbours, "utf-8")
    report = updated(corpus, Limits(memory=96 << 20))
    places = [failure.file for failure in report.failed]
    assert places in (["b.jsonl (slow)"], ["b.jsonl"])
    assert answers(corpus)


def test_more_text_than_a_file_may_hold_is_refused() -> None:
    small = deflated(document(f"<w:p>{RUN * 50}</w:p>"))
    assert load_bytes(small, "a.docx", max_text=600).articles
    with pytest.raises(OversizedFile, match=r"a\.docx: holds more than 599 characters; split it"):
        load_bytes(small, "a.docx", max_text=599)


# --- what single formats were turned against


def test_boxes_within_boxes_are_read_once() -> None:
    (article,) = load_bytes(DOCUMENTS["boxes.docx"](0), "a.docx").articles
    assert article.text.strip() == "Xã Yên Phúc."


def test_entities_do_not_grow() -> None:
    try:
        (article,) = load_bytes(DOCUMENTS["laughs.docx"](0), "a.docx").articles
    except UnreadableFile:
        return
    assert len(article.text) < 100


def test_thousands_of_failures_are_counted_and_a_hundred_told() -> None:
    loaded = load_bytes(DOCUMENTS["no-records.jsonl"](1 << 16), "a.jsonl")
    assert len(loaded.failures) == 101
    assert loaded.failures[-1].reason == "32,668 more records could not be read; mend the first"


def test_what_a_file_says_of_itself_is_cut_to_a_line() -> None:
    (article,) = load_bytes(DOCUMENTS["long-title.json"](1 << 16), "a.json").articles
    assert len(article.title) == len(article.author or "") == 500
    assert "\n" not in f"{article.title}{article.author}"


def test_names_that_hold_each_other_are_left_out() -> None:
    (article,) = load_bytes(DOCUMENTS["aliases.md"](0), "a.md").articles
    assert len(article.title) < 200
    assert article.text.strip() == BODY


def test_a_number_of_too_many_digits_fails_its_line_alone() -> None:
    data = b'{"id": "a", "text": "Tin."}\n' + b"1" * 5000 + b"\n"
    loaded = load_bytes(data, "a.jsonl")
    assert [article.id for article in loaded.articles] == ["a"]
    assert loaded.failures[0].reason.startswith("line 2: not valid JSON")


# --- files that are none, or not for long


def test_a_line_of_gigabytes_is_not_read_to_its_end(corpus: Path) -> None:
    with (corpus / "b.txt").open("wb") as file:
        file.truncate(4 << 30)
    (failure,) = updated(corpus).failed
    assert failure.reason == "larger than 67,108,864 bytes; split it into several"


def test_pipes_devices_and_what_links_out_are_passed_over(corpus: Path) -> None:
    (corpus.parent / "secret.txt").write_text("Mật khẩu là 1234.", "utf-8")
    (corpus / "link.txt").symlink_to(corpus.parent / "secret.txt")
    (corpus / "up").symlink_to(corpus.parent)
    (corpus / "zero.txt").symlink_to("/dev/zero")
    (corpus / "self.txt").symlink_to(corpus / "self.txt")
    os.mkfifo(corpus / "pipe.txt")
    report = updated(corpus)
    assert (report.articles, report.failed) == (1, ())


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/tty", "/dev/full"])
def test_a_device_is_not_read(device: str) -> None:
    if Path(device).exists():
        with pytest.raises(UnreadableFile):
            look_at(Path(device), "a.txt")


def test_a_pipe_that_has_taken_the_place_of_a_file_is_not_waited_for(corpus: Path) -> None:
    os.mkfifo(corpus / "pipe.txt")
    with pytest.raises(UnreadableFile, match="not a regular file"):
        look_at(corpus / "pipe.txt", "pipe.txt")


def test_a_file_that_changes_while_it_is_read_is_read_again(corpus: Path) -> None:
    path = corpus / "a.txt"

    def change(_: Progress) -> None:
        path.write_text("Cây cầu sắt bắc qua sông Lam dài ba trăm mét.", "utf-8")

    index = corpus.parent / "index"
    update_index([corpus], index, progress=change)
    assert is_stale([corpus], index)
    assert updated(corpus).changed == 1
    with open_index(index) as opened:
        assert "sông Lam" in opened.ask("Cầu sắt dài bao nhiêu?").quotes[0].text


@pytest.mark.parametrize(
    ("raw", "spelt"),
    [
        ("hai\ndòng.txt", "hai\\ndòng.txt"),
        ("\x1b]0;x\x07.txt", "\\x1b]0;x\\x07.txt"),
        ("ab\u202etxt.exe.txt", "ab\\u202etxt.exe.txt"),
        ("a\\nb.txt", "a\\\\nb.txt"),
        ("x\\..\\b.txt", "x\\\\..\\\\b.txt"),
    ],
)
def test_a_name_is_spelt_out_where_it_would_do_more_than_show(
    corpus: Path, raw: str, spelt: str
) -> None:
    (corpus / raw).write_text("Cây cầu dài 40 mét.", "utf-8")
    assert updated(corpus).articles == 2
    with open_index(corpus.parent / "index") as index:
        assert {source.article_id for source in index.sources()} == {"a.txt", spelt}


def test_a_plain_file_is_read_as_ever(corpus: Path) -> None:
    (corpus / "b.txt").write_bytes(make_text())
    report = updated(corpus)
    assert (report.articles, report.failed) == (2, ())
